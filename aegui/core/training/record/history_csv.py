"""Export of histories as CSV: a line for each seed and row, with decimal points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.text_tables import csv_text
from aegui.core.training.record.history import RUN_COLUMNS, SCALAR_COLUMNS, epoch_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aegui.core.training.record.history import HistoryView


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
