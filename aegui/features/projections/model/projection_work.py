"""The pieces of work that maps are made of, and what is known of maps so far."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
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
    """What is known of one map.

    Attributes:
        key: Key of ``VIEWS``.
        status: ``ready``; ``waiting`` for its turn; ``working``; ``offered``: slow, made when a
            person asks; ``impossible``.
        places: float32 ``[n, 2]``; None while there is none. They may be older than what is shown
            elsewhere unless the map is ready.
        text: What is said about the status, in words; may be empty.
        share: Done so far, 0..1, while working.
        epoch: Epoch of the weights, for maps of codes.
        figures: How good it is; None while that is not known.
        cost: Of one that is offered: what making it will take.
    """

    key: str
    status: str = "waiting"
    places: NDArray[np.float32] | None = None
    text: str = ""
    share: float = 0.0
    epoch: int | None = None
    figures: Figures | None = None
    cost: Cost | None = None


@dataclass(eq=False)
class Task:
    """A piece of work for the thread, and how far it is."""

    kind: str
    key: str
    work: Callable[[Task, IsCancelled], Any]
    needs_codes: bool = False
    begun: float = field(default_factory=time.monotonic)
    share: float = 0.0
    text: str = ""

    @property
    def is_slow(self) -> bool:
        """Whether it is one that a person may want to stop."""
        return self.kind == "map" and not VIEWS[self.key].quick


@dataclass(eq=False)
class Found:
    """All that is known of the maps of some samples."""

    material: Material | None = None
    places: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    figures: dict[str, Figures] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    references: dict[str, Figures] | None = None

    def drop(self, keys: Iterable[str]) -> None:
        """Forget what was found of ``keys``; their last places are kept to look at."""
        for key in list(keys):
            self.views.pop(key, None)
            self.figures.pop(key, None)
            self.failures.pop(key, None)


@dataclass(frozen=True, eq=False)
class Tasks:
    """Makes tasks for samples ``of`` and the network of this moment; ``report`` gets the progress.

    ``report`` is called in the thread that does the work.
    """

    of: Material
    codec: Codec | None
    axes: tuple[int, int]
    options: ProjectionOptions
    report: Report

    def map(self, key: str) -> Task:
        """Makes a ``View``."""

        def work(task: Task, cancelled: IsCancelled) -> View:
            of = self._encoded(task, cancelled)
            return make_view(key, of, self.options, self._reporter(task), cancelled)

        return Task("map", key, work, VIEWS[key].of_code)

    def figures(self, view: View) -> Task:
        """Gives the ``Figures`` of ``view``."""

        def work(task: Task, cancelled: IsCancelled) -> Figures:
            return figures(view, self._encoded(task, cancelled), cancelled)

        return Task("figures", view.key, work, VIEWS[view.key].of_code)

    def references(self) -> Task:
        """Gives what ``reference_figures`` does."""

        def work(task: Task, cancelled: IsCancelled) -> dict[str, Figures]:
            return reference_figures(self._encoded(task, cancelled), cancelled)

        return Task("references", "", work, needs_codes=True)

    def code(self) -> Task:
        """Makes the ``View`` of the code itself."""

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
    """Draws the samples: gives a ``Material``."""
    return Task("samples", "", lambda _task, _cancelled: material(dataset, options))


def outcome_of(task: Task, cancelled: IsCancelled) -> object:
    """The result of the work, or the error that says why there is none."""
    try:
        return task.work(task, cancelled)
    except AeguiError as error:
        return error
    except MemoryError:
        return AeguiError(tr("There is not enough memory for that many samples: take fewer."))
    except Exception as error:
        _log.exception("the map %s failed", task.key or task.kind)
        return AeguiError(tr("This map could not be made: {reason}", reason=error))


def is_same(state: MapState, told: MapState | None) -> bool:
    """Whether nothing has changed since ``told``."""
    return (
        told is not None
        and all(
            getattr(state, name) is getattr(told, name)
            or getattr(state, name) == getattr(told, name)
            for name in ("status", "text", "share", "epoch", "figures")
        )
        and state.places is told.places
    )
