"""Base classes of custom-painted widgets: tooltips and descriptions that Qt's own widgets have."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QAccessible, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip, QWidget

from aegui.kit.accessible import surface_of
from aegui.kit.layouts import Sizes
from aegui.kit.speech import describe
from aegui.kit.theme import RADIUS, current_theme


class WithTips:
    """Mixin for widgets with a tooltip for each part. Override ``tip_at``."""

    accessible_role = QAccessible.Role.Graphic

    def tip_at(self, position: QPoint) -> str:
        """Return the tooltip of the part at ``position``; "" for none."""
        del position
        return ""

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the single image at ``position``, to be copied; None for none."""
        del position
        return None


class Paints(Sizes):
    """Mixin for a widget, or a scroll area, whose content is painted by ``paint``."""

    def paint(self, painter: QPainter) -> None:
        """Paint the content of the widget, or of its viewport; by default there is none."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let ``paint`` do it."""
        del event
        self.paint(QPainter(surface_of(self)))


class PaintedBase(Paints, QWidget):
    """A painted widget without tooltips of its own."""


class Painted(WithTips, PaintedBase):
    """A painted widget with a tooltip for each part."""

    def speak(self, text: str) -> None:
        """Set the accessible description, and announce it if the widget has focus."""
        describe(self, text)

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of the part under the pointer, or hide that of another."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self)
            return True
        return super().event(event)


class PaintedArea(WithTips, Paints, QAbstractScrollArea):
    """A painted scroll area with a tooltip for each part; positions are those of the viewport."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the tooltip of the part under the pointer, or hide that of another."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)


def fill_and_focus(widget: QWidget, name: str = "") -> None:
    """Let ``widget``, with this accessible ``name``, use all room and take the keyboard focus."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    widget.setAccessibleName(name)


def paint_focus(
    painter: QPainter, widget: QWidget, rect: QRect | QRectF | None = None, width: float = 1.0
) -> None:
    """Frame ``rect``, by default all of ``widget``, while it has the keyboard focus."""
    if widget.hasFocus():
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(current_theme().accent, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(widget.rect().adjusted(0, 0, -1, -1) if rect is None else rect)


def paint_card(painter: QPainter, widget: QWidget) -> None:
    """Paint the background of an overlay: raised, rounded, with a border."""
    theme = current_theme()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.border, 1))
    painter.setBrush(theme.raised)
    edge = QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(edge, RADIUS, RADIUS)
