"""The latent map with its input: mouse, wheel, touch and keys, and the tools these go to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QNativeGestureEvent
from PySide6.QtWidgets import QGestureEvent, QMenu, QPinchGesture, QToolTip, QWidget

from aegui.core.i18n import tr
from aegui.core.latent.fields import FIELDS
from aegui.features.map.view.map_figure import MapPlot, map_figure
from aegui.features.map.view.menu_items import add_item
from aegui.features.map.view.pin_tool import PinTool
from aegui.features.map.view.select_tool import SelectTool
from aegui.features.map.view.types import COLOURS
from aegui.features.map.view.view import ZOOM_STEP, MapView
from aegui.kit.charts.menu import FigureMenu
from aegui.session.data.looks import GLYPHS, Look
from aegui.widgets.dragged_samples import copy_sample
from aegui.widgets.glyphs import label_name
from aegui.widgets.rulers import axis_name
from aegui.widgets.ticks import number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QHideEvent,
        QMouseEvent,
        QWheelEvent,
    )

    from aegui.features.map.view.scene import Scene
    from aegui.features.map.view.types import Pin
    from aegui.kit.charts.figure import Figure

STEP_PX = 8.0
"""How far an arrow key moves the cursor; with Ctrl a single pixel."""
PAN_SHARE = 0.12
"""Share of the map that Shift and an arrow key pan by."""
DRAG_PX = 4.0
"""A press that moves less than that is a click."""
PIN_REACH_PX = 48.0
"""From farther away Delete removes no pin."""
_NOTCH = 120.0
_BY_KEYS = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


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
        self._mouse: QPointF | None = None
        self._pressed: QPointF | None = None
        self._dragged: QPointF | None = None
        self.selecting = SelectTool(self)
        self._pin_tool = PinTool(self._scene)
        self._keys = self._key_table()
        self.figures = FigureMenu(self, self.figure, on_right_click=False)
        self._bar.layers.layer_toggled.connect(self.layer_toggled)
        self._bar.layers.lens_toggled.connect(self.lens_toggled)
        self._furniture.fields.hide_requested.connect(self.layer_toggled)
        self._furniture.lens.hide_requested.connect(self.lens_toggled)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.grabGesture(Qt.GestureType.PinchGesture)

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._use_keys(False)
        if self.selecting.is_drawn:
            return
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._navigation.grab()
            self._pressed = event.position()
            modifiers = event.modifiers()
            drawn = self.selecting.is_on or modifiers & Qt.KeyboardModifier.ShiftModifier
            if drawn and event.button() == Qt.MouseButton.LeftButton:
                adds = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
                self.selecting.begin(event.position(), adds=adds)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        at = event.position()
        if self._pressed is None:
            self._point_at(at)
            return
        if self.selecting.is_drawn:
            self.selecting.extend(at)
            return
        if self._pin_tool.is_used:
            self._drag_pin(at)
            return
        if self._dragged is None:
            way = at - self._pressed
            if abs(way.x()) + abs(way.y()) < DRAG_PX:
                return
            pin = self._pin_tool.hit(self._navigation.view, self._pressed)
            if pin is not None and event.buttons() & Qt.MouseButton.LeftButton:
                self._pin_tool.take(pin)
                self._dragged = self._pressed
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self._drag_pin(at)
                return
            alone = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.buttons() & Qt.MouseButton.LeftButton and self.selecting.drag_samples(
                self._pressed, alone=alone
            ):
                self._pressed = None
                return
            self._dragged = self._pressed
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        way, self._dragged, self._mouse = at - self._dragged, at, at
        self._navigation.pan(way.x(), way.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._pressed is None:
            return
        at, clicked = event.position(), self._dragged is None
        self._pressed = self._dragged = None
        self.setCursor(self.selecting.rest_cursor)
        if self.selecting.is_drawn:
            self._point_at(at)
            self.selecting.end()
        elif self._pin_tool.is_used:
            self._drop_pin()
        elif not clicked:
            self._navigation.let_go()
            self._point_at(at)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._click(at)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() != Qt.MouseButton.LeftButton or self.selecting.is_on:
            return
        at = event.position()
        self._point_at(at)
        if self._overlay.hovered is not None:
            # The first click of the two has loaded it.
            self.editor_requested.emit()
        elif self._navigation.view.contains(at.x(), at.y()) and self._pin_at(at) is None:
            self._pin()

    def _drag_pin(self, at: QPointF) -> None:
        """Show the pin that is held, and what is decoded there, at the pixel ``at``."""
        before = self._navigation.view.to_latent(*(self._dragged or at).toTuple())
        x, y = np.subtract(self._navigation.view.to_latent(at.x(), at.y()), before).tolist()
        self._pin_tool.drag(x, y)
        self._dragged = at
        self._point_at(at)
        self._redraw()

    def _drop_pin(self, *, moved: bool = True) -> None:
        """Let go of the pin that is held, there or, unless it is ``moved``, where it was."""
        dropped = self._pin_tool.drop()
        if dropped is not None:
            self._redraw()
            if moved:
                self.pin_moved.emit(*dropped)

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
        self._drop_pin(moved=False)
        super().set_pins(pins)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        super().leaveEvent(event)
        self._mouse = None
        self._leave()

    def _click(self, at: QPointF) -> None:
        """Choose the sample that is there; beside the samples nothing is selected any more."""
        self._point_at(at)
        if self._pin_at(at) is not None:
            return
        if self._overlay.hovered is not None:
            self.sample_activated.emit(self._overlay.hovered)
        else:
            self.selecting.clear()

    def _point_at(self, at: QPointF) -> None:
        """The mouse is at pixel ``at``: the cursor is there, or nowhere on the rulers."""
        self._mouse = at
        if self._pressed is None:
            self.setCursor(self._cursor_at(at))
        if not self._navigation.view.contains(at.x(), at.y()):
            self._leave()
            return
        x, y = self._navigation.view.to_latent(at.x(), at.y())
        self._put((x, 0.0 if self._scene.ribbon else y))

    def put_cursor(self, x: float, y: float) -> None:
        """Put the cursor at a place of the plane, and tell, as if somebody pointed at it."""
        # The mouse may rest elsewhere; it counts again when it moves.
        self._mouse = None
        self._put((x, 0.0 if self._scene.ribbon else y))

    def _pin_at(self, at: QPointF) -> int | None:
        """The pin that is painted at pixel ``at``."""
        return self._pin_tool.hit(self._navigation.view, at)

    def _cursor_at(self, at: QPointF) -> Qt.CursorShape:
        over_pin = not self.selecting.is_on and self._pin_at(at) is not None
        return Qt.CursorShape.OpenHandCursor if over_pin else self.selecting.rest_cursor

    def _put(self, place: tuple[float, float]) -> None:
        self._set_place(place, is_told_next=True)
        self._tell_cursor()
        if not self._words:
            # Nobody knew at once what is there, and said so.
            self._describe()

    def _escape(self) -> None:
        """Give up one thing: moving a pin, the line, the lasso, the selection, the cursor."""
        if self._pin_tool.is_used:
            self._pressed = self._dragged = None
            self._drop_pin(moved=False)
            self.setCursor(self.selecting.rest_cursor)
        elif self.selecting.is_drawn:
            self._pressed = None
            self.selecting.drop()
        elif self.selecting.is_on:
            self.selecting.set_on(False)
        elif len(self.selection):
            self.selecting.clear()
        else:
            self._leave()

    def _leave(self) -> None:
        if self._overlay.place is not None:
            self._set_place(None)
            self.cursor_left.emit()

    def _on_navigation_moved(self) -> None:
        super()._on_navigation_moved()
        # What is under a mouse that rests has changed; under one that drags it has not.
        if self._mouse is not None and self._pressed is None:
            self._point_at(self._mouse)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        event.accept()
        if self.selecting.is_drawn:
            return
        turned = event.angleDelta().y() / _NOTCH
        at = event.position()
        if turned and event.pixelDelta().isNull() and abs(turned) >= 1.0:
            # A wheel with notches jumps; the map glides to where it jumps.
            self._navigation.glide_zoom(ZOOM_STEP**turned, at.x(), at.y())
        elif turned:
            self._navigation.zoom(ZOOM_STEP**turned, at.x(), at.y())

    # Touch

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QGestureEvent):
            return self._pinch(event)
        if isinstance(event, QNativeGestureEvent):
            return self._gesture(event) or super().event(event)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tip(event)
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            return self._claim(event) or super().event(event)
        return super().event(event)

    def _claim(self, event: QKeyEvent) -> bool:
        """While the map has the focus its keys are its own, not the menu's."""
        if self._action_of(event) is None:
            return False
        event.accept()
        return True

    def _pinch(self, event: QGestureEvent) -> bool:
        gesture = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(gesture, QPinchGesture):
            return False
        at = QPointF(self.mapFromGlobal(gesture.centerPoint()))
        way = gesture.centerPoint() - gesture.lastCenterPoint()
        if gesture.state() == Qt.GestureState.GestureStarted:
            # Until the second finger came the first was taken for a mouse.
            self._pressed = self._dragged = None
            self.selecting.drop()
            self._drop_pin(moved=False)
            self._navigation.grab()
        else:
            self._navigation.pan(way.x(), way.y())
        self._navigation.zoom(gesture.scaleFactor(), at.x(), at.y())
        event.accept(gesture)
        return True

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        """A trackpad's pinch; True if it was one that the map knows."""
        kind = event.gestureType()
        at = event.position()
        if kind == Qt.NativeGestureType.ZoomNativeGesture:
            self._navigation.zoom(max(0.2, 1.0 + event.value()), at.x(), at.y())
        elif kind == Qt.NativeGestureType.SmartZoomNativeGesture:
            self.fit()
        elif kind == Qt.NativeGestureType.PanNativeGesture:
            self._navigation.pan(event.delta().x(), event.delta().y())
        else:
            return False
        return True

    # Keys

    def _key_table(self) -> dict[Qt.Key, Callable[[], None]]:
        return {
            Qt.Key.Key_Plus: lambda: self.zoom_by(ZOOM_STEP),
            Qt.Key.Key_Equal: lambda: self.zoom_by(ZOOM_STEP),
            Qt.Key.Key_Minus: lambda: self.zoom_by(1 / ZOOM_STEP),
            Qt.Key.Key_0: self.fit,
            Qt.Key.Key_F: self.fit,
            Qt.Key.Key_P: self._pin,
            Qt.Key.Key_Return: self._pin,
            Qt.Key.Key_Enter: self._pin,
            Qt.Key.Key_Delete: self._remove_nearest_pin,
            Qt.Key.Key_Backspace: self._remove_nearest_pin,
            Qt.Key.Key_Escape: self._escape,
            Qt.Key.Key_L: lambda: self.selecting.set_on(not self.selecting.is_on),
            Qt.Key.Key_Z: self.selecting.zoom,
            Qt.Key.Key_N: self.lens_toggled.emit,
            Qt.Key.Key_E: self._draw_here,
            **{
                Qt.Key(Qt.Key.Key_1 + place): partial(self.layer_toggled.emit, key)
                for place, key in enumerate(FIELDS)
            },
        }

    def _action_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        key = Qt.Key(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift = modifiers == Qt.KeyboardModifier.ShiftModifier
        control = modifiers == Qt.KeyboardModifier.ControlModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        if self.selecting.is_drawn or self._pin_tool.is_used:
            # The map stands still under what is drawn or moved on it.
            return self._escape if key == Qt.Key.Key_Escape else None
        if key in _ARROWS and (plain or control):
            return lambda: self._step(key, 1.0 if control else STEP_PX)
        if key in _ARROWS and shift:
            return lambda: self._pan_towards(key)
        if key in _ARROWS and modifiers == Qt.KeyboardModifier.AltModifier:
            return lambda: self._move_pin(key)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and shift:
            return self._activate_nearest
        # Plus needs Shift on many keyboards.
        if plain or (shift and key == Qt.Key.Key_Plus):
            return self._keys.get(key)
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        action = self._action_of(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            self._use_keys(True)
            action()

    def _use_keys(self, used: bool) -> None:
        """Frame the map for whoever works with the keys; for the mouse it would be but loud."""
        if used != self._keys_in_use:
            self._keys_in_use = used
            self.update()

    def _step(self, key: Qt.Key, pixels: float) -> None:
        """Move the cursor, beginning in the middle, and bring it into sight."""
        view = self._navigation.view
        at = self._overlay.pixel(view)
        if at is None or not view.contains(at.x(), at.y()):
            at = QPointF(view.left + view.width / 2, view.top + view.height / 2)
        else:
            dx, dy = _ARROWS[key]
            at += QPointF(dx * pixels, dy * pixels)
        # The mouse may rest elsewhere; it counts again when it moves.
        self._mouse = None
        x, y = view.to_latent(at.x(), at.y())
        self._put((x, 0.0 if self._scene.ribbon else y))
        if not view.contains(at.x(), at.y()):
            self._pan_towards(key)

    def _pan_towards(self, key: Qt.Key) -> None:
        dx, dy = _ARROWS[key]
        view = self._navigation.view
        self._navigation.glide_by(-dx * PAN_SHARE * view.width, -dy * PAN_SHARE * view.height)

    def _pin(self) -> None:
        code = self.cursor_code()
        if code is not None:
            self.pin_requested.emit(code)

    def _move_pin(self, key: Qt.Key) -> None:
        """Move the pin near the cursor, and the cursor with it."""
        index, at = self._pin_near_cursor(), self._overlay.pixel(self._navigation.view)
        if index is None or at is None:
            return
        before = self._navigation.view.to_latent(at.x(), at.y())
        self._step(key, STEP_PX)
        after = self._overlay.place or before
        x, y = np.subtract(after, (before[0], 0.0 if self._scene.ribbon else before[1])).tolist()
        self.pin_moved.emit(index, self._pin_tool.moved(index, x, y))

    def _draw_here(self) -> None:
        code = self.cursor_code()
        if code is not None:
            self.draw_requested.emit(code)

    def _remove_nearest_pin(self) -> None:
        index = self._pin_near_cursor()
        if index is not None:
            self.pin_removed.emit(index)

    def _pin_near_cursor(self) -> int | None:
        """The pin nearest to the cursor; from far away none is meant."""
        at = self._overlay.pixel(self._navigation.view)
        places = self._scene.pin_places(self._navigation.view)
        if at is None or not places:
            return None
        distances = [(at - place).manhattanLength() for _, place in places]
        nearest = int(np.argmin(distances))
        return places[nearest][0] if distances[nearest] <= PIN_REACH_PX else None

    def _activate_nearest(self) -> None:
        at = self._overlay.pixel(self._navigation.view)
        self._scene.lay_out(self._navigation.view)
        index = None if at is None else self._scene.points.nearest(at.x(), at.y())
        if index is not None:
            self._open_sample(index)

    def _open_sample(self, index: int) -> None:
        self.sample_activated.emit(index)
        self.editor_requested.emit()

    # Words and menus

    def text_at(self, at: QPointF) -> str:
        """What is at pixel ``at``, in words; empty where there is neither sample nor pin."""
        scene = self._scene
        scene.lay_out(self._navigation.view)
        pin = self._pin_at(at)
        if pin is not None:
            return tr(
                "{label}: {code}\nDrag it to move it (Alt and arrows); Delete takes it away.",
                label=scene.pins[pin].name or tr("Pin"),
                code=_numbers(scene, scene.pins[pin].z),
            )
        index = scene.points.hit(at.x(), at.y())
        if index is None or scene.codes is None:
            return ""
        return tr(
            "{label}: {code}\nClick to load it into the editor.",
            label=_called(scene, index),
            code=_numbers(scene, scene.codes.values[scene.points.place_of(index) or 0]),
        )

    def _show_tip(self, event: QHelpEvent) -> None:
        """Of a pin; what a sample is stands beside it already."""
        at = QPointF(event.pos())
        text = "" if self._pin_at(at) is None else self.text_at(at)
        QToolTip.showText(event.globalPos(), text, self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        menu = self.menu_at(event.pos())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def menu_at(self, position: QPoint) -> QMenu:
        """What can be done at ``position``; the caller owns the menu."""
        if self.rect().contains(position) and self._mouse is not None:
            self._point_at(QPointF(position))
        menu = QMenu(self)
        code, hovered, pin = self.cursor_code(), self._overlay.hovered, self._pin_near_cursor()
        if hovered is not None:
            label = label_name(self._scene.points.stamps.names[hovered])
            load = tr("Load {label} into the editor", label=label)
            add_item(menu, load, lambda: self._open_sample(hovered))
            copy = tr("Copy the image of {label}", label=label)
            add_item(menu, copy, lambda: copy_sample(self, hovered))
            if self._scene.size > 2:
                begin = tr("Set the sliders to the code of {label}", label=label)
                add_item(menu, begin, lambda: self._begin_at(hovered))
        if code is not None:
            draw = tr("Open what is decoded here in the editor")
            add_item(menu, draw, lambda: self.draw_requested.emit(code), "E")
            add_item(menu, tr("Pin this place"), lambda: self.pin_requested.emit(code), "P")
        if pin is not None:
            name = self._scene.pins[pin].name
            text = tr("Remove {name}", name=name) if name else tr("Remove this pin")
            add_item(menu, text, lambda: self.pin_removed.emit(pin), "Del")
        if len(self._scene.trail) > 1:
            add_item(menu, tr("Clear the trail of the drawing"), self.trail_cleared.emit)
        menu.addSeparator()
        if len(self.selection):
            add_item(menu, tr("Zoom to the selection"), self.selecting.zoom, "Z")
            add_item(menu, tr("Clear the selection"), self.selecting.clear, "Esc")
        if self._scene.codes is not None and self._scene.size > 1:
            add_item(menu, tr("Every number of the code…"), self.sheet_requested.emit)
        add_item(menu, tr("Show all codes"), self.fit, "0")
        menu.addMenu(self._bar.show_menu.menu()).setText(tr("Show"))
        menu.addSeparator()
        self.figures.add_to(menu)
        return menu

    def figure(self) -> Figure | None:
        """The map with its layers, samples and pins, for paper; None before any codes."""
        scene, furniture = self._scene, self._furniture
        by_value = scene.style.colour != "label"
        ends = scene.points.colours.value_range
        values = (tr(COLOURS[scene.style.colour]), ends) if by_value and ends else None
        seen = scene.layers.shown_field() is not None
        plot = MapPlot(
            scene,
            self._navigation.view,
            self._font(),
            furniture.legend.names,
            furniture.fields.entries if seen else (),
            values,
        )
        return map_figure(self, plot)

    def _begin_at(self, index: int) -> None:
        """Lay the map through the code of a sample."""
        codes, row = self._scene.codes, self._scene.points.place_of(index)
        if codes is not None and row is not None:
            self.set_strip(True)
            self.set_base(codes.values[row])

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusInEvent(event)
        if event.reason() in _BY_KEYS:
            self._use_keys(True)
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._navigation.rest()
        self.selecting.drop()
        self._drop_pin(moved=False)
        self._pressed = self._dragged = self._mouse = None


def _numbers(scene: Scene, code: NDArray[np.float32]) -> str:
    """The numbers of ``code`` ``[d]`` that the map shows."""
    return ", ".join(f"{axis_name(i)} {number_text(code[i])}" for i in sorted({*scene.axes}))


def _called(scene: Scene, index: int) -> str:
    """What a sample is called, with its class where that is something else."""
    stamps = scene.points.stamps
    name, label = label_name(stamps.names[index]), label_name(stamps.labels[index])
    return name if name in (label, f"{label} #{index + 1}") else f"{name} ({label})"
