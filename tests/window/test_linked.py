"""One selection for all views, and other networks beside the current one, in the real window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.core.latent.codec import Codec
from aegui.core.recipe.edits import with_value
from aegui.core.run_file.saved import SavedRun, save_run
from aegui.features.linked.others import OthersFeature
from aegui.features.linked.selection import SelectionFeature
from aegui.features.linked.view.others_panel import OthersPanel
from aegui.features.linked.view.selection_panel import SelectionPanel
from aegui.features.projections.model.projection_service import ProjectionService
from aegui.features.projections.view.panel import OTHER_KEYS, ProjectionsPanel
from aegui.session.data.selection import Selection
from aegui.session.documents.draft import with_source
from aegui.session.map.decode_service import DecodeService
from aegui.session.map.others import Other, Others
from tests.session.parts import glyphs, recipe, snapshot
from tests.window.conftest import stop, train

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.features.map.view.canvas import LatentCanvas
    from aegui.session.map.others import Compared
    from aegui.window.main_window import MainWindow


def show(window: MainWindow, key: str) -> None:
    """Raise a panel; of the maps show only those available without computation."""
    maps = window.panel(ProjectionsPanel)
    maps.set_shown(("code", "pca"))
    maps.shown_changed.emit(maps.shown)
    window.set_perspective("compare")
    window.docks[key].show()
    window.docks[key].raise_()


def other(key: str, latent: int = 2, seed: int = 7) -> Other:
    of = recipe(latent=latent)
    return Other(key, key, Codec(of, (1, 7, 5), snapshot(of, seed=seed)), has_prior=False)


@pytest.fixture
def learnt(app: App, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """Open a run of six glyphs in the window, without training."""
    of = recipe()
    save_run(tmp_path / "six.aegui", SavedRun(of, glyphs(6), snapshot(of, seed=3)))
    services = app.services
    assert services.workspace.open(tmp_path / "six.aegui")
    qtbot.waitUntil(lambda: services.shown.codec is not None)
    return app.window


def test_what_is_selected_on_the_map_is_listed_and_described(
    learnt: MainWindow, qtbot: QtBot
) -> None:
    window = learnt
    show(window, "selection")
    panel, canvas = window.panel(SelectionPanel), window.canvas
    canvas.selecting.select(np.array([1, 4]))
    assert panel.gallery.shown.tolist() == [1, 4]
    dataset, codec = window._services.shown.dataset, window._services.shown.codec
    assert codec is not None
    qtbot.waitUntil(lambda: "wrong pixels" in panel.words.text())
    rows = dataset.flat()[[1, 4]]
    wrong = ((codec.reconstruct(rows) > 0.5) != (rows > 0.5)).sum() / 2
    lines = panel.words.text().splitlines()
    assert lines[:2] == ["b, e", f"{wrong:.2f} wrong pixels on average"]
    assert panel.mean.image is not None
    np.testing.assert_allclose(
        panel.mean.image, dataset.images[[1, 4]].mean(axis=0), rtol=1e-5, atol=1e-6
    )
    panel.sample_left_out.emit(4)
    assert canvas.selection.tolist() == [1]
    panel.cleared.emit()
    assert canvas.selection.tolist() == []


def test_the_bar_on_the_map_opens_the_list(learnt: MainWindow, qtbot: QtBot) -> None:
    window = learnt
    window.canvas.selecting.select(np.array([0, 2]))
    assert window.docks["selection"].isHidden()
    window.canvas.overlays.selection.list.click()
    assert window.docks["selection"].isVisible()
    assert window.panel(SelectionPanel).gallery.hasFocus()


def test_the_selection_becomes_the_set_and_undo_brings_all_back(
    learnt: MainWindow, qtbot: QtBot
) -> None:
    window = learnt
    workspace = window._services.workspace
    window.canvas.selecting.select(np.array([0, 3, 5]))
    window.panel(SelectionPanel).make_set.clicked.emit()
    assert workspace.dataset.labels == ("a", "d", "f")
    assert window.canvas.selection.tolist() == []
    workspace.undo_stack.undo()
    assert workspace.dataset.labels == tuple("abcdef")


def test_a_selection_that_is_refused_is_not_told_to_be_the_set(window: MainWindow) -> None:
    workspace = window._services.workspace
    before = workspace.dataset
    workspace.set_training(lambda: True)
    window.feature(SelectionFeature)._on_selection_taken_out(before.subset([0, 1]))
    assert workspace.dataset is before
    assert "when the training has ended" in window.notifications.shown[-1].text


def test_a_set_of_selected_samples_has_the_title_of_its_set(
    window: MainWindow, qtbot: QtBot
) -> None:
    window._services.of(Selection).select(np.array([0, 2]))
    window.docks["selection"].show()
    QTest.mouseClick(window.panel(SelectionPanel).make_set, Qt.MouseButton.LeftButton)
    dataset = window._services.workspace.dataset
    assert (dataset.labels, dataset.name) == (("a", "c"), "Lower case - selection")


def test_during_a_training_the_selection_does_not_become_the_set(
    window: MainWindow, qtbot: QtBot
) -> None:
    services, panel = window._services, window.panel(SelectionPanel)
    runner, workspace = services.runner, services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, "training.epochs", 1_000_000), "many")
    services.of(Selection).select(np.array([0, 2]))
    window.docks["selection"].show()
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: runner.pull() is not None)
    QTest.mouseClick(panel.make_set, Qt.MouseButton.LeftButton)
    assert len(workspace.dataset) == 6
    assert "when the training has ended" in panel.make_set.toolTip()
    stop(qtbot, runner)
    QTest.mouseClick(panel.make_set, Qt.MouseButton.LeftButton)
    assert len(workspace.dataset) == 2


def test_samples_of_the_network_do_not_become_the_set_of_other_data(
    learnt: MainWindow, qtbot: QtBot
) -> None:
    services, panel = learnt._services, learnt.panel(SelectionPanel)
    workspace = services.workspace
    services.of(Selection).select(np.array([0, 2]))
    learnt.docks["selection"].show()
    assert panel.make_set.isEnabled()
    workspace.edit_recipe(with_source(workspace.recipe, "digits"), "Data")
    qtbot.waitUntil(lambda: workspace.recipe.data.source == "digits")
    digits = workspace.dataset
    assert len(services.shown.dataset) == 6, "the network cannot encode the other images"
    QTest.mouseClick(panel.make_set, Qt.MouseButton.LeftButton)
    assert workspace.dataset is digits
    assert "data chosen now are others" in panel.make_set.toolTip()
    workspace.undo_stack.undo()
    qtbot.waitUntil(lambda: workspace.dataset is services.shown.dataset)
    QTest.mouseClick(panel.make_set, Qt.MouseButton.LeftButton)
    assert len(workspace.dataset) == 2


def test_an_activated_sample_opens_in_the_editor(window: MainWindow) -> None:
    window._services.of(Selection).select(np.array([2, 3]))
    window.panel(SelectionPanel).gallery.activated.emit(3)
    drawing, dataset = window._services.drawing, window._services.shown.dataset
    np.testing.assert_array_equal(drawing.pixels, dataset.images[3, 0])


def pixel_of(canvas: LatentCanvas, code: NDArray[np.float32]) -> QPoint:
    x, y = canvas.navigation.view.to_pixels(canvas.scene.projection.project(code))[0].tolist()
    return QPoint(round(x), round(y))


def test_a_sample_goes_to_the_editor_and_its_edits_come_back_to_the_map(
    learnt: MainWindow, qtbot: QtBot
) -> None:
    window, canvas = learnt, learnt.canvas
    showing, drawing = window._services.showing, window._services.drawing
    qtbot.waitUntil(lambda: showing.shown.codes is not None)
    codes, codec = showing.shown.codes, showing.shown.codec
    assert codes is not None
    assert codec is not None
    drawing.undo_stack.clear()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=pixel_of(canvas, codes.values[4]))
    np.testing.assert_array_equal(drawing.pixels, showing.shown.dataset.images[4, 0])
    # The mark follows what the click has painted.
    qtbot.waitUntil(
        lambda: (
            canvas.scene.drawing is not None
            and np.allclose(canvas.scene.drawing, codes.values[4], atol=1e-5)
        )
    )
    before = np.array(canvas.scene.drawing)
    drawing.begin_stroke()
    drawing.paint(3, 2, 1.0 - float(drawing.pixels[3, 2]))
    drawing.end_stroke()
    code = codec.encode(drawing.pixels)[0]
    assert np.abs(code - before).max() > 1e-3
    qtbot.waitUntil(
        lambda: canvas.scene.drawing is not None and np.allclose(canvas.scene.drawing, code),
    )
    np.testing.assert_allclose(canvas.scene.trail[-2:], [before, code], atol=1e-5)
    drawing.undo_stack.undo()
    drawing.undo_stack.undo()
    assert not drawing.undo_stack.canUndo()


def test_what_is_decoded_at_the_cursor_opens_in_the_editor(
    learnt: MainWindow, qtbot: QtBot
) -> None:
    window, canvas = learnt, learnt.canvas
    codec = window._services.shown.codec
    assert codec is not None
    window.docks["draw"].hide()
    canvas.map_cursor.set_code((0.3, -0.2))
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_E)
    image = codec.decode(np.array([[0.3, -0.2]], np.float32))[0].reshape(7, 5)
    qtbot.waitUntil(lambda: np.array_equal(window._services.drawing.pixels, image > 0.5))
    assert window.docks["draw"].isVisible()


def test_other_networks_have_maps_that_are_linked(learnt: MainWindow, qtbot: QtBot) -> None:
    window = learnt
    show(window, "projections")
    others, maps = window._services.of(Others), window.panel(ProjectionsPanel)
    qtbot.waitUntil(lambda: window._services.of(ProjectionService).samples is not None)
    assert others.add(other("x"))
    view = maps.view("other-1")
    qtbot.waitUntil(lambda: len(view.pixels) == 6)
    assert view.isVisible()
    view.hovered.emit(3)
    assert window.canvas.cursor_overlay.marked.tolist() == [3]
    assert maps.view("code")._highlight == view._highlight == 3
    view.selected.emit(np.array([True, True, False, False, False, False]))
    assert window.canvas.selection.tolist() == [0, 1]
    assert maps.view("pca")._selection is not None
    others.remove("x")
    assert not view.isVisible()


def test_maps_zoom_together(learnt: MainWindow, qtbot: QtBot) -> None:
    window = learnt
    show(window, "projections")
    maps = window.panel(ProjectionsPanel)
    qtbot.waitUntil(lambda: all(len(maps.view(k).pixels) for k in ("code", "pca")))
    code, pca = maps.view("code"), maps.view("pca")
    before = pca.pixels.copy()
    code._zoom(3.0, *code.pixels[2])
    np.testing.assert_array_equal(pca.pixels, before)
    maps.link.setChecked(True)
    code._zoom(1.2, *code.pixels[2])
    seen = code.in_sight()
    assert 0 < seen.sum() < 6
    assert pca.in_sight()[seen].all()
    code._show_all()
    np.testing.assert_allclose(pca.pixels, before, rtol=1e-5, atol=1e-6)
    maps.select(np.arange(6) == 1)
    maps.zoom_to_selection()
    assert code.in_sight()[1]


def test_other_networks_draw_under_the_same_cursor(learnt: MainWindow, qtbot: QtBot) -> None:
    window = learnt
    show(window, "others")
    services, panel = window._services, window.panel(OthersPanel)
    ours, showing = services.of(Others), services.showing
    first, second = other("x"), other("y", latent=3)
    ours.add(first)
    ours.add(second)
    assert not panel.menu.isEnabled()
    codec = showing.shown.codec
    assert codec is not None
    rows = showing.shown.dataset.flat()
    services.of(DecodeService).request(codec.encode(rows)[2])
    qtbot.waitUntil(lambda: panel.previews[1].picture.image is not None)
    for each, preview in zip((first, second), panel.previews, strict=True):
        # At a sample the other network shows its reconstruction of that sample.
        image = each.codec.reconstruct(rows[2:3]).reshape(1, 7, 5)
        assert preview.picture.image is not None
        np.testing.assert_allclose(preview.picture.image, image, atol=1e-4)
        assert preview.words.text() == "among the same samples"
    # They are compared by eye: all have one size and stand side by side.
    pictures = [each.picture.geometry() for each in (panel.shown, *panel.previews)]
    assert len({(rect.y(), rect.height()) for rect in pictures}) == 1
    assert max(rect.width() for rect in pictures) - min(rect.width() for rect in pictures) <= 1
    panel.method_chosen.emit("standard")
    qtbot.waitUntil(lambda: "standard deviations" in panel.previews[0].words.text())
    panel.removed.emit("x")
    assert [each.key for each in ours.others] == ["y"]


def test_seeds_follow_the_epoch_and_kept_epochs_stay(window: MainWindow, qtbot: QtBot) -> None:
    workspace = window._services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, "runs", 3), "three")
    train(qtbot, window)
    showing, others = window._services.showing, window._services.of(Others)
    codec = showing.shown.codec
    assert codec is not None
    menu = window.panel(OthersPanel).menu
    menu.menu().aboutToShow.emit()
    texts = [action.text() for action in menu.menu().actions()]
    assert len(texts) == 4
    assert sum(text.startswith("Seed ") for text in texts) == 2
    run = next(k for k in range(3) if k != codec.run)
    window.feature(OthersFeature).choose(f"run:{run}")
    window.feature(OthersFeature).choose("moment")
    window.docks["others"].show()
    window.docks["others"].raise_()
    qtbot.waitUntil(lambda: others.latest is not None)
    compared: list[Compared] = []
    others.compared.connect(compared.append)
    before = others.latest
    timeline = showing.shown.timeline
    assert timeline is not None
    showing.show_epoch(timeline.frames[0].epoch)
    qtbot.waitUntil(lambda: others.others[0].codec.epoch == timeline.frames[0].epoch)
    assert others.others[1].codec is codec
    assert others.others[0].codec.run == run
    qtbot.waitUntil(lambda: bool(compared))
    assert others._codes.finish(10.0)
    (now,) = compared
    assert [each.of.codec.epoch for each in (now.shown, now.others[0])] == [
        timeline.frames[0].epoch
    ] * 2
    assert before is not None
    assert now.others[1] is before.others[1], "what stays as it is, is not encoded again"


def test_other_networks_are_named_in_the_language_of_the_window(
    window: MainWindow, qtbot: QtBot, app: App
) -> None:
    workspace = window._services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, "runs", 2), "two")
    train(qtbot, window)
    codec = window._services.shown.codec
    assert codec is not None
    feature = window.feature(OthersFeature)
    feature.choose(f"run:{1 - codec.run}")
    feature.choose("moment")
    seed = window._services.shown.seeds[1 - codec.run]
    app.use_language("es")
    epoch = f"época {codec.epoch:.0f}"
    assert [each.name.text() for each in app.window.panel(OthersPanel).previews] == [
        f"Semilla {seed}",
        epoch,
    ]
    maps = app.window.panel(ProjectionsPanel)
    titles = [maps.view(key).accessibleName() for key in OTHER_KEYS]
    assert titles == [f"Mapa: Semilla {seed}", f"Mapa: {epoch}"]


def test_a_file_that_does_not_fit_is_refused(
    learnt: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = learnt
    others = window._services.of(Others)
    # Created here, since only this feature passes the set on to ``Others``.
    window.feature(OthersFeature)
    of = recipe()
    save_run(tmp_path / "good.aegui", SavedRun(of, glyphs(), snapshot(of, seed=5)))
    others.open(tmp_path / "good.aegui")
    qtbot.waitUntil(lambda: len(others.others) == 1)
    assert others.others[0].name == "good"
    large = glyphs(height=8, width=8)
    save_run(tmp_path / "large.aegui", SavedRun(of, large, snapshot(of, pixels=64)))
    with qtbot.waitSignal(others.refused) as told:
        others.open(tmp_path / "large.aegui")
    assert told.args == ["large takes images of 1x8x8 pixels, this set has images of 1x7x5."]
    assert len(others.others) == 1


@pytest.mark.parametrize("key", ["selection", "others"])
def test_panels_explain_themselves_when_empty(window: MainWindow, key: str) -> None:
    show(window, key)
    if key == "others":
        assert window.panel(OthersPanel).isVisible()
        assert window.panel(OthersPanel)._hint.isVisible()
    else:
        assert window.panel(SelectionPanel).isVisible()
        assert window.panel(SelectionPanel)._pages.currentIndex() == 0
