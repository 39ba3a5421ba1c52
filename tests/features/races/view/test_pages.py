"""The pages of races alone: their content, marks and requests."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.races.optimizers import RACERS, RaceSpec, race
from aegui.core.races.smallest import OWN, SEARCH, Attempt, Challenge
from aegui.core.races.surface import frame_of, loss_surface, plane_of
from aegui.features.races.model.race_runs import RaceUpdate
from aegui.features.races.model.smallest_search import ChallengeSheet
from aegui.features.races.view.panel import BEST, RacePage, SmallestPage
from aegui.kit.charts.lines import LinePlot
from aegui.kit.charts.surface import SurfacePlot
from tests.features.races.tasks import DATASET, TASK

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture(scope="module")
def news() -> RaceUpdate:
    *_, state = race(TASK, DATASET, RaceSpec(("adam", "sgd", "lbfgs"), 12, 5.0))
    return RaceUpdate(state, plane_of(state, "ends"))


@pytest.fixture
def page(qtbot: QtBot) -> RacePage:
    made = RacePage()
    qtbot.addWidget(made)
    made.resize(1000, 420)
    made.show()
    return made


def test_a_race_is_asked_for_as_it_is_chosen(qtbot: QtBot, page: RacePage) -> None:
    assert page.spec.optimizers == RACERS
    menu = page.racers.menu()
    assert menu is not None
    for action in menu.actions():
        if action.data() in {"powell", "bfgs"}:
            action.setChecked(False)
    page.form.fields["epochs"].setValue(300)  # type: ignore[union-attr]
    page.form.fields["seconds"].setValue(4)  # type: ignore[union-attr]
    page.rates["adam"].setValue(0.02)
    with qtbot.waitSignal(page.start_requested) as heard:
        QTest.mouseClick(page.start, Qt.MouseButton.LeftButton)
    spec: RaceSpec = heard.args[0]
    assert spec.optimizers == ("sgd", "momentum", "rmsprop", "adam", "lbfgs", "cg")
    assert (spec.epochs, spec.seconds) == (300, 4.0)
    assert spec.rates == {"adam": 0.02}
    page.set_busy(True)
    assert not page.start.isEnabled()
    assert page.stop.isEnabled()


def test_lines_go_by_three_clocks(page: RacePage, news: RaceUpdate) -> None:
    page.set_news(news)
    ends = {}
    for clock in ("epochs", "evaluations", "seconds"):
        page.clock.set_value(clock)
        page.clock.edited.emit(clock)
        plot = page.lines.plot
        assert isinstance(plot, LinePlot)
        assert len(plot.series) == 3
        ends[clock] = plot.x.scale.high
    lanes = news.state.lanes
    assert ends["epochs"] == 12
    assert ends["evaluations"] == max(lane.evaluations[-1] for lane in lanes)
    assert ends["seconds"] == pytest.approx(max(lane.seconds[-1] for lane in lanes))
    plot = page.lines.plot
    assert isinstance(plot, LinePlot)
    assert plot.y.scale.is_log
    page.is_log.setChecked(False)
    plot = page.lines.plot
    assert isinstance(plot, LinePlot)
    assert not plot.y.scale.is_log


def test_who_cannot_take_part_has_the_reason_in_the_row(page: RacePage, news: RaceUpdate) -> None:
    lanes = news.state.lanes
    none = np.zeros(0)
    refused = replace(
        lanes[1], epochs=none, loss=none, wrong=none, refused="It needs 610 MB of memory."
    )
    page.set_news(replace(news, state=replace(news.state, lanes=(lanes[0], refused, lanes[2]))))
    last = page.table.rowCount() - 1
    item = page.table.item(last, 1)
    assert item is not None
    assert item.text() == "It needs 610 MB of memory."
    assert page.table.columnSpan(last, 1) > 3
    page.set_news(news)
    assert page.table.columnSpan(last, 1) == 1


def test_a_long_reason_makes_no_column_wide(qtbot: QtBot, page: RacePage, news: RaceUpdate) -> None:
    page.resize(700, 560)
    lanes, none = news.state.lanes, np.zeros(0)
    refused = replace(lanes[1], epochs=none, loss=none, wrong=none, refused="It is large. " * 40)
    page.set_news(replace(news, state=replace(news.state, lanes=(lanes[0], refused, lanes[2]))))
    qtbot.wait(1)
    assert page.table.horizontalScrollBar().maximum() == 0
    item = page.table.item(page.table.rowCount() - 1, 1)
    assert item is not None
    assert item.toolTip() == refused.refused


def test_the_figures_of_the_standings_are_seen_in_a_narrow_panel(
    qtbot: QtBot, page: RacePage, news: RaceUpdate
) -> None:
    page.resize(700, 560)
    page.set_news(news)
    qtbot.wait(1)
    table = page.table
    last = table.columnCount() - 1
    end = table.columnViewportPosition(last) + table.columnWidth(last)
    assert end <= table.viewport().width()
    assert page.lines.height() > 200


def test_the_loss_lies_under_the_trails_once_it_is_known(page: RacePage, news: RaceUpdate) -> None:
    page.set_news(news)
    plot = page.trails.plot
    assert isinstance(plot, SurfacePlot)
    assert plot.shades.size == 0
    assert news.plane is not None
    rect = frame_of(news.state, news.plane)
    page.set_surface(next(iter(loss_surface(TASK, DATASET, news.plane, rect))))
    plot = page.trails.plot
    assert isinstance(plot, SurfacePlot)
    assert plot.shades.size > 0
    assert float(plot.shades.min()) == 0.0
    assert float(plot.shades.max()) == 1.0
    assert [len(trail.coordinates) for trail in plot.trails] == [
        len(lane.trail) for lane in news.state.lanes
    ]
    figure = page._trails_figure()
    assert figure is not None
    assert news.plane.words in figure.origin


def test_a_lane_is_marked_everywhere_and_taken_into_the_recipe(
    qtbot: QtBot, page: RacePage, news: RaceUpdate
) -> None:
    page.set_news(news)
    page.lines.chosen.emit(1)
    place = page.table.selectionModel().selectedRows()[0].row()
    item = page.table.item(place, 0)
    assert item is not None
    assert item.text().startswith("SGD")
    with qtbot.waitSignal(page.optimizer_requested) as heard:
        page.trails.activated.emit(2)
    key, rate = heard.args
    assert key == "lbfgs"
    assert math.isnan(rate)


def attempt(widths: str, parameters: int, *, holds: bool, by: str = SEARCH) -> Attempt:
    return Attempt(widths, parameters, 2 * holds, 2, holds, by, widths, {})


def test_who_leads_the_challenge_is_said(qtbot: QtBot) -> None:
    page = SmallestPage()
    qtbot.addWidget(page)
    page.resize(900, 400)
    page.show()
    goal = Challenge(1, 2, 2)
    small = attempt("35-3-2-3-35", 300, holds=False)
    found = attempt("35-5-2-5-35", 450, holds=True)
    page.set_sheet(ChallengeSheet(goal, (found, small)))
    assert "35-5-2-5-35" in page.leader.text()
    stars = [page.table.item(row, 0) for row in range(2)]
    assert [star.text() for star in stars if star is not None] == ["", BEST]
    own = attempt("35-4-2-4-35", 380, holds=True, by=OWN)
    page.set_sheet(ChallengeSheet(goal, (found, small, own)))
    assert "it is yours" in page.leader.text()
    plot = page.chart.plot
    assert isinstance(plot, LinePlot)
    lines = {series.name: series.y for series in plot.series}
    assert lines["fewest so far"].tolist() == [450, 450, 380]
    # Painted first, so that it does not cover the dots of those that reach the goal.
    assert plot.series[0].name == "fewest so far"
    assert lines["reaches it"][[0, 2]].tolist() == [450, 380]
    opened: list[Attempt] = []
    page.open_requested.connect(opened.append)
    place = page.table.visualRect(page.table.model().index(1, 1)).center()
    for press in (QTest.mouseClick, QTest.mouseDClick):
        press(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened == [own]
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert opened == [own, found]
    figure = page.figure()
    assert figure is not None
    assert len(figure.csv.splitlines()) == 4


def test_a_goal_asks_for_no_more_seeds_than_there_are(qtbot: QtBot) -> None:
    page = SmallestPage()
    qtbot.addWidget(page)
    with qtbot.waitSignal(page.goal_edited) as heard:
        page.form.fields["seeds"].setValue(3)  # type: ignore[union-attr]
    assert heard.args[0] == Challenge(1, 3, 3)
