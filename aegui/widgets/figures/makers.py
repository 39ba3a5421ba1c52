"""Functions that turn results of a network into a ``Figure``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt

from aegui.core.data.builtin import set_title
from aegui.core.data.corruption import corruption_words
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import localized, tr, trn, with_marks
from aegui.core.latent.views import VIEWS
from aegui.core.run_file.origin import origin_words
from aegui.core.study.noise_matrix import FIGURES
from aegui.core.study.tables import curves_csv, curves_sheet, matrix_csv, matrix_sheet
from aegui.core.text_tables import csv_text
from aegui.kit.charts.axes import Axis, Scale, around, fitted
from aegui.kit.charts.bars import BarPlot
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.lines import LinePlot, Series, dash_style
from aegui.kit.charts.matrix import NumberMatrix
from aegui.session.data.image_style import GLYPHS
from aegui.widgets.colours import MAX_CLASSES
from aegui.widgets.figures.points import PointPlot
from aegui.widgets.figures.sheets import PictureSheet, WrappedRows
from aegui.widgets.glyphs import label_name, label_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.views import Material, View
    from aegui.core.recipe import CorruptionSpec
    from aegui.core.study.noise_curves import Curves, Line
    from aegui.core.study.noise_matrix import NoiseMatrix
    from aegui.session.data.image_style import ImageStyle
    from aegui.widgets.charts.painting import ChartData

    Images = Sequence[NDArray[np.float32]]

_STYLES = {
    "model": Qt.PenStyle.SolidLine,
    "limit": Qt.PenStyle.SolidLine,
    "copy": Qt.PenStyle.DashLine,
    "pca": Qt.PenStyle.DotLine,
}
_FEW_ROWS = 4


def charts_figure(
    charts: Sequence[ChartData],
    name: str,
    title: str,
    origin: str = "",
    csv: str = "",
    note: str = "",
) -> Figure:
    """Return a figure of the charts of a training run, zoomed as on screen."""
    plots = tuple(data.plot for data in charts)
    return Figure(name, title, plots, origin, csv=csv, note=note, covers_run=True)


def latent_figure(
    coordinates: NDArray[np.float64],
    axes: tuple[str, str],
    labels: Sequence[str],
    title: str,
    origin: str = "",
    image_of: Callable[[int], NDArray[np.float32]] | None = None,
    image_style: ImageStyle = GLYPHS,
) -> Figure:
    """Return a map of codes ``[n, 2]`` (or ``[n, 1]``) with a letter each, or coloured by class.

    With ``image_of`` some of the samples are shown as images.
    """
    plot = latent_plot(coordinates, axes, labels, image_of, image_style)
    rows = [
        [label, *(f"{value:.7g}" for value in row)]
        for label, row in zip(labels, coordinates.tolist(), strict=True)
    ]
    csv = csv_text(["label", *axes[: coordinates.shape[1]]], rows)
    return Figure("latent", title, (plot,), origin, csv)


def latent_plot(
    coordinates: NDArray[np.float64],
    axes: tuple[str, str],
    labels: Sequence[str],
    image_of: Callable[[int], NDArray[np.float32]] | None = None,
    image_style: ImageStyle = GLYPHS,
    title: str = "",
    *,
    without_ticks: bool = False,
) -> PointPlot:
    """Return the plot of ``latent_figure``; ``without_ticks``: framed, without axis labels."""
    finite = coordinates[np.isfinite(coordinates).all(axis=1)]
    across = fitted(finite[:, 0])
    known = list(dict.fromkeys(labels))
    classes = np.zeros(0, np.int64)
    if len(known) <= MAX_CLASSES and len(known) < len(labels):
        numbers = {label: index for index, label in enumerate(sorted(known))}
        classes = np.array([numbers[label] for label in labels], np.int64)
        known = sorted(known)
    if coordinates.shape[1] == 1:
        coordinates = np.column_stack([coordinates[:, 0], np.zeros(len(coordinates))])
        up = Axis("", Scale(-1.0, 1.0), without_ticks=True)
    else:
        up = Axis(axes[1], fitted(finite[:, 1]))
    x = Axis(axes[0], across)
    if without_ticks:
        x, up = Axis("", x.scale, without_ticks=True), Axis("", up.scale, without_ticks=True)
    return PointPlot(
        coordinates,
        x,
        up,
        tuple(map(label_sign, labels)) if not len(classes) else (),
        classes,
        tuple(map(label_name, known)) if len(classes) else (),
        image_of=image_of,
        image_style=image_style,
        title=title,
    )


def reconstructions_figure(
    rows: Sequence[tuple[str, Images]],
    image_style: ImageStyle,
    title: str,
    origin: str = "",
    notes: Sequence[str] = (),
    noted: str = "",
) -> Figure:
    """Return rows of images: the samples, their noisy versions and the answers.

    Args:
        rows: Name and images of each row, of equal length.
        image_style: How images are rendered.
        title: Title above the figure.
        origin: What the figure was computed from.
        notes: Text below each image of the last row; may be empty.
        noted: What the notes are.
    """
    names = tuple(name for name, _ in rows)
    images = tuple(tuple(some) for _, some in rows)
    return Figure(
        "reconstructions",
        title,
        (WrappedRows(names, images, image_style, tuple(notes), noted),),
        origin,
    )


def errors_figure(
    names: Sequence[str],
    groups: Sequence[tuple[str, Sequence[float]]],
    unit: str,
    of: str,
    title: str,
    origin: str = "",
    level: tuple[float, str] | None = None,
) -> Figure:
    """Return bars for each of ``names`` in each of ``groups``: errors of characters or classes."""
    values = [value for _, some in groups for value in some]
    top = fitted([*values, *([level[0]] if level else [])], from_zero=True)
    top = Scale(0.0, max(top.high, 1.0 if max(values, default=0.0) <= 0 else top.high))
    shown = tuple(map(label_sign, names))
    bars = tuple((name, tuple(some), index) for index, (name, some) in enumerate(groups))
    rows = [
        [name, *(f"{some[index]:.7g}" for _, some in groups)] for index, name in enumerate(names)
    ]
    csv = csv_text([of, *(name for name, _ in groups)], rows)
    levels = (level,) if level else ()
    plot = BarPlot(shown, of, Axis(unit, top), bars, levels)
    return Figure("errors", title, (plot,), origin, csv)


def noise_curves_figure(curves: Curves, title: str = "", origin: str = "") -> Figure:
    """Return a figure of wrong pixels against noise level, with the limit and the baselines."""
    heading = title or tr("Wrong pixels against the level of the noise")
    parts, csv, table = (noise_curves_plot(curves),), curves_csv(curves), curves_sheet(curves)
    return Figure("noise-curves", heading, parts, origin, csv, table)


def noise_curves_plot(curves: Curves, *, counted: bool = True) -> LinePlot:
    """Return the plot of ``noise_curves_figure``; its first line is the last of its series.

    ``counted``: whether names of lines over several networks state their number.
    """
    levels = around(float(curves.levels[0]), float(curves.levels[-1]))
    kind = tr(CORRUPTIONS[curves.kind].label)
    models = 0
    series = []
    for line in curves.lines:
        is_model, banded = line.key == "model", line.runs > 1
        name = line.name
        if banded and counted:
            name = trn("{name}, {n} network", "{name}, {n} networks", line.runs, name=line.name)
        series.append(
            Series(
                name,
                line.mean,
                line.low if banded else None,
                line.high if banded else None,
                colour=models % 7 if is_model else 7 if line.key != "limit" else None,
                style=dash_style(models) if is_model else _STYLES[line.key],
                width=1.3 if line.key in ("model", "limit") else 0.9,
                dots=is_model,
                texts=tuple(_with_deviation(line, at) for at in range(len(curves.levels))),
            )
        )
        models += is_model
    top = fitted(np.concatenate([one.extent for one in series]) if series else [], from_zero=True)
    return LinePlot(
        curves.levels,
        Axis(tr("Level of the noise: {kind}", kind=kind), levels),
        Axis(tr("Wrong pixels per character"), top),
        tuple(reversed(series)),
    )


def _with_deviation(line: Line, at: int) -> str:
    mean = float(line.mean[at])
    if not np.isfinite(mean):
        return "–"
    if line.runs > 1:
        return f"{localized(mean, '.2f')} ± {localized(float(line.deviation[at]), '.2f')}"
    return localized(mean, ".2f")


def noise_matrix_figure(matrix: NoiseMatrix, key: str = "wrong") -> Figure:
    """Return a figure of all cells of a noise study, for one key of ``FIGURES``."""
    return Figure(
        "noise-matrix",
        tr(FIGURES[key].label),
        (noise_matrix_plot(matrix, key),),
        matrix_origin(matrix),
        matrix_csv(matrix),
        matrix_sheet(matrix, key),
    )


def noise_matrix_plot(matrix: NoiseMatrix, key: str) -> NumberMatrix:
    """Return the plot of ``noise_matrix_figure``: darker is worse, the column's best is framed."""
    spec, found = matrix.spec, matrix.figure(key)
    wrong = key == "wrong"
    # Square root for wrong pixels, as the cells that matter most are all near 0.
    shades = np.sqrt(found.mean / max(float(found.mean.max()), 1e-9)) if wrong else 1 - found.mean
    best = (found.mean if wrong else -found.mean).argmin(axis=0).tolist()
    limits = None
    if wrong and any(one is not None for one in matrix.limits):
        texts = ("" if one is None else noise_number(key, one.mean) for one in matrix.limits)
        limits = tr("Bayes limit"), tuple(texts)
    spreads: tuple[tuple[str, ...], ...] = ()
    if spec.seeds > 1:
        deviations = found.deviation.tolist()
        spreads = tuple(tuple(f"± {noise_number(key, one)}" for one in row) for row in deviations)
    rows, columns = _level_names(spec.training), _level_names(spec.tests)
    return NumberMatrix(
        tuple(tuple(noise_number(key, one) for one in row) for row in found.mean.tolist()),
        shades,
        tuple(" ".join(parts) for parts in rows),
        tuple("\n".join(parts) for parts in columns),
        _titled(tr("Tried with"), spec.tests),
        _titled(tr("Trained with"), spec.training),
        spreads,
        limits,
        best=frozenset((row, column) for column, row in enumerate(best)),
    )


def noise_number(key: str, value: float) -> str:
    """Format a figure of a noise study as briefly as it is written in a cell."""
    if key != "wrong":
        return localized(value, ".0%")
    return localized(value, ".2f" if value < 10.0 else ".1f")


def _is_one_kind(specs: Sequence[CorruptionSpec]) -> bool:
    return len({spec.kind for spec in specs if spec.is_noisy}) <= 1


def _level_names(specs: Sequence[CorruptionSpec]) -> list[list[str]]:
    """Return the level of each of ``specs``, preceded by its kind if there are several kinds."""
    if _is_one_kind(specs):
        return [[localized(spec.level, "g")] for spec in specs]
    return [corruption_words(spec).rsplit(" ", 1) for spec in specs]


def _titled(title: str, specs: Sequence[CorruptionSpec]) -> str:
    """Return the title of an axis, with the kind of noise if there is only one."""
    if not _is_one_kind(specs):
        return title
    kind = next((spec.kind for spec in specs if spec.is_noisy), specs[-1].kind)
    return tr("{title}: {kind}", title=title, kind=tr(CORRUPTIONS[kind].label))


def matrix_origin(matrix: NoiseMatrix) -> str:
    """Return what a noise study was computed from: seeds, data and draws."""
    spec = matrix.spec
    seed = matrix.recipe.seed
    parts = [
        tr("seeds {first} to {last}", first=seed, last=seed + spec.seeds - 1),
        tr(
            "data: {name}, {n:,} samples",
            name=set_title(matrix.dataset.name),
            n=len(matrix.dataset),
        ),
        tr("{n:,} noisy draws a cell, seed {seed}", n=spec.draws, seed=spec.seed),
    ]
    return " · ".join(parts)


def grid_figure(
    images: ArrayLike,
    xs: Sequence[float],
    ys: Sequence[float],
    axes: tuple[str, str],
    image_style: ImageStyle,
    title: str,
    origin: str = "",
) -> Figure:
    """Return a grid of decoded images ``[rows, columns, C, H, W]`` over two code dimensions.

    ``ys`` are ascending; the first row of images is the topmost.
    """
    rows = np.asarray(images, np.float32)
    up = tuple(map(value_text, reversed(ys))) if axes[1] else ()
    plot = PictureSheet(
        tuple(tuple(row) for row in rows), image_style, up, tuple(map(value_text, xs)), axes=axes
    )
    cells = [
        (row, column, f"{x:.7g}", f"{y:.7g}")
        for row, y in enumerate(reversed(ys), 1)
        for column, x in enumerate(xs, 1)
    ]
    csv = csv_text(["row", "column", "x", "y"], cells)
    return Figure("grid", title, (plot,), origin, csv)


def traversal_figure(
    images: ArrayLike,
    names: Sequence[str],
    values: Sequence[Sequence[float]],
    image_style: ImageStyle,
    title: str,
    origin: str = "",
) -> Figure:
    """Return a row of images per code dimension, which alone varies; values below images."""
    rows = np.asarray(images, np.float32)
    same = all(list(row) == list(values[0]) for row in values)
    texts = tuple(tuple(map(value_text, row)) for row in values)
    shown = list(names)
    if not same:
        shown = [f"{name}: {row[0]} … {row[-1]}" for name, row in zip(names, texts, strict=True)]
    few = not same and len(names) <= _FEW_ROWS
    plot = PictureSheet(
        tuple(tuple(row) for row in rows),
        image_style,
        tuple(names) if few else tuple(shown),
        texts[0] if same else (),
        notes=texts if few else (),
        axes=(tr("Value of the number"), "") if same else None,
    )
    cells = [
        (name, step, f"{value:.7g}")
        for name, row in zip(names, values, strict=True)
        for step, value in enumerate(row, 1)
    ]
    csv = csv_text(["number", "step", "value"], cells)
    return Figure("traversal", title, (plot,), origin, csv)


def confusion_figure(
    counts: ArrayLike, names: Sequence[str], title: str, origin: str = ""
) -> Figure:
    """Return the confusion matrix: true classes in rows, predicted classes in columns."""
    found = np.asarray(counts, np.int64)
    shown = tuple(map(label_name, names))
    rows = [[name, *row] for name, row in zip(shown, found.tolist(), strict=True)]
    csv = csv_text([tr("Class"), *shown], rows)
    plot = confusion_plot(found, names)
    return Figure("confusion", title, (plot,), origin, csv)


def confusion_plot(counts: NDArray[np.int64], labels: Sequence[str]) -> NumberMatrix:
    """Return the plot of ``confusion_figure``: shaded by row shares, errors in the error colour.

    Errors are shaded by the square root of their share, as those of a good classifier are all rare.
    """
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    mistakes = ~np.eye(len(counts), dtype=bool)
    names = tuple(label_sign(one) for one in labels)
    return NumberMatrix(
        tuple(tuple(localized(one, ",") if one else "" for one in row) for row in counts.tolist()),
        np.where(counts > 0, np.where(mistakes, np.sqrt(shares), shares), np.nan),
        names,
        names,
        tr("Taken for"),
        tr("Class"),
        bad=mistakes,
        is_turned=any(len(name) > 2 for name in names),
    )


def maps_figure(dataset: Dataset, of: Material, views: Sequence[View], origin: str = "") -> Figure:
    """Return maps of the same samples side by side, coloured by class."""
    plots = []
    names = dataset.classes
    coloured = 1 < len(np.unique(of.classes)) <= MAX_CLASSES and len(names) < len(of.indices)
    labels = [dataset.labels[index] for index in of.indices.tolist()]
    for view in views:
        coordinates = view.coordinates.astype(np.float64)
        finite = coordinates[np.isfinite(coordinates).all(axis=1)]
        x, y = _map_axes(view, of)
        without_ticks = not x
        plots.append(
            PointPlot(
                coordinates,
                Axis(x, fitted(finite[:, 0]), without_ticks=without_ticks),
                Axis(y, fitted(finite[:, 1]), without_ticks=without_ticks),
                () if coloured else tuple(map(label_sign, labels)),
                of.classes if coloured else np.zeros(0, np.int64),
                tuple(map(label_name, names)) if coloured else (),
                equal=True,
                title=tr(VIEWS[view.key].label),
            )
        )
    origin = origin or origin_words(data=dataset.name, samples=len(of.indices))
    title = tr("Maps of {name}", name=dataset.name)
    return Figure("maps", title, tuple(plots), origin)


def _map_axes(view: View, of: Material) -> tuple[str, str]:
    """Return the names of the axes of a map; empty for t-SNE and UMAP, which have none."""
    pca = view.projection.pca
    if pca is not None:
        shares = [localized(share, ".0%") for share in np.asarray(pca.explained)[:2].tolist()]
        first, second = ([*shares, "", ""])[:2]
        return f"PC1 ({first})", f"PC2 ({second})"
    if view.key == "code":
        across, up = of.axes
        return f"z{across + 1}", f"z{up + 1}"
    return "", ""


def pictures_figure(
    images: Images,
    image_style: ImageStyle,
    name: str,
    title: str,
    origin: str = "",
    notes: Sequence[str] = (),
) -> Figure:
    """Return a figure of images in as many rows as make them largest."""
    return Figure(
        name, title, (WrappedRows(("",), (tuple(images),), image_style, tuple(notes)),), origin
    )


def value_text(value: float) -> str:
    """Format a coordinate with two decimals and a true minus sign."""
    text = f"{value:.2f}"
    return with_marks("0.00" if text == "-0.00" else text.replace("-", "\N{MINUS SIGN}"))
