"""A classifier's evaluation of generated images, compared with real ones and with chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton, QWidget

from aegui.core.evaluation.judging import KINDS
from aegui.core.evaluation.spread import mean_and_std
from aegui.core.i18n import localized, mark, tr
from aegui.kit.layouts import column, dim, row
from aegui.kit.marks import ElidedLabel, wrapped_label
from aegui.kit.theme import SPACING
from aegui.widgets.named_table import NamedTable
from aegui.widgets.progress_strip import WorkBar

if TYPE_CHECKING:
    from aegui.core.evaluation.judging import Verdict
    from aegui.features.gan.model.judge_service import Trial
    from aegui.session.jobs.derived import JobProgress

COLUMNS: tuple[tuple[str, str], ...] = (
    (mark("Images"), mark("Chance: every pixel comes from another real image.")),
    (mark("Sure of"), mark("Share of the images that the judge classifies with more than 90%.")),
    (mark("Rarest class"), mark("Share of the rarest class, by the judge.")),
    (
        mark("Spread"),
        mark("How much images of a class differ: mean squared distance from their mean image."),
    ),
    (
        mark("Nearest"),
        mark("Mean distance to the nearest training image; near 0 for copies."),
    ),
)


class JudgeBox(QWidget):
    """A table of the results, with controls to start and cancel; passive but for its signals."""

    def __init__(self) -> None:
        super().__init__()
        self.button = QPushButton(tr("Judge by a classifier…"))
        self.button.setToolTip(
            tr("How good are they? Evaluate them by a classifier that was trained on real images")
        )
        self.cancel = QPushButton(tr("Cancel"))
        self._text = dim(ElidedLabel())
        self._bar = WorkBar()
        self.table = NamedTable(COLUMNS, tr("Generated images beside real ones and chance"))
        self._about = dim(wrapped_label(""))
        parts = (self.button, (self._bar, 1), (self._text, 1), self.cancel, 0)
        line = row(*parts, spacing=SPACING, margins=(SPACING, 0, SPACING, 0))
        self.setLayout(column(line, self.table, self._about))
        self._about.setContentsMargins(SPACING, 0, SPACING, 0)
        self.set_busy(False)
        self.set_trial(None)

    @property
    def about(self) -> str:
        """The text below the table."""
        return self._about.text()

    def set_busy(self, busy: bool) -> None:
        """Set whether an evaluation is running."""
        for widget in (self._bar, self._text, self.cancel):
            widget.setVisible(busy)
        self.button.setEnabled(not busy)

    def set_progress(self, progress: JobProgress) -> None:
        """Show the progress."""
        self._bar.set_progress(progress.done, progress.total)
        self._text.setText(progress.text or progress.title)

    def set_trial(self, trial: Trial | None) -> None:
        """Show the results; None hides them."""
        self.table.setVisible(trial is not None)
        self._about.setVisible(trial is not None)
        if trial is None:
            return
        self.table.setRowCount(len(trial.verdicts))
        for index, (key, verdict) in enumerate(trial.verdicts.items()):
            self.table.write_row(index, (tr(KINDS[key]), *_cells(verdict)), "")
        rows = sum(map(self.table.rowHeight, range(self.table.rowCount())))
        frame = 2 * self.table.frameWidth()
        self.table.setFixedHeight(rows + self.table.horizontalHeader().height() + frame + 2)
        self._about.setText(_about(trial))


def _cells(verdict: Verdict) -> tuple[str, ...]:
    judgement = verdict.judgement
    sure = localized(judgement.share_confident, ".1%")
    if len(verdict.shares) > 1:
        spread = mean_and_std(verdict.shares)
        mean, std = (localized(spread[key] or 0.0, ".1%") for key in ("mean", "std"))
        sure = f"{mean} ± {std}"
    return (
        sure,
        localized(min(judgement.shares), ".1%"),
        localized(verdict.spread, ".3g"),
        localized(verdict.nearest, ".3g"),
    )


def _about(trial: Trial) -> str:
    real = (
        tr("real images from {name}, which the generator has learnt", name=trial.real)
        if trial.are_learnt
        else tr("real images from {name}, not learnt", name=trial.real)
    )
    about = tr(
        "Judge: {judge} (seed {seed}, epoch {judge_epoch:,}); generator of epoch {epoch:,}; "
        "{real}. Another judge gives other figures.",
        judge=trial.judge,
        seed=trial.judge_seed,
        judge_epoch=trial.judge_epoch,
        epoch=trial.epoch,
        real=real,
    )
    return f"{trial.warning} {about}".lstrip()
