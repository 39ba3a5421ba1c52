"""``aegui report``: a hand-in of runs and studies, as slides, PDF, HTML, figures and tables."""

from __future__ import annotations

import itertools
import json
import platform
import shlex
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from aegui import __version__
from aegui.commands.figure_files import painting
from aegui.commands.opened import OpenedRun, each_once
from aegui.commands.option import check_unicode
from aegui.commands.progress import shown_work
from aegui.commands.study import run_study
from aegui.commands.words import note, say, say_json
from aegui.core.atomic import create_folder, file_name_part, safe_stem, stem_of, write_atomically
from aegui.core.cost import time_words
from aegui.core.data.progress import LoadProgress, stop_if
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import language, mark, speaking, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import resolve
from aegui.core.recipe.file import recipe_json
from aegui.core.report.assignments import ASSIGNMENTS
from aegui.core.report.figure_ids import FigureId
from aegui.core.report.figure_runs import run_mark
from aegui.core.report.folder import LIST_FILE, all_or_nothing, free_folder
from aegui.core.run_file.saved import SUFFIX
from aegui.core.study.plan import find_plan, load_plan, naming_plan
from aegui.core.study.records import (
    LINES_FILE,
    PLAN_FILE,
    Records,
    default_folder,
    with_stored_seeds,
)
from aegui.core.study.study import Study
from aegui.core.study.workers import default_jobs, fitting_jobs, with_start, workers_for

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from aegui.commands.report_pages import ReportPage
    from aegui.core.data.progress import IsCancelled, Report

_MAX_NAMES = 3
_MAX_CODE_PIXELS = 8_000_000
"""Sets with more pixels are not written beside the code."""
_PNG_DPI = 240
_PAGE_CM = (20.0, 9.6)
_SLIDE_CM = (20.0, 8.8)
"""Size of a picture below the title of a slide; it takes the slide's full width."""


@dataclass(frozen=True, eq=False)
class _Source:
    """A run or study to report: its pages, and its configuration as text."""

    name: str
    pages: Callable[[IsCancelled], Iterator[ReportPage]]
    configuration: str
    model: OpenedRun | None = None
    file: Path | None = None
    """File of the network, which is copied into the folder."""
    study: str = ""

    @property
    def title(self) -> str:
        """Title among several sources: the stem of a network's file, which is unique."""
        return self.name if self.model is None else stem_of(self.model.file)

    def id_of(self, kind: str) -> str:
        """Return the id by which the program reopens a figure of ``kind``."""
        if self.model is None:
            return FigureId(kind, self.study).text
        model = self.model
        mark = run_mark(model.saved.recipe)
        return FigureId(kind, model.name, mark, model.weights, model.codec.run).text


def report_command(options: argparse.Namespace) -> int:
    """Write the report into a folder, all of it or nothing."""
    check_unicode("--title", options.title)
    names = each_once(options.sources)
    if options.assignment is not None:
        names += ASSIGNMENTS[options.assignment].sources
    if not names:
        raise AeguiError(tr("Name saved runs or studies, or an assignment with --assignment."))
    with painting():
        stem = options.assignment or Path(names[0]).stem
        with speaking(options.lang):
            name = file_name_part(f"{tr('hand-in')}-{stem}")
        folder = free_folder(Path(options.out), name)
        with all_or_nothing(folder):
            create_folder(folder)
            sources = _sources(names, options)
            with shown_work() as (report, cancelled):
                shown = _shown_in(language(), report)
                with speaking(options.lang):
                    pages = _pages(sources, shown, cancelled)
                if not pages:
                    raise AeguiError(
                        tr("There is nothing to report: no study has a run that has ended.")
                    )
                with speaking(options.lang):
                    title = options.title or _title(options, sources)
                    listed = _report(options, title, sources, pages, folder, shown, cancelled)
        if options.json:
            say_json(
                {
                    "out": str(folder),
                    "title": title,
                    "networks": [_network_json(one) for one in sources if one.model is not None],
                    "studies": [one.study for one in sources if one.model is None],
                    "documents": [SLIDES, BOOK, PAGE],
                    "figures": listed,
                }
            )
            return 0
        say(tr("{n} figures are in {folder}.", n=len(listed), folder=folder))
        say(tr("Start with {slides}, {pdf} or {page}.", slides=SLIDES, pdf=BOOK, page=PAGE))
    return 0


def _network_json(source: _Source) -> dict[str, Any]:
    assert source.model is not None
    return {**source.model.about(), "file": str(source.file), "copy": source.model.file}


class _ReportStep(Protocol):
    """Shows a step of the work: its number, their count or 0, a marked message and its values."""

    def __call__(self, done: int, total: int, message: str, /, **values: object) -> None: ...


def _shown_in(code: str, report: Report) -> _ReportStep:
    """Return a function that shows a step in the language ``code``, whatever the hand-in's is."""

    def show(done: int, total: int, message: str, /, **values: object) -> None:
        with speaking(code):
            report(LoadProgress(done, total, tr(message, **values)))

    return show


def _report(
    options: argparse.Namespace,
    title: str,
    sources: Sequence[_Source],
    pages: Sequence[ReportPage],
    folder: Path,
    report: _ReportStep,
    cancelled: IsCancelled,
) -> list[dict[str, str]]:
    """Write the report; return the list of its figures."""
    if options.blank:
        pages = [replace(page, finding=page.figure.title) for page in pages]
    pages = [*_distinguished(pages), _annex(sources, folder)]
    return _write(folder, title, sources, pages, report, cancelled)


SLIDES, BOOK, PAGE, COMMANDS, MAPS, CODE, NETWORKS = (
    "slides.pptx",
    "report.pdf",
    "report.html",
    "commands.txt",
    "maps.html",
    "code",
    "networks",
)


def _title(options: argparse.Namespace, sources: Sequence[_Source]) -> str:
    if options.assignment is not None:
        return tr(ASSIGNMENTS[options.assignment].label)
    names = [source.name for source in sources]
    return ", ".join(names[:_MAX_NAMES]) + (" …" if len(names) > _MAX_NAMES else "")


def _sources(names: Sequence[str], options: argparse.Namespace) -> list[_Source]:
    """Return a source for each name; every network has a unique name inside the hand-in.

    The output files of its command lines have that name as a file name on any system.
    """
    found: list[_Source] = []
    used: set[str] = set()
    for name in names:
        if Path(name).suffix.lower() != SUFFIX:
            found.append(_study_source(name, options))
            continue
        stem = unique = stem_of(name)
        for number in itertools.count(2):
            if safe_stem(unique) not in used:
                break
            unique = f"{stem}-{number}"
        used.add(safe_stem(unique))
        found.append(_run_source(name, unique, options))
    return found


def _run_source(file: str, name: str, options: argparse.Namespace) -> _Source:
    """Return the source for a run file, which is called ``name`` inside the hand-in.

    Command lines name the copy there, because recipients of the folder have no other.
    """
    # Imported here: it needs Qt, and would fail with a less clear message without it.
    from aegui.commands.report_pages import run_pages

    opened = OpenedRun(file, options.run, options.weights)
    model = opened.with_file(f"{NETWORKS}/{name}{SUFFIX}")
    recipe = recipe_json(model.saved.recipe)
    return _Source(name, partial(run_pages, model), recipe, model, Path(file))


def _study_source(name: str, options: argparse.Namespace) -> _Source:
    """Return the source for a study whose runs are kept in its usual folder."""
    from aegui.commands.report_study_pages import study_pages

    path, folder, command = _study_at(name)
    key = folder.resolve().name if path.parent == folder else path.stem
    plan = with_stored_seeds(load_plan(path), folder)
    records = Records(folder)
    with naming_plan(path):
        study = Study(plan, path.parent, records)
        if options.train:
            _train(study, records)
        # ``begun`` finds the runs that are kept, and trains nothing.
        result = study.result() if options.train else study.begun()
    if not any(cell.runs for cell in result.cells):
        raise AeguiError(
            tr(
                "The study {name} has no runs yet: run it with aegui study {name}, or add "
                "--train; name a study that was run with --out by that folder.",
                name=name,
            )
        )
    with speaking(options.lang):
        title = tr(plan.name) or path.stem
    return _Source(
        title,
        lambda _cancelled: study_pages(result, records, command, file_name_part(key)),
        path.read_text(encoding="utf-8"),
        study=key,
    )


def _study_at(name: str) -> tuple[Path, Path, str]:
    """Return the plan of a study, the folder of its runs, and the command that runs it.

    A folder, or the plan in it, refers to a study that was run with ``--out``.

    Raises:
        AeguiError: There is no such study.
    """
    path = find_plan(name)
    folder = path if path.is_dir() else path.parent
    if path.is_dir() or (path.name == PLAN_FILE and (folder / LINES_FILE).exists()):
        path = folder / PLAN_FILE
        if not path.exists():
            raise AeguiError(
                tr("{folder} holds no study: there is no {file}.", folder=folder, file=PLAN_FILE)
            )
        return path, folder, shlex.join(["aegui", "study", str(path), "-o", str(folder)])
    return path, default_folder(path), shlex.join(["aegui", "study", name])


def _train(study: Study, records: Records) -> None:
    """Print the estimated cost of a study, and run its missing parts.

    Raises:
        Cancelled: It was stopped; finished runs are kept.
    """
    seconds = study.cost(default_jobs()).seconds
    jobs = fitting_jobs(seconds, default_jobs())
    time = time_words(with_start(seconds, jobs))
    note(tr("{study}: about {time}.", study=tr(study.plan.name), time=time))
    records.begin(study.plan)
    try:
        if run_study(study, workers_for(jobs)):
            raise Cancelled(tr("Stopped."))  # ``run_study`` has printed how to resume
    finally:
        records.end()


def _pages(
    sources: Sequence[_Source], report: _ReportStep, cancelled: IsCancelled
) -> list[ReportPage]:
    from aegui.commands.report_pages import ORDER

    found: list[ReportPage] = []
    for source in sources:
        several = len(sources) > 1
        for page in source.pages(cancelled):
            stop_if(cancelled)
            report(len(found), 0, mark("Drawing: {name}"), name=page.finding)
            heading = tr(page.section)
            if several and source.model is not None:
                heading = tr("{what}: {name}", what=heading, name=source.name)
            found.append(replace(page, heading=heading, id=source.id_of(page.key), of=source.title))
    # Group pages of several networks by section, in the order of the assignment.
    found.sort(key=lambda page: ORDER.index(page.section))
    return found


def _distinguished(pages: Sequence[ReportPage]) -> list[ReportPage]:
    """Append the source to findings that several pages share."""
    times = Counter(page.finding for page in pages)
    return [
        replace(page, finding=f"{page.finding} ({page.of})") if times[page.finding] > 1 else page
        for page in pages
    ]


def _annex(sources: Sequence[_Source], folder: Path) -> ReportPage:
    """Write the code of the networks, and return a page on sources, files and program versions."""
    from aegui.commands.report_pages import ANNEX, ReportPage
    from aegui.core.text_tables import csv_text
    from aegui.kit.charts.figure import Figure
    from aegui.kit.charts.text_table import TextTable

    rows = [
        (source.name, source.model.origin() if source.model is not None else tr("study"))
        for source in sources
    ]
    models = [source.model for source in sources if source.model is not None]
    codes = filter(None, [_code_of(model, folder) for model in models])
    rows += [(tr("code that runs alone"), code) for code in codes]
    if models:
        rows.append((tr("living map"), MAPS))
        rows += [(tr("network"), model.file) for model in models]
    rows.append((tr("command lines"), COMMANDS))
    rows.append((tr("program"), f"aegui {__version__}, Python {platform.python_version()}"))
    rows.append((tr("computer"), f"{platform.system()} {platform.machine()}"))
    head = (tr("what"), tr("made from"))
    figure = Figure("annex", tr("Origin of the figures"), (TextTable(head, tuple(rows)),))
    table = csv_text(list(head), [list(row) for row in rows])
    finding = tr("Figures made with aegui {version}", version=__version__)
    return ReportPage("annex", tr(ANNEX), finding, figure, "", table)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A page whose files are written: its key, and its figure for the web page and the slide."""

    key: str
    page: ReportPage
    svg: bytes
    png: bytes


def _write(
    folder: Path,
    title: str,
    sources: Sequence[_Source],
    pages: Sequence[ReportPage],
    report: _ReportStep,
    cancelled: IsCancelled,
) -> list[dict[str, str]]:
    """Write every file of the report, the list of figures last; return that list."""
    for name in ("figures", "tables", "configurations"):
        (folder / name).mkdir(exist_ok=True)
    drawn = []
    for number, page in enumerate(pages, 1):
        stop_if(cancelled)
        report(number, len(pages), mark("Writing figure {n}"), n=number)
        drawn.append(_drawn(folder, f"{number:02d}-{page.key}", page))
    networks = ", ".join(source.name for source in sources if source.model is not None)
    cover = (*filter(None, [networks]), "", *_contents(pages))
    _write_documents(folder, title, cover, drawn)
    commands = dict.fromkeys(page.command for page in pages if page.command)
    write_atomically(folder / COMMANDS, "".join(f"{line}\n" for line in commands).encode())
    _write_sources(folder, title, sources, cancelled)
    listed = [
        {
            "id": one.key,
            "section": one.page.heading,
            "finding": one.page.finding,
            "command": one.page.command,
            "opens": one.page.id,
        }
        for one in drawn
    ]
    text = json.dumps({"title": title, "figures": listed}, indent=1, ensure_ascii=False)
    write_atomically(folder / LIST_FILE, f"{text}\n".encode())
    return listed


def _drawn(folder: Path, key: str, page: ReportPage) -> _Drawn:
    """Write the figure of a page and its table."""
    from aegui.kit.charts.figure import Paper, figure_bytes

    paper = Paper(*_PAGE_CM, dpi=_PNG_DPI)
    svg = figure_bytes(page.figure, paper, "svg")
    write_atomically(folder / "figures" / f"{key}.svg", svg)
    write_atomically(folder / "figures" / f"{key}.png", figure_bytes(page.figure, paper, "png"))
    if page.table:
        write_atomically(folder / "tables" / f"{key}.csv", page.table.encode())
    slide = Paper(*_SLIDE_CM, title=False, origin=False, dpi=_PNG_DPI)
    if page.figure.title == page.finding:
        # The web page prints the finding itself.
        svg = figure_bytes(page.figure, replace(paper, title=False), "svg")
    return _Drawn(key, page, svg, figure_bytes(page.figure, slide, "png"))


def _write_documents(
    folder: Path, title: str, cover: Sequence[str], drawn: Sequence[_Drawn]
) -> None:
    """Write slides, web page and book."""
    from aegui.core.report.slides import Slide, pptx
    from aegui.core.report.web import WebFigure, report_html
    from aegui.kit.charts.figure import Paper, book_pdf

    slides, shown, book = [Slide(title, lines=tuple(cover))], [], []
    for one in drawn:
        page, origin = one.page, one.page.figure.made_from
        below = " · ".join(filter(None, (one.key, origin)))
        notes = "\n".join(filter(None, (page.command, page.id)))
        slides.append(Slide(page.finding, one.png, below, notes=notes))
        shown.append(WebFigure(one.key, page.heading, page.finding, one.svg, page.command, page.id))
        origin = " · ".join(filter(None, (origin, page.id)))
        book.append(replace(page.figure, title=page.finding, origin=origin))
    write_atomically(folder / SLIDES, pptx(slides, title))
    write_atomically(folder / PAGE, report_html(title, shown).encode())
    paper = Paper(*_PAGE_CM, dpi=_PNG_DPI)
    write_atomically(folder / BOOK, book_pdf(book, paper, title))


def _write_sources(
    folder: Path, title: str, sources: Sequence[_Source], cancelled: IsCancelled
) -> None:
    """Write the configurations, the networks, and the page with the maps of the networks."""
    from aegui.core.web_page.document import page_html

    for number, source in enumerate(sources, 1):
        name = f"{number:02d}-{file_name_part(source.name)}.json"
        write_atomically(folder / "configurations" / name, source.configuration.encode())
    exhibits = []
    for source in sources:
        if source.model is not None and source.file is not None:
            (folder / NETWORKS).mkdir(exist_ok=True)
            write_atomically(folder / source.model.file, source.file.read_bytes())
            exhibits.append(source.model.exhibit)
    if exhibits:
        write_atomically(folder / MAPS, page_html(exhibits, title, cancelled=cancelled).encode())


def _contents(pages: Sequence[ReportPage]) -> tuple[str, ...]:
    """Return the titles of the sections in use, each once, for any number of networks."""
    from aegui.commands.report_pages import ORDER

    used = {page.section for page in pages}
    return tuple(tr(section) for section in ORDER if section in used)


def _code_of(model: OpenedRun, folder: Path) -> str:
    """Write the network as standalone code; return its path, or "" if that is not possible."""
    from aegui.core.source_code.make import make_code
    from aegui.core.source_code.subject import CodedRun

    dataset = model.saved.dataset
    resolved = resolve(model.saved.recipe, dataset).resolved
    if resolved is None or len(dataset) * dataset.pixels > _MAX_CODE_PIXELS:
        return ""
    try:
        name = stem_of(model.file)
        code = make_code(CodedRun.of(resolved, name, model.codec.run), "torch", name)
    except AeguiError:
        return ""
    (folder / CODE).mkdir(exist_ok=True)
    code.write(folder / CODE / code.file_name)
    return f"{CODE}/{code.file_name}"
