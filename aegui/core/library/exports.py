"""Export of runs of the library: runs, recipes, CSV, pages, networks, event files."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.atomic import check_suffix, create_folder, write_atomically
from aegui.core.data.progress import Progress
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr, trn
from aegui.core.library.query import LibraryQuery
from aegui.core.network_files import ONNX, WEIGHTS, write_network
from aegui.core.recipe.file import recipe_json
from aegui.core.run_file.origin import best_origin
from aegui.core.run_file.saved import SUFFIX
from aegui.core.text_tables import csv_text
from aegui.core.training.record.event_file import event_file
from aegui.core.training.record.history import RUN_COLUMNS, SCALAR_COLUMNS, epoch_number
from aegui.core.web_page.document import page_html
from aegui.core.web_page.exhibit import Exhibit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.library.library import Library
    from aegui.core.training.record.history import HistoryView

RECIPE, HISTORY, PAGE = ".json", ".csv", ".html"
_MAX_NAME = 60


def history_csv(histories: Iterable[tuple[Sequence[str], HistoryView, int]]) -> str:
    """Return several histories as one CSV table.

    Args:
        histories: For each history its identification (id, name), its rows, and the seed of its
            first run.

    Returns:
        CSV; a cell is empty where there is no value.
    """
    every = list(histories)
    terms = list(dict.fromkeys(key for _, history, _ in every for key in history.extra))
    rows: list[Sequence[object]] = []
    for names, history, seed in every:
        empty = np.full(history.loss.shape, np.nan, np.float32)
        columns = [getattr(history, name) for name in RUN_COLUMNS]
        columns += [history.extra.get(key, empty) for key in terms]
        for run in range(history.loss.shape[1]):
            for row in range(len(history)):
                shared = [getattr(history, name)[row] for name in SCALAR_COLUMNS]
                cells = [*shared, *(column[row, run] for column in columns)]
                rows.append([*names, seed + run, *map(_cell, cells)])
    return csv_text(["run", "name", "seed", *SCALAR_COLUMNS, *RUN_COLUMNS, *terms], rows)


def _cell(value: float) -> str:
    if np.isnan(value):
        return ""
    number = epoch_number(value) if np.isfinite(value) else value
    return f"{number:.9g}" if isinstance(number, float) else str(number)


def members(library: Library, id: str) -> list[str]:
    """Return a run, or the runs of a study that have files.

    Raises:
        AeguiError: There is no such entry, or a study has kept no files.
    """
    entry = library.entry(id)
    if entry.kind == "run":
        return [id]
    query = LibraryQuery(study=id, kind="run", descending=False)
    found = [row.id for row in library.rows(query) if library.path(row.id).exists()]
    if not found:
        raise AeguiError(tr("The study {name} has kept no run files.", name=entry.name or id))
    return found


def export_file(
    library: Library,
    ids: Sequence[str],
    out: Path,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> None:
    """Write runs to a file in the format of its suffix: run file, recipe, curves, page, network.

    Args:
        library: The library.
        ids: Runs; exactly one for a run file, a recipe or a network.
        out: The file.
        report: Called with the progress.
        cancelled: Polled for cancellation; then nothing is written.

    Raises:
        AeguiError: A run cannot be read, the suffix is unknown, or the file cannot be written.
        Cancelled: ``cancelled`` returned True.
    """
    check_suffix(out, (SUFFIX, RECIPE, HISTORY, PAGE, ONNX, WEIGHTS))
    suffix = out.suffix.lower()
    if suffix == HISTORY:
        histories = []
        progress = Progress(len(ids), _read_words, report, cancelled)
        for index, id in enumerate(ids):
            progress.reached(index)
            run = library.load(id)
            if run.history is not None:
                histories.append(((id, library.entry(id).name), run.history, run.recipe.seed))
        progress.reached(len(ids))
        write_atomically(out, history_csv(histories).encode())
        return
    if suffix == PAGE:
        exhibits = []
        progress = Progress(len(ids), _read_words, report, cancelled)
        for index, id in enumerate(ids):
            progress.reached(index)
            exhibits.append(Exhibit.of_saved(library.entry(id).name or id, library.load(id)))
        text = page_html(exhibits, report=report, cancelled=cancelled)
        write_atomically(out, text.encode())
        return
    if len(ids) > 1:
        raise AeguiError(tr("One run at a time can be written to {file}.", file=out.name))
    if suffix in {ONNX, WEIGHTS}:
        run = library.load(ids[0])
        codec = run.codec(run.best_run)
        origin = best_origin(library.entry(ids[0]).name or ids[0], run, codec)
        write_network(out, codec, origin, classes=run.dataset.classes)
    elif suffix == RECIPE:
        write_atomically(out, recipe_json(library.recipe(ids[0])).encode())
    else:
        library.load(ids[0])  # raises if it is damaged or missing
        write_atomically(out, library.path(ids[0]).read_bytes())


def export_events(
    library: Library,
    ids: Sequence[str],
    folder: Path,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> int:
    """Write event files: a folder for each run and seed, which TensorBoard lists as its runs.

    Args:
        library: The library.
        ids: The runs.
        folder: Target folder; it is created if missing.
        report: Called with the progress.
        cancelled: Polled between two runs; those written so far stay.

    Returns:
        The number of files.

    Raises:
        AeguiError: A run cannot be read, has not been trained, or cannot be written.
        Cancelled: ``cancelled`` returned True.
    """
    count = 0
    progress = Progress(len(ids), _read_words, report, cancelled)
    for at, id in enumerate(ids):
        progress.reached(at)
        run, entry = library.load(id), library.entry(id)
        if run.history is None:
            raise AeguiError(tr("{name} has not been trained yet.", name=entry.name or id))
        ended = datetime.fromisoformat(entry.created).timestamp()
        began = ended - float(run.history.seconds[-1])
        safe_name = "".join(
            sign if sign.isalnum() or sign in "-_ ." else "_" for sign in entry.name
        )
        for index in range(run.recipe.runs):
            seed = f"seed-{run.recipe.seed + index}"
            home = folder / f"{safe_name[:_MAX_NAME].strip(' .')}-{id}".lstrip("-") / seed
            create_folder(home)
            file = home / f"events.out.tfevents.{round(began)}.aegui"
            write_atomically(file, event_file(run.history, index, began))
            count += 1
    progress.reached(len(ids))
    return count


def _read_words(done: int, total: int) -> str:
    return trn("{done:,} of {n:,} run read", "{done:,} of {n:,} runs read", total, done=done)
