"""Every perspective in small windows: no text is clipped, and key widgets are large enough."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QPushButton, QTabBar, QWidget

from aegui.core.i18n import set_language
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.features.noise_study.view.panel import StudyPanel
from aegui.paths import models_dir
from aegui.shell.panel_area import is_in_sight
from aegui.window.docks import PERSPECTIVES
from tests.harness.fitting import misfits, visible_rect

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow

SIZES = ((1024, 700), (1366, 768))
_MIN_MAP = 220, 200
_MIN_CELL_PX = 12
_MIN_PICTURE_PX = 42


def arrange(window: MainWindow, qtbot: QtBot, perspective: str, size: tuple[int, int]) -> None:
    """Show ``perspective`` in a window of ``size``, and wait until the layout has settled."""
    window.resize(*size)
    window.set_perspective(perspective)
    window.notifications.close_all()
    before: list[object] = []

    def rests() -> bool:
        before.append([(dock.geometry(), dock.isVisible()) for dock in window.docks.values()])
        return window._layout.is_settled and len(before) > 1 and before[-1] == before[-2]

    qtbot.waitUntil(rests, timeout=20_000)


def seen_whole(window: MainWindow, widget: QWidget) -> bool:
    """Return whether all of ``widget`` is visible within its parents and the window."""
    return visible_rect(widget, window).size() == widget.size()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("perspective", PERSPECTIVES)
def test_nothing_in_sight_is_cut(
    app: App, qtbot: QtBot, perspective: str, size: tuple[int, int]
) -> None:
    window = app.window
    app.services.workspace.open(models_dir() / "letters-denoise.aegui", lambda: True)
    qtbot.waitUntil(lambda: app.services.shown.codec is not None, timeout=20_000)
    arrange(window, qtbot, perspective, size)
    assert (window.width(), window.height()) == size
    qtbot.waitUntil(lambda: not misfits(window), timeout=20_000)
    canvas, train = window.canvas, window.toolbar.widgetForAction(window.actions_table["train"])
    assert canvas.width() >= _MIN_MAP[0]
    assert canvas.height() >= _MIN_MAP[1]
    for part in (canvas, train, window.time_bar):
        assert seen_whole(window, part)
    for dock in window.docks.values():
        if is_in_sight(dock):
            assert window.rect().contains(dock.geometry())


@pytest.mark.parametrize("size", SIZES)
def test_drawing_and_answers_are_large_enough(
    app: App, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window = app.window
    app.services.workspace.open(models_dir() / "letters-denoise.aegui", lambda: True)
    qtbot.waitUntil(lambda: app.services.shown.codec is not None, timeout=20_000)
    arrange(window, qtbot, "draw", size)
    app.services.requests.sample.emit(1)
    panel, editor = window.panel(AnswerPanel), window.panel(DrawPanel).editor
    qtbot.waitUntil(lambda: len(panel.answers.rows) == 2, timeout=20_000)

    def pictures_fit() -> bool:
        for row in panel.answers.rows:
            picture = row.pictures.picture_rect(0)
            foot = QRect(row.pictures.mapTo(window, picture.topLeft()), picture.size())
            seen = visible_rect(row.pictures, window)
            if picture.height() < _MIN_PICTURE_PX or not seen.contains(foot):
                return False
        return True

    qtbot.waitUntil(pictures_fit, timeout=20_000)
    cell = editor.cell_rect(0, 0)
    assert min(cell.width(), cell.height()) >= _MIN_CELL_PX
    assert seen_whole(window, editor)
    arrange(window, qtbot, "build", size)
    window.docks["draw"].raise_()
    qtbot.waitUntil(lambda: is_in_sight(window.docks["draw"]), timeout=20_000)
    qtbot.waitUntil(lambda: editor.cell_rect(0, 0).width() >= _MIN_CELL_PX, timeout=20_000)


@pytest.mark.parametrize("model", ["fashion-gan", "emoji-faces"])
def test_panels_of_images_fit_half_a_screen_after_a_larger_one(
    app: App, qtbot: QtBot, model: str
) -> None:
    set_language("es")
    window = app.window
    app.services.workspace.open(models_dir() / f"{model}.aegui", lambda: True)
    qtbot.waitUntil(lambda: app.services.shown.codec is not None, timeout=20_000)
    for size in ((1920, 1080), (960, 1040)):
        arrange(window, qtbot, "build", size)
        for key in ("data", "draw", "gan", "reconstructions"):
            dock = window.docks[key]
            dock.raise_()
            qtbot.waitUntil(partial(is_in_sight, dock), timeout=20_000)
            qtbot.waitUntil(lambda: not misfits(window), timeout=20_000)


@pytest.mark.parametrize("size", SIZES)
def test_the_study_of_noise_is_not_scrolled_from_side_to_side(
    app: App, qtbot: QtBot, size: tuple[int, int]
) -> None:
    set_language("es")
    window = app.window
    arrange(window, qtbot, "compare", size)
    window.actions_table["noise_study"].trigger()
    panel = window.panel(StudyPanel)
    for key, button in (
        ("matrix", panel.matrix.run),
        ("curves", panel.curves.run),
        ("mistakes", next(iter(panel.mistakes.see.values()))),
    ):
        panel.set_page(key)
        qtbot.waitUntil(partial(seen_whole, window, button), timeout=20_000)
        qtbot.waitUntil(lambda: not misfits(window), timeout=20_000)


def test_tabs_are_there_after_the_panels_are_reset(window: MainWindow, qtbot: QtBot) -> None:
    def tabs() -> list[list[str]]:
        bars = window.findChildren(QTabBar)
        shown = (bar for bar in bars if bar.parentWidget() is window and bar.isVisible())
        names = ([bar.tabText(place) for place in range(bar.count())] for bar in shown)
        return sorted(each for each in names if each)

    def are(wanted: list[list[str]]) -> bool:
        return tabs() == wanted

    for perspective in ("study", "draw"):
        arrange(window, qtbot, perspective, (1280, 760))
        qtbot.waitUntil(lambda: bool(tabs()), timeout=20_000)
        before = tabs()
        window.reset_layout()
        qtbot.waitUntil(partial(are, before), timeout=20_000)


def test_the_checker_sees_what_is_cut(window: MainWindow, qtbot: QtBot) -> None:
    label = QLabel("far too many words for so little room", window)
    label.setGeometry(10, 10, 60, 20)
    outside = QPushButton("Out", window)
    outside.setGeometry(window.width() - 20, 10, 80, 26)
    for part in (label, outside):
        part.show()
    qtbot.waitUntil(outside.isVisible)
    told = "\n".join(misfits(window))
    assert "far too many words" in told
    assert "'Out': 60 px of its width are out of sight" in told
    for part in (label, outside):
        part.deleteLater()
