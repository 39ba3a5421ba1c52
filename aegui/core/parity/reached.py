"""The state of each published figure on this machine, from the runs in the library; its exports."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from aegui import __version__
from aegui.core.errors import AeguiError
from aegui.core.evaluation.run_figures import run_figure
from aegui.core.evaluation.spread import mean_and_std
from aegui.core.i18n import language, localized, tr, trn
from aegui.core.library.query import LibraryQuery
from aegui.core.light_dataclass import dataclass
from aegui.core.parity.rows import ALIKE, LIMITS, ORDERS, WORKS
from aegui.core.recipe import DataSpec, GoalsSpec
from aegui.core.recipe.file import recipe_from
from aegui.core.study.settings import key_of
from aegui.core.text_tables import csv_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aegui.core.library.entry import LibraryEntry
    from aegui.core.library.library import Library
    from aegui.core.parity.rows import CellFigure, ParityRow
    from aegui.core.recipe import Recipe


@dataclass(frozen=True)
class Trained:
    """The result of training one recipe on this machine."""

    mean: float
    """Mean of the figure over the seeds, in the unit of the library."""
    std: float
    """Its standard deviation; 0 for a single one."""
    seeds: tuple[int, ...]
    """The seeds."""
    date: str
    """Day on which the newest was stored, in UTC."""
    processor: str
    """The processor it was computed on."""
    entry: str
    """Id of the newest entry of the library."""


@dataclass(frozen=True)
class RowState:
    """A row and its state on this machine."""

    row: ParityRow
    """The row."""
    cells: tuple[Trained | None, ...]
    """Result of each of its recipes; None if not trained."""
    is_reached: bool | None
    """Whether the claim holds; None if too little was trained to decide."""

    def words(self) -> str:
        """Return the figures of all compared cells, and the seeds; empty if there are none."""
        first = self.cells[0]
        if first is None:
            return ""
        value = compared_words(self.row, self.cells)
        value = value or spread_words(self.row, first.mean, first.std)
        if len(first.seeds) == 1:
            return tr("{value}, seed {seeds}", value=value, seeds=seeds_words(first.seeds))
        return tr("{value}, seeds {seeds}", value=value, seeds=seeds_words(first.seeds))

    def figure(self) -> str:
        """Return the figure without the seeds; for a claim of order with the nearest competitor."""
        return cells_words(self.row, self.cells)


def spread_words(row: ParityRow, mean: float, std: float) -> str:
    """Format ``0.12 ± 0.03`` in the published unit; without a zero spread."""
    return row.number(mean) + (f" ± {row.number(std)}" if std else "")


def cells_words(row: ParityRow, cells: Sequence[Trained | CellFigure | None]) -> str:
    """Return the figure of the first cell; in claims of order as ``0.12 ± 0.03 < 0.4``.

    The right side is the best or the worst of the other cells, depending on the claim. Empty if the
    first cell is unknown.
    """
    first = cells[0]
    if first is None:
        return ""
    value = spread_words(row, first.mean, first.std)
    others = [cell.mean for cell in cells[1:] if cell is not None]
    if row.claim not in ORDERS or not others:
        return value
    if row.claim == "alike":
        return "; ".join([value, *map(row.number, others)])
    is_low = (run_figure(row.figure).better != "high") == (row.claim == "first")
    next_to = min(others) if is_low else max(others)
    sign = "<" if first.mean < next_to else ">"
    return f"{value} {sign} {row.number(next_to)}"


def compared_words(row: ParityRow, cells: Sequence[Trained | CellFigure | None]) -> str:
    """Return every cell by name, ``25-10 (0.12 ± 0.03); 10-5 (0.4)``; empty for a single cell."""
    if len(cells) < 2:
        return ""
    parts = []
    for name, cell in zip(row.cell_names(), cells, strict=True):
        # A dash for unknown.
        value = "–" if cell is None else spread_words(row, cell.mean, cell.std)
        parts.append(f"{name} ({value})")
    return "; ".join(parts)


def seeds_words(seeds: Sequence[int]) -> str:
    """Format consecutive seeds as ``42–51``, others as a list."""
    first, last = min(seeds), max(seeds)
    if len(seeds) > 2 and last - first + 1 == len(seeds):
        return f"{first}–{last}"  # En dash
    return ", ".join(map(str, sorted(seeds)))


def kept_entries(
    library: Library, cancelled: Callable[[], bool] | None = None
) -> list[LibraryEntry]:
    """Return the runs in the library, the oldest first."""
    query = LibraryQuery(kind="run", sort="created", descending=False)
    found = []
    for row in library.rows(query, ["created"]):
        if cancelled is not None and cancelled():
            break
        found.append(library.entry(row.id))
    return found


def states_of(rows: Iterable[ParityRow], entries: Iterable[LibraryEntry]) -> tuple[RowState, ...]:
    """Return the state of each row, given the ``entries`` from the oldest to the newest."""
    by_key: dict[str, list[LibraryEntry]] = {}
    for entry in entries:
        for key in _keys_of_entry(entry):
            by_key.setdefault(key, []).append(entry)
    return tuple(_state(row, by_key) for row in rows)


def _state(row: ParityRow, by_key: Mapping[str, Sequence[LibraryEntry]]) -> RowState:
    is_complete = row.claim == "trained" or row.claim in ORDERS
    cells = tuple(
        _measured(by_key.get(_key(row, recipe), ()), row.figure, is_complete=is_complete)
        for recipe in row.recipes
    )
    return RowState(
        row, cells, is_reached(row, [None if cell is None else cell.mean for cell in cells])
    )


def is_reached(row: ParityRow, means: Sequence[float | None]) -> bool | None:
    """Return whether the claim of ``row`` holds for its cells' figures; None if undecided."""
    first, others = means[0], [mean for mean in means[1:] if mean is not None]
    compares_all = row.claim == "trained" or row.claim in ORDERS
    if first is None or (compares_all and len(others) < len(means) - 1):
        return None
    if row.claim == "trained":
        return True
    if row.claim == "alike":
        return max(first, *others) <= ALIKE * min(first, *others)
    if row.claim in {"first", "last"}:
        is_low = (run_figure(row.figure).better != "high") == (row.claim == "first")
        return first < min(others) if is_low else first > max(others)
    if row.value is None or math.isnan(first):
        return False
    return first <= row.value if row.claim == "at_most" else first >= row.value


def parity_key(recipe: Recipe) -> str:
    """Return a key shared by all runs of the same training, whatever seeds, goals and device."""
    training = recipe.training.model_copy(update={"device": "auto", "goals": GoalsSpec()})
    return key_of(recipe.model_copy(update={"seed": 0, "runs": 1, "training": training}))


def _any_data_key(recipe: Recipe) -> str:
    """Return the same key for any samples of that size."""
    data = DataSpec(images=recipe.data.images)
    return f"any {parity_key(recipe.model_copy(update={'data': data}))}"


def _key(row: ParityRow, recipe: Recipe) -> str:
    return _any_data_key(recipe) if row.own_data else parity_key(recipe)


def _keys_of_entry(entry: LibraryEntry) -> tuple[str, ...]:
    try:
        recipe = recipe_from(entry.recipe)
    except AeguiError:
        # Part of a study, or written by a program with other settings.
        return ()
    return parity_key(recipe), _any_data_key(recipe)


def _measured(entries: Sequence[LibraryEntry], figure: str, *, is_complete: bool) -> Trained | None:
    """Return the results of ``entries``, the newest of each seed.

    A stopped training does not replace another one; with ``is_complete`` it does not count at all.
    """
    by_seed: dict[int, float] = {}
    newest: LibraryEntry | None = None
    for entry in entries:
        left_out = _stopped(entry) if is_complete else _stopped(entry) & by_seed.keys()
        known = {
            seed: value
            for seed, value in entry.values(figure).items()
            if math.isfinite(value) and seed not in left_out
        }
        if known:
            by_seed |= known
            newest = entry
    if newest is None:
        return None
    spread = mean_and_std(list(by_seed.values()))
    return Trained(
        float(spread["mean"] or 0.0),
        float(spread["std"] or 0.0),
        tuple(sorted(by_seed)),
        newest.created[:10],
        str(newest.environment.get("processor") or ""),
        newest.id,
    )


def _stopped(entry: LibraryEntry) -> set[int]:
    """Return the seeds whose training was stopped before its last epoch, without a goal."""
    training = entry.recipe.get("training", {})
    if any(value is not None for value in training.get("goals", {}).values()):
        return set()
    planned = training.get("epochs", 0)
    return {seed for seed, epochs in entry.values("epochs").items() if epochs < planned}


def summary_words(states: Sequence[RowState]) -> str:
    """Return how many rows have been reached, translated."""
    done = sum(state.is_reached is True for state in states)
    return trn("{done:,} of {n:,} row reached here", "{done:,} of {n:,} rows reached here",
               len(states), done=done)  # fmt: skip


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
