"""The command search, the list of keys, and the guide at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QTreeWidgetItem

from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.kit.finder import Finder
from aegui.paths import recipes_dir
from aegui.window.help_viewer import HelpViewer, guide_headings
from aegui.window.shortcuts import ShortcutsDialog

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

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


def test_every_panel_has_its_page_of_the_guide(window: MainWindow) -> None:
    pages = {page for page, _title, _heading in guide_headings()}
    from aegui.features.table import dock_specs

    assert {spec.guide for spec in dock_specs()} <= pages


def test_the_guide_opens_at_the_panel_that_has_the_keys(window: MainWindow) -> None:
    window.activateWindow()
    window.docks["training"].raise_()
    QApplication.processEvents()
    window.docks["training"].widget().setFocus()
    window.actions_table["guide"].trigger()
    viewer = window.findChild(HelpViewer)
    assert viewer is not None
    assert "Training" in viewer.text.splitlines()[0]


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
