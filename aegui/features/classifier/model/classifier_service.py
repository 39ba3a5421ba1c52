"""What a classifier makes of the samples that it is to be judged by, computed in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.cost import Budget, Cost, excess
from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.data.load import load_data
from aegui.core.data.split import split_indices
from aegui.core.evaluation.classification import classification_cost, classify
from aegui.core.i18n import language, tr
from aegui.core.recipe import DataSpec
from aegui.core.sampled import sampled
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
"""Keys of the parts that samples can be taken from; any other is the name of a set."""
LIVE_SAMPLES = 2_000
"""Of larger parts so many samples, drawn at random, are looked at while the network learns."""
LIVE_MS = 500
"""Least time between two looks while the network learns."""
_LIVE_SEED = 0x5EED_0008


@dataclass(frozen=True, eq=False)
class Judged:
    """The network that is judged, and the samples around it.

    Attributes:
        codec: Its weights.
        recipe: What it was trained by.
        dataset: What it was trained on.
        shown: The samples that are shown, where they are others.
        is_live: Whether it is learning at present.
    """

    codec: Codec
    recipe: Recipe
    dataset: Dataset
    shown: Dataset
    is_live: bool


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A finished look.

    Attributes:
        found: The answers to the samples ``indices``, one after the other.
        dataset: The set that these are samples of.
        indices: int64 ``[n]``, their places in ``dataset``.
        total: Samples that the part has in all.
        part: Key of the part.
        epoch: Epoch of the weights.
    """

    found: Classification
    dataset: Dataset
    indices: NDArray[np.int64]
    total: int
    part: str
    epoch: int


class ClassifierService(Service):
    """Judges the newest weights, on the part that was chosen, while somebody looks."""

    evaluated = Signal(object)
    """An ``Evaluation``; None where there is no classifier."""
    parts_changed = Signal()
    failed = Signal(str)
    """Why the samples could not be judged."""
    held = Signal(object)
    """Nothing is begun before ``allow``: it takes this ``Cost``, which is beyond the budget."""

    def __init__(
        self, parent: QObject | None = None, budget: Callable[[], Budget] = Budget
    ) -> None:
        super().__init__(parent)
        self.budget = budget
        """What may be spent without a question."""
        self._is_allowed = False
        self.job = Derived("aegui-classes", self, urgent=False, least_pause_ms=LIVE_MS)
        """Tells how far the look is."""
        self.job.set_active(False)
        self.job.answered.connect(self._on_job_answered)
        self.job.failed.connect(self._on_job_failed)
        self._judged: Judged | None = None
        self._chosen = ""
        self._parts: Mapping[str, str] = {}
        self._language = language()
        self.latest: Evaluation | None = None
        """The last answer, as far as it is still one to the present network and part."""
        self._loaded: tuple[str, Dataset] | None = None

    @property
    def parts(self) -> Mapping[str, str]:
        """Keys and names, in the language in force, of the parts that there are to choose from."""
        if self._judged is not None and self._language != language():
            self._language, self._parts = language(), _parts(self._judged)
        return self._parts

    @property
    def part(self) -> str:
        """Key of the part that is looked at: the one that was asked for, or else the first one."""
        return self._chosen if self._chosen in self._parts else next(iter(self._parts), "")

    def set_judged(self, judged: Judged | None) -> None:
        """Judge this network from now on; None where there is none with a classifier.

        Newer weights of the same training wait for the look that is under way.
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
        if before is not None and _has_same_parts(before, judged):
            if judged.codec is before.codec and judged.is_live == before.is_live:
                return
        else:
            self._set_parts(_parts(judged))
        if is_other or (before is not None and before.is_live and not judged.is_live):
            # The last look at a training is at all samples: it must not wait for one at a few.
            self.job.forget()
        self._derive()

    def set_part(self, key: str) -> None:
        """Look at this part."""
        if key == self.part:
            return
        self._chosen = key
        self._forget()
        self._derive()

    def allow(self) -> None:
        """Look at the present part of the present data, whatever it takes."""
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
        """Whatever was found, or is being looked for, says nothing any more."""
        self.latest = None
        self._is_allowed = False
        self.job.forget()

    def _derive(self) -> None:
        judged, part, loaded = self._judged, self.part, self._loaded
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
            self.held.emit(evaluation)
            return
        self.latest = evaluation
        if evaluation.part not in {VALIDATION, TRAINING, ALL, SHOWN}:
            self._loaded = evaluation.part, evaluation.dataset
        self.evaluated.emit(evaluation)

    @Slot(str)
    def _on_job_failed(self, reason: str) -> None:
        self.latest = None
        self.failed.emit(reason)


def _has_same_parts(before: Judged, judged: Judged) -> bool:
    """Whether nothing but the weights are newer: these come many times a second."""
    return (
        judged.dataset is before.dataset
        and judged.recipe is before.recipe
        and judged.shown is before.shown
    )


def _parts(judged: Judged) -> dict[str, str]:
    """The parts that ``judged`` can be looked at by, the most telling one first."""
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
        parts[SHOWN] = tr("Chosen data: {name}", name=judged.shown.name)
    return parts


def _cost(judged: Judged, part: str) -> Cost:
    """What a look at ``part`` takes; a set that is still to be read is taken to be no larger."""
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
    """Look at the samples of ``part``; ``loaded`` is the set that was read last."""
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
        indices = indices[sampled(total, LIVE_SAMPLES, _LIVE_SEED)]
    classes = judged.dataset.classes
    found = classify(judged.codec, classes, dataset, indices, report, cancelled)
    return Evaluation(found, dataset, indices, total, part, judged.codec.epoch)
