"""Thumbnails for cards: a few images side by side, all thumbnails of one size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.byte_images import to_levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CARD_SIZE = (216, 120)
"""Width and height of a thumbnail; one of tiny images has a pixel for each of theirs."""
_TINY = 8
_GAP = 2
_SMALL = 40


def card_cells(image_shape: Sequence[int]) -> tuple[int, int]:
    """Return columns and rows of a thumbnail of images of ``image_shape`` ``(C, H, W)``."""
    side = max(image_shape[1:])
    if side < _TINY:
        return 10, 4
    return (9, 5) if _TINY * 2 <= side < _SMALL else (6, 3)


def samples_sheet(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return evenly spaced ``images`` ``[N, C, H, W]`` as ``[rows, columns, C, H, W]``."""
    columns, rows = card_cells(images.shape[1:])
    columns = min(columns, len(images))
    rows = min(rows, len(images) // columns)
    indices = np.linspace(0, len(images) - 1, rows * columns).astype(int)
    return np.asarray(images[indices]).reshape(rows, columns, *images.shape[1:])


def card_levels(sheet: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Render ``sheet`` ``[rows, columns, C, H, W]`` in [0, 1] as a thumbnail.

    Returns:
        Levels ``[h, w]``, or ``[h, w, 3]`` in colour. Images of very few pixels are not enlarged,
        for display at an integer scale.
    """
    rows, columns, channels, height, width = sheet.shape
    levels = to_levels(np.clip(np.nan_to_num(sheet), 0.0, 1.0))
    tiles = levels.transpose(0, 1, 3, 4, 2)
    if max(height, width) < _TINY:
        cell, inner = (height + _GAP, width + _GAP), (height, width)
        page = np.zeros((rows * cell[0] - _GAP, columns * cell[1] - _GAP, channels), np.uint8)
        top = left = 0
    else:
        side = min(CARD_SIZE[0] // columns, CARD_SIZE[1] // rows)
        # Images of few pixels are enlarged by an integer factor, so all pixels have one size.
        small = side // height * height if max(height, width) < _TINY * 2 else side
        cell, inner = (side, CARD_SIZE[0] // columns), (small, small)
        ground = 255 if float(np.median(levels[..., 0, :])) > 127 else 0
        page = np.full((CARD_SIZE[1], CARD_SIZE[0], channels), ground, np.uint8)
        top, left = (CARD_SIZE[1] - rows * side) // 2, (cell[1] - small) // 2
    for row in range(rows):
        for column in range(columns):
            y, x = top + row * cell[0], left + column * cell[1]
            page[y : y + inner[0], x : x + inner[1]] = _resized(tiles[row, column], *inner)
    return page[..., 0] if channels == 1 else page


def _resized(tile: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Resize ``tile`` ``[h, w, C]`` into ``height`` x ``width``, keeping its proportions."""
    if tile.shape[:2] == (height, width):
        return tile
    from PIL import Image  # Slow to import

    rows, columns, channels = tile.shape
    scale = min(height / rows, width / columns)
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    resampling = Image.Resampling.NEAREST if scale == int(scale) else Image.Resampling.LANCZOS
    image = Image.fromarray(tile[..., 0] if channels == 1 else tile).resize(size, resampling)
    resized = np.asarray(image).reshape(size[1], size[0], channels)
    result = np.empty((height, width, channels), np.uint8)
    result[:] = resized[0, 0]
    y, x = (height - size[1]) // 2, (width - size[0]) // 2
    result[y : y + size[1], x : x + size[0]] = resized
    return result
