"""Runs the studies of answers in worker threads and keeps their last results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from aegui.core.errors import AeguiError
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.priors import read_prior
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.features.answer.model.answer_studies import measured_outliers, mix_ups
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.evaluation.limits import BayesLimit
    from aegui.core.evaluation.outliers import OutlierBench
    from aegui.core.evaluation.priors import Prior
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec
    from aegui.features.answer.model.answer_sheet import AnsweringModel
    from aegui.features.answer.model.answer_studies import MixUps

MAX_AVERAGED = 1_000
"""Maximum size of a set whose limit is computed while the user draws."""


@dataclass(frozen=True, eq=False)
class MeasuredOutliers:
    """The outlier bench of one network."""

    codec: Codec
    """The network."""
    name: str
    """Its display name."""
    dataset: Dataset
    """Its data set."""
    source: str
    """What it was compared with: a key, a path, or ""."""
    bench: OutlierBench
    """The errors."""
    held_out: bool | None = None
    """Whether the measured samples of its set were held out from training; None if unknown."""


@dataclass(frozen=True, eq=False)
class SetLimit:
    """Average error of the best possible answer over all characters of a set."""

    dataset: Dataset
    """The set."""
    spec: CorruptionSpec
    """The noise."""
    prior: Prior | None
    """Frequencies of the characters; None for equal ones."""
    limit: BayesLimit
    """The average."""

    def is_of(self, dataset: Dataset, spec: CorruptionSpec, prior: Prior | None) -> bool:
        """Return whether the limit belongs to this set, noise and prior."""
        return self.dataset is dataset and self.spec == spec and self.prior is prior


class AnswerStudies(Service):
    """Compares pairs and measures outliers; for each, the latest request wins.

    Also keeps the frequencies of characters: ``prior`` is in use (None for equal ones),
    ``known_prior`` was read last.
    """

    compared = Signal()
    """Emitted when ``mix_ups`` has changed."""
    measured = Signal()
    """Emitted when ``outliers`` has changed."""
    prior_changed = Signal()
    """Emitted when the weights of the characters have changed."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs = Derived("aegui-pairs", self, urgent=False)
        self.pairs.answered.connect(self._on_pairs_answered)
        self.errors = Derived("aegui-outliers", self, urgent=False)
        self.errors.answered.connect(self._on_errors_answered)
        self.mix_ups: MixUps | None = None
        self.mixing: Codec | None = None
        self.outliers: MeasuredOutliers | None = None
        self.known_prior: Prior | None = None
        self.prior: Prior | None = None
        self.limits = Derived("aegui-limit", self)
        """Answers with the ``SetLimit`` requested last."""
        self.priors = Derived("aegui-prior", self)
        """Reads files of weights, or tells why one cannot be read."""
        self.priors.answered.connect(self._on_priors_answered)

    def compare(self, model: AnsweringModel, dataset: Dataset, spec: CorruptionSpec) -> None:
        """Find the pairs of ``dataset`` that ``model`` confuses under the noise ``spec``."""
        codec, name = model.codec, model.name
        self.pairs.compute(
            lambda report, cancelled: (
                codec,
                mix_ups(codec, name, dataset, spec, report, cancelled),
            ),
            title=tr("Comparing pairs"),
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
        """Measure the errors of ``dataset``, and of the set that ``source`` names ("" for none).

        Of ``dataset`` only the samples at ``held_out`` are measured, if given; ``is_learnt`` says
        whether the network was trained on ``dataset``.
        """
        codec, name, is_held_out = (
            model.codec,
            model.name,
            held_out is not None if is_learnt else None,
        )

        def work(report: Report, cancelled: IsCancelled) -> MeasuredOutliers:
            bench = measured_outliers(codec, dataset, source, report, cancelled, held_out)
            return MeasuredOutliers(codec, name, dataset, source, bench, is_held_out)

        self.errors.compute(work, title=tr("Measuring errors"))

    def find_limit(self, dataset: Dataset, spec: CorruptionSpec) -> None:
        """Compute the limit of a set under a noise; ``limits`` answers."""
        prior = self.prior
        self.limits.ask(lambda: _limit_of(dataset, spec, prior), dataset, gentle=True)

    def weigh(self, *, known: bool) -> None:
        """Weigh characters by the frequencies read last, or all equally."""
        self.priors.forget()
        self.prior = self.known_prior if known else None
        self.prior_changed.emit()

    def read_prior(self, path: str) -> None:
        """Read frequencies of characters; ``prior_changed`` follows, or ``priors`` fails."""
        self.priors.ask(lambda: read_prior(path), path)

    @Slot(object)
    def _on_pairs_answered(self, found: tuple[Codec, MixUps]) -> None:
        self.mixing, self.mix_ups = found
        self.compared.emit()

    @Slot(object)
    def _on_errors_answered(self, found: MeasuredOutliers) -> None:
        self.outliers = found
        self.measured.emit()

    @Slot(object)
    def _on_priors_answered(self, found: Prior) -> None:
        self.known_prior = self.prior = found
        self.prior_changed.emit()


def _limit_of(dataset: Dataset, spec: CorruptionSpec, prior: Prior | None) -> SetLimit | None:
    try:
        weights = None if prior is None else prior.of(dataset)
        found = limit(dataset.images, spec, prior=weights, image_shape=dataset.image_shape)
    except AeguiError:
        return None  # the answer sheet already gives the reason
    return SetLimit(dataset, spec, prior, found)
