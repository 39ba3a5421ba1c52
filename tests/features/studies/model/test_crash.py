"""A window that is killed while it runs a study loses no finished run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from aegui.core.study.records import LINES_FILE, default_folder
from aegui.features.studies.model.study_runs import StudyRuns
from tests.features.studies.plans import write_plan

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

LONG_MS = 60_000
PROGRAM = """
import sys
from pathlib import Path
from aegui.qt_import import import_qt
import_qt()
from PySide6.QtCore import QCoreApplication
from aegui.features.studies.model.study_runs import StudyRuns

app = QCoreApplication([])
runs = StudyRuns()


def start(sheet):
    if sheet.cost and not runs.job.is_busy:
        runs.changed.disconnect(start)
        runs.start()


runs.changed.connect(start)
runs.choose(Path(sys.argv[1]))
app.exec()
"""


def keys_in(path: Path) -> list[str]:
    """Return the keys of the stored runs."""
    try:
        lines = path.read_text("utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return []
    return [json.loads(line)["key"] for line in lines if line.endswith("\n")]


def test_a_killed_window_repeats_nothing_that_had_ended(qtbot: QtBot, tmp_path: Path) -> None:
    epochs = {"label": "epochs", "path": "training.epochs", "values": [10, 5_000_000]}
    path = write_plan(tmp_path, "killed", axes=[epochs])
    kept = default_folder(path) / LINES_FILE
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)])
    try:
        until = time.monotonic() + LONG_MS / 1000
        while len(keys_in(kept)) < 3 and time.monotonic() < until:
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    before = keys_in(kept)
    assert len(before) == 3
    # The plan is shortened to finish soon; finished runs are unchanged.
    path = write_plan(tmp_path, "killed", axes=[{**epochs, "values": [10, 50]}])
    runs = StudyRuns()
    try:
        runs.choose(path)
        qtbot.waitUntil(lambda: runs.sheet is not None and runs.sheet.cost is not None)
        runs.start()
        qtbot.waitUntil(lambda: not runs.job.is_busy)
        assert runs.sheet is not None
        assert runs.sheet.result is not None
        assert runs.sheet.result.is_complete
        assert runs.sheet.result.reused == 3
        after = keys_in(kept)
        assert after[:3] == before
        assert len(set(after)) == len(after) == 6
    finally:
        runs.shutdown()
