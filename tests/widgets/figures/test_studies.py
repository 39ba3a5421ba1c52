"""Plots of a study that was really run: every kind, its items, its caption and its numbers."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from aegui.core.data.dataset import Dataset
from aegui.core.recipe import CorruptionSpec
from aegui.core.study.material import StudyMaterial, study_material
from aegui.core.study.plan import load_plan
from aegui.core.study.records import Records
from aegui.core.study.results import StudyCell
from aegui.core.study.settings import base_recipe, grid
from aegui.core.study.study import Study
from aegui.core.study.workers import InlineWorkers, StudyControl
from aegui.kit.charts.axes import Axis, Scale
from aegui.kit.charts.bars import BarPlot
from aegui.kit.charts.boxes import BoxPlot
from aegui.kit.charts.figure import Paper, figure_bytes
from aegui.kit.charts.ink import PAPERS, Ink
from aegui.kit.charts.lines import LinePlot, Series
from aegui.kit.charts.matrix import NumberMatrix
from aegui.kit.charts.parallel import ParallelPlot
from aegui.kit.charts.squares import SquareFields
from aegui.widgets.figures.sheets import PictureSheet
from aegui.widgets.figures.studies import study_figure, study_picture
from aegui.widgets.figures.study_kinds import (
    BANDS,
    PICTURES,
    PictureChoice,
    badness_shades,
    short_names,
)
from aegui.widgets.figures.tested_noises import NoiseTestRows, levels_plot, matrix_plot
from tests.features.studies.plans import RATE, write_plan

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("qapp")
LAYERS = {"label": "layers", "path": "network.encoder.0.units", "values": [4, 6, 8]}


def material_of(folder: Path, **keys: Any) -> StudyMaterial:
    plan = load_plan(write_plan(folder, **keys))
    records = Records()
    study = Study(plan, folder, records)
    assert list(study.run(InlineWorkers(), StudyControl()))
    return study_material(study.result(), records)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> StudyMaterial:
    noises = [{"kind": "flip", "level": level} for level in (0.1, 0.2, 0.3)]
    tried = {"noises": noises, "draws": 60}
    return material_of(tmp_path_factory.mktemp("study"), axes=[RATE, LAYERS], tried=tried)


@pytest.mark.parametrize("key", PICTURES)
def test_every_kind_paints_says_and_finds_its_items(key: str, material: StudyMaterial) -> None:
    picture = study_picture(key, material)
    assert picture is not None
    image = QImage(500, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    shapes = picture.plot.shapes(Ink(painter, PAPERS["light"]), QRectF(0, 0, 500, 400))
    painter.end()
    assert shapes
    items = {shape.item for shape in shapes}
    assert max(items) < len(picture.items) == len(picture.words)
    told = {place for item in items for place in picture.items[item]}
    assert told == (set() if key == "importances" else set(range(6)))
    figure = study_figure(key, material)
    assert figure is not None
    assert picture.caption in figure.origin
    assert "3 seeds" in figure.origin
    assert figure_bytes(figure, Paper(), "svg").startswith(b"<?xml")
    # Reconstructions have no numbers to export.
    assert bool(figure.csv) == (key != "reconstructions")


def test_lines_over_the_levels_of_noise_belong_to_their_settings(material: StudyMaterial) -> None:
    picture = study_picture("noise-levels", material)
    assert picture is not None
    assert isinstance(picture.plot, LinePlot)
    names = [series.name for series in picture.plot.series]
    assert names[0] == "Bayes limit"
    assert picture.items[0] == ()
    for name, coordinates, words in list(zip(names, picture.items, picture.words, strict=True))[1:]:
        (place,) = coordinates
        assert material.result.cells[place].setting.title == name
        assert words.startswith(f"{name}, Flip 0.1: ")


def assert_holds(plot: LinePlot) -> None:
    """Check that all drawn values lie on the axis."""
    for series in plot.series:
        for part in (series.y, series.low, series.high, series.runs):
            known = np.zeros(0) if part is None else part[np.isfinite(part)]
            if plot.y.scale.is_log:
                known = known[known > 0.0]
            assert (known >= plot.y.scale.low).all()
            assert (known <= plot.y.scale.high).all()


@pytest.mark.parametrize("spread", [0.5, 4.0])
def test_the_bands_of_noises_lie_on_the_axis(spread: float) -> None:
    noises = tuple(CorruptionSpec(kind="flip", level=level) for level in (0.1, 0.2, 0.3))
    middle = np.array([[0.2], [0.8], [1.5]])
    found = NoiseTestRows(
        noises, ("one", "two"), (middle + np.array([0.0, spread]), middle), None, (0, 1)
    )
    plot = levels_plot(found)
    assert plot is not None
    high = plot.series[-1].high
    assert high is not None
    assert high.max() > plot.series[-1].y.max()
    assert_holds(plot)
    assert plot.y.scale.low == 0.0, "there are no fewer wrong pixels than none"


def test_fuller_cells_of_noises_are_worse_and_their_table_is_exact() -> None:
    noises = tuple(CorruptionSpec(kind="flip", level=level) for level in (0.1, 0.2))
    values = (np.array([[0.25], [1.0]]), np.array([[0.5], [0.123456]]))
    found = NoiseTestRows(noises, ("one", "two"), values, np.array([0.0625, 0.1]), (0, 1))
    np.testing.assert_allclose(matrix_plot(found).shades, [[0.25, 1.0], [0.5, 0.123456]])
    lines = found.csv.splitlines()
    assert lines[1:] == ["one,0.25,1", "two,0.5,0.123456", "Bayes limit,0.0625,0.1"]


def test_a_setting_whose_runs_all_diverged_is_no_row_of_the_noises(material: StudyMaterial) -> None:
    cells = list(material.result.cells)
    runs = tuple(replace(run, reason="diverged").compared for run in cells[0].runs)
    result = replace(material.result, cells=(replace(cells[0], runs=runs), *cells[1:]))
    picture = study_picture("noise-matrix", replace(material, result=result))
    assert picture is not None
    assert {index for (index,) in picture.items} == {1, 2, 3, 4, 5}
    assert "nan" not in picture.csv


def test_settings_with_different_samples_have_no_common_limit(tmp_path: Path) -> None:
    noises = [{"kind": "flip", "level": level} for level in (0.1, 0.2, 0.3)]
    counts = {"path": "data.count", "values": [3, 6]}
    material = material_of(tmp_path, axes=[counts], tried={"noises": noises, "draws": 20})
    for key in ("noise-levels", "noise-matrix"):
        picture = study_picture(key, material)
        assert picture is not None
        assert () not in picture.items
        assert "Bayes limit" not in picture.csv


def test_noises_have_no_picture_where_none_was_tried(tmp_path: Path) -> None:
    plain = material_of(tmp_path)
    assert study_picture("noise-levels", plain) is None
    assert study_picture("noise-matrix", plain) is None


def test_a_heat_map_has_the_means_of_its_cells(material: StudyMaterial) -> None:
    picture = study_picture("heat", material, PictureChoice(figure="loss", across="rate"))
    assert picture is not None
    plot = picture.plot
    assert isinstance(plot, NumberMatrix)
    assert (plot.rows, plot.columns) == (("4", "6", "8"), ("0.02", "0.002"))
    labels = {"rate": "0.002", "layers": "6"}
    place = next(
        at for at, cell in enumerate(material.result.cells) if cell.setting.labels == labels
    )
    assert picture.items[3] == (place,)
    mean = material.result.cells[place].mean("loss")
    assert picture.csv.splitlines()[2].split(",")[2] == f"{mean:.7g}"


@pytest.mark.parametrize("high_is_better", [False, True])
def test_darker_is_worse_and_equal_values_are_in_between(high_is_better: bool) -> None:
    values = np.array([1.0, 2.0, np.nan, 5.0])
    shades = badness_shades(values, 1.0, 5.0, high_is_better=high_is_better)
    assert shades[[0, 3]].tolist() == pytest.approx([1.0, 0.0] if high_is_better else [0.0, 1.0])
    assert 0.0 < shades[1] < 1.0
    assert np.isnan(shades[2])
    same = badness_shades(np.full(3, 2.0), 2.0, 2.0, high_is_better=high_is_better)
    assert same.tolist() == pytest.approx([0.5] * 3)


def test_long_numbers_are_told_by_the_digits_that_differ(tmp_path: Path) -> None:
    plan = load_plan(
        write_plan(
            tmp_path,
            axes=[{**RATE, "values": [0.00584804, 0.0170998, 0.02, 123456789.0]}, LAYERS],
        )
    )
    cells = [StudyCell(setting, (), 1) for setting in grid(base_recipe(plan, tmp_path), plan.axes)]
    assert short_names(cells)[::3] == ("0.00585 · 4", "0.0171 · 4", "0.02 · 4", "1.23e8 · 4")


@pytest.mark.usefixtures("spanish")
def test_decimal_commas_are_not_mistaken_for_commas_between_numbers(
    material: StudyMaterial,
) -> None:
    assert short_names(material.result.cells)[0] == "0,02 · 4"
    picture = study_picture("seeds", material)
    assert picture is not None
    assert isinstance(picture.plot, SquareFields)
    (title, *_) = (part.title for part in picture.plot.parts)
    assert re.fullmatch(r"0,02 · 4: [\d,]+\u00a0% \[[\d,]+; [\d,]+\]", title)


@pytest.mark.parametrize("key", ["bars", "boxes", "curves", "characters"])
def test_a_picture_says_what_its_settings_are_values_of(material: StudyMaterial, key: str) -> None:
    picture = study_picture(key, material)
    assert picture is not None
    plot = picture.plot
    if isinstance(plot, LinePlot):
        said = plot.names
    elif isinstance(plot, NumberMatrix):
        said = plot.y
    else:
        assert isinstance(plot, BarPlot | BoxPlot)
        said = plot.x
    assert said == "rate, layers"


def test_the_legend_of_lines_begins_with_what_its_names_are() -> None:
    ends = Scale(0.0, 1.0)
    names = ("a", "b")
    series = tuple(Series(name, np.zeros(2)) for name in names)
    plot = LinePlot(np.arange(2.0), Axis("x", ends), Axis("y", ends), series)

    def painted(plot: LinePlot) -> QImage:
        image = QImage(400, 200, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        plot.paint(Ink(painter, PAPERS["light"]), QRectF(0, 0, 400, 200))
        painter.end()
        return image

    plain = painted(plot)
    assert painted(replace(plot, names="rate")) != plain
    # If it left no room for the names, it is omitted.
    assert painted(replace(plot, names="rate " * 40)) == plain


def test_bands_of_curves(material: StudyMaterial) -> None:
    values = material.curves[0].columns["loss"]
    for band in BANDS:
        picture = study_picture("curves", material, PictureChoice(band=band, is_log=True))
        assert picture is not None
        assert isinstance(picture.plot, LinePlot)
        assert picture.plot.y.scale.is_log
        # The first setting is first in the legend, and painted last.
        first = picture.plot.series[-1]
        assert picture.items[-1] == (material.curves[0].index,)
        assert_holds(picture.plot)
        if band == "quartiles":
            assert first.high is not None
            np.testing.assert_allclose(first.y, np.median(values, axis=1))
            np.testing.assert_allclose(first.high, np.quantile(values, 0.75, axis=1))
        else:
            np.testing.assert_allclose(first.y, values.mean(axis=1))
            assert (first.runs.shape[-1] == 3) == (band == "runs")


def with_diverged(material: StudyMaterial, runs: slice) -> StudyMaterial:
    """Return ``material`` with infinite losses of ``runs`` of the first setting at the end."""
    first, *others = material.curves
    values = first.columns["loss"].copy()
    values[-4:, runs] = np.inf
    curves = replace(first, columns={**first.columns, "loss": values})
    return replace(material, curves=(curves, *others))


@pytest.mark.parametrize("band", BANDS)
def test_a_run_that_diverged_is_left_out_of_the_line_of_its_setting(
    material: StudyMaterial, band: str
) -> None:
    sound = material.curves[0].columns["loss"][:, 1:]
    choice = PictureChoice(column="loss", band=band)
    picture = study_picture("curves", with_diverged(material, slice(1)), choice)
    assert picture is not None
    assert isinstance(picture.plot, LinePlot)
    assert_holds(picture.plot)
    line = picture.plot.series[-1]
    middle = np.median if band == "quartiles" else np.mean
    np.testing.assert_allclose(line.y[-4:], middle(sound[-4:], axis=1))
    if band != "runs":
        assert line.low is not None
        assert line.high is not None
        assert np.isfinite(line.low).all()
        assert np.isfinite(line.high).all()
    assert picture.words[-1].endswith(f": Loss {sound[-1].mean():.4g} at the end")


@pytest.mark.parametrize("band", BANDS)
def test_the_line_of_a_setting_ends_where_all_its_runs_diverged(
    material: StudyMaterial, band: str
) -> None:
    choice = PictureChoice(column="loss", band=band)
    picture = study_picture("curves", with_diverged(material, slice(None)), choice)
    assert picture is not None
    assert isinstance(picture.plot, LinePlot)
    line = picture.plot.series[-1]
    assert np.isfinite(line.y[:-4]).all()
    assert np.isnan(line.y[-4:]).all()
    assert picture.words[-1].endswith(": Loss – at the end")


def test_a_sample_flips_to_its_difference_and_to_the_original(material: StudyMaterial) -> None:
    sheets = {}
    for shown in ("answer", "difference", "original"):
        picture = study_picture("sample", material, PictureChoice(sample=2, shown=shown))
        assert picture is not None
        assert isinstance(picture.plot, PictureSheet)
        sheets[shown] = [image for row in picture.plot.rows for image in row if image is not None]
    original = sheets["original"][0]
    np.testing.assert_array_equal(sheets["original"][4], original)
    np.testing.assert_allclose(
        sheets["difference"][4], np.abs(sheets["answer"][4] - original), atol=1e-6
    )


@pytest.mark.parametrize("grey", [False, True])
def test_the_table_of_a_sample_has_the_measure_that_stands_below_it(
    material: StudyMaterial, grey: bool
) -> None:
    if grey:
        dataset = material.networks[0].dataset
        darker = Dataset.from_images("grey", 0.75 * dataset.images, dataset.labels)
        networks = tuple(replace(one, dataset=darker) for one in material.networks)
        material = replace(material, networks=networks)
    picture = study_picture("sample", material, PictureChoice(sample=1))
    assert picture is not None
    head, *rows = csv.reader(io.StringIO(picture.csv))
    assert head[-1] == ("squared_error" if grey else "wrong_pixels")
    assert [row[-1] for row in rows] == [note.split(" · ")[0] for note in picture.words[1:]]


def test_lines_of_parallel_axes_end_at_the_figure(material: StudyMaterial) -> None:
    picture = study_picture("parallel", material)
    assert picture is not None
    assert isinstance(picture.plot, ParallelPlot)
    assert [axis.name for axis in picture.plot.axes][:2] == ["rate", "layers"]
    means = [cell.mean("wrong") for cell in material.result.cells]
    np.testing.assert_allclose(picture.plot.values[:, -1], means)


def test_what_is_not_known_gives_no_picture(material: StudyMaterial, tmp_path: Path) -> None:
    bare = StudyMaterial(material.result)
    for key, kind in PICTURES.items():
        assert (study_picture(key, bare) is None) == (kind.needs != "figures")
    nothing = replace(material.result, cells=())
    assert all(study_picture(key, StudyMaterial(nothing)) is None for key in PICTURES)
    seeds_alone = material_of(tmp_path, axes=[])
    drawn = {key for key in PICTURES if study_picture(key, seeds_alone) is not None}
    compared = {"heat", "parallel", "importances", "noise-levels", "noise-matrix"}
    assert drawn == set(PICTURES) - compared
