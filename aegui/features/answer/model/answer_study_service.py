"""The longer looks at answers in the background, with what they found last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.errors import AeguiError
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.priors import read_prior
from aegui.core.i18n import tr
from aegui.features.answer.model.answer_studies import measured_outliers, mix_ups
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.progress_job import ProgressJob

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.evaluation.limits import BayesLimit
    from aegui.core.evaluation.outliers import OutlierBench
    from aegui.core.evaluation.priors import Prior
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec
    from aegui.features.answer.model.answer_sheet import AnsweringModel
    from aegui.features.answer.model.answer_studies import MixUps

MOST_AVERAGED = 1_000
"""Characters of a set whose limit is found while somebody draws."""
LIMIT_DRAWS = 8_000
"""Noisy characters that a limit is found with where it cannot be exact."""


@dataclass(frozen=True, eq=False)
class MeasuredOutliers:
    """The outlier bench of one network.

    Attributes:
        codec: The network.
        name: What it is called.
        dataset: Its set.
        source: What it was compared with: a key, a path, or "".
        bench: The errors.
        held_out: Whether those of its set are of samples that it has not learnt; None where that is
            not known.
    """

    codec: Codec
    name: str
    dataset: Dataset
    source: str
    bench: OutlierBench
    held_out: bool | None = None


@dataclass(frozen=True, eq=False)
class SetLimit:
    """What the best possible answer gets wrong on average, over all characters of a set.

    Attributes:
        dataset: The set.
        spec: The noise.
        prior: How often each character occurs; None: all samples are as likely.
        limit: The figure.
    """

    dataset: Dataset
    spec: CorruptionSpec
    prior: Prior | None
    limit: BayesLimit

    def is_of(self, dataset: Dataset, spec: CorruptionSpec, prior: Prior | None) -> bool:
        """Whether it is of these."""
        return self.dataset is dataset and self.spec == spec and self.prior is prior


class AnswerStudies(QObject):
    """Compares pairs, and measures outliers; each one at a time, and the newest request wins.

    It also keeps how often characters occur: ``prior`` is what they are weighed by (None: all
    samples alike), ``known_prior`` what was read last.
    """

    compared = Signal()
    """``mix_ups`` are others."""
    measured = Signal()
    """``outliers`` are others."""
    compare_failed = Signal(str)
    """Why pairs could not be compared."""
    measure_failed = Signal(str)
    """Why outliers could not be measured."""
    limit_found = Signal(object)
    """The ``SetLimit`` that was asked for last."""
    prior_changed = Signal()
    """The characters are weighed otherwise."""
    prior_failed = Signal(str)
    """Why a file of weights could not be read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pairs = ProgressJob("aegui-pairs", self)
        self.errors = ProgressJob("aegui-outliers", self)
        self.mix_ups: MixUps | None = None
        self.mixing: Codec | None = None
        self.outliers: MeasuredOutliers | None = None
        self.known_prior: Prior | None = None
        self.prior: Prior | None = None
        self._limits = Derived("aegui-limit", self)
        self._limits.answered.connect(self.limit_found)
        self._priors = Derived("aegui-prior", self)
        self._priors.answered.connect(self._on_priors_answered)

    def compare(self, model: AnsweringModel, dataset: Dataset, spec: CorruptionSpec) -> None:
        """Find the pairs of ``dataset`` that ``model`` mixes up under a noise."""

        def done(found: MixUps) -> None:
            self.mix_ups, self.mixing = found, model.codec
            self.compared.emit()

        self.pairs.start(
            tr("Comparing pairs"),
            lambda report, cancelled: mix_ups(
                model.codec, model.name, dataset, spec, report, cancelled
            ),
            done,
            lambda error: self.compare_failed.emit(str(error)),
        )

    def measure(
        self,
        model: AnsweringModel,
        dataset: Dataset,
        source: str,
        held_out: NDArray[np.int64] | None = None,
        *,
        is_learnt: bool = False,
    ) -> None:
        """Measure the errors of ``dataset``, and of the set that ``source`` names ("": none).

        Of the own samples those at ``held_out`` only, where there are any; ``is_learnt`` says that
        the network has learnt the others.
        """

        def done(bench: OutlierBench) -> None:
            kept = held_out is not None if is_learnt else None
            self.outliers = MeasuredOutliers(model.codec, model.name, dataset, source, bench, kept)
            self.measured.emit()

        def failed(error: AeguiError) -> None:
            self.measure_failed.emit(str(error))

        self.errors.start(
            tr("Measuring errors"),
            lambda report, cancelled: measured_outliers(
                model.codec, dataset, source, report, cancelled, held_out
            ),
            done,
            failed,
        )

    def find_limit(self, dataset: Dataset, spec: CorruptionSpec) -> None:
        """Find the limit of a set of characters under a noise; ``limit_found`` follows."""
        prior = self.prior
        self._limits.ask(lambda: _limit_of(dataset, spec, prior), dataset, gentle=True)

    def weigh(self, *, known: bool) -> None:
        """Weigh characters as the file says that was read last, or all samples alike."""
        self._priors.forget()
        self.prior = self.known_prior if known else None
        self.prior_changed.emit()

    def read_prior(self, path: str) -> None:
        """Weigh characters as a file says; ``prior_changed`` or ``prior_failed`` follows."""
        self._priors.ask(lambda: _read(path), path)

    @Slot(object)
    def _on_priors_answered(self, found: Prior | str) -> None:
        if isinstance(found, str):
            self.prior_failed.emit(found)
            return
        self.known_prior = self.prior = found
        self.prior_changed.emit()

    def shutdown(self) -> None:
        """Give up what is under way."""
        self._limits.shutdown()
        self._priors.shutdown()
        self.pairs.shutdown()
        self.errors.shutdown()


def _limit_of(dataset: Dataset, spec: CorruptionSpec, prior: Prior | None) -> SetLimit | None:
    try:
        weights = None if prior is None else prior.of(dataset)
        found = limit(
            dataset.images, spec, LIMIT_DRAWS, prior=weights, image_shape=dataset.image_shape
        )
    except AeguiError:
        return None  # the answer to the drawing says why there is none
    return SetLimit(dataset, spec, prior, found)


def _read(path: str) -> Prior | str:
    try:
        return read_prior(path)
    except AeguiError as error:
        return str(error)
