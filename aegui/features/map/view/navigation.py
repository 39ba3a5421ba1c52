"""Moving the view of the map: panning with inertia, zooming, fitting, and following the codes."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from math import exp, hypot
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from aegui.core.light_dataclass import dataclass
from aegui.widgets.viewport import Bounds, Viewport

if TYPE_CHECKING:
    from collections.abc import Callable

ZOOM_STEP = 1.25
"""Zoom factor of one wheel notch, key press or button click."""
GLIDE_S = 0.18
"""Duration of a fit: long enough to keep one's bearings."""
FRAME_MS = 16
FOLLOWING_MS = 32
"""Minimum time between two steps of following codes, to leave time to the training."""
FLING_DECAY_S = 0.12
"""Time after which the speed of a released pan has decayed by 63%."""
FLING_LEAST_PX_S = 60.0
FLING_MOST_PX_S = 4000.0
_FLING_MEMORY_S = 0.08
_RELAXED = 0.6
_NOWHERE: Bounds = (-1.0, -1.0, 1.0, 1.0)


@dataclass(frozen=True)
class _Glide:
    begin: Viewport
    goal: Viewport
    started: float


@dataclass
class _Fling:
    vx: float
    vy: float
    last: float


class Navigation(QObject):
    """Owns the viewport: every movement goes through here and is limited to a sensible range.

    While ``following``, the view is fitted again whenever the codes leave it or become much smaller
    than it. A movement by the user ends this; ``fit`` resumes it. The first fit may show less than
    all codes: the dense middle.
    """

    moved = Signal()
    """The viewport has changed."""
    following_changed = Signal(bool)
    """Whether the view follows the codes."""

    def __init__(
        self, parent: QObject | None = None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self.view = Viewport()
        """The current viewport; read-only for others."""
        self.glides = True
        """Whether movements are animated; else the view jumps."""
        self.following_ms = FOLLOWING_MS
        """Current time between two steps of following codes."""
        self._bounds: Bounds | None = None
        self._crowd: Bounds | None = None
        self.following = True
        """Whether the view follows the codes."""
        self._fresh, self._begins = True, True
        self._ribbon = False
        self._still = False
        self._motion: _Glide | _Fling | None = None
        self._drags: deque[tuple[float, float, float]] = deque()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def is_moving(self) -> bool:
        """Whether a glide or a fling is in progress."""
        return self._motion is not None

    def set_ribbon(self, ribbon: bool) -> None:
        """Set whether codes have one number only; y is then locked at 0."""
        self._ribbon = ribbon

    def place(
        self, left: float, top: float, width: float, height: float, inset: float = 0.0
    ) -> None:
        """Set the rectangle of the map within its widget, in logical pixels.

        A fit leaves ``inset`` of them free at the top.
        """
        before = self.view
        self.view = before.placed(left, top, width, height, inset)
        if self.view == before:
            return
        self.rest()
        if self.following and self._bounds is not None:
            self._set(self._home())
        else:
            self.moved.emit()

    def start_afresh(self) -> None:
        """Fit the next bounds at once, for other samples or another space of codes."""
        self._fresh, self._begins = True, True
        self._follow(True)

    def set_bounds(self, bounds: Bounds | None, crowd: Bounds | None = None) -> None:
        """Set the bounds of the codes; ``crowd`` bounds most of them, by default all."""
        self._bounds, self._crowd = bounds, crowd or bounds
        if bounds is None or not self.following or self._still:
            return
        if self._fresh:
            self._fresh = False
            self.rest()
            self._set(self._home())
        elif not self._comfortable(self._framed or bounds):
            self._glide(self._home(), self.following_ms)

    def keep_still(self, still: bool) -> None:
        """Suspend or resume following the codes, while the user draws on the map."""
        self._still = still
        if still:
            self.rest()
        else:
            self.set_bounds(self._bounds, self._crowd)

    def hold(self) -> None:
        """Keep the view still, wherever the codes move, until ``fit`` is called."""
        self._take_over()

    def fit(self, *, animated: bool = True) -> None:
        """Show all codes and follow them from now on."""
        self._begins = False
        self._follow(True)
        if animated:
            self._glide(self._home())
        else:
            self.rest()
            self._set(self._home())

    def show(self, bounds: Bounds, *, animated: bool = True) -> None:
        """Show all of ``bounds`` and stop following the codes."""
        goal = self._sane(self.view.fitted(bounds))
        self._take_over()
        if animated:
            self._glide(goal)
        else:
            self._set(goal)

    @property
    def home(self) -> Viewport:
        """The viewport after a fit."""
        return self._home()

    def centre(self, x: float, y: float) -> None:
        """Centre the view on a place at once and stop following the codes."""
        self._take_over()
        self._set(replace(self.view, cx=x, cy=y))

    def jump_to(self, view: Viewport) -> None:
        """Set the view at once and stop following the codes."""
        self._take_over()
        self._set(view)

    def take_from(self, other: Navigation) -> None:
        """Show the place that the user has chosen in ``other``, at its scale."""
        if not other.following:
            view = other.view
            self.jump_to(replace(self.view, cx=view.cx, cy=view.cy, sx=view.sx, sy=view.sy))

    def grab(self) -> None:
        """Stop any movement because the user pressed a button or touched the map."""
        self._drags.clear()
        self.rest()

    def pan(self, dx: float, dy: float) -> None:
        """Pan by (``dx``, ``dy``) pixels and record the movement for a fling."""
        self._take_over()
        self._set(self.view.panned(dx, dy))
        now = self._clock()
        self._drags.append((now, dx, dy))
        while self._drags[0][0] < now - _FLING_MEMORY_S:
            self._drags.popleft()

    def glide_by(self, dx: float, dy: float) -> None:
        """Pan smoothly by (``dx``, ``dy``) pixels."""
        goal = self._goal().panned(dx, dy)
        self._take_over()
        self._glide(self._sane(goal))

    def let_go(self) -> None:
        """End a pan; continue it with inertia if it was fast enough."""
        now = self._clock()
        recent = [drag for drag in self._drags if drag[0] >= now - _FLING_MEMORY_S]
        self._drags.clear()
        if len(recent) < 2 or not self.glides:
            return
        seconds = max(now - recent[0][0], 0.008)
        vx = sum(dx for _, dx, _ in recent[1:]) / seconds
        vy = sum(dy for _, _, dy in recent[1:]) / seconds
        speed = hypot(vx, vy)
        if speed < FLING_LEAST_PX_S:
            return
        slower = min(1.0, FLING_MOST_PX_S / speed)
        self._motion = _Fling(vx * slower, vy * slower, now)
        self._timer.start(FRAME_MS)

    def zoom(self, factor: float, x: float, y: float) -> None:
        """Scale by ``factor`` about pixel (``x``, ``y``), at once."""
        self._take_over()
        self._set(self._zoomed(self.view, factor, x, y))

    def glide_zoom(self, factor: float, x: float, y: float) -> None:
        """Scale by ``factor`` about pixel (``x``, ``y``), smoothly."""
        goal = self._zoomed(self._goal(), factor, x, y)
        self._take_over()
        self._glide(goal)

    def arrive(self) -> None:
        """End any movement at once: a glide at its goal, a fling where it is."""
        goal = self._goal()
        self.rest()
        self._set(goal)

    def rest(self) -> None:
        """Stop any movement where it is."""
        self._motion = None
        self._timer.stop()

    def _zoomed(self, view: Viewport, factor: float, x: float, y: float) -> Viewport:
        # Limit the factor first, so that the view does not slide at the end of the zoom range.
        reached = self._sane(view.zoomed(factor, x, y))
        return self._sane(view.zoomed(reached.sx / view.sx, x, y))

    def _goal(self) -> Viewport:
        if isinstance(self._motion, _Glide):
            return replace(
                self._motion.goal,
                left=self.view.left,
                top=self.view.top,
                width=self.view.width,
                height=self.view.height,
            )
        return self.view

    def _home(self) -> Viewport:
        return self._locked(self.view.fitted(self._framed or _NOWHERE))

    @property
    def _framed(self) -> Bounds | None:
        """The bounds that a fit shows: most codes, until the user asks for all of them."""
        return self._crowd if self._begins else self._bounds

    def _sane(self, view: Viewport) -> Viewport:
        return self._locked(self._locked(view).limited(self._bounds or _NOWHERE))

    def _locked(self, view: Viewport) -> Viewport:
        return replace(view, cy=0.0, sy=view.sx) if self._ribbon else view

    def _comfortable(self, bounds: Bounds) -> bool:
        """Return whether all codes are visible and not much smaller than they could be.

        The goal of a glide counts rather than its current state, so that it is not restarted at
        every step.
        """
        goal = self._goal()
        x0, y0, x1, y1 = bounds
        left, bottom, right, top = goal.bounds
        inside = left <= x0 and x1 <= right and (self._ribbon or (bottom <= y0 and y1 <= top))
        home = self._home()
        return inside and goal.sx >= _RELAXED * home.sx and goal.sy >= _RELAXED * home.sy

    def _take_over(self) -> None:
        self.rest()
        self._follow(False)

    def _follow(self, following: bool) -> None:
        if following != self.following:
            self.following = following
            self.following_changed.emit(following)

    def _glide(self, goal: Viewport, step_ms: int = FRAME_MS) -> None:
        if not self.glides:
            self.rest()
            self._set(goal)
            return
        self._motion = _Glide(self.view, goal, self._clock())
        self._timer.start(step_ms)

    def _set(self, view: Viewport) -> None:
        view = self._sane(view)
        if view != self.view:
            self.view = view
            self.moved.emit()

    @Slot()
    def _on_timer_timeout(self) -> None:
        now = self._clock()
        if isinstance(self._motion, _Glide):
            self._step_glide(self._motion, now)
        elif isinstance(self._motion, _Fling):
            self._step_fling(self._motion, now)
        else:
            self._timer.stop()

    def _step_glide(self, glide: _Glide, now: float) -> None:
        share = min(1.0, (now - glide.started) / GLIDE_S)
        eased = 1.0 - (1.0 - share) ** 3
        if share >= 1.0:
            self.arrive()
        else:
            self._set(glide.begin.towards(glide.goal, eased))

    def _step_fling(self, fling: _Fling, now: float) -> None:
        seconds = now - fling.last
        remaining = exp(-seconds / FLING_DECAY_S)
        # Distance covered while the speed decays from v to v * kept.
        factor = FLING_DECAY_S * (1.0 - remaining)
        self._set(self.view.panned(fling.vx * factor, fling.vy * factor))
        fling.vx, fling.vy, fling.last = fling.vx * remaining, fling.vy * remaining, now
        if hypot(fling.vx, fling.vy) < FLING_LEAST_PX_S / 3:
            self.rest()
