"""One study at a time: its plan, its cost, and its runs in threads and processes."""

from __future__ import annotations

import contextlib
import itertools
import re
import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from aegui.core.atomic import write_atomically
from aegui.core.cost import Cost
from aegui.core.data.progress import LoadProgress, clock, stop_if
from aegui.core.errors import AeguiError
from aegui.core.i18n import language, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.study.dask_workers import DaskWorkers
from aegui.core.study.material import study_material
from aegui.core.study.plan import (
    MAX_SEEDS,
    SUFFIX,
    Goal,
    StudyPlan,
    list_plans,
    load_plan,
    save_plan,
)
from aegui.core.study.plan_edits import with_recipe
from aegui.core.study.records import TABLE_FILE, Records, default_folder, with_stored_seeds
from aegui.core.study.results import NO_VERDICT, StudyVerdict, csv_of, table_of, verdict_of
from aegui.core.study.settings import base_recipe
from aegui.core.study.study import Study
from aegui.core.study.units import resolved_of
from aegui.core.study.workers import StudyControl, default_jobs, fitting_jobs, workers_for
from aegui.core.system_reason import system_reason
from aegui.core.verdicts.intervals import share_of_seeds
from aegui.features.studies.model.compute_target import ComputeTarget
from aegui.features.studies.model.plan_draft import PlanDraft, PlanDrafts
from aegui.paths import is_shipped, user_data_dir
from aegui.session.jobs.clock import one_shot
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service
from aegui.session.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import Recipe
    from aegui.core.study.results import StudyResult
    from aegui.core.study.study import StudyProgress
    from aegui.core.study.workers import Workers
    from aegui.session.file_writer import FileWriter

_SECONDS_BETWEEN = 0.4
"""Minimum interval in seconds between two updates of the table while runs end."""
_SHARE = 5.0
"""Minimum interval as a multiple of the time that the last update took."""
_REST_MS = 300
"""Delay in milliseconds after the last edit before the plan is evaluated."""
_PARTS = 1000


@dataclass(frozen=True, eq=False)
class StudySheet:
    """A snapshot of a study."""

    path: Path
    """The file of the plan, or the one it will be created as."""
    plan: StudyPlan
    """The plan."""
    result: StudyResult | None = None
    """The settings with their runs so far; None until they are computed."""
    header: tuple[str, ...] = ()
    """Header of the table of settings."""
    rows: tuple[tuple[str, ...], ...] = ()
    """One row for each of ``result.cells``."""
    best: int | None = None
    """Index of the best setting so far; None while no setting is complete."""
    verdict: StudyVerdict = NO_VERDICT
    """The statistical verdict, and how many more seeds would settle it."""
    cost: Cost | None = None
    """Cost of the missing runs; None until it is known."""
    base: Recipe | None = None
    """The recipe that all settings are derived from; None until it is read."""
    image_shape: Shape | None = None
    """Shape of its samples; None until they are read."""
    is_edited: bool = False
    """Whether the plan differs from its file."""
    is_new: bool = False
    """Whether the plan has no file yet."""
    follows: bool = False
    """Whether the recipe follows that of the builder."""
    language: str = ""
    """Language of header, rows and verdict."""

    def found(self, result: StudyResult) -> StudySheet:
        """Return a copy of the sheet with ``result`` and its table."""
        header, rows = table_of(result)
        best = result.best
        places = {cell.setting.key: index for index, cell in enumerate(result.cells)}
        return replace(
            self,
            result=result,
            header=tuple(header),
            rows=tuple(map(tuple, rows)),
            best=None if best is None else places[best.setting.key],
            language=language(),
        )

    def with_plan(self, plan: StudyPlan) -> StudySheet:
        """Return a sheet for another plan, keeping only the recipe if it is unchanged."""
        same_base = (
            self.base if (plan.recipe, plan.set) == (self.plan.recipe, self.plan.set) else None
        )
        return StudySheet(
            self.path,
            plan,
            base=same_base,
            image_shape=self.image_shape if same_base is not None else None,
            is_new=self.is_new,
            follows=self.follows,
        )


@dataclass(frozen=True, eq=False)
class LeftStudy:
    """A study with unsaved edits, in whose place another one was opened."""

    sheet: StudySheet
    """The study."""
    edits: tuple[StudyPlan, ...]
    """Its plan after each edit."""
    edit: int
    """Index of the current one in ``edits``."""
    filed: StudyPlan
    """Its plan without unsaved edits."""


class StudyRuns(Service):
    """Reads and edits a plan, and trains its runs, which are stored in the user's folder."""

    changed = Signal(object)
    """Emitted with a ``StudySheet``."""
    failed = Signal(object)
    """Emitted with the translated reason when a plan cannot be read or run."""
    ended = Signal(object)
    """Emitted with a ``StudySheet`` of all finished runs when the job was completed or
    cancelled."""
    edits_changed = Signal(bool, bool)
    """Emitted with whether an edit can be undone, and whether one can be redone."""
    left = Signal(object)
    """Emitted with a ``LeftStudy`` that ``return_to`` restores."""

    def __init__(self) -> None:
        super().__init__()
        self.job = Derived("aegui-studies", self, urgent=False)
        self.target = ComputeTarget()
        """Where the next runs are trained."""
        self.listing = Derived("aegui-studies-list", self)
        """Answers with the available studies, a tuple of pairs of path and ``StudyPlan``."""
        self._opening = Derived("aegui-studies-plan", self, urgent=False)
        self.reading = Derived("aegui-studies-pictures", self, urgent=False)
        """Answers with a ``StudyMaterial`` of the current study."""
        self.sheet: StudySheet | None = None
        """The current study."""
        self._edits: list[StudyPlan] = []
        self._edit = 0
        self._filed = StudyPlan()
        self._opens = False
        self._drafts = PlanDrafts()
        self._control = StudyControl()
        self._rest = one_shot(self, self._find, _REST_MS)
        self._opening.answered.connect(self._on_opening_answered)
        self.job.answered.connect(self._on_job_answered)
        for answers in (self.job, self._opening, self.listing, self.reading):
            answers.failed.connect(self.failed)

    @property
    def is_paused(self) -> bool:
        """Return whether the runs are paused."""
        return self._control.paused

    def list_plans(self) -> None:
        """Read the shipped plans and those in the user's folder; ``listing`` answers."""
        self.listing.ask(_listed)

    def reword(self) -> None:
        """Translate the sheet into the current language; ``changed`` follows if it was another."""
        sheet = self.sheet
        if sheet is None or sheet.result is None or sheet.language == language():
            return
        self._take(replace(sheet.found(sheet.result), verdict=NO_VERDICT))
        # The verdict takes longer to compute; during a run there is none yet.
        if not self._opens:
            self._find()

    # Choosing a study

    def choose(self, path: Path) -> None:
        """Open the plan in a file; ``changed`` follows with the plan, its runs, and then the cost.

        Does nothing while runs are in progress.
        """
        if not self.job.is_busy:
            self._rest.stop()
            self._opens = True
            self._opening.derive(lambda _report, cancelled: _opened(path, cancelled), object())

    def restore(self) -> None:
        """Restore the edited plan that was not saved in the last session, if there is one."""
        draft = None if self.sheet is not None or self.job.is_busy else self._drafts.found()
        if draft is None:
            return
        self._edits, self._edit, self._filed = [draft.plan], 0, StudyPlan()
        if not draft.is_new:
            try:
                self._filed = load_plan(draft.path)
            except AeguiError:
                draft = replace(draft, path=_new_path(draft.plan.name), is_new=True)
            else:
                # Restored as an edit, so that it can be undone.
                self._edits, self._edit = [self._filed, draft.plan], 1
        self._show(StudySheet(draft.path, draft.plan, is_new=draft.is_new))

    def begin(self, recipe: Recipe) -> None:
        """Begin a new study of the builder's ``recipe``, without axes."""
        if not self.job.is_busy:
            goal = Goal(figure="worst", at_most=1.0) if recipe.is_autoencoder else None
            figure = "wrong" if goal is not None else "loss"
            plan = with_recipe(StudyPlan(goal=goal, figure=figure), recipe)
            self._begin_edits(plan)
            self._show(StudySheet(_new_path(""), plan, is_new=True, follows=True))

    def return_to(self, left: LeftStudy) -> None:
        """Show ``left`` with its edits again; while runs are in progress, ``left`` follows."""
        if self.job.is_busy:
            self.left.emit(left)
            return
        self._leave()
        self._edits, self._edit, self._filed = [*left.edits], left.edit, left.filed
        # The recipe of the builder may have changed since.
        self._show(replace(left.sheet, follows=False))

    # Edits

    def edit(self, plan: StudyPlan) -> None:
        """Replace the current plan by ``plan``; undoable."""
        sheet = self.sheet
        if sheet is None or self.job.is_busy or plan == sheet.plan:
            return
        self._edits[self._edit + 1 :] = [plan]
        self._edit += 1
        self._show(sheet.with_plan(plan))

    def set_recipe(self, recipe: Recipe) -> None:
        """Study ``recipe`` of the builder, and follow its changes."""
        sheet = self.sheet
        if sheet is None or self.job.is_busy:
            return
        plan = with_recipe(sheet.plan, recipe)
        if sheet.follows and plan != sheet.plan:
            self._edits[self._edit] = plan
            self._show(sheet.with_plan(plan))
        elif not sheet.follows:
            self.sheet = replace(sheet, follows=True)
            self.edit(plan)

    def keep_recipe(self) -> None:
        """Stop following the builder: keep the current recipe."""
        if self.sheet is not None and self.sheet.follows:
            self._take(replace(self.sheet, follows=False))

    def undo(self) -> None:
        """Undo the last edit."""
        self._step(-1)

    def redo(self) -> None:
        """Redo the edit that was undone last."""
        self._step(1)

    @property
    def steps(self) -> tuple[bool, bool]:
        """Return whether an edit can be undone, and whether one can be redone."""
        return self._edit > 0, self._edit + 1 < len(self._edits)

    def _step(self, by: int) -> None:
        sheet = self.sheet
        if sheet is not None and not self.job.is_busy and 0 <= self._edit + by < len(self._edits):
            self._edit += by
            plan = self._edits[self._edit]
            # An older recipe differs from that of the builder.
            follows = sheet.follows and plan.recipe == sheet.plan.recipe
            self._show(replace(sheet.with_plan(plan), follows=follows))

    def _leave(self) -> None:
        """Tell that another study is opened in place of unsaved edits."""
        sheet = self.sheet
        # A new study without axes is the recipe of the builder.
        if sheet is not None and sheet.is_edited and (sheet.plan.axes or not sheet.is_new):
            self.left.emit(LeftStudy(sheet, (*self._edits,), self._edit, self._filed))

    def _begin_edits(self, plan: StudyPlan) -> None:
        self._leave()
        self._edits, self._edit, self._filed = [plan], 0, plan
        self.edits_changed.emit(*self.steps)

    def _show(self, sheet: StudySheet) -> None:
        """Show another plan, and evaluate it once edits have paused."""
        self._opening.forget()
        self._opens = False
        self._take(replace(sheet, is_edited=sheet.plan != self._filed))
        self.edits_changed.emit(*self.steps)
        self._rest.start()

    @Slot()
    def _find(self) -> None:
        sheet = self.sheet
        if sheet is not None and not self.job.is_busy:
            self._opening.derive(lambda _report, cancelled: _found(sheet, cancelled), object())

    @Slot(object)
    def _on_opening_answered(self, sheet: StudySheet) -> None:
        if self._opens:
            self._opens = False
            self._begin_edits(sheet.plan)
        self._take(sheet)

    def save(self, path: Path, writer: FileWriter) -> None:
        """Save the plan to ``path``, with a copy of its runs beside it."""
        sheet, edits = self.sheet, self._edits
        if sheet is None or self.job.is_busy:
            return
        writing = writer.write(path, lambda: _save(sheet, path), _written(path))
        writing.written.connect(lambda: self._on_saved(sheet.plan, edits, path))

    def _on_saved(self, plan: StudyPlan, edits: list[StudyPlan], path: Path) -> None:
        """Adopt the saved file, unless another study is shown or runs have started elsewhere."""
        sheet = self.sheet
        if sheet is None or edits is not self._edits or self.job.is_busy:
            return
        self._filed = plan
        self._take(replace(sheet, path=path, is_edited=sheet.plan != plan, is_new=False))
        if sheet.cost is None and not self._opens:
            # The pending evaluation still uses the previous path.
            self._find()

    # Runs

    def start(self) -> None:
        """Run what is missing; ``changed`` follows as runs end."""
        sheet = self.sheet
        if sheet is None or sheet.cost is None or self.job.is_busy:
            return
        # The results belong to this recipe, so it stops following the builder.
        sheet = replace(sheet, follows=False)
        if sheet.is_new or sheet.plan.name != self._filed.name:
            sheet = replace(sheet, path=_new_path(sheet.plan.name), is_new=False)
        elif sheet.is_edited and is_shipped(sheet.path):
            sheet = replace(sheet, path=_copy_path(sheet))
        if sheet.path.parent == _user_folder():
            self._filed = sheet.plan
            sheet = replace(sheet, is_edited=False)
        # A new list makes ``_on_saved`` ignore a pending save: the runs belong to this path.
        self._edits = [*self._edits]
        self._take(sheet)
        control, target = StudyControl(), self.target
        self._control = control
        self.job.derive(
            lambda report, cancelled: _done(sheet, target, control, report, cancelled),
            object(),
            title=tr(sheet.plan.name) or sheet.path.stem,
        )

    def add_seeds(self, count: int) -> None:
        """Add ``count`` seeds of each setting to the plan; ``changed`` follows.

        Finished runs are kept, as they are found by their recipe. The copy of the plan in the
        folder of the runs stores the new number, so that it is restored with the study.
        """
        sheet = self.sheet
        if sheet is None or self.job.is_busy:
            return
        seeds = sheet.plan.seeds
        most = min(seeds.count + count, MAX_SEEDS)
        self.edit(sheet.plan.model_copy(update={"seeds": seeds.model_copy(update={"count": most})}))

    def set_paused(self, paused: bool) -> None:
        """Pause or resume the runs."""
        self._control.paused = paused

    @Slot()
    def cancel(self) -> None:
        """Cancel the runs in progress; finished ones are kept."""
        if self.sheet is None or not self.job.is_busy:
            return
        sheet = self.sheet
        self._control.stop = True
        self.job.forget()
        # Queued after the cancelled job, whose last runs may still end.
        self.job.derive(lambda _report, cancelled: _stopped(sheet, cancelled), object())

    @Slot(object)
    def _on_job_answered(self, found: tuple[StudySheet, bool]) -> None:
        sheet, has_ended = found
        now = self.sheet
        if now is not None and (now.path, now.plan) == (sheet.path, sheet.plan):
            self._take(sheet)
        if has_ended:
            self.ended.emit(sheet)

    def read_material(self) -> None:
        """Read the data of the pictures; ``reading`` answers.

        While runs end it is read repeatedly, with pauses, as the runs need the disk too.
        """
        sheet = self.sheet
        if sheet is None or sheet.result is None or not any(it.runs for it in sheet.result.cells):
            return
        result, folder = sheet.result, default_folder(sheet.path)
        self.reading.derive(
            lambda _report, cancelled: (
                study_material(result, Records(folder), cancelled=cancelled),
            ),
            sheet.path,
            gentle=True,
        )

    def write_table(self, path: Path, writer: FileWriter) -> None:
        """Write the table of all runs to a CSV file."""
        result = None if self.sheet is None else self.sheet.result
        if result is not None:
            writer.write_bytes(path, lambda: csv_of(result).encode(), _written(path))

    def shutdown(self) -> None:
        """Cancel running work and accept no more."""
        self._control.stop = True
        self._rest.stop()
        self._drafts.shutdown()
        super().shutdown()

    @Slot(object)
    def _take(self, sheet: StudySheet) -> None:
        self.sheet = sheet
        edited = PlanDraft(sheet.path, sheet.plan, sheet.is_new) if sheet.is_edited else None
        self._drafts.keep(edited)
        self.changed.emit(sheet)


def _written(path: Path) -> Notice:
    return Notice("info", tr("The study is saved: {path}", path=path), about="study", file=path)


def _user_folder() -> Path:
    return user_data_dir() / "studies"


def user_plan(name: str) -> Path | None:
    """Return the plan file ``name`` in the user's folder; None if there is none."""
    return next((each for each in _user_folder().glob(f"*{SUFFIX}") if each.stem == name), None)


def _new_path(name: str) -> Path:
    """Return an unused path in the user's folder."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.").lower() or tr("study")
    for number in itertools.count(1):
        path = _user_folder() / f"{stem if number == 1 else f'{stem}-{number}'}{SUFFIX}"
        if not (path.exists() or default_folder(path).exists()):
            return path
    raise AssertionError("numbers do not end")


def _copy_path(sheet: StudySheet) -> Path:
    """Return where the user's copy of a shipped plan is, or is to be; no other plan is there."""
    path = _user_folder() / f"{sheet.path.stem}{SUFFIX}"
    if not path.exists():
        return path
    with contextlib.suppress(AeguiError):
        if load_plan(path).model_copy(update={"seeds": sheet.plan.seeds}) == sheet.plan:
            return path
    return _new_path(sheet.path.stem)


def _listed() -> tuple[tuple[Path, StudyPlan], ...]:
    """Return the user's plans, then the shipped ones; unreadable files are left out."""
    found = []
    for path in sorted(_user_folder().glob(f"*{SUFFIX}")):
        with contextlib.suppress(AeguiError):
            found.append((path, load_plan(path)))
    return (*found, *((path, load_plan(path)) for path in list_plans().values()))


def _save(sheet: StudySheet, path: Path) -> None:
    """Write the plan; if its name changes, its runs are copied too."""
    save_plan(path, sheet.plan)
    runs, copy = default_folder(sheet.path), default_folder(path)
    if runs != copy and runs.is_dir() and not copy.exists():
        try:
            shutil.copytree(runs, copy)
        except OSError as error:
            raise AeguiError(
                tr(
                    "The plan is saved, but its runs could not be copied to {folder}: {reason}.",
                    folder=copy,
                    reason=system_reason(error),
                )
            ) from None


def _opened(path: Path, cancelled: IsCancelled) -> Iterator[StudySheet]:
    yield from _shown(path, with_stored_seeds(load_plan(path), default_folder(path)), cancelled)


def _shown(path: Path, plan: StudyPlan, cancelled: IsCancelled) -> Iterator[StudySheet]:
    sheet = StudySheet(path, plan)
    yield sheet
    yield from _found(sheet, cancelled)


def _found(sheet: StudySheet, cancelled: IsCancelled) -> Iterator[StudySheet]:
    """Yield the sheet with its recipe, then its runs, then the cost of the missing ones."""
    if sheet.base is None:
        base = base_recipe(sheet.plan, sheet.path.parent)
        shape = resolved_of(base).dataset.image_shape
        sheet = replace(sheet, base=base, image_shape=shape)
        yield sheet
    stop_if(cancelled)
    # Load the modules that the texts of shares need here, not in the GUI thread.
    share_of_seeds(1, 2)
    study = Study(sheet.plan, sheet.path.parent, Records(default_folder(sheet.path)))
    sheet = sheet.found(study.begun())
    yield sheet
    stop_if(cancelled)
    assert sheet.result is not None, "it was found"
    verdict = verdict_of(sheet.result, cancelled) if sheet.result.is_complete else NO_VERDICT
    yield replace(sheet, verdict=verdict, cost=study.cost(default_jobs(), cancelled))


def _stopped(sheet: StudySheet, cancelled: IsCancelled) -> Iterator[tuple[StudySheet, bool]]:
    """Yield the sheet with its stored runs, and whether to announce the end of the job."""
    for number, found in enumerate(_found(sheet, cancelled)):
        yield found, number == 0


def _done(
    sheet: StudySheet,
    target: ComputeTarget,
    control: StudyControl,
    report: Report,
    cancelled: IsCancelled,
) -> Iterator[tuple[StudySheet, bool]]:
    """Yield the sheet as runs end, finally with its verdict; and whether the job has ended."""
    assert sheet.cost is not None, "nothing is begun before it is known"
    if sheet.path.parent == _user_folder():
        _user_folder().mkdir(parents=True, exist_ok=True)
        save_plan(sheet.path, sheet.plan)
    folder = default_folder(sheet.path)
    records = Records(folder)
    study = Study(sheet.plan, sheet.path.parent, records)
    workers = _workers(target, sheet.cost, report)
    due, ended = 0.0, 0
    try:
        records.begin(sheet.plan)
        for news in study.run(workers, control):
            stop_if(cancelled)
            ended += len(news.ended)
            report(LoadProgress(round(_PARTS * news.share), _PARTS, _words(news, ended)))
            if news.ended and time.monotonic() >= due:
                begun = time.monotonic()
                yield replace(sheet.found(study.result()), verdict=NO_VERDICT), False
                now = time.monotonic()
                # A table of a thousand settings is rebuilt less often.
                due = now + max(_SECONDS_BETWEEN, _SHARE * (now - begun))
        result = study.result()
        write_atomically(folder / TABLE_FILE, csv_of(result).encode())
    except AeguiError:
        if not cancelled():
            yield replace(sheet.found(study.result()), verdict=NO_VERDICT), True
        raise
    finally:
        workers.close()
        records.end()
    if not result.is_complete:
        yield replace(sheet.found(result), cost=study.cost(default_jobs())), True
        return
    verdict = verdict_of(result, cancelled)
    yield replace(sheet.found(result), verdict=verdict, cost=Cost(0.0)), True


def _workers(target: ComputeTarget, cost: Cost, report: Report) -> Workers:
    scheduler = target.scheduler
    if scheduler is None:
        return workers_for(fitting_jobs(cost.seconds, default_jobs()))
    report(LoadProgress(0, 0, tr("Connecting to {address}…", address=scheduler.address)))
    return DaskWorkers(scheduler)


def _words(news: StudyProgress, ended: int) -> str:
    if news.left is None and not ended:
        # Its processes take seconds to start, before a run ends.
        return tr("Runs are being trained…")
    done = trn("{n:,} run done", "{n:,} runs done", ended)
    if news.left is None:
        return done
    return tr("{doing} · {time} left", doing=done, time=clock(news.left))
