"""Lessons in the real window: by the mouse from the list to the last check."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from aegui.core.data.published import DATA_DIR_VARIABLE
from aegui.core.lessons.lesson import Prediction, lesson_cards
from aegui.core.suffixes import LESSON
from aegui.features.data.download_dialog import DownloadDialog
from aegui.features.lessons.feature import OPEN, LessonsFeature
from aegui.features.lessons.model.book import setting_of, stored_progress
from aegui.features.lessons.view.panel import LessonsPanel
from aegui.features.lessons.view.step_page import PredictionBox
from aegui.kit.finder import Finder
from aegui.session.data.selection import Selection
from aegui.shell.panel_area import is_in_sight
from aegui.window.docks import MIN_MAP_PX
from tests.window.conftest import train

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow

PATIENCE_MS = 120_000


def press(widget: QWidget) -> None:
    """Click in the centre of a visible, enabled widget."""
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def begin(window: MainWindow, qtbot: QtBot, key: str) -> LessonsPanel:
    """Open the list from the menu, and choose a lesson."""
    window.actions_table["lessons"].trigger()
    qtbot.waitUntil(lambda: is_in_sight(window.docks["lessons"]), timeout=20_000)
    panel = window.panel(LessonsPanel)
    rows = [card.key for card in lesson_cards()]
    shown = panel.list.list
    item = shown.item(rows.index(key))
    shown.scrollToItem(item)
    QTest.mouseClick(
        shown.viewport(),
        Qt.MouseButton.LeftButton,
        pos=shown.visualItemRect(item).center(),
    )
    qtbot.waitUntil(lambda: panel.currentWidget() is panel.page, timeout=20_000)
    return panel


def go_through(window: MainWindow, qtbot: QtBot, panel: LessonsPanel) -> None:
    """Do each step by the mouse: predict, do, wait for the checks, next."""
    book, page = window.feature(LessonsFeature).book, panel.page
    assert book.lesson is not None
    for place, step in enumerate(book.lesson.steps):
        assert book.index == place
        if step.prediction is not None:
            assert not page.do.isEnabled(), "what is expected is asked first"
            hints = (page.check_title, page.see, *page.lines)
            assert not any(part.isVisible() for part in hints), "they tell what is asked"
            if step.prediction.choices:
                press(page.prediction.choices[0])
            else:
                page.prediction.number.setValue(3)
                press(page.prediction.keep)
            assert page.prediction.yours.text().startswith("You said: ")
            assert not page.prediction.why.isVisible(), "the answer is told when it was seen"
            assert page.see.isVisible() == bool(step.see)
        if step.do is not None:
            page.area.ensureWidgetVisible(page.do)
            press(page.do)
        qtbot.waitUntil(lambda: book.is_reached, timeout=PATIENCE_MS)
        qtbot.waitUntil(lambda: not window._services.runner.is_busy, timeout=PATIENCE_MS)
        assert all(result.holds for result in book.results)
        for line, result in zip(page.lines, book.results, strict=False):
            assert line.isVisibleTo(page)
            assert line.text().startswith("✓"), result
        if step.prediction is not None:
            assert page.prediction.why.isVisibleTo(page)
        press(page.next)


def test_two_lessons_by_the_mouse(window: MainWindow, qtbot: QtBot) -> None:
    for key in ("compress", "why-two"):
        panel = begin(window, qtbot, key)
        go_through(window, qtbot, panel)
        qtbot.waitUntil(lambda: panel.currentWidget() is panel.list, timeout=20_000)  # noqa: B023
        rows = window.feature(LessonsFeature)._rows()
        assert next(row for row in rows if row.card.key == key).is_finished
    assert window.feature(LessonsFeature).book.lesson is None
    assert panel.list._done.text().startswith("2 of ")


def test_progress_is_kept_and_taken_up(app: App, qtbot: QtBot) -> None:
    panel = begin(app.window, qtbot, "why-two")
    press(panel.page.prediction.choices[1])
    values = app.services.settings.values
    assert stored_progress(values, "why-two").predicted == {"one": 1.0}
    assert str(values[OPEN]).endswith("02-why-two.aegui-lesson")
    app.use_language("es")
    again = app.window.panel(LessonsPanel)
    assert again.currentWidget() is again.page
    assert again.page.title.text() == "Un número"
    assert again.page.prediction.yours.text().endswith("Casi: la mayoría, no todas")
    app.use_language("en")
    page = app.window.panel(LessonsPanel).page
    qtbot.waitUntil(page.anew.isVisible, timeout=20_000)
    press(page.anew)
    assert stored_progress(app.services.settings.values, "why-two").predicted == {}


def test_settings_of_somebody_else_do_no_harm() -> None:
    for text in ("", "{", "[]", '{"predicted": 3}', '{"figures": {"a": 2}}', '{"reached": "x"}'):
        progress = stored_progress({setting_of("x"): text}, "x")
        assert (progress.step, progress.predicted, progress.reached) == ("", {}, set())


def test_it_stays_through_every_arrangement_and_leaves_the_map(
    window: MainWindow, qtbot: QtBot
) -> None:
    begin(window, qtbot, "compress")
    for size in ((1280, 800), (1024, 700)):
        window.resize(*size)
        for key in ("wander", "draw", "build", "compare", "study"):
            window.set_perspective(key)
            dock = window.docks["lessons"]
            qtbot.waitUntil(partial(is_in_sight, dock), timeout=20_000)
            qtbot.waitUntil(lambda: dock.width() >= 240, timeout=20_000)  # noqa: B023
            qtbot.waitUntil(lambda: window.canvas.width() >= MIN_MAP_PX, timeout=20_000)
    window.docks["lessons"].close()
    window.set_perspective("wander")
    assert window.docks["lessons"].isHidden()


def test_what_is_pointed_at_is_outlined(window: MainWindow, qtbot: QtBot) -> None:
    panel = begin(window, qtbot, "compress")
    feature = window.feature(LessonsFeature)
    press(panel.page.point)
    target = window.docks["builder"]
    outline = feature.pointer.outline

    def is_around() -> bool:
        place = target.rect().translated(target.mapTo(window, QPoint()))
        return outline.isVisible() and outline.geometry().contains(place.center())

    qtbot.waitUntil(is_around, timeout=20_000)
    feature.show_list()
    assert not outline.isVisible()


def test_another_network_does_not_count(window: MainWindow, qtbot: QtBot) -> None:
    panel = begin(window, qtbot, "why-two")
    press(panel.page.prediction.choices[0])
    runner, book = window._services.runner, window.feature(LessonsFeature).book
    with qtbot.waitSignal(runner.finished, timeout=PATIENCE_MS):
        window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: not runner.is_measuring, timeout=PATIENCE_MS)
    assert window._services.shown.saved is not None
    assert book.progress.figures.get("one", {}) == {}
    assert not book.is_reached


def test_the_search_finds_lessons(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table["search_commands"].trigger()
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(Finder)))
    finder = next(one for one in window.findChildren(Finder) if one.isVisible())
    QTest.keyClicks(finder.line, "compress 32")
    assert finder.entries[0].kind == "Lesson"
    QTest.keyClick(finder.line, Qt.Key.Key_Return)
    book = window.feature(LessonsFeature).book
    assert book.lesson is not None
    assert book.path is not None
    assert "compress" in book.path.name


def test_a_file_of_ones_own_is_opened_and_a_wrong_one_is_told(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    step = {"key": "one", "title": "Mine", "text": "Read this.", "look": "map"}
    good = tmp_path / f"mine{LESSON}"
    content = {"format": "aegui-lesson", "version": 1, "title": "T", "about": "A", "steps": [step]}
    good.write_text(json.dumps(content), encoding="utf-8")
    window.take_files([good])
    panel = window.panel(LessonsPanel)
    qtbot.waitUntil(lambda: panel.currentWidget() is panel.page, timeout=20_000)
    assert panel.page.title.text() == "Mine"
    assert not panel.page.do.isVisible()
    press(panel.page.next)
    assert panel.currentWidget() is panel.list
    step["look"] = "nowhere"
    good.write_text(json.dumps(content), encoding="utf-8")
    window.take_files([good])
    told = [notice.text for notice in window.notifications.shown]
    assert any('no "nowhere"' in text for text in told)
    assert panel.currentWidget() is panel.list


def test_by_keys_alone(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table["lessons"].trigger()
    panel = window.panel(LessonsPanel)
    qtbot.waitUntil(panel.list.list.hasFocus, timeout=20_000)
    QTest.keyClick(panel.list.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.currentWidget() is panel.page, timeout=20_000)
    choice = panel.page.prediction.choices[0].button
    qtbot.waitUntil(choice.hasFocus, timeout=20_000)
    QTest.keyClick(choice, Qt.Key.Key_Space)
    assert panel.page.do.isEnabled()


def test_a_number_is_typed_at_once_and_entered(window: MainWindow, qtbot: QtBot) -> None:
    """The initial zero is replaced, not extended."""
    page = begin(window, qtbot, "noise").page
    number = page.prediction.number
    qtbot.waitUntil(number.hasFocus, timeout=20_000)
    QTest.keyClicks(number, "6")
    assert number.value() == 6.0
    QTest.keyClick(number, Qt.Key.Key_Return)
    assert page.prediction.yours.text() == "You said: 6"
    assert page.do.isEnabled()


def test_not_knowing_is_never_close(qtbot: QtBot) -> None:
    box = PredictionBox()
    qtbot.addWidget(box)
    prediction = Prediction(ask="How many?", figure="worst", within=3, why=".")
    given: list[float] = []
    box.predicted.connect(given.append)
    box.unknown.click()
    box.set_prediction(prediction, given[0], 2.0, reached=True)
    assert box.verdict.text() == "It turned out: 2"
    assert not box.verdict.property("state")


def test_pins_of_another_size_of_code_are_none_of_this_map(
    window: MainWindow, qtbot: QtBot
) -> None:
    """A document keeps pins for the network they belong to."""
    page = begin(window, qtbot, "new-letters").page
    book = window.feature(LessonsFeature).book
    page.do.click()
    qtbot.waitUntil(lambda: book.is_reached, timeout=PATIENCE_MS)
    kept = window._services.workspace.annotations
    kept.pin([0.0] * 7)
    kept.pin([1.0] * 7)
    kept.pin([0.0, 0.0])
    page.next.click()
    line = page.lines[0]
    qtbot.waitUntil(lambda: "1" in line.text(), timeout=20_000)
    assert line.text() == "○  Pins on the map: 1 (at least 2)"
    kept.pin([1.0, 0.0])
    qtbot.waitUntil(lambda: book.is_reached, timeout=20_000)
    assert line.text() == "✓  Pins on the map: 2 (at least 2)"


def test_another_question_does_not_begin_with_the_last_guess(
    window: MainWindow, qtbot: QtBot
) -> None:
    """Enter alone would otherwise repeat the answer to the previous question."""
    page = begin(window, qtbot, "noise").page
    number = page.prediction.number
    qtbot.waitUntil(number.hasFocus, timeout=20_000)
    QTest.keyClicks(number, "6")
    QTest.keyClick(number, Qt.Key.Key_Return)
    page.anew.click()
    assert page.prediction.keep.isVisible()
    assert number.value() == 0
    QTest.keyClicks(number, "5")
    window.feature(LessonsFeature).begin("completion")
    page.next.click()
    assert page.prediction.keep.isVisible()
    assert number.value() == 0


def test_data_that_are_not_there_are_told_and_offered(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "nothing"))
    do = {"recipe": "mnist-dense-2", "train": True}
    step = {"key": "one", "title": "Digits", "text": "Train.", "do": do, "figures": ["loss"]}
    content = {"format": "aegui-lesson", "version": 1, "title": "T", "about": "A", "steps": [step]}
    path = tmp_path / f"mine{LESSON}"
    path.write_text(json.dumps(content), encoding="utf-8")
    window.take_files([path])
    page = window.panel(LessonsPanel).page
    qtbot.waitUntil(page.note.isVisible, timeout=20_000)
    assert "MNIST is not on this computer" in page.note.text()
    press(page.do)
    qtbot.waitUntil(lambda: bool(window.findChildren(DownloadDialog)), timeout=20_000)
    assert not window._services.runner.is_busy
    for dialog in window.findChildren(DownloadDialog):
        dialog.close()


def test_a_step_whose_training_was_declined_is_not_done_by_another(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    do = {"recipe": "letters-course", "set": {"training.epochs": 60}, "train": True}
    step = {"key": "one", "title": "Mine", "text": "Train.", "do": do}
    content = {"format": "aegui-lesson", "version": 1, "title": "T", "about": "A", "steps": [step]}
    path = tmp_path / f"mine{LESSON}"
    path.write_text(json.dumps(content), encoding="utf-8")
    window.take_files([path])
    page, services = window.panel(LessonsPanel).page, window._services
    qtbot.waitUntil(page.do.isVisible, timeout=20_000)
    settings = services.settings
    allowed, settings.unasked_memory_share = settings.unasked_memory_share, 1e-6
    asked: list[QMessageBox] = []

    def decline() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box)
        box.reject()

    # The question blocks until the timer has answered it.
    asking = QTimer()
    asking.timeout.connect(decline)
    asking.setSingleShot(True)
    services.workspace.recipe_changed.connect(lambda _resolution: asking.start(100))
    press(page.do)
    qtbot.waitUntil(lambda: bool(asked), timeout=20_000)
    assert not services.runner.is_busy
    settings.unasked_memory_share = allowed
    train(qtbot, window)
    qtbot.waitUntil(lambda: services.shown.saved is not None)
    QApplication.processEvents()
    assert not window.feature(LessonsFeature).book.is_reached


def test_what_a_step_does_with_the_map_and_the_drawing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    do = {
        "recipe": "letters-course",
        "set": {"training.epochs": 60},
        "train": True,
        "draw": "k",
        "samples": ["a", "b"],
        "at": [0.5, -0.5],
        "epoch": 10,
        "open": "reconstructions",
        "arrange": "build",
    }
    check = [{"figure": "selected", "at_least": 2}]
    step = {"key": "one", "title": "All", "text": "Do it.", "do": do, "check": check}
    content = {"format": "aegui-lesson", "version": 1, "title": "T", "about": "A", "steps": [step]}
    path = tmp_path / f"mine{LESSON}"
    path.write_text(json.dumps(content), encoding="utf-8")
    window.take_files([path])
    page, services = window.panel(LessonsPanel).page, window._services
    qtbot.waitUntil(page.do.isVisible, timeout=20_000)
    press(page.do)
    book = window.feature(LessonsFeature).book
    qtbot.waitUntil(lambda: book.is_reached, timeout=PATIENCE_MS)
    assert services.shown.dataset.labels[0] in "`abc"
    qtbot.waitUntil(lambda: services.drawing.label == "k", timeout=20_000)
    assert services.shown.past_epoch == 10
    qtbot.waitUntil(partial(is_in_sight, window.docks["reconstructions"]), timeout=20_000)
    assert len(services.of(Selection).indices) == 2
    assert page.lines[0].text().startswith("✓")


def test_further_figures_stand_beside_those_of_earlier_steps(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = begin(window, qtbot, "why-two")
    book = window.feature(LessonsFeature).book
    book.progress.figures = {"one": {"loss": 0.5, "worst": 4.0}, "two": {"epoch_at_most_1": 70.0}}
    book.go(1)
    book.progress.figures["two"]["loss"] = 0.25
    book.go(1)
    book.progress.figures["five"] = {"loss": 0.125}
    book.changed.emit()
    assert panel.page.figures.text() == "Loss: 0.125 (“Two numbers”: 0.25)"
