"""Text of any size, high contrast, reduced motion, and speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTabBar

from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.charts.view.plot import PlotView
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.features.making.view.panel import PAGES, MakingPanel
from aegui.features.races.view.panel import PAGES as RACES
from aegui.features.races.view.panel import RacesPanel
from aegui.features.time.view.fork_form import ForkDialog
from aegui.kit.motion import moves
from aegui.kit.theme import CONTRAST, current_theme
from aegui.session.comfort import Comfort
from aegui.session.settings import Settings
from aegui.shell.dialogs.comfort import ComfortDialog
from aegui.shell.panel_area import is_in_sight
from aegui.window.docks import PERSPECTIVES
from aegui.window.shortcuts import ShortcutsDialog
from aegui.window.toolbar import MainToolBar
from tests.harness.fitting import misfits
from tests.window.conftest import stop, train

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow


def test_pages_of_panels_are_there_again_with_letters_of_another_size(app: App) -> None:
    docks = ("draw", "answer", "making", "races")
    for size, (draw, answer, making, races) in (
        (1.2, ("noise", "limit", "concept", "smallest")),
        (1.3, ("set", "outliers", "finds", "race")),
    ):
        window = app.window
        for dock in docks:
            window.docks[dock].show()
        window.panel(DrawPanel).show_page(draw)
        window.panel(AnswerPanel).show_page(answer)
        window.panel(MakingPanel).show_page(making)
        window.panel(RacesPanel).show_page(races)
        app.use_comfort(Comfort(text_size=size))
        window = app.window
        for dock in docks:
            window.docks[dock].show()
        assert window.panel(DrawPanel).shown_page == draw
        assert window.panel(AnswerPanel).shown_page == answer
        assert tuple(PAGES)[window.panel(MakingPanel).tabs.currentIndex()] == making
        at = window.panel(RacesPanel).tabs.currentIndex()
        assert RACES[at][0] == races


@pytest.mark.arrangement("build")
def test_the_tabs_in_front_stay_in_front_with_letters_of_another_size(
    app: App, qtbot: QtBot
) -> None:
    def in_sight() -> set[str]:
        qtbot.waitUntil(lambda: app.window._layout.is_settled)
        return {key for key, dock in app.window.docks.items() if is_in_sight(dock)}

    app.window.docks["training"].raise_()
    qtbot.waitUntil(lambda: "training" in in_sight())
    app.use_comfort(Comfort(text_size=1.1))
    assert "training" in in_sight(), "nothing was stored for this size"
    app.window.docks["builder"].raise_()
    app.window.docks["charts"].hide()
    app.use_comfort(Comfort())
    assert "builder" in in_sight()
    assert "training" not in in_sight(), "it was in front when these letters were last used"
    assert app.window.docks["charts"].isHidden()
    app.window.docks["training"].raise_()
    app.window.docks["charts"].setFloating(True)
    app.window.docks["charts"].show()
    qtbot.waitUntil(lambda: {"training", "charts"} <= in_sight())
    place = app.window.docks["charts"].geometry()
    app.use_comfort(Comfort(text_size=1.1))
    qtbot.waitUntil(lambda: {"training", "charts"} <= in_sight())
    assert app.window.docks["charts"].isFloating()
    assert app.window.docks["charts"].geometry().topLeft() == place.topLeft()
    app.window.docks["charts"].setFloating(False)


def test_fields_of_dialogs_have_room_for_large_letters(qtbot: QtBot, app: App) -> None:
    app.use_language("es")
    app.use_comfort(Comfort(text_size=2.0))
    window = app.window
    train(qtbot, window)
    window.actions_table["epoch_before"].trigger()
    window.actions_table["shortcuts"].trigger()
    shortcuts = window.findChild(ShortcutsDialog)
    assert shortcuts is not None
    qtbot.waitExposed(shortcuts)
    line = shortcuts.edit.findChild(QLineEdit)
    assert line is not None
    words = line.placeholderText()
    assert words
    assert line.fontMetrics().horizontalAdvance(words) < line.width()
    qtbot.waitUntil(lambda: not misfits(shortcuts))
    shortcuts.close()
    seen: list[list[str]] = []

    def look() -> None:
        dialog = window.findChild(ForkDialog)
        if dialog is not None and dialog.isVisible():
            assert dialog.form.row is not None
            dialog.form.row.set_value(0.0005)
            seen.append([each for each in misfits(dialog) if "NumberField" in each])
            dialog.reject()

    looking = QTimer()
    looking.setInterval(100)
    looking.timeout.connect(look)
    looking.start()
    window.actions_table["fork"].trigger()
    qtbot.waitUntil(lambda: bool(seen))
    looking.stop()
    assert seen == [[]]


def test_high_contrast_is_a_theme(app: App) -> None:
    app.window.actions_table["theme_contrast"].trigger()
    assert current_theme() is CONTRAST
    assert Settings.load(app.services.settings.path).theme == "contrast"


@pytest.mark.parametrize("size", [0.8, 2.0])
def test_letters_of_any_size(qtbot: QtBot, app: App, size: float) -> None:
    train(qtbot, app.window)
    usual = app.window.font().pointSizeF()
    old = app.window
    app.window.resize(1024, 700)
    app.use_comfort(Comfort(text_size=size))
    assert app.window is not old
    assert app.window.font().pointSizeF() == pytest.approx(size * usual)
    for key in PERSPECTIVES:
        app.window.set_perspective(key)
        QApplication.processEvents()
        # What does not fit is scrolled; the window itself does not outgrow the screen.
        assert (app.window.width(), app.window.height()) == (1024, 700), key
        assert app.window.canvas.visibleRegion().boundingRect().width() >= 150, key
    assert Settings.load(app.services.settings.path).comfort.text_size == size


def test_larger_letters_get_wider_columns_and_smaller_ones_their_own_again(
    qtbot: QtBot, app: App
) -> None:
    app.window.resize(1400, 900)

    def width() -> int:
        app.window.set_perspective("build")
        qtbot.waitUntil(lambda: app.window._layout.is_settled)
        QApplication.processEvents()
        return app.window.docks["builder"].width()

    usual = width()
    app.use_comfort(Comfort(text_size=1.5))
    assert width() > 1.2 * usual
    app.use_comfort(Comfort())
    assert width() == pytest.approx(usual, abs=2)


def test_icons_grow_half_as_much_as_letters(app: App) -> None:
    def sides() -> tuple[int, int]:
        tools = app.window.panel(DrawPanel).tools
        pencil = tools.buttons["pencil"]
        assert pencil.iconSize().height() < pencil.height()
        (bar,) = app.window.findChildren(MainToolBar)
        return bar.iconSize().height(), pencil.iconSize().height()

    app.window.set_perspective("draw")
    usual = sides()
    app.use_comfort(Comfort(text_size=2.0))
    app.window.set_perspective("draw")
    assert sides() == tuple(round(1.5 * side) for side in usual)
    app.use_comfort(Comfort(text_size=0.8))
    app.window.set_perspective("draw")
    assert sides() == usual


def test_nothing_glides_for_who_wants_no_motion(qtbot: QtBot, app: App) -> None:
    train(qtbot, app.window)
    app.use_comfort(Comfort(less_motion=True))
    assert not moves()
    canvas = app.window.canvas
    assert not canvas.scene.backdrop.fades
    canvas.navigation.show((-9.0, -9.0, 9.0, 9.0))
    before = canvas.navigation.view
    canvas.fit()
    assert canvas.navigation.view != before
    assert not canvas.navigation.is_moving
    app.use_comfort(Comfort())
    canvas.navigation.show((-9.0, -9.0, 9.0, 9.0))
    assert canvas.navigation.is_moving is moves()


def test_a_training_is_said(qtbot: QtBot, app: App) -> None:
    window = app.window
    app.use_comfort(Comfort(summaries=True))
    recipe = app.services.workspace.recipe
    training = recipe.training.model_copy(update={"epochs": 5_000_000})
    app.services.workspace.edit_recipe(recipe.model_copy(update={"training": training}), "longer")
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: "loss" in window.toolbar.accessibleDescription())
    said = window.toolbar.accessibleDescription()
    assert said.startswith("Epoch ")
    assert "wrong pixels" in said
    stop(qtbot, app.services.runner)


def test_it_is_chosen_in_a_dialog(qtbot: QtBot, app: App, window: MainWindow) -> None:
    window.actions_table["comfort"].trigger()
    dialog = window.findChild(ComfortDialog)
    assert isinstance(dialog, ComfortDialog)
    dialog.form.fields["less_motion"].edited.emit(True)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: app.services.settings.comfort.less_motion)
    assert not moves()


def test_titles_of_tabs_in_large_letters_are_whole(app: App, qtbot: QtBot) -> None:
    app.use_comfort(Comfort(text_size=2.0))
    app.window.set_perspective("compare")

    def are_whole() -> bool:
        bars = app.window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        shown = [bar for bar in bars if bar.count() > 1 and bar.isVisible()]
        return bool(shown) and all(
            bar.elideMode() is Qt.TextElideMode.ElideNone and bar.usesScrollButtons()
            for bar in shown
        )

    qtbot.waitUntil(are_whole, timeout=20_000)


@pytest.mark.arrangement("build")
def test_charts_keep_room_for_curves_below_large_letters(qtbot: QtBot, app: App) -> None:
    app.use_comfort(Comfort(text_size=2.0))
    window = app.window
    window.resize(1280, 800)
    window.docks["charts"].show()
    train(qtbot, window)

    def visible() -> list[PlotView]:
        return [plot for plot in window.findChildren(PlotView) if plot.isVisible()]

    def is_ready() -> bool:
        shown = visible()
        are_filled = bool(shown) and all(plot.data is not None for plot in shown)
        return are_filled and window._layout.is_settled

    # The curves are shown after the training, and then the layout is arranged again.
    qtbot.waitUntil(is_ready)
    shown = visible()
    assert shown
    for plot in shown:
        assert plot.data is not None
        rect = plot._charts.plot_rect(QRectF(plot.rect()), plot.data)
        assert rect.height() >= 2 * plot.fontMetrics().height()


def test_pictures_of_sets_follow_the_theme(app: App, window: MainWindow) -> None:
    data = window.toolbar.data

    def ground(mode: QIcon.Mode = QIcon.Mode.Normal) -> QColor:
        made = data.itemIcon(data.findData("letters")).pixmap(QSize(32, 32), mode)
        return made.toImage().pixelColor(16, 0)

    app.use_theme("light")
    light = ground()
    assert ground(QIcon.Mode.Disabled).alpha() < light.alpha()
    app.use_theme("dark")
    dark = ground()
    app.use_theme("light")
    assert dark.lightness() < 100 < 200 < light.lightness()
    assert ground() == light
