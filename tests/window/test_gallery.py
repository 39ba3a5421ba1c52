"""The gallery in the real window: opened, searched, and used by keys and mouse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QMessageBox

from aegui.core.cards import CARD_SIZE
from aegui.core.data.builtin import load_builtin
from aegui.core.data.writers import write_dataset
from aegui.core.recipe.edits import with_value
from aegui.core.recipe.file import list_recipes, save_recipe
from aegui.core.setup_line.challenges import CHALLENGES
from aegui.core.shelves import SHELVES
from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.features.gallery.feature import GalleryFeature
from aegui.features.gallery.model.items import NO_EXTRAS, network_items
from aegui.features.gallery.view.details import CardPictures
from aegui.features.studies.view.form_panel import StudyForm
from aegui.kit.theme import DARK, apply_theme
from aegui.paths import models_dir, recipes_dir
from aegui.shell.panel_area import is_in_sight
from tests.processes import python
from tests.window.conftest import SMALL, stop

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.features.gallery.view.dialog import GalleryDialog
    from aegui.window.main_window import MainWindow


def opened(window: MainWindow, qtbot: QtBot, page: str = "networks") -> GalleryDialog:
    window.actions_table["gallery" if page == "networks" else "gallery_data"].trigger()
    dialog = window.feature(GalleryFeature).dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def choose(dialog: GalleryDialog, key: str) -> None:
    dialog.clear()
    keys = [item.key for item in dialog.cards._items]
    dialog.cards.setCurrentIndex(dialog.cards.model().index(keys.index(key), 0))
    item = dialog.cards.chosen_item()
    assert item is not None
    assert item.key == key


def shown_keys(dialog: GalleryDialog) -> list[str]:
    return [item.key for item in dialog.cards._items]


def test_nothing_of_it_is_imported_with_the_window() -> None:
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; from aegui.app import App;"
        "from aegui.session.settings import Settings; q = QApplication([]);"
        "app = App(q, Settings()); found = [n for n in sys.modules if 'features.gallery.' in n];"
        "app.shutdown(); sys.exit(str(found) if found else 0)"
    )
    python("-c", code)


def test_it_begins_with_first_steps_and_the_keys_in_the_search(
    window: MainWindow, qtbot: QtBot
) -> None:
    dialog = opened(window, qtbot)
    first = [key for key, shelf in SHELVES.items() if shelf.level == "first"]
    assert shown_keys(dialog) == first
    assert dialog.focusWidget() is dialog.line
    index = dialog.cards.model().index(0, 0)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("All 96 characters through 2 numbers. trained. Move over")
    assert dialog.details.open.isEnabled()
    # What takes a while to compute appears later, without moving anything.
    qtbot.waitUntil(lambda: bool(dialog.cards._items[0].time), timeout=60_000)
    assert shown_keys(dialog) == first


def test_typing_searches_everywhere_and_enter_opens_what_was_trained(
    window: MainWindow, qtbot: QtBot
) -> None:
    dialog = opened(window, qtbot)
    dialog.cards.setFocus()
    QTest.keyClicks(dialog.cards, "B")
    assert dialog.line.text() == "B", "typing anywhere searches"
    dialog.line.clear()
    QTest.keyClicks(dialog.line, "BAYES limit")
    assert dialog.sections.currentRow() == 0
    assert shown_keys(dialog)[0] == "letters-denoise"
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    workspace = window._services.workspace
    qtbot.waitUntil(lambda: workspace.name == "letters-denoise", timeout=20_000)
    assert workspace.run is not None
    assert window.feature(GalleryFeature).dialog is None


def test_arrows_go_through_the_cards_while_the_search_has_the_keys(
    window: MainWindow, qtbot: QtBot
) -> None:
    dialog = opened(window, qtbot)
    QApplication.processEvents()
    QTest.keyClick(dialog.line, Qt.Key.Key_Right)
    second = dialog.cards.chosen_item()
    assert second is not None
    assert second.key == shown_keys(dialog)[1]
    QTest.keyClick(dialog.line, Qt.Key.Key_Down)
    below = dialog.cards.chosen_item()
    assert below is not None
    assert shown_keys(dialog).index(below.key) > 1
    dialog.reject()


def section_counts(dialog: GalleryDialog) -> list[str]:
    return [dialog.sections.item(at).text() for at in range(dialog.sections.count())]


def test_sections_count_what_search_and_filters_leave(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    everything = section_counts(dialog)
    dialog.kind.setCurrentIndex(dialog.kind.findData("gan"))
    filtered = section_counts(dialog)
    assert filtered[0] == f"Everything ({sum('gan' in i.kinds for i in dialog._items['networks'])})"
    assert "Repairing noise (0)" in filtered
    # Whichever section is selected, it holds as many cards as it says.
    for at, text in enumerate(filtered):
        dialog.sections.setCurrentRow(at)
        assert text.endswith(f"({len(shown_keys(dialog))})")
    QTest.keyClicks(dialog.line, "fashion")
    assert section_counts(dialog)[0] == f"Everything ({len(shown_keys(dialog))})"
    dialog.clear()
    assert section_counts(dialog) == everything
    dialog.reject()


def test_what_fits_nothing_is_told_with_a_way_out(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    QTest.keyClicks(dialog.line, "zebra")
    assert "No matches" in dialog.found.message
    assert not dialog.details.open.isVisible()
    dialog.found.offer.click()
    assert len(shown_keys(dialog)) == len(SHELVES) + len(CHALLENGES)
    dialog.reject()


def test_a_row_has_as_many_cards_as_fit_beside_one_another(
    window: MainWindow, qtbot: QtBot
) -> None:
    cards = opened(window, qtbot).cards
    for width in range(cards.width(), cards.width() + 300, 25):
        cards.resize(width, cards.height())
        QApplication.processEvents()
        model = cards.model()
        tops = [cards.visualRect(model.index(row, 0)).top() for row in range(model.rowCount())]
        columns = tops.count(tops[0])
        assert columns < len(tops), "some are below"
        bar_px = 20
        assert width - columns * cards.gridSize().width() <= bar_px + columns


def test_cards_are_filtered(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    dialog.clear()
    dialog.kind.setCurrentIndex(dialog.kind.findData("gan"))
    dialog.data.setCurrentIndex(dialog.data.findData("digits"))
    assert shown_keys(dialog) == ["digits-gan"]
    assert not dialog.details.vary.isVisible(), "no study trains a GAN"
    dialog.reject()


def test_an_untrained_network_is_put_into_the_builder(window: MainWindow, qtbot: QtBot) -> None:
    window.set_perspective("wander")
    dialog = opened(window, qtbot)
    choose(dialog, "letters-sparse")
    assert dialog.details.open.text() == "&Open in the builder"
    place = dialog.cards.visualRect(dialog.cards.currentIndex()).center()
    viewport, button = dialog.cards.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseClick(viewport, button, pos=place)
    QTest.mouseDClick(viewport, button, pos=place)
    workspace = window._services.workspace
    qtbot.waitUntil(lambda: workspace.recipe.name != "small", timeout=20_000)
    assert workspace.recipe == dict(list_recipes())["letters-sparse"]
    assert window.perspective == "build", "what was put there is seen"
    assert not window._services.runner.is_busy
    assert window.toolbar.presets.currentData() == "letters-sparse"
    workspace.undo_stack.undo()
    assert window.toolbar.presets.currentIndex() == -1


def test_a_challenge_is_put_into_the_builder_and_undone_with_its_goal(
    window: MainWindow, qtbot: QtBot
) -> None:
    workspace = window._services.workspace
    before = workspace.recipe
    dialog = opened(window, qtbot)
    choose(dialog, "challenge-one-number")
    dialog.details.open.click()
    recipe, goal, _ = CHALLENGES["challenge-one-number"].reading
    qtbot.waitUntil(lambda: workspace.recipe == recipe, timeout=20_000)
    challenge = workspace.annotations.challenge
    assert challenge is not None
    assert challenge.goal == goal
    workspace.undo_stack.undo()
    assert workspace.recipe == before
    assert workspace.annotations.challenge is None


@pytest.mark.arrangement("build")
def test_the_gallery_is_one_key_away_in_the_builder(window: MainWindow, qtbot: QtBot) -> None:
    button = window.panel(BuilderPanel).gallery
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    dialog = window.feature(GalleryFeature).dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    assert "letters-2d" in shown_keys(dialog)
    dialog.reject()


@pytest.mark.arrangement("build")
def test_edits_are_undone_and_redone_by_the_buttons_of_the_builder(window: MainWindow) -> None:
    panel, workspace = window.panel(BuilderPanel), window._services.workspace
    before = workspace.recipe
    assert not panel.undo.isEnabled()
    edited = before.model_copy(update={"runs": 3})
    workspace.edit_recipe(edited, "Three runs")
    assert panel.undo.toolTip() == "Undo: Three runs"
    QTest.mouseClick(panel.undo, Qt.MouseButton.LeftButton)
    assert workspace.recipe == before
    assert not panel.undo.isEnabled()
    QTest.mouseClick(panel.redo, Qt.MouseButton.LeftButton)
    assert workspace.recipe == edited


@pytest.mark.arrangement("build")
@pytest.mark.parametrize("before", ["build", "compare"])
def test_the_builder_is_in_sight_once_a_network_is_put_into_it(
    window: MainWindow, qtbot: QtBot, before: str
) -> None:
    window.docks["training"].raise_()
    window.set_perspective(before)
    dialog = opened(window, qtbot)
    choose(dialog, "letters-relu")
    dialog.details.open.click()
    qtbot.waitUntil(lambda: is_in_sight(window.docks["builder"]))
    assert window.perspective == "build"


def test_a_card_is_trained_and_meanwhile_nothing_is_put_into_the_builder(
    window: MainWindow, qtbot: QtBot
) -> None:
    dialog = opened(window, qtbot)
    choose(dialog, "letters-powell")  # takes half a minute, so it trains until stopped
    dialog.details.train.click()
    runner = window._services.runner
    qtbot.waitUntil(lambda: runner.is_busy, timeout=20_000)
    dialog = opened(window, qtbot)
    choose(dialog, "letters-sparse")
    assert not dialog.details.open.isEnabled()
    assert not dialog.details.train.isEnabled()
    assert dialog.details._busy.isVisible()
    choose(dialog, "letters-denoise")
    assert dialog.details.open.isEnabled(), "a file asks about the training when it is opened"
    stop(qtbot, runner)
    choose(dialog, "letters-sparse")
    assert dialog.details.open.isEnabled()
    dialog.reject()


def test_a_card_whose_data_were_missing_is_not_trained_later(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "letters.json"
    data = SMALL.data.model_copy(update={"source": str(path), "chars": None})
    recipe = SMALL.model_copy(update={"name": "of a file", "data": data})
    recipes_dir().mkdir(parents=True, exist_ok=True)
    save_recipe(recipes_dir() / "mine.json", recipe)
    workspace, runner = window._services.workspace, window._services.runner
    dialog = opened(window, qtbot)
    choose(dialog, "mine")
    dialog.details.train.click()
    qtbot.waitUntil(lambda: not workspace.loading.is_busy)
    assert workspace.recipe.name == "small", "the data are missing"
    write_dataset(path, load_builtin("lowercase"))
    workspace.edit_recipe(recipe, "By other means")
    qtbot.waitUntil(lambda: workspace.recipe == recipe)
    assert not runner.is_busy
    # Asked for again, it trains.
    workspace.undo_stack.undo()
    dialog = opened(window, qtbot)
    choose(dialog, "mine")
    dialog.details.train.click()
    qtbot.waitUntil(lambda: runner.is_busy or workspace.run is not None, timeout=20_000)
    stop(qtbot, runner)


def test_a_card_is_varied_in_a_study(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    choose(dialog, "letters-noise-20")
    dialog.details.vary.click()
    assert window.perspective == "study"
    form = window.panel(StudyForm)

    def paths() -> list[str]:
        sheet = form._sheet
        return [] if sheet is None else [axis.path for axis in sheet.plan.axes if axis.path]

    qtbot.waitUntil(lambda: "data.corruption.level" in paths(), timeout=20_000)


def test_sets_are_chosen_on_their_page(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot, "data")
    assert "symbols" in shown_keys(dialog)
    assert not dialog.kind.isVisible()
    choose(dialog, "symbols")
    dialog.details.open.click()
    workspace = window._services.workspace
    assert workspace.recipe.data.source == "symbols"
    assert window.toolbar.data.currentData() == "symbols"


def test_from_a_set_to_the_networks_that_learn_it(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot, "data")
    choose(dialog, "digits")
    names = [name.text() for name in dialog.details._names.values() if name.isVisible()]
    assert names == ["Networks", "Samples"], "a set is of no kind of model"
    dialog.details.networks.click()
    assert dialog.page == "networks"
    assert shown_keys(dialog) == ["digits-gan", "challenge-digits"]
    dialog.reject()


def test_the_lists_of_the_toolbar_end_with_the_gallery(window: MainWindow, qtbot: QtBot) -> None:
    feature = window.feature(GalleryFeature)
    for box, page in ((window.toolbar.presets, "networks"), (window.toolbar.data, "data")):
        last = box.count() - 1
        assert box.itemText(last) == "Gallery…"
        box.activated.emit(last)
        assert feature.dialog is not None
        assert feature.dialog.page == page
        feature.dialog.reject()
    assert window._services.workspace.recipe.name == "small"


def test_what_a_running_training_refuses_is_not_counted_as_used(
    window: MainWindow, qtbot: QtBot
) -> None:
    services = window._services
    workspace, favourites = services.workspace, services.favourites

    def used() -> tuple[str, ...]:
        networks = favourites.short("networks", ("letters-sparse",), ())
        return (*networks, *favourites.short("data", ("uppercase",), ()))

    endless = with_value(workspace.recipe, "training.epochs", 1_000_000)
    assert workspace.edit_recipe(endless, "Epochs")
    window.actions_table["train"].trigger()
    services.requests.preset.emit("letters-sparse")
    services.requests.data.emit("uppercase")
    assert workspace.recipe == endless
    assert used() == ()
    stop(qtbot, services.runner)
    services.requests.preset.emit("letters-sparse")
    services.requests.data.emit("uppercase")
    qtbot.waitUntil(lambda: workspace.recipe.data.source == "uppercase")
    assert used() == ("letters-sparse", "uppercase")


def test_what_is_kept_stands_in_the_toolbar(window: MainWindow, qtbot: QtBot) -> None:
    presets = window.toolbar.presets
    assert presets.findData("mnist-sparse") < 0
    dialog = opened(window, qtbot)
    choose(dialog, "mnist-sparse")
    dialog.details.keep.click()
    assert presets.itemData(0) == "mnist-sparse"
    item = dialog.cards.chosen_item()
    assert item is not None
    assert item.key == "mnist-sparse", "the card stays chosen"
    assert dialog.details.keep.isChecked()
    dialog.details.keep.click()
    assert presets.findData("mnist-sparse") < 0
    dialog.reject()


def test_own_networks_are_kept_and_removed(
    window: MainWindow, qtbot: QtBot, user_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("letters-2d", True))
    dialog = opened(window, qtbot)
    dialog.keep_draft.click()
    dialog.clear()
    assert "letters-2d 2" in shown_keys(dialog), "one that ships keeps its name"
    assert (recipes_dir() / "letters-2d 2.json").is_file()
    no, kept = QMessageBox.StandardButton.No, recipes_dir() / "letters-2d 2.json"
    before = kept.read_bytes()
    window._services.workspace.edit_recipe(SMALL.model_copy(update={"seed": 99}), "Seed")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: no)
    dialog.keep_draft.click()
    assert kept.read_bytes() == before, "nothing is replaced without a question"
    choose(dialog, "letters-2d 2")
    assert dialog.details.remove.isVisible()
    yes = QMessageBox.StandardButton.Yes
    monkeypatch.setattr(QMessageBox, "question", lambda *_: yes)
    dialog.details.remove.click()
    assert "letters-2d 2" not in shown_keys(dialog)
    assert not list(recipes_dir().iterdir())
    dialog.reject()


def test_files_opened_last_stand_there_and_are_forgotten(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "mine.aegui"
    path.write_bytes((models_dir() / "letters-denoise.aegui").read_bytes())
    workspace = window._services.workspace
    assert workspace.open(path, lambda: True)
    qtbot.waitUntil(lambda: path in workspace.file.recent, timeout=20_000)
    dialog = opened(window, qtbot)
    dialog._choose_section("files")
    assert shown_keys(dialog) == [str(path)]
    qtbot.waitUntil(lambda: dialog.cards._items[0].picture is not None, timeout=60_000)
    assert dialog.cards._items[0].kind == "Denoising · dense"
    dialog.details.remove.click()
    assert path not in workspace.file.recent
    assert path.is_file()
    dialog.reject()


def test_every_picture_is_its_own(qapp: QApplication) -> None:
    item, pictures = network_items(NO_EXTRAS, ())[0], CardPictures()
    for level in range(64):
        # The memory of a picture before is used again.
        levels = np.full(CARD_SIZE[::-1], level, np.uint8)
        image = pictures.of(replace(item, picture=levels, are_pixels=False))
        assert QColor(image.pixel(0, 0)).value() == level


def test_every_card_is_painted_in_both_themes(
    window: MainWindow, qtbot: QtBot, qapp: QApplication
) -> None:
    dialog = opened(window, qtbot)
    dialog.clear()
    light = dialog.cards.viewport().grab().toImage()
    apply_theme(qapp, DARK)
    QApplication.processEvents()
    dark = dialog.cards.viewport().grab().toImage()
    assert light.size() == dark.size()
    assert light != dark
    bar = dialog.cards.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert dialog.cards.viewport().grab().toImage() != dark
    assert len(dialog.cards._pictures._read) > 6
    dialog.reject()


@pytest.mark.parametrize("size", [(1280, 800), (1366, 768), (1920, 1080)])
def test_it_fits_the_screens(window: MainWindow, qtbot: QtBot, size: tuple[int, int]) -> None:
    window.resize(*size)
    dialog = opened(window, qtbot)
    QApplication.processEvents()
    assert dialog.width() <= size[0]
    assert dialog.height() <= size[1]
    last = dialog.cards.visualRect(dialog.cards.model().index(2, 0))
    first = dialog.cards.visualRect(dialog.cards.model().index(0, 0))
    assert last.top() == first.top(), "three cards side by side"
    assert dialog.details.keep.geometry().bottom() <= dialog.details.height()
    dialog.reject()
