"""One job at a time in the background; of those that wait, only the newest is done."""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LOADING_SECONDS = 30.0
_LOOK_SECONDS = 0.1
_log = logging.getLogger(__name__)


class LatestJob:
    """Runs submitted jobs one after another in a thread of its own; a newer one replaces the next.

    The thread ends when nothing is left to do and begins again with the next job (some 0.1 ms), so
    an idle service holds no thread. ``submit`` may be called from any thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._pending: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether a job is running or waits."""
        return self._thread is not None

    def submit(self, job: Callable[[], None]) -> None:
        """Do ``job`` as soon as the one in flight is done, instead of any that waits now."""
        with self._lock:
            if self._closed:
                return
            self._pending = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    def shutdown(self, seconds: float = 3.0) -> bool:
        """Drop what waits, wait for what runs, take no more; False if it runs on after that."""
        with self._lock:
            self._closed = True
            self._pending = None
        return self.wait(seconds)

    def wait(self, seconds: float = 3.0) -> bool:
        """Wait until nothing is left to do; False if that takes longer than ``seconds``.

        Time in which modules are loaded is not counted (up to ``_LOADING_SECONDS``): nothing can
        interrupt the first import of a large library, and it will end, on a busy machine late.
        """
        thread = self._thread
        if thread is None:
            return True
        begun = calm_since = time.monotonic()
        modules = len(sys.modules)
        while thread.is_alive():
            now = time.monotonic()
            if len(sys.modules) != modules:
                modules, calm_since = len(sys.modules), now
            if now - calm_since >= seconds or now - begun >= seconds + _LOADING_SECONDS:
                _log.error("%s is still busy after %.1f s", self._name, now - begun)
                return False
            thread.join(min(_LOOK_SECONDS, max(0.0, calm_since + seconds - now)))
        return True

    def _work(self) -> None:
        while (job := self._next()) is not None:
            _compute_alone()
            try:
                job()
            except Exception:
                _log.exception("a job of %s failed", self._name)

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            job, self._pending = self._pending, None
            if job is None:
                self._thread = None
            return job


def _compute_alone() -> None:
    """Let torch, where it is loaded, use this thread only: the cores are the training's.

    torch counts threads per thread, so a job's thread has to say it itself.
    """
    set_num_threads = getattr(sys.modules.get("torch"), "set_num_threads", None)
    if set_num_threads is not None:
        set_num_threads(1)
