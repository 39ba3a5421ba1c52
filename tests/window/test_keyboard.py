"""Keyboard navigation: every tab stop is visible, F6 moves between panels."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QTabBar, QWidget

from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.features.data.view.data_panel import DataPanel
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.kit.theme import THEMES, contrast
from aegui.widgets.form.fields import CountField
from aegui.window.docks import PERSPECTIVES
from aegui.window.panel_focus import is_stop, name_of
from tests.window.conftest import train

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow

_MAX_STOPS = 400
_SEEN_PX = 12


def _press(window: MainWindow, key: Qt.Key, shift: bool = False) -> None:
    handle = window.windowHandle()
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(handle, key, modifier)
    QApplication.processEvents()


def _activate(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.setFocus()
    QApplication.processEvents()


def _assert_in_sight(window: MainWindow, stop: QWidget) -> None:
    """Check that ``stop`` is visible as far as there is room, and not covered."""
    name = f"{type(stop).__name__} {stop.accessibleName()!r}"
    assert stop.isVisible(), name
    seen, around = stop.rect(), stop
    while around is not window:
        seen.translate(around.pos())
        parent = around.parentWidget()
        assert parent is not None
        around = parent
        seen = seen.intersected(around.rect())
    least = min(_SEEN_PX, stop.width()), min(_SEEN_PX, stop.height())
    assert (seen.width(), seen.height()) >= least, name
    under = window.childAt(seen.center())
    assert under is not None
    assert under is stop or stop.isAncestorOf(under) or under.isAncestorOf(stop), name


@pytest.mark.parametrize(
    ("perspective", "size"),
    [*((key, (1280, 680)) for key in PERSPECTIVES), ("build", (1920, 1040))],
)
def test_every_stop_of_tab_is_in_sight(
    app: App, qtbot: QtBot, perspective: str, size: tuple[int, int]
) -> None:
    window = app.window
    train(qtbot, window)
    window.resize(*size)
    window.set_perspective(perspective)
    window.reset_layout()
    _activate(qtbot, window)
    stops: list[QWidget] = []
    places: list[QWidget] = []
    for _ in range(_MAX_STOPS):
        _press(window, Qt.Key.Key_Tab)
        stop = window.focusWidget()
        if stop in stops:
            break
        _assert_in_sight(window, stop)
        ring = app.keyboard.ring
        assert ring is not None
        assert not ring.visibleRegion().isEmpty()
        centre = ring.mapFromGlobal(stop.mapToGlobal(stop.rect().center()))
        assert ring.rect().contains(centre)
        stops.append(stop)
        place = window.panel_focus.place_of(stop)
        if place is not None and (not places or places[-1] is not place):
            places.append(place)
    assert stop is stops[0], "Tab comes round"
    assert len(stops) > 15
    # One panel after the other; only the one at the start may be visited twice.
    assert len(set(places[1:])) == len(places[1:])
    _press(window, Qt.Key.Key_Tab, shift=True)
    assert window.focusWidget() is stops[-1]


@pytest.mark.parametrize("way", [QWidget.hide, lambda stop: stop.setEnabled(False)])
def test_from_a_button_that_goes_the_keys_go_to_the_next(
    qtbot: QtBot, window: MainWindow, way: Callable[[QWidget], None]
) -> None:
    window.set_perspective("build")
    window.reset_layout()
    _activate(qtbot, window)
    stops = window.panel_focus.stops()
    inside = [it for it in stops if window.panel(BuilderPanel).isAncestorOf(it)]
    inside[2].setFocus()
    way(inside[2])
    assert window.focusWidget() is inside[3]
    _press(window, Qt.Key.Key_Tab, shift=True)
    assert window.focusWidget() is inside[1]


def test_a_covered_panel_is_left_out_and_comes_back(qtbot: QtBot, window: MainWindow) -> None:
    window.set_perspective("build")
    window.reset_layout()
    builder = window.panel(BuilderPanel)
    mirrored = window._services.workspace.recipe.network.decoder
    assert any(builder.isAncestorOf(stop) for stop in window.panel_focus.stops())
    window.docks["data"].raise_()
    _activate(qtbot, window)
    assert builder.isHidden()
    stops = window.panel_focus.stops()
    assert not any(builder.isAncestorOf(stop) for stop in stops)
    assert any(window.panel(DataPanel).isAncestorOf(stop) for stop in stops)
    for _ in range(len(stops) + 1):
        _press(window, Qt.Key.Key_Tab)
        assert not builder.isAncestorOf(window.focusWidget())
    window.docks["builder"].raise_()
    assert not builder.isHidden()
    assert any(builder.isAncestorOf(stop) for stop in window.panel_focus.stops())
    assert window._services.workspace.recipe.network.decoder == mirrored


def test_keys_leave_a_panel_that_is_covered(qtbot: QtBot, window: MainWindow) -> None:
    window.set_perspective("build")
    window.docks["builder"].raise_()
    _activate(qtbot, window)
    field = next(
        s for s in window.panel_focus.stops() if window.panel(BuilderPanel).isAncestorOf(s)
    )
    field.setFocus()
    window.docks["data"].raise_()
    assert window.focusWidget() is window.canvas


def test_f6_goes_from_panel_to_panel(qtbot: QtBot, window: MainWindow) -> None:
    window.set_perspective("build")
    window.reset_layout()
    _activate(qtbot, window)
    wanted = window.panel_focus.places()
    names = [name_of(place) for place in wanted]
    assert all(names)
    assert names[0] == "Toolbar"
    assert names[-1] == "Time"
    assert names.index("Network") < names.index("Latent map") < names.index("Cursor")
    assert "Data" not in names, "the dock behind the network's is not gone to"
    at = wanted.index(window.canvas)
    for step in range(1, len(wanted) + 1):
        _press(window, Qt.Key.Key_F6)
        place = wanted[(at + step) % len(wanted)]
        here = window.focusWidget()
        assert here is not None
        assert place is here or place.isAncestorOf(here), name_of(place)
    _press(window, Qt.Key.Key_F6, shift=True)
    place = wanted[(at - 1) % len(wanted)]
    assert place.isAncestorOf(window.focusWidget())


def test_f6_returns_to_where_the_keys_were(qtbot: QtBot, window: MainWindow) -> None:
    window.set_perspective("build")
    window.reset_layout()
    _activate(qtbot, window)
    _press(window, Qt.Key.Key_F6, shift=True)
    _press(window, Qt.Key.Key_Tab)
    left = window.focusWidget()
    assert window.docks["builder"].isAncestorOf(left)
    _press(window, Qt.Key.Key_F6)
    assert window.focusWidget() is not left
    _press(window, Qt.Key.Key_F6, shift=True)
    assert window.focusWidget() is left


def test_f6_into_the_drawing_leads_to_its_pixels(qtbot: QtBot, window: MainWindow) -> None:
    window.set_perspective("draw")
    window.reset_layout()
    _activate(qtbot, window)
    panel = window.panel(DrawPanel)
    for _ in window.panel_focus.places():
        _press(window, Qt.Key.Key_F6)
        if panel.isAncestorOf(window.focusWidget()):
            break
    assert window.focusWidget() is panel.editor
    drawing = window._services.drawing
    before = drawing.pixels.copy()
    _press(window, Qt.Key.Key_Space)
    assert np.count_nonzero(drawing.pixels != before) == 1


def test_the_mouse_needs_no_ring(app: App, qtbot: QtBot) -> None:
    window = app.window
    _activate(qtbot, window)
    _press(window, Qt.Key.Key_Tab)
    assert app.keyboard.ring is not None
    spot = window.canvas.mapTo(window, window.canvas.rect().center())
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=spot)
    QApplication.processEvents()
    assert app.keyboard.ring is None


def test_a_button_that_was_never_let_go_does_not_hide_the_ring(app: App, qtbot: QtBot) -> None:
    gone = QWidget()
    qtbot.addWidget(gone)
    gone.show()
    QTest.mousePress(gone, Qt.MouseButton.LeftButton)
    gone.close()
    _activate(qtbot, app.window)
    _press(app.window, Qt.Key.Key_Tab)
    assert app.keyboard.ring is not None
    QTest.mouseRelease(app.window, Qt.MouseButton.LeftButton)


def _focused_field(qtbot: QtBot, window: MainWindow) -> CountField:
    """Return a field of the training panel, which has the keyboard focus."""
    _activate(qtbot, window)
    window.docks["training"].show()
    window.docks["training"].raise_()
    field = next(
        field
        for field in window.panel(TrainingPanel).findChildren(CountField)
        if field.isVisible() and field.isEnabled()
    )
    field.setFocus()
    assert window.focusWidget() is field
    return field


def test_a_field_that_a_training_disables_gets_the_focus_back(app: App, qtbot: QtBot) -> None:
    field = _focused_field(qtbot, app.window)
    train(qtbot, app.window)
    qtbot.waitUntil(field.isEnabled)
    qtbot.waitUntil(lambda: app.window.focusWidget() is field)


def test_the_focus_stays_where_it_was_taken_during_a_training(app: App, qtbot: QtBot) -> None:
    window = app.window
    field = _focused_field(qtbot, window)
    with qtbot.waitSignal(window._services.runner.finished):
        window.actions_table["train"].trigger()
        assert not field.isEnabled()
        _press(window, Qt.Key.Key_Tab)
        taken = window.focusWidget()
    qtbot.waitUntil(field.isEnabled)
    QApplication.processEvents()
    assert window.focusWidget() is taken


def test_a_field_gets_the_focus_back_after_a_shortcut(app: App, qtbot: QtBot) -> None:
    window = app.window
    field = _focused_field(qtbot, window)
    with qtbot.waitSignal(window._services.runner.finished):
        window.actions_table["train"].trigger()
        assert not field.isEnabled()
        # The first key of every shortcut.
        _press(window, Qt.Key.Key_Control)
    qtbot.waitUntil(lambda: window.focusWidget() is field)


def test_a_field_gets_the_focus_back_while_another_window_is_used(app: App, qtbot: QtBot) -> None:
    window, other = app.window, QWidget()
    qtbot.addWidget(other)
    field = _focused_field(qtbot, window)
    with qtbot.waitSignal(window._services.runner.finished):
        window.actions_table["train"].trigger()
        assert not field.isEnabled()
        other.show()
        other.activateWindow()
        qtbot.waitUntil(other.isActiveWindow)
    qtbot.waitUntil(field.isEnabled)
    assert window.focusWidget() is field
    assert other.isActiveWindow()


@pytest.mark.parametrize("shift", [False, True])
def test_from_a_form_that_is_disabled_tab_goes_on_where_it_was(
    app: App, qtbot: QtBot, shift: bool
) -> None:
    window = app.window
    field = _focused_field(qtbot, window)
    stops = window.panel_focus.stops()
    panel = window.panel(TrainingPanel)
    outside = [stop for stop in stops if stop is field or not panel.isAncestorOf(stop)]
    at = outside.index(field)
    panel.setEnabled(False)
    assert window.focusWidget() is None
    _press(window, Qt.Key.Key_Tab, shift=shift)
    assert window.focusWidget() is outside[at - 1 if shift else (at + 1) % len(outside)]


def test_from_a_form_that_is_disabled_the_next_panel_is_the_one_after_it(
    app: App, qtbot: QtBot
) -> None:
    window, focus = app.window, app.window.panel_focus
    field = _focused_field(qtbot, window)
    places = focus.places()
    place = focus.place_of(field)
    assert place is not None
    window.panel(TrainingPanel).setEnabled(False)
    assert window.focusWidget() is None
    focus.go("next")
    assert focus.place_of(window.focusWidget()) is places[places.index(place) + 1]


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.key)
def test_the_ring_stands_out_on_whatever_it_lies(app: App, qtbot: QtBot, theme: object) -> None:
    window = app.window
    app.use_theme(theme.key)  # type: ignore[attr-defined]
    _activate(qtbot, window)
    _press(window, Qt.Key.Key_Tab)
    ring = app.keyboard.ring
    assert ring is not None
    place = QRect(ring.mapTo(window, ring.rect().topLeft()), ring.size())
    picture = window.grab(place).toImage()
    middle = picture.height() // 2
    colours = [picture.pixelColor(x, middle) for x in range(5)]
    accent, panel = theme.accent, theme.panel  # type: ignore[attr-defined]
    assert min(contrast(colour, accent) for colour in colours) < 1.3
    assert min(contrast(colour, panel) for colour in colours) < 1.3
    for ground in ("window", "panel", "raised", "pixel_on", "pixel_off", "accent", "border"):
        colour = getattr(theme, ground)
        assert max(contrast(colour, accent), contrast(colour, panel)) >= 3.0, ground


def test_tabs_of_docks_are_stops(qtbot: QtBot, window: MainWindow) -> None:
    window.set_perspective("build")
    window.reset_layout()
    _activate(qtbot, window)
    bars = [stop for stop in window.panel_focus.stops() if isinstance(stop, QTabBar)]
    beside = [window.panel_focus.place_of(bar) for bar in bars]
    assert window.docks["builder"] in beside
    assert all(isinstance(place, QDockWidget) for place in beside)


def test_a_number_that_is_passed_by_goes_with_its_window(qtbot: QtBot) -> None:
    host = QWidget()
    box = CountField(0, 9, host)
    host.show()
    qtbot.waitExposed(host)
    line = box.lineEdit()
    assert is_stop(box, host)
    assert not is_stop(line, host)
    held = weakref.ref(box)
    del box, line
    host.deleteLater()
    with qtbot.waitSignal(host.destroyed):
        del host

    def is_gone() -> bool:
        gc.collect()
        return held() is None

    qtbot.waitUntil(is_gone)
