"""The longer looks at answers in the background, with what they found last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.core.i18n import tr
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.pixels.answer_studies import measured_outliers, mix_ups

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.errors import AeguiError
    from aegui.core.evaluation.outliers import OutlierBench
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
    """Compares pairs, and measures outliers; each one at a time, and the newest wish wins."""

    compared = Signal()
    """``mix_ups`` are others."""
    measured = Signal()
    """``outliers`` are others."""
    compare_failed = Signal(str)
    """Why pairs could not be compared."""
    measure_failed = Signal(str)
    """Why outliers could not be measured."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pairs = ProgressJob("aegui-pairs", self)
        self.errors = ProgressJob("aegui-outliers", self)
        self.mix_ups: MixUps | None = None
        self.mixing: Codec | None = None
        self.outliers: Measured | None = None

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

    def shutdown(self) -> None:
        """Give up what is under way."""
        self.pairs.shutdown()
        self.errors.shutdown()
