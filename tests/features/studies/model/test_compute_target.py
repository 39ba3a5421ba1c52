"""Where a study of the window is trained: a real local cluster, and one without response."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aegui.features.studies.model.compute_target import CLUSTER, SETTINGS_PREFIX, ComputeTarget
from aegui.session.settings import Settings
from tests.features.studies.plans import write_plan
from tests.processes import ROOT, python

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import json, sys
from dataclasses import replace
from pathlib import Path

if __name__ == "__main__":
    from distributed import LocalCluster
    from aegui.qt_import import import_qt
    import_qt()
    from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
    from aegui.core.study import dask_workers
    from aegui.features.studies.model.compute_target import CLUSTER, ComputeTarget
    from aegui.features.studies.model.study_runs import StudyRuns

    app = QCoreApplication([])
    runs = StudyRuns()
    found = {"failed": [], "texts": []}
    runs.failed.connect(found["failed"].append)
    runs.job.progressed.connect(lambda progress: found["texts"].append(progress.text))

    def wait(holds):
        loop, timer = QEventLoop(), QTimer()
        timer.timeout.connect(lambda: loop.quit() if holds() else None)
        timer.start(20)
        loop.exec()

    def done():
        runs.start()
        wait(lambda: not runs.job.is_busy)

    with LocalCluster(1, processes=True, threads_per_worker=1, dashboard_address=None) as cluster:
        runs.choose(Path(sys.argv[1]))
        wait(lambda: runs.sheet is not None and runs.sheet.cost is not None)
        runs.target = ComputeTarget(CLUSTER, "tcp://127.0.0.1:1")
        # Nobody is there, however long it is asked.
        patience, dask_workers._CONNECT_SECONDS = dask_workers._CONNECT_SECONDS, 1
        done()
        dask_workers._CONNECT_SECONDS = patience
        found["before"] = [len(cell.runs) for cell in runs.sheet.result.cells]
        runs.target = replace(runs.target, address=cluster.scheduler_address)
        done()
        found["after"] = [len(cell.runs) for cell in runs.sheet.result.cells]
    runs.shutdown()
    Path(sys.argv[2]).write_text(json.dumps(found))
"""


@pytest.mark.slow
def test_a_study_of_the_window_is_done_on_a_cluster_once_one_answers(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra “cluster” is not installed")
    script, out = tmp_path / "script.py", tmp_path / "found.json"
    script.write_text(SCRIPT)
    plan = write_plan(tmp_path)
    python(script, plan, out, PYTHONPATH=str(ROOT))
    found = json.loads(out.read_text())
    (told,) = found["failed"]
    assert told.startswith("The scheduler tcp://127.0.0.1:1 cannot be reached: ")
    assert found["before"] == [0, 0]
    assert found["after"] == [3, 3]
    assert "Connecting to tcp://127.0.0.1:1…" in found["texts"]


def test_a_place_is_kept_among_the_settings_and_says_what_is_wrong(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra “cluster” is not installed")
    place = ComputeTarget(CLUSTER, "tls://cluster.example:8786", str(tmp_path / "ca.pem"))
    settings = Settings()
    assert settings.form(SETTINGS_PREFIX, ComputeTarget()) == ComputeTarget()
    settings.keep_form(SETTINGS_PREFIX, place)
    assert settings.form(SETTINGS_PREFIX, ComputeTarget()) == place
    settings.values = {"study.place.kind": "the moon"}
    assert settings.form(SETTINGS_PREFIX, ComputeTarget()) == ComputeTarget()
    assert place.problem == f"There is no file {tmp_path / 'ca.pem'}."
    (tmp_path / "ca.pem").write_text("")
    assert place.problem == ""
    assert ComputeTarget(CLUSTER).problem.startswith("Give the address")
    assert ComputeTarget(CLUSTER).warning == ""
    assert "not encrypted" in ComputeTarget(CLUSTER, "tcp://[half typed").warning
