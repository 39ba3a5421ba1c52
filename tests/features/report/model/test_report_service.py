"""The process that writes a hand-in ends with the program."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from aegui.features.report.model.report_service import ReportService, _run

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

_STUBBORN = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
written = pathlib.Path(sys.argv[1])
written.with_suffix(".part").write_text(str(os.getpid()))
written.with_suffix(".part").rename(written)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there a process cannot refuse to end")
def test_a_process_that_does_not_end_by_itself_is_killed_with_the_program(
    qtbot: QtBot, tmp_path: Path
) -> None:
    service, begun = ReportService(), tmp_path / "begun.txt"
    command = [sys.executable, "-c", _STUBBORN, str(begun)]
    service.job.start(
        "Writing",
        lambda report, cancelled: _run(command, tmp_path, tmp_path / "said", report, cancelled),
        lambda _result: None,
        lambda _error: None,
    )
    qtbot.waitUntil(begun.exists, timeout=20_000)
    service.shutdown()
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)
