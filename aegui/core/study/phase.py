"""The phase diagram of a study: the share of runs that reach the goal over two axes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.study.settings import is_numbers
from aegui.core.study.words import axis_words, choice_words
from aegui.core.text_tables import csv_text
from aegui.core.verdicts.intervals import share_of_seeds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.study.plan import StudyAxis, StudyPlan
    from aegui.core.study.results import StudyCell, StudyResult

_ALIKE = 0.05
"""Tolerance for the steps of a logarithmic axis, as a share of their mean."""
_NOT_VARIED = mark("as it is")
"""Choice of a setting that leaves an axis at the value of the recipe."""


@dataclass(frozen=True, eq=False)
class PhaseDiagram:
    """Runs at the goal by the choices of two axes, summed over the other axes."""

    x: str
    """Name of the axis of the columns; empty if there is only one column."""
    y: str
    """Name of the axis of the rows, likewise."""
    columns: tuple[str, ...]
    """The choices of ``x``."""
    rows: tuple[str, ...]
    """The choices of ``y`` from the top: numbers grow upwards."""
    met: NDArray[np.int64]
    """Runs at the goal, int64 ``[rows, columns]``."""
    runs: NDArray[np.int64]
    """Runs that have ended, likewise."""
    planned: NDArray[np.int64]
    """Planned runs, likewise."""
    cells: tuple[tuple[tuple[int, ...], ...], ...]
    """Indices in ``result.cells`` of the settings of each cell."""
    is_log: tuple[bool, bool]
    """Whether columns and rows are on a logarithmic scale."""

    @property
    def shares(self) -> NDArray[np.float64]:
        """Shares at the goal; NaN where no run has ended."""
        with np.errstate(invalid="ignore"):
            return self.met / np.where(self.runs > 0, self.runs, np.nan)

    def interval(self, row: int, column: int) -> tuple[float, float]:
        """Return the 95% confidence interval of a share (Clopper and Pearson 1934)."""
        share = share_of_seeds(int(self.met[row, column]), int(self.runs[row, column]))
        return share.low, share.high


def phase_axes(plan: StudyPlan) -> tuple[str, str]:
    """Return the initial axes of the diagram of ``plan``: the two with the most numbers."""
    axes = sorted(plan.axes, key=lambda axis: (not is_numbers(axis), -len(axis.choices)))
    x, y, *_ = [axis.name for axis in axes] + ["", ""]
    return x, y


def phase_of(result: StudyResult, x: str, y: str) -> PhaseDiagram | None:
    """Return the diagram of ``result`` over two of its axes; None for a study without a goal."""
    plan = result.plan
    if plan.goal is None:
        return None
    by_name = {axis.name: axis for axis in plan.axes}
    columns = _labels(result, by_name.get(x))
    rows = _labels(result, by_name.get(y))
    at_column = {label: index for index, label in enumerate(columns)}
    at_row = {label: index for index, label in enumerate(reversed(rows))}
    shape = (len(rows), len(columns))
    met, runs, planned = (np.zeros(shape, np.int64) for _ in range(3))
    cells: list[list[list[int]]] = [[[] for _ in columns] for _ in rows]
    for index, cell in enumerate(result.cells):
        where = at_row[_label(cell, by_name.get(y))], at_column[_label(cell, by_name.get(x))]
        met[where] += cell.met(plan)
        runs[where] += len(cell.runs)
        planned[where] += cell.planned
        cells[where[0]][where[1]].append(index)
    return PhaseDiagram(
        x,
        y,
        tuple(columns),
        tuple(reversed(rows)),
        met,
        runs,
        planned,
        tuple(tuple(map(tuple, row)) for row in cells),
        (_is_log(by_name.get(x)), _is_log(by_name.get(y))),
    )


def _labels(result: StudyResult, axis: StudyAxis | None) -> list[str]:
    """Return the choices of ``axis`` in its order; for a search those that were sampled."""
    if axis is None:
        return [""]
    known = dict.fromkeys(_label(cell, axis) for cell in result.cells)
    if result.plan.mode in {"random", "guided"} and axis.range is not None:
        return sorted(known, key=_number)
    labels = dict.fromkeys([_NOT_VARIED, *(row.label for row in axis.choices)])
    return [label for label in labels if label in known] or [""]


def _label(cell: StudyCell, axis: StudyAxis | None) -> str:
    """Return the choice of ``axis``; settings of a path search lack the axes after their own."""
    return "" if axis is None else cell.setting.labels.get(axis.name, _NOT_VARIED)


def _number(label: str) -> float:
    try:
        return float(label)
    except ValueError:
        return math.inf


def _is_log(axis: StudyAxis | None) -> bool:
    """Return whether the values of ``axis`` are evenly spaced on a logarithmic scale."""
    if axis is None or not is_numbers(axis):
        return False
    if axis.range is not None:
        return axis.range.log
    values = [float(value) for value in axis.values or ()]
    if len(values) < 3 or min(values) <= 0:
        return False
    steps = np.diff(np.log(values))
    return bool(np.ptp(steps) <= _ALIKE * abs(steps.mean()))


def phase_csv(diagram: PhaseDiagram) -> str:
    """Return the cells as CSV, each with its interval."""
    lines: list[list[object]] = []
    for row, y in enumerate(diagram.rows):
        for column, x in enumerate(diagram.columns):
            runs, met = int(diagram.runs[row, column]), int(diagram.met[row, column])
            low, high = diagram.interval(row, column)
            share = f"{met / runs:.6g}" if runs else ""
            lines.append([x, y, met, runs, share, f"{low:.6g}", f"{high:.6g}"])
    x, y = diagram.x or "x", diagram.y or "y"
    return csv_text([x, y, "at_goal", "runs", "share", "low", "high"], lines)


def share_words(diagram: PhaseDiagram, row: int, column: int) -> str:
    """Return a translated description of a cell: its choices, its share and the interval."""
    choices = [
        tr("{axis} {choice}", axis=axis_words(axis), choice=choice_words(choice))
        for axis, choice in ((diagram.x, diagram.columns[column]), (diagram.y, diagram.rows[row]))
        if axis
    ]
    runs, met = int(diagram.runs[row, column]), int(diagram.met[row, column])
    if not runs:
        return tr("{setting}: no run has ended yet", setting=", ".join(choices) or "–")
    low, high = diagram.interval(row, column)
    return tr(
        "{setting}: {met:,} of {n:,} runs reach the goal, {share:.0%} [{low:.0f}, {high:.0f}]",
        setting=", ".join(choices) or tr("All seeds"),
        met=met,
        n=runs,
        share=met / runs,
        low=100 * low,
        high=100 * high,
    )
