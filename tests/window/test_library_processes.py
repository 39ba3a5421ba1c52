"""Two real windows on one library, one of them killed: completed entries are intact."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from aegui.core.library.library import Library

if TYPE_CHECKING:
    import subprocess

    from tests.harness.forked import Forked, Start

WINDOW = """
import sys
from aegui.qt_import import import_qt
import_qt()
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from aegui.app import App
from aegui.features.library.model.keeper import RunKeeper
from aegui.session.settings import Settings
from tests.window.conftest import SMALL, UNASKED
qapp = QApplication([])
app = App(qapp, Settings.model_validate({"language": "en", "theme": "light"} | UNASKED))
app.window.show()
left = int(sys.argv[2])
app.services.workspace.new(SMALL.model_copy(update={"name": sys.argv[1]}))
keeper = app.services.of(RunKeeper)
def train():
    app.window.actions_table["train"].trigger()
def kept(entry):
    global left
    print(entry.id, flush=True)
    left -= 1
    if left:
        QTimer.singleShot(0, train)
    else:
        qapp.exit(0)  # quit() would ask about unsaved work
keeper.kept.connect(kept)
app.window.actions_table["library"].trigger()
QTimer.singleShot(0, train)
qapp.exec()
app.shutdown()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_two_windows_at_once_and_one_is_killed(
    processes: list[Forked | subprocess.Popen[str]], start_program: Start
) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    for name, trainings in (("killed", "1000"), ("other", "3")):
        processes.append(start_program(WINDOW, name, trainings, environment=environment))
    killed, other = processes
    assert killed.stdout is not None
    told = [killed.stdout.readline().strip() for _ in range(2)]
    os.kill(killed.pid, signal.SIGKILL)
    rest, _ = killed.communicate()
    # Text after the last newline was cut off while being written.
    told += rest.split("\n")[:-1]
    said, error = other.communicate(timeout=280)
    assert other.returncode == 0, error
    told += said.split()
    assert len(said.split()) == 3
    with Library() as library:
        rows = {row.id: row.values[0] for row in library.rows(columns=("name",))}
        assert library.notes == []
        for id in told:
            assert rows[id] in {"killed", "other"}
            assert library.load(id).results[0].wrong_pixels
        # Beside them there is at most the entry being written when the process was killed.
        assert len(rows) - len(told) in {0, 1}
        assert not library.refresh()
