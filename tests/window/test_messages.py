"""No message is lost: the list below the bell, and the actions still available there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QScrollArea

from aegui.core.i18n import tr
from aegui.core.recipe.edits import with_value
from aegui.features.builder.view.map_mark import MapMark
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.session.messages import MAX_KEPT, Messages
from aegui.session.notice import Notice
from aegui.shell.folders import request_for
from aegui.window.message_list import MessageList
from aegui.window.notifications import Toast
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow


class Opener(QObject):
    """Stands in for the desktop that opens folders."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


@pytest.fixture
def lists(window: MainWindow) -> Iterator[list[MessageList]]:
    """Collect the lists that a test opens, and close them at its end."""
    opened: list[MessageList] = []
    yield opened
    close_all(opened)


def close_all(lists: list[MessageList]) -> None:
    for each in lists:
        if shiboken6.isValid(each):
            each.close()


def open_list(window: MainWindow, lists: list[MessageList]) -> MessageList:
    close_all(lists)
    window.actions_table["messages"].trigger()
    found = [each for each in window.findChildren(MessageList) if each.isVisible()]
    lists[:] = found
    (only,) = found
    return only


def messages(window: MainWindow) -> Messages:
    return window._services.of(Messages)


def test_what_has_gone_is_in_the_list(
    window: MainWindow, lists: list[MessageList], tmp_path: Path
) -> None:
    window.notify(Notice("info", "first", about="film"))
    window.notify(Notice("error", "second"))
    assert window.bell.level == "error"
    window.notifications.close_all()
    shown = open_list(window, lists)
    assert [row.message.notice.text for row in shown.rows][:2] == ["second", "first"]
    assert window.bell.level is None
    shown.rows[1].copy.click()
    assert QGuiApplication.clipboard().text() == "first"
    shown.copy.click()
    assert QGuiApplication.clipboard().text().splitlines()[-1].endswith("second")
    shown.clear.click()
    assert shown.rows == []
    assert messages(window).kept == ()
    # Messages move to the list and are shown nowhere else.
    assert window.notifications.shown == ()


def test_a_short_list_has_room_for_all_of_it(
    window: MainWindow, lists: list[MessageList], qtbot: QtBot
) -> None:
    window.notify(
        Notice("info", "All epochs were done: most characters have one wrong pixel. " * 2)
    )
    window.notifications.close_all()
    shown = open_list(window, lists)
    qtbot.waitUntil(lambda: shown.rows[0].height() > 0)
    (area,) = shown.findChildren(QScrollArea)
    qtbot.waitUntil(lambda: not area.verticalScrollBar().isVisible())
    assert area.viewport().height() >= shown.rows[0].heightForWidth(shown.rows[0].width())


def test_the_bell_is_marked_until_a_message_is_read(
    window: MainWindow, lists: list[MessageList]
) -> None:
    open_list(window, lists)
    assert window.bell.level is None
    blank = window.bell.grab().toImage()
    for text in ("The hand-in is written", "another"):
        window.notify(Notice("info", text))
    # A message that closed by itself may not have been read.
    window.notifications.close_all()
    assert window.bell.level == "info"
    assert window.bell.grab().toImage() != blank
    assert "2" in window.bell.accessibleDescription()
    open_list(window, lists)
    assert window.bell.level is None
    assert window.bell.accessibleDescription() == ""
    assert window.bell.grab().toImage() == blank
    close_all(lists)
    # A message closed by the user has been read.
    window.notify(Notice("info", "third"))
    (toast,) = (one for one in window.findChildren(Toast) if one.notice.text == "third")
    toast.findChildren(QAbstractButton)[-1].click()
    assert window.bell.level is None


def test_an_offer_can_be_taken_up_later_but_only_once(
    window: MainWindow, lists: list[MessageList]
) -> None:
    done: list[str] = []
    window.notify(Notice("info", "other", "Do it", lambda: done.append("it")))
    window.findChild(Toast).close_now()  # type: ignore[union-attr]
    (button,) = open_list(window, lists).rows[0].acts
    button.click()
    assert done == ["it"]
    assert open_list(window, lists).rows[0].acts == []


def test_what_is_offered_is_past_with_what_it_was_about(
    window: MainWindow, lists: list[MessageList]
) -> None:
    workspace = window._services.workspace
    window.notify(Notice("info", "images", "Fit", lambda: None, passing=True))
    assert len(open_list(window, lists).rows[0].acts) == 1
    workspace.edit_recipe(with_value(workspace.recipe, "seed", 9), "seed")
    assert open_list(window, lists).rows[0].acts == []
    window.notify(Notice("info", "images", "Fit", lambda: None))
    window.notify(Notice("info", "more", "Other", lambda: None))
    assert [len(row.acts) for row in open_list(window, lists).rows[:2]] == [1, 0]


def test_offers_of_a_window_that_is_gone_are_past(app: App, lists: list[MessageList]) -> None:
    app.window.notify(Notice("info", "images", "Fit", lambda: None))
    app.use_language("es")
    assert app.window.bell.level == "info"
    shown = open_list(app.window, lists)
    assert shown.rows[0].message.notice.text == "images"
    assert shown.rows[0].acts == []
    shown.close()
    app.use_language("en")


@pytest.mark.arrangement("build")
def test_messages_and_undo_steps_follow_the_language(app: App, lists: list[MessageList]) -> None:
    workspace = app.services.workspace
    edited = workspace.recipe.model_copy(update={"runs": 3})
    # As a field of the panel does, through a signal of Qt.
    app.window.panel(TrainingPanel).recipe_edited.emit(edited, tr("Paste a set-up"))
    notice = Notice("info", tr("Copied: {line}", line="35-2"), tr("Read it"), lambda: None)
    app.window.notify(notice)
    app.use_language("es")
    (row, *_) = open_list(app.window, lists).rows
    assert "Copiado: 35-2" in [label.text() for label in row.findChildren(QLabel)]
    assert tr("Paste a set-up") in app.window.actions_table["undo"].text()
    assert tr("Paste a set-up") != "Paste a set-up"
    workspace.undo_stack.undo()
    app.use_language("en")
    assert "Paste a set-up" in app.window.actions_table["redo"].text()


def test_problems_of_the_draft_follow_the_language(app: App) -> None:
    workspace = app.services.workspace
    wrong = with_value(workspace.recipe, "training.optimizer.name", "bfgs")
    workspace.edit_recipe(with_value(wrong, "training.batch_size", 2), "Batches")
    assert "full batch" in app.window.toolbar.status.toolTip()
    app.use_language("es")
    assert "lote completo" in app.window.toolbar.status.toolTip()
    app.use_language("en")
    assert "full batch" in app.window.toolbar.status.toolTip()


def test_old_messages_are_forgotten(qapp: object) -> None:
    kept = Messages()
    for number in range(MAX_KEPT + 5):
        kept.add(Notice("info", str(number)))
    kept.add(Notice("info", str(MAX_KEPT + 4)))
    assert len(kept.kept) == MAX_KEPT
    assert kept.kept[-1].notice.text == str(MAX_KEPT + 4)
    assert len(kept.unread) <= MAX_KEPT


def test_the_folder_of_a_file_that_was_saved_is_shown(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without a session bus the desktop opens the folder itself.
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    file = tmp_path / "a b.gif"
    file.write_bytes(b"")
    desktop = Opener()
    QDesktopServices.setUrlHandler("file", desktop, "open")  # type: ignore[arg-type]
    try:
        window.notify(Notice("info", "saved", file=file))
        toast = window.findChild(Toast)
        assert toast is not None
        (button,) = toast.findChildren(QPushButton)
        button.click()
        qtbot.waitUntil(lambda: bool(desktop.opened))
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert desktop.opened == [str(tmp_path)]


def test_a_file_manager_is_asked_for_the_file_itself(tmp_path: Path) -> None:
    pytest.importorskip("PySide6.QtDBus")
    request = request_for(tmp_path / "a b.gif")
    assert request.member() == "ShowItems"
    assert request.arguments() == [[(tmp_path / "a b.gif").as_uri()], ""]


def test_the_map_says_when_another_network_is_built(window: MainWindow, qtbot: QtBot) -> None:
    mark = window.canvas.findChild(MapMark)
    assert mark is not None
    assert not mark.isVisible()
    train(qtbot, window)
    assert not mark.isVisible()
    workspace = window._services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, "network.latent.units", 3), "code")
    qtbot.waitUntil(mark.isVisible)
    assert window.canvas.rect().contains(mark.geometry())
    assert "2" in mark.accessibleDescription()
    window.notify(Notice("warning", "something about the edit"))
    (toast,) = (
        one
        for one in window.findChildren(Toast)
        if one.isVisible() and one.notice.text[:4] == "some"
    )
    corner = mark.mapTo(window, mark.rect().topLeft())
    assert not toast.geometry().intersects(mark.rect().translated(corner))
    with qtbot.waitSignal(window._services.runner.finished, timeout=60_000):
        mark.train.click()
        assert not mark.isVisible()
    assert not mark.isVisible()
    assert workspace.run is not None
    assert workspace.run.recipe.network.latent.units == 3


def test_the_mark_of_edits_gives_way_to_a_legend_that_grows(
    window: MainWindow, qtbot: QtBot
) -> None:
    train(qtbot, window)
    mark = window.canvas.findChild(MapMark)
    assert mark is not None
    workspace = window._services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, "network.latent.units", 3), "code")
    qtbot.waitUntil(mark.isVisible)
    overlays = window.canvas.overlays
    overlays.legend.set_classes(["a", "b"])
    overlays.legend.show()
    overlays.legend.setGeometry(mark.geometry())
    overlays.corners_changed.emit()
    assert not mark.geometry().intersects(overlays.legend.geometry())
    assert window.canvas.rect().contains(mark.geometry())


def test_a_document_without_a_file_is_named_by_what_it_holds(
    window: MainWindow, qtbot: QtBot
) -> None:
    workspace = window._services.workspace
    assert workspace.name == SMALL.name
    workspace.edit_recipe(with_value(workspace.recipe, "seed", 9), "seed")
    assert workspace.name == SMALL.name
    workspace.edit_recipe(with_value(workspace.recipe, "network.latent.kind", "gaussian"), "kind")
    assert workspace.name == "VAE on Lower case, 2 numbers"
    qtbot.waitUntil(lambda: window.windowTitle().startswith("VAE on Lower case, 2 numbers"))
    window.actions_table["undo"].trigger()
    assert workspace.name == SMALL.name
