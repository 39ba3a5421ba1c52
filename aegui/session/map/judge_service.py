"""The generator that is shown, judged by a classifier from a file, in the background."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.core.evaluation.judging import real_images, verdicts
from aegui.core.i18n import tr
from aegui.core.run_file.saved import load_run
from aegui.session.jobs.progress_job import ProgressJob

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.errors import AeguiError
    from aegui.core.evaluation.judging import Verdict
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import Recipe

COUNT = 1000
"""Images of each kind that are judged; of the generated ones with each of ..."""
SEEDS = (0, 1, 2)
"""... these seeds."""


@dataclass(frozen=True, eq=False)
class Trial:
    """What a judge has found.

    Attributes:
        verdicts: By key of ``judging.KINDS``.
        judge: Name of the judge's file.
        judge_seed: Seed of the judge's weights.
        judge_epoch: Epoch of the judge's weights.
        epoch: Epoch of the generator's weights.
        real: Name of the set of the real images.
        are_learnt: Whether the generator has learnt from those.
    """

    verdicts: Mapping[str, Verdict]
    judge: str
    judge_seed: int
    judge_epoch: float
    epoch: float
    real: str
    are_learnt: bool


class JudgeService(QObject):
    """Answers for the newest generator and judge only.

    Signals:
        tried(object): A ``Trial``, or None where the last one says nothing any more.
        failed(str): Why there is none.
    """

    tried = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job = ProgressJob("aegui-judge", self)
        self._latest: Trial | None = None

    @property
    def latest(self) -> Trial | None:
        """The last answer, as far as it is still one."""
        return self._latest

    def judge(self, codec: Codec, recipe: Recipe, dataset: Dataset, path: str) -> None:
        """Have the classifier of the run file at ``path`` judge the images of ``codec``.

        Args:
            codec: Makes images of drawn codes.
            recipe: What it was trained by.
            dataset: What it has learnt from.
            path: The judge.
        """
        self.forget()
        self.job.start(
            tr("Judging new images"),
            lambda report, cancelled: _tried(codec, recipe, dataset, path, report, cancelled),
            self._on_done,
            self._on_failed,
        )

    def forget(self) -> None:
        """The last answer, and one that is under way, say nothing any more."""
        self.job.cancel()
        if self._latest is not None:
            self._latest = None
            self.tried.emit(None)

    def shutdown(self) -> None:
        """Give up what is under way; no more is begun."""
        self.job.shutdown()

    def _on_done(self, trial: Trial) -> None:
        self._latest = trial
        self.tried.emit(trial)

    def _on_failed(self, error: AeguiError) -> None:
        self.failed.emit(str(error))


def _tried(
    codec: Codec,
    recipe: Recipe,
    dataset: Dataset,
    path: str,
    report: Report,
    cancelled: IsCancelled,
) -> Trial:
    judging = load_run(path)
    judge = judging.codec(judging.best_run)
    real = real_images(recipe, dataset, None, report, cancelled)
    found = verdicts(
        *(codec, judge, judging.dataset.classes, real, COUNT, SEEDS), report, cancelled
    )
    return Trial(
        found,
        Path(path).name,
        judging.recipe.seed + judge.run,
        judge.epoch,
        codec.epoch,
        real.name,
        real.are_learnt,
    )
