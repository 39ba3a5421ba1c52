"""The window in small and large sizes: nothing enlarges it, nothing drifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPushButton,
    QTabBar,
    QToolButton,
    QWidget,
)

from aegui.app import App
from aegui.kit.theme import CONTROL_PX
from aegui.paths import models_dir
from aegui.session.comfort import Comfort
from aegui.session.settings import Settings
from aegui.shell.panel_area import PanelArea, is_in_sight
from aegui.window.dock_titles import DockTitle
from aegui.window.docks import PERSPECTIVES
from aegui.window.layout import fitted
from tests.window.conftest import train

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow

_SMALL = (1280, 660)
"""1280 x 720 less a title bar and a bar of tasks."""


def _settle(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the docks are arranged for the current size and have stopped moving."""
    before: list[object] = []

    def rests() -> bool:
        before.append((window.size(), _places(window)))
        return window._layout.is_settled and len(before) > 1 and before[-1] == before[-2]

    qtbot.waitUntil(rests)


def _places(window: MainWindow) -> dict[str, tuple[int, int, int, int]]:
    return {
        key: dock.geometry().getRect()  # type: ignore[misc]
        for key, dock in window.docks.items()
        if is_in_sight(dock)
    }


@pytest.mark.parametrize("model", ["letters-2d", "emoji-faces", "fashion-gan"])
def test_no_content_enlarges_the_window(app: App, qtbot: QtBot, model: str) -> None:
    window = app.window
    window.resize(*_SMALL)
    app.services.workspace.open(models_dir() / f"{model}.aegui", lambda: True)
    qtbot.waitUntil(lambda: app.services.shown.codec is not None)
    for perspective in PERSPECTIVES:
        window.set_perspective(perspective)
        window.reset_layout()
        _settle(window, qtbot)
        assert (window.width(), window.height()) == _SMALL
        for key, dock in window.docks.items():
            if dock.isVisible():
                dock.raise_()
                QApplication.processEvents()
                assert (window.width(), window.height()) == _SMALL, key
                assert window.rect().contains(dock.geometry()), key
        least = window.minimumSizeHint()
        assert least.width() <= 960
        assert least.height() <= _SMALL[1]
        assert window.time_bar.geometry().bottom() < window.height()
        window.notifications.close_all()


def test_an_arrangement_that_fits_leaves_a_low_window_its_size(
    window: MainWindow, qtbot: QtBot
) -> None:
    low = QSize(1280, 480)
    window.resize(low)
    # The second time, the arrangement is restored as it was left.
    for perspective in ("draw", "wander", "build", "wander", "draw", "wander", "build"):
        window.set_perspective(perspective)
        _settle(window, qtbot)
        assert window.minimumSizeHint().height() <= low.height()
        assert window.size() == low, perspective
    # A size that the user has chosen meanwhile is kept.
    window.set_perspective("wander")
    _settle(window, qtbot)
    window.set_perspective("draw")
    window.resize(1280, 600)
    _settle(window, qtbot)
    assert window.size() == QSize(1280, 600)


def test_a_frame_is_brought_onto_its_screen() -> None:
    room = QRect(0, 0, 1280, 770)
    assert fitted(QRect(0, 0, 1280, 905), room) == QRect(0, 0, 1280, 770)
    assert fitted(QRect(900, 500, 800, 600), room) == QRect(480, 170, 800, 600)
    assert fitted(QRect(-50, -20, 800, 600), room) == QRect(0, 0, 800, 600)
    assert fitted(QRect(100, 100, 800, 600), room) == QRect(100, 100, 800, 600)
    assert fitted(QRect(0, 0, 900, 700), QRect(1280, 30, 800, 600)) == QRect(1280, 30, 800, 600)


def test_resetting_the_panels_brings_the_window_onto_the_screen(
    window: MainWindow, qtbot: QtBot
) -> None:
    room = window.screen().availableGeometry()
    window.resize(room.width() + 300, room.height() + 200)
    window.reset_layout()
    _settle(window, qtbot)
    assert window.width() <= room.width()
    assert window.height() <= room.height()
    assert room.contains(window.frameGeometry())


def test_a_layout_of_a_larger_screen_opens_within_a_small_one(
    qapp: QApplication, app: App, qtbot: QtBot
) -> None:
    window = app.window
    window.resize(1920, 1080)
    window.set_perspective("build")
    window.reset_layout()
    _settle(window, qtbot)
    assert {"cursor", "draw", "answer"} <= set(_places(window))
    window.keep_layout()
    app.shutdown()
    again = App(qapp, Settings.load())
    again.window.resize(*_SMALL)
    again.window.show()
    _settle(again.window, qtbot)
    assert (again.window.width(), again.window.height()) == _SMALL
    shown = set(_places(again.window))
    # In front is the one that is in front in a new layout of this size, too.
    assert shown & {"cursor", "draw", "answer"} == {"cursor"}, "they share a place now"
    again.shutdown()
    again.deleteLater()
    app.window = again.window


def test_the_panels_follow_the_size_of_the_window_and_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1920, 1080)
    window.set_perspective("build")
    window.reset_layout()
    _settle(window, qtbot)
    large = _places(window)
    assert {"draw", "answer", "charts", "reconstructions"} <= set(large)
    window.resize(960, 1040)
    _settle(window, qtbot)
    assert (window.width(), window.height()) == (960, 1040)
    narrow = _places(window)
    assert len(set(narrow) & {"charts", "reconstructions"}) == 1
    assert len(set(narrow) & {"draw", "answer"}) == 1
    assert window.canvas.width() >= 280
    assert all(window.rect().contains(QRect(*place)) for place in narrow.values())
    window.resize(1920, 1080)
    _settle(window, qtbot)
    assert _places(window) == large


def test_of_panels_that_become_tabs_the_first_of_the_arrangement_is_in_front(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1920, 1080)
    window.set_perspective("draw")
    window.reset_layout()
    _settle(window, qtbot)
    assert {"answer", "reconstructions"} <= set(_places(window))
    window.resize(1280, 800)
    _settle(window, qtbot)
    assert set(_places(window)) & {"answer", "reconstructions", "charts"} == {"answer"}


@pytest.mark.arrangement("build")
def test_half_a_screen_still_says_how_the_training_goes(window: MainWindow) -> None:
    window.resize(960, 1040)
    QApplication.processEvents()
    assert window.width() == 960
    room = window.toolbar.status.parentWidget()
    assert room is not None
    seen = QRect(room.mapTo(window, QPoint(0, 0)), room.size()).intersected(window.rect())
    assert seen.width() >= 120
    assert room.isVisible()


def test_the_lists_give_way_before_what_is_said_of_a_training(window: MainWindow) -> None:
    toolbar = window.toolbar
    lists = (toolbar.data, toolbar.presets)
    room = toolbar.status.parentWidget()
    assert room is not None
    shares, widths = [], []
    for width in (1120, 1280, 1366, 1600, 1920):
        window.resize(width, 700)
        QApplication.processEvents()
        shares.append(room.width())
        widths.append([each.width() for each in lists])
    assert widths[0] == [each.minimumWidth() for each in lists]
    assert widths == sorted(widths)
    assert widths[-1][0] > widths[0][0]
    assert min(shares) >= 0.45 * 1120
    toolbar.set_status("wrong pixels: mean 0.5, worst 4", "cpu", "", "Seed 3: best")
    for word in ("worst 4", "cpu", "Seed 3"):
        assert word in toolbar.status.toolTip()


def test_a_column_beside_the_map_takes_of_its_width_from_the_cursor_too(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1280, 800)
    window.set_perspective("wander")
    _settle(window, qtbot)
    cursor_px = window.docks["cursor"].width()
    window.actions_table["lessons"].trigger()
    qtbot.waitUntil(lambda: is_in_sight(window.docks["lessons"]), timeout=20_000)
    _settle(window, qtbot)
    assert window.docks["cursor"].width() < cursor_px - 100
    assert window.canvas.width() >= 0.5 * window.width()


@pytest.mark.parametrize("key", ["en", "es"])
def test_the_titles_of_tabs_can_be_read_beside_a_lesson(app: App, qtbot: QtBot, key: str) -> None:
    app.use_language(key)
    window = app.window
    window.resize(1280, 800)
    window.set_perspective("build")
    window.actions_table["lessons"].trigger()
    qtbot.waitUntil(lambda: is_in_sight(window.docks["lessons"]), timeout=20_000)
    _settle(window, qtbot)
    bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible()]
    assert any(window.docks["charts"].windowTitle() in _titles(bar) for bar in bars)
    for bar in bars:
        for tab in range(bar.count()):
            needed = bar.fontMetrics().horizontalAdvance(bar.tabText(tab))
            assert bar.tabRect(tab).width() > needed, bar.tabText(tab)
    # One that is out of sight comes into it with its panel.
    window.docks["gan"].raise_()
    qtbot.waitUntil(lambda: is_in_sight(window.docks["gan"]))
    (bar,) = [bar for bar in bars if window.docks["gan"].windowTitle() in _titles(bar)]
    assert bar.rect().intersects(bar.tabRect(bar.currentIndex()))


def _titles(bar: QTabBar) -> list[str]:
    return [bar.tabText(tab) for tab in range(bar.count())]


@pytest.mark.parametrize("key", ["source", "projections", "study"])
def test_a_panel_from_the_menu_has_the_width_that_it_needs(
    window: MainWindow, qtbot: QtBot, key: str
) -> None:
    window.resize(1280, 800)
    window.set_perspective("wander")
    qtbot.waitUntil(lambda: window._layout.is_settled, timeout=20_000)
    dock, cursor = window.docks[key], window.docks["cursor"].width()
    area = dock.widget()
    assert isinstance(area, PanelArea)
    dock.toggleViewAction().trigger()
    qtbot.waitUntil(lambda: area.is_in_sight, timeout=20_000)
    qtbot.waitUntil(lambda: dock.width() >= 300, timeout=20_000)
    qtbot.waitUntil(lambda: area.horizontalScrollBar().maximum() == 0, timeout=20_000)
    assert window.docks["cursor"].width() == cursor
    assert window.canvas.width() >= 256 - 20
    # A width set by the user is kept, even if Qt already gave the dock that room.
    _settle(window, qtbot)
    window.resizeDocks([dock], [240], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: dock.width() <= 260, timeout=20_000)


def test_a_panel_that_is_opened_below_another_has_the_height_that_it_needs(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1280, 800)
    window.set_perspective("wander")
    qtbot.waitUntil(lambda: window._layout.is_settled, timeout=20_000)
    dock = window.docks["draw"]
    dock.toggleViewAction().trigger()
    qtbot.waitUntil(lambda: dock.height() >= 200, timeout=20_000)
    assert dock.x() == window.docks["cursor"].x()


def _scrolling(window: MainWindow) -> list[str]:
    """Return the keys of the panels in sight that are higher than their areas."""
    areas = {key: dock.widget() for key, dock in window.docks.items() if is_in_sight(dock)}
    return [
        key
        for key, area in areas.items()
        if isinstance(area, PanelArea) and area.lacking_height > 0
    ]


def test_panels_that_need_more_height_get_what_the_others_can_spare(app: App, qtbot: QtBot) -> None:
    window = app.window
    window.resize(1920, 1050)
    window.reset_layout()
    _settle(window, qtbot)
    column = [window.docks[key] for key in ("cursor", "draw", "answer")]
    total = sum(dock.height() for dock in column)
    window.resizeDocks(column, [240, 260, total - 500], Qt.Orientation.Vertical)
    _settle(window, qtbot)
    # Images of 28x28 pixels, of which the editor shows more than of letters.
    app.services.workspace.open(models_dir() / "fashion-vae-2.aegui", lambda: True)
    qtbot.waitUntil(lambda: app.services.shown.dataset.image_shape == (1, 28, 28))
    qtbot.waitUntil(lambda: window._layout.is_settled and not _scrolling(window))
    window.set_perspective("wander")
    window.docks["draw"].show()
    window.docks["answer"].show()
    qtbot.waitUntil(lambda: is_in_sight(window.docks["answer"]) and not _scrolling(window))


@pytest.mark.arrangement("build")
def test_a_tall_window_has_a_bottom_row_in_which_a_matrix_can_be_read(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1920, 1050)
    window.reset_layout()
    _settle(window, qtbot)
    assert window.docks["charts"].height() >= 0.3 * window.height()


def test_a_panel_without_a_place_becomes_a_tab_of_its_column(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1280, 800)
    window.set_perspective("build")
    qtbot.waitUntil(lambda: window._layout.is_settled, timeout=20_000)
    dock, height = window.docks["races"], window.docks["builder"].height()
    dock.toggleViewAction().trigger()
    qtbot.waitUntil(lambda: window.tabifiedDockWidgets(dock) != [], timeout=20_000)
    qtbot.waitUntil(lambda: is_in_sight(dock) and dock.height() >= height - 20, timeout=20_000)
    assert window.docks["training"] in window.tabifiedDockWidgets(dock)


def test_what_was_closed_stays_closed_in_a_window_of_another_size(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1920, 1080)
    window.set_perspective("build")
    window.reset_layout()
    window.docks["reconstructions"].close()
    window.docks["training"].raise_()
    _settle(window, qtbot)
    window.resize(*_SMALL)
    _settle(window, qtbot)
    assert window.docks["reconstructions"].isHidden()
    assert is_in_sight(window.docks["training"])


@pytest.mark.parametrize("size", [_SMALL, (1920, 1040), (960, 1040)])
def test_splitters_do_not_drift(
    qapp: QApplication, app: App, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window = app.window
    window.resize(*size)
    wanted = {}
    for key in PERSPECTIVES:
        window.set_perspective(key)
        window.reset_layout()
        _settle(window, qtbot)
        # As a user would move them.
        for dock in window.docks.values():
            if is_in_sight(dock):
                window.resizeDocks([dock], [dock.width() + 11], Qt.Orientation.Horizontal)
                window.resizeDocks([dock], [dock.height() + 7], Qt.Orientation.Vertical)
                break
        _settle(window, qtbot)
        wanted[key] = _places(window)
    for _ in range(2):
        for key in PERSPECTIVES:
            window.set_perspective(key)
            _settle(window, qtbot)
            assert _places(window) == wanted[key]
    for _ in range(2):
        window.keep_layout()
        app.shutdown()
        app = App(qapp, Settings.load())
        window = app.window
        window.resize(*size)
        window.show()
        for key in PERSPECTIVES:
            window.set_perspective(key)
            _settle(window, qtbot)
            assert _places(window) == wanted[key]
    app.shutdown()
    app.deleteLater()


@pytest.mark.arrangement("build")
@pytest.mark.parametrize("perspective", ["draw", "build"])
def test_a_low_window_comes_back_in_its_size(
    qapp: QApplication, app: App, qtbot: QtBot, perspective: str
) -> None:
    app.window.set_perspective(perspective)
    app.window.resize(900, 480)
    _settle(app.window, qtbot)
    assert app.window.height() == 480
    app.window.keep_layout()
    app.shutdown()
    again = App(qapp, Settings.load())
    again.window.show()
    qtbot.waitExposed(again.window)
    # The layout of docks that are not visible yet asks for more.
    qtbot.waitUntil(lambda: again.window.size() == QSize(900, 480))
    _settle(again.window, qtbot)
    assert again.window.size() == QSize(900, 480)
    again.shutdown()
    again.deleteLater()


def test_a_window_that_was_moved_is_stored_at_once(
    app: App, window: MainWindow, qtbot: QtBot
) -> None:
    _settle(window, qtbot)
    before = app.services.settings.window_state("geometry")
    window.move(window.pos() + QPoint(40, 30))
    qtbot.waitUntil(lambda: app.services.settings.window_state("geometry") != before)


def test_panels_are_created_after_arranging_has_failed(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    areas = [dock.widget() for dock in window.docks.values()]
    area = next(it for it in areas if isinstance(it, PanelArea) and not it.is_created)
    with monkeypatch.context() as broken:
        broken.delitem(PERSPECTIVES, window.perspective)
        with pytest.raises(KeyError):
            window.reset_layout()
    dock = area.parentWidget()
    assert dock is not None
    dock.show()
    dock.raise_()
    QApplication.processEvents()
    assert area.is_created


@pytest.mark.arrangement("build")
def test_a_tab_that_is_opened_in_the_menu_comes_to_the_front(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1280, 800)
    window.reset_layout()
    _settle(window, qtbot)
    dock = window.docks["classifier"]
    dock.close()
    dock.toggleViewAction().trigger()
    qtbot.waitUntil(lambda: is_in_sight(dock))


def test_title_bars_have_buttons_that_can_be_hit(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1920, 1080)
    window.set_perspective("draw")
    dock = window.docks["answer"]
    qtbot.waitUntil(lambda: isinstance(dock.titleBarWidget(), DockTitle))
    bar = dock.titleBarWidget()
    loose, close = bar.findChildren(QToolButton)
    for button in (loose, close):
        assert min(button.width(), button.height()) >= 20
        assert dock.windowTitle() in button.accessibleName()
    before = dock.mapToGlobal(QPoint(0, 0))
    loose.click()
    qtbot.waitUntil(lambda: dock.isFloating() and dock.titleBarWidget() is None)
    assert dock.frameGeometry().topLeft() != before, "at its place it would seem docked"
    assert dock.screen().availableGeometry().contains(dock.frameGeometry().topLeft())
    dock.setFloating(False)
    qtbot.waitUntil(lambda: isinstance(dock.titleBarWidget(), DockTitle))
    dock.titleBarWidget().findChildren(QToolButton)[1].click()
    assert dock.isHidden()
    tab = window.docks["charts"]
    qtbot.waitUntil(lambda: type(tab.titleBarWidget()) is QWidget)


def test_what_is_pressed_is_high_enough(window: MainWindow) -> None:
    window.resize(1920, 1080)
    low = []
    for perspective in PERSPECTIVES:
        window.set_perspective(perspective)
        for dock in window.docks.values():
            if not dock.isVisible():
                continue
            dock.raise_()
            QApplication.processEvents()
            panel = dock.widget().panel  # type: ignore[attr-defined]
            for kind in (QAbstractSpinBox, QComboBox, QLineEdit, QPushButton, QCheckBox):
                for field in panel.findChildren(kind):
                    inner = isinstance(field.parentWidget(), QAbstractSpinBox | QComboBox)
                    if field.isVisible() and not inner and field.height() < CONTROL_PX:
                        low.append((type(field).__name__, field.accessibleName(), field.height()))
    assert low == []


def test_a_closed_panel_gets_its_title_bar_when_opened(window: MainWindow) -> None:
    window.set_perspective("wander")
    dock = window.docks["races"]
    assert dock.isHidden()
    assert dock.titleBarWidget() is None
    dock.show()
    # At once: Qt's own bar is never painted.
    assert dock.titleBarWidget() is not None


@pytest.mark.parametrize("size", [1.0, 1.5])
def test_a_narrow_toolbar_has_a_menu_of_what_does_not_fit(
    qtbot: QtBot, app: App, size: float
) -> None:
    app.use_comfort(Comfort(text_size=size))
    window, actions = app.window, app.window.actions_table
    train(qtbot, window)
    toolbar = window.toolbar
    window.resize(round(1300 * size), 700)
    QApplication.processEvents()
    assert toolbar.rest.isHidden()
    order = toolbar.actions()
    window.resize(round(1000 * size), 700)
    QApplication.processEvents()
    assert toolbar.rest.isVisible()
    assert window.rect().contains(toolbar.rest.mapTo(window, toolbar.rest.rect().center()))
    shown = [actions[key] for key in ("train", "continue", "pause", "stop")]
    assert all(toolbar.widgetForAction(action).isVisible() for action in shown)
    toolbar.set_status("R&D: wrong pixels, mean 0.5, and more of that kind " * 3, "cpu")
    toolbar.rest.menu().aboutToShow.emit()
    listed = toolbar.rest.menu().actions()
    assert listed[0].text() == toolbar.status.text().replace("&", "&&"), "no access key"
    assert [actions["step"], actions["slow"]] == [each for each in listed if each in order]
    assert toolbar.chip.weights.text() == "best weights"
    assert toolbar.chip.isVisible()
    toolbar.chip.set_shown("seed 0 (1 of 12)" * 20, "best", "best", "best")
    QApplication.processEvents()
    assert toolbar.chip.isHidden()
    toolbar.rest.menu().aboutToShow.emit()
    menus = [each.menu() for each in toolbar.rest.menu().actions() if each.menu()]
    assert menus == [toolbar.chip.run.menu(), toolbar.chip.weights.menu()]
    window.resize(640 if size == 1.0 else 1100, 700)
    QApplication.processEvents()
    assert actions["continue"] not in toolbar.actions()
    assert toolbar.rest.isVisible()
    assert window.rect().contains(toolbar.rest.mapTo(window, toolbar.rest.rect().center()))
    window.resize(round(1300 * size), 700)
    QApplication.processEvents()
    assert toolbar.rest.isHidden()
    assert toolbar.actions() == order


@pytest.mark.arrangement("study")
@pytest.mark.parametrize("height", [700, 800])
def test_results_of_a_study_are_not_cut_in_a_cramped_window(
    window: MainWindow, qtbot: QtBot, height: int
) -> None:
    window.resize(780, height)
    _settle(window, qtbot)
    assert window.width() == 780
    assert is_in_sight(window.docks["studies"])
    assert is_in_sight(window.docks["study_plan"])
    # Table, pictures and verdict need 300.
    assert window.docks["studies"].width() >= 320
    assert window.canvas.height() >= 160


@pytest.mark.arrangement("build")
def test_larger_letters_make_a_window_cramped_earlier(app: App, qtbot: QtBot) -> None:
    app.use_comfort(Comfort(text_size=1.5))
    app.window.resize(900, 700)
    _settle(app.window, qtbot)
    area = app.window.docks["builder"].widget()
    assert isinstance(area, PanelArea)
    assert is_in_sight(app.window.docks["builder"])
    assert area.horizontalScrollBar().maximum() == 0
    assert app.window.canvas.width() >= 256


@pytest.mark.arrangement("build")
def test_a_cramped_window_has_one_column_and_leaves_no_trace_in_larger_ones(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1280, 800)
    window.reset_layout()
    _settle(window, qtbot)
    before = _places(window)
    area = window.docks["builder"].widget()
    assert isinstance(area, PanelArea)
    for width, height in ((640, 800), (900, 600), (628, 480), (900, 800)):
        window.resize(width, height)
        _settle(window, qtbot)
        assert window.width() == width
        assert is_in_sight(window.docks["builder"])
        assert area.horizontalScrollBar().maximum() == 0, width
        assert window.canvas.width() >= 256, width
    window.resize(1280, 800)
    _settle(window, qtbot)
    assert _places(window) == before


class _FirstPaint(QObject):
    """Notes the places of the docks when the window is next painted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.places: dict[str, tuple[int, int, int, int]] = {}
        self.tabs: list[str] = []
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.UpdateRequest and not self.places:
            self.places, self.tabs = _places(self._window), _tabs(self._window)
        return False


def _tabs(window: MainWindow) -> list[str]:
    bars = [bar for bar in window.findChildren(QTabBar) if bar.parent() is window]
    seen = [bar for bar in bars if bar.isVisible()]
    return sorted(bar.tabText(index) for bar in seen for index in range(bar.count()))


@pytest.mark.parametrize("key", ["build", "study"])
def test_the_first_picture_of_an_arrangement_is_complete(
    window: MainWindow, qtbot: QtBot, key: str
) -> None:
    window.resize(1280, 800)
    _settle(window, qtbot)
    first = _FirstPaint(window)
    window.set_perspective(key)
    qtbot.waitUntil(lambda: bool(first.places))
    assert window.updatesEnabled()
    _settle(window, qtbot)
    assert first.tabs == _tabs(window)
    places = _places(window)
    assert first.places.keys() == places.keys()
    # Heights may change when a panel turns out to need more.
    for dock, (_, _, width, _) in places.items():
        assert first.places[dock][2] == width, dock
