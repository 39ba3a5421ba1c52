"""Ending the process, without Python's shutdown if threads are inside compiled code.

Python ends the daemon threads that ask for its lock after it has begun to shut down. When such a
thread returns from compiled code of torch or openTSNE, that is an exception through functions that
allow none, and the process is aborted although all its work is done. So, with such threads left,
the process ends without that shutdown.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import NoReturn

ENDING_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that ask a program to end: Ctrl-C, ``kill``, and a terminal that was closed."""
SIGNAL_EXIT = 128
"""Exit code after a signal, less the number of the signal, as shells expect it."""


def handled_signals() -> tuple[int, ...]:
    """Return those of ``ENDING_SIGNALS`` that were not ignored at the start, as under ``nohup``."""
    return tuple(
        number for number in ENDING_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN
    )


def leave(status: int) -> NoReturn:
    """End the process with ``status``, after flushing the output."""
    for stream in (sys.stdout, sys.stderr):
        # A frozen program without a terminal has none.
        if stream is not None:
            stream.flush()
    if any(thread.daemon for thread in threading.enumerate()):
        os._exit(status)
    sys.exit(status)
