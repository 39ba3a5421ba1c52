r"""Typesetting of short formulas: a subset of TeX as boxes with a size that paint themselves.

Supported are ``_{}``, ``^{}``, ``\frac{}{}``, ``\hat{}``, ``\tilde{}``, ``\sum`` (its ``_`` is set
below it) and ``\op{name}`` for upright names. Letters are italic, digits and signs upright, as
in a book.
"""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QPointF, QSize
from PySide6.QtGui import QAccessible, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy

from aegui.core.formula_text import plain_formula
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.kit.painted import Painted
from aegui.kit.theme import SPACING, current_theme

if TYPE_CHECKING:
    from collections.abc import Sequence


FAMILIES = (
    "STIX Two Text",
    "STIXGeneral",
    "Cambria Math",
    "Latin Modern Math",
    "Times New Roman",
    "Liberation Serif",
    "Nimbus Roman",
    "DejaVu Serif",
)
"""Serif font families in order of preference; every system has one of them."""

_SCRIPT = 0.72
_MIN_PX = 9
_THIN = 0.2
_RAISE, _LOWER = 0.42, 0.22
_SUM = 1.3
_SUM_BELOW = 0.64


class FormulaBox(Protocol):
    """A typeset element: its extent about the baseline, in pixels, and how to paint it."""

    @property
    def width(self) -> float:
        """Return the extent along the baseline."""

    @property
    def ascent(self) -> float:
        """Return the extent above the baseline."""

    @property
    def descent(self) -> float:
        """Return the extent below the baseline."""

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Paint the element with its left end at ``x``, in the colour of the painter's pen."""


def math_font(base: QFont, px: float, *, italic: bool) -> QFont:
    """Return the font of formulas, ``px`` pixels high."""
    font = QFont(base)
    font.setFamilies(list(FAMILIES))
    font.setStyleHint(QFont.StyleHint.Serif)
    font.setPixelSize(max(_MIN_PX, round(px)))
    font.setItalic(italic)
    font.setBold(False)
    return font


@dataclass
class Glyphs:
    """Text in one font."""

    text: str
    font: QFont
    width: float = field(init=False)
    ascent: float = field(init=False)
    descent: float = field(init=False)

    def __post_init__(self) -> None:
        """Measure the text."""
        metrics = QFontMetricsF(self.font)
        self.width = metrics.horizontalAdvance(self.text)
        # Italic letters overhang their advance width; what follows must keep clear of them.
        if self.font.italic():
            lean = metrics.tightBoundingRect(self.text).right() - self.width
            self.width += max(0.0, lean) + 0.02 * self.font.pixelSize()
        self.ascent = 0.74 * self.font.pixelSize()
        self.descent = 0.24 * self.font.pixelSize()

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Paint the text."""
        painter.setFont(self.font)
        painter.drawText(QPointF(x, baseline), self.text)


@dataclass
class FormulaSpace:
    """Blank space of some width."""

    width: float
    ascent: float = 0.0
    descent: float = 0.0

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Paint nothing."""


@dataclass
class FormulaRow:
    """Boxes side by side."""

    boxes: Sequence[FormulaBox]

    @property
    def width(self) -> float:
        """Return the sum of the widths."""
        return sum(box.width for box in self.boxes)

    @property
    def ascent(self) -> float:
        """Return the largest ascent."""
        return max((box.ascent for box in self.boxes), default=0.0)

    @property
    def descent(self) -> float:
        """Return the largest descent."""
        return max((box.descent for box in self.boxes), default=0.0)

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Paint the boxes from left to right."""
        for box in self.boxes:
            box.paint(painter, x, baseline)
            x += box.width


@dataclass
class Scripts:
    """A base with a subscript and a superscript."""

    base: FormulaBox
    sub: FormulaBox | None
    sup: FormulaBox | None
    px: float

    @property
    def width(self) -> float:
        """Return the width of the base and the wider script."""
        return self.base.width + max(box.width for box in (self.sub, self.sup) if box) + 0.5

    @property
    def ascent(self) -> float:
        """Return the ascent including the superscript."""
        raised = self.sup.ascent + _RAISE * self.px if self.sup else 0.0
        return max(self.base.ascent, raised)

    @property
    def descent(self) -> float:
        """Return the descent including the subscript."""
        lowered = self.sub.descent + _LOWER * self.px if self.sub else 0.0
        return max(self.base.descent, lowered)

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Paint base, subscript and superscript."""
        self.base.paint(painter, x, baseline)
        x += self.base.width + 0.5
        if self.sub:
            self.sub.paint(painter, x, baseline + _LOWER * self.px)
        if self.sup:
            self.sup.paint(painter, x, baseline - _RAISE * self.px)


@dataclass
class Fraction:
    """A numerator over a denominator with a line between them."""

    top: FormulaBox
    bottom: FormulaBox
    px: float

    @property
    def width(self) -> float:
        """Return the width of the wider part with the overhanging line and side bearings."""
        return max(self.top.width, self.bottom.width) + 0.32 * self.px

    @property
    def _axis(self) -> float:
        return 0.27 * self.px

    @property
    def ascent(self) -> float:
        """Return the extent above the baseline."""
        return self._axis + self.top.ascent + self.top.descent + 0.08 * self.px

    @property
    def descent(self) -> float:
        """Return the extent below the baseline."""
        return max(0.0, self.bottom.ascent + self.bottom.descent + 0.1 * self.px - self._axis)

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Paint numerator, line and denominator."""
        line = baseline - self._axis
        middle = x + self.width / 2.0
        half = max(self.top.width, self.bottom.width) / 2.0 + 0.06 * self.px
        self.top.paint(
            painter, middle - self.top.width / 2.0, line - self.top.descent - 0.08 * self.px
        )
        self.bottom.paint(
            painter, middle - self.bottom.width / 2.0, line + self.bottom.ascent + 0.1 * self.px
        )
        pen = painter.pen()
        painter.setPen(QPen(pen.color(), max(1.0, 0.05 * self.px)))
        painter.drawLine(QPointF(middle - half, line), QPointF(middle + half, line))
        painter.setPen(pen)


@dataclass
class Accent:
    """A hat or tilde over one letter."""

    base: FormulaBox
    sign: str
    px: float

    @property
    def width(self) -> float:
        """Return the width of the letter."""
        return self.base.width

    @property
    def ascent(self) -> float:
        """Return the ascent including the accent."""
        return 0.82 * self.px

    @property
    def descent(self) -> float:
        """Return the descent of the letter."""
        return self.base.descent

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Paint the letter and the accent, shifted for the slant of italics."""
        self.base.paint(painter, x, baseline)
        # The accent is placed just above the x-height.
        top = baseline - 0.56 * self.px
        centre = x + 0.56 * self.base.width
        half, height = 0.19 * self.px, 0.13 * self.px
        path = QPainterPath(QPointF(centre - half, top))
        if self.sign == "hat":
            path.lineTo(centre, top - height)
            path.lineTo(centre + half, top)
        else:
            path.cubicTo(
                QPointF(centre - 0.4 * half, top - 2.2 * height),
                QPointF(centre + 0.4 * half, top + 0.6 * height),
                QPointF(centre + half, top - height),
            )
        pen = painter.pen()
        painter.strokePath(path, QPen(pen.color(), max(1.0, 0.06 * self.px)))


@dataclass
class Sum:
    """A summation sign with an optional subscript below it."""

    sigma: Glyphs
    below: FormulaBox | None

    @property
    def width(self) -> float:
        """Return the width of the wider part."""
        return max(self.sigma.width, self.below.width if self.below else 0.0)

    @property
    def ascent(self) -> float:
        """Return the ascent of the sign, which is set slightly low."""
        return 0.68 * self.sigma.font.pixelSize()

    @property
    def descent(self) -> float:
        """Return the descent including the subscript."""
        below = self.below.ascent + self.below.descent if self.below else 0.0
        return 0.28 * self.sigma.font.pixelSize() + below

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Paint the sign and the subscript, centred."""
        low = baseline + 0.12 * self.sigma.font.pixelSize()
        self.sigma.paint(painter, x + (self.width - self.sigma.width) / 2.0, low)
        if self.below:
            at = low + 0.16 * self.sigma.font.pixelSize() + self.below.ascent
            self.below.paint(painter, x + (self.width - self.below.width) / 2.0, at)


class _TexParser:
    """Recursive-descent parser of one formula."""

    def __init__(self, text: str, base: QFont) -> None:
        self._text = text
        self._base = base
        self._at = 0

    def row(self, px: float, *, upright: bool = False) -> FormulaRow:
        """Parse up to a closing brace or the end."""
        boxes: list[FormulaBox] = []
        while self._at < len(self._text) and self._text[self._at] != "}":
            boxes.append(self._with_scripts(px, upright=upright))
        return FormulaRow(boxes)

    def _with_scripts(self, px: float, *, upright: bool) -> FormulaBox:
        base = self._atom(px, upright=upright)
        scripts: dict[str, FormulaBox] = {}
        is_sum = isinstance(base, Sum)
        while self._at < len(self._text) and self._text[self._at] in "_^":
            sign = self._take()
            scripts[sign] = self._argument(px * (_SUM_BELOW if is_sum else _SCRIPT))
        if isinstance(base, Sum):
            return Sum(base.sigma, scripts.get("_"))
        if not scripts:
            return base
        return Scripts(base, scripts.get("_"), scripts.get("^"), px)

    def _take(self) -> str:
        self._at += 1
        return self._text[self._at - 1]

    def _argument(self, px: float, *, upright: bool = False) -> FormulaBox:
        if self._text[self._at] != "{":
            return self._atom(px, upright=upright)
        self._take()
        row = self.row(px, upright=upright)
        self._take()
        return row

    def _atom(self, px: float, *, upright: bool) -> FormulaBox:
        character = self._take()
        if character == "\\" and self._text[self._at] in "{}":
            return Glyphs(self._take(), math_font(self._base, px, italic=False))
        if character == "\\":
            return self._command(px)
        if character == " ":
            return FormulaSpace(_THIN * px)
        if character == "{":
            self._at -= 1
            return self._argument(px, upright=upright)
        italic = character.isalpha() and not upright
        glyph = Glyphs(character, math_font(self._base, px, italic=italic))
        return FormulaRow([glyph, FormulaSpace(_THIN / 2 * px)]) if character == "," else glyph

    def _command(self, px: float) -> FormulaBox:
        start = self._at
        while self._at < len(self._text) and self._text[self._at].isalpha():
            self._at += 1
        name = self._text[start : self._at]
        if name == "frac":
            return Fraction(self._argument(0.8 * px), self._argument(0.8 * px), px)
        if name == "sum":
            return Sum(Glyphs("∑", math_font(self._base, _SUM * px, italic=False)), None)
        if name in {"hat", "tilde"}:
            return Accent(self._argument(px), name, px)
        if name == "op":
            return self._argument(px, upright=True)
        raise ValueError(name)


def typeset(text: str, base: QFont, px: float) -> FormulaRow:
    """Typeset the formula ``text``, with letters ``px`` pixels high.

    Raises:
        ValueError: An unknown command.
    """
    return _TexParser(text, base).row(px)


_SIZE = 1.15
_MIN = 0.6


class FormulaLine(Painted):
    """Paints one formula, scaled down if it is too wide."""

    accessible_role = QAccessible.Role.Equation

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_formula(self, text: str) -> None:
        """Show ``text``, in the TeX subset of ``math_boxes``; "" for none."""
        self._text = text
        self.setVisible(bool(text))
        self.setAccessibleName(tr("Formula: {formula}", formula=plain_formula(text)))
        self.updateGeometry()
        self.update()

    def _box(self, scale: float = 1.0) -> FormulaRow:
        px = scale * _SIZE * QFontMetricsF(self.font()).height() * 0.8
        return typeset(self._text, self.font(), px)

    def sizeHint(self) -> QSize:
        """Return a nominal width and the height of the formula."""
        box = self._box()
        return QSize(120, math.ceil(box.ascent + box.descent) + 2 * SPACING)

    def changeEvent(self, event: QEvent) -> None:
        """Recompute the height for a new font."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
        super().changeEvent(event)

    def paint(self, painter: QPainter) -> None:
        """Paint the formula centred."""
        available = self.width() - 2 * SPACING
        box = self._box()
        if box.width > available:
            box = self._box(max(_MIN, available / box.width))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(current_theme().text)
        baseline = (self.height() + box.ascent - box.descent) / 2
        box.paint(painter, max(SPACING, (self.width() - box.width) / 2), baseline)
