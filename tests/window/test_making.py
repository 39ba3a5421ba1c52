"""Creating things in the window: from pins, samples and the network to the map and to files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.data.dataset import Dataset, copies_in
from aegui.core.data.load import load_dataset
from aegui.core.latent.codec import Codec
from aegui.core.latent.frame import axes_frame
from aegui.features.making import finds as wiring_finds
from aegui.features.making.model.making import Making
from aegui.features.making.view.panel import PAGES, MakingPanel
from aegui.features.time.feature import TimeFeature
from aegui.paths import models_dir
from aegui.session.file_writer import FileWriter
from aegui.session.map.decode_service import DecodeService
from aegui.shell.dialogs import film as film_dialog
from aegui.shell.dialogs.film import FilmDialog
from aegui.shell.outcome import shown_origin
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.session.services import Services
    from aegui.window.main_window import MainWindow


@pytest.fixture
def trained(learnt: MainWindow, qtbot: QtBot) -> MainWindow:
    """Show the panel beside a small network."""
    window = learnt
    window.docks["making"].show()
    window.docks["making"].raise_()
    qtbot.waitUntil(window.panel(MakingPanel).isVisible)
    qtbot.waitUntil(lambda: window._services.shown.codes is not None)
    return window


def parts(window: MainWindow) -> tuple[MakingPanel, Services]:
    return window.panel(MakingPanel), window._services


def pin_two(window: MainWindow) -> None:
    services = window._services
    codes = services.shown.codes
    assert codes is not None
    services.workspace.annotations.pin(codes.values[0], "start")
    services.workspace.annotations.pin(codes.values[3], "end")


def test_before_any_training_the_panel_says_so(window: MainWindow) -> None:
    assert window.panel(MakingPanel).placeholder.message.startswith("Press Train")


# Path


def test_a_way_through_pins_is_on_the_map_and_in_the_film(
    trained: MainWindow, qtbot: QtBot
) -> None:
    panel, services = parts(trained)
    assert panel.placeholder.message == ""
    pin_two(trained)
    qtbot.waitUntil(lambda: services.of(Making).paths.latest is not None)
    result = services.of(Making).paths.latest
    assert result is not None
    assert panel.path.pins.list.count() == 2
    with qtbot.waitSignal(services.of(DecodeService).decoded) as told:
        panel.path.strip.step_chosen.emit(7)
    np.testing.assert_allclose(told.args[0].z, result.codes[7], rtol=1e-6)
    cursor = trained.canvas.map_cursor.code()
    assert cursor is not None
    np.testing.assert_allclose(cursor, result.codes[7], rtol=1e-4, atol=1e-5)


def test_no_path_is_looked_for_once_a_pin_is_gone(trained: MainWindow) -> None:
    panel, services = parts(trained)
    panel.path.kind_chosen.emit("geodesic")
    pin_two(trained)
    assert services.of(Making).paths.latest is None
    assert panel.path._status.text().startswith("Looking for the path")
    services.workspace.annotations.unpin(0)
    assert panel.path._status.text() == "A path needs two ticked pins."


def test_pins_are_renamed_moved_and_taken_away(trained: MainWindow) -> None:
    panel, services = parts(trained)
    pin_two(trained)
    kept, pins = services.workspace.annotations, panel.path.pins
    first = kept.pins[0]
    pins.toggled.emit(0, False)
    pins.list.item(0).setText("beginning")
    assert kept.pins[0].name == "beginning"
    assert kept.pins[0].z == first.z
    assert services.of(Making).paths.stops == (False, True)
    pins.list.item(0).setText(" ")
    assert kept.pins[0].name == "beginning"
    assert pins.list.item(0).text() == "beginning"
    pins.ordered.emit((1, 0))
    assert [place.name for place in kept.pins] == ["end", "beginning"]
    pins.removed.emit(0)
    assert [place.name for place in kept.pins] == ["beginning"]


def test_the_place_of_the_cursor_is_pinned_from_the_panel(trained: MainWindow) -> None:
    panel, services = parts(trained)
    place = np.array([0.25, -0.5], np.float32)
    trained.canvas.map_cursor.put(*place.tolist())
    panel.path.pins.add.click()
    np.testing.assert_allclose(services.workspace.annotations.pins[-1].z, place)


@pytest.mark.parametrize("kind", ["gif", "png"])
def test_a_film_is_saved(
    trained: MainWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    panel, services = parts(trained)
    pin_two(trained)
    services.of(Making).paths.set_count(8)
    qtbot.waitUntil(lambda: services.of(Making).paths.latest is not None)
    file = tmp_path / f"film.{kind}"
    monkeypatch.setattr(film_dialog, "choose_film_file", lambda *_: (str(file), kind))
    panel.path.export_requested.emit(kind)
    (dialog,) = trained.findChildren(FilmDialog)
    qtbot.waitUntil(lambda: "8 images" in dialog.size_words.text(), timeout=20_000)
    assert dialog.film.form == kind
    assert dialog.form.rows.isRowVisible(dialog.form.fields["palette"]) == (kind == "gif")
    with qtbot.waitSignal(services.of(FileWriter).noticed) as told:
        dialog.save.click()
    assert "The film is saved" in told.args[0].text
    with Image.open(file) as film:
        assert film.format == kind.upper()
        stated = film.info["comment"].decode() if kind == "gif" else film.info["Description"]
        assert shown_origin(services.workspace.name, services.shown) in stated
        if kind == "gif":
            assert film.n_frames == 8  # type: ignore[attr-defined]


def test_a_film_that_cannot_be_saved_is_told(
    trained: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, services = parts(trained)
    pin_two(trained)
    qtbot.waitUntil(lambda: services.of(Making).paths.latest is not None)
    path = str(tmp_path / "nowhere" / "film.gif")
    monkeypatch.setattr(film_dialog, "choose_film_file", lambda *_: (path, "gif"))
    panel.path.export_requested.emit("gif")
    with qtbot.waitSignal(services.of(FileWriter).noticed) as told:
        trained.findChildren(FilmDialog)[0].save.click()
    assert told.args[0].level == "error"


# Concepts


def test_a_concept_is_made_kept_and_saved(
    trained: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    panel, services = parts(trained)
    page, concepts = panel.concept, services.of(Making).concepts
    page.added.emit("plus", (0, 1))
    page.added.emit("minus", (2,))
    qtbot.waitUntil(lambda: concepts.latest is not None)
    page.strip.amount_edited.emit(1.5)
    assert page.strip.amount == 1.5
    page.keep_requested.emit("round")
    kept = services.workspace.annotations.concepts
    assert [concept.name for concept in kept] == ["round"]
    assert page.stored.currentText() == "round"
    with qtbot.waitSignal(services.workspace.file.saved):
        assert services.workspace.save_as(tmp_path / "with.aegui")
    page.stored_removed.emit(0)
    assert page.stored.count() == 1
    assert concepts.stored is None
    assert services.workspace.open(tmp_path / "with.aegui")
    qtbot.waitUntil(lambda: page.stored.count() == 2)


def test_a_concept_is_of_the_codes_of_the_run_that_is_shown(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = window._services
    services.workspace.edit_recipe(SMALL.model_copy(update={"runs": 2}), "two runs")
    train(qtbot, window)
    # As for a network that needs torch: its codes come later.
    monkeypatch.setattr(Codec, "numpy_work", 0)
    window.docks["making"].show()
    window.docks["making"].raise_()
    panel, concepts = window.panel(MakingPanel), services.of(Making).concepts
    qtbot.waitUntil(panel.isVisible)
    panel.show_page("concept")
    with qtbot.waitSignal(concepts.computed):
        panel.concept.boxes["plus"].chosen.emit((0,))
    codec = services.shown.codec
    assert codec is not None
    with qtbot.waitSignal(concepts.computed) as told:
        services.showing.choose_run(1 - codec.run)
    codec = services.shown.codec
    assert codec is not None
    codes = codec.encode(services.shown.dataset.flat())
    np.testing.assert_allclose(told.args[0].base, codes.mean(axis=0), rtol=1e-4, atol=1e-5)
    direction = np.array(told.args[0].concept.direction)
    np.testing.assert_allclose(direction, codes[0] - codes.mean(axis=0), rtol=1e-4, atol=1e-5)
    qtbot.waitUntil(
        lambda: services.shown.codes is not None and services.shown.codes.codec is codec
    )


def test_what_is_said_of_a_gan_goes_with_it(trained: MainWindow, qtbot: QtBot) -> None:
    panel, services = parts(trained)
    services.workspace.open(models_dir() / "fashion-gan.aegui", lambda: True)
    qtbot.waitUntil(lambda: "GAN" in panel.concept._status.text())
    services.workspace.open(models_dir() / "letters-2d.aegui", lambda: True)
    qtbot.waitUntil(lambda: "GAN" not in panel.concept._status.text())


def test_what_is_selected_on_the_map_goes_into_a_box(trained: MainWindow) -> None:
    panel, services = parts(trained)
    page = panel.concept
    page.selection_requested.emit("plus")
    assert "lasso" in page._status.text()
    trained.canvas.set_selection(np.array([1, 4]))
    page.selection_requested.emit("plus")
    assert services.of(Making).concepts.box("plus") == (1, 4)
    codes = services.shown.codes
    assert codes is not None
    trained.canvas.cursor_moved.emit(codes.values[2])
    page.cursor_requested.emit("plus")
    assert services.of(Making).concepts.box("plus") == (1, 4, 2)


def test_what_a_concept_reaches_is_found_pinned_and_drawn(
    trained: MainWindow, qtbot: QtBot
) -> None:
    panel, services = parts(trained)
    page, concepts = panel.concept, services.of(Making).concepts
    page.added.emit("plus", (0,))
    qtbot.waitUntil(lambda: page.draw.isEnabled())
    result = concepts.latest
    assert result is not None
    reached = result.code(concepts.amount)
    page.show_place.click()
    cursor = trained.canvas.map_cursor.code()
    assert cursor is not None
    np.testing.assert_allclose(cursor, reached, rtol=1e-4, atol=1e-5)
    page.pin.click()
    np.testing.assert_allclose(services.workspace.annotations.pins[-1].z, reached, rtol=1e-6)
    page.draw.click()
    codec = services.shown.codec
    assert codec is not None
    drawn = codec.decode(reached).reshape(7, 5) > 0.5
    np.testing.assert_array_equal(services.drawing.pixels, drawn)
    page.boxes["start"].pin_chosen.emit(0)
    assert concepts.start == services.workspace.annotations.pins[0].z


# Finds


def find(window: MainWindow, qtbot: QtBot, source: str = "posterior", count: int = 10) -> None:
    panel, services = parts(window)
    with qtbot.waitSignal(services.of(Making).finds.found):
        panel.finds.find_requested.emit(source, count)


def test_finds_are_shown_and_saved_as_a_set(
    trained: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, services = parts(trained)
    find(trained, qtbot)
    assert panel.finds.sheet.count() == 10
    for name in ("new.json", "new.h", "new.png"):
        file = str(tmp_path / name)
        monkeypatch.setattr(wiring_finds, "choose_set_file", lambda *_, file=file: file)
        with qtbot.waitSignal(services.of(FileWriter).noticed) as told:
            panel.finds.save_requested.emit((0, 4))
        assert told.args[0].level == "info"
        result = services.of(Making).finds.latest
        assert result is not None
        read = load_dataset(file)
        np.testing.assert_array_equal(read.images, result.images[[0, 4]] > 0.5)


def test_a_search_is_cancelled_and_another_one_finds(trained: MainWindow, qtbot: QtBot) -> None:
    panel, services = parts(trained)
    panel.tabs.setCurrentIndex(tuple(PAGES).index("finds"))
    page, finds = panel.finds, services.of(Making).finds
    QTest.mouseClick(page.search, Qt.MouseButton.LeftButton)
    assert finds.job.is_busy
    assert page.search.isHidden()
    QTest.mouseClick(page.cancel, Qt.MouseButton.LeftButton)
    assert not finds.job.is_busy
    assert page.search.isVisible()
    assert page.sheet.count() == 0
    with qtbot.waitSignal(finds.found):
        QTest.mouseClick(page.search, Qt.MouseButton.LeftButton)
    assert page.sheet.count() == page.count.currentData(), "only the second search has ended"
    assert finds.latest is not None


def test_finds_join_the_set_once(trained: MainWindow, qtbot: QtBot) -> None:
    panel, services = parts(trained)
    find(trained, qtbot, "prior", 50)
    result, workspace = services.of(Making).finds.latest, services.workspace
    assert result is not None
    images = [image > 0.5 for image in result.images]
    found = Dataset.from_images("found", images, [str(n) for n in range(len(images))])
    copies = copies_in(workspace.dataset, found)
    new = [number for number in range(len(images)) if number not in copies]
    assert copies
    assert len(new) > 3, "the prior reaches beyond the letters"

    def said(words: str) -> list[str]:
        return [note.text for note in trained.notifications.shown if words in note.text]

    before = len(workspace.dataset)
    panel.finds.join_requested.emit(tuple(new[:3]))
    assert len(workspace.dataset) == before + 3
    assert workspace.dataset.labels[-1] == f"new {new[2] + 1}"
    # One message: the offer to train on with them.
    qtbot.waitUntil(lambda: bool(said("3 samples are new")))
    assert not said("in the set now")
    # The same again is no longer new.
    panel.finds.join_requested.emit(tuple(new[:3]))
    assert len(workspace.dataset) == before + 3
    assert said("already")
    panel.finds.join_requested.emit((*new[2:4], copies[0]))
    assert len(workspace.dataset) == before + 4
    assert said("2 were there already")
    for _ in range(2):
        workspace.undo_stack.undo()
    assert len(workspace.dataset) == before
    assert not said("new")


def test_finds_come_from_the_region_that_was_drawn(trained: MainWindow, qtbot: QtBot) -> None:
    panel, services = parts(trained)
    panel.finds.find_requested.emit("region", 10)
    assert "lasso" in panel.finds.status.text()
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    trained.canvas.selecting.region = (square, axes_frame((0, 1), np.zeros(2)))
    find(trained, qtbot, "region")
    result = services.of(Making).finds.latest
    assert result is not None
    assert ((result.codes >= 0.0) & (result.codes <= 1.0)).all()


def test_a_find_is_reached(trained: MainWindow, qtbot: QtBot) -> None:
    panel, services = parts(trained)
    find(trained, qtbot)
    result = services.of(Making).finds.latest
    assert result is not None
    panel.finds.show_requested.emit(3)
    cursor = trained.canvas.map_cursor.code()
    assert cursor is not None
    np.testing.assert_allclose(cursor, result.codes[3], rtol=1e-4, atol=1e-5)
    panel.finds.pin_requested.emit((1, 2))
    assert len(services.workspace.annotations.pins) == 2
    panel.finds.draw_requested.emit(3)
    np.testing.assert_array_equal(services.drawing.pixels, result.images[3, 0] > 0.5)


def test_what_was_found_and_the_lasso_go_with_the_run(window: MainWindow, qtbot: QtBot) -> None:
    panel, services = parts(window)
    services.workspace.edit_recipe(SMALL.model_copy(update={"runs": 2}), "two runs")
    train(qtbot, window)
    window.docks["making"].show()
    window.docks["making"].raise_()
    qtbot.waitUntil(panel.isVisible)
    find(window, qtbot)
    result = services.of(Making).finds.latest
    assert result is not None
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    window.canvas.selecting.region = (square, axes_frame((0, 1), np.zeros(2)))
    window.feature(TimeFeature).go_to(100)
    assert panel.finds.sheet.count() == 10
    assert f"epoch {result.epoch}" in panel.finds.status.text()
    codec = services.shown.codec
    assert codec is not None
    services.showing.choose_run(1 - codec.run)
    assert panel.finds.sheet.count() == 0
    assert not panel.finds.pin.isEnabled()
    panel.finds.find_requested.emit("region", 10)
    assert "lasso" in panel.finds.status.text(), "that line was drawn around codes of the other run"


def test_a_new_window_shows_what_was_made(app: App, trained: MainWindow, qtbot: QtBot) -> None:
    services = trained._services
    find(trained, qtbot)
    pin_two(trained)
    trained.panel(MakingPanel).concept.added.emit("plus", (0,))
    concepts = services.of(Making).concepts
    qtbot.waitUntil(lambda: concepts.applied is not None)
    app.use_language("es")
    panel = app.window.panel(MakingPanel)
    assert app.window is not trained
    assert panel.finds.sheet.count() == 10
    assert panel.path.pins.list.count() == 2
    assert panel.concept.boxes["plus"].thumbs.indices == (0,)
    assert panel.concept.result.image is not None
    panel.concept.pin.click()
    assert len(services.workspace.annotations.pins) == 3, "the code that the concept reaches"
