"""Animated flight over the map: the cursor follows a path and the view follows the cursor."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel

from aegui.core.i18n import tr
from aegui.core.latent.flights import around, through_points, without_outliers
from aegui.features.map.view.navigation import FRAME_MS
from aegui.kit.overlay_area import overlay_area_of
from aegui.kit.theme import SPACING
from aegui.widgets.rulers import BOTTOM_PX, LEFT_PX

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aegui.core.latent.frame import Frame
    from aegui.features.map.view.canvas import LatentCanvas
    from aegui.widgets.viewport import Viewport

SPEED_PX_S = 42.0
"""Speed of the cursor on the screen: slow enough to see every image change."""
CLOSER = 1.6
"""Zoom of a flight relative to the view of the whole map."""
STEP_S = 2.5
"""Without animations: time at each place before jumping to the next one."""
STEP_PX = 90.0
_ARRIVES_S = 1.2
_LONGEST_FRAME_S = 0.1
_MODIFIERS = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta)
_STOPPING = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.TouchBegin,
        QEvent.Type.Wheel,
        QEvent.Type.NativeGesture,
    }
)


class _FlightNote(QLabel):
    """Note on the map about the flight and how to stop it; transparent to the mouse."""

    def __init__(self, canvas: LatentCanvas) -> None:
        super().__init__(tr("Flying over the map: any key or click stops"), canvas)
        self.setProperty("card", True)
        self.setMargin(SPACING)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._overlay_area = overlay_area_of(canvas)
        self.hide()

    def place(self) -> None:
        """Show the note centred at the lower edge of the map."""
        around, size = self.parentWidget(), self.sizeHint()
        assert around is not None
        middle = LEFT_PX + (around.width() - LEFT_PX) / 2
        top = around.height() - BOTTOM_PX - 2 * SPACING - size.height()
        self.setGeometry(round(middle - size.width() / 2), round(top), size.width(), size.height())
        self.show()
        self.raise_()
        self._overlay_area.set_occupied(self, True)

    def put_away(self) -> None:
        """Hide the note."""
        self.hide()
        self._overlay_area.set_occupied(self, False)


class MapFlight(QObject):
    """Flies over a map until the user interacts.

    The path goes through the pins if there are at least two, else past the dense areas of the
    map; without samples around its centre. Any key, click or wheel event stops the flight; the
    key is consumed, a mouse event is still handled.
    """

    def __init__(
        self, canvas: LatentCanvas, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._clock = clock
        self.path: NDArray[np.float64] = np.zeros((0, 2))
        """Closed path ``[n, 2]`` of the flight on the plane; empty before any flight."""
        self._length = self._gone = 0.0
        self._begun = self._last = 0.0
        self._from = canvas.navigation.view
        self._steps = False
        self._frame: Frame | None = None
        self._note = _FlightNote(canvas)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def is_on(self) -> bool:
        """Whether a flight is running."""
        return self._timer.isActive()

    def begin(self) -> None:
        """Start a flight; does nothing if one is running or there is no path."""
        path = self._found_path()
        if self.is_on or path is None:
            return
        canvas = self._canvas
        self.path, self._frame = path, canvas.scene.projection.frame
        self._length = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
        self._gone = 0.0
        self._begun = self._last = self._clock()
        self._from = canvas.navigation.view
        # With animations disabled on the desktop, jump from place to place.
        self._steps = not canvas.navigation.glides
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)
        self._timer.start(round(1000 * STEP_S) if self._steps else FRAME_MS)
        self._note.place()
        self._show()

    def stop(self) -> None:
        """Stop the flight at its current position."""
        if not self.is_on:
            return
        self._timer.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self._note.put_away()

    def _found_path(self) -> NDArray[np.float64] | None:
        scene = self._canvas.scene
        if scene.codes is None or scene.bounds is None:
            return None
        pins = [pin.z for pin in scene.pins if len(pin.z) == scene.projection.size]
        if len(pins) > 1:
            path = through_points(scene.projection.project(np.stack(pins)))
        elif len(scene.codes.values) > 1:
            path = without_outliers(scene.projection.project(scene.codes.values))
        else:
            path = around(scene.bounds)
        if scene.projection.ribbon:
            path[:, 1] = 0.0
        return path if np.ptp(path, axis=0).max() > 0.0 else None

    @Slot()
    def _on_timer_timeout(self) -> None:
        canvas = self._canvas
        is_same = self._frame is not None and canvas.scene.projection.frame.parallel(self._frame)
        if not canvas.isVisible() or not is_same:
            # The map is hidden, or its axes have changed.
            self.stop()
            return
        now = self._clock()
        seconds, self._last = min(_LONGEST_FRAME_S, now - self._last), now
        pixels = STEP_PX if self._steps else SPEED_PX_S * seconds
        self._gone += pixels / canvas.navigation.view.sx
        self._show()

    def _show(self) -> None:
        """Move the cursor to the current position and the view with it."""
        navigation = self._canvas.navigation
        share = (self._gone / self._length) % 1.0 * (len(self.path) - 1)
        at = np.arange(len(self.path))
        x, y = (float(np.interp(share, at, column)) for column in self.path.T)
        view, goal = navigation.view, self._goal(x, y)
        arrived = min(1.0, (self._clock() - self._begun) / _ARRIVES_S)
        if not self._steps and arrived < 1.0:
            eased = arrived * arrived * (3.0 - 2.0 * arrived)
            window = view.left, view.top, view.width, view.height, view.inset
            goal = self._from.placed(*window).towards(goal, eased)
        navigation.jump_to(goal)
        self._canvas.map_cursor.put_without_mouse(x, y)

    def _goal(self, x: float, y: float) -> Viewport:
        """Return the target view for the position (``x``, ``y``)."""
        home = self._canvas.navigation.home
        closer = replace(home, sx=CLOSER * home.sx, sy=CLOSER * home.sy)
        # Keep the centre between the position and the map centre, to show less beyond the edges.
        keep = 1.0 - 1.0 / CLOSER
        return replace(closer, cx=home.cx + keep * (x - home.cx), cy=home.cy + keep * (y - home.cy))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride:
            # The key that stops the flight must not trigger a shortcut.
            event.accept()
            return True
        if kind in (QEvent.Type.MouseMove, QEvent.Type.ToolTip) and watched is self._canvas:
            # A mouse movement without a click must not take the cursor away.
            return True
        if isinstance(event, QKeyEvent) and (event.isAutoRepeat() or event.key() in _MODIFIERS):
            # The key that started the flight may still be held, or a modifier pressed first.
            return True
        if kind in _STOPPING:
            self.stop()
            return kind == QEvent.Type.KeyPress
        return super().eventFilter(watched, event)
