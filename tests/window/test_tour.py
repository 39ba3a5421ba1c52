"""The tour on the real window never takes control from the user."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.core.i18n import set_language, tr
from aegui.core.recipe.edits import with_value
from aegui.features.tour.feature import STEP, TourFeature
from aegui.features.tour.steps import STEPS
from aegui.kit.overlay_area import overlay_area_of
from aegui.session.data.selection import Selection
from aegui.session.documents.document import shipped_model
from tests.processes import python
from tests.window.conftest import train

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow


def begin(window: MainWindow) -> TourFeature:
    window.actions_table["tour"].trigger()
    return window.feature(TourFeature)


def at(tour: TourFeature) -> str:
    return "" if tour.step is None else tour.step.key


def is_around(tour: TourFeature, target: QWidget) -> bool:
    """Return whether the outline surrounds ``target``."""
    window = tour.pointer.outline.window()
    place = target.rect().translated(target.mapTo(window, QPoint())).intersected(window.rect())
    return tour.pointer.outline.geometry().contains(place)


def test_nothing_of_it_is_imported_with_the_window() -> None:
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; from aegui.app import App;"
        "from aegui.session.settings import Settings; q = QApplication([]);"
        "app = App(q, Settings()); found = [n for n in sys.modules if 'features.tour.' in n];"
        "app.shutdown(); sys.exit(str(found) if found else 0)"
    )
    python("-c", code)


def covers(tour: TourFeature) -> bool:
    """Return whether the card covers a figure in a panel."""
    return any(figure.intersects(tour.card.geometry()) for figure in tour._figures())


def test_the_card_covers_no_figures_where_there_is_other_room(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1280, 781)
    tour = begin(window)
    assert overlay_area_of(window.canvas).is_occupied, "the hints give way"
    for step in STEPS:
        target = window.landmark(step.place)
        assert target is not None
        qtbot.waitUntil(partial(is_around, tour, target))
        # Above the time bar there are only panels.
        if step.key != "time":
            qtbot.waitUntil(lambda: not covers(tour))
        tour.card.next.click()
    assert not overlay_area_of(window.canvas).is_occupied


def test_each_step_stands_beside_what_it_speaks_of(window: MainWindow, qtbot: QtBot) -> None:
    tour = begin(window)
    assert tour.card.next.hasFocus(), "the keys are with it when it was asked for"
    for number, step in enumerate(STEPS, start=1):
        assert at(tour) == step.key
        assert window.perspective == step.arrangement
        target = window.landmark(step.place)
        assert target is not None
        qtbot.waitUntil(tour.pointer.outline.isVisible)
        qtbot.waitUntil(target.isVisible)

        qtbot.waitUntil(partial(is_around, tour, target))
        place = target.rect().translated(target.mapTo(window, QPoint()))
        assert window.rect().contains(tour.card.geometry())
        if step.place == "map":
            # The card may cover a corner of the map if it would otherwise cover figures.
            assert place.contains(tour.card.geometry().center()) or not covers(tour)
        else:
            assert not tour.card.geometry().intersects(place), step.key
        assert f"step {number} of 8" in tour.card.accessibleName()
        assert tour.card.next.text() == ("Next" if number < 8 else "Finish")
        tour.card.next.click()
    assert at(tour) == ""
    assert not tour.card.isVisible()
    assert not tour.pointer.outline.isVisible()
    assert window.settings.values[STEP] == 0


def test_it_goes_on_when_something_was_tried(window: MainWindow, qtbot: QtBot) -> None:
    services = window._services
    with qtbot.waitSignal(services.workspace.document_changed):
        assert services.workspace.open(shipped_model())
    tour = begin(window)
    # Shorten the reading time after a completed step.
    tour._rest.setInterval(100)
    canvas = window.canvas
    for step in range(60):
        QTest.mouseMove(canvas, QPoint(120 + 4 * step, 200 + step))
    qtbot.waitUntil(lambda: at(tour) == "draw")
    assert not tour.card.done.isVisible()
    services.drawing.invert()
    assert tour.card.done.isVisible()
    qtbot.waitUntil(lambda: at(tour) == "noise")
    services.drawing.apply_noise(*services.drawing.noise)
    qtbot.waitUntil(lambda: at(tour) == "build")
    services.workspace.annotations.pin(np.array((0.1, 0.1), np.float32))
    recipe = with_value(services.workspace.recipe, "training.epochs", 50)
    services.workspace.edit_recipe(recipe, "epochs")
    with qtbot.waitSignal(services.workspace.document_changed):
        assert services.workspace.open(shipped_model())
    assert not tour.card.done.isVisible(), "the network has not been edited"
    recipe = with_value(recipe, "network.output_slope", 2.0)
    services.workspace.edit_recipe(recipe, "units")
    qtbot.waitUntil(lambda: at(tour) == "train")
    train(qtbot, window)
    qtbot.waitUntil(lambda: at(tour) == "time")
    services.showing.show_epoch(services.shown.recorded_epochs.epochs[0])  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: at(tour) == "compare")
    services.of(Selection).select(np.array([1, 2]))
    qtbot.waitUntil(lambda: at(tour) == "make")
    for place in ((0.1, 0.2), (0.3, -0.2)):
        services.workspace.annotations.pin(np.array(place, np.float32))
    assert tour.card.done.isVisible()
    assert at(tour) == "make", "the last one stays until it is put away"


def test_it_is_left_and_goes_on_where_it_was(window: MainWindow) -> None:
    tour = begin(window)
    tour.card.next.click()
    tour.card.next.click()
    tour.card.back.click()
    assert at(tour) == "draw"
    tour.card.next.setFocus()
    QTest.keyClick(tour.card.next, Qt.Key.Key_Escape)
    assert at(tour) == ""
    assert window.canvas.hasFocus(), "the keys are somewhere"
    # Stored for the next start.
    assert window.settings.values[STEP] == 1
    begin(window)
    assert at(tour) == "draw"
    tour.card.leave.click()
    window.settings.keep({STEP: 99})
    begin(window)
    assert at(tour) == STEPS[0].key


def test_the_program_stays_usable(window: MainWindow, qtbot: QtBot) -> None:
    tour = begin(window)
    assert window.isEnabled()
    place = tour.pointer.outline.geometry().center()
    assert window.childAt(place) is not tour.pointer.outline, "the mouse goes through"
    window.actions_table["build"].trigger()
    assert window.perspective == "build"
    window.docks["builder"].hide()
    tour.card.next.click()
    tour.card.next.click()
    tour.card.next.click()
    assert window.docks["builder"].isVisible(), "what it speaks of is brought to the front"
    window.docks["builder"].hide()
    qtbot.waitUntil(lambda: not tour.pointer.outline.isVisible())
    assert tour.card.isVisible()
    window.resize(1000, 640)
    qtbot.waitUntil(lambda: window.rect().contains(tour.card.geometry()))


def test_it_speaks_spanish() -> None:
    set_language("es")
    for step in STEPS:
        assert tr(step.title) != step.title
        assert tr(step.text) != step.text
