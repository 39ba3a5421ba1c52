"""The latent map widget: the painted surface and the tools that handle mouse, touch and keys."""

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
    """The latent map: drag to pan, wheel or pinch to zoom, double-click to pin, hover to decode.

    Signals:
        pin_requested(object): Pin a code, float32 ``[d]``.
        pin_removed(int): Remove the pin of that index.
        pin_moved(int, object): Move the pin of that index to a code, float32 ``[d]``.
        trail_cleared(): Clear the trail of the drawing.
        sample_activated(int): A sample was clicked or chosen with Shift+Enter.
        draw_requested(object): Open the image decoded at a code, float32 ``[d]``, for drawing.
        editor_requested(): Show the editor with the sample that was just activated.
        layer_toggled(str): Show or hide the layer of that key.
        lens_toggled(): Show or hide the lens.
        sheet_requested(): Show the latent traversals.

    Attributes:
        selecting: Lasso and selection.
        pinning: Hovering and moving of pins.
        mouse: Mouse handling.
        touch: Touch handling.
        keys: Keyboard handling.
        menu: Context menu and tooltip of a place.
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

    # Display

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
        # The dragged pin may not exist in the new set.
        self.mouse.drop_pin(moved=False)
        super().set_pins(pins)

    # Actions of the tools

    def put(self, x: float, y: float) -> None:
        """Move the cursor to a place of the plane and emit ``cursor_moved``."""
        self._set_place((x, 0.0 if self.scene.ribbon else y), is_told_next=True)
        self._tell_cursor()

    def put_cursor(self, x: float, y: float) -> None:
        """Move the cursor to a place of the plane as if the user pointed at it."""
        # Ignore the resting mouse until it moves again.
        self.mouse.at = None
        self.put(x, y)

    def leave(self) -> None:
        """Remove the cursor: the pointer has left the map."""
        if self.cursor_overlay.place is not None:
            self._set_place(None)
            self.cursor_left.emit()

    def pin_place(self) -> None:
        """Request a pin under the cursor."""
        code = self.cursor_code()
        if code is not None:
            self.pin_requested.emit(code)

    def pin_near_cursor(self) -> int | None:
        """Return the index of the pin nearest to the cursor, or None if none is close."""
        view = self.navigation.view
        at = self.cursor_overlay.pixel(view)
        return None if at is None else self.pinning.near(view, at)

    def open_sample(self, index: int) -> None:
        """Activate a sample and request the editor."""
        self.sample_activated.emit(index)
        self.editor_requested.emit()

    def figure(self) -> Figure | None:
        """Return the map with layers, samples and pins as a figure; None before any codes."""
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

    # Event handlers

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
        """Return whether the map handles this key itself instead of a menu shortcut."""
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
        """Show the focus frame only while the keyboard is used."""
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
