"""Scheduling priority of worker threads."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

_LOWEST = 19


def lower_priority(steps: int) -> None:
    """Lower the priority of the calling thread below that of the GUI thread, for its lifetime.

    Only Linux supports this for single threads without privileges; elsewhere nothing is done.

    Args:
        steps: Niceness above that of the process; a thread that is as nice already stays as it is.
    """
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with contextlib.suppress(OSError):
        # A thread inherits the priority of its creator, which may be lowered already.
        nice = min(_LOWEST, os.getpriority(os.PRIO_PROCESS, os.getpid()) + steps)
        if os.getpriority(os.PRIO_PROCESS, thread) < nice:
            os.setpriority(os.PRIO_PROCESS, thread, nice)
