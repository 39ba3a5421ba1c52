"""The panel of studies by itself: a plan in words, its table, its chart, what is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.cost import Cost
from aegui.core.study.plan import load_plan
from aegui.core.study.records import Records
from aegui.core.study.study import Study
from aegui.core.study.workers import InProcess, StudyControl
from aegui.features.studies.model.study_runs import StudySheet
from aegui.features.studies.view.panel import StudiesPanel
from aegui.features.studies.view.settings_table import BEST
from tests.features.studies.plans import write_plan

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.core.study.settings import StudySetting


@pytest.fixture
def panel(qtbot: QtBot) -> StudiesPanel:
    made = StudiesPanel()
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show()
    return made


@pytest.fixture
def sheet(tmp_path: Path) -> StudySheet:
    """A study that is done, its memory in words."""
    path = write_plan(tmp_path, published=[{"where": {"rate": "0.02"}, "text": "0.3 <px>"}])
    plan = load_plan(path)
    study = Study(plan, tmp_path, Records())
    assert list(study.run(InProcess(), StudyControl()))
    found = StudySheet(path, plan).found(study.result())
    return StudySheet(
        path, plan, found.result, found.header, found.rows, found.best, ("a < b",), Cost(90.0)
    )


def test_a_plan_is_told_and_its_settings_fill_the_table(
    panel: StudiesPanel, sheet: StudySheet
) -> None:
    panel.set_sheet(StudySheet(sheet.path, sheet.plan))
    assert "0.02, 0.002" in panel.words.text()
    assert "2 settings of 3 seeds: 6 runs, seeds 3 to 5" in panel.words.text()
    assert "Worst sample at most 1" in panel.words.text()
    assert not panel.start.isEnabled()
    assert panel.chart.plot is None
    panel.set_sheet(sheet)
    assert "2 min" in panel.cost.text()
    assert panel.start.isEnabled()
    assert panel.table.rowCount() == 2
    titles = [panel.table.horizontalHeaderItem(at) for at in range(panel.table.columnCount())]
    assert [title.text() for title in titles if title][1] == "rate"
    marks = [panel.table.item(row, 0) for row in range(2)]
    assert [mark.text() for mark in marks if mark].count(BEST) == 1
    assert panel.verdict.toPlainText() == "a < b"
    assert sheet.result is not None
    plot = panel.chart.plot
    assert plot is not None
    assert plot.names == ("0.02", "0.002")
    assert [len(dots) for dots in plot.dots] == [3, 3]
    assert plot.groups[0][1][0] == pytest.approx(sum(plot.dots[0]) / 3)
    figure = panel.chart.figure()
    assert figure is not None
    assert len(figure.csv.splitlines()) == 1 + 6


def test_a_run_of_the_chosen_row_is_asked_for(
    qtbot: QtBot, panel: StudiesPanel, sheet: StudySheet
) -> None:
    panel.set_sheet(sheet)
    assert not panel.open_run.isVisible()
    panel.table.selectRow(1)
    assert panel.open_run.isVisible()
    panel.seeds.setCurrentIndex(2)
    # While the table fills the choice stays.
    panel.set_sheet(sheet)
    assert panel.seeds.currentData() == 5
    with qtbot.waitSignal(panel.run_requested) as heard:
        QTest.mouseClick(panel.open_run, Qt.MouseButton.LeftButton)
    setting: StudySetting = heard.args[0]
    assert setting.labels == {"rate": "0.002"}
    assert setting.run(heard.args[1]).seed == 5


def test_while_runs_are_under_way_nothing_else_is_chosen(
    qtbot: QtBot, panel: StudiesPanel, sheet: StudySheet
) -> None:
    panel.set_plans([(Path("other.json"), sheet.plan)])
    panel.set_sheet(sheet)
    panel.set_busy(True)
    assert not panel.plans.isEnabled()
    assert not panel.start.isEnabled()
    with qtbot.waitSignal(panel.pause_toggled, check_params_cb=bool):
        panel.pause.click()
    assert panel.pause.text() == "Go on"
    with qtbot.waitSignal(panel.cancel_requested):
        panel.cancel.click()
    panel.set_busy(False)
    assert panel.pause.text() == "Pause"
    assert panel.start.isEnabled()


def test_a_plan_of_ones_own_joins_the_list(panel: StudiesPanel, sheet: StudySheet) -> None:
    panel.set_plans([(Path("other.json"), sheet.plan)])
    panel.set_sheet(sheet)
    panel.set_sheet(sheet)
    assert panel.plans.count() == 2
    item = panel.plans.currentItem()
    assert item is not None
    assert item.text().startswith("tiny\nrate")
