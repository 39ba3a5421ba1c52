"""Every row of the actions table: complete, reachable, and joined to something that works."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from aegui.paths import resources_dir
from aegui.window.actions import ACTIONS, CONDITIONS, MENUS, ActionSpec

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from aegui.window.main_window import MainWindow

EACH = pytest.mark.parametrize("spec", ACTIONS, ids=lambda spec: spec.key)


def test_keys_are_unique() -> None:
    assert len({spec.key for spec in ACTIONS}) == len(ACTIONS)


def test_no_two_actions_share_a_key_combination() -> None:
    keys = Counter(keys for spec in ACTIONS for keys in spec.shortcuts)
    assert [key for key, count in keys.items() if count > 1] == []


@EACH
def test_row_is_sound(spec: ActionSpec) -> None:
    assert spec.menu in MENUS
    assert set(spec.needs) <= CONDITIONS
    assert spec.text
    assert spec.help
    if spec.icon:
        assert (resources_dir() / "icons" / f"{spec.icon}.svg").is_file()
    for keys in spec.shortcuts:
        assert not QKeySequence(keys).isEmpty()
    if spec.group:
        assert spec.checkable
        assert spec.argument is not None


@EACH
def test_row_is_in_its_menu_and_does_something(window: MainWindow, spec: ActionSpec) -> None:
    action = window.actions_table[spec.key]
    assert action in _actions(window.menuBar().actions(), spec.menu)
    assert callable(window._handlers[spec.handler])
    assert (action in window.toolbar.actions()) == spec.in_toolbar
    assert spec.help in action.toolTip() or action.toolTip() == spec.help


def _actions(top: list[QAction], path: str) -> list[QAction]:
    """The actions of the menu at ``path``."""
    found = top
    for place in range(len(path.split("/"))):
        title = MENUS["/".join(path.split("/")[: place + 1])]
        menus = [action.menu() for action in found]
        menu = next(m for m in menus if isinstance(m, QMenu) and m.title() == title)
        found = menu.actions()
    return found


@pytest.mark.parametrize(
    ("key", "fake"),
    [
        (spec.key, spec.handler)
        for spec in ACTIONS
        if spec.handler not in {"theme", "language", "perspective"}
    ],
)
def test_triggering_calls_the_handler(window: MainWindow, key: str, fake: str) -> None:
    calls: list[tuple[object, ...]] = []
    window._handlers[fake] = lambda *arguments: calls.append(arguments)
    action = window.actions_table[key]
    action.setEnabled(True)
    action.trigger()
    spec = next(spec for spec in ACTIONS if spec.key == key)
    if spec.argument is not None:
        assert calls == [(spec.argument,)]
    elif spec.checkable:
        assert calls == [(True,)]
    else:
        assert calls == [()]


def test_conditions_enable(window: MainWindow) -> None:
    table = window.actions_table
    table.set_conditions(frozenset({"idle", "can_train"}))
    assert table["train"].isEnabled()
    assert not table["stop"].isEnabled()
    assert not table["undo"].isEnabled()
    table.set_conditions(frozenset({"busy", "active", "can_train", "can_undo"}))
    assert not table["train"].isEnabled()
    assert table["stop"].isEnabled()
    assert not table["undo"].isEnabled()


def test_menus_have_no_doubled_mnemonics(window: MainWindow) -> None:
    for path in MENUS:
        texts = [spec.text for spec in ACTIONS if spec.menu == path]
        letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
        assert len(letters) == len(set(letters)), path
