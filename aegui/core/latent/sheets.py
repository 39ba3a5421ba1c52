"""Sheets of decoded images: every dimension of a code, or rows and columns of a plane."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import numpy as np

from aegui import __version__
from aegui.core.atomic import write_atomically
from aegui.core.data.progress import in_batches
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network.layers import rows_in_a_piece

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from PIL.Image import Image
    from PIL.Image import Image as Picture

    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.frame import Frame


IMAGE_PX = 64
"""Side to which small images are enlarged in a sheet."""
MAX_PX = 16_384
"""Most pixels of a sheet in width and height."""
_PAPER_GAP = 0.8
_BATCH_NUMBERS = 1 << 21
"""Most pixels that are decoded at once."""


def decoded(
    codec: Codec,
    codes: ArrayLike,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> NDArray[np.float32]:
    """Return the images of ``codes`` ``[n, d]``, ``[n, C, H, W]`` in 0..1.

    Raises:
        Cancelled: ``cancelled``, polled between batches, returned True.
    """
    places = np.asarray(codes, np.float32).reshape(-1, codec.latent_size)
    images = np.empty((len(places), *codec.image_shape), np.float32)
    most = _BATCH_NUMBERS // math.prod(codec.image_shape)
    size = rows_in_a_piece(codec.layers[codec.code_end :], most)
    for batch in in_batches(len(places), size, cancelled, report):
        found = codec.decode(places[batch]).reshape(-1, *codec.image_shape)
        images[batch] = np.clip(np.nan_to_num(found), 0.0, 1.0)
    return images


def traversal(
    codec: Codec,
    z: ArrayLike,
    dims: Sequence[int],
    steps: int,
    span: float | ArrayLike,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> NDArray[np.float32]:
    """Decode each number of a code varied alone: images ``[dims, steps, C, H, W]``.

    Args:
        codec: The network.
        z: The code ``[d]`` with the values of all other numbers.
        dims: Which numbers, from 0; a row of the sheet each.
        steps: Images per number.
        span: Range to either side of ``z``; or lowest and highest value of every number of the
            code, ``[d, 2]``.
        report: Called with the share that is decoded.
        cancelled: Polled between batches.

    Raises:
        AeguiError: There is no such number, or nothing to draw.
        Cancelled: ``cancelled`` returned True.
    """
    code = np.asarray(z, np.float32).reshape(-1)
    if not len(dims) or steps < 1 or not all(0 <= dim < len(code) for dim in dims):
        raise AeguiError(
            tr("A code of this network has the numbers 1 to {n}.", n=codec.latent_size)
        )
    if np.ndim(span) == 0:
        reach = np.float32(np.asarray(span))
        ends = np.stack([code - reach, code + reach], axis=1)
    else:
        ends = np.asarray(span, np.float32).reshape(len(code), 2)
    codes = np.tile(code, (len(dims), steps, 1))
    for row, dim in enumerate(dims):
        low, high = ends[dim].tolist()
        codes[row, :, dim] = np.linspace(low, high, steps)
    images = decoded(codec, codes, report, cancelled)
    return images.reshape(len(dims), steps, *codec.image_shape)


def grid_of_decodes(
    codec: Codec,
    frame: Frame,
    xs: ArrayLike,
    ys: ArrayLike,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> NDArray[np.float32]:
    """Decode all places ``xs`` times ``ys`` of a plane, ``[rows, columns, C, H, W]``.

    Args:
        codec: The network.
        frame: The plane of x and y.
        xs: From left to right; at the quantiles of the prior with ``grids.normal_quantiles``.
        ys: From bottom to top; the first row is the topmost.
        report: Called with the share that is decoded.
        cancelled: Polled between batches.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    across, up = np.asarray(xs, np.float32).ravel(), np.asarray(ys, np.float32).ravel()
    x, y = np.meshgrid(across, up[::-1])
    images = decoded(codec, frame.codes(x.ravel(), y.ravel()), report, cancelled)
    return images.reshape(len(up), len(across), *codec.image_shape)


def sheet_image(
    images: ArrayLike, columns: int | None = None, scale: int | None = None, *, ink: bool = False
) -> Image:
    """Return one picture of ``images``, a pixel apart.

    Args:
        images: ``[n, C, H, W]`` or ``[rows, columns, C, H, W]``, values in [0, 1], C is 1 or 3.
        columns: Images in a row; None: those of ``images``, or about as many as there are rows.
        scale: Pixels of the picture per pixel of an image; None enlarges small ones to
            ``IMAGE_PX``, within ``MAX_PX`` for the sheet.
        ink: Whether images of one channel are drawn dark on light.

    Raises:
        AeguiError: The sheet would be too large.
    """
    array = np.asarray(images, np.float32)
    if array.ndim == 5:
        columns = array.shape[1] if columns is None else columns
        array = array.reshape(-1, *array.shape[2:])
    columns = math.ceil(math.sqrt(len(array))) if columns is None else columns
    scale = sheet_scale(array.shape[1:], len(array), columns, scale)
    return sheet_picture(array, columns, scale, ink=ink, gap=_PAPER_GAP if ink else 1.0)


def sheet_scale(shape: Sequence[int], count: int, columns: int, scale: int | None) -> int:
    """Return the ``scale`` of ``sheet_image`` for ``count`` images of a ``shape`` ``[C, H, W]``.

    Called before the images are computed, it refuses what could not be drawn.

    Raises:
        AeguiError: The sheet would be too large.
    """
    across = (shape[2] + 1) * min(columns, count)
    down = (shape[1] + 1) * -(-count // columns)
    if scale is None:
        scale = fitting_scale(shape[1:], IMAGE_PX)
        scale = max(1, min(scale, MAX_PX // max(across, down)))
    if scale * max(across, down) > MAX_PX + scale:
        raise AeguiError(
            tr(
                "The sheet would be {width:,} x {height:,} pixels large: ask for fewer or smaller "
                "images.",
                width=scale * across,
                height=scale * down,
            )
        )
    return scale


def write_sheet(
    path: str | os.PathLike[str],
    images: ArrayLike,
    columns: int | None = None,
    scale: int | None = None,
    *,
    ink: bool = False,
    about: str = "",
) -> None:
    """Write the picture of ``sheet_image`` as PNG; ``about`` states what it was made from.

    Raises:
        AeguiError: The sheet would be too large, or cannot be written.
    """
    write_atomically(path, png_bytes(sheet_image(images, columns, scale, ink=ink), about))


def fitting_scale(shape: Sequence[int], side_px: int) -> int:
    """Return the factor that enlarges an image ``shape`` (height, width) to about ``side_px``."""
    return max(1, round(side_px / max(shape)))


_GAP = 1


def sheet_png(images: ArrayLike, columns: int = 8, scale: int = 4) -> bytes:
    """A PNG of ``images`` side by side, dark on light: see ``sheet_picture``."""
    return png_bytes(sheet_picture(images, columns, scale))


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

    array = np.asarray(images, dtype=np.float32)
    count, channels, height, width = array.shape
    across = min(columns, count)
    down = -(-count // across)
    shape = (down * (height + _GAP) - _GAP, across * (width + _GAP) - _GAP, channels)
    # Bytes: the numbers of a large sheet would take several gigabytes.
    sheet = np.full(shape, round(gap * 255), np.uint8)
    for index, image in enumerate(array):
        levels = np.nan_to_num(np.clip(image, 0.0, 1.0))
        if channels == 1 and ink:
            levels = 1.0 - levels
        top, left = index // across * (height + _GAP), index % across * (width + _GAP)
        rounded = np.round(levels.astype(np.float64) * 255).astype(np.uint8)
        sheet[top : top + height, left : left + width] = rounded.transpose(1, 2, 0)
    pixels = sheet.repeat(scale, axis=0).repeat(scale, axis=1)
    return Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels[:, :, :3])
