"""Plots made of items that can be hit-tested and highlighted, also of very many items."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar, overload

import numpy as np
from PySide6.QtGui import QPainterPath, QPainterPathStroker

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QPointF, QRectF

    from aegui.kit.charts.ink import Ink


_Thing = TypeVar("_Thing")


class Lazy(Sequence[_Thing]):
    """A sequence whose elements are computed by ``element_at`` on each access."""

    @abstractmethod
    def element_at(self, at: int) -> _Thing:
        """Return the element at index ``at``, 0 to length - 1."""

    @overload
    def __getitem__(self, at: int) -> _Thing: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[_Thing]: ...
    def __getitem__(self, at: int | slice) -> _Thing | Sequence[_Thing]:
        if isinstance(at, slice):
            return [self.element_at(one) for one in range(*at.indices(len(self)))]
        return self.element_at(range(len(self))[at])


class FieldItems:
    """Indices of items over several fields; with more than one field, each field is an item too."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.starts: list[int] = np.concatenate([[0], np.cumsum(counts)]).astype(int).tolist()
        """First item of each field, and the first item that is a whole field."""
        self.total: int = self.starts[-1] + (len(counts) if len(counts) > 1 else 0)
        """Number of items."""

    def field_of(self, item: int) -> tuple[int, int | None]:
        """Return the field of ``item`` and its index there; None for the field as a whole."""
        if item >= self.starts[-1]:
            return item - self.starts[-1], None
        field = int(np.searchsorted(self.starts, item, side="right")) - 1
        return field, item - self.starts[field]


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
