"""Child processes ignore Ctrl-C from their first instant, and end with the pipe."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from aegui.core.child_process import start_child
from aegui.core.i18n import language, set_language

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def answer(pipe: Connection, word: str) -> None:
    pipe.send((word, language()))
    pipe.recv()


def test_ctrl_c_while_a_child_starts_is_left_to_its_parent() -> None:
    set_language("es")
    process, pipe = start_child(answer, "here", name="test")
    assert process.pid is not None
    os.kill(process.pid, signal.SIGINT)
    assert pipe.recv() == ("here", "es")
    pipe.close()
    process.join()
    assert process.exitcode == 0
    process.close()


def test_this_process_still_hears_ctrl_c() -> None:
    process, pipe = start_child(answer, "here", name="test")
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    pipe.close()
    process.join()
    process.close()
