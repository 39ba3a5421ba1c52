"""Scheduling priority of worker threads."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

_STEP = 5
_MIN = 19


def lower_priority() -> None:
    """Lower the priority of the calling thread below that of the GUI thread, for its lifetime.

    Only Linux supports this for single threads without privileges; elsewhere nothing is done.
    """
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with contextlib.suppress(OSError):
        nice = os.getpriority(os.PRIO_PROCESS, thread)
        # A thread inherits the priority of its creator, which may be lowered already.
        base = os.getpriority(os.PRIO_PROCESS, os.getpid())
        if nice <= base:
            os.setpriority(os.PRIO_PROCESS, thread, min(_MIN, base + _STEP))
