"""A highlight frame around part of the window, transparent to the mouse."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from aegui.kit.theme import current_theme

_PEN_PX = 2.0
_GLOW_PX = 6.0
_GLOW_ALPHA = 0.25
_ROUND_PX = 6.0


class Outline(QWidget):
    """Painted over the window, around a rectangle of it. Passive."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_around(self, place: QRect | None) -> None:
        """Show the frame around ``place`` of the window; None hides it."""
        self.setVisible(place is not None)
        if place is None:
            return
        reach = round(_GLOW_PX)
        around = place.adjusted(-reach, -reach, reach, reach)
        window = self.parentWidget()
        if window is not None:
            around = around.intersected(window.rect())
        self.setGeometry(around)
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = current_theme().accent
        glow = QColor(colour)
        glow.setAlphaF(_GLOW_ALPHA)
        edge = _GLOW_PX / 2
        box = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        for pen in (QPen(glow, _GLOW_PX), QPen(colour, _PEN_PX)):
            painter.setPen(pen)
            painter.drawRoundedRect(box, _ROUND_PX, _ROUND_PX)
