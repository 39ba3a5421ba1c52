"""Render a layer of the map as an image for files; the window paints it in its own colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from aegui.core.colours import CLASS_COLOURS
from aegui.core.latent.contours import lines_of
from aegui.core.latent.fields import FIELDS
from aegui.core.latent.regions import spread_colours
from aegui.core.sampled import stride_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.latent.fields import Field

MAX_POINTS = 5_000
"""Upper bound of the samples drawn."""
_LOW = (250, 251, 252)
_MIDDLE = (120, 170, 190)
_HIGH = (24, 60, 110)
_OTHER = (190, 90, 40)
_INK = "#1b1f26"
_OVER = 2


def field_picture(
    field: Field, scale: int, points: NDArray[np.float64] | None = None
) -> Image.Image:
    """Return an image of ``field`` with its lines and ``points`` ``[n, 2]`` of its plane.

    Colours go from light at the lower end of the legend to dark blue; negative values of a
    diverging layer are brown.

    Args:
        field: The layer.
        scale: Pixels of the image per cell.
        points: Codes of samples on the plane; those outside are clipped.
    """
    colours = _class_colours(field) if field.classes else _number_colours(field)
    rows, columns = field.values.shape
    # Codes of one number lie on a line: make it a visible band.
    tall = rows if rows > 1 else max(1, columns // 8)
    picture = Image.fromarray(np.repeat(colours[::-1], tall // rows, axis=0))
    size = (columns * scale * _OVER, tall * scale * _OVER)
    method = Image.Resampling.NEAREST if field.classes else Image.Resampling.BILINEAR
    picture = picture.resize(size, method)
    draw = ImageDraw.Draw(picture)
    for line in lines_of(field):
        draw.line([tuple(at) for at in _pixels(line, field, size).tolist()], _INK, _OVER)
    if points is not None:
        step = stride_for(len(points), MAX_POINTS)
        radius = 1.6 * _OVER
        for x, y in _pixels(points[::step], field, size).tolist():
            box = (x - radius, y - radius, x + radius, y + radius)
            draw.ellipse(box, fill=_INK, outline="white")
    return picture.resize((size[0] // _OVER, size[1] // _OVER), Image.Resampling.BOX)


def _pixels(
    places: NDArray[np.float64], field: Field, size: tuple[int, int]
) -> NDArray[np.float64]:
    x0, y0, x1, y1 = field.rect
    shares = (places - [x0, y1]) / [x1 - x0, y0 - y1]
    return np.asarray(shares * size)


def _class_colours(field: Field) -> NDArray[np.uint8]:
    table = np.array([_rgb(colour) for colour in CLASS_COLOURS], np.uint8)
    grid, count = field.values.astype(np.int64), len(field.classes)
    # Few classes have the colours of their indices, as everywhere; of many, neighbours differ.
    numbers = np.arange(count)
    if count > len(table):
        numbers = spread_colours(grid, count, len(table))
    return np.asarray(table[numbers[grid]])


def _number_colours(field: Field) -> NDArray[np.uint8]:
    if FIELDS[field.key].scale == "diverging":
        share = np.clip(field.values / max(field.high, -field.low), -1.0, 1.0)
        ends = np.where(share[..., np.newaxis] > 0, _HIGH, _OTHER)
        mixed = _LOW + (ends - np.array(_LOW)) * np.abs(share)[..., np.newaxis]
        return np.asarray(np.rint(mixed), np.uint8)
    share = np.clip((field.values - field.low) / (field.high - field.low), 0.0, 1.0)
    anchors = np.array([_LOW, _MIDDLE, _HIGH], np.float64)
    parts = [np.interp(share, (0.0, 0.5, 1.0), anchors[:, c]) for c in range(3)]
    return np.asarray(np.rint(np.stack(parts, axis=-1)), np.uint8)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
