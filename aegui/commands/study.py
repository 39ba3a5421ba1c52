"""``aegui study``: compare settings over seeds; ``aegui study-unit``: run one unit of a study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.cost import refuse_excess
from aegui.commands.figure_files import make_figure, painting, paper_of, write_figures
from aegui.commands.progress import TerminalLine, bar_of, left_words, stopping_at
from aegui.commands.runs import check_library, keep_found
from aegui.commands.words import note, say, say_json, table_text
from aegui.core.atomic import create_folder, write_atomically
from aegui.core.cost import time_words
from aegui.core.data.load import source_from
from aegui.core.data.progress import clock
from aegui.core.errors import AeguiError
from aegui.core.i18n import localized, speaking, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.study.cluster import collect, do_unit, write_units
from aegui.core.study.dask_workers import DaskWorkers, Scheduler
from aegui.core.study.material import study_material
from aegui.core.study.plan import find_plan, list_plans, load_plan, naming_plan
from aegui.core.study.records import TABLE_FILE, Records, default_folder
from aegui.core.study.results import csv_of, goal_words, json_of, size_words, table_of, verdict_of
from aegui.core.study.study import Study
from aegui.core.study.workers import (
    StudyControl,
    default_jobs,
    fitting_jobs,
    with_start,
    workers_for,
)
from aegui.kit.charts.paper import FORMS
from aegui.leaving import ENDING_SIGNALS
from aegui.widgets.figures.study_kinds import PICTURES, PictureChoice

if TYPE_CHECKING:
    import argparse

    from aegui.core.study.plan import StudyPlan
    from aegui.core.study.results import StudyResult
    from aegui.core.study.study import StudyProgress
    from aegui.core.study.workers import Workers
    from aegui.kit.charts.paper import Paper

_CHOICE = ("data.chars", "data.labels", "data.names", "data.count")
"""Settings that select a part of a set."""
_MAX_VERDICTS = 4
"""Maximum number of printed lines of a verdict: the summary, and the next best settings."""


@dataclass(frozen=True)
class PictureSelection:
    """Which pictures of a study to write, and where."""

    folder: Path
    """Target folder."""
    kinds: tuple[str, ...] | None
    """Keys of ``PICTURES``; None for all that the results give."""
    forms: tuple[str, ...]
    """File formats."""
    paper: Paper
    """Size, theme and resolution."""
    is_log: bool
    """Whether values are on logarithmic axes."""
    language: str | None
    """Code of the language of the pictures; None for that of the messages."""


def pictures_of(options: argparse.Namespace) -> PictureSelection:
    """Return the pictures requested; refuse unknown kinds, formats or folders before any work."""
    kinds = None if options.kinds is None else _listed("--kinds", options.kinds, tuple(PICTURES))
    forms = _listed("--forms", options.forms, (*FORMS, "csv"))
    paper = paper_of(options)
    if "png" in forms:
        paper.pixels()
    folder = Path(options.figures)
    create_folder(folder)
    return PictureSelection(folder, kinds, forms, paper, is_log=options.log, language=options.lang)


def _listed(option: str, text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys that ``text`` lists; refuse unknown ones, and a list of none."""
    chosen = tuple(part.strip() for part in text.split(",") if part.strip())
    for key in chosen or (text,):
        if key not in known:
            raise AeguiError(
                tr(
                    "{option} {key}: there are {known}.",
                    option=option,
                    key=key,
                    known=", ".join(known),
                )
            )
    return chosen


def draw_pictures(result: StudyResult, records: Records, selection: PictureSelection) -> int:
    """Write the pictures of a study to a folder, as far as its results permit.

    Returns:
        0, or 1 if kinds were asked for and none of them could be drawn.
    """
    written = []
    with painting():
        with speaking(selection.language):
            material = study_material(result, records)
            for key in selection.kinds or PICTURES:
                figure = make_figure("study", key, material, PictureChoice(is_log=selection.is_log))
                if figure is None:
                    continue
                forms = [form for form in selection.forms if form != "csv" or figure.csv]
                paths = [str(selection.folder / f"{figure.name}.{form}") for form in forms]
                write_figures(paths, figure, selection.paper)
                written.append(key)
        has_runs = any(cell.runs for cell in result.cells)
        if written or not has_runs:
            names = ", ".join(written) or tr("no run has ended yet")
            note(tr("Pictures in {folder}: {names}", folder=selection.folder, names=names))
        missing = ", ".join(key for key in selection.kinds or () if key not in written)
        if missing and has_runs:
            note(tr("The results of this study do not give these pictures: {names}", names=missing))
    return 1 if selection.kinds and not written else 0


def study_command(options: argparse.Namespace) -> int:
    """Run a study, or resume it, and print the results."""
    if options.list:
        return _list(as_json=options.json)
    if options.plan is None:
        raise AeguiError(tr("Name a study: a plan, or a shipped one; --list lists them."))
    path = find_plan(options.plan)
    plan = load_plan(path)
    if options.seeds is not None:
        seeds = plan.seeds.model_copy(update={"count": options.seeds})
        plan = plan.model_copy(update={"seeds": seeds})
    if options.data is not None:
        plan = on_other_samples(plan, source_from(options.data, Path()))
    with naming_plan(path):
        return _carried_out(options, plan, path)


def _carried_out(options: argparse.Namespace, plan: StudyPlan, path: Path) -> int:
    """Run ``plan``, of the file ``path``, or what is missing of it, and print the results."""
    selection = None if options.figures is None else pictures_of(options)
    folder = default_folder(path) if options.out is None else Path(options.out)
    records = Records(folder)
    study = Study(plan, path.parent, records)
    if options.units is not None:
        return _write_units(study, Path(options.units))
    if options.keep:
        check_library()
    # All that can be refused is, before a folder is made.
    study.settings()
    cluster = None if options.scheduler is None else _cluster_of(options)
    records.begin(plan)
    try:
        status = _begun(options, study, records, cluster)
    finally:
        records.end()
    drawn = 0 if selection is None else draw_pictures(study.result(), records, selection)
    return status or drawn


def _begun(
    options: argparse.Namespace, study: Study, records: Records, cluster: Workers | None
) -> int:
    """Run the missing parts of a study whose folder this process has locked; print the results."""
    plan = study.plan
    if options.collect is not None:
        found = collect(Path(options.collect), records)
        note(trn("{n:,} run was gathered.", "{n:,} runs were gathered.", found))
    if cluster is not None:
        return _finished(options, study, records, run_study(study, cluster))
    jobs = options.jobs or default_jobs()
    cost = study.cost(jobs)
    refuse_excess(cost, allowed=options.yes)
    if options.jobs is None:
        jobs = fitting_jobs(cost.seconds, jobs)
    size = size_words(plan.most_settings, plan.seeds.count)
    if cost.seconds > 0.0:
        note(
            tr("{size}; about {time}.", size=size, time=time_words(with_start(cost.seconds, jobs)))
        )
    else:
        note(tr("{size}; all of them are done.", size=size))
    return _finished(options, study, records, run_study(study, workers_for(jobs)))


def _cluster_of(options: argparse.Namespace) -> Workers:
    """Connect to the workers of a cluster."""
    certificates = (options.tls_ca or "", options.tls_cert or "", options.tls_key or "")
    scheduler = Scheduler(options.scheduler, *certificates)
    if scheduler.warning:
        note(scheduler.warning)
    workers = DaskWorkers(scheduler)
    note(trn("{n} worker.", "{n} workers.", workers.jobs))
    return workers


def _finished(options: argparse.Namespace, study: Study, records: Records, status: int) -> int:
    """Print the results of a study, and write and keep them if requested; return ``status``."""
    folder = records.folder
    result = study.result()
    if folder is not None:
        write_atomically(folder / TABLE_FILE, csv_of(result).encode())
    if options.json:
        say_json({**json_of(result), "folder": str(folder)})
    else:
        _say(result, folder)
    if options.keep and any(cell.runs for cell in result.cells):
        id = keep_found(result, records, verdict_of(result).lines)
        note(tr("Kept in the library as {id}.", id=id))
    return status


def on_other_samples(plan: StudyPlan, source: str) -> StudyPlan:
    """Return ``plan`` on all samples of ``source``, without the plan's own choice of samples."""
    settings = {key: value for key, value in plan.set.items() if key not in _CHOICE}
    none = dict.fromkeys(_CHOICE)
    return plan.model_copy(update={"set": {**settings, **none, "data.source": source}})


def unit_command(options: argparse.Namespace) -> int:
    """Run one unit of a folder, unless it is done already."""
    with TerminalLine() as line:
        do_unit(
            Path(options.folder),
            options.number,
            lambda share: line.show(localized(share, ".0%")),
        )
    return 0


def _list(*, as_json: bool) -> int:
    plans = {key: load_plan(path) for key, path in list_plans().items()}
    rows = [
        (key, tr(plan.name), plan.most_settings, plan.seeds.count) for key, plan in plans.items()
    ]
    if as_json:
        keys = ("key", "name", "settings", "seeds")
        say_json([dict(zip(keys, row, strict=True)) for row in rows])
        return 0
    header = [tr("study"), tr("what it compares"), tr("settings"), tr("seeds")]
    say(table_text(header, [[*map(str, row)] for row in rows], words=2))
    return 0


def _write_units(study: Study, folder: Path) -> int:
    count = write_units(study, folder)
    say(
        trn(
            "{n:,} unit was written to {folder}. Begin it with: sbatch {script}",
            "{n:,} units were written to {folder}. Begin them with: sbatch {script}",
            count,
            folder=folder,
            script=folder / "study.sbatch",
        )
    )
    return 0


def run_study(study: Study, workers: Workers) -> int:
    """Train what is missing and show progress; return the exit code."""
    control, ended = StudyControl(), 0

    def stop() -> None:
        control.stop = True

    with stopping_at(ENDING_SIGNALS, stop) as signal, TerminalLine() as line:
        try:
            for news in study.run(workers, control):
                ended += len(news.ended)
                line.show(_progress(news, ended))
        finally:
            workers.close()
    if signal.requested:
        note(tr("Stopped. Finished runs are kept; the same command resumes."))
        return signal.exit_code
    return 0


def _progress(news: StudyProgress, ended: int) -> str:
    return tr(
        "[{bar}] {share:.0%}  {n:,} runs  {left} left",
        bar=bar_of(news.share),
        share=int(100 * news.share) / 100,
        n=ended,
        left=left_words(news.left),
    )


def _say(result: StudyResult, folder: Path | None) -> None:
    plan = result.plan
    if plan.name:
        say(tr(plan.name))
    if plan.notes:
        say(tr(plan.notes))
    say()
    say(table_text(*table_of(result)))
    say()
    say(_about(plan))
    for step in result.steps:
        say(step.words(plan))
    _say_best(result)
    verdict = verdict_of(result)
    for words in verdict.lines[:_MAX_VERDICTS]:
        say(words)
    if verdict.more_seeds is not None:
        count = plan.seeds.count + verdict.more_seeds
        say(tr("To add them, repeat the command with --seeds {n}.", n=count))
    if plan.conclusion:
        say(tr("Published: {text}", text=tr(plan.conclusion)))
    runs = sum(len(cell.runs) for cell in result.cells)
    say(
        trn(
            "{n:,} run, {old:,} of them from before, in {time}; kept in {folder}",
            "{n:,} runs, {old:,} of them from before, in {time}; kept in {folder}",
            runs,
            old=result.reused,
            time=clock(result.seconds),
            folder=folder,
        )
    )


def _about(plan: StudyPlan) -> str:
    seeds = trn(
        "Means and standard deviations over {n} seed: {first}.",
        "Means and standard deviations over {n} seeds: {first} to {last}.",
        plan.seeds.count,
        first=plan.seeds.first,
        last=plan.seeds.all[-1],
    )
    goal = goal_words(plan)
    return f"{seeds} {tr('Goal: {goal}.', goal=goal)}" if goal else seeds


def _say_best(result: StudyResult) -> None:
    best = result.best
    if best is None or len(result.cells) < 2:
        return
    say(tr("* best: {setting}", setting=best.setting.title))
