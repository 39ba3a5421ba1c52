"""Computes projections of the samples in worker threads, one at a time, quick ones first."""

from __future__ import annotations

import logging
import time
from functools import reduce
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot

from aegui.core.cost import Budget, Cost, excess
from aegui.core.data.progress import clock
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.core.latent.projections import (
    ProjectionOptions,
    ProjectionProgress,
    unavailable,
)
from aegui.core.latent.views import VIEWS, Figures, view_cost
from aegui.features.projections.model.projection_work import (
    Found,
    MapState,
    Task,
    Tasks,
    is_same,
    outcome_of,
    samples_task,
)
from aegui.session.jobs.clock import one_shot
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.views import Material, View

FOLLOW_MS = 120
"""Minimum time between two maps of the code during training."""
MAX_FOLLOW_MS = 2_000
"""Maximum time between two of them, however long one takes."""
BUSY_SHARE = 0.08
"""Share of the time spent on following the code, unless ``MAX_FOLLOW_MS`` requires more."""
CALM_MS = 700
"""Delay of figures and maps of codes after the last change of the network."""
SMALL = 1_000
"""Slow maps of sets up to this size are computed at once; larger ones on request."""
_GUESS_AFTER_S = 0.5
_log = logging.getLogger(__name__)


class ProjectionService(Service):
    """Keeps the requested maps of the samples up to date, in two worker threads.

    One follows the code during training, the other computes maps and their quality figures; both
    discard outdated work. All signals are emitted in the thread that owns this object.
    """

    samples_changed = Signal(object)
    """The ``Material``, without codes, that all further maps show."""
    map_changed = Signal(object)
    """A ``MapState``."""
    references_changed = Signal()
    """Emitted when ``references`` has changed."""
    busy_changed = Signal(bool)
    """Whether a slow map is being computed, which can be stopped."""
    _reported = Signal(object)

    def __init__(self, budget: Callable[[], Budget] = Budget) -> None:
        """Create the service; maps beyond ``budget`` are computed only on the user's request."""
        super().__init__()
        self.budget = budget
        """Work allowed without asking the user."""
        self._dataset: Dataset | None = None
        self.codec: Codec | None = None
        """The network whose codes are mapped."""
        self._axes = (0, 1)
        self.options = ProjectionOptions()
        """The options of the maps."""
        self._requested: tuple[str, ...] = ()
        self._asked: set[str] = set()
        self._declined = False
        self._found = Found()
        self._emitted: dict[str, MapState] = {}
        self._task: Task | None = None
        self._is_active = False
        self.is_busy = False
        """Whether a slow map is being computed."""
        self._codes = Derived(
            "aegui-projection-code",
            self,
            urgent=False,
            share=BUSY_SHARE,
            least_pause_ms=FOLLOW_MS,
            most_pause_ms=MAX_FOLLOW_MS,
        )
        self._codes.answered.connect(self._on_codes_answered)
        self._maps = Derived("aegui-projection", self, urgent=False)
        self._maps.answered.connect(self._on_maps_answered)
        self._reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)
        self._unrest = one_shot(self, self._start_next, CALM_MS)
        self.set_active(False)

    # State

    @property
    def samples(self) -> Material | None:
        """The samples that the maps show; None before they have been drawn."""
        return self._found.material

    @property
    def references(self) -> Mapping[str, Figures]:
        """Figures for comparison with the maps, as from ``reference_figures``."""
        return self._found.references or {}

    @property
    def maps(self) -> tuple[MapState, ...]:
        """States of the requested maps, in their order."""
        return tuple(self._state(key) for key in self._requested)

    @property
    def views(self) -> tuple[View, ...]:
        """The requested maps that are finished, for export."""
        views = self._found.views
        return tuple(views[key] for key in self._requested if key in views)

    def _state(self, key: str) -> MapState:
        status, text, share = self._status(key)
        view = self._found.views.get(key)
        return MapState(
            key,
            status,
            self._found.coordinates.get(key),
            text,
            share,
            None if view is None else view.epoch,
            self._found.figures.get(key),
            self._cost(key) if status == "offered" else None,
        )

    @property
    def due_cost(self) -> Cost:
        """Cost of computing all maps that are offered now, see ``compute``."""
        costs = [self._cost(key) for key in self._requested if self._status(key)[0] == "offered"]
        return reduce(Cost.then, costs, Cost(0.0))

    def _cost(self, key: str) -> Cost:
        """Return the cost of computing the map ``key`` for the current samples."""
        return (
            Cost(0.0)
            if self._dataset is None
            else view_cost(key, self._dataset, self.codec, self.options)
        )

    def _status(self, key: str) -> tuple[str, str, float]:
        found, task = self._found, self._task
        reason = self._obstacle(key) or found.failure or found.failures.get(key)
        if reason is not None:
            return "impossible", reason, 0.0
        if task is not None and task.kind == "map" and task.key == key:
            return "working", task.text, task.share
        if key in found.views:
            return "ready", "; ".join(found.views[key].projection.notes), 1.0
        if self._is_asked(key):
            return "waiting", "", 0.0
        return "offered", tr("Stopped.") if self._declined else "", 0.0

    def _is_asked(self, key: str) -> bool:
        if key in self._asked:
            return True
        of = self._found.material
        at_once = not self._declined and (of is None or len(of.indices) <= SMALL)
        return (VIEWS[key].quick or at_once) and not excess(self._cost(key), self.budget())

    def _obstacle(self, key: str) -> str | None:
        """Return why the map ``key`` cannot be computed, or None."""
        spec, codec, dataset = VIEWS[key], self.codec, self._dataset
        reason = unavailable(spec.method)
        if reason is not None or not spec.of_code or dataset is None:
            return reason
        if codec is None:
            return tr("No network has been trained yet. Press Train.")
        if not codec.can_encode:
            return tr("A GAN has no encoder: images have no place on its map.")
        if codec.pixels != dataset.pixels:
            return tr("The images of this set do not fit the network.")
        return None

    # Requests

    def set_active(self, active: bool) -> None:
        """Set whether a visible view needs the maps; no work is started while none does."""
        self._is_active = active
        self._codes.set_active(active)
        if active:
            self._start_next()

    def set_dataset(self, dataset: Dataset) -> None:
        """Map the samples of ``dataset``."""
        if dataset is not self._dataset:
            self._dataset = dataset
            self._begin_anew()

    def set_codec(self, codec: Codec | None, axes: tuple[int, int] = (0, 1)) -> None:
        """Map the codes of ``codec``, which changes often during training."""
        if codec is self.codec and axes == self._axes:
            return
        self.codec, self._axes = codec, axes
        if self._task is not None and self._task.needs_codes:
            self._drop_task()
        self._found.drop(key for key in VIEWS if VIEWS[key].of_code)
        self._take_references(None)
        self._unrest.start()
        self._follow()
        self._start_next()

    def set_options(self, options: ProjectionOptions) -> None:
        """Set the options of the maps; only maps that depend on a change are recomputed."""
        before, self.options = self.options, options
        if options == before:
            return
        if (options.samples, options.seed) != (before.samples, before.seed):
            self._begin_anew()
            return
        if self._task is not None and self._task.is_slow:
            self._drop_task()
        self._found.drop(key for key in VIEWS if not VIEWS[key].quick)
        self._start_next()

    def set_requested(self, keys: Iterable[str]) -> None:
        """Keep the maps ``keys`` of ``VIEWS`` up to date."""
        self._requested = tuple(keys)
        if self._task is not None and self._task.key and self._task.key not in self._requested:
            self._drop_task()
        self._emitted.clear()
        self._follow()
        self._start_next()

    def compute(self) -> None:
        """Compute the requested slow maps that are missing."""
        self._declined = False
        self._asked.update(self._requested)
        self._start_next()

    def stop(self) -> None:
        """Cancel the running and queued slow maps."""
        self._declined = True
        self._asked.clear()
        if self._task is not None and self._task.is_slow:
            self._drop_task()
        self._start_next()

    def shutdown(self) -> None:
        """Stop all work and wait for the threads; no further work is started."""
        self._is_active = False
        self._unrest.stop()
        super().shutdown()

    # Work queue

    def _begin_anew(self) -> None:
        self._drop_task()
        self._codes.forget()
        self._take_references(None)
        self._found = Found()
        self._asked.clear()
        self._declined = False
        self._start_next()

    def _drop_task(self) -> None:
        self._maps.forget()
        self._task = None

    @Slot()
    def _start_next(self) -> None:
        """Start the next task if the service is active and idle, and emit changed states."""
        if self._is_active and self._task is None:
            task = self._next_task()
            if task is not None:
                self._task = task
                self._maps.compute(lambda _report, cancelled: outcome_of(task, cancelled), task)
        self._announce()

    def _announce(self) -> None:
        for key in self._requested:
            state = self._state(key)
            if not is_same(state, self._emitted.get(key)):
                self._emitted[key] = state
                self.map_changed.emit(state)
        busy = self._task is not None and self._task.is_slow
        if busy != self.is_busy:
            self.is_busy = busy
            self.busy_changed.emit(busy)

    def _next_task(self) -> Task | None:
        dataset, options, of = self._dataset, self.options, self._found.material
        if dataset is None or self._found.failure is not None:
            return None
        if of is None:
            is_held = self._requested and not any(map(self._is_asked, self._requested))
            return None if is_held else samples_task(dataset, options)
        tasks = self._tasks(of)
        due = [key for key in self._requested if self._is_due(key)]
        if due:
            return tasks.map(min(due, key=lambda key: not VIEWS[key].quick))
        if self._unrest.isActive():
            return None
        for key in self._requested:
            if key in self._found.views and key not in self._found.figures:
                return tasks.figures(self._found.views[key])
        return tasks.references() if self._found.references is None else None

    def _is_due(self, key: str) -> bool:
        spec = VIEWS[key]
        # The code itself is computed in a thread of its own.
        return (
            bool(spec.method)
            and self._status(key)[0] == "waiting"
            and not (spec.of_code and self._unrest.isActive())
        )

    def _tasks(self, of: Material) -> Tasks:
        return Tasks(of, self.codec, self._axes, self.options, self._report)

    def _report(self, task: Task, progress: ProjectionProgress) -> None:
        # Called in the worker thread.
        self._reported.emit((task, progress))

    @Slot(object)
    def _on_reported(self, report: tuple[Task, ProjectionProgress]) -> None:
        task, progress = report
        if task is self._task:
            self._take_progress(task, progress)

    @Slot(object)
    def _on_maps_answered(self, outcome: object) -> None:
        task, self._task = self._task, None
        if task is None:
            return
        if isinstance(outcome, AeguiError):
            self._take_failure(task, outcome)
        else:
            self._take_result(task, outcome)
        self._start_next()

    def _take_progress(self, task: Task, progress: ProjectionProgress) -> None:
        task.share, task.text = progress.share, progress.text
        seconds = time.monotonic() - task.begun
        if progress.share > 0.0 and seconds > _GUESS_AFTER_S:
            left = clock(seconds * (1.0 - progress.share) / progress.share)
            task.text = tr("{text}, {time} left", text=progress.text, time=left)
        if progress.coordinates is not None:
            self._found.coordinates[task.key] = progress.coordinates
        self._announce()

    def _take_failure(self, task: Task, error: AeguiError) -> None:
        if isinstance(error, Cancelled):
            return
        if task.kind == "samples":
            self._found.failure = str(error)
        elif task.kind == "map":
            self._found.failures[task.key] = str(error)
        elif task.kind == "figures":
            self._found.figures[task.key] = Figures()
        elif task.kind == "references":
            self._take_references({})
        _log.info("no %s %s: %s", task.kind, task.key, error)

    def _take_result(self, task: Task, result: Any) -> None:
        found = self._found
        if task.kind == "samples":
            found.material = result
            self.samples_changed.emit(result)
            self._follow()
        elif task.kind == "map":
            found.views[task.key] = result
            found.coordinates[task.key] = result.coordinates
            self._asked.discard(task.key)
        elif task.kind == "figures":
            found.figures[task.key] = result
        else:
            self._take_references(result)

    def _take_references(self, references: dict[str, Figures] | None) -> None:
        before = self.references
        self._found.references = references
        if self.references != before:
            self.references_changed.emit()

    # Following the code

    def _follow(self) -> None:
        of, codec = self._found.material, self.codec
        if of is None or codec is None or "code" not in self._requested:
            return
        if "code" in self._found.views or self._obstacle("code") is not None:
            return
        task = self._tasks(of).code()
        self._codes.compute(
            lambda _report, cancelled: (codec, outcome_of(task, cancelled)), of, gentle=True
        )

    @Slot(object)
    def _on_codes_answered(self, answer: tuple[Codec, View | AeguiError]) -> None:
        codec, view = answer
        if isinstance(view, AeguiError):
            return
        self._found.coordinates["code"] = view.coordinates
        if codec is self.codec:
            self._found.views["code"] = view
        else:
            # During training, slightly older weights are better than none.
            self._follow()
        self._announce()
        if not self._unrest.isActive():
            self._start_next()
