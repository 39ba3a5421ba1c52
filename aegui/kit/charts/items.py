"""Plots made of items that can be hit-tested and highlighted."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtGui import QPainterPath, QPainterPathStroker

from aegui.kit.charts.made import Lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtCore import QPointF, QRectF

    from aegui.kit.charts.ink import Ink

_REACH_PX = 7.0
"""Distance within which the pointer hits a line."""


@dataclass(frozen=True, eq=False)
class ItemShape:
    """The painted shape of an item."""

    item: int
    """Index in the plot; several shapes may belong to one item."""
    path: QPainterPath
    """Its outline, or the line itself."""
    is_line: bool = False
    """Whether it is a line: hit within some pixels, highlighted by a wider stroke."""

    def distance_class(self, at: QPointF) -> int | None:
        """Return 0 if ``at`` is on the shape, 1 if it is near to it, otherwise None."""
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


class ManyShapes(Lazy[ItemShape]):
    """Shapes of very many items, made on demand; indices of shapes and items coincide."""

    @abstractmethod
    def item_at(self, at: QPointF) -> int | None:
        """Return the item at ``at``; None if there is none."""

    @abstractmethod
    def step(self, item: int, across: int, down: int) -> int:
        """Return the item beside ``item``; ``item`` itself if there is none."""


class ItemPlot(Protocol):
    """A chart whose items can be located."""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint the chart in ``rect``."""
        self.shapes(ink, rect)

    def shapes(self, ink: Ink, rect: QRectF) -> Sequence[ItemShape]:
        """Paint the chart in ``rect``, and return the shapes of its items."""


def area_of(item: int, rect: QRectF) -> ItemShape:
    """Return the shape of an item that fills a rectangle."""
    path = QPainterPath()
    path.addRect(rect)
    return ItemShape(item, path)


def line_of(item: int, points: Iterable[QPointF]) -> ItemShape:
    """Return the shape of an item that is a line through ``points``."""
    path = QPainterPath()
    for number, point in enumerate(points):
        (path.lineTo if number else path.moveTo)(point)
    return ItemShape(item, path, is_line=True)


def shapes_of(shapes: Sequence[ItemShape], items: frozenset[int]) -> Iterable[ItemShape]:
    """Return the shapes of ``items``."""
    if isinstance(shapes, ManyShapes):
        return [shapes[item] for item in sorted(items) if 0 <= item < len(shapes)]
    return [shape for shape in shapes if shape.item in items]


def item_at(shapes: Sequence[ItemShape], at: QPointF) -> int | None:
    """Return the nearest item at ``at``, of equally near ones the topmost; None if none."""
    if isinstance(shapes, ManyShapes):
        return shapes.item_at(at)
    found: tuple[int, int] | None = None
    for shape in reversed(shapes):
        rank = shape.distance_class(at)
        if rank is not None and (found is None or rank < found[0]):
            found = rank, shape.item
    return None if found is None else found[1]
