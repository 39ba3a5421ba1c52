"""The main tasks by keyboard alone: no mouse, and no calls other than key presses."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QToolButton, QWidget

from aegui.core.recipe import LayerSpec
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.answer.view.pictures import AnswerPictures
from aegui.features.builder.view.card import LayerCard
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.paths import models_dir
from aegui.session.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow

_KEY, _MODIFIER = Qt.Key, Qt.KeyboardModifier
_MAX_STOPS = 200


def _press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    QTest.keyClick(window.windowHandle(), key, modifier or _MODIFIER.NoModifier)
    QApplication.processEvents()


def _begin(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def _go(
    window: MainWindow, is_there: Callable[[QWidget], bool], key: Qt.Key = _KEY.Key_Tab
) -> None:
    """Press ``key`` until the focused widget satisfies ``is_there``."""
    for _ in range(_MAX_STOPS):
        here = window.focusWidget()
        if here is not None and is_there(here):
            return
        _press(window, key)
    raise AssertionError("it cannot be reached by keys")


@contextmanager
def _typed_into_file_dialog(qtbot: QtBot, window: MainWindow, path: Path) -> Iterator[None]:
    """Type ``path`` and Enter into the file dialog that the body of the block opens."""
    seen: list[bool] = []

    def type_it() -> None:
        dialog = QApplication.activeModalWidget()
        field = dialog.focusWidget() if isinstance(dialog, QFileDialog) else None
        if not isinstance(field, QLineEdit):
            return
        seen.append(True)
        if field.text() != str(path):
            field.selectAll()
            QTest.keyClicks(field, str(path))
        else:
            # The first Enter may only close the list of completions.
            QTest.keyClick(field, _KEY.Key_Return)

    typing = QTimer()
    typing.setInterval(20)
    typing.timeout.connect(type_it)
    typing.start()
    yield
    qtbot.waitUntil(lambda: bool(seen) and QApplication.activeModalWidget() is None)
    typing.stop()
    # A desktop restores the focus by itself.
    _begin(qtbot, window)


def _named(name: str) -> Callable[[QWidget], bool]:
    return lambda widget: widget.accessibleName() == name


def _is_card(title: str) -> Callable[[QWidget], bool]:
    return lambda widget: isinstance(widget, LayerCard) and title in widget.accessibleName()


def _reads(widget: QWidget, text: str) -> bool:
    return isinstance(widget, QToolButton) and widget.text() == text


def test_build_a_network_and_watch_it_learn(qtbot: QtBot, window: MainWindow) -> None:
    _begin(qtbot, window)
    services = window._services
    _press(window, _KEY.Key_3, _MODIFIER.ControlModifier)
    _go(window, _is_card("Encoder 1"))
    for key in (_KEY.Key_2, _KEY.Key_4, _KEY.Key_Return, _KEY.Key_Escape, _KEY.Key_Plus):
        _press(window, key)
    qtbot.waitUntil(lambda: len(services.workspace.recipe.network.encoder) == 2)
    first, second = services.workspace.recipe.network.encoder
    assert isinstance(first, LayerSpec)
    assert isinstance(second, LayerSpec)
    assert first.units == 24
    with qtbot.waitSignal(services.runner.finished) as ended:
        _press(window, _KEY.Key_R, _MODIFIER.ControlModifier)
    assert ended.args is not None
    shapes = [layer.weight.shape for layer in ended.args[1].snapshot.layers]
    assert {24, second.units} <= {size for shape in shapes for size in shape}
    said = services.of(Messages).kept[-1].notice.text
    assert "After 400 epochs" in said


def test_train_and_wander(qtbot: QtBot, window: MainWindow) -> None:
    _begin(qtbot, window)
    runner = window._services.runner
    with qtbot.waitSignal(runner.finished):
        _press(window, _KEY.Key_R, _MODIFIER.ControlModifier)
    _press(window, _KEY.Key_1, _MODIFIER.ControlModifier)
    _go(window, lambda widget: widget is window.canvas, _KEY.Key_F6)
    # The panel shows the image decoded at the cursor, and names the nearest samples.
    seen = window.panel(CursorPanel).pictures
    _press(window, _KEY.Key_Right)
    qtbot.waitUntil(lambda: bool(window.canvas.accessibleDescription()))
    first = window.canvas.accessibleDescription()
    before = np.array(seen.image)
    for _ in range(12):
        _press(window, _KEY.Key_Right)
        _press(window, _KEY.Key_Up)
    qtbot.waitUntil(lambda: not np.array_equal(before, seen.image))
    qtbot.waitUntil(lambda: window.canvas.accessibleDescription() != first)


def test_draw_a_letter_and_see_noise_removed(qtbot: QtBot, window: MainWindow) -> None:
    _begin(qtbot, window)
    path = models_dir() / "letters-denoise.aegui"
    with _typed_into_file_dialog(qtbot, window, path):
        _press(window, _KEY.Key_O, _MODIFIER.ControlModifier)
    services = window._services
    qtbot.waitUntil(lambda: services.workspace.recipe.name != "small")
    qtbot.waitUntil(lambda: services.shown.codec is not None)
    _press(window, _KEY.Key_2, _MODIFIER.ControlModifier)
    _go(window, _named("Drawing"))
    # An L: down the left edge, then along the bottom.
    _press(window, _KEY.Key_C)
    assert not services.drawing.pixels.any()
    _press(window, _KEY.Key_PageUp)
    _press(window, _KEY.Key_Home)
    for key in (*[_KEY.Key_Down] * 6, *[_KEY.Key_Right] * 4):
        _press(window, _KEY.Key_Space)
        _press(window, key)
    _press(window, _KEY.Key_Space)
    drawn = services.drawing.pixels.copy()
    assert drawn.sum() == 11
    # Tab reaches the visible page, arrow keys lead to the others.
    panel = window.panel(DrawPanel)
    _go(window, lambda it: panel.isAncestorOf(it) and _reads(it, "Draw"))
    _go(window, lambda it: _reads(it, "Noise"), _KEY.Key_Right)
    _go(window, _named("Put this noise on the drawing"))
    _press(window, _KEY.Key_Space)
    qtbot.waitUntil(lambda: not np.array_equal(services.drawing.pixels, drawn))
    answers = window.panel(AnswerPanel).answers
    qtbot.waitUntil(lambda: bool(answers.rows))
    noisy = services.drawing.pixels

    def is_answered() -> bool:
        answer = answers.rows[0].pictures._answer
        return answer is not None and np.array_equal(np.squeeze(answer.drawing), np.squeeze(noisy))

    qtbot.waitUntil(is_answered)
    _go(window, lambda widget: isinstance(widget, AnswerPictures))


def test_make_a_path_and_save_it(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    _begin(qtbot, window)
    services = window._services
    with qtbot.waitSignal(services.runner.finished):
        _press(window, _KEY.Key_R, _MODIFIER.ControlModifier)
    qtbot.waitUntil(lambda: services.shown.codes is not None)
    _go(window, lambda widget: widget is window.canvas, _KEY.Key_F6)
    for key in (_KEY.Key_Right, _KEY.Key_Up):
        for _ in range(6):
            _press(window, key)
        _press(window, _KEY.Key_P)
    assert len(services.workspace.annotations.pins) == 2
    path = tmp_path / "path.aegui"
    with (
        _typed_into_file_dialog(qtbot, window, path),
        qtbot.waitSignal(services.workspace.file.saved),
    ):
        _press(window, _KEY.Key_S, _MODIFIER.ControlModifier)
    services.workspace.open(path, lambda: True)
    qtbot.waitUntil(lambda: len(services.workspace.annotations.pins) == 2)
