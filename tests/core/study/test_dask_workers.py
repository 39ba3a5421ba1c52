"""A study on a cluster of Dask: the same figures, whoever is lost on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from aegui.core.study.dask_workers import Scheduler
from tests.processes import ROOT, python

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import json, os, signal, sys
from pathlib import Path

if __name__ == "__main__":
    from distributed import LocalCluster
    from aegui.core.study import dask_workers
    from aegui.core.study.dask_workers import DaskWorkers, Scheduler
    from aegui.core.study.plan import plan_from
    from aegui.core.study.records import Records
    from aegui.core.study.study import Study
    from aegui.core.study.workers import InlineWorkers, StudyControl
    from aegui.core.errors import AeguiError

    def plan_of(epochs):
        return plan_from({
            "format": "aegui-study", "version": 1, "name": "test", "seeds": {"count": 20},
            "set": {"training.epochs": epochs, "data.chars": "abcdef",
                    "training.goals.max_wrong_pixels": None},
            "axes": [{"label": "units", "rows": [
                {"label": str(n), "set": {"network.encoder": [{"units": n}]}} for n in (6, 7, 8)]}],
        })

    def done(plan, workers, each=lambda study: None, control=None):
        study = Study(plan, Path(), Records())
        for _ in study.run(workers, control or StudyControl()):
            each(study)
        return study.result()

    found = {}
    with LocalCluster(2, processes=True, threads_per_worker=1, dashboard_address=None) as cluster:
        cluster.wait_for_workers(2)
        workers = DaskWorkers(Scheduler(cluster.scheduler_address))
        found["jobs"] = workers.jobs
        killed = []

        def kill(study):
            busy = [address for address, tasks in workers._client.processing().items() if tasks]
            if not killed and busy:
                pid = workers._client.run(os.getpid)[busy[0]]
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

        plan = plan_of(1500)
        there = done(plan, workers, kill)
        here = done(plan, InlineWorkers())
        found["killed"] = len(killed)
        found["losses"] = [
            [cell.values("loss") for cell in result.cells] for result in (there, here)
        ]
        control = StudyControl()
        def stop(study):
            if any(workers._shares.values()):
                control.stop = True
        stopped = done(plan_of(50_000_000), workers, stop, control)
        found["stopped"] = stopped.is_complete
        ours = dask_workers.versions()
        dask_workers.versions = lambda: ours | {"aegui": "0.0.1"}
        try:
            done(plan_of(3), workers)
        except AeguiError as error:
            found["refused"] = str(error)
        workers.close()
    Path(sys.argv[1]).write_text(json.dumps(found))
"""


@pytest.mark.slow
def test_a_cluster_finds_what_this_computer_finds_though_a_worker_is_killed(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra “cluster” is not installed")
    script, out = tmp_path / "script.py", tmp_path / "found.json"
    script.write_text(SCRIPT)
    # The processes of the cluster look for the program where this one has found it.
    python(script, out, PYTHONPATH=str(ROOT))
    found = json.loads(out.read_text())
    assert found["jobs"] == 2
    assert found["killed"] == 1
    there, here = found["losses"]
    assert [len(values) for values in there] == [20, 20, 20]
    for one, other in zip(there, here, strict=True):
        assert one == pytest.approx(other, rel=1e-3)
    assert not found["stopped"]
    assert "this program aegui 0.0.1" in found["refused"]


def test_nobody_there_is_said() -> None:
    pytest.importorskip("distributed", reason="the extra “cluster” is not installed")
    line = "from aegui.core.study import dask_workers\n"
    # It is asked again until then, and never answers.
    line += "dask_workers._CONNECT_SECONDS = 1\n"
    line += "dask_workers.DaskWorkers(dask_workers.Scheduler('tcp://127.0.0.1:1'))"
    command = [sys.executable, "-c", line]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "The scheduler tcp://127.0.0.1:1 cannot be reached: " in told.stderr


@pytest.mark.parametrize(
    ("address", "exposed"),
    [
        ("tcp://127.0.0.1:8786", False),
        ("localhost:8786", False),
        ("tcp://[::1]:8786", False),
        ("tls://cluster.example:8786", False),
        ("tcp://cluster.example:8786", True),
        ("10.1.2.3:8786", True),
    ],
)
def test_an_open_connection_to_elsewhere_is_warned_of(address: str, exposed: bool) -> None:
    assert Scheduler(address).is_exposed == exposed
    assert ("not encrypted" in Scheduler(address).warning) == exposed
