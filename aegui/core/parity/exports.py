"""Export of the parity page as CSV and as one HTML page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from aegui import __version__
from aegui.core.i18n import language, localized, tr
from aegui.core.parity.reached import (
    cells_words,
    compared_words,
    seeds_words,
    summary_words,
)
from aegui.core.parity.rows import LIMITS, WORKS
from aegui.core.text_tables import csv_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.parity.reached import RowState, Trained
    from aegui.core.parity.rows import CellFigure, ParityRow

_MINUTES_SAID = 90
REACHED, NOT_REACHED, UNKNOWN = "✓", "✗", "–"  # A dash for unknown
_COLUMNS = (
    *("id", "work", "what", "published", "figure", "claim", "reached", "mean", "std", "seeds"),
    *("date", "processor", "limit", "expected", "expected_std", "expected_seeds"),
    *("expected_machine", "expected_date", "expected_version", "expected_reached"),
    *("compared", "expected_compared", "note"),
)
_STYLE = """
:root { color-scheme: light dark; --line: #c8cdd6; --dim: #5a6472; --good: #0a7a3c; }
@media (prefers-color-scheme: dark) { :root { --line: #3c4350; --dim: #a6b0be; --good: #5fd08c; } }
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left;
  vertical-align: top; }
h2 { margin-top: 2rem; font-size: 1.1rem; }
.dim { color: var(--dim); font-size: .9em; }
.yes { color: var(--good); font-weight: 700; }
"""


def sign_of(state: RowState) -> str:
    """Return a tick, a cross, or a dash if the state is unknown."""
    if state.is_reached is None:
        return UNKNOWN
    return REACHED if state.is_reached else NOT_REACHED


def expected_words(row: ParityRow, *, seeds: bool = True) -> str:
    """Return the figures measured for the program, or that there are none.

    With ``seeds`` all cells and seeds are listed; otherwise the text is short, with a cross if the
    claim did not hold.
    """
    ours = row.ours
    cell = None if ours is None else ours.cells[0]
    if ours is None or cell is None:
        return tr("not measured")
    value = tr(ours.words) if ours.words else cells_words(row, ours.cells)
    if not seeds:
        return value if ours.reached else f"{value} {NOT_REACHED}"
    value = compared_words(row, ours.cells) or value
    words = seeds_words(range(cell.first, cell.first + cell.count))
    if cell.count == 1:
        return tr("{value}, seed {seeds}", value=value, seeds=words)
    return tr("{value}, seeds {seeds}", value=value, seeds=words)


def expected_place(row: ParityRow) -> str:
    """Return date, machine, cost and program version of that measurement."""
    ours = row.ours
    if ours is None or ours.cells[0] is None:
        return ""
    parts = [ours.date, tr(ours.machine)]
    if ours.hours is not None:
        minutes = 60.0 * ours.hours
        if minutes < _MINUTES_SAID:
            cost = tr("{minutes} min of computing", minutes=localized(minutes, ".2g"))
        else:
            cost = tr("{hours} h of computing", hours=localized(ours.hours, ".2g"))
        parts.append(cost)
    if ours.version:
        parts.append(tr("an earlier version ({version})", version=ours.version))
    return ", ".join(parts)


def limit_words(row: ParityRow) -> str:
    """Return the physical limit and its kind; empty if there is none."""
    if row.limit is None:
        return ""
    return tr("{value} ({kind})", value=row.limit_number(), kind=tr(LIMITS[row.limit.kind]))


def parity_csv(states: Sequence[RowState]) -> str:
    """Return the rows as CSV; numbers are in the published unit, with a decimal point."""
    return csv_text(_COLUMNS, [_line(state) for state in states])


def _spread(cell: Trained | CellFigure, seeds: int, scale: float) -> list[str]:
    """Return mean and deviation; the deviation is empty for a single seed."""
    return [f"{cell.mean * scale:.6g}", f"{cell.std * scale:.6g}" if seeds > 1 else ""]


def _line(state: RowState) -> list[str]:
    row, found = state.row, state.cells[0]
    ours = row.ours
    cell = None if ours is None else ours.cells[0]
    scale = row.scale
    cells = ["", ""] if found is None else _spread(found, len(found.seeds), scale)
    seeds = " ".join(map(str, found.seeds)) if found else ""
    expected = ["", "", ""]
    if cell is not None:
        expected = [*_spread(cell, cell.count, scale), str(cell.count)]
    return [
        row.id,
        row.work,
        tr(row.what),
        tr(row.published) if row.published else "",
        row.figure,
        row.claim_words(),
        {True: "yes", False: "no", None: ""}[state.is_reached],
        *cells,
        seeds,
        found.date if found else "",
        found.processor if found else "",
        "" if row.limit is None else f"{row.limit.value:g}",
        *expected,
        ours.machine if ours and cell else "",
        ours.date if ours and cell else "",
        ours.version if ours and cell else "",
        ("yes" if ours.reached else "no") if ours and cell else "",
        compared_words(row, state.cells),
        compared_words(row, ours.cells) if ours else "",
        tr(row.note) if row.note else "",
    ]


def parity_html(states: Sequence[RowState]) -> str:
    """Return a self-contained HTML page for light and dark mode, without external resources."""
    title = tr("Published figures and ours")
    parts = [
        f'<!doctype html>\n<html lang="{language()}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">",
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(summary_words(states))}. "
        f"{escape(tr('Made with aegui {version}.', version=__version__))}</p>",
    ]
    for work, name in WORKS.items():
        of_work = [state for state in states if state.row.work == work]
        if of_work:
            parts.append(f"<h2>{escape(tr(name))}</h2>{_table(of_work)}")
    return "\n".join([*parts, "</body></html>\n"])


def _table(states: Sequence[RowState]) -> str:
    heads = ("", tr("Row"), tr("What"), tr("Published"), tr("Here"), tr("Limit"), tr("Expected"))
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    return f"<table><tr>{head}</tr>{''.join(map(_html_row, states))}</table>"


def _dim(text: str) -> str:
    return f'<div class="dim">{escape(text)}</div>' if text else ""


def _html_row(state: RowState) -> str:
    row, found = state.row, state.cells[0]
    what = escape(tr(row.what))
    what += _dim(tr(row.note) if row.note else "")
    what += _dim(tr("Tick: {claim}", claim=row.claim_words()))
    measured = escape(state.words())
    if found is not None:
        measured += _dim(", ".join(filter(None, (found.date, found.processor))))
    expected = escape(expected_words(row))
    if row.ours is not None and row.ours.cells[0] is not None:
        if not row.ours.reached:
            expected += _dim(tr("not reached there"))
        expected += _dim(expected_place(row))
    published = escape(tr(row.published)) if row.published else ""
    sign = f'<td class="{"yes" if state.is_reached else ""}">{sign_of(state)}</td>'
    cells = (escape(row.id), what, published, measured, escape(limit_words(row)), expected)
    return f"<tr>{sign}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
