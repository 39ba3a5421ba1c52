"""Legend of the sample colours where they represent a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QLinearGradient, QPainter, QPen

from aegui.core.i18n import localized, tr
from aegui.kit.painted import PaintedBase, paint_card
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme
from aegui.widgets.colours import colormap_colour

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_BAR_PX = 8
_MIN_PX = 132
_STOPS = 9


class ValueLegend(PaintedBase):
    """A title and a colour bar with its limits; transparent to the mouse."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = ""
        self._range: tuple[float, float] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Colours of the samples"))
        self.hide()

    @property
    def words(self) -> str:
        """Title and limits in one line."""
        return ": ".join((self._title, self._ends()))

    def set_scale(self, title: str, ends: tuple[float, float] | None) -> None:
        """Set the title and the limits; None while the limits are being computed."""
        if (title, ends) == (self._title, self._range):
            return
        self._title, self._range = title, ends
        describe(self, self.words, spoken=False)
        self.resize(self.sizeHint())
        self.update()

    def _ends(self) -> str:
        if self._range is None:
            return tr("being computed...")
        low, high = (figure_text(value) for value in self._range)
        return tr("{low} to {high}", low=low, high=high)

    def sizeHint(self) -> QSize:  # noqa: D102
        metrics = self.fontMetrics()
        texts = (self._title, self._ends())
        widest = max(_MIN_PX, *(metrics.horizontalAdvance(text) for text in texts))
        return QSize(widest + 2 * SPACING, 2 * metrics.height() + _BAR_PX + 2 * SPACING)

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme, line_height = current_theme(), self.fontMetrics().height()
        paint_card(painter, self)
        area = QRectF(self.rect()).adjusted(SPACING, SPACING // 2, -SPACING, 0)
        painter.setPen(theme.text)
        painter.drawText(QRectF(area.left(), area.top(), area.width(), line_height), 0, self._title)
        below = QRectF(
            area.left(), area.top() + line_height + _BAR_PX + 8, area.width(), line_height
        )
        painter.setPen(theme.text_dim)
        if self._range is None:
            painter.drawText(below, 0, self._ends())
            return
        first, last = (figure_text(value) for value in self._range)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, first)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, last)
        bar = QRectF(area.left(), area.top() + line_height + 4, area.width(), _BAR_PX)
        scale = QLinearGradient(bar.topLeft(), bar.topRight())
        for place in np.linspace(0.0, 1.0, _STOPS).tolist():
            scale.setColorAt(place, colormap_colour(place))
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(scale)
        painter.drawRoundedRect(bar, 2, 2)


def figure_text(value: float) -> str:
    """Format a number with about two significant digits."""
    is_integer = abs(value) >= 100 or value == round(value)
    return localized(value, ",.0f" if is_integer else ".2g").replace("-", "\N{MINUS SIGN}")
