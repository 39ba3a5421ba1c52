"""Widgets that are painted by hand: what Qt's own do by themselves is done for them here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from aegui.kit.speech import describe
from aegui.kit.theme import RADIUS, current_theme


class WithTips:
    """What has a tooltip for each of its parts. Override ``tip_at``."""

    accessible_role = QAccessible.Role.Graphic

    def tip_at(self, position: QPoint) -> str:
        """What is said of the part at ``position``; "" where there is nothing to say."""
        del position
        return ""

    def copied_at(self, position: QPoint) -> QRect | None:
        """Where the one image at ``position`` is, to be copied alone; None: there is none."""
        del position
        return None


class Painted(WithTips, QWidget):
    """A painted widget with a tooltip for each of its parts."""

    def speak(self, text: str) -> None:
        """Make ``text`` what a screen reader says of the widget, and says now if it is in use."""
        describe(self, text)

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of a part, or put that of another away."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self)
            return True
        return super().event(event)


class PaintedArea(WithTips, QAbstractScrollArea):
    """The same for what is larger than its room; positions are those of the viewport."""

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the tooltip of a part, or put that of another away."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)


def paint_card(painter: QPainter, widget: QWidget) -> None:
    """Paint the ground of what lies over something else: raised, rounded, with an edge."""
    theme = current_theme()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.border, 1))
    painter.setBrush(theme.raised)
    edge = QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(edge, RADIUS, RADIUS)
