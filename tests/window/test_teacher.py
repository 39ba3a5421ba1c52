"""Teacher mode in the real window: what is hidden, what stays, and that nothing remains of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from aegui.app import App
from aegui.commands.table import COMMANDS
from aegui.core.i18n import language
from aegui.core.recipe.edits import with_value
from aegui.core.suffixes import TEACHER
from aegui.core.teacher import TeacherFile, Withheld, Word, load_teacher_file, save_teacher_file
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.features.lessons.feature import LessonsFeature
from aegui.features.teacher.feature import TeacherFeature
from aegui.features.teacher.view.dialog import TeacherDialog
from aegui.kit.finder import Finder
from aegui.kit.theme import CONTROL_PX, for_text
from aegui.session.settings import Settings
from aegui.session.teaching import Teaching
from aegui.shell.panel_area import is_in_sight
from tests.window.conftest import SMALL, await_files, stop

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow

RATE = "training.optimizer.learning_rate"


def made(**keys: object) -> TeacherFile:
    base: dict[str, object] = {
        "title": "Group B",
        "hidden": Withheld(panels=("races", "charts"), actions=("open", "gallery")),
        "locked": Withheld(actions=("save",), fields=(RATE, "network")),
        "word": Word.of("secret"),
    }
    return TeacherFile.model_validate(base | keys)


def enter(window: MainWindow, folder: Path, file: TeacherFile) -> None:
    path = folder / f"class{TEACHER}"
    save_teacher_file(path, file)
    window.take_files([path])


def bar_of(window: MainWindow) -> str:
    bar = window.feature(TeacherFeature).bar
    return bar.words.text() if bar.isVisible() else ""


def leave(window: MainWindow, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (word, True))
    window.actions_table["teacher_leave"].trigger()


def test_controls_are_withheld_and_it_is_said(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    table = window.actions_table
    assert not table["teacher_leave"].isEnabled()
    enter(window, tmp_path, made())
    qtbot.waitUntil(lambda: "Group B" in bar_of(window), timeout=20_000)
    for name in ("Races", "Charts", "Open", "Gallery", "Save", "Network", "Learning rate"):
        assert name in bar_of(window)
    assert not table["open"].isVisible()
    assert not table["open"].isEnabled()
    assert table["save"].isVisible()
    assert not table["save"].isEnabled()
    assert table["train"].isVisible()
    assert table["teacher_leave"].isEnabled()
    for key in ("races", "charts"):
        assert not window.docks[key].toggleViewAction().isVisible()
    for key in ("compare", "build"):
        window.set_perspective(key)
        qtbot.waitUntil(lambda: not window.docks["races"].isVisible(), timeout=20_000)
        qtbot.waitUntil(lambda: not window.docks["charts"].isVisible(), timeout=20_000)
    window.docks["charts"].show()
    qtbot.waitUntil(lambda: not window.docks["charts"].isVisible(), timeout=20_000)
    window.actions_table["search_commands"].trigger()
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(Finder)))
    finder = next(one for one in window.findChildren(Finder) if one.isVisible())
    offered = {(entry.title, entry.kind) for entry in finder.entries}
    assert ("Train", "Training") in offered
    assert ("Network", "Panel") in offered
    assert not offered & {("Open", "File"), ("Races", "Panel"), ("Charts", "Panel")}
    finder.reject()


def test_a_command_and_the_panel_that_it_brings_up_are_hidden_together(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.set_perspective("compare")
    qtbot.waitUntil(lambda: window.docks["library"].isVisible(), timeout=20_000)
    hidden = Withheld(panels=("races",), actions=("library", "studies"))
    enter(window, tmp_path, made(hidden=hidden))
    for key in ("library", "races", "study_plan", "studies"):
        dock = window.docks[key]
        qtbot.waitUntil(dock.isHidden, timeout=20_000)
        assert not dock.toggleViewAction().isVisible()
    table = window.actions_table
    assert not table["races"].isVisible(), "it would do nothing"
    assert not table["races"].isEnabled()
    assert window.docks["answer"].toggleViewAction().isVisible()
    leave(window, monkeypatch, "secret")
    assert table["races"].isVisible()
    qtbot.waitUntil(lambda: window.docks["library"].toggleViewAction().isVisible())


def test_the_whole_network_is_refused_by_the_name_that_the_bar_gives_it(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    enter(window, tmp_path, made(locked=Withheld(fields=("network",))))
    qtbot.waitUntil(lambda: bool(bar_of(window)), timeout=20_000)
    assert bar_of(window).endswith("Network")
    workspace = window._services.workspace
    before = workspace.recipe
    workspace.edit_recipe(with_value(before, "network.latent.units", 5), "by hand")
    assert workspace.recipe == before
    assert window.notifications.shown[-1].text == "Teacher mode: “Network” is locked."


def test_locked_settings_are_locked_but_for_lessons(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.docks["training"].raise_()
    panel = window.panel(TrainingPanel)
    for section in panel.sections.values():
        section.header.setChecked(True)
    rate, epochs = panel.rows[RATE].editor, panel.rows["training.epochs"].editor
    assert rate is not None
    assert epochs is not None
    assert rate.isEnabled()
    enter(window, tmp_path, made(lesson="why-two"))
    qtbot.waitUntil(lambda: bool(bar_of(window)), timeout=20_000)
    assert not rate.isEnabled()
    assert epochs.isEnabled()
    workspace = window._services.workspace
    before = workspace.recipe
    workspace.edit_recipe(with_value(before, RATE, 0.5), "by hand")
    assert workspace.recipe == before
    assert any("is locked" in notice.text for notice in window.notifications.shown)
    workspace.edit_recipe(with_value(before, "training.epochs", 77), "by hand")
    assert workspace.recipe.training.epochs == 77
    lessons = window.feature(LessonsFeature)
    assert lessons.book.step is not None
    lessons.book.predict(0)
    lessons.do()
    runner = window._services.runner
    qtbot.waitUntil(lambda: lessons.book.is_reached, timeout=120_000)
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=120_000)
    assert workspace.recipe.network.latent.units == 1


@pytest.mark.parametrize("what", ["panel", "action"])
def test_commands_of_lessons_go_with_their_panel_and_not_it_with_them(
    window: MainWindow, tmp_path: Path, what: str
) -> None:
    by_panel = what == "panel"
    enter(
        window,
        tmp_path,
        made(hidden=Withheld(panels=("lessons",)) if by_panel else Withheld(actions=("lessons",))),
    )
    table = window.actions_table
    assert not table["lessons"].isVisible()
    assert table["open_lesson"].isVisible() is not by_panel
    assert window.docks["lessons"].toggleViewAction().isVisible() is not by_panel


def test_only_the_word_ends_it_and_nothing_is_left(
    app: App, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.services.settings
    app.window.keep_layout()
    before = settings.model_dump(mode="json")
    enter(app.window, tmp_path, made(language="es", lesson="compress"))
    qtbot.waitUntil(lambda: language() == "es", timeout=20_000)
    qtbot.waitUntil(lambda: bar_of(app.window).startswith("Modo docente"), timeout=20_000)
    lessons = app.window.feature(LessonsFeature)
    assert lessons.book.lesson is not None
    qtbot.waitUntil(partial(is_in_sight, app.window.docks["lessons"]), timeout=20_000)
    app.use_theme("dark")
    app.window.set_perspective("compare")
    leave(app.window, monkeypatch, "wrong")
    assert app.services.of(Teaching).file is not None
    leave(app.window, monkeypatch, "secret")
    assert app.services.of(Teaching).file is None
    qtbot.waitUntil(lambda: language() == "en", timeout=20_000)
    qtbot.waitUntil(lambda: settings.perspective == before["perspective"], timeout=20_000)
    qtbot.waitUntil(lambda: app.window.perspective == before["perspective"], timeout=20_000)
    qtbot.waitUntil(lambda: not app.window.docks["lessons"].isVisible(), timeout=20_000)
    after = settings.model_dump(mode="json")
    for name in set(before) - {"window_states", "values"}:
        assert after[name] == before[name], name
    changed = {
        key
        for key in set(before["values"]) | set(after["values"])
        if before["values"].get(key) != after["values"].get(key)
    }
    assert all(key.startswith(("lessons.", "layout.")) for key in changed), changed
    assert bar_of(app.window) == ""
    assert app.window.actions_table["open"].isVisible()
    assert app.window.docks["charts"].toggleViewAction().isVisible()


def test_layouts_of_other_times_neither_hide_the_bar_nor_bring_it_back(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for perspective in ("draw", "build", "wander"):
        window.set_perspective(perspective)
        window.keep_layout()
    enter(window, tmp_path, made())
    qtbot.waitUntil(lambda: bar_of(window) != "", timeout=20_000)
    for perspective in ("draw", "build", "wander"):
        window.set_perspective(perspective)
        window.keep_layout()
        assert bar_of(window)
    leave(window, monkeypatch, "secret")
    for perspective in ("draw", "build", "wander"):
        window.set_perspective(perspective)
        assert bar_of(window) == "", perspective


def test_it_is_there_again_after_the_next_start(
    qapp: QApplication, app: App, qtbot: QtBot, tmp_path: Path
) -> None:
    enter(app.window, tmp_path, made())
    qtbot.waitUntil(lambda: bool(bar_of(app.window)), timeout=20_000)
    settings = Settings.model_validate(app.services.settings.model_dump())
    settings._path = app.services.settings.path
    again = App(qapp, settings)
    again.window.show()
    qtbot.waitUntil(lambda: "Group B" in bar_of(again.window), timeout=20_000)
    assert not again.window.actions_table["open"].isVisible()
    again.services.of(Teaching).leave()
    again.shutdown()
    again.deleteLater()


def test_a_broken_note_of_it_counts_as_none(app: App) -> None:
    place = app.services.settings.path.with_name("teacher.json")
    for content in (b"", b"{", b"[]", b'{"file": 1, "before": {}}', b'{"before": 3}'):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        teaching = Teaching()
        teaching.take_up(app.services.settings)
        assert teaching.file is None
    place.unlink()


def test_without_a_word_a_question_ends_it(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(window, tmp_path, made(word=None))
    qtbot.waitUntil(lambda: bool(bar_of(window)), timeout=20_000)
    answer = QMessageBox.StandardButton.No
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answer)
    window.feature(TeacherFeature).leave()
    assert bar_of(window)
    answer = QMessageBox.StandardButton.Yes
    window.feature(TeacherFeature).leave()
    qtbot.waitUntil(lambda: not bar_of(window), timeout=20_000)


def test_a_file_is_made_in_the_dialog(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.actions_table["teacher_file"].trigger()
    dialog = window.findChild(TeacherDialog)
    assert isinstance(dialog, TeacherDialog)
    group = dialog.tree.model().index(0, 0)
    for row in (group, dialog.tree.indexBelow(group)):
        assert dialog.tree.visualRect(row).height() == for_text(CONTROL_PX)
    dialog.title.setText("Group C")
    dialog.lesson.setCurrentIndex(1)
    dialog.begins.setChecked(True)
    dialog.choose("gan")
    dialog.choose("open")
    dialog.choose("save", locked=True)
    dialog.choose("training.epochs", locked=True)
    dialog.word.setText("apple")
    dialog.accept()
    await_files(window)
    saved = load_teacher_file(path.with_name(f"mine{TEACHER}"))
    assert saved.title == "Group C"
    assert saved.lesson == "compress"
    assert isinstance(saved.recipe, dict)
    assert saved.hidden == Withheld(panels=("gan",), actions=("open",))
    assert saved.locked == Withheld(actions=("save",), fields=("training.epochs",))
    assert saved.word is not None
    assert saved.word.fits("apple")


def test_parts_are_searched_in_the_dialog(window: MainWindow) -> None:
    window.actions_table["teacher_file"].trigger()
    dialog = window.findChild(TeacherDialog)
    assert isinstance(dialog, TeacherDialog)
    assert dialog.filter.isVisible()
    QTest.keyClicks(dialog.filter, "epochs")
    shown = dialog.tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)
    names = [item.text(0) for item in shown if item.parent() is not None and not item.isHidden()]
    assert names
    assert all("epochs" in name.casefold() for name in names)
    dialog.reject()


def test_no_file_with_a_recipe_begins_while_a_training_runs(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    services = window._services
    endless = SMALL.model_copy(
        update={"training": SMALL.training.model_copy(update={"epochs": 10**6})}
    )
    assert services.workspace.new(endless)
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: services.runner.pull() is not None)
    recipe = endless.model_copy(update={"seed": 77}).model_dump(mode="json")
    file = tmp_path / f"class{TEACHER}"
    save_teacher_file(file, made(recipe=recipe, locked=Withheld(fields=("network",))))
    window.take_files([file])
    assert services.of(Teaching).file is None
    assert services.workspace.recipe == endless
    assert "Stop it" in window.notifications.shown[-1].text
    stop(qtbot, services.runner)
    window.take_files([file])
    assert services.of(Teaching).file is not None
    assert services.workspace.recipe.seed == 77


def test_a_wrong_file_is_told(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / f"bad{TEACHER}"
    path.write_text('{"format": "aegui-teacher", "version": 1, "hide": {}}', encoding="utf-8")
    window.take_files([path])
    assert any("hidden" in notice.text for notice in window.notifications.shown)
    assert bar_of(window) == ""


def test_the_command_says_what_a_file_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from aegui.cli import main

    assert "teacher check" in COMMANDS
    path = tmp_path / f"class{TEACHER}"
    save_teacher_file(path, made())
    assert main(["teacher", "check", str(path)]) == 0
    said = capsys.readouterr().out
    assert "Group B" in said
    assert "races, charts" in said
    assert "secret" not in said
    assert main(["teacher", "check", str(tmp_path / "none.aegui-teacher")]) == 2
