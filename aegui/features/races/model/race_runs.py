"""A race in the background, and the loss over the plane that its trails are projected to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from aegui.core.data.progress import LoadProgress, clock
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.races.optimizers import race
from aegui.core.races.surface import frame_of, loss_surface, plane_of
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.races.optimizers import RaceSpec, RaceState
    from aegui.core.races.surface import LossSurface, PlaneKey, WeightPlane
    from aegui.core.recipe import Recipe

_PARTS = 1000
_PLANE_SECONDS = 1.0
"""Minimum interval between two planes during a race: each is computed from all recorded weights."""
_PLANE_PAUSE = 9.0
"""Minimum interval as a multiple of the time for the last plane, which delays the race itself."""


@dataclass(frozen=True, eq=False)
class RaceUpdate:
    """The state of a race and the plane of its trails; None while they do not span one."""

    state: RaceState
    plane: WeightPlane | None


class RaceRuns(Service):
    """Runs one race at a time, and computes the plane and the loss surface of its trails."""

    changed = Signal(object)
    """Emitted with a ``RaceUpdate``."""
    failed = Signal(object)
    """Emitted with the translated reason when there is no race."""

    def __init__(self) -> None:
        super().__init__()
        self.job = Derived("aegui-race", self, urgent=False)
        self._laying = Derived("aegui-race-plane", self, urgent=False)
        self.surfaces = Derived("aegui-race-surface", self, urgent=False)
        """Answers with a ``LossSurface``: coarse at first, then finer."""
        self.dataset: Dataset | None = None
        """The dataset of the race."""
        self.news: RaceUpdate | None = None
        """The newest state of the race, or its result."""
        self.surface: LossSurface | None = None
        """The newest loss surface under the trails of ``news``; None before there is one."""
        self.plane_key: PlaneKey = "ends"
        """Kind of the plane, a key of ``PLANES``."""
        self._is_stopped = False
        self.job.answered.connect(self._take)
        self._laying.answered.connect(self._take)
        self.surfaces.answered.connect(self._on_surfaces_answered)
        for job in (self.job, self._laying, self.surfaces):
            job.failed.connect(self.failed)

    def start(self, recipe: Recipe, dataset: Dataset, spec: RaceSpec) -> None:
        """Start a race; ``changed`` follows and ``surfaces`` answers, repeatedly."""
        self.dataset, self.news, self._is_stopped = dataset, None, False
        self.surface = None
        self.surfaces.forget()
        self.job.derive(
            lambda report, cancelled: self._raced(recipe, dataset, spec, report, cancelled),
            object(),
            title=tr("Optimiser race"),
        )

    @Slot()
    def stop(self) -> None:
        """End the race, keeping its current state."""
        self._is_stopped = True

    def set_plane(self, key: PlaneKey) -> None:
        """Project the trails to another plane."""
        self.plane_key = key
        news = self.news
        if news is not None and not self.job.is_busy:
            state = news.state
            self._laying.ask(lambda: RaceUpdate(state, plane_of(state, key)))

    @Slot(object)
    def _on_surfaces_answered(self, surface: LossSurface) -> None:
        self.surface = surface

    def shutdown(self) -> None:
        """Cancel running work and accept no more."""
        self._is_stopped = True
        super().shutdown()

    def _raced(
        self,
        recipe: Recipe,
        dataset: Dataset,
        spec: RaceSpec,
        report: Report,
        cancelled: IsCancelled,
    ) -> Iterator[RaceUpdate]:
        """Run the race in the worker thread, and update its plane at intervals."""
        plane, key, due = None, self.plane_key, 0.0
        for state in race(recipe, dataset, spec, lambda: self._is_stopped or cancelled()):
            going = sum(not lane.reason and not lane.refused for lane in state.lanes)
            left = (1.0 - state.share) * spec.seconds * len(state.lanes)
            words = tr("Still learning: {n}; at most {left} left", n=going, left=clock(left))
            report(LoadProgress(round(_PARTS * state.share), _PARTS, words))
            if time.monotonic() >= due or state.is_over or key != self.plane_key:
                key, begun = self.plane_key, time.monotonic()
                plane = plane_of(state, key)
                now = time.monotonic()
                due = now + max(_PLANE_SECONDS, _PLANE_PAUSE * (now - begun))
            yield RaceUpdate(state, plane)

    @Slot(object)
    def _take(self, news: RaceUpdate) -> None:
        before, self.news = self.news, news
        self.changed.emit(news)
        plane, dataset, recipe = news.plane, self.dataset, news.state.recipe
        if plane is None or dataset is None or (before is not None and before.plane is plane):
            return
        rect = frame_of(news.state, plane)
        self.surfaces.derive(
            lambda _report, cancelled: loss_surface(recipe, dataset, plane, rect, cancelled), plane
        )
