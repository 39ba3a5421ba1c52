"""One job at a time in the background; of those that wait, only the newest is done."""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import TYPE_CHECKING

from aegui.session.jobs.joining import joined
from aegui.session.jobs.priority import lower_priority

if TYPE_CHECKING:
    from collections.abc import Callable

_LINGER_SECONDS = 0.5
_log = logging.getLogger(__name__)


class LatestJob:
    """Runs submitted jobs one after another in a thread of its own; a newer one replaces the next.

    The thread ends a moment after nothing is left to do, so an idle service holds no thread; but
    questions in a row, as the moves of a stroke ask them, are answered by one: whoever begins a
    thread waits until it runs, which is long (5 ms) where other threads compute.
    ``submit`` may be called from any thread.
    """

    def __init__(self, name: str, *, urgent: bool = False) -> None:
        """A job whose answers somebody waits for with the mouse in hand is ``urgent``."""
        self._name = name
        self._urgent = urgent
        self._changed = threading.Condition()
        self._pending: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None
        self._is_running = self._closed = False
        self._waiting = 0

    @property
    def busy(self) -> bool:
        """Whether a job is running or waits."""
        with self._changed:
            return self._is_running or self._pending is not None

    def submit(self, job: Callable[[], None]) -> None:
        """Do ``job`` as soon as the one in flight is done, instead of any that waits now."""
        with self._changed:
            if self._closed:
                return
            self._pending = job
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    def shutdown(self, seconds: float = 3.0) -> bool:
        """Drop what waits, wait for what runs, take no more; False if it runs on after that."""
        with self._changed:
            self._closed = True
            self._pending = None
        return self.wait(seconds)

    def wait(self, seconds: float = 3.0) -> bool:
        """Wait until nothing is left to do; False if that takes longer than ``seconds``.

        Time in which modules are loaded is not counted, see ``joined``.
        """
        with self._changed:
            thread = self._thread
            if thread is None:
                return True
            # Nobody lingers while somebody waits for the end.
            self._waiting += 1
            self._changed.notify()
        try:
            begun = time.monotonic()
            if joined(thread, seconds):
                return True
            _log.error("%s is still busy after %.1f s", self._name, time.monotonic() - begun)
            return False
        finally:
            with self._changed:
                self._waiting -= 1

    def _work(self) -> None:
        if not self._urgent:
            lower_priority()
        while self._do_next():
            pass

    def _do_next(self) -> bool:
        """Do what waits; False: nothing did. Nothing of a job is kept after it."""
        job = self._next()
        if job is None:
            return False
        _compute_alone()
        try:
            job()
        except Exception as error:
            # As if nobody had caught it: there is one way for the errors of all threads.
            raised = type(error), error, error.__traceback__, threading.current_thread()
            threading.excepthook(threading.ExceptHookArgs(raised))
        return True

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            self._is_running = False
            if self._pending is None and not self._waiting:
                self._changed.wait(_LINGER_SECONDS)
            job, self._pending = self._pending, None
            self._is_running = job is not None
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
