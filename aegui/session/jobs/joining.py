"""Joining threads with a timeout that excludes the import of modules."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading

_LOADING_SECONDS = 30.0
_LOOK_SECONDS = 0.1


def joined(thread: threading.Thread, seconds: float) -> bool:
    """Wait for the end of ``thread``; return False if that takes longer than ``seconds``.

    Time in which modules are imported is not counted (up to ``_LOADING_SECONDS``): the first import
    of a large library cannot be interrupted and is slow on a busy machine. A program that exits
    during such an import is aborted by the library's own threads.
    """
    begun = calm_since = time.monotonic()
    modules = len(sys.modules)
    while thread.is_alive():
        now = time.monotonic()
        if len(sys.modules) != modules:
            modules, calm_since = len(sys.modules), now
        if now - calm_since >= seconds or now - begun >= seconds + _LOADING_SECONDS:
            return False
        thread.join(min(_LOOK_SECONDS, max(0.0, calm_since + seconds - now)))
    return True
