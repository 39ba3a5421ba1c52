"""Control for the spacing of the lens."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QSlider, QWidget

from aegui.core.i18n import tr
from aegui.kit.layouts import row
from aegui.kit.marks import flat_button
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.ticks import number_text

SPACINGS = tuple(
    round(mantissa * 10.0**exponent, 6)
    for exponent in range(-3, 1)
    for mantissa in (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
)
"""The available spacings, in latent units."""
DEFAULT_SPACING = 0.1
_SLIDER_PX = 96


def nearest_spacing(value: float) -> float:
    """Return the element of ``SPACINGS`` nearest to ``value``."""
    return min(SPACINGS, key=lambda spacing: abs(spacing - value))


class LensBar(QFrame):
    """A slider for the spacing of the lens; visible while the lens is."""

    spacing_edited = Signal(float)
    """The chosen spacing, in latent units."""
    hide_requested = Signal()
    """Hide the lens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(SPACINGS) - 1)
        self.slider.setFixedWidth(_SLIDER_PX)
        self.slider.setAccessibleName(tr("Spacing of the lens"))
        self.slider.setToolTip(tr("How far apart the images of the lens are, in units of the map"))
        self.value = QLabel()
        self.value.setFont(figures_font(self.font()))
        self.value.setMinimumWidth(self.value.fontMetrics().horizontalAdvance("0.0000"))
        self.close_button = flat_button("close", tr("Hide the lens (N)"), name=tr("Hide the lens"))
        parts = (QLabel(tr("Lens")), self.slider, self.value, self.close_button)
        self.setLayout(row(*parts, margins=(SPACING, 2, 2, 2)))
        self.set_spacing(DEFAULT_SPACING)
        self.slider.valueChanged.connect(self._on_slider_value_changed)
        self.close_button.clicked.connect(lambda: self.hide_requested.emit())
        self.hide()

    def set_spacing(self, spacing: float) -> None:
        """Show the element of ``SPACINGS`` nearest to ``spacing`` without emitting a signal."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(SPACINGS.index(nearest_spacing(spacing)))
        self.value.setText(number_text(self.spacing))

    @property
    def spacing(self) -> float:
        """The chosen spacing."""
        return SPACINGS[self.slider.value()]

    def _on_slider_value_changed(self) -> None:
        self.value.setText(number_text(self.spacing))
        self.spacing_edited.emit(self.spacing)
