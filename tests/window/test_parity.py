"""The page of published figures: what it shows, trains and saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.library.library import Library
from aegui.core.parity.rows import parity_rows
from aegui.features.library.model.writer import LibraryWriter
from aegui.features.parity import feature as parity_feature
from aegui.features.parity.feature import ParityFeature
from aegui.features.parity.view.dialog import COLUMNS
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.paths import library_dir
from aegui.session.comfort import Comfort
from aegui.session.library_news import LibraryNews
from tests.core.parity.test_parity import entry
from tests.window.conftest import await_files

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.features.parity.view.dialog import ParityDialog
    from aegui.window.main_window import MainWindow


def opened(window: MainWindow, qtbot: QtBot) -> ParityDialog:
    window.actions_table["parity"].trigger()
    dialog = window.feature(ParityFeature).dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.table.rowCount() > len(parity_rows()), timeout=20_000)
    return dialog


def place_of(dialog: ParityDialog, id: str) -> int:
    cells = ((row, dialog.table.item(row, 1)) for row in range(dialog.table.rowCount()))
    return next(row for row, cell in cells if cell is not None and cell.text() == id)


def test_what_is_in_the_library_has_its_tick(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(row for row in parity_rows() if row.id == "A2-uniform")
    with Library(library_dir()) as library:
        library.keep_entry(entry(row.recipes[0], s42=0.25, s43=0.75))
    dialog = opened(window, qtbot)
    place = place_of(dialog, "A2-uniform")
    sign, here = dialog.table.item(place, 0), dialog.table.item(place, 4)
    assert sign is not None
    assert here is not None
    assert sign.text() == "✓"
    assert sign.data(Qt.ItemDataRole.AccessibleTextRole) == "reached"
    assert here.text() == "0.5 ± 0.354"
    dialog.choose(place)
    assert "seeds 42, 43" in dialog.details.text()
    assert "a processor" in dialog.details.text()
    path = tmp_path / "page.csv"
    monkeypatch.setattr(parity_feature, "choose_save_file", lambda *_: str(path))
    dialog.save.click()
    await_files(window)
    assert "A2-uniform" in path.read_text()
    dialog.reject()


def test_figures_are_whole_with_large_letters(window: MainWindow, qtbot: QtBot, app: App) -> None:
    app.use_comfort(Comfort(text_size=2.0))
    table = opened(app.window, qtbot).table
    expected = len(COLUMNS) - 1
    # Nothing was trained here: a column without figures takes no room from the others.
    assert table.columnWidth(4) < table.columnWidth(expected)
    metrics = table.fontMetrics()
    cells = (table.item(row, expected) for row in range(table.rowCount()))
    texts = [cell.text() for cell in cells if cell is not None]
    whole = [metrics.horizontalAdvance(text) < table.columnWidth(expected) for text in texts]
    assert sum(whole) > 0.9 * len(whole)


def test_a_row_trains_its_recipe_in_the_window(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    dialog.choose(place_of(dialog, "D-l1"))
    assert dialog.run.text() == "&Train it"
    runner = window._services.runner
    with qtbot.waitSignal(runner.started, timeout=20_000):
        QTest.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    assert runner.resolved is not None
    assert runner.resolved.recipe.training.l1 == 0.0001
    with qtbot.waitSignal(runner.finished, timeout=60_000):
        runner.stop()
    dialog.reject()


def test_a_row_that_was_trained_gets_its_tick_while_the_page_is_open(
    window: MainWindow, qtbot: QtBot
) -> None:
    dialog = opened(window, qtbot)
    dialog.choose(place_of(dialog, "D-linear"))
    with qtbot.waitSignal(window._services.runner.finished, timeout=60_000):
        QTest.mouseClick(dialog.run, Qt.MouseButton.LeftButton)

    def sign() -> str:
        item = dialog.table.item(place_of(dialog, "D-linear"), 0)
        return "" if item is None else item.text()

    qtbot.waitUntil(lambda: sign() == "✓", timeout=60_000)
    assert dialog.summary.text().startswith("1 of ")
    assert dialog.state is not None
    assert dialog.state.row.id == "D-linear"
    assert "seed 0" in dialog.details.text()
    dialog.reject()


def test_what_happens_behind_the_page_is_told_in_it(window: MainWindow, qtbot: QtBot) -> None:
    runner = window._services.runner
    dialog = opened(window, qtbot)
    assert not dialog.news.text()
    dialog.choose(place_of(dialog, "D-l1"))
    with qtbot.waitSignal(runner.started, timeout=20_000):
        dialog.run.click()
    assert dialog.news.text().startswith("The training is in the window behind")
    dialog.choose(place_of(dialog, "A4-bce"))
    dialog.run.click()
    assert dialog.news.text().startswith("A training is running: stop it")
    with qtbot.waitSignal(runner.finished, timeout=60_000):
        runner.stop()
    qtbot.waitUntil(lambda: dialog.news.text().startswith("Stopped"))
    dialog.reject()


def test_nothing_is_saved_before_the_library_has_been_read(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.actions_table["parity"].trigger()
    dialog = window.feature(ParityFeature).dialog
    assert dialog is not None
    assert not dialog.save.isEnabled()
    qtbot.waitUntil(dialog.save.isEnabled, timeout=20_000)
    dialog.reject()


def test_a_row_whose_images_cannot_be_read_is_not_trained_later(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = window._services.workspace
    row = next(row for row in parity_rows() if row.id == "B5-small")
    monkeypatch.setattr(parity_feature, "choose_folder", lambda *_, **_kwargs: str(tmp_path))
    window.actions_table["parity"].trigger()
    feature = window.feature(ParityFeature)
    assert feature.dialog is not None
    with qtbot.waitSignal(workspace.recipe_changed):
        feature.dialog.own_requested.emit(row)
    recipe = row.recipe_on(str(tmp_path))
    assert workspace.recipe != recipe, "the folder is empty"
    for at in range(4):
        Image.new("L", (40, 40), 60 * at).save(tmp_path / f"{at}.png")
    with qtbot.waitSignal(workspace.dataset_changed):
        workspace.edit_recipe(recipe, "the same recipe")
    assert workspace.recipe == recipe
    assert not window._services.runner.is_busy
    feature.dialog.reject()


def test_news_of_the_library_come_once_however_many_windows_there_were(app: App) -> None:
    heard: list[None] = []
    app.services.of(LibraryNews).changed.connect(lambda: heard.append(None))
    for language in ("es", "en"):
        app.use_language(language)
    app.services.of(LibraryWriter).changed.emit()
    assert len(heard) == 1


def test_a_row_does_its_study(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    dialog.choose(place_of(dialog, "A4-bce"))
    assert dialog.run.text() == "&Do the study"
    runs = window._services.of(StudyRuns)
    dialog.run.click()
    qtbot.waitUntil(lambda: runs.job.is_busy, timeout=60_000)
    assert runs.sheet is not None
    assert runs.sheet.path.stem == "letters-losses"
    runs.cancel()
    qtbot.waitUntil(lambda: not runs.job.is_busy, timeout=60_000)
    dialog.reject()


def test_pictures_of_ones_own_are_trained_where_the_published_ones_are_not_ours(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my cartoons"
    folder.mkdir()
    for at in range(4):
        Image.new("L", (40, 40), 60 * at).save(folder / f"{at}.png")
    dialog = opened(window, qtbot)
    dialog.choose(place_of(dialog, "A4-bce"))
    assert dialog.own.isHidden()
    dialog.choose(place_of(dialog, "B5-small"))
    assert not dialog.own.isHidden()
    monkeypatch.setattr(parity_feature, "choose_folder", lambda *_, **_kwargs: str(folder))
    runner = window._services.runner
    with qtbot.waitSignal(runner.started, timeout=60_000):
        QTest.mouseClick(dialog.own, Qt.MouseButton.LeftButton)
    assert runner.resolved is not None
    assert runner.resolved.recipe.data.source == str(folder)
    assert runner.resolved.dataset.image_shape == (1, 80, 80)
    assert len(runner.resolved.dataset) == 4
    with qtbot.waitSignal(runner.finished, timeout=60_000):
        runner.stop()
    dialog.reject()
