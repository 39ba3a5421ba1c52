"""Studies in the real window: opened by the action, run, saved, a run taken as the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.study.plan import list_plans
from aegui.features.studies import feature as wiring
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.features.studies.view.panel import StudiesPanel
from tests.features.studies.plans import ENDLESS, write_plan
from tests.window.conftest import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow

LONG_MS = 60_000


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> StudiesPanel:
    window.actions_table["studies"].trigger()
    panel = window.panel(StudiesPanel)
    qtbot.waitUntil(lambda: panel.plans.count() == len(list_plans()), timeout=LONG_MS)
    assert panel.isVisible()
    assert window.perspective == "compare"
    return panel


def open_plan(
    window: MainWindow, panel: StudiesPanel, qtbot: QtBot, path: Path, patch: pytest.MonkeyPatch
) -> None:
    patch.setattr(wiring, "choose_plan_file", lambda *_: str(path))
    panel.open.click()
    qtbot.waitUntil(panel.start.isEnabled, timeout=LONG_MS)


def test_a_study_is_run_saved_and_one_of_its_runs_made_the_draft(
    window: MainWindow,
    panel: StudiesPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_plan(window, panel, qtbot, write_plan(tmp_path), monkeypatch)
    assert panel.table.rowCount() == 2
    runs = window._services.of(StudyRuns)
    panel.start.click()
    assert panel.cancel.isEnabled()
    qtbot.waitUntil(lambda: not runs.job.is_busy and panel.verdict.toPlainText() != "")
    assert panel.cost.text() == "All its runs are done."
    assert not panel.start.isEnabled()
    path = tmp_path / "out.csv"
    monkeypatch.setattr(wiring, "choose_save_file", lambda *_: str(path))
    with qtbot.waitSignal(runs.written):
        panel.save.click()
    assert len(path.read_text().splitlines()) == 1 + 6
    panel.table.selectRow(1)
    panel.seeds.setCurrentIndex(1)
    panel.open_run.click()
    workspace = window._services.workspace
    assert workspace.recipe.seed == 4
    assert workspace.recipe.training.optimizer.learning_rate == 0.002
    assert workspace.recipe.training.epochs == 12
    assert workspace.resolution.resolved is not None
    workspace.undo_stack.undo()
    assert workspace.recipe == SMALL


def test_a_long_study_is_given_up_at_once(
    window: MainWindow,
    panel: StudiesPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_plan(tmp_path, "endless", set=ENDLESS)
    open_plan(window, panel, qtbot, path, monkeypatch)
    panel.start.click()
    qtbot.waitUntil(lambda: "left" in panel.text.text())
    panel.pause.click()
    runs = window._services.of(StudyRuns)
    assert runs.is_paused
    panel.cancel.click()
    assert not runs.job.is_busy
    assert not panel.cancel.isEnabled()
    qtbot.waitUntil(panel.start.isEnabled)


def test_a_plan_with_a_mistake_is_one_message(
    window: MainWindow,
    panel: StudiesPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = write_plan(tmp_path, "bad", axes=[{"path": "training.epoch", "values": [1]}])
    monkeypatch.setattr(wiring, "choose_plan_file", lambda *_: str(bad))
    with qtbot.waitSignal(window._services.of(StudyRuns).failed) as heard:
        panel.open.click()
    assert "training.epochs" in heard.args[0]
    assert panel.cost.text() == ""
    assert not panel.start.isEnabled()
