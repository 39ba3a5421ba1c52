"""A small plot of an activation function, drawn on the layer's card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.kit.theme import current_theme

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent

_SAMPLES = 49
_REACH_X = 3.0
_REACH_Y = 1.6


def activation_values(name: str, x: NDArray[np.float64], slope: float = 1.0) -> NDArray[np.float64]:
    """``activation(slope * x)``, float64 of the shape of ``x`` ``[n]``."""
    return ACTIVATIONS[name].values(slope * x)


class ActivationCurve(QWidget):
    """The curve of one activation over -3..3, clipped to its frame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = "identity"
        self._slope = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_function(self, name: str, slope: float) -> None:
        """Show the activation ``name`` with its slope."""
        if (name, slope) == (self._name, self._slope):
            return
        self._name, self._slope = name, slope
        self.setAccessibleName(tr("Curve of {name}", name=tr(ACTIVATIONS[name].label)))
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough to tell the functions apart, low enough for one line of a card."""
        return QSize(40, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axes in the colour of grids, the curve in the text colour of secondary things."""
        theme = current_theme()
        area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.grid, 1.0))
        centre = area.center()
        painter.drawLine(QPointF(area.left(), centre.y()), QPointF(area.right(), centre.y()))
        painter.drawLine(QPointF(centre.x(), area.top()), QPointF(centre.x(), area.bottom()))
        painter.setClipRect(area.adjusted(0.0, -1.0, 0.0, 1.0))
        painter.setPen(QPen(theme.text, 1.6))
        painter.drawPolyline(self._polygon(area))

    def _polygon(self, area: QRectF) -> QPolygonF:
        x = np.linspace(-_REACH_X, _REACH_X, _SAMPLES)
        y = np.clip(activation_values(self._name, x, self._slope), -9.0, 9.0)
        columns = area.center().x() + x / _REACH_X * area.width() / 2.0
        rows = area.center().y() - y / _REACH_Y * area.height() / 2.0
        return QPolygonF([QPointF(a, b) for a, b in zip(columns, rows, strict=True)])
