"""Small multiples: the same kind of plot many times, each with its title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.figure import Content, paint_titled, panel_rects
from aegui.kit.charts.items import ItemPlot, ItemShape, area_of

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

    from aegui.kit.charts.ink import Ink

_SHAPE = 1.2
"""Preferred aspect ratio (width / height) of one plot."""


@dataclass(frozen=True, eq=False)
class SmallMultiples(ItemPlot):
    """Plots side by side, each painted below its title."""

    parts: tuple[Content, ...]

    def shapes(self, ink: Ink, rect: QRectF) -> tuple[ItemShape, ...]:
        """Paint the plots and return the rectangle of each."""
        areas = panel_rects(len(self.parts), rect, _SHAPE)
        for part, area in zip(self.parts, areas, strict=True):
            paint_titled(ink, part, area)
        return tuple(area_of(index, area) for index, area in enumerate(areas))
