"""The longer looks at answers in the background, with what they found last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.errors import AeguiError
from aegui.core.evaluation.priors import read_prior
from aegui.core.i18n import tr
from aegui.session.jobs.latest_answer import LatestAnswer
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.pixels.answer_studies import measured_outliers, mix_ups

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.evaluation.outliers import OutlierBench
    from aegui.core.evaluation.priors import Prior
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec
    from aegui.session.pixels.answer_sheet import Model
    from aegui.session.pixels.answer_studies import MixUps


@dataclass(frozen=True, eq=False)
class Measured:
    """The outlier bench of one network.

    Attributes:
        codec: The network.
        name: What it is called.
        dataset: Its set.
        source: What it was compared with: a key, a path, or "".
        bench: The errors.
    """

    codec: Codec
    name: str
    dataset: Dataset
    source: str
    bench: OutlierBench


class AnswerStudies(QObject):
    """Compares pairs, and measures outliers; each one at a time, and the newest wish wins.

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
        self.outliers: Measured | None = None
        self.known_prior: Prior | None = None
        self.prior: Prior | None = None
        self._priors = LatestAnswer("aegui-prior", self)
        self._priors.answered.connect(self._on_priors_answered)

    def compare(self, model: Model, dataset: Dataset, spec: CorruptionSpec) -> None:
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

    def measure(self, model: Model, dataset: Dataset, source: str) -> None:
        """Measure the errors of ``dataset``, and of the set that ``source`` names ("": none)."""

        def done(bench: OutlierBench) -> None:
            self.outliers = Measured(model.codec, model.name, dataset, source, bench)
            self.measured.emit()

        def failed(error: AeguiError) -> None:
            self.measure_failed.emit(str(error))

        self.errors.start(
            tr("Measuring errors"),
            lambda report, cancelled: measured_outliers(
                model.codec, dataset, source, report, cancelled
            ),
            done,
            failed,
        )

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
        self._priors.shutdown()
        self.pairs.shutdown()
        self.errors.shutdown()


def _read(path: str) -> Prior | str:
    try:
        return read_prior(path)
    except AeguiError as error:
        return str(error)
