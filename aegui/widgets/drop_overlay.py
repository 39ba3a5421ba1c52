"""Overlay shown while a file is dragged over the window: a frame, and what a drop would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QPainter, QPen

from aegui.kit.painted import PaintedBase
from aegui.kit.theme import SPACING, current_theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_EDGE_PX = 3
_VEIL = 200
_LETTERS = 1.5


class DropOverlay(PaintedBase):
    """Covers its parent while something is dragged over it; transparent to the mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def text(self) -> str:
        """Return what a drop would do; empty while hidden."""
        return self._text if not self.isHidden() else ""

    def welcome(self, text: str) -> None:
        """Show and announce what a drop would do."""
        self._text = text
        self.setAccessibleName(text)
        self.setGeometry(self._host.rect())
        self.raise_()
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def paint(self, painter: QPainter) -> None:
        """Paint a translucent veil with a dashed frame, and the text in its middle."""
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(theme.window)
        veil.setAlpha(_VEIL)
        painter.fillRect(self.rect(), veil)
        inner = self.rect().adjusted(SPACING, SPACING, -SPACING, -SPACING)
        painter.setPen(QPen(theme.accent, _EDGE_PX, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(inner, SPACING, SPACING)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * _LETTERS)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(theme.text)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(inner.adjusted(SPACING, SPACING, -SPACING, -SPACING), flags, self._text)
