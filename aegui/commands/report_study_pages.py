"""The pages of a report about studies: table, verdict, pictures, noises."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.report_pages import AXES, DENOISE, METHOD, ReportPage
from aegui.core.evaluation.run_figures import run_figure
from aegui.core.i18n import localized, tr
from aegui.core.study.material import errors_by, study_material
from aegui.core.study.results import csv_of, table_of, verdict_of, why
from aegui.core.study.words import axis_words, choice_words
from aegui.core.text_tables import csv_text
from aegui.core.training.record.best import has_best_weights
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.text_table import TextTable
from aegui.widgets.figures.studies import (
    MAX_CHARACTERS,
    MAX_LINES,
    curves_choice,
    shown_column,
    study_figure,
)
from aegui.widgets.figures.study_kinds import (
    COLUMNS,
    PICTURES,
    PictureChoice,
    figure_of,
    seeds_words,
)
from aegui.widgets.figures.tested_noises import levels_plot, matrix_plot, tested_noises
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.study.material import StudyMaterial
    from aegui.core.study.records import Records
    from aegui.core.study.results import StudyResult
    from aegui.widgets.figures.tested_noises import NoiseTestRows

_STUDY_PICTURES = ("curves", "bars", "heat", "characters", "maps")
_MAX_STUDY_PICTURES = 3
_SPAN_DIGITS = 3


def study_pages(
    result: StudyResult, records: Records, command: str, key: str
) -> Iterator[ReportPage]:
    """Yield the pages of one study: table, verdict, and the pictures that its results permit.

    Args:
        result: The results of the study.
        records: Storage of its runs.
        command: The command line that runs it.
        key: Prefix of the file names of its pages.
    """
    name = tr(result.plan.name) or command
    verdict = verdict_of(result).lines
    # A path of choices has a verdict for each choice: whole settings are not compared.
    finding = _headline(verdict[0]) if verdict and not result.steps else _path_finding(result, name)
    head, rows = table_of(result)
    table = TextTable(tuple(head), tuple(tuple(row) for row in rows))
    if result.steps:
        yield _path_of_choices(result, key, name, command)
    yield ReportPage(
        f"{key}-table",
        AXES,
        finding,
        Figure(
            f"{key}-table",
            tr("{what}: {name}", what=tr("Table"), name=name),
            (table,),
            _table_origin(result),
        ),
        command,
        csv_of(result),
    )
    if result.steps:
        return
    yield from _noise_pages(result, key, name, command)
    material = study_material(result, records)
    count = 0
    for kind in _STUDY_PICTURES:
        choice = curves_choice(result) if kind == "curves" else None
        figure = study_figure(kind, material, choice)
        if figure is not None and count < _MAX_STUDY_PICTURES:
            count += 1
            words = _picture_finding(kind, material, name)
            yield ReportPage(f"{key}-{kind}", AXES, words, figure, command, figure.csv)


def _table_origin(result: StudyResult) -> str:
    """Return what a table is of: the seeds, and the best weights where they are kept."""
    words = seeds_words(result)
    if not all(has_best_weights(cell.setting.recipe) for cell in result.cells):
        return words
    return f"{words} · {tr('figures of the best weights of each run')}"


def _headline(sentence: str) -> str:
    """Return a sentence as a title, with an initial capital and without its full stop."""
    return f"{sentence[:1].upper()}{sentence[1:].removesuffix('.')}"


def _path_finding(result: StudyResult, name: str) -> str:
    """Return which of several settings is best; the ``name`` of the study if there is one."""
    best = result.best
    if best is None or len(result.cells) == 1:
        return name
    return tr(
        "Of {n:,} settings that were tried {setting} is kept",
        n=len(result.cells),
        setting=best.setting.title,
    )


def _picture_finding(kind: str, material: StudyMaterial, name: str) -> str:
    """Return what a picture shows beyond the verdict, which is on the page of the table."""
    found = ""
    if kind == "curves":
        found = _ends(material)
    elif kind in {"bars", "heat"}:
        found = _span(material.result)
    elif kind == "characters":
        found = _hardest(material.result)
    return found or tr("{what}: {name}", what=tr(PICTURES[kind].label), name=name)


def _ends(material: StudyMaterial) -> str:
    """Return the settings with the lowest and the highest mean at the last epoch.

    A table is of the best weights; a loss that rises again ends at another value.
    """
    curves = material.curves
    column = shown_column(material, curves_choice(material.result))
    shown = [one for one in curves if column in one.columns][:MAX_LINES]
    means = [(float(one.mean(column)[-1]), one.index) for one in shown]
    ends = sorted(end for end in means if math.isfinite(end[0]))
    if len(ends) < 2:
        return ""
    cells = material.result.cells
    return tr(
        "{figure} after the last epoch: from {low} with {first} to {high} with {last}",
        figure=tr(COLUMNS[column].label),
        low=localized(ends[0][0], f".{_SPAN_DIGITS}g"),
        first=cells[ends[0][1]].setting.title,
        high=localized(ends[-1][0], f".{_SPAN_DIGITS}g"),
        last=cells[ends[-1][1]].setting.title,
    )


def _span(result: StudyResult) -> str:
    """Return the settings with the lowest and the highest mean of the figure that is drawn."""
    key = figure_of(result, PictureChoice())
    row = run_figure(key)
    cells = sorted((cell for cell in result.cells if cell.has(key)), key=lambda c: c.mean(key))
    if len(cells) < 2:
        return ""
    low, high = (row.words(cell.mean(key), _SPAN_DIGITS) for cell in (cells[0], cells[-1]))
    if low == high:
        return tr("{figure}: {value} in every setting", figure=tr(row.label), value=low)
    return tr(
        "{figure}: from {low} with {first} to {high} with {last}",
        figure=tr(row.label),
        low=low,
        first=cells[0].setting.title,
        high=high,
        last=cells[-1].setting.title,
    )


def _hardest(result: StudyResult) -> str:
    """Return the character with the most wrong pixels, and the setting that leaves them."""
    found = errors_by(result, fonts=False, most=MAX_CHARACTERS)
    if found is None or not np.isfinite(found.mean).any():
        return ""
    row, column = np.unravel_index(int(np.nanargmax(found.mean)), found.mean.shape)
    value = float(found.mean[row, column])
    if not value:
        return tr("No setting leaves a wrong pixel in any character")
    words = localized(value, ".3g")
    if len(result.cells) == 1:
        return tr(
            "The hardest is {character}: {n} wrong pixels on average",
            character=label_name(found.names[column]),
            n=words,
        )
    return tr(
        "The hardest is {character} with {setting}: {n} wrong pixels on average",
        character=label_name(found.names[column]),
        setting=result.cells[found.indices[row]].setting.title,
        n=words,
    )


def _path_of_choices(result: StudyResult, key: str, name: str, command: str) -> ReportPage:
    """Return a page of the choices in order: what was tried, what was kept, and why."""
    head = (tr("what"), tr("tried"), tr("kept"), tr("why"))
    rows = []
    for step in result.steps:
        labels = [choice_words(cell.setting.labels[step.axis]) for cell in step.cells]
        winning = step.winner
        others = [cell for cell in step.cells if cell is not winning]
        reason = why(winning, others, result.plan)
        winner = choice_words(winning.setting.labels[step.axis])
        # Joined by semicolons: some languages have a decimal comma.
        rows.append((axis_words(step.axis), "; ".join(labels), winner, reason))
    chosen = "; ".join(row[2] for row in rows)
    title = tr("{what}: {name}", what=tr("Path of choices"), name=name)
    return ReportPage(
        f"{key}-path",
        METHOD,
        tr("Chosen one after the other: {choices}", choices=chosen),
        Figure(f"{key}-path", title, (TextTable(head, tuple(rows)),), seeds_words(result)),
        command,
        csv_text(list(head), [list(row) for row in rows]),
    )


def _noise_pages(result: StudyResult, key: str, name: str, command: str) -> Iterator[ReportPage]:
    """Yield errors by noise level and the noise matrix, of networks tested with noises."""
    found = tested_noises(result)
    if found is None:
        return
    lines, matrix = levels_plot(found), matrix_plot(found)
    for kind, title, finding, plot in (
        (
            "noise-levels",
            tr("Wrong pixels against the level of the noise"),
            _levels_finding(found),
            lines,
        ),
        ("noise-matrix", tr("Noise matrix"), _matrix_finding(found), matrix),
    ):
        if plot is None:
            continue
        heading = tr("{what}: {name}", what=title, name=name)
        figure = Figure(f"{key}-{kind}", heading, (plot,), seeds_words(result))
        yield ReportPage(f"{key}-{kind}", DENOISE, finding, figure, command, found.csv)


def _levels_finding(found: NoiseTestRows) -> str:
    """Return which training leaves the fewest wrong pixels at the middle noise level."""
    middle = len(found.noises) // 2
    best = int(found.means[:, middle].argmin())
    finding = tr(
        "{noise}: trained with {level}, {mean} wrong pixels are left",
        noise=found.columns[middle],
        level=found.rows[best],
        mean=found.texts[best][middle],
    )
    if found.limits is not None:
        finding = tr(
            "{finding}; the best possible is {limit}",
            finding=finding,
            limit=found.limit_texts[middle],
        )
    return finding


def _matrix_finding(found: NoiseTestRows) -> str:
    """Return which training leaves the fewest wrong pixels for the most noises."""
    means = found.means
    best = means.argmin(axis=0)
    wins = np.bincount(best, minlength=len(found.rows))
    # Ties are broken by the sum over all noises.
    first = min(range(len(wins)), key=lambda row: (-wins[row], means[row].sum()))
    return tr(
        "Trained with {level}: the fewest wrong pixels for {n} of the {all} noises it was tried "
        "with",
        level=found.rows[first],
        n=int(wins[first]),
        all=len(found.noises),
    )
