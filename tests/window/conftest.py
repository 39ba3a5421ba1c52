"""The real program on a small document: real session, real panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.app import App
from aegui.core.recipe import DataSpec, LayerSpec, NetworkSpec, OptimizerSpec, Recipe, TrainingSpec
from aegui.session.settings import Settings
from aegui.widgets.theme import LIGHT, apply_theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow

SMALL = Recipe(
    name="small",
    data=DataSpec(source="lowercase", chars="abcdef"),
    network=NetworkSpec(encoder=(LayerSpec(units=12),)),
    training=TrainingSpec(epochs=400, optimizer=OptimizerSpec(learning_rate=0.02)),
    seed=3,
)
"""Trained in a blink."""


@pytest.fixture
def app(qapp: QApplication, qtbot: QtBot) -> Iterator[App]:
    made = App(qapp, Settings(language="en", theme="light"))
    made.window.resize(1280, 800)
    made.window.show()
    qtbot.waitExposed(made.window)
    assert made.services.workspace.new(SMALL)
    yield made
    # The offscreen platform crashes at the end of the process over what Python has put there.
    qapp.clipboard().clear()
    made.shutdown()
    made.deleteLater()
    apply_theme(qapp, LIGHT)


@pytest.fixture
def window(app: App) -> MainWindow:
    return app.window


def train(qtbot: QtBot, window: MainWindow, key: str = "train") -> None:
    """Train the draft to its end."""
    runner = window._services.runner
    with qtbot.waitSignal(runner.finished, timeout=60_000):
        window.actions_table[key].trigger()
