"""Layout, language, theme, messages, help, drawing and map in the real window."""

from __future__ import annotations

import gc
import sys
import weakref
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QTabBar, QToolButton

from aegui.app import App, _catch_errors
from aegui.core.i18n import set_language
from aegui.core.recipe import CorruptionSpec, LatentSpec
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.builder.training import TrainingFeature
from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.features.charts.view.panel import ChartsPanel
from aegui.features.charts.view.reconstructions_panel import ReconstructionsPanel
from aegui.features.data.view.data_panel import DataPanel
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.features.map.feature import MapFeature
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.kit.theme import DARK, LIGHT, current_theme, icon
from aegui.paths import models_dir
from aegui.session.map.decode_service import DecodeService
from aegui.session.notice import Notice
from aegui.session.settings import Settings
from aegui.window.docks import PERSPECTIVES
from aegui.window.help_viewer import HelpViewer, guide_pages
from aegui.window.notifications import MAX_SHOWN
from tests.window.conftest import SMALL, point_until, train

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas
    from aegui.session.shown import Changes, Shown
    from aegui.window.main_window import MainWindow


@pytest.mark.arrangement("build")
@pytest.mark.parametrize("key", PERSPECTIVES)
def test_perspectives_arrange_the_same_docks(window: MainWindow, key: str) -> None:
    window.actions_table[key].trigger()
    named = PERSPECTIVES[key].opened
    for dock_key, dock in window.docks.items():
        assert dock.isHidden() == (dock_key not in named)
    assert window.canvas.isVisible()
    assert window.canvas.width() >= 400
    assert window.canvas.height() >= 250
    assert window.actions_table[key].isChecked()


@pytest.mark.arrangement("build")
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_nothing_sticks_out_of_the_window(
    qtbot: QtBot, window: MainWindow, size: tuple[int, int]
) -> None:
    window.resize(*size)
    window.reset_layout()
    QApplication.processEvents()
    assert (window.width(), window.height()) == size
    for dock in window.docks.values():
        if dock.isVisible() and not dock.visibleRegion().isEmpty():
            assert window.rect().contains(dock.geometry())


@pytest.mark.arrangement("build")
def test_each_perspective_keeps_its_own_layout(qtbot: QtBot, window: MainWindow) -> None:
    window.set_perspective("build")
    window.docks["charts"].close()
    window.set_perspective("wander")
    assert window.docks["charts"].isHidden()
    window.set_perspective("draw")
    assert not window.docks["charts"].isHidden()
    window.set_perspective("build")
    assert window.docks["charts"].isHidden()
    window.actions_table["reset_layout"].trigger()
    assert not window.docks["charts"].isHidden()


@pytest.mark.arrangement("build")
def test_layout_is_remembered(qapp: QApplication, app: App) -> None:
    app.window.set_perspective("draw")
    app.window.docks["charts"].close()
    app.window.panel(ChartsPanel).choices_changed.emit({"rate": True})
    app.window.keep_layout()
    app.shutdown()
    again = App(qapp, Settings.load())
    assert again.window.perspective == "draw"
    assert again.window.docks["charts"].isHidden()
    assert again.window.panel(ChartsPanel).choices()["rate"] is True
    again.shutdown()
    again.deleteLater()
    app.window = again.window


def test_settings_are_written_soon_after_a_change(qtbot: QtBot, app: App) -> None:
    """A crash must not lose them."""
    path = app.services.settings.path
    app.window.set_perspective("draw")
    app.window.docks["charts"].close()
    app.window.panel(ChartsPanel).choices_changed.emit({"rate": True})

    def is_written() -> bool:
        kept = Settings.load(path)
        return (
            kept.perspective == "draw"
            and any(name.startswith("docks-draw") for name in kept.window_states)
            and kept.model_dump() == app.services.settings.model_dump()
        )

    qtbot.waitUntil(is_written)


@pytest.mark.arrangement("build")
def test_another_language_keeps_the_session(qtbot: QtBot, app: App) -> None:
    train(qtbot, app.window)
    old, run = app.window, app.services.workspace.run
    app.window.actions_table["language_es"].trigger()
    assert app.window is not old
    assert app.window.isVisible()
    assert app.services.workspace.run is run
    assert app.window._services.settings.language == "es"
    assert app.window.actions_table["language_es"].isChecked()
    assert app.window.canvas.scene.codes is not None
    assert app.window.panel(BuilderPanel)._recipe == SMALL
    qtbot.waitUntil(lambda: old not in QApplication.topLevelWidgets())


@pytest.mark.arrangement("build")
def test_the_cross_of_the_map_stays_in_another_language(
    learnt: MainWindow, app: App, qtbot: QtBot
) -> None:
    def rests_at(canvas: LatentCanvas, code: NDArray[np.float32]) -> bool:
        rest = canvas.cursor_overlay.rest
        return rest is not None and np.array_equal(rest, code)

    canvas = learnt.canvas
    qtbot.waitUntil(lambda: canvas.cursor_overlay.rest is not None)
    canvas.map_cursor.put(0.4, -0.3)
    wanted = canvas.map_cursor.last_code
    assert wanted is not None
    canvas.map_cursor.leave()
    qtbot.waitUntil(lambda: rests_at(canvas, wanted))
    app.use_language("es")
    renewed = app.window.canvas
    qtbot.waitUntil(lambda: renewed.cursor_overlay.rest is not None)
    assert rests_at(renewed, wanted)
    assert renewed.map_cursor.last_code is wanted
    # Where keys have moved the cursor, they go on moving it.
    renewed.map_cursor.put_without_mouse(0.5, 0.6)
    app.use_language("en")
    assert app.window.canvas.cursor_overlay.position == (0.5, 0.6)


@pytest.mark.arrangement("build")
def test_the_window_of_another_language_is_let_go(qtbot: QtBot, app: App) -> None:
    train(qtbot, app.window)
    old = weakref.ref(app.window)
    app.use_language("es")

    def is_gone() -> bool:
        gc.collect()
        return old() is None

    # A leaked window would cost 40 MB per change of language, with its panels and pictures. Its
    # running computations end first.
    qtbot.waitUntil(is_gone, timeout=60_000)


@pytest.mark.arrangement("build")
def test_training_goes_on_in_another_language(qtbot: QtBot, app: App) -> None:
    services = app.services
    training = SMALL.training.model_copy(update={"epochs": 5_000_000})
    services.workspace.edit_recipe(SMALL.model_copy(update={"training": training}), "longer")
    app.window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: services.shown.history is not None)
    app.use_language("es")
    assert services.runner.state == "running"
    rows = len(services.shown.history or ())
    qtbot.waitUntil(lambda: len(services.shown.history or ()) > rows + 5)
    assert app.window.feature(TrainingFeature)._pulled is not None
    with qtbot.waitSignal(services.runner.finished):
        app.window.actions_table["stop"].trigger()


@pytest.mark.arrangement("build")
def test_the_theme_changes_at_once(app: App) -> None:
    app.window.actions_table["theme_dark"].trigger()
    assert current_theme() is DARK
    assert app.services.settings.theme == "dark"
    assert app.window.actions_table["theme_dark"].isChecked()
    app.use_theme("light")
    assert current_theme() is LIGHT


def test_full_screen_is_shown_as_checked(window: MainWindow) -> None:
    window.actions_table["full_screen"].trigger()
    assert window.isFullScreen()
    window.actions_table["full_screen"].trigger()
    assert not window.isFullScreen()


# Messages


def test_messages_queue_and_are_put_away(qtbot: QtBot, window: MainWindow) -> None:
    notifications = window.notifications
    notifications.close_all()
    for number in range(MAX_SHOWN + 2):
        notifications.show(Notice("error", f"message {number}"))
    notifications.show(Notice("error", "message 4"))
    assert [notice.text for notice in notifications.shown] == [
        "message 2",
        "message 3",
        "message 4",
    ]
    assert notifications.waiting == 2
    shown = tuple(notifications._toasts)
    assert shown[0].accessibleName() == "Error: message 2"
    assert any(label.text() == "message 2" for label in shown[0].findChildren(QLabel))
    assert window.rect().contains(shown[0].geometry())
    tops = [toast.y() for toast in notifications._toasts]
    assert tops == sorted(tops)
    shown[1].close_now()
    assert [notice.text for notice in notifications.shown] == [
        "message 1",
        "message 2",
        "message 4",
    ]
    notifications.show(Notice("info", "by the way"))
    notifications.show(Notice("error", "message 5"))
    assert [notice.text for notice in notifications.shown] == [
        "message 2",
        "message 4",
        "message 5",
    ]
    notifications.close_all()
    assert notifications.shown == ()
    assert notifications.waiting == 0


def test_a_refused_wish_is_forgotten_with_the_next_one(qtbot: QtBot, window: MainWindow) -> None:
    notifications, workspace = window.notifications, window._services.workspace
    notifications.close_all()

    def wish(source: str) -> None:
        data = workspace.recipe.data.model_copy(update={"source": source, "chars": None})
        workspace.edit_recipe(workspace.recipe.model_copy(update={"data": data}), source)

    lasting = Notice("error", "the disk is full")
    notifications.show(lasting)
    wish("uppercase")
    wish("nowhere.png")
    assert [notice.level for notice in notifications.shown] == ["error", "error"]
    assert "nowhere.png" in notifications.shown[1].text
    window.actions_table["undo"].trigger()
    assert notifications.shown == (lasting,)
    wish("nowhere.png")
    assert len(notifications.shown) == 2
    wish("digits")
    qtbot.waitUntil(lambda: workspace.recipe.data.source == "digits")
    assert [notice for notice in notifications.shown if notice.level == "error"] == [lasting]
    notifications.close_all()


@pytest.mark.arrangement("build")
def test_keys_go_to_the_map_when_what_had_them_is_put_away(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.set_perspective("build")
    window.docks["data"].raise_()
    qtbot.waitUntil(window.panel(DataPanel).search.isVisible)
    window.panel(DataPanel).search.setFocus()
    window.set_perspective("wander")
    assert window.focusWidget() is window.canvas


def test_an_offer_outlasts_what_is_only_told(window: MainWindow) -> None:
    notifications = window.notifications
    notifications.close_all()
    offer = Notice("info", "other images", "a network for them", lambda: None)
    notifications.show(Notice("error", "broken"))
    notifications.show(offer)
    for number in range(MAX_SHOWN):
        notifications.show(Notice("info", f"news {number}"))
    assert [notice.text for notice in notifications.shown[:2]] == ["broken", "other images"]
    notifications.show(Notice("info", "more images", "another", lambda: None))
    assert offer not in notifications.shown
    notifications.close_all()


def test_notes_go_by_themselves(qtbot: QtBot, window: MainWindow) -> None:
    window.notifications.close_all()
    window.notify(Notice("info", "by the way"))
    toast = window.notifications._toasts[0]
    # The pointer may happen to be over it.
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert toast._timer.isActive()
    toast._timer.start(1)
    qtbot.waitUntil(lambda: window.notifications.shown == ())
    window.notify(Notice("error", "wait"))
    assert not window.notifications._toasts[0]._timer.isActive()


def test_an_unexpected_error_is_told_and_ends_nothing(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr("threading.excepthook", sys.__excepthook__)
    _catch_errors(app)
    error = ZeroDivisionError("by zero")
    sys.excepthook(ZeroDivisionError, error, None)
    assert "ZeroDivisionError: by zero" in app.window.notifications.shown[-1].text
    assert any(record.message == "unexpected" for record in caplog.records)
    caplog.clear()


def test_about_box(window: MainWindow) -> None:
    seen: list[str] = []

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append(box.text())
        box.accept()

    QTimer.singleShot(100, look)
    window.actions_table["about"].trigger()
    assert "aegui" in seen[0]


def test_guide(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pages = tmp_path / "guide" / "en"
    pages.mkdir(parents=True)
    (pages / "1-first.md").write_text("# First steps\n\nTo [the map](2-map.md).")
    (pages / "2-map.md").write_text("# The map\n\nCodes lie here.")
    monkeypatch.setattr("aegui.window.help_viewer.resources_dir", lambda: tmp_path)
    window.actions_table["guide"].trigger()
    viewer = window.findChild(HelpViewer)
    assert isinstance(viewer, HelpViewer)
    assert viewer.isVisible()
    assert "To the map." in viewer.text
    assert viewer._list.item(1).text() == "The map"
    viewer._on_text_anchor_clicked(QUrl("2-map.md"))
    assert "Codes lie here." in viewer.text
    set_language("es")
    assert [page.name for page in guide_pages()] == ["1-first.md", "2-map.md"]


# Map and drawing


def test_the_mouse_over_the_map_is_decoded(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    canvas, cursor = window.canvas, window.panel(CursorPanel)
    services = window._services

    def is_decoded() -> bool:
        codec, code, image = services.shown.codec, canvas.map_cursor.code(), cursor.pictures.image
        if codec is None or code is None:
            return False
        return np.allclose(image.ravel(), codec.decode(code)[0], atol=1e-6)

    point_until(qtbot, canvas, canvas.rect().center(), is_decoded)
    first = np.array(cursor.pictures.image)
    point_until(qtbot, canvas, canvas.rect().center() + QPoint(150, 90), is_decoded)
    assert np.abs(cursor.pictures.image - first).max() > 0.01
    decoded = window.feature(MapFeature)._decoded
    code = canvas.map_cursor.code()
    assert decoded is not None
    assert code is not None
    np.testing.assert_array_equal(decoded.z, code)


def test_where_the_cursor_rests_another_network_is_decoded_too(
    qtbot: QtBot, window: MainWindow
) -> None:
    canvas, cursor, services = window.canvas, window.panel(CursorPanel), window._services
    letters = services.workspace.recipe
    services.workspace.open(models_dir() / "mnist-vae-2.aegui", lambda: True)
    qtbot.waitUntil(lambda: services.shown.codes is not None, timeout=20_000)
    QTest.mouseMove(canvas, canvas.rect().center())
    qtbot.waitUntil(lambda: not cursor.is_empty, timeout=20_000)
    services.workspace.new(letters)
    qtbot.waitUntil(lambda: cursor.is_empty, timeout=20_000)
    train(qtbot, window)
    assert canvas.map_cursor.code() is not None
    qtbot.waitUntil(lambda: not cursor.is_empty, timeout=20_000)


def test_the_place_that_the_cursor_panel_shows_is_marked_while_it_is_visible(
    qtbot: QtBot, learnt: MainWindow
) -> None:
    canvas, decoding = learnt.canvas, learnt._services.of(DecodeService)

    def is_marked(*code: float) -> bool:
        rest = canvas.cursor_overlay.rest
        return rest is not None and np.allclose(rest, code)

    learnt.docks["cursor"].show()
    learnt.docks["cursor"].raise_()
    decoding.request((0.1, 0.2))
    qtbot.waitUntil(lambda: is_marked(0.1, 0.2))
    learnt.docks["cursor"].close()
    assert canvas.cursor_overlay.rest is None
    # What is decoded meanwhile is not marked, nor is the place before it.
    with qtbot.waitSignal(decoding.decoded):
        decoding.request((0.5, 0.2))
    assert canvas.cursor_overlay.rest is None
    for _ in range(2):
        learnt.docks["cursor"].show()
        learnt.docks["cursor"].raise_()
        qtbot.waitUntil(lambda: is_marked(0.5, 0.2))
        learnt.docks["cursor"].close()


def test_a_plane_lies_behind_the_map(qtbot: QtBot, learnt: MainWindow) -> None:
    window = learnt
    qtbot.waitUntil(lambda: window.canvas.scene.backdrop.plane is not None)


def test_the_plane_of_another_network_goes_at_once(qtbot: QtBot, learnt: MainWindow) -> None:
    window, backdrop = learnt, learnt.canvas.scene.backdrop
    qtbot.waitUntil(lambda: backdrop.plane is not None)
    before, stale = backdrop.plane, []

    def note(_shown: Shown, changes: Changes) -> None:
        if "network" in changes:
            stale.append(backdrop.plane is before)

    window._services.showing.changed.connect(note)
    train(qtbot, window)
    qtbot.waitUntil(lambda: backdrop.plane is not None)
    assert stale
    assert not any(stale)


def test_the_plane_stays_while_a_training_ends_and_is_continued(
    qtbot: QtBot, window: MainWindow
) -> None:
    services, backdrop = window._services, window.canvas.scene.backdrop
    training = SMALL.training.model_copy(update={"epochs": 5_000_000})
    services.workspace.edit_recipe(SMALL.model_copy(update={"training": training}), "longer")
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: backdrop.plane is not None)
    seen = []

    def note(_shown: Shown, changes: Changes) -> None:
        if "network" in changes:
            seen.append(backdrop.plane is not None)

    def is_shown(times: int) -> bool:
        return len(seen) >= times

    services.showing.changed.connect(note)
    for times, key in enumerate(("stop", "continue", "stop"), 1):
        window.actions_table[key].trigger()
        qtbot.waitUntil(partial(is_shown, times))
    assert seen == [True, True, True]


def test_pins_come_and_go(qtbot: QtBot, learnt: MainWindow) -> None:
    window = learnt
    canvas = window.canvas
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    assert [pin.name for pin in canvas.scene.pins] == ["Pin 1"]
    window.actions_table["undo"].trigger()
    assert canvas.scene.pins == ()
    window.actions_table["redo"].trigger()
    canvas.pin_removed.emit(0)
    assert canvas.scene.pins == ()


def test_the_map_of_a_new_document_has_no_axes_of_the_one_before(
    qtbot: QtBot, window: MainWindow
) -> None:
    workspace, canvas = window._services.workspace, window.canvas
    network = SMALL.network.model_copy(update={"latent": LatentSpec(units=5)})
    assert workspace.new(SMALL.model_copy(update={"network": network}))
    train(qtbot, window)
    assert canvas.scene.projection.spanned
    assert canvas.overlays.axes.isVisible()
    assert workspace.new(SMALL)
    qtbot.waitUntil(lambda: not canvas.overlays.axes.isVisible())
    assert canvas.scene.projection.size == 2
    assert not canvas.scene.projection.spanned


def test_pins_of_the_network_before_do_not_shrink_the_next_map(
    qtbot: QtBot, window: MainWindow
) -> None:
    train(qtbot, window)
    annotations = window._services.workspace.annotations
    annotations.pin([400.0, 300.0])
    home = window.canvas.navigation.home
    assert home.contains(*home.to_pixels([[400.0, 300.0]])[0]), "it is of the present network"
    train(qtbot, window)
    home = window.canvas.navigation.home
    assert not home.contains(*home.to_pixels([[400.0, 300.0]])[0])
    assert annotations.pins


@pytest.mark.arrangement("build")
def test_drawing_moves_its_code_and_its_answer(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    window.docks["answer"].raise_()
    canvas, draw = window.canvas, window.panel(DrawPanel)
    drawing = window._services.drawing
    assert drawing.label == "a"
    before = np.array(canvas.scene.drawing)
    draw.editor.pixel_painted.emit(0, 0, 1.0)
    assert drawing.pixels[0, 0] == 1.0
    qtbot.waitUntil(lambda: not np.allclose(np.array(canvas.scene.drawing), before, atol=1e-3))
    draw.edit_requested.emit("undo")
    assert drawing.pixels[0, 0] == 0.0
    qtbot.waitUntil(
        lambda: np.allclose(np.array(canvas.scene.drawing), before, rtol=1e-5, atol=1e-6)
    )
    spec = CorruptionSpec(kind="flip", level=0.5)
    draw.noise.noise_requested.emit(spec, 5)
    assert drawing.target is not None
    settings = window._services.settings
    qtbot.waitUntil(lambda: (settings.noise, settings.noise_seed) == (spec, 5))


def test_samples_are_loaded_from_wherever_they_are_clicked(
    qtbot: QtBot, window: MainWindow
) -> None:
    drawing = window._services.drawing
    for number, signal in enumerate(
        (
            window.canvas.sample_activated,
            window.panel(ReconstructionsPanel).view.sample_activated,
            window.panel(AnswerPanel).sample_activated,
            window.panel(CursorPanel).nearest.sample_activated,
            window.panel(DrawPanel).load_requested,
        )
    ):
        signal.emit(number + 1)
        assert drawing.label == "abcdef"[number + 1]


def test_a_drawing_is_added_to_the_set(window: MainWindow) -> None:
    # An exact copy of a sample is only added on a second request.
    window._services.drawing.paste(np.eye(7, 5))
    window.panel(DrawPanel).page.add_requested.emit("ñ")
    dataset = window._services.workspace.dataset
    assert dataset.labels == (*"abcdef", "ñ")
    np.testing.assert_array_equal(dataset.images[-1, 0], np.eye(7, 5))
    window.actions_table["undo"].trigger()
    assert len(window._services.workspace.dataset) == 6


def test_copy_and_paste(window: MainWindow) -> None:
    draw, drawing = window.panel(DrawPanel), window._services.drawing
    draw.edit_requested.emit("copy")
    text = QApplication.clipboard().text()
    assert len(text.splitlines()) == 7
    copied = np.array(drawing.pixels)
    draw.edit_requested.emit("clear")
    assert not drawing.pixels.any()
    draw.edit_requested.emit("paste")
    np.testing.assert_array_equal(drawing.pixels, copied)
    QApplication.clipboard().setText("nothing of the kind")
    draw.edit_requested.emit("paste")
    assert "nothing to paste" in window.notifications.shown[-1].text


def test_the_window_opens_on_what_the_session_has(qtbot: QtBot, qapp: QApplication) -> None:
    made = App(qapp, Settings(language="en"))
    made.start()
    qtbot.waitExposed(made.window)
    assert made.services.workspace.recipe is not None
    qtbot.wait(300)
    made.shutdown()
    made.deleteLater()


@pytest.mark.arrangement("build")
def test_a_perspective_looks_the_same_the_second_time(
    window: MainWindow, qapp: QApplication
) -> None:
    def visit(key: str) -> set[str]:
        window.set_perspective(key)
        qapp.processEvents()
        return {name for name, dock in window.docks.items() if not dock.isHidden()}

    first = {key: visit(key) for key in PERSPECTIVES}
    assert {key: visit(key) for key in PERSPECTIVES} == first
    for key, docks in first.items():
        assert docks == PERSPECTIVES[key].opened


@pytest.mark.arrangement("build")
def test_no_tab_bar_is_left_over_in_another_language(
    app: App, window: MainWindow, qapp: QApplication
) -> None:
    app.use_language("es")
    qapp.processEvents()
    bars = [
        bar
        for bar in app.window.findChildren(QTabBar)
        if bar.isVisible() and app.window.rect().contains(bar.geometry())
    ]
    assert all(bar.count() > 1 for bar in bars)


@pytest.mark.arrangement("build")
def test_the_names_of_the_arrangements_give_way_before_a_menu_does(window: MainWindow) -> None:
    bar = window.menuBar()

    def lies_over_a_menu() -> bool:
        left = window._corner.geometry().left()
        return any(bar.actionGeometry(action).right() > left for action in bar.actions())

    window.resize(1400, 700)
    QApplication.processEvents()
    assert window._corner.is_named
    least = bar.sizeHint().width()
    for width, is_named in ((least, True), (least - 1, False), (least + 1, True)):
        window.resize(width, 700)
        QApplication.processEvents()
        assert bar.width() == width
        assert window._corner.is_named is is_named
        assert not lies_over_a_menu()
        assert window._corner.geometry().right() == width - 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_main_action_can_be_seen_on_its_button_and_in_its_menu(
    app: App, window: MainWindow, theme: str
) -> None:
    app.use_theme(theme)
    action = window.actions_table["train"]
    button = window.toolbar.widgetForAction(action)
    assert isinstance(button, QToolButton)
    # The button takes the icon of its action again whenever that changes.
    for tip in ("other", action.toolTip()):
        action.setToolTip(tip)
        shown = (action.icon(), button.icon())
        wanted = (icon("train", "text"), icon("train", "on_accent"))
        assert [it.pixmap(16).toImage() for it in shown] == [
            it.pixmap(16).toImage() for it in wanted
        ]
