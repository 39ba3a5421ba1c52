"""What a classifier makes of the samples that it is to be judged by, computed in a thread."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from aegui.core.cost import Budget, Cost, excess
from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.data.load import load_data
from aegui.core.data.split import split_indices
from aegui.core.evaluation.classification import classification_cost, classify
from aegui.core.i18n import tr
from aegui.core.recipe import DataSpec
from aegui.session.jobs.progress_job import ProgressJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.errors import AeguiError
    from aegui.core.evaluation.classification import Classification
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import Recipe

VALIDATION, TRAINING, ALL, SHOWN = "validation", "training", "all", "shown"
"""Keys of the parts that samples can be taken from; any other is the name of a set."""
LIVE_SAMPLES = 2_000
"""Of larger parts so many samples, drawn at random, are looked at while the network learns."""
LIVE_MS = 500
"""Least time between two looks while the network learns."""
BUSY_SHARE = 0.1
"""At most this share of the time goes to such looks."""
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


class ClassifierService(QObject):
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
        self.job = ProgressJob("aegui-classes", self)
        self._judged: Judged | None = None
        self._wished = ""
        self._parts: Mapping[str, str] = {}
        self._latest: Evaluation | None = None
        self._is_active = False
        self._is_due = False
        self._loaded: tuple[str, Dataset] | None = None
        self._begun = 0.0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._on_pause_timeout)

    @property
    def latest(self) -> Evaluation | None:
        """The last answer, as far as it is still one to the present network and part."""
        return self._latest

    @property
    def parts(self) -> Mapping[str, str]:
        """Keys and names of the parts that there are to choose from."""
        return self._parts

    @property
    def part(self) -> str:
        """Key of the part that is looked at: the one that was asked for, or else the first one."""
        return self._wished if self._wished in self._parts else next(iter(self._parts), "")

    def set_active(self, active: bool) -> None:
        """Whether anybody looks; nothing is computed while nobody does."""
        self._is_active = active
        if active:
            self._go_on()

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
        if before is not None and judged.codec is before.codec and judged.shown is before.shown:
            self._is_due = self._is_due or judged.is_live != before.is_live
        else:
            self._is_due = True
        is_other = before is None or judged.dataset is not before.dataset
        same_parts = (
            before is not None
            and not is_other
            and judged.recipe is before.recipe
            and judged.shown is before.shown
        )
        # Newer weights come many times a second.
        if not same_parts:
            self._set_parts(_parts(judged))
        if is_other:
            self._is_allowed = False
        if is_other or (before is not None and before.is_live and not judged.is_live):
            # The last look at a training is at all samples: it must not wait for one at a few.
            self.job.cancel()
            self._pause.stop()
        self._go_on()

    def set_part(self, key: str) -> None:
        """Look at this part."""
        if key == self.part:
            return
        self._wished = key
        self._forget()
        self._is_due = True
        self._go_on()

    def allow(self) -> None:
        """Look at the present part of the present data, whatever it takes."""
        self._is_allowed = True
        self._go_on()

    def shutdown(self) -> None:
        """Give up what is under way; no more is begun."""
        self._is_active = False
        self._pause.stop()
        self.job.shutdown()

    def _set_parts(self, parts: Mapping[str, str]) -> None:
        if parts == self._parts:
            return
        before, self._parts = self.part, parts
        if before != self.part:
            self._forget()
            self._is_due = bool(parts)
        self.parts_changed.emit()

    def _forget(self) -> None:
        """Whatever was found, or is being looked for, says nothing any more."""
        self._latest = None
        self._is_allowed = False
        self._pause.stop()
        self.job.cancel()

    def _go_on(self) -> None:
        judged = self._judged
        if not self._is_active or not self._is_due or judged is None:
            return
        if self.job.is_busy or self._pause.isActive():
            return
        cost = _cost(judged, self.part)
        if not self._is_allowed and excess(cost, self.budget()):
            self.held.emit(cost)
            return
        self._is_due = False
        self._begun = time.monotonic()
        part, loaded = self.part, self._loaded
        self.job.start(
            tr("Classifying samples"),
            lambda report, cancelled: _evaluation(judged, part, loaded, report, cancelled),
            self._on_done,
            self._on_failed,
        )

    def _on_done(self, evaluation: Evaluation) -> None:
        self._latest = evaluation
        if evaluation.part not in {VALIDATION, TRAINING, ALL, SHOWN}:
            self._loaded = evaluation.part, evaluation.dataset
        if self._judged is not None and self._judged.is_live:
            seconds = time.monotonic() - self._begun
            self._pause.start(max(LIVE_MS, int(1000 * seconds / BUSY_SHARE)))
        self.evaluated.emit(evaluation)
        self._go_on()

    def _on_failed(self, error: AeguiError) -> None:
        self._latest = None
        self.failed.emit(str(error))

    @Slot()
    def _on_pause_timeout(self) -> None:
        self._go_on()


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
    if judged.is_live and total > LIVE_SAMPLES:
        draw = np.random.default_rng(_LIVE_SEED)
        indices = np.sort(draw.choice(indices, LIVE_SAMPLES, replace=False))
    classes = judged.dataset.classes
    found = classify(judged.codec, classes, dataset, indices, report, cancelled)
    return Evaluation(found, dataset, indices, total, part, judged.codec.epoch)
