"""Plots of the results of a study: a table of kinds, each made from the material of the study.

They are the same in the window and on the command line. Every plot records which settings each of
its items belongs to, so that an item hovered in one plot is highlighted in all others.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.evaluation.run_figures import figure_words, run_figure
from aegui.core.evaluation.spread import deviation
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import localized, tr, trn
from aegui.core.latent.frame import principal_directions
from aegui.core.sampled import evenly_spaced
from aegui.core.study.importances import METHODS, importance_name, importances
from aegui.core.study.material import errors_by
from aegui.core.study.results import compared_by, csv_of, rank
from aegui.core.study.words import axis_words, choice_words
from aegui.core.text_tables import MISSING, csv_text
from aegui.kit.charts.axes import Axis, Scale, fitted
from aegui.kit.charts.bars import BarPlot
from aegui.kit.charts.boxes import BoxPlot
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.lines import LinePlot, Series, dash_style
from aegui.kit.charts.matrix import NumberMatrix
from aegui.kit.charts.multiples import SmallMultiples
from aegui.kit.charts.parallel import ParallelAxis, ParallelPlot
from aegui.session.data.image_style import image_style_of
from aegui.widgets.figures.makers import latent_plot
from aegui.widgets.figures.seeds import seeds_picture
from aegui.widgets.figures.sheets import PictureSheet
from aegui.widgets.figures.study_kinds import (
    BANDS,
    COLUMNS,
    PICTURES,
    SHOWN,
    PictureChoice,
    StudyPicture,
    badness_shades,
    figure_of,
    names_of_axes,
    seeds_words,
    short_names,
)
from aegui.widgets.figures.tested_noises import noise_levels_picture, noise_matrix_picture
from aegui.widgets.glyphs import label_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from aegui.core.study.material import SettingCurves, SettingNetwork, StudyMaterial
    from aegui.core.study.results import StudyCell, StudyResult
    from aegui.kit.charts.columns import Levels
    from aegui.kit.charts.items import ItemPlot

MAX_SETTINGS = 64
MAX_CHARACTERS = 100
"""Of more characters there is no picture."""
MAX_LINES = 24
_MAX_CHOICES = 40
_MAX_FONTS = 24
_MAX_COLUMNS = 14
_SHEET_SHAPE = 1.7
_FEW_SIZES = 12


def study_picture(
    key: str, material: StudyMaterial, choice: PictureChoice | None = None
) -> StudyPicture | None:
    """Return the plot of kind ``key``; None if the material does not suffice."""
    return _MAKERS[key](material, choice or PictureChoice())


def study_figure(
    key: str, material: StudyMaterial, choice: PictureChoice | None = None
) -> Figure | None:
    """Return the plot of kind ``key`` as a figure for export; None without data."""
    picture = study_picture(key, material, choice)
    if picture is None:
        return None
    result = material.result
    kind = tr(PICTURES[key].label)
    name = tr(result.plan.name)
    title = tr("{what}: {name}", what=kind, name=name) if name else kind
    origin = " · ".join([picture.caption, seeds_words(result)])
    return Figure(f"study-{key}", title, (picture.plot,), origin, picture.csv)


def _cells(result: StudyResult, key: str) -> list[tuple[int, StudyCell]]:
    found = [(index, cell) for index, cell in enumerate(result.cells) if cell.has(key)]
    return found[:MAX_SETTINGS]


def _says(cell: StudyCell, key: str) -> str:
    known = [value for value in cell.values(key) if math.isfinite(value)]
    if len(known) < 2:
        return tr(
            "{setting}: {figure} {mean}, a single run",
            setting=cell.setting.title,
            figure=tr(run_figure(key).label),
            mean=figure_words(key, cell.mean(key)),
        )
    return tr(
        "{setting}: {figure} {mean} ± {deviation}, {n:,} runs",
        setting=cell.setting.title,
        figure=tr(run_figure(key).label),
        mean=figure_words(key, cell.mean(key)),
        deviation=figure_words(key, cell.std(key)),
        n=len(known),
    )


def _value_axis(
    key: str, values: Iterable[float], levels: Levels, *, is_log: bool, from_zero: bool = False
) -> Axis:
    row = run_figure(key)
    every = [*values, *(value for value, _ in levels)]
    # A logarithmic axis cannot show values that are all zero.
    is_log = is_log and any(value > 0.0 and math.isfinite(value) for value in every)
    scale = fitted(every, is_log=is_log, from_zero=from_zero and not is_log)
    return Axis(tr(row.label), scale, percent=row.is_share)


def _bars(material: StudyMaterial, choice: PictureChoice) -> StudyPicture | None:
    return _of_seeds(material, choice, boxes=False)


def _boxes(material: StudyMaterial, choice: PictureChoice) -> StudyPicture | None:
    return _of_seeds(material, choice, boxes=True)


def _of_seeds(
    material: StudyMaterial, choice: PictureChoice, *, boxes: bool
) -> StudyPicture | None:
    result = material.result
    key = figure_of(result, choice)
    found = _cells(result, key)
    if not found:
        return None
    cells = [cell for _, cell in found]
    values = tuple(tuple(cell.values(key)) for cell in cells)
    levels = material.levels.get(key, ())
    every = [value for some in values for value in some]
    axis = _value_axis(key, every, levels, is_log=choice.is_log, from_zero=not boxes)
    names, axes = short_names(cells), names_of_axes(cells)
    plot: ItemPlot
    if boxes:
        plot = BoxPlot(names, axes, axis, values, levels)
        caption = tr("{figure}: median, quartiles, whiskers to 1.5 boxes", figure=axis.name)
    else:
        means = tuple(cell.mean(key) for cell in cells)
        plot = BarPlot(names, axes, axis, (("", means, 0),), levels, dots=values)
        caption = tr("{figure}: mean of the seeds, every seed a dot", figure=axis.name)
    items = tuple((index,) for index, _ in found)
    words = tuple(_says(cell, key) for cell in cells)
    return StudyPicture(plot, items, words, caption, lambda: csv_of(result))


def _curves(material: StudyMaterial, choice: PictureChoice) -> StudyPicture | None:
    column = shown_column(material, choice)
    drawn = [one for one in material.curves if column in one.columns][:MAX_LINES]
    if not drawn:
        return None
    cells = [material.result.cells[one.index] for one in drawn]
    series = [
        _series(one, column, choice.band, name, number)
        for number, (one, name) in enumerate(zip(drawn, short_names(cells), strict=True))
    ]
    # All lines of a plot share the same x values.
    at = np.unique(np.concatenate([one.epochs for one in drawn]))
    series = [_placed_at(at, curves.epochs, one) for curves, one in zip(drawn, series, strict=True)]
    every = np.concatenate([one.extent for one in series])
    is_log = choice.is_log and bool((every > 0.0).any())
    epochs = Scale(float(at[0]), max(float(at[-1]), float(at[0]) + 1.0))
    label = tr(COLUMNS[column].label)
    plot = LinePlot(
        at,
        Axis(tr("Epoch"), epochs, integers_only=True),
        Axis(label, fitted(every, is_log=is_log, from_zero=not is_log)),
        tuple(reversed(series)),
        material.levels.get("wrong", ()) if column == "wrong_mean" else (),
        names=names_of_axes(cells),
    )
    caption = tr(
        "{what} over the epochs, {band}; runs that ended earlier keep their last value",
        what=label,
        band=tr(BANDS[choice.band].label),
    )
    ends = [float(one.mean(column)[-1]) for one in drawn]
    words = tuple(
        tr(
            "{setting}: {what} {value} at the end",
            setting=cell.setting.title,
            what=label,
            value=localized(end, ".4g") if math.isfinite(end) else MISSING,
        )
        for end, cell in zip(ends, cells, strict=True)
    )
    items = tuple((one.index,) for one in drawn)
    # The last line is painted first, but the legend begins with the first.
    return StudyPicture(
        plot, items[::-1], words[::-1], caption, lambda: _curves_csv(cells, drawn, column)
    )


def _curves_csv(cells: Sequence[StudyCell], drawn: Sequence[SettingCurves], column: str) -> str:
    rows = [
        [cell.setting.words, f"{epoch:g}", run.seed, repr(float(value))]
        for one, cell in zip(drawn, cells, strict=True)
        for run, values in zip(cell.runs, one.columns[column].T, strict=False)
        for epoch, value in zip(one.epochs.tolist(), values.tolist(), strict=True)
    ]
    return csv_text(["setting", "epoch", "seed", column], rows)


def shown_column(material: StudyMaterial, choice: PictureChoice) -> str:
    """Return the requested column if it was recorded, otherwise the first recorded one."""
    known = [key for key in COLUMNS if any(key in one.columns for one in material.curves)]
    return choice.column if choice.column in known or not known else known[0]


def curves_choice(result: StudyResult) -> PictureChoice:
    """Return the default options of the curves: losses on a log axis, as they end decades apart.

    If settings have different losses, which cannot be compared: wrong pixels.
    """
    several = len({cell.setting.recipe.training.loss for cell in result.cells}) > 1
    if several and any(cell.has("wrong") for cell in result.cells):
        return PictureChoice(column="wrong_mean")
    return PictureChoice(is_log=True)


def _series(one: SettingCurves, column: str, band: str, name: str, number: int) -> Series:
    values, style = one.columns[column], dash_style(number)
    # Runs that diverged are left out.
    values = np.where(np.isfinite(values), values, np.nan)
    mean, std = one.mean(column), deviation(values, 1)
    if band == "quartiles":
        is_known = np.isfinite(mean)
        quartiles = np.full((3, len(values)), np.nan)
        quartiles[:, is_known] = np.nanquantile(values[is_known], (0.25, 0.5, 0.75), axis=1)
        low, middle, high = quartiles
        return Series(name, middle, low, high, colour=number, style=style, width=1.3)
    if band == "runs":
        return Series(name, mean, runs=values, colour=number, style=style, width=1.3)
    if values.shape[1] < 2:
        return Series(name, mean, colour=number, style=style, width=1.3)
    # Clipped at the lowest run: a loss is never negative, and a log axis cannot show zero.
    low = np.maximum(mean - std, np.fmin.reduce(values, axis=1))
    return Series(name, mean, low, mean + std, colour=number, style=style, width=1.3)


def _placed_at(at: NDArray[np.float64], epochs: NDArray[np.float64], one: Series) -> Series:
    """Return ``one`` resampled at ``at``; NaN beyond its own epochs."""

    def placed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.interp(at, epochs, values, left=np.nan, right=np.nan)

    return replace(
        one,
        y=placed(one.y),
        low=None if one.low is None else placed(one.low),
        high=None if one.high is None else placed(one.high),
        runs=np.column_stack([placed(run) for run in one.runs.T]) if one.runs.size else one.runs,
    )


def heat_axes(result: StudyResult) -> tuple[str, ...]:
    """Return the axes of a study that a heat map can use."""
    found = []
    for axis in result.plan.axes:
        labels = {cell.setting.labels.get(axis.name) for cell in result.cells} - {None}
        if 2 <= len(labels) <= _MAX_CHOICES:
            found.append(axis.name)
    return tuple(found)


def _labels_of(result: StudyResult, axis: str) -> list[str]:
    """Return the choices of an axis that were tried, in the order of the plan."""
    row = next(one for one in result.plan.axes if one.name == axis)
    tried = dict.fromkeys(
        cell.setting.labels[axis] for cell in result.cells if axis in cell.setting.labels
    )
    planned = [choice.label for choice in row.choices if choice.label in tried]
    return [*planned, *(label for label in tried if label not in planned)]


def _heat(material: StudyMaterial, choice: PictureChoice) -> StudyPicture | None:
    result = material.result
    axes = heat_axes(result)
    if len(axes) < 2:
        return None
    across = choice.across if choice.across in axes else axes[-1]
    up = choice.up if choice.up in axes and choice.up != across else ""
    up = up or next(axis for axis in axes if axis != across)
    key = figure_of(result, choice)
    columns, rows = _labels_of(result, across), _labels_of(result, up)
    mean = np.full((len(rows), len(columns)), np.nan)
    items: list[tuple[int, ...]] = []
    words = []
    for row, up_label in enumerate(rows):
        for column, across_label in enumerate(columns):
            indices = [
                index
                for index, cell in enumerate(result.cells)
                if cell.setting.labels.get(up) == up_label
                and cell.setting.labels.get(across) == across_label
                and cell.has(key)
            ]
            indices.sort(key=lambda index: rank(result.cells[index], result.plan))
            cells = [result.cells[index] for index in indices]
            values = [value for cell in cells for value in cell.values(key)]
            known = [value for value in values if math.isfinite(value)]
            if known:
                mean[row, column] = float(np.mean(known))
            items.append(tuple(indices))
            words.append(
                tr(
                    "{up}, {across}: {value}, mean of {n:,} runs",
                    up=choice_words(up_label),
                    across=choice_words(across_label),
                    value=figure_words(key, mean[row, column]),
                    n=len(known),
                )
            )
    if not np.isfinite(mean).any():
        return None
    figure = run_figure(key)
    others = [axis_words(axis.name) for axis in result.plan.axes if axis.name not in {across, up}]
    plot = NumberMatrix(
        tuple(tuple(figure_words(key, value) for value in row) for row in mean.tolist()),
        badness_shades(
            mean,
            float(np.nanmin(mean)),
            float(np.nanmax(mean)),
            high_is_better=figure.better == "high",
        ),
        tuple(map(choice_words, rows)),
        tuple(map(choice_words, columns)),
        axis_words(across),
        axis_words(up),
        best=_best_cells(mean, high_is_better=figure.better == "high"),
    )
    caption = tr("{figure}, mean over the seeds", figure=tr(figure.label))
    if others:
        caption = tr(
            "{figure}, mean over the seeds and over {axes}",
            figure=tr(figure.label),
            axes=", ".join(others),
        )
    lines = [[rows[row], *map(_csv_cell, mean[row].tolist())] for row in range(len(rows))]
    csv = csv_text([f"{up} \\ {across}", *columns], lines)
    return StudyPicture(plot, tuple(items), tuple(words), caption, lambda: csv)


def _best_cells(values: NDArray[np.float64], *, high_is_better: bool) -> frozenset[tuple[int, int]]:
    best = np.nanargmax(values) if high_is_better else np.nanargmin(values)
    row, column = np.unravel_index(int(best), values.shape)
    return frozenset({(int(row), int(column))})


def _csv_cell(value: float) -> str:
    return f"{value:.7g}" if math.isfinite(value) else ""


def _parallel(material: StudyMaterial, choice: PictureChoice) -> StudyPicture | None:
    result = material.result
    key = figure_of(result, choice)
    found = [(index, cell) for index, cell in enumerate(result.cells) if cell.has(key)]
    plan_axes = [
        axis.name
        for axis in result.plan.axes
        if len({cell.setting.labels.get(axis.name) for _, cell in found}) > 1
    ]
    if not found or not plan_axes:
        return None
    columns: list[NDArray[np.float64]] = []
    axes = []
    for name in plan_axes:
        labels = _labels_of(result, name)
        at = {label: float(index) for index, label in enumerate(labels)}
        column = [at.get(cell.setting.labels.get(name, ""), math.nan) for _, cell in found]
        axes.append(ParallelAxis(axis_words(name), tuple(map(choice_words, labels))))
        columns.append(np.array(column))
    figures = [one for one in ("parameters", key) if any(cell.has(one) for _, cell in found)]
    for one in dict.fromkeys(figures):
        column = [cell.mean(one) for _, cell in found]
        if one != key and len({*column}) < 2:
            continue
        axis = _value_axis(one, column, (), is_log=choice.is_log)
        sizes = sorted(set(column))
        if one == "parameters" and len(sizes) <= _FEW_SIZES:
            # Numbers of parameters are often nearly equal: their rank is clearer than their
            # position.
            names = tuple(figure_words(one, size) for size in sizes)
            axes.append(ParallelAxis(axis.name, names))
            columns.append(np.array([float(sizes.index(size)) for size in column]))
            continue
        axes.append(ParallelAxis(axis.name, axis=axis))
        columns.append(np.array(column))
    values = np.column_stack(columns)
    plot = ParallelPlot(tuple(axes), values, "high" if run_figure(key).better == "high" else "low")
    caption = tr(
        "A line for each setting; the stronger its colour, the better its {figure}",
        figure=tr(run_figure(key).label),
    )
    rows = [
        [*(cell.setting.labels.get(name, "") for name in plan_axes), _csv_cell(cell.mean(key))]
        for _, cell in found
    ]
    items = tuple((index,) for index, _ in found)
    words = tuple(_says(cell, key) for _, cell in found)
    csv = csv_text([*plan_axes, key], rows)
    return StudyPicture(plot, items, words, caption, lambda: csv)


def _importances(material: StudyMaterial, choice: PictureChoice) -> StudyPicture | None:
    result = material.result
    key = figure_of(result, choice)
    found = importances(result, key)
    if found is None:
        return None
    pairs = [(axis_words(name), share) for name, share in found.axes]
    pairs.sort(key=lambda pair: -pair[1])
    pairs += [(importance_name(name), share) for name, share in found.parts]
    names, shares = zip(*pairs, strict=True)
    axis = Axis(tr("Share of the variance"), Scale(0.0, 1.0), percent=True)
    plot = BarPlot(names, "", axis, (("", shares, 0),))
    caption = f"{tr(run_figure(key).label)}: {tr(METHODS[found.method])}"
    words = tuple(f"{name}: {localized(share, '.1%')}" for name, share in pairs)
    csv = csv_text(["axis", "share"], [[name, _csv_cell(share)] for name, share in pairs])
    return StudyPicture(plot, tuple(() for _ in pairs), words, caption, lambda: csv)


def _fonts(material: StudyMaterial, _choice: PictureChoice) -> StudyPicture | None:
    return _errors(material, fonts=True)


def _characters(material: StudyMaterial, _choice: PictureChoice) -> StudyPicture | None:
    return _errors(material, fonts=False)


def _errors(material: StudyMaterial, *, fonts: bool) -> StudyPicture | None:
    result = material.result
    most = _MAX_FONTS if fonts else MAX_CHARACTERS
    found = errors_by(result, fonts=fonts, most=most)
    if found is None:
        return None
    cells = [result.cells[index] for index in found.indices]
    names = found.names if fonts else tuple(map(label_sign, found.names))
    texts = tuple(
        tuple(localized(value, ".1f") if math.isfinite(value) else "" for value in row)
        for row in found.mean.tolist()
    )
    rows = short_names(cells)
    plot = NumberMatrix(
        texts,
        badness_shades(found.mean, float(np.nanmin(found.mean)), float(np.nanmax(found.mean))),
        rows,
        names,
        tr("Set") if fonts else tr("Character"),
        names_of_axes(cells),
    )
    items, words = [], []
    for row, (index, cell) in enumerate(zip(found.indices, cells, strict=True)):
        for column, name in enumerate(found.names):
            items.append((index,))
            words.append(
                tr(
                    "{setting}, {name}: {value} wrong pixels",
                    setting=cell.setting.title,
                    name=name,
                    value=texts[row][column] or "–",
                )
            )
    caption = tr("Wrong pixels, mean over samples and seeds")
    lines = [
        [cell.setting.words, *map(_csv_cell, row)]
        for cell, row in zip(cells, found.mean.tolist(), strict=True)
    ]
    csv = csv_text(["setting", *found.names], lines)
    return StudyPicture(plot, tuple(items), tuple(words), caption, lambda: csv)


def _middle_words(result: StudyResult) -> str:
    label = tr(run_figure(compared_by(result.plan)).label)
    return tr("the median seed of each setting by {figure}", figure=label)


def _network_words(material: StudyMaterial, networks: Sequence[SettingNetwork]) -> tuple[str, ...]:
    cells = material.result.cells
    return tuple(
        tr("{setting}, seed {n}", setting=cells[one.index].setting.title, n=one.seed)
        for one in networks
    )


def _maps(material: StudyMaterial, _choice: PictureChoice) -> StudyPicture | None:
    networks = material.networks
    if not networks:
        return None
    names = short_names([material.result.cells[one.index] for one in networks])
    parts, rows = [], []
    for one, name in zip(networks, names, strict=True):
        codes = one.codes
        labels = [one.dataset.labels[at] for at in one.coded.tolist()]
        axes = "z1", "z2"
        coordinates = codes.astype(np.float64)
        if codes.shape[1] > 2:
            centre = codes.mean(axis=0)
            coordinates = ((codes - centre) @ principal_directions(codes).T).astype(np.float64)
            axes = tr("PC1 of the code"), tr("PC2 of the code")
        parts.append(latent_plot(coordinates, axes, labels, title=name, without_ticks=True))
        setting = material.result.cells[one.index].setting.words
        rows += [
            [setting, label, *map(_csv_cell, row)]
            for label, row in zip(labels, coordinates.tolist(), strict=True)
        ]
    caption = tr(
        "Codes, projected to two principal components if longer; {which}",
        which=_middle_words(material.result),
    )
    items = tuple((one.index,) for one in networks)
    words = _network_words(material, networks)
    csv = csv_text(["setting", "label", "x", "y"], rows)
    return StudyPicture(SmallMultiples(tuple(parts)), items, words, caption, lambda: csv)


def _alike(material: StudyMaterial) -> list[SettingNetwork]:
    """Return the networks that were trained on samples like those of the first network."""
    networks = material.networks
    return [
        one
        for one in networks
        if one.dataset.labels == networks[0].dataset.labels
        and one.dataset.image_shape == networks[0].dataset.image_shape
    ]


def _reconstructions(material: StudyMaterial, _choice: PictureChoice) -> StudyPicture | None:
    networks = _alike(material)
    if not networks:
        return None
    dataset, known = networks[0].dataset, networks[0].answered
    places_of = evenly_spaced(len(known), _MAX_COLUMNS)
    some = known[places_of]
    originals = np.asarray(dataset.images[some], np.float32)
    names = short_names([material.result.cells[one.index] for one in networks])
    rows = [tuple(originals), *(tuple(one.answers[places_of]) for one in networks)]
    signs = tuple(label_sign(dataset.labels[at]) for at in some.tolist())
    plot = PictureSheet(tuple(rows), image_style_of(dataset), (tr("Original"), *names), signs)
    row_items: list[tuple[int, ...]] = [(), *((one.index,) for one in networks)]
    items = tuple(index for index in row_items for _ in some)
    said = (tr("Original"), *_network_words(material, networks))
    words = tuple(f"{name}: {sign}" for name in said for sign in signs)
    return StudyPicture(plot, items, words, _of_networks(material, networks))


def _of_networks(material: StudyMaterial, networks: Sequence[SettingNetwork]) -> str:
    """Return the caption, with the number of settings left out for having other samples."""
    caption = tr("Reconstructions, {which}", which=_middle_words(material.result))
    left_out = len(material.result.cells) - len(networks)
    if left_out:
        caption += " · " + trn(
            "without {n} setting that has no network of these samples",
            "without {n} settings that have no network of these samples",
            left_out,
        )
    return caption


def _sample(material: StudyMaterial, choice: PictureChoice) -> StudyPicture | None:
    networks = _alike(material)
    if not networks:
        return None
    dataset, known = networks[0].dataset, networks[0].answered
    index = min(max(0, choice.sample), len(known) - 1)
    sample = int(known[index])
    original = np.asarray(dataset.images[[sample]], np.float32)
    names = short_names([material.result.cells[one.index] for one in networks])
    answers = [one.answers[[index]] for one in networks]
    image_style = image_style_of(dataset)
    if image_style.glyphs:
        key, measure = "wrong_pixels", tr("wrong pixels")
        errors = [str(int(wrong_pixels(original, answer)[0])) for answer in answers]
    else:
        key, measure = "squared_error", tr("squared error")
        errors = [_csv_cell(float(np.square(answer - original).mean())) for answer in answers]
    shown = {
        "answer": [answer[0] for answer in answers],
        "difference": [np.abs(answer - original)[0] for answer in answers],
        "original": [original[0]] * len(answers),
    }[choice.shown]
    pairs = zip(errors, names, strict=True)
    notes = [tr("Original"), *(f"{error} · {name}" for error, name in pairs)]
    images = [original[0], *shown]
    columns = max(1, math.ceil(math.sqrt(_SHEET_SHAPE * len(images))))
    starts = range(0, len(images), columns)
    plot = PictureSheet(
        tuple(tuple(images[start : start + columns]) for start in starts),
        image_style,
        notes=tuple(tuple(notes[start : start + columns]) for start in starts),
    )
    label = dataset.names[sample]
    caption = tr(
        "{what} of {sample}, {measure} below each, {which}",
        what=tr(SHOWN[choice.shown].label),
        sample=label,
        measure=measure,
        which=_middle_words(material.result),
    )
    row_items: list[tuple[int, ...]] = [(), *((one.index,) for one in networks)]
    csv = csv_text(
        ["setting", "seed", key],
        [
            [material.result.cells[one.index].setting.words, one.seed, error]
            for one, error in zip(networks, errors, strict=True)
        ],
    )
    return StudyPicture(plot, tuple(row_items), tuple(notes), caption, lambda: csv)


_MAKERS: dict[str, Callable[[StudyMaterial, PictureChoice], StudyPicture | None]] = {
    "bars": _bars,
    "boxes": _boxes,
    "seeds": seeds_picture,
    "curves": _curves,
    "heat": _heat,
    "parallel": _parallel,
    "importances": _importances,
    "fonts": _fonts,
    "characters": _characters,
    "noise-levels": noise_levels_picture,
    "noise-matrix": noise_matrix_picture,
    "maps": _maps,
    "reconstructions": _reconstructions,
    "sample": _sample,
}
