"""The latent map: the surface that is painted, and the tools that mouse, touch and keys go to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QNativeGestureEvent
from PySide6.QtWidgets import QGestureEvent, QToolTip, QWidget

from aegui.core.i18n import tr
from aegui.features.map.view.map_keys import MapKeys
from aegui.features.map.view.map_menu import MapMenu
from aegui.features.map.view.map_mouse import MapMouse
from aegui.features.map.view.map_touch import MapTouch
from aegui.features.map.view.pin_tool import PinTool
from aegui.features.map.view.select_tool import SelectTool
from aegui.features.map.view.types import COLOURS
from aegui.features.map.view.view import MapView
from aegui.kit.charts.menu import FigureMenu
from aegui.session.data.looks import GLYPHS, Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QHideEvent,
        QMouseEvent,
        QWheelEvent,
    )

    from aegui.features.map.view.types import Pin
    from aegui.kit.charts.figure import Figure

_BY_KEYS = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)


class LatentCanvas(MapView):
    """The latent map: drag to pan, wheel or pinch to zoom, double-click to pin, point to decode.

    Signals:
        pin_requested(object): A place, float32 ``[d]``, is to be pinned.
        pin_removed(int): The pin of that index should go.
        pin_moved(int, object): The pin of that index should be at that code, float32 ``[d]``.
        trail_cleared(): The way that the drawing has come should be forgotten.
        sample_activated(int): That sample was clicked or chosen with Shift+Enter.
        draw_requested(object): What is decoded at a code, float32 ``[d]``, is to be drawn.
        editor_requested(): The sample that was just activated is to be seen in the editor.
        layer_toggled(str): The layer of that key should be shown, or no longer.
        lens_toggled(): The lens should be shown, or no longer.
        sheet_requested(): What each number of the code does is to be seen.

    Attributes:
        selecting: The lasso, and what is selected with it.
        pinning: Pins as they are pointed at and moved.
        mouse: What the mouse does.
        touch: What fingers do.
        keys: What the keys do.
        menu: What can be done at a place, and what is there in words.
    """

    pin_requested = Signal(object)
    pin_removed = Signal(int)
    pin_moved = Signal(int, object)
    trail_cleared = Signal()
    sample_activated = Signal(int)
    draw_requested = Signal(object)
    editor_requested = Signal()
    layer_toggled = Signal(str)
    lens_toggled = Signal()
    sheet_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selecting = SelectTool(self)
        self.pinning = PinTool(self.scene)
        self.mouse = MapMouse(self)
        self.touch = MapTouch(self)
        self.keys = MapKeys(self)
        self.menu = MapMenu(self)
        self.figures = FigureMenu(self, self.figure, on_right_click=False)
        self._bar.layers.layer_toggled.connect(self.layer_toggled)
        self._bar.layers.lens_toggled.connect(self.lens_toggled)
        self.overlays.fields.hide_requested.connect(self.layer_toggled)
        self.overlays.lens.hide_requested.connect(self.lens_toggled)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)

    # What is shown

    def set_samples(  # noqa: D102
        self,
        labels: Sequence[str],
        images: ArrayLike,
        look: Look = GLYPHS,
        names: Sequence[str] | None = None,
    ) -> None:
        self.selecting.forget()
        super().set_samples(labels, images, look, names)

    def set_pins(self, pins: Sequence[Pin]) -> None:  # noqa: D102
        # Of others than those that there were none is held.
        self.mouse.drop_pin(moved=False)
        super().set_pins(pins)

    # What the tools do

    def put(self, x: float, y: float) -> None:
        """Somebody points at a place of the plane: the cursor is there, and it is told."""
        self._set_place((x, 0.0 if self.scene.ribbon else y), is_told_next=True)
        self._tell_cursor()

    def put_cursor(self, x: float, y: float) -> None:
        """Put the cursor at a place of the plane, and tell, as if somebody pointed at it."""
        # The mouse may rest elsewhere; it counts again when it moves.
        self.mouse.at = None
        self.put(x, y)

    def leave(self) -> None:
        """Nobody points at the map any more."""
        if self.cursor_overlay.place is not None:
            self._set_place(None)
            self.cursor_left.emit()

    def pin_place(self) -> None:
        """Ask for a pin under the cursor."""
        code = self.cursor_code()
        if code is not None:
            self.pin_requested.emit(code)

    def pin_near_cursor(self) -> int | None:
        """The pin nearest to the cursor; from far away none is meant."""
        view = self.navigation.view
        at = self.cursor_overlay.pixel(view)
        return None if at is None else self.pinning.near(view, at)

    def open_sample(self, index: int) -> None:
        """Choose a sample, to be seen in the editor."""
        self.sample_activated.emit(index)
        self.editor_requested.emit()

    def figure(self) -> Figure | None:
        """The map with its layers, samples and pins, for paper; None before any codes."""
        from aegui.features.map.view.map_figure import MapPlot, map_figure

        scene, overlays = self.scene, self.overlays
        by_value = scene.style.colour != "label"
        ends = scene.points.colours.value_range
        values = (tr(COLOURS[scene.style.colour].label), ends) if by_value and ends else None
        seen = scene.layers.shown_field() is not None
        plot = MapPlot(
            scene,
            self.navigation.view,
            self._font(),
            overlays.legend.names,
            overlays.fields.entries if seen else (),
            values,
        )
        return map_figure(self, plot)

    # Events, and the tools that they go to

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._use_keys(False)
        self.mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.mouse.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        self.mouse.wheel(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        super().leaveEvent(event)
        self.mouse.at = None
        self.leave()

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QGestureEvent):
            return self.touch.pinch(event)
        if isinstance(event, QNativeGestureEvent):
            return self.touch.trackpad(event) or super().event(event)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self.menu.tip_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        if self._claims(event):
            event.accept()
            return True
        return super().event(event)

    def _claims(self, event: QEvent) -> bool:
        """While the map has the focus its keys are its own, not the menu's."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        return isinstance(event, QKeyEvent) and is_asked and self.keys.action_of(event) is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        action = self.keys.action_of(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            self._use_keys(True)
            action()

    def _use_keys(self, used: bool) -> None:
        """Frame the map while the keys are used: with the mouse the frame tells nothing."""
        if used != self._keys_in_use:
            self._keys_in_use = used
            self.update()

    def _on_navigation_moved(self) -> None:
        super()._on_navigation_moved()
        self.mouse.follow()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        menu = self.menu.at(event.pos())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusInEvent(event)
        if event.reason() in _BY_KEYS:
            self._use_keys(True)
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self.navigation.rest()
        self.mouse.give_up()
        self.mouse.at = None
