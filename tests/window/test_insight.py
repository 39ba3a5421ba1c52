"""In the window: figures at the cursor, the lens, and the layers of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from aegui.core.recipe import LatentSpec
from aegui.features.map.model.field_service import FieldService
from aegui.features.map.model.insight_service import FAN_SIDE, InsightService
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.features.map.view.insight_figures import FIGURES
from aegui.kit.theme import CONTRAST, DARK, LIGHT, apply_theme
from aegui.session.map.decode_service import DecodeService
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.features.map.model.insight_service import PlaceInsight
    from aegui.window.main_window import MainWindow


@pytest.fixture
def trained(learnt: MainWindow) -> MainWindow:
    return learnt


def point(window: MainWindow, x: float = 0.5, y: float = 0.5) -> None:
    canvas = window.canvas
    canvas.mouse.point_at(QPointF(canvas.width() * x, canvas.height() * y))


def wait_for_layers(window: MainWindow, qtbot: QtBot, *keys: str) -> None:
    fields = window._services.of(FieldService)

    def there() -> bool:
        return {layer.field.key for layer in fields.layers if layer.complete} == set(keys)

    qtbot.waitUntil(there)


def test_the_cursor_tells_what_the_image_is_like(trained: MainWindow, qtbot: QtBot) -> None:
    point(trained, 0.6, 0.4)
    canvas, panel = trained.canvas, trained.panel(CursorPanel)
    codec = trained._services.shown.codec
    assert codec is not None

    def is_reported() -> bool:
        # At the current cursor position: the map may glide under it.
        code = canvas.map_cursor.code()
        if code is None:
            return False
        image = codec.decode(code)
        p = np.clip(image, 1e-7, 1 - 1e-7)
        entropy = float(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)).mean())
        drift = codec.encode(image)[0] - code
        told = {"entropy": entropy, "drift": float(np.linalg.norm(drift))}
        texts = panel.figures.texts
        is_shown = all(
            key in texts and abs(float(texts[key]) - value) < 0.0051 for key, value in told.items()
        )
        arrow = canvas.cursor_overlay.drift
        return (
            is_shown
            and arrow is not None
            and arrow == pytest.approx(tuple(canvas.scene.projection.project(code + drift)[0]))
        )

    # Once the image has been painted.
    qtbot.waitUntil(is_reported)
    assert panel.figures.words
    # The text of the cursor follows the image.
    qtbot.waitUntil(
        lambda: all("entropy" in each.accessibleDescription() for each in (canvas, panel))
    )
    trained.canvas.map_cursor.leave()
    assert canvas.cursor_overlay.drift is None


def test_the_lens_follows_the_cursor_until_it_is_put_away(trained: MainWindow) -> None:
    canvas, services = trained.canvas, trained._services
    QTest.keyClick(canvas, Qt.Key.Key_N)
    lens = canvas.overlays.lens
    assert lens.isVisibleTo(canvas)
    codes = services.shown.codes
    assert codes is not None
    assert lens.spacing == pytest.approx(0.1 * float(codes.spread.mean()), rel=0.5)
    point(trained)
    fan = canvas.cursor_overlay.fan
    assert fan.is_shown
    assert fan.spacing == lens.spacing
    assert fan._images is not None
    assert fan._images.shape == (FAN_SIDE, FAN_SIDE, 7, 5)
    lens.slider.setValue(0)
    assert fan.spacing == 0.001
    canvas.map_cursor.leave()
    assert not fan.is_shown
    point(trained)
    assert fan.is_shown
    assert services.settings.values["insight.lens"] is True
    QTest.keyClick(canvas, Qt.Key.Key_N)
    assert not fan.is_shown
    assert not lens.isVisibleTo(canvas)


def test_a_digit_lays_a_layer_under_the_samples(trained: MainWindow, qtbot: QtBot) -> None:
    canvas = trained.canvas
    QTest.keyClick(canvas, Qt.Key.Key_1)
    assert canvas.accessibleDescription() == "Layer Uncertainty is shown"
    wait_for_layers(trained, qtbot, "uncertainty")

    def covers_the_view() -> bool:
        field = canvas.scene.layers.field
        assert field is not None
        left, bottom, right, top = canvas.navigation.view.bounds
        across = field.rect[0] <= left < right <= field.rect[2]
        return across and field.rect[1] <= bottom < top <= field.rect[3]

    # That of the previous view may still be shown.
    qtbot.waitUntil(covers_the_view)
    legend = canvas.overlays.fields
    assert [entry.key for entry in legend.entries] == ["uncertainty"]
    assert canvas.overlays.bar.layers.action("uncertainty").isChecked()
    assert trained._services.settings.values["insight.layers"] == "uncertainty"
    QTest.keyClick(canvas, Qt.Key.Key_1)
    assert canvas.scene.layers.field is None
    assert not legend.isVisibleTo(canvas)


def test_a_change_of_theme_leaves_room_for_the_bar(
    window: MainWindow, qtbot: QtBot, qapp: QApplication
) -> None:
    bar = window.canvas.overlays.bar
    for theme in (DARK, CONTRAST, LIGHT):
        apply_theme(qapp, theme)
        qtbot.waitUntil(lambda: bar.size() == bar.sizeHint())
        assert window.canvas.rect().contains(bar.geometry())


def test_layers_follow_the_view_the_theme_and_the_network(
    trained: MainWindow, qtbot: QtBot, qapp: QApplication
) -> None:
    canvas = trained.canvas
    trained._services.of(FieldService).choose(["uncertainty", "wrong"])
    wait_for_layers(trained, qtbot, "uncertainty", "wrong")
    light = canvas.scene.layers.field
    apply_theme(qapp, DARK)
    dark = canvas.scene.layers.field
    assert light is not None
    assert dark is not None
    assert not np.array_equal(light.image, dark.image)
    canvas.navigation.zoom(4.0, canvas.width() / 2, canvas.height() / 2)
    fields = trained._services.of(FieldService)
    wide = light.rect[2] - light.rect[0]

    def is_closer() -> bool:
        return all(
            layer.complete and layer.field.rect[2] - layer.field.rect[0] < wide / 2
            for layer in fields.layers
        )

    qtbot.waitUntil(is_closer)
    train(qtbot, trained)
    codec = trained._services.shown.codec
    assert codec is not None
    qtbot.waitUntil(lambda: {layer.field.epoch for layer in fields.layers} == {codec.epoch})


def test_without_a_prior_there_are_no_holes_and_the_menu_says_why(
    trained: MainWindow, qtbot: QtBot
) -> None:
    button = trained.canvas.overlays.bar.layers
    assert not button.action("holes").isEnabled()
    assert "prior" in button.action("holes").toolTip()
    with qtbot.waitSignal(trained._services.workspace.noticed) as told:
        QTest.keyClick(trained.canvas, Qt.Key.Key_7)
    assert told.args[0].text == "Holes: Only a variational code has a prior."
    assert not trained._services.of(FieldService).chosen
    network = SMALL.network.model_copy(
        update={"latent": LatentSpec(kind="gaussian", units=2, beta=0.01)}
    )
    recipe = SMALL.model_copy(update={"name": "variational", "network": network})
    assert trained._services.workspace.new(recipe)
    train(qtbot, trained)
    assert button.action("holes").isEnabled()
    trained._services.of(FieldService).choose(["holes", "density"])
    wait_for_layers(trained, qtbot, "density", "holes")


def test_the_place_that_is_zoomed_to_is_there_again_in_a_window_of_another_language(
    trained: MainWindow, app: App, qapp: QApplication
) -> None:
    navigation = trained.canvas.navigation
    navigation.zoom(3.0, 200.0, 150.0)
    before = navigation.view
    app.use_language("es")
    again = app.window.canvas.navigation
    qapp.processEvents()
    assert not again.following
    assert (again.view.cx, again.view.cy) == pytest.approx((before.cx, before.cy))
    assert (again.view.sx, again.view.sy) == pytest.approx((before.sx, before.sy))
    again.fit(animated=False)
    app.use_language("en")
    assert app.window.canvas.navigation.following


def test_the_plane_of_longer_codes_is_there_again_in_a_window_of_another_language(
    window: MainWindow, qtbot: QtBot, app: App, qapp: QApplication
) -> None:
    network = SMALL.network.model_copy(update={"latent": LatentSpec(units=4)})
    assert window._services.workspace.new(SMALL.model_copy(update={"network": network}))
    train(qtbot, window)
    canvas = window.canvas
    canvas.axes.set_axes(2, 1)
    canvas.axes.set_base([0.25, -0.5, 0.75, -1.0])
    canvas.navigation.zoom(3.0, 200.0, 150.0)
    before = canvas.navigation.view
    app.use_language("es")
    again = app.window.canvas
    qapp.processEvents()
    projection, view = again.scene.projection, again.navigation.view
    assert projection.axes == (2, 1)
    assert not projection.spanned
    assert projection.base == pytest.approx([0.25, -0.5, 0.75, -1.0])
    assert (view.cx, view.cy, view.sx) == pytest.approx((before.cx, before.cy, before.sx))
    bar = again.overlays.axes
    assert (bar.x_choice.currentIndex(), bar.y_choice.currentIndex()) == (2, 1)
    # A plane through random codes stays the same one.
    again.axes.shuffle()
    directions = projection.directions
    app.use_language("en")
    projection = app.window.canvas.scene.projection
    assert projection.is_random
    assert projection.spanned
    assert projection.directions == pytest.approx(directions)
    assert projection.base == pytest.approx(again.scene.projection.base)


def test_layers_and_lens_are_there_again_in_a_window_of_another_language(
    trained: MainWindow, qtbot: QtBot, app: App
) -> None:
    canvas = trained.canvas
    QTest.keyClick(canvas, Qt.Key.Key_4)
    QTest.keyClick(canvas, Qt.Key.Key_N)
    assert canvas.overlays.fields.entries[0].key == "regions"
    wait_for_layers(trained, qtbot, "regions")
    trained.language_requested.emit("es")
    other = app.window
    assert other is not trained
    assert other.canvas.overlays.lens.isVisibleTo(other.canvas)
    qtbot.waitUntil(lambda: other.canvas.scene.layers.field is not None)
    assert [entry.key for entry in other.canvas.overlays.fields.entries] == ["regions"]
    # The figures are also shown for the initial image, before the mouse enters the map.
    figures = other.panel(CursorPanel).figures
    qtbot.waitUntil(lambda: figures.texts.keys() == FIGURES.keys())


def test_picture_words_and_nearest_samples_are_of_the_same_weights(
    trained: MainWindow, qtbot: QtBot
) -> None:
    services, panel = trained._services, trained.panel(CursorPanel)
    recipe = services.workspace.recipe
    longer = recipe.training.model_copy(update={"epochs": 100_000_000})
    services.workspace.edit_recipe(recipe.model_copy(update={"training": longer}), "Longer")
    told: list[tuple[float, float]] = []
    behind: list[int] = []

    def note(found: PlaceInsight) -> None:
        decoded = services.of(DecodeService).newest
        if services.shown.is_learning and decoded is not None:
            told.append((found.insight.nearest[0][1], panel.nearest._nearest[0][1]))
            behind.append(decoded.epoch - found.insight.epoch)

    services.of(InsightService).insights.answered.connect(note)
    qtbot.waitUntil(lambda: trained.actions_table["train"].isEnabled())
    trained.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: len(told) >= 8)
    with qtbot.waitSignal(services.runner.finished):
        services.runner.stop()
    assert [words for words, _ in told] == [pytest.approx(strip) for _, strip in told]
    assert not any(behind), "they are of the weights that decoded the picture"
