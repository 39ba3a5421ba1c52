"""From the numbers of layers to one picture: their colours, one over the other, and their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.latent.fields import FIELDS
from aegui.widgets.class_colours import class_rgba
from aegui.widgets.map.types import FieldPicture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QColor

    from aegui.core.latent.fields import Field
    from aegui.session.field_service import Layer
    from aegui.widgets.theme import Theme

SERIES = {"uncertainty": 1, "novelty": 0, "stretch": 3, "wrong": 7, "density": 2, "holes": 1}
"""The colour of each layer of numbers among the theme's series; that of much."""
OTHER_SIDE = 2
"""The colour of what lies below 0 in a layer that goes to either side."""
STRONGEST = 0.72
"""Opacity of much; little is transparent."""
PALE = {"wrong": 0.3}
"""That of layers that lines tell of."""
REGION_OPACITY = 0.42


def field_picture(
    layers: Sequence[Layer], theme: Theme, classes: Sequence[str] = ()
) -> FieldPicture | None:
    """All ``layers`` in one picture, the first one at the bottom; None without any.

    Args:
        layers: Layers of the same plane; those over other rectangles than the last one's are left
            out, they will be there in a moment.
        theme: Its colours.
        classes: The classes that have colours on the map, in their order: regions of these get the
            same ones.
    """
    if not layers:
        return None
    rect, frame = layers[-1].field.rect, layers[-1].frame
    shown = [each for each in layers if each.field.rect == rect and each.frame == frame]
    rows = max(each.field.values.shape[0] for each in shown)
    columns = max(each.field.values.shape[1] for each in shown)
    image = np.zeros((rows, columns, 4), np.float32)
    for layer in shown:
        image = _over(_sized(field_rgba(layer.field, theme, classes), rows, columns), image)
    levels = np.rint(np.clip(image, 0.0, 1.0) * 255).astype(np.uint8)
    lines = tuple(line for layer in shown for line in layer.lines)
    return FieldPicture(levels, rect, frame, lines=lines)


def field_rgba(field: Field, theme: Theme, classes: Sequence[str] = ()) -> NDArray[np.float32]:
    """Straight colours ``[rows, columns, 4]`` in 0..1 of the values of ``field``."""
    if FIELDS[field.key].scale == "categorical":
        return _class_colours(field, theme, classes)
    width = field.high - field.low
    return scale_rgba(field.key, (field.values - field.low) / width, theme)


def scale_rgba(key: str, shares: NDArray[np.floating], theme: Theme) -> NDArray[np.float32]:
    """Straight colours ``[..., 4]`` of places in the legend of the layer ``key``: 0 low, 1 high."""
    rgba = np.empty((*shares.shape, 4), np.float32)
    rgba[..., :3] = _rgb(theme.series[SERIES[key]])
    amount = np.clip(np.nan_to_num(shares, nan=0.0), 0.0, 1.0)
    if FIELDS[key].scale == "diverging":
        away = 2.0 * amount - 1.0
        rgba[away < 0.0, :3] = _rgb(theme.series[OTHER_SIDE])
        amount = np.abs(away)
    rgba[..., 3] = PALE.get(key, STRONGEST) * amount
    rgba[..., 3][np.isnan(shares)] = 0.0
    return rgba


def _class_colours(field: Field, theme: Theme, classes: Sequence[str]) -> NDArray[np.float32]:
    places = {label: place for place, label in enumerate(classes)}
    numbers = np.array([places.get(label, n) for n, label in enumerate(field.classes)], np.int64)
    argb = class_rgba(numbers[field.values.astype(np.int64)], theme)
    shifts = np.array([16, 8, 0], np.uint32)
    rgba = np.empty((*field.values.shape, 4), np.float32)
    rgba[..., :3] = ((argb[..., np.newaxis] >> shifts) & 0xFF) / np.float32(255)
    rgba[..., 3] = REGION_OPACITY
    return rgba


def _over(top: NDArray[np.float32], below: NDArray[np.float32]) -> NDArray[np.float32]:
    """Straight colours ``top`` over others (Porter and Duff 1984)."""
    a, b = top[..., 3:], below[..., 3:] * (1.0 - top[..., 3:])
    alpha = a + b
    # Where both are fully transparent the colour counts in what is mixed beside it: the top's.
    share = np.where(alpha > 0.0, a / np.maximum(alpha, 1e-6), 1.0)
    mixed: NDArray[np.float32] = np.empty_like(top)
    mixed[..., :3] = share * top[..., :3] + (1.0 - share) * below[..., :3]
    mixed[..., 3:] = alpha
    return mixed


def _sized(image: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """``image`` with cells repeated to so many rows and columns."""
    down = np.arange(rows) * image.shape[0] // rows
    across = np.arange(columns) * image.shape[1] // columns
    sized: NDArray[np.float32] = image[down[:, np.newaxis], across]
    return sized


def _rgb(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()
