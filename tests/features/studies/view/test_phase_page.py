"""The phase diagram alone: it fills, describes its cells, opens networks, becomes a figure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.core.study.plan import Goal, load_plan
from aegui.core.study.records import Records
from aegui.core.study.study import Study
from aegui.core.study.workers import InlineWorkers, StudyControl
from aegui.features.studies.model.study_runs import StudySheet
from aegui.features.studies.view.phase_page import PhasePage
from aegui.kit.charts.figure import Paper, figure_bytes
from tests.features.studies.plans import RATE, SMALL, write_plan

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

WIDTH = {"label": "width", "path": "network.encoder.0.units", "values": [4, 8]}


@pytest.fixture
def page(qtbot: QtBot) -> PhasePage:
    made = PhasePage()
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    return made


@pytest.fixture
def sheet(tmp_path: Path) -> StudySheet:
    """Return the sheet of a finished study of two axes."""
    # Every run succeeds, as images have only 35 pixels.
    goal = {"figure": "worst", "at_most": 35}
    plan = load_plan(write_plan(tmp_path, axes=[WIDTH, RATE], goal=goal, set=SMALL))
    study = Study(plan, tmp_path, Records())
    assert list(study.run(InlineWorkers(), StudyControl()))
    return StudySheet(tmp_path / "tiny.aegui-study", plan).found(study.result())


def middle(page: PhasePage, row: int, column: int) -> QPoint:
    return page.table.cell_rect((row, column)).center().toPoint()


def test_it_begins_empty_and_fills(page: PhasePage, sheet: StudySheet) -> None:
    page.set_sheet(StudySheet(sheet.path, sheet.plan))
    assert "Nothing to show" in page.placeholder.message
    page.set_sheet(sheet)
    assert not page.placeholder.message
    image = page.table.grab().toImage()
    at = middle(page, 0, 0) + QPoint(12, 6)
    full = image.pixelColor(at)
    assert page.diagram is not None
    assert page.diagram.shares.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert "100%" in page.table.words((0, 0))
    none = sheet.plan.model_copy(
        update={"goal": sheet.plan.goal.model_copy(update={"at_most": -1.0})}  # type: ignore[union-attr]
    )
    assert sheet.result is not None
    study = StudySheet(sheet.path, none).found(
        type(sheet.result)(none, sheet.result.cells, (), 0.0, 0, True)
    )
    page.set_sheet(study)
    assert page.diagram.shares.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    empty = page.table.grab().toImage().pixelColor(at)
    assert empty.lightness() > full.lightness() + 20


def test_a_click_chooses_a_cell_and_asks_for_its_networks(
    qtbot: QtBot, page: PhasePage, sheet: StudySheet
) -> None:
    page.set_sheet(sheet)
    assert page.across.currentData() == "width"
    assert page.upwards.currentData() == "rate"
    assert sheet.result is not None
    with qtbot.waitSignals([page.setting_chosen, page.networks_requested]) as heard:
        QTest.mouseClick(page.table, Qt.MouseButton.LeftButton, pos=middle(page, 0, 1))
    del heard
    chosen: list[int] = []
    page.setting_chosen.connect(chosen.append)
    QTest.mouseClick(page.table, Qt.MouseButton.LeftButton, pos=middle(page, 0, 1))
    labels = sheet.result.cells[chosen[0]].setting.labels
    assert labels == {"width": "8", "rate": "0.002"}
    with qtbot.waitSignal(page.step_requested) as step:
        QTest.mouseClick(page.previous, Qt.MouseButton.LeftButton)
    assert step.args == [-1]


def test_axes_are_chosen(page: PhasePage, sheet: StudySheet) -> None:
    page.set_sheet(sheet)
    page.across.setCurrentIndex(page.across.findData("rate"))
    page.across.activated.emit(page.across.currentIndex())
    # An axis is not combined with itself.
    assert page.diagram is not None
    assert page.diagram.shares.shape == (1, 2)
    assert page.diagram.runs.tolist() == [[6, 6]]
    # New figures of the same study keep the choice.
    page.set_sheet(sheet)
    assert page.across.currentData() == "rate"


def test_without_a_goal_it_says_so(page: PhasePage, sheet: StudySheet) -> None:
    assert sheet.result is not None
    plan = sheet.plan.model_copy(update={"goal": None})
    bare = StudySheet(sheet.path, plan).found(
        type(sheet.result)(plan, sheet.result.cells, (), 0.0, 0, True)
    )
    page.set_sheet(bare)
    assert "goal" in page.placeholder.message
    assert page.figure() is None


@pytest.mark.parametrize("form", ["png", "svg"])
def test_it_leaves_with_caption_and_numbers(page: PhasePage, sheet: StudySheet, form: str) -> None:
    page.set_sheet(sheet)
    figure = page.figure()
    assert figure is not None
    assert "Worst sample at most 35" in figure.title
    assert "12 of 12 runs" in figure.origin
    assert figure.of == sheet.path.stem
    assert len(figure.csv.splitlines()) == 1 + 4
    assert len(figure_bytes(figure, Paper(), form)) > 1000


@pytest.fixture
def cloud(tmp_path: Path) -> StudySheet:
    """Return the sheet of a study of one setting and twelve seeds, seven of them finished."""
    plan = load_plan(write_plan(tmp_path, axes=[], seeds={"first": 3, "count": 12}, set=SMALL))
    study = Study(plan, tmp_path, Records())
    assert list(study.run(InlineWorkers(), StudyControl()))
    (cell,) = study.result().cells
    worst = sorted(run.figures["worst"] for run in cell.runs)
    goal = plan.model_copy(update={"goal": Goal(figure="worst", at_most=worst[2])})
    some = replace(study.result(), plan=goal, cells=(replace(cell, runs=cell.runs[:7]),))
    return StudySheet(tmp_path / "cloud.aegui-study", goal).found(some)


def square(page: PhasePage, item: int) -> QPoint:
    return page.field.view.shapes[item].path.boundingRect().center().toPoint()


def test_of_one_setting_every_seed_is_a_square(
    qtbot: QtBot, page: PhasePage, cloud: StudySheet
) -> None:
    page.set_sheet(cloud)
    assert page.is_of_seeds
    assert not page.across.isVisible()
    assert cloud.result is not None
    (cell,) = cloud.result.cells
    picture = page.field.picture
    assert picture is not None
    assert [picture.runs[item] for item in range(12)] == [(0, seed) for seed in range(3, 15)]
    met = cell.met(cloud.plan)
    assert f"{met} of 7 seeds at the goal" in page.words.text()
    assert "5 more are to come" in page.words.text()
    tip = page.field.view.tip_at(square(page, 2))
    assert tip.startswith("Seed 5: Wrong pixels")
    assert "has not ended" in page.field.view.tip_at(square(page, 8))
    with qtbot.waitSignal(page.network_requested) as heard:
        QTest.mouseClick(page.field.view, Qt.MouseButton.LeftButton, pos=square(page, 2))
    assert heard.args == [0, 5]
    with qtbot.waitSignal(page.network_requested) as heard:
        QTest.mouseClick(page.next, Qt.MouseButton.LeftButton)
    assert heard.args == [0, 6]
    with qtbot.assertNotEmitted(page.network_requested):
        QTest.mouseClick(page.field.view, Qt.MouseButton.LeftButton, pos=square(page, 8))


def test_the_field_fills_in_place_and_is_ordered(page: PhasePage, cloud: StudySheet) -> None:
    assert cloud.result is not None
    (cell,) = cloud.result.cells
    few = replace(cloud.result, cells=(replace(cell, runs=cell.runs[:1]),))
    page.set_sheet(StudySheet(cloud.path, cloud.plan).found(few))
    view = page.field.view
    at = square(page, 4)
    empty = view.grab().toImage().pixelColor(at)
    page.set_sheet(cloud)
    assert square(page, 4) == at
    assert view.grab().toImage().pixelColor(at) != empty
    page.field.order.setCurrentIndex(1)
    page.field.order.activated.emit(1)
    picture = page.field.picture
    assert picture is not None
    wrong = {run.seed: run.figures["wrong"] for run in cell.runs}
    goal = cloud.plan.goal
    assert goal is not None
    met = {run.seed: goal.is_met(run.figures["worst"]) for run in cell.runs}
    order = [picture.runs[item][1] for item in range(12)]
    assert order[:7] == sorted(wrong, key=lambda seed: (not met[seed], wrong[seed]))
    assert order[7:] == list(range(10, 15))
    figure = page.figure()
    assert figure is not None
    assert "best first" in figure.origin
    assert [line.split(",")[0] for line in figure.csv.splitlines()[1:]] == list(map(str, order))
    assert figure_bytes(figure, Paper(), "svg").startswith(b"<?xml")
    goal_free = cloud.plan.model_copy(update={"goal": None})
    page.set_sheet(StudySheet(cloud.path, goal_free).found(replace(cloud.result, plan=goal_free)))
    assert page.is_of_seeds
    assert page.words.text().startswith("7 of 12 seeds have ended")
