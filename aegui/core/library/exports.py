"""Runs of the library as files of a person's own: runs, recipes, CSV, pages, networks, events."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from aegui.core.atomic import write_atomically
from aegui.core.data.progress import Progress
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr, trn
from aegui.core.library.query import LibraryQuery
from aegui.core.network_files import ONNX, WEIGHTS, write_network
from aegui.core.recipe.file import recipe_json
from aegui.core.run_file.saved import SUFFIX
from aegui.core.system_reason import system_reason
from aegui.core.training.record.event_file import event_file
from aegui.core.training.record.history_csv import history_csv
from aegui.core.web_page.document import page_html
from aegui.core.web_page.exhibit import Exhibit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.library.library import Library

RECIPE, HISTORY, PAGE = ".json", ".csv", ".html"
_MOST_NAME = 60


def members(library: Library, id: str) -> list[str]:
    """A run, or the runs of a study that have files.

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
    """Write runs to a file, as its suffix says: a run file, a recipe, curves, a page, a network.

    Args:
        library: Where they are.
        ids: Runs; of a run file, a recipe and a network one.
        out: The file.
        report: Called with the progress.
        cancelled: Asked now and then whether to stop; then nothing is written.

    Raises:
        AeguiError: A run cannot be read, the suffix is none of these, or nothing can be written.
        Cancelled: ``cancelled`` said so.
    """
    suffix = out.suffix.lower()
    if suffix == HISTORY:
        histories = []
        progress = Progress(len(ids), _read_words, report, cancelled)
        for place, id in enumerate(ids):
            progress.reached(place)
            run = library.load(id)
            if run.history is not None:
                histories.append(((id, library.entry(id).name), run.history, run.recipe.seed))
        progress.reached(len(ids))
        write_atomically(out, history_csv(histories).encode())
        return
    if suffix == PAGE:
        exhibits = []
        progress = Progress(len(ids), _read_words, report, cancelled)
        for place, id in enumerate(ids):
            progress.reached(place)
            exhibits.append(Exhibit.of_saved(library.entry(id).name or id, library.load(id)))
        text = page_html(exhibits, report=report, cancelled=cancelled)
        write_atomically(out, text.encode())
        return
    if suffix not in {SUFFIX, RECIPE, ONNX, WEIGHTS}:
        raise AeguiError(
            tr(
                "{file}: the suffix must be one of {known}.",
                file=out.name,
                known=".aegui, .json, .csv, .html, .onnx, .safetensors",
            )
        )
    if len(ids) > 1:
        raise AeguiError(tr("One run at a time can be written to {file}.", file=out.name))
    if suffix in {ONNX, WEIGHTS}:
        run = library.load(ids[0])
        write_network(out, run.codec(run.best_run), library.entry(ids[0]).name or ids[0])
    elif suffix == RECIPE:
        write_atomically(out, recipe_json(library.recipe(ids[0])).encode())
    else:
        library.load(ids[0])  # says it, where it is damaged or has gone
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
        library: Where the runs are.
        ids: Which.
        folder: Where to; it is made where there is none.
        report: Called with the progress.
        cancelled: Asked between two runs whether to stop; those so far are written.

    Returns:
        How many files there are.

    Raises:
        AeguiError: A run cannot be read, has not been trained, or nothing can be written.
        Cancelled: ``cancelled`` said so.
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
        plain = "".join(it if it.isalnum() or it in "-_ ." else "_" for it in entry.name)
        for place in range(run.recipe.runs):
            seed = f"seed-{run.recipe.seed + place}"
            home = folder / f"{plain[:_MOST_NAME].strip(' .')}-{id}".lstrip("-") / seed
            try:
                home.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                reason = system_reason(error)
                raise AeguiError(
                    tr("{file} could not be made: {reason}.", file=home, reason=reason)
                ) from None
            file = home / f"events.out.tfevents.{round(began)}.aegui"
            write_atomically(file, event_file(run.history, place, began))
            count += 1
    progress.reached(len(ids))
    return count


def _read_words(done: int, total: int) -> str:
    return trn("{done:,} of {n:,} run read", "{done:,} of {n:,} runs read", total, done=done)
