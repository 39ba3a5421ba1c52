"""One study at a time: its plan, what it will cost, and its runs, in threads and processes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.atomic import write_atomically
from aegui.core.cost import Cost
from aegui.core.data.progress import LoadProgress, clock, stop_if
from aegui.core.i18n import tr, trn
from aegui.core.study.plan import list_plans, load_plan
from aegui.core.study.records import TABLE_FILE, Records, usual_folder
from aegui.core.study.results import csv_of, table_of, verdict_of
from aegui.core.study.study import Study
from aegui.core.study.workers import StudyControl, fitting_jobs, usual_jobs, workers_for
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.progress_job import ProgressJob

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.study.plan import StudyPlan
    from aegui.core.study.results import StudyResult
    from aegui.core.study.study import StudyNews

_SECONDS_BETWEEN = 0.4
"""No sooner the table is made anew while runs end."""
_PARTS = 1000


@dataclass(frozen=True, eq=False)
class StudySheet:
    """A study as it is known at a moment.

    Attributes:
        path: The file of its plan.
        plan: The plan.
        result: Its settings with their runs so far; None until they are made.
        header: Of the table of settings.
        rows: One for each of ``result.cells``.
        best: Place of the best setting so far; None while none is whole.
        verdict: What the seeds allow to be said, in words.
        cost: What is left to do takes; None until it is known.
    """

    path: Path
    plan: StudyPlan
    result: StudyResult | None = None
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    best: int | None = None
    verdict: tuple[str, ...] = ()
    cost: Cost | None = None

    def found(self, result: StudyResult) -> StudySheet:
        """This study with what has been found."""
        header, rows = table_of(result)
        key = None if result.best is None else result.best.setting.key
        keys = [cell.setting.key for cell in result.cells]
        return replace(
            self,
            result=result,
            header=tuple(header),
            rows=tuple(map(tuple, rows)),
            best=None if key is None else keys.index(key),
        )


class StudyRuns(QObject):
    """Reads plans, and does the runs of one; what is finished is kept in the user's folder."""

    listed = Signal(object)
    """The studies that ship: a tuple of pairs of path and ``StudyPlan``."""
    changed = Signal(object)
    """A ``StudySheet``."""
    failed = Signal(str)
    """Why a plan cannot be read or done, in words."""
    written = Signal(str)
    """The file is there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job = Derived("aegui-studies", self, urgent=False)
        self._listing = Derived("aegui-studies-list", self)
        self._opening = Derived("aegui-studies-plan", self)
        self._writing = ProgressJob("aegui-studies-file", self)
        self._sheet: StudySheet | None = None
        self._control = StudyControl()
        self._listing.answered.connect(self.listed)
        for answers in (self.job, self._opening):
            answers.answered.connect(self._take)
        for answers in (self.job, self._opening, self._listing):
            answers.failed.connect(self.failed)

    @property
    def sheet(self) -> StudySheet | None:
        """The study that was chosen last."""
        return self._sheet

    @property
    def is_paused(self) -> bool:
        """Whether the runs under way rest."""
        return self._control.paused

    def list_shipped(self) -> None:
        """Read the plans that ship; ``listed`` follows."""
        self._listing.ask(_shipped, None)

    def choose(self, path: Path) -> None:
        """Take the plan in a file; ``changed`` follows: with the plan, its runs, then the cost.

        Nothing is taken while runs are under way.
        """
        if not self.job.is_busy:
            self._opening.derive(lambda _report, cancelled: _opened(path, cancelled), object())

    def start(self) -> None:
        """Do the runs that are missing; ``changed`` follows as they end."""
        sheet = self._sheet
        if sheet is None or sheet.cost is None or self.job.is_busy:
            return
        control = self._control = StudyControl()
        self.job.derive(
            lambda report, cancelled: _done(sheet, control, report, cancelled),
            object(),
            title=tr(sheet.plan.name) or sheet.path.stem,
        )

    def set_paused(self, paused: bool) -> None:
        """Let the runs under way rest, or go on."""
        self._control.paused = paused

    @Slot()
    def cancel(self) -> None:
        """Give up the runs under way; those that have ended are kept."""
        if self._sheet is None or not self.job.is_busy:
            return
        self._control.stop = True
        self.job.forget()
        self.choose(self._sheet.path)

    def write_table(self, path: str) -> None:
        """Write every run as a line of CSV; ``written`` or ``failed`` follows."""
        result = None if self._sheet is None else self._sheet.result
        if result is not None:
            self._writing.start(
                tr("Writing {name}", name=Path(path).name),
                lambda _report, _cancelled: write_atomically(path, csv_of(result).encode()),
                lambda _none: self.written.emit(path),
                lambda error: self.failed.emit(str(error)),
            )

    def shutdown(self) -> None:
        """Give up what is under way; no more is begun."""
        self._control.stop = True
        self._writing.shutdown()
        for answers in (self.job, self._opening, self._listing):
            answers.shutdown()

    @Slot(object)
    def _take(self, sheet: StudySheet) -> None:
        self._sheet = sheet
        self.changed.emit(sheet)


def _shipped() -> tuple[tuple[Path, StudyPlan], ...]:
    return tuple((path, load_plan(path)) for path in list_plans().values())


def _opened(path: Path, cancelled: IsCancelled) -> Iterator[StudySheet]:
    sheet = StudySheet(path, load_plan(path))
    yield sheet
    study = Study(sheet.plan, path.parent, Records(usual_folder(path)))
    sheet = sheet.found(study.begun())
    yield sheet
    stop_if(cancelled)
    assert sheet.result is not None, "it was found"
    verdict = verdict_of(sheet.result, cancelled) if sheet.result.is_whole else ()
    yield replace(sheet, verdict=verdict, cost=study.cost(usual_jobs()))


def _done(
    sheet: StudySheet, control: StudyControl, report: Report, cancelled: IsCancelled
) -> Iterator[StudySheet]:
    """The sheet as runs end, and at last with its verdict."""
    assert sheet.cost is not None, "nothing is begun before it is known"
    folder = usual_folder(sheet.path)
    records = Records(folder)
    study = Study(sheet.plan, sheet.path.parent, records)
    records.begin(sheet.plan)
    workers = workers_for(fitting_jobs(sheet.cost.seconds, usual_jobs()))
    due, ended = 0.0, 0
    try:
        for news in study.run(workers, control):
            stop_if(cancelled)
            ended += len(news.ended)
            report(LoadProgress(round(_PARTS * news.share), _PARTS, _words(news, ended)))
            if news.ended and time.monotonic() >= due:
                yield replace(sheet.found(study.result()), verdict=())
                due = time.monotonic() + _SECONDS_BETWEEN
    finally:
        workers.close()
    result = study.result()
    write_atomically(folder / TABLE_FILE, csv_of(result).encode())
    if not result.is_whole:
        yield replace(sheet.found(result), cost=study.cost(usual_jobs()))
        return
    verdict = verdict_of(result, cancelled)
    yield replace(sheet.found(result), verdict=verdict, cost=Cost(0.0))


def _words(news: StudyNews, ended: int) -> str:
    left = "--:--" if news.left is None else clock(news.left)
    return trn("{n:,} run, {left} left", "{n:,} runs, {left} left", ended, left=left)
