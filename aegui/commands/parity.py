"""``aegui parity``: compare published figures with results of this machine."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.words import groups_text, note, say, say_json
from aegui.core.atomic import check_writable, write_atomically
from aegui.core.data.load import source_from
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.library.library import Library
from aegui.core.parity.reached import (
    expected_words,
    kept_entries,
    limit_words,
    parity_csv,
    parity_html,
    sign_of,
    states_of,
    summary_words,
)
from aegui.core.parity.rows import WORKS, parity_rows
from aegui.core.recipe.errors import did_you_mean
from aegui.core.text_tables import MISSING
from aegui.paths import library_dir

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from aegui.core.parity.reached import RowState
    from aegui.core.parity.rows import Expected, ParityRow

_HTML = (".html", ".htm")


def parity_command(options: argparse.Namespace) -> int:
    """Print which published figures have been reached here; train the requested rows first."""
    chosen = [_row(name) for name in options.train or ()]
    source = "" if options.data is None else source_from(options.data, Path())
    if source and not chosen:
        raise AeguiError(tr("--data needs --train with the row to train on it."))
    for row in chosen:
        if source and not row.own_data:
            raise AeguiError(
                tr(
                    "{row} has samples of its own: --data is for rows whose pictures are not ours.",
                    row=row.id,
                )
            )
    if options.out is not None:
        check_writable(options.out, (".csv", *_HTML))
    for row in chosen:
        code = _trained(row, source, allowed=options.yes, is_quiet=options.json)
        if code:
            return code
    states = _states()
    if options.out is not None:
        is_page = Path(options.out).suffix.lower() in _HTML
        text = parity_html(states) if is_page else parity_csv(states)
        write_atomically(options.out, text.encode())
    if options.json:
        say_json([_document(state) for state in states])
    else:
        _say(states)
    if options.out is not None:
        note(tr("Saved as {file}.", file=options.out))
    return 0


def _row(name: str) -> ParityRow:
    rows = {row.id.lower(): row for row in parity_rows()}
    if name.lower() not in rows:
        known = [row.id for row in rows.values()]
        hint = did_you_mean(name, known) or " " + tr("Known: {keys}.", keys=", ".join(known))
        raise AeguiError(tr("There is no row {name}.", name=name) + hint)
    return rows[name.lower()]


def _trained(row: ParityRow, source: str, *, allowed: bool, is_quiet: bool) -> int:
    """Train what ``row`` takes and keep it; return the exit code of that command."""
    from aegui.commands.table import COMMANDS  # which names this module

    is_study = row.study and not source
    name, what = ("study", row.study) if is_study else ("train", row.line(source))
    # With ``--json`` nothing else may be printed; progress goes to the standard error.
    said = contextlib.redirect_stdout(io.StringIO()) if is_quiet else contextlib.nullcontext()
    with said:
        return COMMANDS[name].call([what, "--keep", *(["--yes"] if allowed else [])])


def _states() -> tuple[RowState, ...]:
    if not library_dir().exists():
        return states_of(parity_rows(), ())
    with Library(read_only=True) as library:
        return states_of(parity_rows(), kept_entries(library))


def _say(states: Sequence[RowState]) -> None:
    header = [tr("row"), tr("published"), tr("here"), tr("limit"), tr("expected")]
    groups = (
        (tr(name), [_cells(state) for state in states if state.row.work == work])
        for work, name in WORKS.items()
    )
    say(groups_text(header, groups, words=len(header)))
    say(f"\n{summary_words(states)}.")


def _cells(state: RowState) -> list[str]:
    row = state.row
    published = tr(row.published) if row.published else ""
    words = (published, state.figure(), limit_words(row), expected_words(row, seeds=False))
    return [f"{sign_of(state)} {row.id}", *(text or MISSING for text in words)]


def _document(state: RowState) -> dict[str, object]:
    row = state.row
    return {
        "id": row.id,
        "work": row.work,
        "what": tr(row.what),
        "published": row.published,
        "note": tr(row.note) if row.note else "",
        "claims": row.claim_words(),
        "cell_names": list(row.cell_names()),
        "figure": row.figure,
        "claim": row.claim,
        "value": row.value,
        "reached": state.is_reached,
        "cells": [
            None
            if cell is None
            else {
                "mean": cell.mean,
                "std": cell.std if len(cell.seeds) > 1 else None,
                "seeds": list(cell.seeds),
                "date": cell.date,
                "processor": cell.processor,
                "entry": cell.entry,
            }
            for cell in state.cells
        ],
        "limit": None if row.limit is None else row.limit.model_dump(),
        "expected": None if row.ours is None else _expected(row.ours),
    }


def _expected(ours: Expected) -> dict[str, object]:
    """Return the project's own results as JSON; a single seed has no standard deviation."""
    document = ours.model_dump(mode="json")
    for cell in document["cells"]:
        if cell is not None and cell["count"] == 1:
            cell["std"] = None
    return document
