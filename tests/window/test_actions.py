"""Every row of the actions table is complete, reachable and connected."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from aegui.core.i18n import LANGUAGES, set_language, tr
from aegui.features.table import FEATURES, why_disabled
from aegui.paths import resources_dir
from aegui.shell.feature import class_at, class_path
from aegui.window.actions import ACTIONS, MENUS, WINDOW_ACTIONS, Actions
from aegui.window.main_window import MainWindow

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from pytestqt.qtbot import QtBot

    from aegui.shell.action_spec import ActionSpec

EACH = pytest.mark.parametrize("spec", ACTIONS, ids=lambda spec: spec.key)
CONDITIONS = [condition for feature in FEATURES for condition in feature.conditions]
WHY_DISABLED = why_disabled()


def test_keys_are_unique() -> None:
    assert len({spec.key for spec in ACTIONS}) == len(ACTIONS)


def test_no_two_actions_share_a_key_combination() -> None:
    keys = Counter(keys for spec in ACTIONS for keys in spec.shortcuts)
    assert [key for key, count in keys.items() if count > 1] == []


@EACH
def test_row_is_sound(spec: ActionSpec) -> None:
    assert spec.menu in MENUS
    assert all(WHY_DISABLED[name] for name in spec.needs)
    assert not spec.checked_by or (spec.checkable and spec.checked_by in CONDITIONS)
    assert spec.other_face is None or spec.other_face.condition in CONDITIONS
    assert spec.text
    assert spec.help
    if spec.icon:
        assert (resources_dir() / "icons" / f"{spec.icon}.svg").is_file()
    for keys in spec.shortcuts:
        assert not QKeySequence(keys).isEmpty()
    if spec.group:
        assert spec.checkable
        assert spec.argument is not None


def test_each_row_is_in_its_menu(window: MainWindow) -> None:
    # One window for all rows, since they are only read.
    for spec in ACTIONS:
        action = window.actions_table[spec.key]
        assert action in _actions(window.menuBar().actions(), spec.menu), spec.key
        assert (action in window.toolbar.actions()) == spec.in_toolbar, spec.key
        assert spec.help in action.toolTip() or action.toolTip() == spec.help, spec.key


def _actions(top: list[QAction], path: str) -> list[QAction]:
    """Return the actions of the menu at ``path``."""
    found = top
    for place in range(len(path.split("/"))):
        title = MENUS["/".join(path.split("/")[: place + 1])].text
        menus = [action.menu() for action in found]
        menu = next(m for m in menus if isinstance(m, QMenu) and m.title() == title)
        found = menu.actions()
    return found


def test_each_is_done_by_a_method_of_its_room() -> None:
    for kind, specs in (
        (MainWindow, WINDOW_ACTIONS),
        *((class_at(feature.class_path), feature.actions) for feature in FEATURES),
    ):
        for spec in specs:
            assert callable(getattr(kind, spec.method)), (kind, spec.key)


@EACH
def test_triggering_calls_what_it_is_for(qtbot: QtBot, spec: ActionSpec) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    calls: list[tuple[object, ...]] = []
    table = Actions(window, {spec.key: lambda *given: calls.append(given)}, [spec])
    table[spec.key].trigger()
    if spec.argument is not None:
        assert calls == [(spec.argument,)]
    elif spec.checkable:
        assert calls == [(True,)]
    else:
        assert calls == [()]


def test_each_condition_is_told_by_one_room(window: MainWindow) -> None:
    assert len(CONDITIONS) == len(set(CONDITIONS))
    said = {feature.class_path: set(feature.conditions) for feature in FEATURES}
    for feature in window.features:
        assert feature.conditions <= said[class_path(type(feature))]


def test_conditions_enable(window: MainWindow) -> None:
    table = window.actions_table
    table.set_conditions(frozenset({"idle", "can_train"}))
    assert table["train"].isEnabled()
    assert not table["stop"].isEnabled()
    assert not table["undo"].isEnabled()
    table.set_conditions(frozenset({"busy", "active", "can_train", "can_undo"}))
    assert not table["train"].isEnabled()
    assert table["stop"].isEnabled()
    assert table["undo"].isEnabled()


def test_a_disabled_action_says_why(window: MainWindow) -> None:
    table = window.actions_table
    table.set_conditions(frozenset({"idle", "can_train"}))
    usual = table["train"].toolTip()
    assert "\n" not in usual
    assert table["continue"].toolTip().endswith(tr(WHY_DISABLED["can_continue"]))
    assert table["pause"].toolTip().endswith(tr(WHY_DISABLED["active"]))
    assert table["redo"].toolTip().endswith(tr(WHY_DISABLED["can_redo"]))
    table.set_conditions(frozenset({"active", "can_train", "can_continue"}))
    assert table["train"].toolTip() == f"{usual}\n{tr(WHY_DISABLED['idle'])}"
    assert table["continue"].toolTip().endswith(tr(WHY_DISABLED["idle"]))
    assert "\n" not in table["pause"].toolTip()
    table.set_keys("redo", "Ctrl+Alt+Y")
    assert "Ctrl+Alt+Y" in table["redo"].toolTip()
    assert table["redo"].toolTip().endswith(tr(WHY_DISABLED["can_redo"]))


def test_an_action_that_a_teacher_locks_says_so(window: MainWindow) -> None:
    table = window.actions_table
    usual = table["save"].toolTip()
    table.withhold((), ("save",))
    assert table["save"].toolTip() == f"{usual}\nTeacher mode: this is locked."
    table.withhold((), ())
    assert table["save"].toolTip() == usual


def test_conditions_say_what_is_on_and_what_a_button_is_for(window: MainWindow) -> None:
    table = window.actions_table
    table.set_conditions(frozenset({"active", "slow", "paused"}))
    assert table["slow"].isChecked()
    assert table["pause"].text() == tr("&Go on")
    table.set_conditions(frozenset({"active"}))
    assert not table["slow"].isChecked()
    assert table["pause"].text() == tr("&Pause")


def test_an_action_keeps_its_appearance_with_other_keys_and_its_name_with_conditions(
    window: MainWindow,
) -> None:
    table = window.actions_table
    table.set_conditions(frozenset({"active", "paused"}))
    table.set_keys("pause", "Ctrl+Alt+T")
    assert table["pause"].text() == tr("&Go on")
    assert "Ctrl+Alt+T" in table["pause"].toolTip()
    table.name("pause", "Go on with three runs")
    table.set_conditions(frozenset({"active"}))
    assert table["pause"].text() == "Go on with three runs"
    table.name("pause", "")
    assert table["pause"].text() == tr("&Pause")


@pytest.mark.parametrize("code", LANGUAGES)
def test_menus_have_no_doubled_mnemonics(code: str) -> None:
    set_language(code)
    for path in MENUS:
        texts = [tr(spec.text) for spec in ACTIONS if spec.menu == path]
        texts += [tr(row.text) for key, row in MENUS.items() if key.rpartition("/")[0] == path]
        letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
        assert len(letters) == len(set(letters)), path


def test_every_action_says_in_one_form_what_it_does() -> None:
    """In Spanish an infinitive beside “Guarda” would look like another kind of text."""
    set_language("es")
    firsts = {spec.key: tr(spec.help).split()[0] for spec in ACTIONS}
    assert [key for key, word in firsts.items() if word.endswith(("ar", "er", "ir"))] == []
