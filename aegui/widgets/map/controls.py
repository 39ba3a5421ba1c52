"""The few buttons that lie on the map: zoom, fit, what to show, follow, and the choice of axes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from aegui.core.i18n import mark, tr
from aegui.widgets.map.rulers import axis_name
from aegui.widgets.map.types import POINTS, MapStyle
from aegui.widgets.theme import ICON_PX, icon

if TYPE_CHECKING:
    from numpy.typing import NDArray

SWITCHES = {
    "labels": mark("Labels of the dots"),
    "plane": mark("Decoded background"),
    "grid": mark("Grid lines"),
    "preview": mark("Decoded glyph at the cursor"),
}
"""What may be shown or not: field of ``MapStyle`` -> label."""
_MOST_OTHERS_PX = 260
_NO_ARROW = "QToolButton::menu-indicator { image: none; }"


def _button(name: str, text: str, tip: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setIcon(icon(name))
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    button.setProperty("flat", True)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.setCursor(Qt.CursorShape.ArrowCursor)
    return button


class ViewBar(QFrame):
    """Zoom, fit and what to show.

    Signals:
        zoom_requested(float): Scale by that factor.
        fit_requested(): Show all codes.
        style_edited(object): The ``MapStyle`` that is wished.
    """

    zoom_requested = Signal(float)
    fit_requested = Signal()
    style_edited = Signal(object)

    def __init__(self, zoom_step: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._style = MapStyle()
        self.zoom_out = _button("map-zoom-out", tr("Zoom out"), tr("Zoom out (-)"), self)
        self.zoom_in = _button("map-zoom-in", tr("Zoom in"), tr("Zoom in (+)"), self)
        self.fit = _button("zoom-fit", tr("Fit"), tr("Show all codes (F or 0)"), self)
        self.show_menu = _button("map-show", tr("Show"), tr("What the map shows"), self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(0)
        for button in (self.zoom_out, self.zoom_in, self.fit, self.show_menu):
            layout.addWidget(button)
        self.zoom_out.clicked.connect(lambda: self.zoom_requested.emit(1 / zoom_step))
        self.zoom_in.clicked.connect(lambda: self.zoom_requested.emit(zoom_step))
        self.fit.clicked.connect(self.fit_requested)
        self._points: dict[str, QAction] = {}
        self._switches: dict[str, QAction] = {}
        self.show_menu.setMenu(self._build_menu())
        self.show_menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.show_menu.setStyleSheet(_NO_ARROW)
        self.set_style(self._style)

    def _build_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addSection(tr("Samples"))
        group = QActionGroup(menu)
        for key, label in POINTS.items():
            action = menu.addAction(tr(label))
            action.setCheckable(True)
            action.setData(key)
            group.addAction(action)
            self._points[key] = action
        group.triggered.connect(self._on_points_triggered)
        menu.addSeparator()
        for field, label in SWITCHES.items():
            action = menu.addAction(tr(label))
            action.setCheckable(True)
            action.setData(field)
            action.triggered.connect(self._on_switch_triggered)
            self._switches[field] = action
        return menu

    def set_style(self, style: MapStyle) -> None:
        """Show ``style`` as chosen."""
        self._style = style
        self._points[style.points].setChecked(True)
        for field, action in self._switches.items():
            action.setChecked(getattr(style, field))

    def _on_points_triggered(self, action: QAction) -> None:
        self.style_edited.emit(replace(self._style, points=action.data()))

    def _on_switch_triggered(self) -> None:
        shown = {field: action.isChecked() for field, action in self._switches.items()}
        self.style_edited.emit(MapStyle(points=self._style.points, **shown))


class FollowBar(QFrame):
    """Gives the view back to the codes; seen only after a person has moved it.

    Signals:
        follow_requested(): Follow the codes again.
    """

    follow_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        tip = tr("Show all codes again, and keep them in sight while they move")
        self.button = _button("map-follow", tr("Follow"), tip, self)
        self.button.setText(tr("Follow"))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.clicked.connect(self.follow_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.addWidget(self.button)
        self.hide()


class AxesBar(QFrame):
    """Which two of d > 2 code numbers the map shows, and what the others are.

    Signals:
        axes_edited(int, int): The dimensions wished for x and y.
        base_edited(object): The code float32 ``[d]`` wished for all the others.
        mean_requested(): The others should be those of the mean code.
    """

    axes_edited = Signal(int, int)
    base_edited = Signal(object)
    mean_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.x_choice, self.y_choice = QComboBox(self), QComboBox(self)
        self.others = QToolButton(self)
        self._axes = (0, 1)
        self._base: NDArray[np.float32] = np.zeros(0, np.float32)
        self._fields: dict[int, QDoubleSpinBox] = {}
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._on_menu_about_to_show)
        self._build()

    def _build(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 4, 4)
        layout.setSpacing(4)
        for text, name, choice in (
            (tr("Across"), tr("Code number across"), self.x_choice),
            (tr("Up"), tr("Code number upwards"), self.y_choice),
        ):
            label = QLabel(text)
            label.setProperty("dim", True)
            choice.setAccessibleName(name)
            choice.setToolTip(name)
            choice.activated.connect(self._on_choice_activated)
            layout.addWidget(label)
            layout.addWidget(choice)
        self.others.setText(tr("Others..."))
        self.others.setProperty("flat", True)
        self.others.setToolTip(tr("Values of the code numbers that are not shown"))
        self.others.setMenu(self._menu)
        self.others.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.others.setStyleSheet(_NO_ARROW)
        layout.addWidget(self.others)

    def set_state(self, axes: tuple[int, int], base: NDArray[np.float32]) -> None:
        """Show ``axes`` as chosen out of the d numbers of ``base``."""
        for choice, axis in ((self.x_choice, axes[0]), (self.y_choice, axes[1])):
            if choice.count() != len(base):
                choice.clear()
                choice.addItems([axis_name(number) for number in range(len(base))])
            choice.setCurrentIndex(axis)
        self._axes, self._base = axes, base
        for axis, field in self._fields.items():
            if axis < len(base) and field.value() != float(base[axis]):
                field.blockSignals(True)
                field.setValue(float(base[axis]))
                field.blockSignals(False)

    def _on_choice_activated(self) -> None:
        x, y = self.x_choice.currentIndex(), self.y_choice.currentIndex()
        if x == y:
            # Choosing the other's number swaps the two.
            before_x, before_y = self._axes
            x, y = (x, before_x) if x == before_y else (before_y, y)
        self.axes_edited.emit(x, y)

    def _on_menu_about_to_show(self) -> None:
        self._menu.clear()
        self._fields.clear()
        holder = QWidgetAction(self._menu)
        holder.setDefaultWidget(self._others_panel())
        self._menu.addAction(holder)

    def _others_panel(self) -> QWidget:
        panel = QWidget()
        rows = QFormLayout()
        for axis in range(len(self._base)):
            if axis not in self._axes:
                self._fields[axis] = self._field(axis)
                rows.addRow(axis_name(axis), self._fields[axis])
        inner = QWidget()
        inner.setLayout(rows)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(inner.sizeHint().width() + 24)
        area.setFixedHeight(min(_MOST_OTHERS_PX, inner.sizeHint().height() + 4))
        mean = QToolButton()
        mean.setText(tr("Mean of the codes"))
        mean.clicked.connect(self.mean_requested)
        zero = QToolButton()
        zero.setText(tr("All 0"))
        zero.clicked.connect(lambda: self.base_edited.emit(np.zeros_like(self._base)))
        buttons = QHBoxLayout()
        buttons.addWidget(mean)
        buttons.addWidget(zero)
        layout = QVBoxLayout(panel)
        layout.addWidget(area)
        layout.addLayout(buttons)
        return panel

    def _field(self, axis: int) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setRange(-1e6, 1e6)
        field.setDecimals(3)
        field.setSingleStep(0.1)
        field.setValue(float(self._base[axis]))
        field.setAccessibleName(axis_name(axis))
        field.valueChanged.connect(self._on_field_changed)
        return field

    def _on_field_changed(self) -> None:
        base = self._base.copy()
        for axis, field in self._fields.items():
            base[axis] = field.value()
        self.base_edited.emit(base)
