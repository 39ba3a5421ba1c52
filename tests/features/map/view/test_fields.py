"""Coloured layers, their legend, their menu, the lens and the figures of a position."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest

from aegui.core.latent.contours import lines_of, wrong_levels
from aegui.core.latent.fields import FIELDS, Ellipses, Field
from aegui.core.latent.frame import axes_frame
from aegui.core.latent.insight import insight
from aegui.core.latent.novelty import known
from aegui.core.latent.regions import regions_of
from aegui.features.map.model.field_service import Layer
from aegui.features.map.model.insight_service import PlaceInsight
from aegui.features.map.view.canvas import LatentCanvas
from aegui.features.map.view.controls import LayersButton
from aegui.features.map.view.field_layer import STRONGEST, field_picture, layer_rgba
from aegui.features.map.view.field_legend import FieldLegend, legend_entry_of
from aegui.features.map.view.insight_figures import FIGURES, InsightFigures
from aegui.features.map.view.lens import SPACINGS, LensBar, nearest_spacing
from aegui.kit.theme import DARK, LIGHT, figures_font
from aegui.widgets.colours import class_colour
from tests.session.pictures import grey, network

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from pytestqt.qtbot import QtBot

    from aegui.core.latent.fields import FieldKey

RECT = (-1.0, -1.0, 1.0, 1.0)
XY = axes_frame((0, 1), np.zeros(2))


def layer(
    key: FieldKey,
    values: ArrayLike,
    high: float = 1.0,
    low: float = 0.0,
    *,
    classes: tuple[str, ...] = (),
    ellipses: Ellipses | None = None,
) -> Layer:
    field = Field(key, RECT, np.asarray(values, np.float32), low, high, classes, ellipses, 7)
    return Layer(field, XY, lines_of(field), complete=True, regions=regions_of(field))


def told() -> PlaceInsight:
    samples = known(grey(), glyphs=False)
    return PlaceInsight(insight(network(), samples, (0.5, -0.25), np.eye(2)), samples)


def test_little_is_transparent_and_much_has_the_colour_of_the_layer() -> None:
    rgba = layer_rgba(layer("uncertainty", [[0.0, 0.5, 1.0, 9.0, np.nan]]), LIGHT)
    assert rgba[0, :, 3] == pytest.approx([0.0, STRONGEST / 2, STRONGEST, STRONGEST, 0.0])
    orange = LIGHT.series[1]
    assert rgba[0, 2, :3] == pytest.approx([orange.redF(), orange.greenF(), orange.blueF()])


def test_holes_and_crowds_differ_in_colour_and_the_promised_is_clear() -> None:
    rgba = layer_rgba(layer("holes", [[-1.0, 0.0, 1.0]], low=-1.0), DARK)
    assert rgba[0, :, 3] == pytest.approx([STRONGEST, 0.0, STRONGEST])
    assert not np.allclose(rgba[0, 0, :3], rgba[0, 2, :3])


def test_regions_have_the_colours_of_the_classes_on_the_map() -> None:
    values = [[0.0, 1.0, 2.0]]
    rgba = layer_rgba(layer("regions", values, classes=("b", "a", "?")), LIGHT, ("a", "b"))
    for cell, number in ((0, 1), (1, 0), (2, 2)):
        colour = class_colour(number, LIGHT)
        assert rgba[0, cell, :3] == pytest.approx(
            [colour.redF(), colour.greenF(), colour.blueF()], abs=1e-3
        )


def test_regions_of_many_classes_differ_from_their_neighbours_and_have_names() -> None:
    labels = tuple(map(str, range(30)))
    # Classes 0 and 10 have the same colour by index, but are adjacent here.
    values = np.repeat([[0.0, 10.0, 5.0]], 8, axis=1)
    shown = layer("regions", np.repeat(values, 12, axis=0), classes=labels)
    rgba = layer_rgba(shown, LIGHT, labels)
    assert not np.allclose(rgba[0, 0, :3], rgba[0, 8, :3])
    picture = field_picture([shown], LIGHT, labels)
    assert picture is not None
    assert [name.text for name in picture.names] == ["0", "5", "10"]
    at = {name.text: name.x for name in picture.names}
    assert at["0"] < -0.33 < at["10"] < 0.33 < at["5"]


def test_layers_lie_over_each_other_in_one_picture_with_all_lines() -> None:
    below = layer("uncertainty", np.ones((2, 3)))
    over = layer("holes", np.eye(6) * 2 - 1, low=-1.0)
    picture = field_picture([below, over], LIGHT)
    assert picture is not None
    assert picture.image.shape == (6, 6, 4)
    assert picture.rect == RECT
    alpha = 1 - (1 - STRONGEST) ** 2
    assert picture.image[0, 0, 3] == pytest.approx(255 * alpha, abs=1)
    assert len(picture.lines) == len(over.lines) > 0
    assert field_picture([], LIGHT) is None


def test_a_layer_over_another_rectangle_is_drawn_where_it_belongs() -> None:
    below = layer("uncertainty", np.zeros((4, 4)))
    field = Field(
        "holes", (0.0, -1.0, 4.0, 1.0), np.ones((2, 8), np.float32), -1.0, 1.0, (), None, 7
    )
    picture = field_picture([below, Layer(field, XY, (), complete=True)], LIGHT)
    assert picture is not None
    assert picture.rect == RECT
    assert np.flatnonzero(picture.image[0, :, 3]).tolist() == [4, 5, 6, 7]


def test_contours_of_wrong_pixels_begin_where_they_say() -> None:
    values = np.tile(np.arange(12.0), (5, 1))
    shown = layer("wrong", values, 11.0)
    assert wrong_levels(shown.field) == (1, 4)
    coordinates = sorted(float(line[0, 0]) for line in shown.lines)
    cell = 2.0 / 12
    assert coordinates == pytest.approx([-1 + cell, -1 + 4 * cell])
    assert wrong_levels(layer("wrong", np.zeros((4, 4)), 1.0).field) == (1,)
    blurred = layer("wrong", np.full((4, 4), 5.0), 9.0)
    assert not blurred.lines
    assert legend_entry_of(blurred).low == "5 to 9 wrong pixels everywhere"


def test_ellipses_are_rings_of_their_radii() -> None:
    ellipses = Ellipses(
        np.array([[0.5, 0.0]]), np.array([[0.1, 0.3]]), np.array([np.pi / 2]), change=1.0
    )
    (ring,) = lines_of(layer("stretch", [[0.0]], ellipses=ellipses).field)
    assert ring.min(axis=0) == pytest.approx([0.2, -0.1])
    assert ring.max(axis=0) == pytest.approx([0.8, 0.1])


@pytest.fixture
def legend(qtbot: QtBot) -> FieldLegend:
    made = FieldLegend()
    qtbot.addWidget(made)
    return made


def test_the_legend_says_what_the_ends_mean(legend: FieldLegend) -> None:
    assert legend.isHidden()
    legend.set_layers([layer("novelty", [[0.0]], 2.0), layer("wrong", np.arange(10.0)[None], 9.0)])
    assert legend.isVisible()
    first, second = legend.entries
    assert (first.low, first.high) == ("copy 0", "2 new")
    assert second.low == "1, 4 pixels or more"
    assert legend.accessibleDescription() == (
        "Novelty, copy 0, 2 new; Wrong pixels, 1, 4 pixels or more"
    )
    assert legend.row_rect(1).top() > legend.row_rect(0).bottom()
    legend.set_layers([])
    assert legend.isHidden()


def test_layers_that_take_long_are_named_meanwhile(qtbot: QtBot, legend: FieldLegend) -> None:
    legend.set_layers([layer("wrong", np.arange(10.0)[None], 9.0)], ["stretch"])
    last = legend.entries[-1]
    assert (last.key, last.title, last.low) == ("stretch", "Stretching", "is being computed…")
    legend.grab()
    # The cross cancels the request.
    with qtbot.waitSignal(legend.hide_requested) as told:
        QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=legend.close_rect(1).center())
    assert told.args == ["stretch"]
    legend.set_layers([])
    assert legend.isHidden()


def test_every_layer_has_words(legend: FieldLegend) -> None:
    for key in FIELDS:
        entry = legend_entry_of(layer(key, np.zeros((2, 2)), classes=("a",)))  # type: ignore[arg-type]
        assert entry.title
        assert entry.low


def test_the_legend_tells_the_value_under_the_cursor(legend: FieldLegend) -> None:
    numbers = layer("uncertainty", [[0.1, 0.2], [0.3, 0.4]])
    regions = layer("regions", [[0.0, 1.0], [2.0, 2.0]], classes=("b", " ", "a"))
    legend.set_layers([numbers, regions])
    assert legend.layer_value_text == ""
    legend.set_position((0.5, -0.5))
    first, second = legend.values
    assert first is not None
    assert second is not None
    assert first.text == "0.2"
    assert first.share == pytest.approx(0.2)
    assert second.text == "space"
    assert legend.layer_value_text == "Uncertainty: 0.2, Regions: space"
    # New values are shown for the resting cursor.
    legend.set_layers([layer("stretch", [[-0.5]], low=-1.0)])
    assert legend.layer_value_text == "Stretching: \N{MINUS SIGN}0.5"
    # A value below the resolution of the scale is rounded.
    legend.set_layers([layer("uncertainty", [[0.000123456]], 0.3)])
    assert legend.layer_value_text == "Uncertainty: 0"
    legend.set_layers([layer("uncertainty", [[0.0123456]], 0.3)])
    assert legend.layer_value_text == "Uncertainty: 0.012"
    legend.set_position((3.0, 0.0))
    assert legend.layer_value_text == ""


def test_the_cursor_repaints_the_scale_where_its_value_is(legend: FieldLegend) -> None:
    legend.set_layers([layer("uncertainty", [[0.0, 1.0]])])
    before = legend.grab().toImage()
    legend.set_position((0.5, 0.0))
    right = legend.grab().toImage()
    legend.set_position((-0.5, 0.0))
    left = legend.grab().toImage()
    bar = legend.row_rect(0)
    y = bar.top() + legend.fontMetrics().height() + 8
    dark = LIGHT.text.lightness() + 40
    assert right.pixelColor(bar.right() - 1, y).lightness() < dark
    assert left.pixelColor(bar.right() - 1, y) == before.pixelColor(bar.right() - 1, y)
    assert left.pixelColor(bar.left() + 1, y).lightness() < dark


def test_on_a_narrow_map_the_legend_stands_below_the_buttons(qtbot: QtBot) -> None:
    canvas = LatentCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(460, 400)
    canvas.set_samples("ab", np.zeros((2, 7, 5), np.float32))
    canvas.set_codes([[0.0, 0.0], [1.0, 1.0]])
    canvas.show()
    canvas.navigation.pan(30.0, 0.0)
    overlays = canvas.overlays
    overlays.fields.set_layers([layer("uncertainty", [[0.0, 1.0]])])
    overlays.place()
    assert overlays.follow.isVisible()
    for control in (overlays.bar, overlays.follow):
        assert not overlays.fields.geometry().intersects(control.geometry())
    canvas.resize(900, 400)
    overlays.place()
    assert overlays.fields.y() == overlays.bar.y()


def test_the_cross_of_a_legend_hides_its_layer(qtbot: QtBot, legend: FieldLegend) -> None:
    legend.set_layers([layer("novelty", [[0.0]]), layer("holes", [[0.0]], low=-1.0)])
    at = legend.close_rect(1).center()
    assert "7" in legend.tip(1, at)
    assert legend.tip(1, QPoint(20, legend.row_rect(1).top() + 4)) == FIELDS["holes"].help
    with qtbot.waitSignal(legend.hide_requested) as heard:
        QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=at)
    assert heard.args == ["holes"]


def test_the_scale_of_the_legend_goes_from_the_ground_to_the_colour(legend: FieldLegend) -> None:
    legend.set_layers([layer("uncertainty", [[0.0]])])
    picture = legend.grab().toImage()
    y = legend.row_rect(0).top() + legend.fontMetrics().height() + 7
    left = picture.pixelColor(legend.row_rect(0).left() + 3, y)
    right = picture.pixelColor(legend.row_rect(0).right() - 3, y)
    assert right.saturation() > left.saturation() + 60


def test_the_menu_has_every_layer_with_its_key(qtbot: QtBot) -> None:
    button = LayersButton()
    qtbot.addWidget(button)
    button.set_layers(("stretch",), {"holes": "There is no prior."})
    keys = [button.action(key).shortcut().toString() for key in FIELDS]
    assert keys == ["1", "2", "3", "4", "5", "6", "7"]
    assert button.action("stretch").isChecked()
    assert not button.action("holes").isEnabled()
    assert button.action("holes").toolTip() == "There is no prior."
    assert button.action("regions").toolTip() == FIELDS["regions"].help
    with qtbot.waitSignal(button.layer_toggled) as heard:
        button.action("density").trigger()
    assert heard.args == ["density"]


def test_digits_and_n_on_the_map_toggle_layers_and_lens(qtbot: QtBot) -> None:
    canvas = LatentCanvas()
    qtbot.addWidget(canvas)
    toggled: list[str] = []
    lens: list[bool] = []
    canvas.layer_toggled.connect(toggled.append)
    canvas.lens_toggled.connect(lambda: lens.append(True))
    for place in range(7):
        QTest.keyClick(canvas, Qt.Key(Qt.Key.Key_1 + place))
    assert toggled == list(FIELDS)
    QTest.keyClick(canvas, Qt.Key.Key_N)
    canvas.overlays.lens.close_button.click()
    assert len(lens) == 2


def test_the_lens_has_spacings_from_close_to_far(qtbot: QtBot) -> None:
    bar = LensBar()
    qtbot.addWidget(bar)
    heard: list[float] = []
    bar.spacing_edited.connect(heard.append)
    bar.set_spacing(0.21)
    assert bar.spacing == nearest_spacing(0.21) == 0.2
    assert not heard
    bar.slider.setValue(bar.slider.value() + 1)
    assert heard == [0.3]
    assert bar.value.text() == "0.30"
    assert list(SPACINGS) == sorted(SPACINGS)


def test_figures_of_a_place_stand_in_columns_and_are_explained(qtbot: QtBot) -> None:
    figures = InsightFigures()
    qtbot.addWidget(figures)
    figures.resize(300, figures.sizeHint().height())
    one = told()
    figures.set_insight(one)
    assert set(figures.texts) == set(FIGURES)
    assert figures.texts["entropy"] == f"{one.insight.entropy:.2f}"
    assert figures.words.startswith(one.insight.words)
    assert "entropy" in figures.accessibleDescription()
    rects = [figures.figure_rect(key) for key in FIGURES]
    assert len({rect.left() for rect in rects}) == 2
    assert all(figures.rect().toRectF().contains(rect) for rect in rects)
    drift = figures.tip_at(figures.figure_rect("drift").center().toPoint())
    assert drift.startswith("Distance from this code")
    assert "(" in drift.splitlines()[-1]
    figures.resize(900, figures.height())
    assert len({figures.figure_rect(key).top() for key in FIGURES}) == 1
    figures.set_insight(None)
    assert not figures.texts


@pytest.mark.parametrize("share", [1.0, 1.5, 2.0])
def test_labels_of_figures_are_whole_in_a_narrow_panel(share: float, qtbot: QtBot) -> None:
    figures = InsightFigures()
    qtbot.addWidget(figures)
    font = figures.font()
    font.setPointSizeF(share * font.pointSizeF())
    figures.setFont(font)
    plain = QFontMetricsF(figures_font(font))
    bold = QFontMetricsF(figures_font(font, bold=True))
    figures.set_insight(told())
    number = bold.horizontalAdvance("0" * 6)
    for width in (240, 360, 480, 600):
        figures.resize(width, 10)
        figures.resize(width, figures.sizeHint().height())
        if width < max(plain.horizontalAdvance(spec.label) for spec in FIGURES.values()) + number:
            continue
        for key, spec in FIGURES.items():
            box = figures.figure_rect(key)
            assert box.width() > plain.horizontalAdvance(spec.label) + number
            assert figures.rect().toRectF().contains(box)


def test_what_is_new_is_told_within_the_panel(qtbot: QtBot) -> None:
    one = told()
    long_name = "a grinning face with smiling eyes and tears"
    samples = replace(one.known, names=(long_name,) * len(one.known.names))
    figures = InsightFigures()
    qtbot.addWidget(figures)
    figures.set_insight(PlaceInsight(replace(one.insight, kind="new", words="new"), samples))
    assert long_name in figures.words
    assert long_name in figures.tip_at(QPoint(2, 2))
    height = figures.fontMetrics().height()
    for width in range(150, 330, 10):
        figures.resize(width, figures.sizeHint().height())
        seen = figures.grab().toImage()
        behind = seen.pixelColor(seen.width() - 1, seen.height() - 1)
        # The last letter is complete: nothing extends beyond the right edge.
        edge = {seen.pixelColor(seen.width() - 1, y).name() for y in range(height)}
        assert edge == {behind.name()}, width
    assert "mean squared" not in figures.words


def test_an_arrow_shows_where_the_image_drifts_until_the_cursor_moves(qtbot: QtBot) -> None:
    canvas = LatentCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(500, 400)
    canvas.show()
    dataset = grey(8)
    canvas.set_samples(dataset.labels, dataset.images)
    canvas.set_codes(np.random.default_rng(0).uniform(-1, 1, (8, 2)))
    canvas.set_style(canvas.scene.style)
    canvas.map_cursor.set_code((0.0, 0.0))
    before = canvas.grab().toImage()
    canvas.set_drift((0.3, 0.3))
    after = canvas.grab().toImage()
    x, y = canvas.navigation.view.to_pixels([(0.15, 0.15)])[0]
    assert before.pixelColor(round(x), round(y)) != after.pixelColor(round(x), round(y))
    canvas.map_cursor.set_code((0.5, 0.5))
    assert canvas.cursor_overlay.drift is None
    canvas.set_drift((np.nan, 0.0))
    assert canvas.cursor_overlay.drift is None


def test_what_is_known_of_a_place_is_heard(qtbot: QtBot) -> None:
    canvas = LatentCanvas()
    qtbot.addWidget(canvas)
    canvas.set_samples("ab", np.zeros((2, 7, 5), np.float32))
    canvas.set_codes([[0.0, 0.0], [1.0, 1.0]])
    canvas.map_cursor.set_code((0.5, 0.25))
    canvas.map_cursor.set_words("between a and b, entropy 0.12")
    assert canvas.accessibleDescription().endswith(": between a and b, entropy 0.12")
    canvas.map_cursor.set_code((0.6, 0.25))
    assert "entropy" not in canvas.accessibleDescription()
    layers = [layer("novelty", [[0.3, 0.7]])]
    canvas.set_field(field_picture(layers, LIGHT))
    canvas.overlays.fields.set_layers(layers)
    canvas.map_cursor.set_words("between a and b")
    assert canvas.accessibleDescription().endswith(": between a and b. Novelty: 0.7")
