"""Evaluates a classifier on a chosen part of the data, in a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot

from aegui.core.cost import Budget, Cost, excess
from aegui.core.data.builtin import BUILTIN_SETS, set_title
from aegui.core.data.load import load_data
from aegui.core.data.split import split_indices
from aegui.core.evaluation.classification import classification_cost, classify
from aegui.core.i18n import language, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import DataSpec
from aegui.core.sampled import sampled
from aegui.core.seeds import LIVE_CLASSIFIER_SEED
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.evaluation.classification import Classification
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import Recipe

VALIDATION, TRAINING, ALL, SHOWN = "validation", "training", "all", "shown"
"""Keys of the parts of the data; any other key is the name of a set."""
LIVE_SAMPLES = 2_000
"""During a training, larger parts are represented by this many samples, drawn at random."""
LIVE_MS = 500
"""Minimum time between two evaluations during a training."""


@dataclass(frozen=True, eq=False)
class Judged:
    """The network to evaluate, and the available samples."""

    codec: Codec
    """Its weights."""
    recipe: Recipe
    """The recipe it was trained with."""
    dataset: Dataset
    """The set it was trained on."""
    shown: Dataset
    """The set shown, which may be another one."""
    is_live: bool
    """Whether the network is being trained."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A finished evaluation."""

    found: Classification
    """The answers to the samples ``indices``, in their order."""
    dataset: Dataset
    """The set that the samples belong to."""
    indices: NDArray[np.int64]
    """int64 ``[n]``, their places in ``dataset``."""
    total: int
    """Number of samples in the whole part."""
    part: str
    """Key of the part."""
    epoch: int
    """Epoch of the weights."""


class ClassifierService(Service):
    """Evaluates the newest weights on the chosen part, while a visible view needs the result."""

    evaluated = Signal(object)
    """Emitted with an ``Evaluation``, or None if there is no classifier."""
    parts_changed = Signal()
    failed = Signal(object)
    """Emitted with the reason why the samples could not be classified."""
    held = Signal(object)
    """Emitted with a ``Cost`` beyond the budget; the evaluation waits for ``allow``."""

    def __init__(self, budget: Callable[[], Budget] = Budget) -> None:
        super().__init__()
        self.budget = budget
        """Returns what may be spent without asking."""
        self._is_allowed = False
        self.job = Derived("aegui-classes", self, urgent=False, least_pause_ms=LIVE_MS)
        """The running computation; reports its progress."""
        self.job.set_active(False)
        self.job.answered.connect(self._on_job_answered)
        self.job.failed.connect(self._on_job_failed)
        self._judged: Judged | None = None
        self._chosen = ""
        self._parts: Mapping[str, str] = {}
        self._language = language()
        self.latest: Evaluation | None = None
        """The last evaluation, as long as it belongs to the current network and part."""
        self.waiting: Cost | None = None
        """The cost of the evaluation that waits for ``allow``, or None."""
        self.failure = ""
        """Why the samples could not be classified; "" unless the last attempt failed."""
        self.cell: tuple[int, int] | None = None
        """The chosen cell of the confusion matrix when a window was replaced; None without one."""
        self._loaded: tuple[str, Dataset] | None = None

    @property
    def parts(self) -> Mapping[str, str]:
        """Keys and names, in the current language, of the available parts."""
        if self._judged is not None and self._language != language():
            self._language, self._parts = language(), _parts(self._judged)
        return self._parts

    @property
    def part(self) -> str:
        """Key of the evaluated part: the chosen one if available, else the first."""
        return self._chosen if self._chosen in self._parts else next(iter(self._parts), "")

    def set_judged(self, judged: Judged | None) -> None:
        """Set the network to evaluate; None if there is none with a classifier.

        Newer weights of the same training wait for the running evaluation.
        """
        before, self._judged = self._judged, judged
        if judged is None:
            self._forget()
            self._set_parts({})
            if before is not None:
                self.evaluated.emit(None)
            return
        is_other = before is None or judged.dataset is not before.dataset
        if is_other:
            self._is_allowed = False
        if before is not None and (is_other or judged.recipe != before.recipe):
            # Another training: the figures of the last one must not stand beside its weights.
            self.latest = None
            self.job.forget()
            self.evaluated.emit(None)
        if before is not None and _has_same_parts(before, judged):
            if judged.codec is before.codec and judged.is_live == before.is_live:
                return
        else:
            self._set_parts(_parts(judged))
        if before is not None and before.is_live and not judged.is_live:
            # The final evaluation covers all samples and must not wait for one on a subset.
            self.job.forget()
        self._derive()

    def set_part(self, key: str) -> None:
        """Evaluate on the part ``key``."""
        if key == self.part:
            return
        self._chosen = key
        self._forget()
        self._derive()

    def allow(self) -> None:
        """Evaluate the current part of the current data whatever the cost."""
        self._is_allowed = True
        self._derive()

    def _set_parts(self, parts: Mapping[str, str]) -> None:
        if parts == self._parts:
            return
        before, self._parts, self._language = self.part, parts, language()
        if before != self.part:
            self._forget()
        self.parts_changed.emit()

    def _forget(self) -> None:
        """Discard the last result and cancel the running evaluation."""
        self.latest = self.waiting = None
        self.failure = ""
        self._is_allowed = False
        self.job.forget()

    def _derive(self) -> None:
        judged, part, loaded = self._judged, self.part, self._loaded
        self.waiting, self.failure = None, ""
        if judged is None:
            return
        is_allowed = self._is_allowed

        def work(report: Report, cancelled: IsCancelled) -> Evaluation | Cost:
            cost = _cost(judged, part)
            if not is_allowed and excess(cost, self.budget()):
                return cost
            return _evaluation(judged, part, loaded, report, cancelled)

        self.job.compute(work, self, title=tr("Classifying samples"), gentle=judged.is_live)

    @Slot(object)
    def _on_job_answered(self, evaluation: Evaluation | Cost) -> None:
        if isinstance(evaluation, Cost):
            self.waiting = evaluation
            self.held.emit(evaluation)
            return
        self.latest = evaluation
        if evaluation.part not in {VALIDATION, TRAINING, ALL, SHOWN}:
            self._loaded = evaluation.part, evaluation.dataset
        self.evaluated.emit(evaluation)

    @Slot(object)
    def _on_job_failed(self, reason: str) -> None:
        self.latest, self.failure = None, reason
        self.failed.emit(reason)


def _has_same_parts(before: Judged, judged: Judged) -> bool:
    """Return whether at most the weights differ; these change many times a second."""
    return (
        judged.dataset is before.dataset
        and judged.recipe is before.recipe
        and judged.shown is before.shown
    )


def _parts(judged: Judged) -> dict[str, str]:
    """Return the available parts, the most informative first."""
    data = judged.recipe.data
    if data.split.keeps:
        training, validation = split_indices(len(judged.dataset), data.split)
        parts = {
            VALIDATION: tr("Validation part ({n:,})", n=len(validation)),
            TRAINING: tr("Training part ({n:,})", n=len(training)),
        }
    else:
        parts = {ALL: tr("Training samples ({n:,})", n=len(judged.dataset))}
    test = BUILTIN_SETS.get(f"{data.source}-test")
    if test is not None:
        parts[test.key] = tr(test.label)
    if judged.shown is not judged.dataset and judged.shown.name not in parts:
        parts[SHOWN] = tr("Chosen data: {name}", name=set_title(judged.shown.name))
    return parts


def _cost(judged: Judged, part: str) -> Cost:
    """Return the cost of evaluating ``part``; a set not yet loaded counts as the training set."""
    count = len(judged.shown if part == SHOWN else judged.dataset)
    if judged.is_live:
        count = min(count, LIVE_SAMPLES)
    return classification_cost(judged.codec, count)


def _evaluation(
    judged: Judged,
    part: str,
    loaded: tuple[str, Dataset] | None,
    report: Report,
    cancelled: IsCancelled,
) -> Evaluation:
    """Evaluate on ``part``; ``loaded`` is the set that was loaded last, reused if it matches."""
    dataset, indices = judged.dataset, np.arange(len(judged.dataset))
    if part in {VALIDATION, TRAINING}:
        training, validation = split_indices(len(dataset), judged.recipe.data.split)
        indices = validation if part == VALIDATION else training
    elif part != ALL:
        if part == SHOWN:
            dataset = judged.shown
        elif loaded is not None and loaded[0] == part:
            dataset = loaded[1]
        else:
            dataset = load_data(DataSpec(source=part), report, cancelled)
        indices = np.arange(len(dataset))
    total = len(indices)
    if judged.is_live:
        indices = indices[sampled(total, LIVE_SAMPLES, LIVE_CLASSIFIER_SEED)]
    classes = judged.dataset.classes
    found = classify(judged.codec, classes, dataset, indices, report, cancelled)
    return Evaluation(found, dataset, indices, total, part, judged.codec.epoch)
