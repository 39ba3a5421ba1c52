"""Thousands of dots in one go, written into an image by numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt

from aegui.widgets.glyphs import argb_image

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QColor, QImage

_FINE = 2
_MOST_FINE = 25_000
_AT_ONCE = 20_000
_LARGEST_PX, _LEAST_PX = 4.0, 1.5


def dot_radius(count: int) -> float:
    """Radius of a dot among ``count`` of them, in logical pixels."""
    return float(np.clip(9.0 / max(count, 1) ** 0.16, _LEAST_PX, _LARGEST_PX))


def dots_image(
    pixels: NDArray[np.float64],
    colours: NDArray[np.uint32],
    radius: float,
    size: tuple[int, int],
    ground: QColor,
    *,
    soft: bool = True,
) -> QImage:
    """Dots on ``ground``, later ones over earlier ones.

    Args:
        pixels: Middles of the dots in device pixels, ``[n, 2]``; those outside are left out.
        colours: Opaque ARGB of each, ``[n]``.
        radius: In device pixels.
        size: Width and height in device pixels.
        ground: What is behind them.
        soft: Whether edges are soft, which takes three times as long.
    """
    # Drawn twice as large and halved, edges are soft; of very many dots nobody sees the edges.
    fine = _FINE if soft and len(pixels) <= _MOST_FINE else 1
    width, height = max(1, size[0]) * fine, max(1, size[1]) * fine
    offsets, reach = _disc(radius * fine)
    margin = 2 * reach
    argb = np.full((height + 2 * margin, width + 2 * margin), ground.rgba(), np.uint32)
    places = np.rint(np.nan_to_num(pixels, nan=-1e6, posinf=-1e6, neginf=-1e6) * fine)
    inside = (places >= -reach).all(axis=1) & (places < (width + reach, height + reach)).all(axis=1)
    x, y = (places[inside].astype(np.int64) + margin).T
    flat, stride = argb.reshape(-1), argb.shape[1]
    at, colours = y * stride + x, colours[inside]
    steps = np.array([dy * stride + dx for dx, dy in offsets])
    for start in range(0, len(at), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        # Dot by dot in one assignment, of which the last to a pixel counts.
        flat[(at[part, np.newaxis] + steps).ravel()] = np.repeat(colours[part], len(steps))
    image = argb_image(argb[margin : margin + height, margin : margin + width])
    if fine == 1:
        return image
    return image.scaled(
        size[0], size[1], Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )  # fmt: skip


def _disc(radius: float) -> tuple[list[tuple[int, int]], int]:
    reach = max(0, int(np.floor(radius)))
    offsets = [
        (dx, dy)
        for dy in range(-reach, reach + 1)
        for dx in range(-reach, reach + 1)
        if dx * dx + dy * dy <= radius * radius
    ]
    return offsets, reach
