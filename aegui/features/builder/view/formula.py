"""The objective as a formula, with the current value below each of its terms."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from aegui.core.i18n import localized, short_number, tr, with_marks
from aegui.core.light_dataclass import dataclass
from aegui.core.training.terms import TERMS, definitions, equations
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.math_boxes import FormulaRow, typeset
from aegui.kit.painted import Painted
from aegui.kit.theme import current_theme, figures_font

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QFont, QResizeEvent

    from aegui.core.recipe import Recipe
    from aegui.core.training.terms import Equation, Summand

_FORMULA = 1.35
_SMALL = 1.1
_NUMBER = 0.88
_SIGN_MARGIN = 0.34
_LINE_GAP_PX = 8.0
_RULE_GAP_PX = 3.0
_DIGITS = 4


def number_text(value: float) -> str:
    """Return ``value`` with few digits, as shown below a term."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "–"
    return localized(value, f",.{_DIGITS}g") if abs(value) < 1e4 else localized(value, ",.0f")


@dataclass(frozen=True)
class _Column:
    """A part of an equation: the typeset formula, the key of its value, its weight and meaning."""

    box: FormulaRow
    key: str = ""
    weight: float = 1.0
    help: str = ""
    is_sign: bool = False


@dataclass(frozen=True)
class _Placed:
    """A column with its position; ``area`` is its hit-test area."""

    column: _Column
    x: float
    baseline: float
    area: QRectF


class FormulaView(Painted):
    """Paints the objective of a recipe; long lines are broken before a sign."""

    accessible_role = QAccessible.Role.Equation

    def __init__(self) -> None:
        super().__init__()
        self.figures = offer_painted(self, "formula", fits=False)
        self._equations: tuple[Equation, ...] = ()
        self._definitions: tuple[str, ...] = ()
        self._terms: Mapping[str, float] = MappingProxyType({})
        self._placed: list[_Placed] = []
        self._notes: list[tuple[FormulaRow, float, float]] = []
        self._height = 0.0
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    # ------------------------------------------------------------------- state

    def set_recipe(self, recipe: Recipe) -> None:
        """Show the objective of ``recipe``."""
        found = equations(recipe), definitions(recipe)
        if found != (self._equations, self._definitions):
            self._equations, self._definitions = found
            # The values were of another objective.
            self._terms = MappingProxyType({})
            self._arrange()
        self._describe()

    def set_terms(self, terms: Mapping[str, float]) -> None:
        """Set the current values by term key, without their weights; {} for none."""
        if terms == self._terms:
            return
        had = bool(self._terms)
        self._terms = MappingProxyType(dict(terms))
        if had != bool(terms) or self._is_wider():
            self._arrange()
        self._describe()
        self.update()

    def term_text(self, key: str, weight: float = 1.0) -> str:
        """Return the text below a term: its weighted value, or an empty string."""
        value = self._terms.get(key)
        return "" if value is None else number_text(weight * value)

    def _is_wider(self) -> bool:
        """Return whether a value has become too wide for its column."""
        metrics = QFontMetricsF(self._number_font())
        return any(
            metrics.horizontalAdvance(self.term_text(placed.column.key, placed.column.weight))
            > placed.area.width()
            for placed in self._placed
        )

    def _describe(self) -> None:
        words = []
        for equation in self._equations:
            parts = [self._in_words(part) for part in equation.summands]
            left = f"{tr(TERMS[equation.key].label)} {self.term_text(equation.key)}".strip()
            words.append(f"{left} = {' + '.join(parts)}")
        self.setAccessibleName(tr("Objective: {words}", words="; ".join(words)))

    def _in_words(self, part: Summand) -> str:
        label = tr(TERMS[part.key].label) if part.key else tr(part.help)
        return f"{label} {self.term_text(part.key, part.weight)}".strip()

    # ------------------------------------------------------------- arrangement

    def _px(self, scale: float) -> float:
        return scale * QFontMetricsF(self.font()).height() * 0.8

    def _number_font(self) -> QFont:
        return figures_font(self.font(), scale=_NUMBER)

    def _columns(self, equation: Equation) -> list[_Column]:
        px, font = self._px(_FORMULA), self.font()
        left = TERMS[equation.key]
        columns = [
            _Column(typeset(equation.left, font, px), equation.key, 1.0, left.help),
            _Column(typeset("=", font, px), is_sign=True),
        ]
        for index, part in enumerate(equation.summands):
            is_negative = part.formula.startswith("−")
            if index and not is_negative:
                columns.append(_Column(typeset("+", font, px), is_sign=True))
            formula = part.formula
            if index and is_negative:
                columns.append(_Column(typeset("−", font, px), is_sign=True))
                formula = formula[1:]
            # If one term is the whole sum, its value is already shown below the sum.
            key = "" if part.key == equation.key else part.key
            columns.append(_Column(typeset(formula, font, px), key, part.weight, part.help))
        return columns

    def _arrange(self) -> None:
        """Lay out all formulas for the current width."""
        self._placed, self._notes = [], []
        top = 2.0
        for equation in self._equations:
            top = self._arrange_equation(self._columns(equation), top)
        top = self._arrange_notes(top)
        if top != self._height:
            self._height = top
            self.updateGeometry()
        self.update()

    def _arrange_equation(self, columns: list[_Column], top: float) -> float:
        metrics = QFontMetricsF(self._number_font())
        margin = _SIGN_MARGIN * self._px(_FORMULA)
        widths = [
            max(
                column.box.width,
                metrics.horizontalAdvance(self.term_text(column.key, column.weight)),
            )
            + (2 * margin if column.is_sign else 0.0)
            for column in columns
        ]
        indent = widths[0]
        line: list[tuple[_Column, float, float]] = []
        x = 0.0
        for i, (column, width) in enumerate(zip(columns, widths, strict=True)):
            # A sign stays on the line of the summand that follows.
            following = widths[i + 1] if column.is_sign and i + 1 < len(widths) else 0.0
            if column.is_sign and i > 1 and x + width + following > self.width():
                top = self._place_line(line, top)
                line, x = [], indent
            line.append((column, x, width))
            x += width
        return self._place_line(line, top)

    def _place_line(self, line: list[tuple[_Column, float, float]], top: float) -> float:
        if not line:
            return top
        ascent = max(column.box.ascent for column, _, _ in line)
        descent = max(column.box.descent for column, _, _ in line)
        baseline = top + ascent
        number_px = QFontMetricsF(self._number_font()).height() if self._terms else 0.0
        foot = baseline + descent + (_RULE_GAP_PX * 2 + number_px if self._terms else 0.0)
        for column, x, width in line:
            area = QRectF(x, top, width, foot - top)
            at = x + (width - column.box.width) / 2.0
            self._placed.append(_Placed(column, at, baseline, area))
        return foot + _LINE_GAP_PX

    def _arrange_notes(self, top: float) -> float:
        px = self._px(_SMALL)
        gap = 1.2 * px
        x, line_px = 0.0, 1.35 * px
        for text in self._definitions:
            box = typeset(text, self.font(), px)
            if x and x + box.width > self.width():
                x, top = 0.0, top + line_px
            self._notes.append((box, x, top + px))
            x += box.width + gap
        return top + (line_px if self._definitions else 0.0) + 2.0

    def heightForWidth(self, width: int) -> int:
        """Return the height for the current width; a resize lays out anew and updates it."""
        return math.ceil(self._height)

    def sizeHint(self) -> QSize:
        """Return a minimal width and the laid-out height: any width will do."""
        return QSize(120, math.ceil(self._height))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines for the new width."""
        if event.oldSize().width() != event.size().width():
            self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Lay out again when the font or style changes."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._arrange()
        super().changeEvent(event)

    # ---------------------------------------------------------------- painting

    def paint(self, painter: QPainter) -> None:
        """Paint formulas in the text colour, values in the accent, and definitions dimmed."""
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for placed in self._placed:
            painter.setPen(theme.text)
            placed.column.box.paint(painter, placed.x, placed.baseline)
            self._paint_number(painter, placed)
        painter.setPen(theme.text_dim)
        for box, x, baseline in self._notes:
            box.paint(painter, x, baseline)

    def _paint_number(self, painter: QPainter, placed: _Placed) -> None:
        text = self.term_text(placed.column.key, placed.column.weight)
        if not text:
            return
        theme = current_theme()
        font = self._number_font()
        height = QFontMetricsF(font).height()
        line = QRectF(
            placed.area.left(), placed.area.bottom() - height, placed.area.width(), height
        )
        rule = line.top() - _RULE_GAP_PX
        painter.setPen(QPen(theme.border, 1.0))
        half = placed.column.box.width / 2.0
        middle = placed.area.center().x()
        painter.drawLine(QPointF(middle - half, rule), QPointF(middle + half, rule))
        painter.setFont(font)
        painter.setPen(theme.accent)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)

    # ---------------------------------------------------------------- tooltips

    def tip_at(self, position: QPoint) -> str:
        """Return the meaning and value of the part of the formula at ``position``."""
        for placed in self._placed:
            column = placed.column
            if not column.is_sign and placed.area.contains(position.toPointF()):
                return self._tooltip(column)
        return tr("x: the image. z: its code. f: encoder, g: decoder. n: numbers per image.")

    def _tooltip(self, column: _Column) -> str:
        lines = [tr(column.help)]
        value = self._terms.get(column.key)
        if value is not None and column.weight != 1.0:
            lines.append(
                tr(
                    "{weight} times {value}",
                    weight=with_marks(short_number(column.weight)),
                    value=number_text(value),
                )
            )
        elif column.weight != 1.0:
            lines.append(tr("Weight: {weight}", weight=with_marks(short_number(column.weight))))
        return "\n".join(lines)
