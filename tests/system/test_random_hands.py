"""Random use works, and its errors are reported; ``make hands`` runs for longer."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from tests.system.random_hands import SCREEN

if TYPE_CHECKING:
    from tests.harness.forked import Start

ROUND = """
import json
from aegui.qt_import import import_qt
import_qt()
from PySide6.QtCore import QTimer
from tests.system.random_hands import RandomHands

def fault():
    raise ValueError("planted")

hands = RandomHands(1, 2.0, lambda what: print(json.dumps(what), flush=True))
QTimer.singleShot(0, hands.app, fault)
hands.run()
"""


def test_an_error_is_told_and_the_round_goes_on(start_program: Start) -> None:
    offscreen = {"QT_QPA_PLATFORM": f"offscreen:configfile={SCREEN}", "LANGUAGE": "en"}
    with start_program(ROUND, environment=os.environ | offscreen) as process:
        out, errors = process.communicate()
    assert process.returncode == 0, out + errors
    told = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    (planted,) = [one for one in told if "planted" in one.get("error", "")]
    assert planted["error"].startswith("Traceback")
    assert "acts_done" in told[-1]
