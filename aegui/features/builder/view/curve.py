"""A small plot of an activation function for the layer cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.kit.charts.axes import Axis
from aegui.kit.charts.ink import Ink
from aegui.kit.charts.lines import LinePlot, Series
from aegui.kit.charts.scale import Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent

_REACH_X, _REACH_Y = 3.0, 1.6
_AT = np.linspace(-_REACH_X, _REACH_X, 49)
_ACROSS, _UPWARDS = (
    Axis("", Scale(-reach, reach), without_ticks=True, crosses=True)
    for reach in (_REACH_X, _REACH_Y)
)


def activation_values(name: str, x: NDArray[np.float64], slope: float = 1.0) -> NDArray[np.float64]:
    """Return ``activation(slope * x)``, float64 of the shape of ``x`` ``[n]``."""
    return ACTIVATIONS[name].values(slope * x)


class ActivationCurve(QWidget):
    """The curve of one activation over -3..3, clipped to the widget."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = "identity"
        self._slope = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._tell()

    def set_function(self, name: str, slope: float) -> None:
        """Show the activation ``name`` with its slope."""
        if (name, slope) == (self._name, self._slope):
            return
        self._name, self._slope = name, slope
        self._tell()
        self.update()

    def _tell(self) -> None:
        """Set the accessible name."""
        label = tr(ACTIVATIONS[self._name].label)
        self.setAccessibleName(tr("Curve of {name}", name=label))

    def sizeHint(self) -> QSize:
        """Return a size at which functions can be told apart on one line of a card."""
        return QSize(40, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the curve over axes through the origin."""
        painter = QPainter(self)
        y = np.clip(activation_values(self._name, _AT, self._slope), -9.0, 9.0)
        curve = Series("", y, colour=None, width=1.2)
        LinePlot(_AT, _ACROSS, _UPWARDS, (curve,)).paint(Ink.of(self, painter), QRectF(self.rect()))
