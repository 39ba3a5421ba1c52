"""Figures as files for other programs: real SVG, PDF and PNG."""

from __future__ import annotations

import io
import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from aegui.core.colours import marks_of
from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError
from aegui.core.recipe import Recipe
from aegui.core.study.noise_curves import Curves, Line
from aegui.core.study.noise_matrix import FIGURES, MatrixSpec, NoiseMatrix, noise_matrix
from aegui.kit.charts.axes import Axis, Scale
from aegui.kit.charts.figure import Figure, Paper, figure_bytes, figure_image
from aegui.kit.charts.histogram import BinHeights, HistogramPlot
from aegui.kit.charts.ink import PAPERS, Ink
from aegui.kit.charts.lines import LinePlot, Series
from aegui.kit.theme import LIGHT
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.colours import class_colour
from aegui.widgets.figures.makers import (
    confusion_figure,
    errors_figure,
    grid_figure,
    latent_figure,
    noise_curves_figure,
    noise_matrix_figure,
    reconstructions_figure,
    traversal_figure,
)
from aegui.widgets.figures.points import PointPlot

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QRectF

pytestmark = pytest.mark.usefixtures("qapp")
SVG = "{http://www.w3.org/2000/svg}"
POINTS_PER_CM = 72 / 2.54


def losses(*, zoomed: bool = False) -> Figure:
    epoch = np.arange(1.0, 5001.0)
    loss = np.exp(-epoch / 900)
    axis = Scale(0.2, 0.6) if zoomed else Scale(0.0, 1.05)
    plot = LinePlot(
        epoch,
        Axis("Epoch", Scale(0.0, 5000.0), integers_only=True),
        Axis("Loss", axis),
        (Series("kept", loss, loss - 0.1, loss + 0.1), Series("learnt", 0.8 * loss, colour=1)),
        ((0.5, "PCA"),),
    )
    return Figure("curves", "Loss <of> & more", (plot,), "seed 4 · epoch 5,000 · best weights")


def svg(figure: Figure, paper: Paper | None = None) -> ET.Element:
    return ET.fromstring(figure_bytes(figure, paper or Paper(), "svg"))


def texts(root: ET.Element) -> list[str]:
    return ["".join(node.itertext()).strip() for node in root.iter(f"{SVG}text")]


def coordinates(root: ET.Element) -> dict[str, tuple[float, float]]:
    """Return the start of each text of a drawing in points, without rotated ones."""
    found = {}
    for group in root.iter(f"{SVG}g"):
        matrix = re.findall(r"-?[\d.]+(?:e-?\d+)?", group.get("transform", ""))
        for node in group.findall(f"{SVG}text"):
            if len(matrix) == 6 and float(matrix[1]) == 0.0:
                found["".join(node.itertext()).strip()] = (float(matrix[4]), float(matrix[5]))
    return found


def test_a_drawing_has_its_size_and_its_text_as_text() -> None:
    root = svg(losses(), Paper(12.5, 8.0))
    assert (root.get("width"), root.get("height")) == ("12.5cm", "8cm")
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    assert width == pytest.approx(12.5 * POINTS_PER_CM, abs=0.01)
    assert height == pytest.approx(8.0 * POINTS_PER_CM, abs=0.01)
    found = texts(root)
    assert {"Loss <of> & more", "Epoch", "Loss", "learnt", "kept", "PCA", "2k"} <= set(found)
    assert "seed 4 · epoch 5,000 · best weights" in found
    assert not list(root.iter(f"{SVG}image")), "lines are lines"
    for text, (x, y) in coordinates(root).items():
        assert 0 <= x <= width, text
        assert 0 <= y <= height, text
    assert root.findtext(f"{SVG}desc") == "seed 4 · epoch 5,000 · best weights"
    sizes = {float(str(node.get("font-size"))) for node in root.iter(f"{SVG}text")}
    assert sizes <= {6.5, 8.0, 9.0, 10.0}


def test_a_document_has_its_page_and_letters() -> None:
    data = figure_bytes(losses(), Paper(16.0, 10.0), "pdf")
    assert data.startswith(b"%PDF-1.")
    box = re.search(rb"/MediaBox \[([^\]]*)\]", data)
    assert box is not None
    left, low, right, high = map(float, box[1].split())
    assert right - left == pytest.approx(16.0 * POINTS_PER_CM, abs=0.01)
    assert high - low == pytest.approx(10.0 * POINTS_PER_CM, abs=0.01)
    assert b"/Font" in data
    assert b"/ToUnicode" in data, "letters can be searched for and copied"
    assert b"/Subtype /Image" not in data
    start = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    assert data[start:].startswith(b"xref"), "places of what follows the page are still right"


def test_a_picture_has_its_dots_per_inch_and_says_what_it_is_of() -> None:
    with Image.open(io.BytesIO(figure_bytes(losses(), Paper(10.0, 5.0, dpi=200), "png"))) as image:
        assert image.size == (787, 394)
        assert image.info["dpi"] == pytest.approx((200, 200), abs=0.5)
        assert image.info["Title"] == "Loss <of> & more"
        assert image.info["Description"].startswith("seed 4")
        assert image.getpixel((0, 0)) == (255, 255, 255)


class _Broken:
    title = ""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        raise ValueError("cannot be painted")


@pytest.mark.qt_log_ignore("Painter ended with 1 saved states")
@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_an_error_while_painting_leaves_the_process_alive(form: str) -> None:
    with pytest.raises(ValueError, match="cannot be painted"):
        figure_bytes(Figure("broken", "", (_Broken(),)), Paper(), form)


def test_a_figure_without_parts_has_its_title() -> None:
    assert texts(svg(Figure("empty", "Nothing yet", ()))) == ["Nothing yet"]


@pytest.mark.parametrize("key", PAPERS)
def test_a_paper_is_light_or_dark_whatever_the_window_is(key: str) -> None:
    image = figure_image(losses(), Paper(8.0, 6.0, key, 100))
    assert image.pixelColor(1, 1) == PAPERS[key].panel


def test_what_is_outside_the_axes_is_not_drawn() -> None:
    root = svg(losses(zoomed=True))
    points = [
        tuple(map(float, pair.split(",")))
        for line in root.iter(f"{SVG}polyline")
        for pair in str(line.get("points")).split()
    ]
    assert points
    low = coordinates(root)["0.2"][1]
    assert max(y for _, y in points) < low + 1.0


def test_too_small_or_too_large_a_paper_is_refused() -> None:
    for paper in (
        Paper(1.0, 10.0),
        Paper(10.0, 500.0),
        Paper(dpi=10),
        Paper(100.0, 100.0, dpi=900),
    ):
        with pytest.raises(AeguiError, match=r"cm|dots"):
            figure_bytes(losses(), paper, "png")
    assert figure_bytes(losses(), Paper(100.0, 100.0, dpi=900), "svg")


def test_letters_of_the_map_do_not_cover_each_other() -> None:
    draw = np.random.default_rng(3)
    labels = [chr(ord("A") + number) for number in range(26)]
    root = svg(latent_figure(draw.normal(size=(26, 2)), ("z1", "z2"), labels, "Codes"))
    at = coordinates(root)
    assert {"z1"} <= set(at)
    assert "z2" in texts(root)
    for one, two in itertools.combinations(labels, 2):
        (x1, y1), (x2, y2) = at[one], at[two]
        assert abs(x1 - x2) > 4.0 or abs(y1 - y2) > 5.0, (one, two)


def test_classes_have_colours_and_a_legend_and_many_samples_one_image() -> None:
    draw = np.random.default_rng(3)
    labels = [str(number % 3) for number in range(6000)]
    figure = latent_figure(draw.normal(size=(6000, 2)), ("z1", "z2"), labels, "Codes")
    root = svg(figure)
    assert {"0", "1", "2"} <= set(texts(root))
    assert len(list(root.iter(f"{SVG}image"))) == 1
    assert not list(root.iter(f"{SVG}circle"))[10:]
    assert figure.csv.splitlines()[0] == "label,z1,z2"
    assert len(figure.csv.splitlines()) == 6001


def test_codes_of_one_number_lie_on_a_line() -> None:
    root = svg(latent_figure(np.array([[0.0], [2.0]]), ("z1", ""), ["a", "b"], "Codes"))
    found = coordinates(root)
    assert found["a"][0] < found["b"][0]
    assert found["a"][1] == pytest.approx(found["b"][1])


def test_glyphs_are_exact_and_other_images_keep_their_pixels() -> None:
    glyph = np.eye(5, dtype=np.float32)
    grey = np.linspace(0, 1, 16, dtype=np.float32).reshape(1, 4, 4)
    exact = svg(reconstructions_figure([("original", [glyph])], GLYPHS, "Glyphs"))
    assert not list(exact.iter(f"{SVG}image")), "a glyph is an outline"
    drawn = svg(reconstructions_figure([("original", [grey])], ImageStyle(glyphs=False), "Images"))
    (image,) = drawn.iter(f"{SVG}image")
    assert "pixelated" in str(image.get("style"))
    paper = Paper(6.0, 6.0, dpi=254)
    picture = figure_image(reconstructions_figure([("", [glyph])], GLYPHS, ""), paper)
    shades = {picture.pixelColor(x, 300).name() for x in range(picture.width())}
    on, off, ground = (
        getattr(PAPERS["light"], name).name() for name in ("pixel_on", "pixel_off", "panel")
    )
    assert shades <= {on, off, ground}, "no blur"


def test_rows_of_pictures_are_named_and_their_errors_told() -> None:
    images = [np.zeros((7, 5), np.float32)] * 40
    figure = reconstructions_figure(
        [("original", images), ("answer", images)],
        GLYPHS,
        "Answers",
        notes=["3", *[""] * 39],
        noted="wrong pixels",
    )
    found = texts(svg(figure))
    assert found.count("original") == found.count("answer") > 1
    assert found.count("3") == 1
    assert "wrong pixels" in found


def test_a_grid_and_a_traversal_have_their_values() -> None:
    images = np.zeros((2, 3, 1, 7, 5), np.float32)
    figure = grid_figure(images, [-1.5, 0.0, 1.5], [0.2, 0.4], ("z1", "z2"), GLYPHS, "Grid")
    root = svg(figure)
    at = coordinates(root)
    assert at["0.40"][1] < at["0.20"][1], "the first row is the topmost"
    assert at["−1.50"][0] < at["1.50"][0]
    assert {"z1", "z2"} <= set(texts(root))
    assert figure.csv.splitlines()[1] == "1,1,-1.5,0.4"
    walk = traversal_figure(
        images, ["z1", "z2"], [[-1, 0, 1], [2, 3, 4]], GLYPHS, "Traversal", "others 0"
    )
    assert {"z1", "z2", "−1.00", "4.00", "others 0"} <= set(texts(svg(walk)))
    assert walk.csv.splitlines()[-1] == "z2,3,4"


def test_bars_have_their_letters_and_their_mean() -> None:
    figure = errors_figure(
        ["a", " ", "b"],
        [("clean", [0, 1, 2])],
        "Wrong pixels",
        "character",
        "E",
        level=(1, "mean: 1"),
    )
    root = svg(figure)
    assert {"a", "b", "␣", "Wrong pixels", "character", "mean: 1"} <= set(texts(root))
    assert len(list(root.iter(f"{SVG}rect"))) >= 3
    assert figure.csv.splitlines()[0] == "character,clean"


NAMES = [f"reconstructions {number}" for number in range(9)]


@pytest.mark.parametrize(
    "figure",
    [
        errors_figure(["a"], [(name, [1.0]) for name in NAMES], "Wrong", "character", ""),
        Figure(
            "bins",
            "",
            (
                HistogramPlot(
                    np.arange(3.0),
                    Axis("x", Scale(0.0, 2.0)),
                    Axis("y", Scale(0.0, 1.0)),
                    tuple(BinHeights(name, np.ones(2), n) for n, name in enumerate(NAMES)),
                ),
            ),
        ),
    ],
    ids=["bars", "histogram"],
)
def test_a_long_legend_is_wrapped_above_the_plot(figure: Figure) -> None:
    root = svg(figure, Paper(12.0, 9.0))
    starts = coordinates(root)
    assert set(NAMES) <= set(starts)
    assert all(0 <= starts[name][0] < 0.8 * 12.0 * POINTS_PER_CM for name in NAMES)
    axis = max(y for text, (_, y) in starts.items() if text in {"0", "1"})
    assert max(starts[name][1] for name in NAMES) < axis


def test_a_long_text_below_a_figure_is_kept_where_there_is_room() -> None:
    caption = " ".join(f"word{n}" for n in range(40))
    figure = replace(losses(), origin=f"{caption} · 3 seeds")
    assert f"{caption} · 3 seeds" in " ".join(texts(svg(figure)))
    small = texts(svg(figure, Paper(4.0, 3.0)))
    assert any(text.startswith("word0") and text.endswith("…") for text in small)


def test_a_confusion_matrix_has_its_counts() -> None:
    figure = confusion_figure([[9, 1], [0, 10]], ["a", "b"], "Confusions")
    assert figure.csv.splitlines() == ["Class,a,b", "a,9,1", "b,0,10"]
    found = texts(svg(figure))
    assert {"9", "1", "10", "Class", "Taken for"} <= set(found)
    assert "0" not in found, "nothing is nothing"
    assert figure.csv.splitlines()[1] == "a,9,1"


@pytest.fixture(scope="module")
def matrix() -> NoiseMatrix:
    recipe = Recipe.model_validate({"network": {"encoder": [{"units": 6}]}, "seed": 40})
    spec = MatrixSpec.square("flip", (0.0, 0.25), seeds=2)
    few = load_builtin("lowercase").subset(range(3))
    return noise_matrix(recipe, few, MatrixSpec(spec.training, spec.tests, 2, 30, epochs=2))


@pytest.mark.parametrize("key", FIGURES)
def test_cells_of_a_study_are_darker_where_more_is_wrong(matrix: NoiseMatrix, key: str) -> None:
    root = svg(noise_matrix_figure(matrix, key))
    found = texts(root)
    assert ("Bayes limit" in found) == (key == "wrong")
    figure = matrix.figure(key).mean
    shades = figure if key == "wrong" else 1 - figure
    order = np.argsort(shades.ravel())
    fills = [
        group.get("fill", "")
        for group in root.iter(f"{SVG}g")
        for rect in group.findall(f"{SVG}rect")
        if group.get("fill", "").startswith("#")
    ][1:]
    greys = np.array([sum(int(fill[i : i + 2], 16) for i in (1, 3, 5)) for fill in fills])
    assert len(greys) == 4
    assert (np.diff(greys[order]) <= 0).all()
    assert {"Trained with: Flip", "Tried with: Flip", "0.25"} <= set(found)


def test_curves_of_a_study_lie_where_they_belong() -> None:
    levels = np.array([0.0, 0.5])
    flat = Line("model", "flat", np.array([5.0, 5.0]), np.array([1.0, 1.0]), runs=3)
    limit = Line("limit", "limit", np.array([np.nan, 2.0]), np.zeros(2))
    root = svg(noise_curves_figure(Curves("flip", levels, (flat, limit))))
    assert {"flat, 3 networks", "limit", "Wrong pixels per character"} <= set(texts(root))
    at = coordinates(root)
    heights = {
        round(float(pair.split(",")[1]), 1)
        for line in root.iter(f"{SVG}polyline")
        for pair in str(line.get("points")).split()
    }
    tick = np.interp(5.0, [4.0, 6.0], [at["4"][1], at["6"][1]])
    assert any(abs(height - tick) < 4.0 for height in heights)


def test_without_a_window_nothing_of_it_is_made() -> None:
    before = len(QApplication.topLevelWidgets())
    figure_bytes(losses(), Paper(), "pdf")
    assert len(QApplication.topLevelWidgets()) == before


def test_on_paper_classes_of_one_colour_have_other_marks_there_and_in_the_legend() -> None:
    """Classes 0 and 10 share a colour; the marker of the second is a diamond."""
    names = tuple(f"kind {number}" for number in range(12))
    axis = Axis("", Scale(-1.0, 1.0), without_ticks=True)

    def drawn(number: int, *, by_class: bool) -> bytes:
        at = np.zeros((1, 2))
        own = np.array([class_colour(0, LIGHT).rgba()], np.uint32)
        marks = marks_of(np.array([number]))
        plot = PointPlot(at, axis, axis, (), np.array([number]), names)
        told = PointPlot(at, axis, axis, colours=own, marks=marks)
        image = figure_image(Figure("points", "", (plot if by_class else told,)), Paper(dpi=72))
        return bytes(image.constBits())

    for by_class in (True, False):
        assert drawn(0, by_class=by_class) != drawn(10, by_class=by_class)
        assert drawn(10, by_class=by_class) == drawn(10, by_class=by_class)


def test_images_of_samples_are_cut_out_where_they_lie_over_a_map() -> None:
    axis, at = Axis("", Scale(-1.0, 1.0)), np.zeros((1, 2))
    glyph = np.zeros((7, 5), np.float32)
    glyph[3, 2] = 1.0

    def drawn(**changes: Any) -> NDArray[np.uint8]:
        plot = PointPlot(at, axis, axis, image_of=lambda _row: glyph)
        plot = replace(plot, **changes)
        made = figure_bytes(Figure("map", "", (plot,)), Paper(6.0, 6.0, dpi=144), "png")
        return np.asarray(Image.open(io.BytesIO(made)).convert("L"))

    none = drawn(image_of=None)
    framed, cut = (np.argwhere(drawn(cut_out=cut_out) != none) for cut_out in (False, True))
    assert (np.ptp(cut, axis=0) < 0.7 * np.ptp(framed, axis=0)).all(), "but around the dot"
