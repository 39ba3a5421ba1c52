"""Fixtures: the real program on a small document, with a real session and real panels."""

from __future__ import annotations

import itertools
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from aegui.app import App
from aegui.core.data.load import load_data
from aegui.core.network.resolve import resolve
from aegui.core.recipe import DataSpec, LayerSpec, NetworkSpec, OptimizerSpec, Recipe, TrainingSpec
from aegui.core.run_file.saved import save_run, saved_run_of
from aegui.core.training.loop.train import train as run_training
from aegui.features.figures.dialog import FigureDialog
from aegui.features.map.hints import HINTS
from aegui.kit.motion import reduce_motion
from aegui.kit.theme import LIGHT, apply_theme, set_text_size
from aegui.session.documents.document import Opened
from aegui.session.documents.draft import fresh_draft
from aegui.session.file_writer import FileWriter
from aegui.session.hints import hint_key
from aegui.session.jobs import garbage_collector
from aegui.session.settings import Settings
from aegui.window import notifications
from aegui.window.docks import DEFAULT_PERSPECTIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aegui.session.training.training_runner import TrainingRunner
    from aegui.window.main_window import MainWindow

SMALL = Recipe(
    name="small",
    data=DataSpec(source="lowercase", chars="abcdef"),
    network=NetworkSpec(encoder=(LayerSpec(units=12),)),
    training=TrainingSpec(epochs=400, optimizer=OptimizerSpec(learning_rate=0.02)),
    seed=3,
)
"""Trained in a blink."""


USED = {"values": {hint_key(key): True for key in (*HINTS, "repair")}}
"""Settings of somebody who has begun before."""

UNASKED = {"unasked_minutes": 1e6, "unasked_memory_share": 1.0}
"""Nobody is asked, however slow the machine of the tests is."""


@pytest.fixture(autouse=True)
def lasting_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show messages 1,000 times as long, so that they are still there on a busy machine."""
    manners = notifications.LEVEL_STYLES
    lasting = {level: replace(how, seconds=1000 * how.seconds) for level, how in manners.items()}
    monkeypatch.setattr(notifications, "LEVEL_STYLES", lasting)


@pytest.fixture(autouse=True)
def set_aside_between_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the window set no modules aside: it would itself be set aside, and never be freed.

    ``tests/harness/leaks.py`` does so between tests, when there is no window.
    """
    monkeypatch.setattr(garbage_collector, "_MANY_MODULES", sys.maxsize)


@pytest.fixture(scope="session")
def kept_place(qapp: QApplication) -> bytes:
    """Return a window geometry as stored in the settings by an earlier session."""
    widget = QWidget()
    widget.resize(1280, 800)
    return bytes(widget.saveGeometry().data())


@pytest.fixture
def app(
    request: pytest.FixtureRequest, qapp: QApplication, qtbot: QtBot, kept_place: bytes
) -> Iterator[App]:
    marked = request.node.get_closest_marker("arrangement")
    # The default shows the fewest panels, half of what a window costs: most tests open their own.
    chosen = {"perspective": DEFAULT_PERSPECTIVE if marked is None else marked.args[0]}
    chosen |= {"language": "en", "theme": "light"}
    settings = Settings.model_validate(chosen | USED | UNASKED)
    # Set in advance: resizing the window later would arrange all docks twice more.
    settings.set_window_state("geometry", kept_place)
    letters = qapp.font()
    made = App(qapp, settings, first=Opened(fresh_draft(SMALL), name=SMALL.name))
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    # The offscreen platform crashes on exit if the clipboard holds data owned by Python.
    qapp.clipboard().clear()
    made.shutdown()
    made.deleteLater()
    reduce_motion(False)
    if qapp.font() != letters:
        set_text_size(qapp, letters, 1.0)
    apply_theme(qapp, LIGHT)


@pytest.fixture
def window(app: App) -> MainWindow:
    return app.window


@pytest.fixture(scope="session")
def learnt_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of ``SMALL`` after its training, to be opened in a third of its time."""
    resolved = resolve(SMALL, load_data(SMALL.data)).resolved
    assert resolved is not None
    *_, last = run_training(resolved)
    path = tmp_path_factory.mktemp("learnt") / f"{SMALL.name}.aegui"
    save_run(path, saved_run_of(last.result(), resolved))
    return path


@pytest.fixture
def learnt(window: MainWindow, qtbot: QtBot, learnt_file: Path) -> MainWindow:
    """Return the window with the trained network, where its training itself is not looked at."""
    workspace = window._services.workspace
    with qtbot.waitSignal(workspace.document_changed):
        workspace.open(learnt_file, lambda: True)
    window.canvas.navigation.arrive()
    return window


def train(qtbot: QtBot, window: MainWindow, key: str = "train") -> None:
    """Train the draft to its end, and let the map jump to the last codes.

    While it glides there, a position of the mouse is another code at every step.
    """
    runner = window._services.runner
    with qtbot.waitSignal(runner.finished):
        window.actions_table[key].trigger()
    window.canvas.navigation.arrive()


def stop(qtbot: QtBot, runner: TrainingRunner) -> None:
    """Stop the training after its first epoch, before which there is no result.

    On a fast machine, or with a slow window, it may have ended already.
    """
    qtbot.waitUntil(lambda: runner.pull() is not None or not runner.is_busy)
    if runner.is_busy:
        with qtbot.waitSignal(runner.finished):
            runner.stop()


def save_figure(window: MainWindow, **choices: object) -> None:
    """Save from the open dialog of a figure, with ``choices`` for its fields by name."""
    dialog = next(each for each in window.findChildren(FigureDialog) if each.isVisible())
    for name, value in choices.items():
        dialog.form.fields[name].edited.emit(value)
    dialog.save.click()
    await_files(window)
    dialog.close()


def await_files(window: MainWindow) -> None:
    """Wait until all requested files are written and reported."""
    assert window._services.of(FileWriter).finish()


def point_until(qtbot: QtBot, widget: QWidget, place: QPoint, is_done: Callable[[], bool]) -> None:
    """Move the mouse to and fro by a pixel at ``place`` of ``widget`` until ``is_done()``.

    Qt occasionally loses a move to a window that has only just been shown.
    """
    aside = itertools.cycle((0, 1))

    def look() -> bool:
        QTest.mouseMove(widget, place + QPoint(next(aside), 0))
        return is_done()

    qtbot.waitUntil(look)
