"""Process exit, with and without running threads."""

from __future__ import annotations

import subprocess
import sys

import pytest

BODY = """
import sys, threading, time
from aegui.leaving import leave
def work():
    while True:
        time.sleep(0.01)
if {busy}:
    threading.Thread(target=work, daemon=True).start()
sys.stdout.write("written")
leave({status})
"""


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("status", [0, 3])
def test_what_was_written_arrives_and_the_status_is_kept(busy: bool, status: int) -> None:
    body = BODY.format(busy=busy, status=status)
    done = subprocess.run([sys.executable, "-c", body], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (status, "written", "")
