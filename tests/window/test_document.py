"""The window with its document: files, unsaved work, data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QPushButton

from aegui.core.recipe import CorruptionSpec
from aegui.core.recipe.file import load_recipe, save_recipe
from aegui.core.run_file.saved import load_run, save_run
from aegui.features.data.feature import DataFeature
from aegui.features.document.feature import DocumentFeature
from aegui.features.time.films import FilmFeature
from aegui.paths import library_dir, log_file, models_dir, resources_dir
from aegui.session.documents.document import shipped_model
from aegui.shell import dialogs
from aegui.shell.dialogs import files, questions
from aegui.shell.dialogs.film import FilmDialog
from tests.window.conftest import SMALL, await_files, save_figure, train

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow

EDITED = SMALL.model_copy(update={"seed": 99})


def answer(text: str) -> None:
    """Press the button ``text`` in the next question, whenever it opens."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        if box is None:
            QTimer.singleShot(100, press)
            return
        assert isinstance(box, QMessageBox | QDialog)
        button = next(b for b in box.findChildren(QPushButton) if b.text().replace("&", "") == text)
        button.click()

    QTimer.singleShot(100, press)


@pytest.mark.parametrize(
    ("ask", "button", "wanted"),
    [
        (lambda parent: questions.ask_leaving(parent, "a", training=True), "Save", "save"),
        (lambda parent: questions.ask_leaving(parent, "a", training=True), "Cancel", "cancel"),
        (lambda parent: questions.ask_conflict(parent, "a"), "Overwrite", "overwrite"),
        (lambda parent: questions.ask_replacing(parent, "a", "b"), "Replace", "replace"),
        (lambda parent: questions.ask_reload(parent, "a"), "Reload", True),
        (lambda parent: questions.ask_protected(parent, "a"), "Cancel", False),
        (lambda parent: questions.show_about(parent, ""), "Graphics card…", "gpu"),
    ],
)
def test_a_question_is_gone_once_it_is_answered(
    window: MainWindow,
    qtbot: QtBot,
    ask: Callable[[MainWindow], object],
    button: str,
    wanted: object,
) -> None:
    answer(button)
    assert ask(window) == wanted
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))


def saving_to(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    def chosen(*_: object) -> str:
        return str(path)

    monkeypatch.setattr(files, "choose_save_file", chosen)
    monkeypatch.setattr(files, "choose_set_file", chosen)


def closed(window: MainWindow) -> bool:
    event = QCloseEvent()
    window.closeEvent(event)
    return event.isAccepted()


def test_the_title_names_the_document_and_marks_changes(window: MainWindow) -> None:
    assert window.windowTitle() == "small[*] – aegui"
    assert not window.isWindowModified()
    window._services.workspace.edit_recipe(EDITED, "seed")
    assert window.isWindowModified()


def test_closing_asks_only_about_unsaved_work(window: MainWindow) -> None:
    assert closed(window)


@pytest.mark.parametrize(("button", "leaves"), [("Cancel", False), ("Do not save", True)])
def test_unsaved_work_is_asked_about(window: MainWindow, button: str, leaves: bool) -> None:
    window._services.workspace.edit_recipe(EDITED, "seed")
    answer(button)
    assert closed(window) is leaves


def test_save_on_the_way_out(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    saving_to(monkeypatch, tmp_path / "kept.aegui")
    window._services.workspace.edit_recipe(EDITED, "seed")
    answer("Save")
    assert closed(window)
    assert (tmp_path / "kept.aegui").is_file()


@pytest.mark.parametrize(
    ("button", "kept"), [("Save as…", True), ("Cancel", True), ("Replace", False)]
)
def test_a_file_is_not_replaced_by_another_network_without_a_question(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, button: str, kept: bool
) -> None:
    workspace, feature = window._services.workspace, window.feature(DocumentFeature)
    first = tmp_path / "first.aegui"
    saving_to(monkeypatch, first)
    assert feature.save()
    workspace.file.saving.finish()
    workspace.edit_recipe(EDITED, "seed")
    # Another seed is the same work: no question.
    assert feature.save()
    workspace.file.saving.finish()
    content = first.read_bytes()
    corruption = CorruptionSpec(kind="flip", level=0.1)
    data = SMALL.data.model_copy(update={"corruption": corruption})
    workspace.edit_recipe(SMALL.model_copy(update={"data": data}), "a denoiser")
    saving_to(monkeypatch, tmp_path / "second.aegui")
    answer(button)
    feature.save()
    workspace.file.saving.finish()
    assert (first.read_bytes() == content) is kept
    assert (tmp_path / "second.aegui").is_file() is (button == "Save as…")


def test_leaving_while_it_trains_keeps_what_was_learnt(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    saving_to(monkeypatch, tmp_path / "kept.aegui")
    services = window._services
    training = SMALL.training.model_copy(update={"epochs": 5_000_000})
    services.workspace.edit_recipe(SMALL.model_copy(update={"training": training}), "longer")
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: services.shown.history is not None)
    assert window.feature(DocumentFeature).save()
    services.workspace.file.saving.finish()
    assert "without the training" in window.notifications.shown[-1].text
    answer("Save")
    assert closed(window)
    assert not services.runner.is_busy
    assert services.workspace.open(tmp_path / "kept.aegui")
    assert services.workspace.run is not None


def test_who_gives_up_where_to_save_stays_and_the_training_goes_on(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_chosen(*_: object) -> str:
        return ""

    monkeypatch.setattr(files, "choose_save_file", none_chosen)
    services = window._services
    training = SMALL.training.model_copy(update={"epochs": 5_000_000})
    services.workspace.new(SMALL.model_copy(update={"training": training}))
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: services.shown.history is not None)
    answer("Save")
    assert not closed(window)
    assert services.runner.is_busy
    assert services.runner.state == "running"
    window.actions_table["stop"].trigger()
    qtbot.waitUntil(lambda: not services.runner.is_busy)


def test_a_file_that_is_read_while_the_language_changes_is_asked_about_in_the_new_window(
    qtbot: QtBot, app: App
) -> None:
    app.services.workspace.edit_recipe(EDITED, "seed")
    assert app.window.feature(DocumentFeature).open_path(models_dir() / "letters-2d.aegui")
    app.use_language("es")
    assert app.services.workspace.recipe == EDITED
    answer("No guardar")
    qtbot.waitUntil(lambda: app.window.windowTitle() == "letters-2d[*] – aegui", timeout=20_000)


def test_save_open_and_recent(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    train(qtbot, window)
    path = tmp_path / "first.aegui"
    saving_to(monkeypatch, path)
    window.actions_table["save"].trigger()
    window._services.workspace.file.saving.finish()
    assert path.is_file()
    assert window.windowTitle() == "first[*] – aegui"
    assert not window.isWindowModified()
    window.actions_table["new"].trigger()
    assert window._services.workspace.run is None
    names = [action.text() for action in window.menus["file/recent"].actions()]
    assert any("first.aegui" in name for name in names)
    window.menus["file/recent"].actions()[0].trigger()
    assert window._services.workspace.run is not None
    assert window._services.workspace.path == path


def test_exports(
    qtbot: QtBot, learnt: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = learnt
    for kind, start in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("csv", b"epoch,")):
        path = tmp_path / f"charts.{kind}"
        monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_, path=path: str(path))
        window.actions_table[f"export_charts_{kind}"].trigger()
        if kind != "csv":
            save_figure(window)
        await_files(window)
        assert path.read_bytes().startswith(start)
    saving_to(monkeypatch, tmp_path / "recipe.json")
    window.actions_table["export_recipe"].trigger()
    await_files(window)
    assert load_recipe(tmp_path / "recipe.json") == SMALL
    saving_to(monkeypatch, tmp_path / "set.h")
    window.actions_table["export_data"].trigger()
    qtbot.waitUntil((tmp_path / "set.h").is_file)
    assert "0x" in (tmp_path / "set.h").read_text()


def test_a_place_that_cannot_be_written_is_told(
    qtbot: QtBot, learnt: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = learnt
    path = str(tmp_path / "no" / "such" / "charts.png")
    monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_: path)
    window.actions_table["export_charts_png"].trigger()
    save_figure(window)
    assert window.notifications.shown[-1].level == "error"


def test_open_asks_for_a_file(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "other.json"
    save_recipe(path, EDITED)

    def chosen(*_: object) -> str:
        return str(path)

    monkeypatch.setattr(files, "choose_open_file", chosen)
    window.actions_table["open"].trigger()
    assert window._services.workspace.recipe == EDITED


def test_a_course_configuration_says_what_was_made_of_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "course.json"
    path.write_text(
        '{"layers":[35,25,10,2,10,25,35],"learning_rate":0.01,"epochs":100,"optimizer":"adam",'
        '"activation_fn":"relu","loss_function":"cross_entropy_loss","n_runs":1,"seed":42,'
        '"init_method":"uniform"}'
    )
    assert window.feature(DocumentFeature).open_path(path)
    dialog = next(d for d in window.findChildren(QDialog) if "read" in d.windowTitle())
    assert dialog.isVisible()
    dialog.close()
    assert window._services.workspace.recipe.seed == 42


def test_a_file_that_is_none_is_refused(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "broken.aegui"
    path.write_bytes(b"no zip")
    assert not window.feature(DocumentFeature).open_path(path)
    assert "broken.aegui" in window.notifications.shown[-1].text
    assert window._services.workspace.recipe == SMALL


def test_files_are_dropped(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "dropped.json"
    save_recipe(path, EDITED)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    arguments = (
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(QPoint(5, 5), *arguments)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(5, 5), *arguments))
    qtbot.waitUntil(lambda: window._services.workspace.recipe == EDITED)


def test_unsaved_work_of_a_crash_is_offered(
    app: App, monkeypatch: pytest.MonkeyPatch, user_home: Path
) -> None:
    from aegui.core.run_file.saved import SavedRun
    from aegui.session.documents.autosave import Autosave

    left = Autosave()
    left.write(SavedRun(EDITED, app.services.workspace.dataset), None, "lost")
    left.flush()
    # As in a crash: the lock is released with the process, the copy stays.
    assert left._lock is not None
    left._lock.unlock()
    answer("Later")
    app.window.feature(DocumentFeature).offer_recoveries()
    assert app.services.workspace.recipe == SMALL
    answer("Open it")
    app.window.feature(DocumentFeature).offer_recoveries()
    assert app.services.workspace.recipe == EDITED
    assert app.window.isWindowModified()


def test_unsaved_work_is_offered_beside_a_file_that_the_program_opens(
    app: App, qtbot: QtBot, tmp_path: Path
) -> None:
    from aegui.core.run_file.saved import SavedRun
    from aegui.session.documents.autosave import Autosave

    left = Autosave()
    left.write(SavedRun(EDITED, app.services.workspace.dataset), None, "lost")
    left.flush()
    assert left._lock is not None
    left._lock.unlock()
    save_run(tmp_path / "a.aegui", SavedRun(SMALL, app.services.workspace.dataset))
    app.start(tmp_path / "a.aegui", has_crashed=True)
    notifications = app.window.notifications
    qtbot.waitUntil(lambda: any(notice.offer for notice in notifications.shown))
    qtbot.waitUntil(lambda: app.services.workspace.path == tmp_path / "a.aegui")
    (notice,) = (notice for notice in notifications.shown if notice.offer)
    assert "crashed last time" in notice.text
    assert [notice.offer, *(offer.words for offer in notice.more)] == [
        "Unsaved work…",
        "Report a problem…",
    ]
    answer("Open it")
    assert notice.accept is not None
    notice.accept()
    assert app.services.workspace.recipe == EDITED


def test_import_summary_escapes_what_it_lists() -> None:
    from aegui.core.course_configs import CourseReading

    text = questions.import_summary(CourseReading(SMALL, understood=("a_b*c",), ignored=("<x>",)))
    assert r"a\_b\*c" in text
    assert r"\<x\>" in text
    assert "Assumed" not in text


def test_another_import_takes_the_place_of_the_last_summary(window: MainWindow) -> None:
    from aegui.core.course_configs import CourseReading

    first = questions.show_import(window, CourseReading(SMALL, understood=("a",)))
    assert first.isVisible()
    second = questions.show_import(window, CourseReading(SMALL, understood=("b", "c")))
    assert not first.isVisible()
    assert second.isVisible()
    second.close()


def saved_to(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    workspace = window._services.workspace
    with qtbot.waitSignal(workspace.file.saved):
        assert workspace.save_as(path)


def change_elsewhere(path: Path) -> bytes:
    """Save another document to ``path``, as another window would."""
    run = load_run(path)
    save_run(path, replace(run, recipe=run.recipe.model_copy(update={"seed": 77}), draft=None))
    return path.read_bytes()


def edited_here_and_there(qtbot: QtBot, window: MainWindow, path: Path) -> bytes:
    """Edit a saved document that another program changes too; return the latter's bytes."""
    saved_to(qtbot, window, path)
    window._services.workspace.edit_recipe(EDITED, "seed")
    return change_elsewhere(path)


def offers(window: MainWindow) -> list[str]:
    notice = window.notifications.shown[-1]
    return [notice.offer, *(offer.words for offer in notice.more)]


def test_a_file_changed_by_another_program_is_told_once(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "a.aegui"
    saved_to(qtbot, window, path)
    workspace = window._services.workspace
    workspace.file.check()
    assert not window.notifications.shown
    change_elsewhere(path)
    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    assert "another program" in window.notifications.shown[-1].text
    assert offers(window) == ["Reload", "Save as…", "Overwrite"]
    window.notifications.close_all()
    workspace.file.check()
    assert not window.notifications.shown  # reported once only
    assert workspace.reload()
    assert workspace.recipe.seed == 77
    assert workspace.file.state() == "same"


def test_saving_never_overwrites_what_another_program_saved(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "a.aegui"
    theirs = edited_here_and_there(qtbot, window, path)
    workspace = window._services.workspace
    assert not workspace.save()
    answer("Cancel")
    assert not window.feature(DocumentFeature).save()
    assert path.read_bytes() == theirs
    answer("Overwrite")
    with qtbot.waitSignal(workspace.file.saved):
        assert window.feature(DocumentFeature).save()
    assert load_run(path).recipe.seed == 99
    workspace.edit_recipe(SMALL, "back")
    with qtbot.waitSignal(workspace.file.saved):
        assert window.feature(DocumentFeature).save()  # the file on disk is the program's own now


def test_reloading_asks_where_something_would_be_lost(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "a.aegui"
    edited_here_and_there(qtbot, window, path)
    workspace = window._services.workspace
    answer("Cancel")
    window.feature(DocumentFeature).reload()
    assert workspace.recipe.seed == 99
    answer("Reload")
    window.feature(DocumentFeature).reload()
    assert workspace.recipe.seed == 77


def test_a_deleted_file_is_told_and_counts_as_unsaved(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "a.aegui"
    saved_to(qtbot, window, path)
    workspace = window._services.workspace
    assert not workspace.file.is_modified
    path.unlink()
    workspace.file.check()
    assert offers(window) == ["Save it again", "Save as…"]
    assert workspace.file.is_modified
    with qtbot.waitSignal(workspace.file.saved):
        assert window.feature(DocumentFeature).save()
    assert path.is_file()
    workspace.file.check()
    assert not workspace.file.is_modified


def test_a_protected_file_stays_as_it_is(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "a.aegui", tmp_path / "b.aegui"
    saved_to(qtbot, window, path)
    path.chmod(0o444)
    before = path.read_bytes()
    window._services.workspace.edit_recipe(EDITED, "seed")
    saving_to(monkeypatch, other)
    answer("Save as…")
    with qtbot.waitSignal(window._services.workspace.file.saved):
        assert window.feature(DocumentFeature).save()
    assert path.read_bytes() == before
    assert other.is_file()


def test_an_example_is_saved_among_the_documents(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, user_home: Path
) -> None:
    workspace = window._services.workspace
    with qtbot.waitSignal(workspace.document_changed):
        assert workspace.open(shipped_model())
    assert workspace.path is None
    proposed: list[str] = []

    def ask(*arguments: object) -> tuple[str, str]:
        proposed.append(str(arguments[2]))
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    documents = user_home / "documents" / "aegui"
    documents.mkdir(parents=True)
    assert not window.feature(DocumentFeature).save()
    window.feature(DocumentFeature).export_recipe()
    window.feature(DataFeature).export_data()
    window.feature(FilmFeature).film("map")
    (film,) = window.findChildren(FilmDialog)
    film.save.click()
    film.reject()
    assert proposed[0] == str(documents / "letters-2d.aegui")
    assert len(proposed) == 4
    assert {str(Path(path).parent) for path in proposed} == {str(documents)}


def test_nothing_is_written_among_the_files_of_the_program(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, before = window._services.workspace, shipped_model().read_bytes()
    assert not workspace.save_as(shipped_model())
    assert "folder of the program" in window.notifications.shown[-1].text
    window.notifications.close_all()
    saving_to(monkeypatch, resources_dir() / "recipes" / "letters-2d.json")
    window.actions_table["export_recipe"].trigger()
    await_files(window)
    assert "folder of the program" in window.notifications.shown[-1].text
    assert shipped_model().read_bytes() == before


def test_a_file_that_is_dragged_in_is_welcomed(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    save_recipe(path, EDITED)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    actions, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    button = Qt.MouseButton.LeftButton
    window.dragEnterEvent(QDragEnterEvent(QPoint(9, 9), actions, data, button, keys))
    assert window.veil.text == "Drop to open r.json"
    assert window.veil.size() == window.size()
    window.dragLeaveEvent(QDragLeaveEvent())
    assert window.veil.text == ""
    picture = tmp_path / "x.png"
    picture.write_bytes(b"")
    data.setUrls([QUrl.fromLocalFile(str(picture)), QUrl.fromLocalFile(str(picture))])
    window.dragEnterEvent(QDragEnterEvent(QPoint(9, 9), actions, data, button, keys))
    assert window.veil.text == "Drop to import 2 files"
    window.dragLeaveEvent(QDragLeaveEvent())


def test_what_unsaved_work_holds_is_shown_before_it_is_opened(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aegui.core.run_file.saved import Draft, saved_run_of
    from aegui.core.training.loop.train import train
    from aegui.session.documents.autosave import Autosave
    from tests.session.parts import resolved

    of = resolved(7)
    *_, training = train(of)
    left = Autosave()
    run = saved_run_of(training.result(), of)
    # The samples of the next training are not those that these epochs have learnt.
    draft = Draft(of.recipe, of.dataset.subset(range(5)))
    left.write(replace(run, draft=draft), None, "lost")
    left.flush()
    assert left._lock is not None
    left._lock.unlock()
    seen: list[tuple[str, bool]] = []

    def look(box: QMessageBox) -> int:
        has_picture = box.icon() == QMessageBox.Icon.NoIcon and box.iconPixmap().width() > 30
        seen.append((box.informativeText(), has_picture))
        return 0

    monkeypatch.setattr(QMessageBox, "exec", look)
    app.window.feature(DocumentFeature).offer_recoveries()
    ((text, has_picture),) = seen
    assert "“lost”, backed up on " in text
    assert "5 samples; nothing learnt yet.\n" in text
    assert "The network in it: 8 samples; learnt for 7 epochs." in text
    assert has_picture
    # A damaged copy is offered all the same, without a picture.
    left.file.write_bytes(b"half of")
    app.window.feature(DocumentFeature).offer_recoveries()
    assert seen[1] == (text, False)


class FileManager(QObject):
    """Stands in for the desktop that shows a folder."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Path] = []

    @Slot(QUrl)
    def show_it(self, url: QUrl) -> None:
        self.shown.append(Path(url.toLocalFile()))


@pytest.mark.parametrize("has_log", [True, False])
def test_the_folder_of_the_log_is_shown(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, has_log: bool
) -> None:
    # Otherwise a desktop session would open a window.
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/dev/null")
    if has_log:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        log_file().write_text("what it did\n")
    manager = FileManager()
    # The stub declares bytes, which the function does not accept.
    QDesktopServices.setUrlHandler("file", manager, "show_it")  # type: ignore[arg-type]
    window.actions_table["log_folder"].trigger()
    QDesktopServices.unsetUrlHandler("file")
    assert manager.shown == [log_file().parent]
    assert library_dir().parent == log_file().parent
