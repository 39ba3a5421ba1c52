"""The command search, the list of shortcuts, and the guide opened at a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QTreeWidgetItem

from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_dataset
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.kit.finder import Findable, Finder
from aegui.paths import models_dir, recipes_dir
from aegui.session.data.selection import Selection
from aegui.window.help_viewer import HelpViewer, guide_headings
from aegui.window.search import MAX_SEARCHED, sample_entries
from aegui.window.shortcuts import ShortcutsDialog

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow


def search(window: MainWindow, qtbot: QtBot, query: str) -> Finder:
    window.actions_table["search_commands"].trigger()
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(Finder)))
    finder = next(each for each in window.findChildren(Finder) if each.isVisible())
    QTest.keyClicks(finder.line, query)
    return finder


def first(finder: Finder, title: str) -> None:
    row = [entry.title for entry in finder.entries].index(title)
    finder.list.setCurrentIndex(finder.list.model().index(row, 0))
    QTest.keyClick(finder.line, Qt.Key.Key_Return)


def test_actions_panels_settings_networks_and_headings_are_found(
    window: MainWindow, qtbot: QtBot
) -> None:
    finder = search(window, qtbot, "")
    kinds = {entry.kind.split(":")[0].split(" ")[0] for entry in finder.entries}
    assert {"File", "Panel", "Setting", "Network", "Guide", "Training"} <= kinds
    assert len({entry.title for entry in finder.entries}) > 200


def test_the_button_that_clears_stands_in_the_middle_of_its_line(
    window: MainWindow, qtbot: QtBot
) -> None:
    line = search(window, qtbot, "map").line
    (clear,) = line.findChildren(QToolButton)
    qtbot.waitUntil(clear.isVisible)
    assert abs(clear.geometry().center().y() - line.rect().center().y()) <= 1


def test_saving_a_picture_of_the_map_is_found(window: MainWindow, qtbot: QtBot) -> None:
    finder = search(window, qtbot, "save picture")
    assert "Save the picture of the map" in [entry.title for entry in finder.entries]


def test_an_action_is_done(window: MainWindow, qtbot: QtBot) -> None:
    finder = search(window, qtbot, "compare")
    first(finder, "Compare")
    assert window.perspective == "compare"


def test_a_setting_is_gone_to(window: MainWindow, qtbot: QtBot) -> None:
    window.set_perspective("wander")
    first(search(window, qtbot, "learning rate"), "Learning rate")
    assert window.perspective == "build"
    window.activateWindow()

    def focused() -> bool:
        widget = window.focusWidget()
        return widget is not None and window.docks["training"].isAncestorOf(widget)

    qtbot.waitUntil(focused)


def test_a_network_becomes_the_draft(window: MainWindow, qtbot: QtBot) -> None:
    finder = search(window, qtbot, "denoising")
    entry = next(entry for entry in finder.entries if entry.kind == "Network")
    first(finder, entry.title)
    assert window._services.workspace.recipe.name == entry.title


def test_a_network_of_ones_own_is_found(window: MainWindow, qtbot: QtBot, user_home: Path) -> None:
    recipes_dir().mkdir(parents=True)
    save_recipe(recipes_dir() / "zigzag.json", Recipe(name="Zigzag"))
    first(search(window, qtbot, "zigzag"), "Zigzag")
    assert window._services.workspace.recipe.name == "Zigzag"


def test_a_heading_opens_the_guide_there(window: MainWindow, qtbot: QtBot) -> None:
    first(search(window, qtbot, "reading the map"), "Reading the map")
    viewer = window.findChild(HelpViewer)
    assert viewer is not None
    assert viewer.isVisible()
    assert "Reading the map" in viewer.text
    assert viewer._text.textCursor().block().text() == "Reading the map"


def _is_at(window: MainWindow, code: NDArray[np.float32]) -> bool:
    at = window.canvas.map_cursor.code()
    return at is not None and np.allclose(at, code, atol=1e-4)


def test_samples_are_found_in_any_language_and_gone_to(app: App, qtbot: QtBot) -> None:
    window, services = app.window, app.services
    services.workspace.open(models_dir() / "emoji-faces.aegui", lambda: True)
    qtbot.waitUntil(lambda: services.shown.codes is not None, timeout=60_000)
    dataset, selection = services.shown.dataset, services.of(Selection)
    finder = search(window, qtbot, "gato")
    assert finder.entries[0].title == "“gato”: 9 samples"
    first(finder, finder.entries[0].title)
    cats = {dataset.names[index] for index in selection.indices}
    assert {"grinning cat", "crying cat"} <= cats
    assert not window.canvas.navigation.following, "the map shows what was found"
    # A single result moves the cursor, and is centred in the view.
    wide = window.canvas.navigation.view.bounds
    first(search(window, qtbot, "pouting cat"), "pouting cat")
    assert [dataset.names[index] for index in selection.indices] == ["pouting cat"]
    qtbot.waitUntil(lambda: not window.canvas.navigation.is_moving, timeout=20_000)
    assert window.canvas.navigation.view.bounds != wide
    codes = services.shown.codes
    assert codes is not None
    place = codes.values[dataset.names.index("pouting cat")]
    x0, y0, x1, y1 = window.canvas.navigation.view.bounds
    assert x0 < place[0] < x1
    assert y0 < place[1] < y1
    qtbot.waitUntil(lambda: _is_at(window, place), timeout=20_000)
    # A class is found too.
    first(search(window, qtbot, "hearts"), "Hearts")
    assert {dataset.labels[index] for index in selection.indices} == {"Hearts"}


def test_characters_are_found_by_what_they_are() -> None:
    letters = load_dataset("letters")
    gone: list[list[int]] = []

    def look(query: str) -> list[Findable]:
        return sample_entries(letters, True, lambda places: gone.append(places.tolist()), query)

    (entry,) = look("g")
    entry.run()
    assert [letters.labels[index] for index in gone[0]] == ["g"]
    assert not look("train"), "no letter is called so"
    assert not look(" ")


def test_of_large_sets_classes_are_found() -> None:
    count = MAX_SEARCHED + 1
    images = np.zeros((count, 1, 8, 8), np.float32)
    names = [f"shoe #{number}" for number in range(count)]
    many = Dataset.over("x", images, ["shoe" if n % 2 else "coat" for n in range(count)], names)
    (entry,) = sample_entries(many, False, print, "shoe")
    assert (entry.title, entry.kind) == ("shoe", "Class")
    few = sample_entries(many.subset(range(20)), False, print, "shoe #12")
    assert [entry.title for entry in few] == ["shoe #12"]


def test_every_panel_has_its_page_of_the_guide(window: MainWindow) -> None:
    pages = {page for page, _title, _heading in guide_headings()}
    from aegui.features.table import dock_specs

    assert {spec.guide for spec in dock_specs()} <= pages


@pytest.mark.parametrize(
    ("dock", "arrangement", "title"),
    [("training", "build", "Training"), ("study_plan", "study", "Studies")],
)
def test_the_guide_opens_at_the_panel_that_has_the_keys(
    window: MainWindow, dock: str, arrangement: str, title: str
) -> None:
    window.activateWindow()
    window.set_perspective(arrangement)
    window.docks[dock].raise_()
    QApplication.processEvents()
    window.docks[dock].widget().setFocus()
    window.actions_table["guide"].trigger()
    viewer = window.findChild(HelpViewer)
    assert viewer is not None
    assert title in viewer.text.splitlines()[0]


def test_the_guide_can_be_searched(window: MainWindow) -> None:
    window.actions_table["guide"].trigger()
    viewer = window.findChild(HelpViewer)
    assert viewer is not None
    QTest.keyClicks(viewer.search, "posterior")
    QTest.keyClick(viewer.search, Qt.Key.Key_Return)
    assert viewer._text.textCursor().selectedText().casefold() == "posterior"
    viewer.search.clear()
    QTest.keyClicks(viewer.search, "zebra crossing")
    QTest.keyClick(viewer.search, Qt.Key.Key_Return)
    assert "zebra crossing" in viewer._said.text()


def shortcuts(window: MainWindow) -> ShortcutsDialog:
    window.actions_table["shortcuts"].trigger()
    return next(each for each in window.findChildren(ShortcutsDialog) if each.isVisible())


def item(dialog: ShortcutsDialog, title: str) -> QTreeWidgetItem:
    flags = Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive
    return dialog.list.findItems(title, flags)[0]


def test_other_keys_are_chosen_kept_and_given_back(window: MainWindow) -> None:
    dialog, table = shortcuts(window), window.actions_table
    dialog.list.setCurrentItem(item(dialog, "Train"))
    before = table["train"].shortcuts()
    assert before
    dialog.edit.setKeySequence(QKeySequence("Ctrl+Alt+T"))
    dialog.assign.click()
    assert table["train"].shortcuts() == [QKeySequence("Ctrl+Alt+T")]
    assert "Alt" in item(dialog, "Train").text(1)
    values = window._services.settings.values
    assert values["keys.train"] == "Ctrl+Alt+T"
    dialog.default.click()
    assert table["train"].shortcuts() == before
    assert "keys.train" not in window._services.settings.values


def test_keys_of_another_action_are_not_taken(window: MainWindow) -> None:
    dialog, table = shortcuts(window), window.actions_table
    dialog.list.setCurrentItem(item(dialog, "Train"))
    before = table["train"].shortcuts()
    dialog.edit.setKeySequence(QKeySequence("Ctrl+K"))
    dialog.assign.click()
    assert table["train"].shortcuts() == before
    assert "Search" in dialog.said.text()


def test_the_list_of_keys_is_searched_and_has_those_of_the_map(window: MainWindow) -> None:
    dialog = shortcuts(window)
    assert item(dialog, "Zoom the map").text(1) == "+ / −"
    QTest.keyClicks(dialog.search, "ctrl+k")
    assert not item(dialog, "Search").isHidden()
    assert item(dialog, "Train").isHidden()


def test_the_window_takes_clicks_once_the_search_is_put_away(
    window: MainWindow, qtbot: QtBot
) -> None:
    button = next(
        each
        for each in window.findChildren(QToolButton)
        if each.defaultAction() is window.actions_table["search_commands"]
    )

    def click() -> None:
        # Through the native window, as by the mouse: a widget accepts any click sent to it.
        at = button.mapTo(window, button.rect().center())
        QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=at)

    def shown() -> list[Finder]:
        return [each for each in window.findChildren(Finder) if each.isVisible()]

    qtbot.waitActive(window)
    finder = search(window, qtbot, "gua")
    qtbot.waitUntil(finder.isActiveWindow)
    QTest.keyClick(finder.line, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shown())
    click()
    qtbot.waitUntil(lambda: len(shown()) == 1)
    # A click on the window closes it: the dialog is not modal.
    assert QGuiApplication.modalWindow() is None
    window.activateWindow()
    qtbot.waitUntil(lambda: not shown())
