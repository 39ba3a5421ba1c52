"""A widget that shows one formula."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QAccessible, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy

from aegui.core.formula_text import plain_formula
from aegui.core.i18n import tr
from aegui.kit.math_boxes import FormulaRow, typeset
from aegui.kit.painted import Painted
from aegui.kit.theme import SPACING, current_theme

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
