"""Who computes first where there are fewer cores than threads."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

_STEP = 5
_LEAST = 19


def lower_priority() -> None:
    """Let the window's thread go before the calling one, for as long as that lives.

    Only Linux has priorities of single threads that need no rights; elsewhere nothing is done.
    """
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with contextlib.suppress(OSError):
        nice = os.getpriority(os.PRIO_PROCESS, thread)
        # A thread inherits from the one that began it, which may stand back already.
        base = os.getpriority(os.PRIO_PROCESS, os.getpid())
        if nice <= base:
            os.setpriority(os.PRIO_PROCESS, thread, min(_LEAST, base + _STEP))
