"""Results as CSV in long form, for spreadsheets and other programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aegui.core.data.corruption import corruption_words
from aegui.core.i18n import tr
from aegui.core.study.noise_matrix import FIGURES
from aegui.core.text_tables import csv_text

if TYPE_CHECKING:
    from aegui.core.recipe import CorruptionSpec
    from aegui.core.study.noise_curves import Curves
    from aegui.core.study.noise_matrix import NoiseMatrix

_NOISES = ("trained_with", "trained_level", "tried_with", "tried_level")


def matrix_csv(matrix: NoiseMatrix) -> str:
    """Return a line for every cell and seed, then each column's limit, trained with "limit"."""
    rows: list[list[object]] = []
    for row, training in enumerate(matrix.spec.training):
        for column, test in enumerate(matrix.spec.tests):
            for seed in range(matrix.spec.seeds):
                cell = (row, column, seed)
                figures = (matrix.wrong[cell], matrix.at_most_1[cell], matrix.exact[cell])
                run = [*_of(training), *_of(test), matrix.recipe.seed + seed]
                rows.append([*run, *map(_cell, figures)])
    for test, limit in zip(matrix.spec.tests, matrix.limits, strict=True):
        if limit is not None:
            rows.append(["limit", "", *_of(test), "", _cell(limit.mean), "", ""])
    header = [*_NOISES, "seed", "wrong_pixels", "share_at_most_1", "share_exact"]
    return csv_text(header, rows)


def characters_csv(matrix: NoiseMatrix) -> str:
    """Return the wrong pixels of every character in every cell, with the deviation over seeds."""
    rows: list[list[object]] = []
    for row, training in enumerate(matrix.spec.training):
        for column, test in enumerate(matrix.spec.tests):
            found = matrix.characters(row, column)
            for label, mean, deviation in zip(
                matrix.dataset.labels, found.mean, found.deviation, strict=True
            ):
                rows.append([*_of(training), *_of(test), label, _cell(mean), _cell(deviation)])
    return csv_text([*_NOISES, "character", "wrong_pixels", "deviation"], rows)


def curves_csv(curves: Curves) -> str:
    """Return every line at every level; the deviation of the limit is its standard error."""
    rows = [
        [line.name, line.key, curves.kind, f"{level:g}", _cell(mean), _cell(deviation), line.runs]
        for line in curves.lines
        for level, mean, deviation in zip(curves.levels, line.mean, line.deviation, strict=True)
    ]
    header = ["line", "is", "noise", "level", "wrong_pixels", "deviation", "runs"]
    return csv_text(header, rows)


def matrix_sheet(matrix: NoiseMatrix, key: str = "wrong") -> str:
    """Return one figure of all cells as tab-separated text for pasting into a spreadsheet.

    Args:
        matrix: The study.
        key: One of ``FIGURES``.
    """
    mean = matrix.figure(key).mean
    head = [tr(FIGURES[key].label), *map(corruption_words, matrix.spec.tests)]
    lines = [head]
    for row, spec in enumerate(matrix.spec.training):
        lines.append([corruption_words(spec), *map(_cell, mean[row].tolist())])
    if key == "wrong" and any(limit is not None for limit in matrix.limits):
        known = ("" if limit is None else _cell(limit.mean) for limit in matrix.limits)
        lines.append([tr("Bayes limit"), *known])
    return "".join("\t".join(line) + "\n" for line in lines)


def curves_sheet(curves: Curves) -> str:
    """Return the means of all lines, a row per level, as tab-separated text for a spreadsheet."""
    lines = [[tr("Level"), *(line.name for line in curves.lines)]]
    for at, level in enumerate(curves.levels):
        lines.append([f"{level:g}", *(_cell(line.mean[at]) for line in curves.lines)])
    return "".join("\t".join(line) + "\n" for line in lines)


def _of(spec: CorruptionSpec) -> tuple[str, str]:
    return spec.kind, f"{spec.level:g}"


def _cell(value: float) -> str:
    """Format a number; NaN becomes an empty cell."""
    return "" if math.isnan(value) else f"{value:.6g}"
