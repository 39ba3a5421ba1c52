"""The library in the real window: trained runs are kept, found, opened and trained again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog

from aegui.core.library.library import Library
from aegui.core.library.query import LibraryQuery
from aegui.features.library import feature as wiring
from aegui.features.library.model import queries
from aegui.features.library.model.writer import LibraryWriter
from aegui.features.library.view.panel import LibraryPanel
from aegui.features.studies.model import study_runs
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.features.studies.view.panel import StudiesPanel
from aegui.paths import library_dir
from tests.core.library.made import saved_run
from tests.core.web_page.made import letters
from tests.features.studies.plans import ENDLESS, write_plan
from tests.window.conftest import SMALL, train
from tests.window.test_document import answer

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.core.library.entry import LibraryEntry
    from aegui.window.main_window import MainWindow


@pytest.fixture(autouse=True)
def watched_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll for entries of other processes more often than usual."""
    monkeypatch.setattr(queries, "_WATCH_MS", 100)


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> LibraryPanel:
    window.actions_table["library"].trigger()
    panel = window.panel(LibraryPanel)
    qtbot.waitUntil(lambda: panel.table.entries.sheet is not None)
    assert panel.isVisible()
    return panel


class FileManager(QObject):
    """What is asked to open folders in place of the desktop."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Path] = []

    @Slot(QUrl)
    def show_it(self, url: QUrl) -> None:
        self.shown.append(Path(url.toLocalFile()))


def test_its_folder_is_opened(panel: LibraryPanel) -> None:
    manager = FileManager()
    QDesktopServices.setUrlHandler("file", manager, "show_it")  # type: ignore[arg-type]
    try:
        panel.folder.trigger()
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert manager.shown == [library_dir()]
    assert library_dir().is_dir()


@pytest.mark.qt_log_ignore("This plugin does not support QPlatformServices")
def test_a_desktop_that_opens_no_folder_is_told(window: MainWindow, panel: LibraryPanel) -> None:
    panel.folder.trigger()
    text = window.notifications.shown[-1].text
    assert text == f"No program of this desktop opens folders. The folder is {library_dir()}."


def test_a_library_that_could_not_be_read_is_read_again_by_its_button(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It is read when the panel is shown and when its button is pressed, and never in between.
    monkeypatch.setattr(queries, "_WATCH_MS", 3_600_000)
    # A file in the place of its folder.
    library_dir().parent.mkdir(parents=True, exist_ok=True)
    library_dir().write_text("")
    window.actions_table["library"].trigger()
    panel = window.panel(LibraryPanel)
    offer = panel.placeholder.offer
    qtbot.waitUntil(offer.isVisible)
    assert str(library_dir()) in panel.placeholder.message
    library_dir().unlink()
    QTest.mouseClick(offer, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.table.entries.sheet is not None)
    assert not offer.isVisible()


def settled(qtbot: QtBot, window: MainWindow) -> None:
    desk = window._services.of(LibraryWriter)
    qtbot.waitUntil(lambda: not desk.is_busy)


def entries() -> list[LibraryEntry]:
    """Return all entries, oldest first."""
    with Library() as library:
        query = LibraryQuery(descending=False)
        return [library.entry(row.id) for row in library.rows(query)]


def listed(panel: LibraryPanel) -> list[str]:
    sheet = panel.table.entries.sheet
    return [] if sheet is None else [row.id for row in sheet.rows]


def kept_by_training(qtbot: QtBot, window: MainWindow, key: str = "train") -> LibraryEntry:
    before = {entry.id for entry in entries()}
    train(qtbot, window, key)
    qtbot.waitUntil(lambda: not window._services.runner.is_measuring)
    settled(qtbot, window)
    (new,) = [entry for entry in entries() if entry.id not in before]
    return new


def test_every_training_is_kept_with_what_it_came_from(window: MainWindow, qtbot: QtBot) -> None:
    first = kept_by_training(qtbot, window)
    assert (first.name, first.parent) == ("small", "")
    assert first.values("wrong")
    assert first.environment["torch"]
    further = kept_by_training(qtbot, window, "continue")
    assert further.parent == first.id
    # A training from scratch has no parent.
    assert kept_by_training(qtbot, window).parent == ""
    with Library() as library:
        kept = library.load(further.id)
        run = window._services.workspace.run
        assert run is not None
        assert len(kept.stages) == 2
        assert library.thumbnail(first.id) is not None


def test_nothing_is_kept_once_it_is_turned_off(
    window: MainWindow, qtbot: QtBot, panel: LibraryPanel
) -> None:
    assert panel.keep.isChecked()
    panel.keep.trigger()
    train(qtbot, window)
    settled(qtbot, window)
    assert entries() == []
    panel.keep.trigger()
    assert kept_by_training(qtbot, window).parent == ""


def test_what_is_kept_is_listed_and_opened_as_a_document_of_its_own(
    window: MainWindow, qtbot: QtBot, panel: LibraryPanel
) -> None:
    entry = kept_by_training(qtbot, window)
    qtbot.waitUntil(lambda: listed(panel) == [entry.id])
    workspace = window._services.workspace
    _saved(qtbot, window)
    panel.table.choose([entry.id])
    with qtbot.waitSignal(workspace.document_changed):
        QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert workspace.path is None
    assert workspace.name == "small"
    assert not workspace.file.is_modified
    assert workspace.run is not None
    settled(qtbot, window)
    assert kept_by_training(qtbot, window, "continue").parent == entry.id


def _saved(qtbot: QtBot, window: MainWindow) -> None:
    """Discard the document, so that no question about unsaved work appears."""
    window._services.workspace.new(SMALL)


def test_a_run_is_trained_again_and_forked(
    window: MainWindow, qtbot: QtBot, panel: LibraryPanel
) -> None:
    entry = kept_by_training(qtbot, window)
    qtbot.waitUntil(lambda: listed(panel) == [entry.id])
    _saved(qtbot, window)
    panel.table.choose([entry.id])
    runner = window._services.runner
    with qtbot.waitSignal(runner.finished):
        panel.again.click()
    qtbot.waitUntil(lambda: not runner.is_measuring)
    settled(qtbot, window)
    again = entries()[-1]
    assert again.parent == entry.id
    assert again.recipe == entry.recipe
    assert [row.figures["wrong"] for row in again.seeds] == [
        row.figures["wrong"] for row in entry.seeds
    ]
    _saved(qtbot, window)
    qtbot.waitUntil(lambda: len(listed(panel)) == 2)
    panel.table.choose([again.id])
    workspace = window._services.workspace
    with qtbot.waitSignal(workspace.document_changed):
        panel.fork.click()
    assert workspace.run is None
    assert workspace.name == "small (fork)"
    assert kept_by_training(qtbot, window).parent == again.id


def test_star_note_trash_and_undo(window: MainWindow, qtbot: QtBot, panel: LibraryPanel) -> None:
    with Library() as library:
        id = library.keep(saved_run("one")).id
    qtbot.waitUntil(lambda: listed(panel) == [id])
    panel.table.choose([id])
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    settled(qtbot, window)
    assert entries()[0].starred
    panel.table.entries.edited.emit(id, "tags", "a, b")
    settled(qtbot, window)
    assert entries()[0].tags == ("a", "b")
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    settled(qtbot, window)
    assert entries() == []
    qtbot.waitUntil(lambda: listed(panel) == [])
    panel.table.setFocus()
    undo = window._services.of(LibraryWriter).undo
    for _ in range(3):
        undo()
    settled(qtbot, window)
    (entry,) = entries()
    assert (entry.starred, entry.tags) == (False, ())


def test_the_trash_is_emptied_and_the_limit_set_by_the_menu(
    window: MainWindow, qtbot: QtBot, panel: LibraryPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library() as library:
        library.trash([library.keep(saved_run("one")).id])
        assert library.disk_use().trash
    answer("Remove")
    panel.empty.trigger()
    settled(qtbot, window)
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (700, True))
    panel.limit.trigger()
    settled(qtbot, window)
    with Library() as library:
        assert not library.disk_use().trash
        assert library.disk_use().limit == 700 * 1024**2


def test_two_are_compared_in_words_and_curves(
    window: MainWindow, qtbot: QtBot, panel: LibraryPanel
) -> None:
    first = kept_by_training(qtbot, window)
    workspace = window._services.workspace
    training = SMALL.training.model_copy(update={"loss": "mse"})
    workspace.edit_recipe(SMALL.model_copy(update={"training": training}), "loss")
    second = kept_by_training(qtbot, window)
    qtbot.waitUntil(lambda: len(listed(panel)) == 2)
    panel.table.choose([first.id, second.id])
    qtbot.waitUntil(lambda: panel.side.curves.plot is not None)
    assert "Binary cross-entropy" in panel.side.difference.text()
    plot = panel.side.curves.plot
    assert plot is not None
    assert len(plot.series) == 2


@pytest.mark.parametrize(
    ("kind", "suffix"), [("run", ".aegui"), ("recipe", ".json"), ("csv", ".csv"), ("page", ".html")]
)
def test_a_run_is_written_to_a_file_of_ones_own(
    window: MainWindow,
    qtbot: QtBot,
    panel: LibraryPanel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    suffix: str,
) -> None:
    with Library() as library:
        id = library.keep(letters() if kind == "page" else saved_run("one")).id
    qtbot.waitUntil(lambda: listed(panel) == [id])
    panel.table.choose([id])
    path = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    panel.export_requested.emit([id], kind)
    settled(qtbot, window)
    assert path.with_suffix(suffix).stat().st_size > 0


def test_runs_that_ended_last_before_a_study_was_given_up_are_kept(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table is updated only at intervals; runs not in it yet are kept too."""
    monkeypatch.setattr(study_runs, "_SECONDS_BETWEEN", 1000.0)
    # The longest runs begin first: on one core no other would end.
    monkeypatch.setattr(study_runs, "default_jobs", lambda: 2)
    runs = window._services.of(StudyRuns)
    window.actions_table["studies"].trigger()
    rows = [
        {"label": str(n), "set": {"training.epochs": epochs, "network.encoder": [{"units": n}]}}
        for n, epochs in ((4, 12), (5, 2000), (6, ENDLESS["training.epochs"]))
    ]
    path = write_plan(tmp_path, axes=[{"label": "units", "rows": rows}])
    runs.choose(path)
    qtbot.waitUntil(lambda: runs.sheet is not None and runs.sheet.cost is not None)
    runs.start()
    panel = window.panel(StudiesPanel)
    qtbot.waitUntil(lambda: "6 runs" in panel.text.text())
    assert runs.sheet is not None
    assert runs.sheet.result is not None
    assert sum(len(cell.runs) for cell in runs.sheet.result.cells) < 6
    with qtbot.waitSignal(runs.ended, timeout=20_000):
        panel.cancel.click()
    settled(qtbot, window)
    kinds = [entry.kind for entry in entries()]
    assert sorted(kinds) == ["run", "run", "study"], "the best of each setting that has ended"


def test_a_study_is_kept_when_it_ends_and_its_runs_are_shown(
    window: MainWindow,
    qtbot: QtBot,
    panel: LibraryPanel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = window._services.of(StudyRuns)
    window.actions_table["studies"].trigger()
    runs.choose(write_plan(tmp_path))
    qtbot.waitUntil(lambda: runs.sheet is not None and runs.sheet.cost is not None)
    runs.start()
    qtbot.waitUntil(lambda: not runs.job.is_busy)
    settled(qtbot, window)
    kinds = [entry.kind for entry in entries()]
    assert sorted(kinds) == ["run", "run", "study"]
    (study,) = [entry for entry in entries() if entry.kind == "study"]
    window.actions_table["library"].trigger()
    qtbot.waitUntil(lambda: len(listed(panel)) == 3)
    panel.table.choose([study.id])
    panel.open.click()
    qtbot.waitUntil(lambda: len(listed(panel)) == 2)
    monkeypatch.setattr(wiring, "choose_folder", lambda *_, **_kwargs: str(tmp_path / "logs"))
    panel.export_requested.emit([study.id], "events")
    settled(qtbot, window)
    assert len(list((tmp_path / "logs").glob("*/seed-*/events*"))) == 6


def test_a_study_that_ends_in_another_window_is_kept(
    window: MainWindow, qtbot: QtBot, app: App, tmp_path: Path
) -> None:
    runs = window._services.of(StudyRuns)
    window.actions_table["studies"].trigger()
    rows = [
        {"label": str(n), "set": {"training.epochs": epochs, "network.encoder": [{"units": n}]}}
        for n, epochs in ((4, 12), (5, 2000), (6, ENDLESS["training.epochs"]))
    ]
    runs.choose(write_plan(tmp_path, axes=[{"label": "units", "rows": rows}]))
    qtbot.waitUntil(lambda: runs.sheet is not None and runs.sheet.cost is not None)
    runs.start()
    panel = window.panel(StudiesPanel)
    qtbot.waitUntil(lambda: "6 runs" in panel.text.text())
    # The panels of studies are in no sight of the new window.
    window.set_perspective("wander")
    app.use_language("es")
    assert runs.job.is_busy
    assert app.window.docks["studies"].isHidden()
    with qtbot.waitSignal(runs.ended, timeout=20_000):
        runs.cancel()
    settled(qtbot, app.window)
    assert "study" in {entry.kind for entry in entries()}
