"""Optimiser races in the real window: opened, run, and their results adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.races.optimizers import RaceSpec
from aegui.core.races.smallest import OWN, Attempt
from aegui.core.recipe import CorruptionSpec
from aegui.core.study.findings import with_noise
from aegui.features.races.model.race_runs import RaceRuns
from aegui.features.races.model.smallest_search import SmallestSearch
from aegui.features.races.view.panel import RacesPanel
from aegui.widgets.figures.race_kinds import RaceView
from aegui.widgets.figures.races import race_plot, trails_plot
from tests.window.conftest import SMALL, stop

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow


def test_the_network_of_the_builder_races_and_shrinks(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table["races"].trigger()
    panel = window.panel(RacesPanel)
    assert panel.isVisible()
    services = window._services
    races, search = services.of(RaceRuns), services.of(SmallestSearch)
    menu = panel.race.racers.menu()
    assert menu is not None
    for action in menu.actions():
        action.setChecked(action.data() in {"adam", "lbfgs"})
    panel.race.form.fields["epochs"].setValue(15)  # type: ignore[union-attr]
    panel.race.start.click()
    assert panel.race.stop.isEnabled()
    qtbot.waitUntil(lambda: not races.job.is_busy)
    assert panel.race.table.rowCount() == 2
    assert races.news is not None
    state = races.news.state
    plane = panel.race._plane
    assert plane is not None
    lines, trails = race_plot(state, RaceView()), trails_plot(state, plane)
    assert lines is not None
    names = [line.name for line in lines.series]
    assert names[::-1] == [trail.name for trail in trails.trails], "both legends have one order"
    panel.race.lines.activated.emit(names.index("L-BFGS-B"))
    assert services.workspace.recipe.training.optimizer.name == "lbfgs"
    services.workspace.undo_stack.undo()
    assert services.workspace.recipe == SMALL
    panel.show_page("smallest")
    panel.smallest.form.fields["most_wrong"].setValue(35)  # type: ignore[union-attr]
    panel.smallest.form.fields["seeds"].setValue(1)  # type: ignore[union-attr]
    panel.smallest.own.click()
    qtbot.waitUntil(lambda: not search.job.is_busy)
    assert "it is yours" in panel.smallest.leader.text()
    panel.smallest.table.selectRow(0)
    QTest.keyClick(panel.smallest.table, Qt.Key.Key_Return)
    assert services.workspace.recipe.network == SMALL.network


def test_during_a_training_nothing_is_taken_over(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table["races"].trigger()
    services, panel = window._services, window.panel(RacesPanel)
    runner, workspace = services.runner, services.workspace
    training = SMALL.training.model_copy(update={"epochs": 1_000_000})
    assert workspace.new(SMALL.model_copy(update={"training": training}))
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: runner.pull() is not None)
    before = workspace.recipe
    panel.race.optimizer_requested.emit("sgd", 0.5)
    assert workspace.recipe == before
    attempt = Attempt("35-3-2-3-35", 300, 2, 2, True, OWN, "key", before.model_dump(mode="json"))
    panel.smallest.open_requested.emit(attempt)
    assert workspace.recipe == before
    assert "Stop it" in window.notifications.shown[-1].text
    stop(qtbot, runner)
    panel.race.optimizer_requested.emit("sgd", 0.5)
    assert workspace.recipe.training.optimizer.name == "sgd"


def test_a_race_is_stopped_and_its_state_stays(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table["races"].trigger()
    race, races = window.panel(RacesPanel).race, window._services.of(RaceRuns)
    race.set_spec(RaceSpec(("adam", "sgd"), 1_000_000, 10_000.0))
    QTest.mouseClick(race.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: race.table.rowCount() == 2)
    QTest.mouseClick(race.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not races.job.is_busy)
    assert race.start.isEnabled()
    assert not race.stop.isEnabled()
    assert races.news is not None
    assert all(len(lane.loss) for lane in races.news.state.lanes)
    assert race.table.rowCount() == 2


def test_why_a_race_ends_is_told_in_a_window_of_another_language(
    window: MainWindow, qtbot: QtBot, app: App
) -> None:
    window.actions_table["races"].trigger()
    race, races = window.panel(RacesPanel).race, window._services.of(RaceRuns)
    race.set_spec(RaceSpec(("adam", "sgd"), 1_000_000, 10_000.0))
    race.start.click()
    qtbot.waitUntil(lambda: race.table.rowCount() == 2)
    window.set_perspective("wander")
    app.use_language("es")
    assert app.window.docks["races"].isHidden()
    races.failed.emit("No.")
    assert app.window.notifications.shown[-1].text == "No."
    races.stop()
    qtbot.waitUntil(lambda: not races.job.is_busy)


def test_who_cannot_take_part_is_told_in_a_window_of_another_language(
    window: MainWindow, qtbot: QtBot, app: App
) -> None:
    workspace, races = window._services.workspace, window._services.of(RaceRuns)
    noise = CorruptionSpec(kind="flip", level=0.1)
    workspace.edit_recipe(with_noise(workspace.recipe, noise), "noise")
    window.actions_table["races"].trigger()
    race = window.panel(RacesPanel).race
    race.set_spec(RaceSpec(("adam", "bfgs"), 5, 2.0))
    race.start.click()
    qtbot.waitUntil(lambda: not races.job.is_busy and race.table.rowCount() == 2)
    item = race.table.item(1, 1)
    assert item is not None
    assert "noise" in item.text()
    app.use_language("es")
    app.window.docks["races"].show()
    again = app.window.panel(RacesPanel).race
    qtbot.waitUntil(lambda: again.table.rowCount() == 2)
    item = again.table.item(1, 1)
    assert item is not None
    assert "ruido" in item.text()
    # What nobody can take part in is a message, sent by a signal of Qt.
    again.set_spec(RaceSpec(("bfgs",), 5, 2.0))
    with qtbot.waitSignal(races.failed):
        again.start.click()
    notice = app.window.notifications.shown[-1]
    assert "ruido" in notice.words
    app.use_language("en")
    assert "noise" in notice.words


def test_races_are_the_same_in_a_window_of_another_language(
    window: MainWindow, qtbot: QtBot, app: App
) -> None:
    window.actions_table["races"].trigger()
    race, races = window.panel(RacesPanel).race, window._services.of(RaceRuns)
    menu = race.racers.menu()
    assert menu is not None
    for action in menu.actions():
        action.setChecked(action.data() in {"sgd", "adam"})
    race.form.fields["epochs"].setValue(15)  # type: ignore[union-attr]
    race.rates["adam"].setValue(0.02)
    # By keys, as a person: a value set by the program is not told.
    for field in (race.clock, race.plane):
        QTest.keyClick(field, Qt.Key.Key_Down)
    race.is_log.click()
    race.start.click()
    qtbot.waitUntil(lambda: not races.job.is_busy and races.surface is not None)
    spec = race.spec
    assert (spec.optimizers, spec.epochs, spec.rates) == (("sgd", "adam"), 15, {"adam": 0.02})
    goal = window.panel(RacesPanel).smallest
    goal.form.fields["most_wrong"].setValue(7)  # type: ignore[union-attr]
    app.use_language("es")
    again = app.window.panel(RacesPanel)
    assert again.race.spec == spec
    assert again.race.clock.value() == race.clock.value() == "evaluations"
    assert again.race.plane.value() == "pca"
    assert not again.race.is_log.isChecked()
    assert again.race._surface is races.surface
    assert again.race._plane is races.surface.plane  # type: ignore[union-attr]
    assert again.race.table.rowCount() == 2
    assert again.smallest.challenge.most_wrong == 7
