"""A race in the background, and the loss over the plane that its trails are seen in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.data.progress import LoadProgress, clock
from aegui.core.i18n import tr
from aegui.core.races.optimizers import race
from aegui.core.races.surface import frame_of, loss_surface, plane_of
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.races.optimizers import RaceSpec, RaceState
    from aegui.core.races.surface import PlaneKey, WeightPlane
    from aegui.core.recipe import Recipe

_PARTS = 1000
_PLANE_SECONDS = 1.0
"""No sooner a plane is laid anew while a race goes on: all weights of all trails are looked at."""
_PLANE_PAUSE = 9.0
"""Nor before so many times as long as the last one took: the race itself has to wait for it."""


@dataclass(frozen=True, eq=False)
class RaceNews:
    """A race, and the plane for its trails so far; None while they span none."""

    state: RaceState
    plane: WeightPlane | None


class RaceRuns(Service):
    """Runs one race at a time; what it has learnt is looked at and then forgotten."""

    changed = Signal(object)
    """A ``RaceNews``."""
    surface_found = Signal(object)
    """A ``LossSurface``: coarse at first, then finer."""
    failed = Signal(str)
    """Why there is no race, in words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job = Derived("aegui-race", self, urgent=False)
        self._laying = Derived("aegui-race-plane", self, urgent=False)
        self._surfaces = Derived("aegui-race-surface", self, urgent=False)
        self.dataset: Dataset | None = None
        """What was learnt."""
        self.news: RaceNews | None = None
        """How the race stands, or ended."""
        self._key: PlaneKey = "ends"
        self._is_stopped = False
        self.job.answered.connect(self._take)
        self._laying.answered.connect(self._take)
        self._surfaces.answered.connect(self.surface_found)
        for job in (self.job, self._laying, self._surfaces):
            job.failed.connect(self.failed)

    def start(self, recipe: Recipe, dataset: Dataset, spec: RaceSpec) -> None:
        """Race; ``changed`` and ``surface_found`` follow, again and again."""
        self.dataset, self.news, self._is_stopped = dataset, None, False
        self._surfaces.forget()
        self.job.derive(
            lambda report, cancelled: self._raced(recipe, dataset, spec, report, cancelled),
            object(),
            title=tr("Optimiser race"),
        )

    @Slot()
    def stop(self) -> None:
        """End the race as it stands."""
        self._is_stopped = True

    def set_plane(self, key: PlaneKey) -> None:
        """Have the trails seen in another plane."""
        self._key = key
        news = self.news
        if news is not None and not self.job.is_busy:
            state = news.state
            self._laying.ask(lambda: RaceNews(state, plane_of(state, key)))

    def shutdown(self) -> None:
        """Give up what is under way; no more is begun."""
        self._is_stopped = True
        super().shutdown()

    def _raced(
        self,
        recipe: Recipe,
        dataset: Dataset,
        spec: RaceSpec,
        report: Report,
        cancelled: IsCancelled,
    ) -> Iterator[RaceNews]:
        """In the thread: the race as it goes, with a plane that follows it from time to time."""
        plane, key, due = None, self._key, 0.0
        for state in race(recipe, dataset, spec, lambda: self._is_stopped or cancelled()):
            going = sum(not lane.reason and not lane.refused for lane in state.lanes)
            left = (1.0 - state.share) * spec.seconds * len(state.lanes)
            words = tr("Still learning: {n}; at most {left} left", n=going, left=clock(left))
            report(LoadProgress(round(_PARTS * state.share), _PARTS, words))
            if time.monotonic() >= due or state.is_over or key != self._key:
                key, begun = self._key, time.monotonic()
                plane = plane_of(state, key)
                now = time.monotonic()
                due = now + max(_PLANE_SECONDS, _PLANE_PAUSE * (now - begun))
            yield RaceNews(state, plane)

    @Slot(object)
    def _take(self, news: RaceNews) -> None:
        before, self.news = self.news, news
        self.changed.emit(news)
        plane, dataset, recipe = news.plane, self.dataset, news.state.recipe
        if plane is None or dataset is None or (before is not None and before.plane is plane):
            return
        rect = frame_of(news.state, plane)
        self._surfaces.derive(
            lambda _report, cancelled: loss_surface(recipe, dataset, plane, rect, cancelled), plane
        )
