"""Conversion of plain numbers to images, by the shape and the range of the array."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.white_level import white_level
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.data.readers.source import GlyphSource

GLYPH_HEIGHT = 7
GLYPH_WIDTH = 5
_GLYPH_PIXELS = GLYPH_HEIGHT * GLYPH_WIDTH
_ROW_HEIGHTS = range(5, 33)
"""Heights of glyphs whose rows are given as numbers."""
_BYTE_MAX = 255.0


def images_from(
    array: NDArray[np.float64], source: GlyphSource, line: int | None, width: int | None = None
) -> NDArray[np.float32]:
    """Return the images ``[N, H, W]`` (or ``[N, C, H, W]``) that ``array`` holds.

    Accepted are rows as numbers ``[N, 7]`` with bit 4 on the left (8, 16, ... pixels wide if the
    numbers need it), columns as numbers ``[N, 5]`` of 6 or 7 bits, flat pixels ``[N, 35]`` or
    ``[N, side * side]``, pixels ``[N, H, W]``, one glyph ``[7, 5]`` of pixels or ``[7]`` of rows.
    Pixels are 0..1, -1/+1 or 0..255.

    With ``width``, the array is ``[N, H]`` rows of ``width`` pixels.

    Raises:
        NotGlyphsError: The array has none of these shapes or ranges.
    """
    columns = columns_of(array) if width is None else None
    if columns is not None:
        return columns
    # The glyphs of a set may each have an array, where a dim one has the white of the others.
    white = _BYTE_MAX if array.ndim == 1 else white_level(float(array.max()))
    if array.ndim == 1:
        array = _rows_of_line(array)
    if array.ndim == 2:
        if width is not None or is_rows(array):
            return _from_rows(array, source, line, width)
        flat = _to_unit(array, white, source, line)
        if array.shape == (GLYPH_HEIGHT, GLYPH_WIDTH):
            return flat[np.newaxis]
        return flat.reshape(len(flat), *_sides(array.shape[1], source, line))
    if array.ndim in (3, 4) and min(array.shape[-2:]) >= 2:
        return _to_unit(array, white, source, line)
    raise source.not_glyphs(
        tr("numbers of shape {shape} are not images.", shape="x".join(map(str, array.shape))), line
    )


def columns_of(array: NDArray[np.float64]) -> NDArray[np.float32] | None:
    """Return the glyphs of ``[N, 5]`` columns of 7 rows, as fonts for displays have them.

    None if the numbers need fewer than 6 bits or more than 7: then they are rows.
    """
    is_wide = array.ndim == 2 and array.shape[1] == GLYPH_WIDTH and array.max() >= 1 << GLYPH_WIDTH
    return from_columns(array, GLYPH_WIDTH, GLYPH_HEIGHT) if is_wide else None


def from_columns(array: NDArray[np.float64], width: int, height: int) -> NDArray[np.float32] | None:
    """Return images ``[N, H, W]`` from columns, left to right, of bytes, top to bottom.

    The lowest bit of a byte is its top row. None if ``array`` is not ``[N, W * bytes]``, or has a
    bit below the lowest row.
    """
    pages = -(-height // 8)
    is_bytes = array.ndim == 2 and array.shape[1] == width * pages and _are_bytes(array)
    if not is_bytes:
        return None
    bits = np.unpackbits(
        array.astype(np.uint8).reshape(-1, width, pages), axis=2, bitorder="little"
    )
    if bits[:, :, height:].any():
        return None
    return bits[:, :, :height].swapaxes(1, 2).astype(np.float32)


def _are_bytes(array: NDArray[np.float64]) -> bool:
    return bool(array.min() >= 0 and array.max() <= 255 and (array == np.floor(array)).all())


def is_rows(array: NDArray[np.float64]) -> bool:
    """Return whether the numbers of ``array`` are rows of pixels rather than pixels."""
    width = array.shape[-1]
    if width not in _ROW_HEIGHTS or array.min() < 0 or not (array == np.floor(array)).all():
        return False
    return bool(array.max() > 1) or width == GLYPH_HEIGHT


def _to_unit(
    array: NDArray[np.float64], white: float, source: GlyphSource, line: int | None
) -> NDArray[np.float32]:
    """Scale pixels to [0, 1] from 0..1, from -1 and +1, or from integers 0..``white``."""
    low, high = float(array.min()), float(array.max())
    if low >= 0.0 and high <= 1.0:
        return array.astype(np.float32)
    if np.isin(array, (-1.0, 1.0)).all():
        return (array > 0).astype(np.float32)
    if _are_bytes(array):
        return (array / white).astype(np.float32)
    raise source.not_glyphs(
        tr(
            "pixels from {low:g} to {high:g}; they must be 0 and 1, -1 and +1, 0 to 1 or 0 to 255.",
            low=low,
            high=high,
        ),
        line,
    )


def _rows_of_line(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Split a flat list into glyphs of 7 rows each; otherwise it is one glyph."""
    count = len(array)
    is_many = count > GLYPH_HEIGHT and count % GLYPH_HEIGHT == 0 and array.max() > 1
    return array.reshape(-1, GLYPH_HEIGHT) if is_many else array.reshape(1, -1)


def _from_rows(
    rows: NDArray[np.float64], source: GlyphSource, line: int | None, width: int | None
) -> NDArray[np.float32]:
    top = float(rows.max())
    width = width if width is not None else row_width(int(top))
    if width > 32 or not 0 <= top < 1 << width or rows.min() < 0:
        raise source.not_glyphs(
            tr("a row of more than {width} pixels ({top:.12g}).", width=min(width, 32), top=top),
            line,
        )
    return pixels_of_rows(rows, width)


def pixels_of_rows(rows: NDArray[Any], width: int) -> NDArray[np.float32]:
    """Return the ``width`` lowest bits of each whole number as a row of pixels, highest first."""
    shifts = np.arange(width - 1, -1, -1, dtype=np.uint64)
    bits = rows.astype(np.uint64)[..., np.newaxis] >> shifts & np.uint64(1)
    return bits.astype(np.float32)


def row_width(largest: int) -> int:
    """Return the row width for which ``largest`` is valid: 5, else a multiple of 8."""
    return GLYPH_WIDTH if largest < 1 << GLYPH_WIDTH else 8 * math.ceil(largest.bit_length() / 8)


def _sides(pixels: int, source: GlyphSource, line: int | None) -> tuple[int, int]:
    side = math.isqrt(pixels)
    if pixels == _GLYPH_PIXELS:
        return GLYPH_HEIGHT, GLYPH_WIDTH
    if side * side == pixels and side > 1:
        return side, side
    raise source.not_glyphs(
        tr(
            "{pixels:,} numbers for each glyph; expected 7 rows, 35 pixels or a square image.",
            pixels=pixels,
        ),
        line,
    )


def join_singles(images: Sequence[NDArray[np.float32]]) -> NDArray[np.float32] | None:
    """Join single glyphs into one array, or return None if their sizes differ."""
    return np.concatenate(images) if len({image.shape for image in images}) == 1 else None
