"""Tasks that compute maps, and the results so far."""

from __future__ import annotations

import logging
import time
from dataclasses import field
from typing import TYPE_CHECKING, Any

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.latent.views import (
    VIEWS,
    Figures,
    Material,
    View,
    figures,
    make_view,
    material,
    reference_figures,
    with_codes,
)
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.cost import Cost
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.projections import ProjectionOptions, ProjectionProgress

    Report = Callable[["Task", ProjectionProgress], None]

_SHOW_EVERY_S = 0.1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class MapState:
    """State of one map."""

    key: str
    """Key of ``VIEWS``."""
    status: str = "waiting"
    """``ready``; ``waiting`` in the queue; ``working``; ``offered``: slow, computed on request;
    ``impossible``."""
    coordinates: NDArray[np.float32] | None = None
    """float32 ``[n, 2]``; None if there are none. Unless the map is ready they may belong to older
    weights or settings."""
    text: str = ""
    """Text about the status; may be empty."""
    share: float = 0.0
    """Progress, 0..1, while working."""
    epoch: int | None = None
    """Epoch of the weights, for maps of codes."""
    figures: Figures | None = None
    """Quality figures; None while they are not known."""
    cost: Cost | None = None
    """Cost of computing the map, if it is ``offered``."""


@dataclass(eq=False)
class Task:
    """A task for the worker thread, and its progress."""

    kind: str
    key: str
    work: Callable[[Task, IsCancelled], Any]
    needs_codes: bool = False
    begun: float = field(default_factory=time.monotonic)
    share: float = 0.0
    text: str = ""

    @property
    def is_slow(self) -> bool:
        """Whether the user may want to stop the task."""
        return self.kind == "map" and not VIEWS[self.key].quick


@dataclass(eq=False)
class Found:
    """All results about the maps of a set of samples."""

    material: Material | None = None
    coordinates: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    figures: dict[str, Figures] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    references: dict[str, Figures] | None = None
    failure: str | None = None
    """Why the samples could not be drawn."""

    def drop(self, keys: Iterable[str]) -> None:
        """Discard the results of ``keys``; their last places are kept for display."""
        for key in list(keys):
            self.views.pop(key, None)
            self.figures.pop(key, None)
            self.failures.pop(key, None)


@dataclass(frozen=True, eq=False)
class Tasks:
    """Creates tasks for the samples ``of`` and the current network.

    ``report`` is called with the progress, in the worker thread.
    """

    of: Material
    codec: Codec | None
    axes: tuple[int, int]
    options: ProjectionOptions
    report: Report

    def map(self, key: str) -> Task:
        """Return a task that computes the ``View`` of ``key``."""

        def work(task: Task, cancelled: IsCancelled) -> View:
            of = self._encoded(task, cancelled)
            return make_view(key, of, self.options, self._reporter(task), cancelled)

        return Task("map", key, work, VIEWS[key].of_code)

    def figures(self, view: View) -> Task:
        """Return a task that computes the ``Figures`` of ``view``."""

        def work(task: Task, cancelled: IsCancelled) -> Figures:
            return figures(view, self._encoded(task, cancelled), cancelled)

        return Task("figures", view.key, work, VIEWS[view.key].of_code)

    def references(self) -> Task:
        """Return a task that computes ``reference_figures``."""

        def work(task: Task, cancelled: IsCancelled) -> dict[str, Figures]:
            return reference_figures(self._encoded(task, cancelled), cancelled)

        return Task("references", "", work, needs_codes=True)

    def code(self) -> Task:
        """Return a task that computes the ``View`` of the code itself."""

        def work(task: Task, cancelled: IsCancelled) -> View:
            return make_view("code", self._encoded(task, cancelled), self.options)

        return Task("code", "code", work, needs_codes=True)

    def _encoded(self, task: Task, cancelled: IsCancelled) -> Material:
        if self.codec is None or not task.needs_codes:
            return self.of
        return with_codes(self.of, self.codec, self.axes, cancelled)

    def _reporter(self, task: Task) -> Callable[[ProjectionProgress], None]:
        due = 0.0

        def report(progress: ProjectionProgress) -> None:
            nonlocal due
            now = time.monotonic()
            if now >= due and progress.share < 1.0:
                due = now + _SHOW_EVERY_S
                self.report(task, progress)

        return report


def samples_task(dataset: Dataset, options: ProjectionOptions) -> Task:
    """Return a task that draws the samples, a ``Material``."""
    return Task("samples", "", lambda _task, _cancelled: material(dataset, options))


def outcome_of(task: Task, cancelled: IsCancelled) -> object:
    """Return the result of the task, or the error that it raised."""
    try:
        return task.work(task, cancelled)
    except AeguiError as error:
        return error
    except MemoryError:
        return AeguiError(tr("There is not enough memory for that many samples: take fewer."))
    except Exception as error:
        _log.exception("the map %s failed", task.key or task.kind)
        return AeguiError(tr("This map could not be made: {reason}", reason=error))


def is_same(state: MapState, emitted: MapState | None) -> bool:
    """Return whether ``state`` equals the last emitted state ``emitted``."""
    return (
        emitted is not None
        and all(
            getattr(state, name) is getattr(emitted, name)
            or getattr(state, name) == getattr(emitted, name)
            for name in ("status", "text", "share", "epoch", "figures", "cost")
        )
        and state.coordinates is emitted.coordinates
    )
