"""Edits of a whole image, or of a part of it: shift, flip, rotate, move, fit to a size.

Images are float32 ``[H, W]`` or ``[C, H, W]``; every function returns a new one of the same kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.pixels.shapes import PixelBox

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Axis = Literal["horizontal", "vertical"]
Pixels = Literal["binary", "grey", "colour"]
"""Kinds of pixels: off or on, a level, or a colour."""
SMALLEST, LARGEST = (7, 5), (64, 64)
"""Largest height and width of a drawing."""
_AXES = {"horizontal": -1, "vertical": -2}


def rolled(image: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """Return ``image`` shifted down and right, wrapping around at the edges."""
    return np.roll(image, (rows, columns), axis=(-2, -1))


def shifted(
    image: NDArray[np.float32], rows: int, columns: int, ground: float
) -> NDArray[np.float32]:
    """Return ``image`` shifted down and right over ``ground``; pixels beyond the edges are lost."""
    empty = np.full_like(image, ground)
    return placed(empty, image, rows, columns)


def flipped(image: NDArray[np.float32], axis: Axis) -> NDArray[np.float32]:
    """Return ``image`` mirrored left to right ("horizontal") or top to bottom ("vertical")."""
    return np.ascontiguousarray(np.flip(image, _AXES[axis]))


def turned(image: NDArray[np.float32], quarters: int, ground: float) -> NDArray[np.float32]:
    """Return ``image`` rotated clockwise by quarter turns about its centre, in the same frame.

    If height and width differ, pixels rotated out of the frame are lost, and ``ground`` fills
    the rest. A glyph of 5 columns and 7 rows is rotated about its middle pixel.
    """
    height, width = image.shape[-2:]
    return fitted(np.rot90(image, -quarters, axes=(-2, -1)), height, width, ground)


def fitted(
    image: NDArray[np.float32], height: int, width: int, ground: float
) -> NDArray[np.float32]:
    """Return ``image`` centred in a frame of another size, cropped or padded with ``ground``."""
    empty = np.full((*image.shape[:-2], height, width), ground, np.float32)
    old_height, old_width = image.shape[-2:]
    # Rounded towards zero, so that growing and shrinking a frame restores the image.
    return placed(empty, image, int((height - old_height) / 2), int((width - old_width) / 2))


def placed(
    image: NDArray[np.float32], part: NDArray[np.float32], row: int, column: int
) -> NDArray[np.float32]:
    """Return ``image`` with ``part`` over it, from ``row`` and ``column`` on, cropped at the edges.

    A grey ``part`` is copied to every colour of a colour ``image``; the mean of a colour ``part``
    is copied to a grey ``image``.
    """
    result = image.copy()
    part = part.mean(axis=0) if part.ndim > image.ndim else part
    height, width = image.shape[-2:]
    box = PixelBox(row, column, row + part.shape[-2], column + part.shape[-1]).within(height, width)
    if box is not None:
        inner = box.moved(-row, -column)
        result[(..., *slices(box))] = part[(..., *slices(inner))]
    return result


def moved(
    image: NDArray[np.float32], box: PixelBox, rows: int, columns: int, ground: float
) -> NDArray[np.float32]:
    """Return ``image`` with the content of ``box`` moved, leaving ``ground`` behind."""
    part = image[(..., *slices(box))]
    lifted = image.copy()
    lifted[(..., *slices(box))] = ground
    return placed(lifted, part, box.top + rows, box.left + columns)


def in_part(
    image: NDArray[np.float32],
    box: PixelBox | None,
    edit: Callable[[NDArray[np.float32]], NDArray[np.float32]],
) -> NDArray[np.float32]:
    """Return ``image`` with ``edit``, which keeps the shape, applied to ``box`` (None: to all)."""
    if box is None:
        return edit(image)
    result = image.copy()
    result[(..., *slices(box))] = edit(image[(..., *slices(box))])
    return result


def slices(box: PixelBox) -> tuple[slice, slice]:
    """Return the slices of ``box`` for an array whose last axes are rows and columns."""
    return slice(box.top, box.bottom), slice(box.left, box.right)


def as_kind(image: NDArray[np.float32], kind: Pixels) -> NDArray[np.float32]:
    """Return ``image`` as pixels of ``kind``: ``[3, H, W]`` for colour, else ``[H, W]``."""
    if kind == "colour":
        return np.repeat(image[np.newaxis], 3, axis=0) if image.ndim == 2 else image
    grey = image if image.ndim == 2 else image.mean(axis=0, dtype=np.float32)
    return (grey > 0.5).astype(np.float32) if kind == "binary" else grey
