"""The phase diagram by itself: it fills, tells its cells, asks for networks, becomes a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.core.study.plan import load_plan
from aegui.core.study.records import Records
from aegui.core.study.study import Study
from aegui.core.study.workers import InProcess, StudyControl
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
    """Of a study of two axes that is done."""
    # Everything is a success: 35 pixels are all that there are.
    goal = {"figure": "worst", "at_most": 35}
    plan = load_plan(write_plan(tmp_path, axes=[WIDTH, RATE], goal=goal, set=SMALL))
    study = Study(plan, tmp_path, Records())
    assert list(study.run(InProcess(), StudyControl()))
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
    assert "100 %" in page.table.words((0, 0))
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
    # An axis is not set against itself.
    assert page.diagram is not None
    assert page.diagram.shares.shape == (1, 2)
    assert page.diagram.runs.tolist() == [[6, 6]]
    # New figures of the same study leave the choice alone.
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
    assert len(figure.csv.splitlines()) == 1 + 4
    assert len(figure_bytes(figure, Paper(), form)) > 1000
