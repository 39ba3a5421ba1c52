"""Waiting for threads at the end, without taking the loading of modules for idleness."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading

_LOADING_SECONDS = 30.0
_LOOK_SECONDS = 0.1


def joined(thread: threading.Thread, seconds: float) -> bool:
    """Wait for the end of ``thread``; False if that takes longer than ``seconds``.

    Time in which modules are loaded is not counted (up to ``_LOADING_SECONDS``): nothing can
    interrupt the first import of a large library, and it will end, on a busy machine late. A
    program that ends in the midst of one is aborted by the library's own threads.
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
