"""Sheets of small images as PNG: the thumbnail of a saved run, and what ``decode`` writes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from aegui import __version__

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from PIL.Image import Image as Picture

_GAP = 1


def sheet_png(
    images: ArrayLike, columns: int = 8, scale: int = 4, *, ink: bool = True, about: str = ""
) -> bytes:
    """A PNG of ``images`` side by side: see ``sheet_picture``, and ``png_bytes`` for ``about``."""
    return png_bytes(sheet_picture(images, columns, scale, ink=ink), about)


def png_bytes(picture: Picture, about: str = "") -> bytes:
    """Return ``picture`` as PNG; ``about`` states in it what it was made from, as in figures."""
    from PIL.PngImagePlugin import PngInfo  # slow to import

    info = PngInfo()
    if about:
        info.add_text("Description", about)
        info.add_text("Software", f"aegui {__version__}")
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", pnginfo=info)
    return buffer.getvalue()


def sheet_picture(
    images: ArrayLike,
    columns: int = 8,
    scale: int = 4,
    *,
    ink: bool = True,
    gap: float = 1.0,
) -> Picture:
    """A picture of ``images`` side by side, ``columns`` to a row, a pixel of theirs between two.

    Args:
        images: ``[N, C, H, W]``, values in [0, 1] (others are clipped), C is 1 or 3.
        columns: Most images in a row.
        scale: Pixels of the sheet per pixel of an image.
        ink: One-channel images are drawn dark on light, as on paper; else as light on dark.
        gap: Level of what is between two images, 0 (black) to 1 (white).
    """
    from PIL import Image  # slow to import, and reading a run needs none of it

    array = np.nan_to_num(np.clip(np.asarray(images, dtype=np.float32), 0.0, 1.0))
    count, channels, height, width = array.shape
    if channels == 1 and ink:
        array = 1.0 - array
    across = min(columns, count)
    down = -(-count // across)
    shape = (down * (height + _GAP) - _GAP, across * (width + _GAP) - _GAP, channels)
    sheet = np.full(shape, gap)
    for index, image in enumerate(array):
        top, left = index // across * (height + _GAP), index % across * (width + _GAP)
        sheet[top : top + height, left : left + width] = image.transpose(1, 2, 0)
    pixels = np.round(sheet * 255).astype(np.uint8).repeat(scale, axis=0).repeat(scale, axis=1)
    return Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels[:, :, :3])
