"""Studies in the library: an entry for the study, and one for each of its settings."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

from aegui.core.data.progress import Progress
from aegui.core.evaluation.run_figures import run_figure
from aegui.core.i18n import tr, trn
from aegui.core.json_text import from_json
from aegui.core.library.entry import MAX_NAME, LibraryEntry, SeedRow, environment, now
from aegui.core.library.query import LibraryQuery
from aegui.core.network.resolve import classes_learnt
from aegui.core.study.plan import plan_json
from aegui.core.study.results import compared_by, table_of
from aegui.core.study.run_files import ENGINE, device_of, setting_run
from aegui.core.study.units import resolved_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.library.library import Library
    from aegui.core.study.plan import StudyPlan
    from aegui.core.study.records import Records
    from aegui.core.study.results import StudyCell, StudyResult

_DIGITS = 10
_SAID = ("name", "note", "tags", "starred", "created", "parent", "trashed", "shed")
"""Fields of an entry that stay when a study is continued: those of the user, and its date."""


def keep_study(
    library: Library,
    result: StudyResult,
    records: Records,
    *,
    verdict: Sequence[str] = (),
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> str:
    """Add or update a study with its results so far, and return the id of its entry.

    Each setting with runs gets an entry with all its seeds and a run file with their weights and
    curves. A continued study, in the same folder, replaces its earlier entries, except for what the
    user has edited.

    Args:
        library: The library.
        result: The results.
        records: The records with the weights.
        verdict: The verdict over the seeds, in words.
        report: Called with the progress.
        cancelled: Polled between two settings; those written so far stay.

    Raises:
        AeguiError: It could not be written.
        Cancelled: ``cancelled`` returned True.
    """
    plan = result.plan
    id = study_id(records.folder, plan)
    cells = [cell for cell in result.cells if cell.runs]
    header, rows = table_of(result)
    document = {
        "plan": from_json(plan_json(plan)),
        "table": {"header": header, "rows": rows},
        "verdict": list(verdict),
        "folder": "" if records.folder is None else str(records.folder),
    }
    name = tr(plan.name) or tr("Study")
    known = _known(library, id)
    study = LibraryEntry(
        **{
            "id": id,
            "kind": "study",
            "name": name[:MAX_NAME],
            "created": now(),
            "environment": environment(ENGINE, device_of([cell.setting.recipe for cell in cells])),
            "document": document,
            **_of_samples(cells),
            **known.get(id, {}),
        }
    )
    library.keep_entry(study)
    progress = Progress(len(cells), _written_words, report, cancelled)
    for index, cell in enumerate(cells):
        progress.reached(index)
        _keep_setting(library, id, result, cell, records, known)
    progress.reached(len(cells))
    return id


def study_id(folder: Path | None, plan: StudyPlan) -> str:
    """Return the id of the study ``plan`` in ``folder``, the same with more seeds or values.

    With another base recipe it is another study, whatever folder its runs are in.
    """
    begin = plan.model_dump(mode="json", include={"recipe", "set"})
    place = plan.name if folder is None else str(folder.resolve())
    text = f"{place}\n{json.dumps(begin, sort_keys=True)}"
    return f"s{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]}"


def _keep_setting(
    library: Library,
    study: str,
    result: StudyResult,
    cell: StudyCell,
    records: Records,
    known: dict[str, dict[str, Any]],
) -> None:
    setting = cell.setting
    id = f"{study}-{setting.key[:_DIGITS]}"
    words = setting.title if setting.labels else ""
    seeds = tuple(
        SeedRow(seed=run.seed, figures={k: v for k, v in run.figures.items() if math.isfinite(v)})
        for run in cell.runs
    )
    recipe = setting.recipe.model_copy(update={"seed": seeds[0].seed, "runs": len(seeds)})
    said = known.get(id, {})
    fields: dict[str, Any] = {
        "id": id,
        "name": (setting.name or tr(result.plan.name))[:MAX_NAME],
        "study": study,
        "setting": words,
        "recipe": recipe.model_dump(mode="json"),
        "environment": environment(ENGINE, device_of([recipe])),
        "seeds": seeds,
        **_of_samples([cell]),
        **said,
    }
    if said.get("shed") or said.get("trashed"):
        library.keep_entry(LibraryEntry(**fields))
        return
    run = setting_run(cell, records, _order(result, cell))
    if run is None:
        library.keep_entry(LibraryEntry(**({"created": now()} | fields)))
    else:
        library.keep(run, **fields)


def _order(result: StudyResult, cell: StudyCell) -> list[int]:
    """Return the indices of the runs of ``cell``, the best first."""
    key = compared_by(result.plan)
    sign = -1.0 if run_figure(key).better == "high" else 1.0
    values = [sign * value for value in cell.values(key)]
    return sorted(
        range(len(values)), key=lambda place: (math.isnan(values[place]), values[place], place)
    )


def _of_samples(cells: Sequence[StudyCell]) -> dict[str, Any]:
    """Return the fields of entries that describe the samples of the first of ``cells``."""
    if not cells:
        return {}
    resolved = resolved_of(cells[0].setting.recipe)
    dataset = resolved.dataset
    return {
        "data": dataset.name,
        "samples": len(dataset),
        "image_shape": dataset.image_shape,
        "classes": classes_learnt(resolved.recipe, dataset),
    }


def _known(library: Library, study: str) -> dict[str, dict[str, Any]]:
    """Return what is kept of a study already: id -> fields that stay."""
    found = {}
    for trashed in (False, True):
        rows = library.rows(LibraryQuery(study=study, trashed=trashed))
        rows += library.rows(LibraryQuery(kind="study", trashed=trashed))
        for row in rows:
            if row.id == study or row.id.startswith(f"{study}-"):
                entry = library.entry(row.id)
                found[row.id] = {name: getattr(entry, name) for name in _SAID}
    return found


def _written_words(done: int, total: int) -> str:
    return trn(
        "{done:,} of {n:,} setting kept", "{done:,} of {n:,} settings kept", total, done=done
    )
