"""Plots whose parts are things that can be pointed at: what is under the mouse, what is chosen."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtGui import QPainterPath, QPainterPathStroker

from aegui.kit.charts.made import Made

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtCore import QPointF, QRectF

    from aegui.kit.charts.ink import Ink

_REACH_PX = 7.0
"""A line is pointed at from so near."""


@dataclass(frozen=True, eq=False)
class ItemShape:
    """Where an item is painted.

    Attributes:
        item: Its number in the plot; several shapes may be of one item.
        path: Its outline, or the line that it is.
        is_line: Whether it is a line: pointed at from near by, drawn fuller where it is marked.
    """

    item: int
    path: QPainterPath
    is_line: bool = False

    def distance_class(self, at: QPointF) -> int | None:
        """0 where ``at`` is on it, 1 where it is near to it; None: neither."""
        if not self.is_line:
            return 0 if self.path.contains(at) else None
        if not self.path.boundingRect().adjusted(*_AROUND).contains(at):
            return None
        for rank, width in enumerate((2.0, 2 * _REACH_PX)):
            stroker = QPainterPathStroker()
            stroker.setWidth(width)
            if stroker.createStroke(self.path).contains(at):
                return rank
        return None


_AROUND = (-_REACH_PX, -_REACH_PX, _REACH_PX, _REACH_PX)


class ManyShapes(Made[ItemShape]):
    """Shapes of very many items, each made when it is asked for; places and items are the same."""

    @abstractmethod
    def item_at(self, at: QPointF) -> int | None:
        """The item at a spot."""

    @abstractmethod
    def step(self, item: int, across: int, down: int) -> int:
        """The item beside ``item``; itself where there is none."""


class ItemPlot(Protocol):
    """A chart whose items can be found again."""

    @property
    def title(self) -> str:
        """What it is called beside others."""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint it in ``rect``."""

    def shapes(self, ink: Ink, rect: QRectF) -> Sequence[ItemShape]:
        """Paint it in ``rect``, and tell where its items are."""


def area_of(item: int, rect: QRectF) -> ItemShape:
    """An item that fills a rectangle."""
    path = QPainterPath()
    path.addRect(rect)
    return ItemShape(item, path)


def line_of(item: int, points: Iterable[QPointF]) -> ItemShape:
    """An item that is a line through ``points``."""
    path = QPainterPath()
    for number, point in enumerate(points):
        (path.lineTo if number else path.moveTo)(point)
    return ItemShape(item, path, is_line=True)


def shapes_of(shapes: Sequence[ItemShape], items: frozenset[int]) -> Iterable[ItemShape]:
    """Those of ``items``."""
    if isinstance(shapes, ManyShapes):
        return [shapes[item] for item in sorted(items) if 0 <= item < len(shapes)]
    return [shape for shape in shapes if shape.item in items]


def item_at(shapes: Sequence[ItemShape], at: QPointF) -> int | None:
    """The item at a spot; of several the nearest one, and of those that are as near the last."""
    if isinstance(shapes, ManyShapes):
        return shapes.item_at(at)
    found: tuple[int, int] | None = None
    for shape in reversed(shapes):
        rank = shape.distance_class(at)
        if rank is not None and (found is None or rank < found[0]):
            found = rank, shape.item
    return None if found is None else found[1]
