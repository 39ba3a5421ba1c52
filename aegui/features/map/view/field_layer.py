"""Combines layers of the map into one picture: their colours, composited, and their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.latent.fields import FIELDS
from aegui.features.map.view.types import FieldPicture, RegionName
from aegui.widgets.colours import MAX_CLASSES, class_rgba
from aegui.widgets.glyphs import label_sign

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QColor

    from aegui.features.map.model.field_service import Layer
    from aegui.kit.theme import Theme
    from aegui.widgets.viewport import Bounds

SERIES = {"uncertainty": 1, "novelty": 0, "stretch": 3, "wrong": 7, "density": 2, "holes": 1}
"""Numeric layer -> index of its colour for high values in the theme's series."""
OTHER_SIDE = 2
"""Colour index for negative values of a diverging layer."""
STRONGEST = 0.72
"""Opacity of the highest value; the lowest is transparent."""
PALE = {"wrong": 0.3}
"""The same for layers that are mainly shown by lines."""
REGION_OPACITY = 0.42


def field_picture(
    layers: Sequence[Layer], theme: Theme, classes: Sequence[str] = ()
) -> FieldPicture | None:
    """Return all ``layers`` composited into one picture, the first at the bottom; None if empty.

    Args:
        layers: Layers; those with axes other than the first one's are left out.
        theme: Supplies the colours.
        classes: The classes that have colours on the map, in their order: their regions get the
            same colours.
    """
    if not layers:
        return None
    rect, frame = layers[0].field.rect, layers[0].frame
    shown = [each for each in layers if each.frame.parallel(frame)]
    rows = max(each.field.values.shape[0] for each in shown)
    columns = max(each.field.values.shape[1] for each in shown)
    image = np.zeros((rows, columns, 4), np.float32)
    for layer in shown:
        colours = layer_rgba(layer, theme, classes)
        image = _over(_placed(colours, layer.field.rect, rect, rows, columns), image)
    levels = np.rint(np.clip(image, 0.0, 1.0) * 255).astype(np.uint8)
    lines = tuple(line for layer in shown for line in layer.lines)
    names = tuple(name for layer in shown for name in _names(layer))
    return FieldPicture(levels, rect, frame, lines=lines, names=names)


def _names(layer: Layer) -> Iterator[RegionName]:
    regions = layer.regions
    if regions is None:
        return
    each = zip(regions.classes, regions.spots.tolist(), regions.extents.tolist(), strict=True)
    for number, (x, y), (half_width, half_height) in each:
        yield RegionName(label_sign(layer.field.classes[number]), x, y, half_width, half_height)


def layer_rgba(layer: Layer, theme: Theme, classes: Sequence[str] = ()) -> NDArray[np.float32]:
    """Return straight colours ``[rows, columns, 4]`` in 0..1 of the values of ``layer``.

    Regions have the colours of their classes on the map; if there are too many classes for
    that, colours that differ between neighbouring regions.
    """
    field = layer.field
    if FIELDS[field.key].scale == "categorical":
        numbers = region_colours(layer, classes)
        return _class_colours(numbers[field.values.astype(np.int64)], theme)
    width = field.high - field.low
    return scale_rgba(field.key, (field.values - field.low) / width, theme)


def scale_rgba(key: str, shares: NDArray[np.floating], theme: Theme) -> NDArray[np.float32]:
    """Return straight colours ``[..., 4]`` of positions on the colour bar of ``key``, 0 to 1."""
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


def region_colours(layer: Layer, classes: Sequence[str] = ()) -> NDArray[np.int64]:
    """Return the colour index of each class of ``layer``, ``[n]``."""
    if layer.regions is not None and not 1 < len(classes) <= MAX_CLASSES:
        return layer.regions.colours
    places = {label: index for index, label in enumerate(classes)}
    return np.array([places.get(label, n) for n, label in enumerate(layer.field.classes)], np.int64)


def _class_colours(numbers: NDArray[np.int64], theme: Theme) -> NDArray[np.float32]:
    argb = class_rgba(numbers, theme)
    shifts = np.array([16, 8, 0], np.uint32)
    rgba = np.empty((*numbers.shape, 4), np.float32)
    rgba[..., :3] = ((argb[..., np.newaxis] >> shifts) & 0xFF) / np.float32(255)
    rgba[..., 3] = REGION_OPACITY
    return rgba


def _over(top: NDArray[np.float32], below: NDArray[np.float32]) -> NDArray[np.float32]:
    """Composite straight colours ``top`` over ``below`` (Porter and Duff 1984)."""
    a, b = top[..., 3:], below[..., 3:] * (1.0 - top[..., 3:])
    alpha = a + b
    # Where both are transparent, use the top's colour: interpolation mixes it into neighbours.
    share = np.where(alpha > 0.0, a / np.maximum(alpha, 1e-6), 1.0)
    mixed: NDArray[np.float32] = np.empty_like(top)
    mixed[..., :3] = share * top[..., :3] + (1.0 - share) * below[..., :3]
    mixed[..., 3:] = alpha
    return mixed


def _placed(
    image: NDArray[np.float32], of: Bounds, rect: Bounds, rows: int, columns: int
) -> NDArray[np.float32]:
    """Resample ``image`` from the rectangle ``of`` to cells of ``rect``; transparent outside."""
    down, is_down = _cells(image.shape[0], of[1], of[3], rect[1], rect[3], rows)
    across, is_across = _cells(image.shape[1], of[0], of[2], rect[0], rect[2], columns)
    placed: NDArray[np.float32] = image[down[:, np.newaxis], across]
    placed[~(is_down[:, np.newaxis] & is_across), 3] = 0.0
    return placed


def _cells(
    cells: int, low: float, high: float, begin: float, end: float, count: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the source cell of each of ``count`` target cells, and whether it exists."""
    places = begin + (np.arange(count) + 0.5) * (end - begin) / count
    found = np.floor((places - low) / (high - low) * cells).astype(np.int64)
    return np.clip(found, 0, cells - 1), (found >= 0) & (found < cells)


def _rgb(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()
