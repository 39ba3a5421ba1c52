"""Fields of small squares in rows: one square for each of very many items."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.figure import panel_rects
from aegui.kit.charts.ink import GAP, LEFT, NAME_PT, RIGHT, TICK_PT
from aegui.kit.charts.items import FieldItems, ItemPlot, ItemShape, ManyShapes, area_of
from aegui.kit.charts.legend import LegendEntry, paint_legend
from aegui.kit.theme import blend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QColor

    from aegui.kit.charts.ink import Ink

Kind = Literal["empty", "crossed", "bad", "full", "shade"]
KINDS: tuple[Kind, ...] = ("empty", "crossed", "bad", "full", "shade")
"""Kinds of squares: an outline; one with a cross; a smaller one in a shade of the error colour; a
full one in the accent colour; one in a shade of it. Distinct by shape as well as by colour.
"""

_MAX_SIDE = 32.0
_FIRM_SIDE = 3.0
_GAP_SIDE = 5.0
_SHADES = 24
_PALEST, _FULLEST = 0.22, 1.0
_SMALLER = 0.17
"""Margin around a ``bad`` square, as a share of its side."""
_STEPS = (1, 2, 5)
_FEW = 20
_SWATCH = 7.0


@dataclass(frozen=True, eq=False)
class Squares:
    """One field."""

    kinds: NDArray[np.int8]
    """Indices in ``KINDS``, int8 ``[n]``."""
    shades: NDArray[np.float64]
    """Shade of each, 0..1 ``[n]``, used if its kind is shaded."""
    names: Sequence[str] = ()
    """Name of each, or empty; the first of each row is written beside it."""
    title: str = ""
    """Title above the field, used if there are several."""


@dataclass(frozen=True)
class SquareSign:
    """Legend entry: squares of some kinds and shades, and their meaning."""

    styles: tuple[tuple[Kind, float], ...]
    text: str


@dataclass(frozen=True)
class SquareGrid:
    """Layout of the squares of a field; ``left``, ``top`` is the corner of the first."""

    left: float
    top: float
    side: float
    columns: int
    count: int

    def square(self, at: int) -> QRectF:
        """Return the rectangle of a square."""
        row, column = divmod(at, self.columns)
        return QRectF(
            self.left + column * self.side, self.top + row * self.side, self.side, self.side
        )

    def at(self, x: float, y: float) -> int | None:
        """Return the square at a position; None if there is none."""
        column, row = (x - self.left) // self.side, (y - self.top) // self.side
        if not (0 <= column < self.columns and row >= 0):
            return None
        found = int(row) * self.columns + int(column)
        return found if found < self.count else None


class SquareShapes(ManyShapes):
    """The shapes of all squares.

    Items are numbered through all fields; if there are several, an item for each field as a whole
    follows.
    """

    def __init__(self, grids: Sequence[SquareGrid], areas: Sequence[QRectF]) -> None:
        self._grids = tuple(grids)
        self._areas = tuple(areas)
        self._items = FieldItems([grid.count for grid in grids])

    def __len__(self) -> int:
        return self._items.total

    def element_at(self, at: int) -> ItemShape:
        """Return the shape of item ``at``; indices of shapes and items coincide."""
        field, number = self._items.field_of(at)
        return area_of(
            at, self._areas[field] if number is None else self._grids[field].square(number)
        )

    def item_at(self, at: QPointF) -> int | None:
        """Return the square at a position, or the field if it is beside its squares."""
        for start, grid in zip(self._items.starts, self._grids, strict=False):
            found = grid.at(at.x(), at.y())
            if found is not None:
                return start + found
        for number in range(len(self) - self._items.starts[-1]):
            if self._areas[number].contains(at):
                return self._items.starts[-1] + number
        return None

    def step(self, item: int, across: int, down: int) -> int:
        """Return the square beside ``item``; ``item`` itself if there is none in its field."""
        field, number = self._items.field_of(item)
        if number is None:
            return item
        grid, start = self._grids[field], self._items.starts[field]
        to = item + across + down * grid.columns
        return to if start <= to < start + grid.count else item


@dataclass(frozen=True, eq=False)
class SquareFields(ItemPlot):
    """Several fields side by side, with a legend above them."""

    parts: tuple[Squares, ...]
    """The fields."""
    signs: tuple[SquareSign, ...] = ()
    """The legend entries."""

    def shapes(self, ink: Ink, rect: QRectF) -> SquareShapes:
        """Paint the plot and return the squares, then the fields."""
        top = paint_legend(ink, rect, [self._entry(ink, sign) for sign in self.signs])
        rect = rect.adjusted(0.0, top, 0.0, 0.0)
        areas = panel_rects(len(self.parts), rect)
        grids = []
        # One size for all fields, so that they can be compared.
        sides = [self._side(ink, part, area) for part, area in zip(self.parts, areas, strict=True)]
        side = min(sides, default=(1.0, 1))
        for part, area in zip(self.parts, areas, strict=True):
            if part.title and len(self.parts) > 1:
                line = ink.line(NAME_PT)
                box = QRectF(area.left(), area.top(), area.width(), line)
                text = ink.elided(part.title, NAME_PT, area.width())
                ink.write(text, box, NAME_PT, ink.theme.text, LEFT)
            grids.append(self._paint_part(ink, part, area, side))
        return SquareShapes(grids, areas)

    def _field(self, ink: Ink, part: Squares, area: QRectF) -> QRectF:
        """Return the rectangle of the squares: below the title, beside the names of the rows."""
        top = ink.line(NAME_PT) + GAP if part.title and len(self.parts) > 1 else 0.0
        left = 0.0
        if part.names:
            ends = (part.names[0], part.names[-1])
            left = max(ink.width(name, TICK_PT) for name in ends) + 1.5 * GAP
        return area.adjusted(left, top, 0.0, 0.0)

    def _side(self, ink: Ink, part: Squares, area: QRectF) -> tuple[float, int]:
        """Return the largest side of a square and the number per row, round for long rows."""
        field = self._field(ink, part, area)
        return largest(len(part.kinds), field.width(), field.height(), ink.length(_MAX_SIDE))

    def _paint_part(
        self, ink: Ink, part: Squares, area: QRectF, best: tuple[float, int]
    ) -> SquareGrid:
        field = self._field(ink, part, area)
        side, columns = best
        if ink.is_screen and side >= _FIRM_SIDE:
            side = float(math.floor(side))
            field.moveTopLeft(QPointF(math.ceil(field.left()), math.ceil(field.top())))
        grid = SquareGrid(field.left(), field.top(), side, columns, len(part.kinds))
        self._paint_squares(ink, part, grid)
        self._paint_names(ink, part, grid, area)
        return grid

    def _paint_squares(self, ink: Ink, part: Squares, grid: SquareGrid) -> None:
        """Paint squares grouped by look: very many are painted in a few calls."""
        gap = 0.0 if grid.side < _GAP_SIDE else 1.0 if ink.is_screen else 0.12 * grid.side
        steps = np.clip(np.nan_to_num(part.shades), 0.0, 1.0) * (_SHADES - 1)
        styles = part.kinds.astype(np.int64) * _SHADES + steps.round().astype(np.int64)
        for style in np.unique(styles).tolist():
            kind, step = KINDS[style // _SHADES], (style % _SHADES) / (_SHADES - 1)
            of_kind = [
                grid.square(at).adjusted(0.0, 0.0, -gap, -gap)
                for at in np.flatnonzero(styles == style).tolist()
            ]
            _paint_square(ink, of_kind, kind, step)

    def _paint_names(self, ink: Ink, part: Squares, grid: SquareGrid, area: QRectF) -> None:
        if not part.names:
            return
        line = ink.line(TICK_PT)
        rows = -(-grid.count // grid.columns)
        stride = _round_up(max(1, math.ceil(line / grid.side)))
        dim = ink.theme.text_dim if ink.is_screen else ink.theme.text
        for row in range(0, rows, stride):
            square = grid.square(row * grid.columns)
            box = QRectF(
                area.left(), square.center().y() - line / 2, grid.left - GAP - area.left(), line
            )
            ink.write(part.names[row * grid.columns], box, TICK_PT, dim, RIGHT)

    def _entry(self, ink: Ink, sign: SquareSign) -> LegendEntry:
        swatch = ink.length(_SWATCH)

        def paint_sign(box: QRectF) -> None:
            top = box.center().y() - swatch / 2
            for number, (kind, shade) in enumerate(sign.styles):
                left = box.left() + number * swatch
                square = QRectF(left, top, swatch - 1.0, swatch - 1.0)
                _paint_square(ink, [square], kind, shade)

        return LegendEntry(sign.text, len(sign.styles) * swatch, paint_sign)


def largest(count: int, width: float, height: float, most: float) -> tuple[float, int]:
    """Return the largest side of ``count`` squares in a rectangle, and the number per row.

    With many squares the number per row is round, 1, 2 or 5 times a power of ten, so that the index
    of a square can be read off.
    """
    found = (0.0, 1)
    round_ones = (step * 10**power for power in range(7) for step in _STEPS)
    # Few squares can be counted at a glance.
    for columns in range(1, _FEW + 1) if count <= _FEW else round_ones:
        side = min(width / columns, height / max(1, math.ceil(count / columns)), most)
        # Among equally large squares prefer longer rows, which leave less space empty.
        if side >= found[0] - 1e-9:
            found = side, columns
        if columns >= count:
            break
    return max(found[0], 0.1), found[1]


def _round_up(number: int) -> int:
    """Return the next of 1, 2, 5, 10, 20, ... that is not below ``number``."""
    power: int = 10 ** int(math.log10(number))
    return next(step * power for step in (*_STEPS, 10) if step * power >= number)


def _paint_square(ink: Ink, squares: list[QRectF], kind: Kind, shade: float) -> None:
    painter, theme = ink.painter, ink.theme
    if kind in {"empty", "crossed"}:
        painter.setPen(ink.pen(theme.border if kind == "empty" else theme.text_dim, 0.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = [one.adjusted(0.5, 0.5, -0.5, -0.5) if ink.is_screen else one for one in squares]
        if inner and inner[0].width() > 1.0:
            painter.drawRects(inner)
        if kind == "crossed":
            for one in inner:
                painter.drawLine(one.topLeft(), one.bottomRight())
                painter.drawLine(one.bottomLeft(), one.topRight())
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_colour(ink, kind, shade))
    painter.drawRects([_smaller(one) for one in squares] if kind == "bad" else squares)


def _smaller(square: QRectF) -> QRectF:
    left = _SMALLER * square.width()
    return square.adjusted(left, left, -left, -left)


def _colour(ink: Ink, kind: Kind, shade: float) -> QColor:
    if kind == "full":
        return ink.theme.accent
    colour = ink.theme.bad if kind == "bad" else ink.theme.accent
    return blend(colour, ink.ground, _PALEST + (_FULLEST - _PALEST) * shade)
