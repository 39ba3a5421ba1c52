"""Optimiser races in the real window: opened, run, and their results adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.features.races.model.race_runs import RaceRuns
from aegui.features.races.model.smallest_search import SmallestSearch
from aegui.features.races.view.panel import RacesPanel
from aegui.widgets.figures.race_kinds import RaceView
from aegui.widgets.figures.races import race_plot, trails_plot
from tests.window.conftest import SMALL

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

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
    panel.smallest.table.itemDoubleClicked.emit(panel.smallest.table.item(0, 1))
    assert services.workspace.recipe.network == SMALL.network
