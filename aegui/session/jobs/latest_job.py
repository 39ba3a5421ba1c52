"""A background thread for one job at a time; of pending jobs only the newest is run."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from aegui.session.jobs.joining import joined

if TYPE_CHECKING:
    from collections.abc import Callable


_LINGER_SECONDS = 0.5
_LOW = 5
_LOWEST = 19
_log = logging.getLogger(__name__)


class LatestJob:
    """Runs submitted jobs in a thread of its own; a newer job replaces the pending one.

    The thread ends shortly after the last job, so that an idle service has no thread. Jobs in quick
    succession, as during a stroke, share one thread, as starting a thread blocks the caller for 5
    ms while other threads compute. A thread that did gentle work has the lowest priority for the
    rest of its life, so another thread takes over for other work. ``submit`` may be called from any
    thread.
    """

    def __init__(self, name: str, *, urgent: bool = False) -> None:
        """Create an idle job; ``urgent`` if the user waits for its results interactively."""
        self._name = name
        self._urgent = urgent
        self._changed = threading.Condition()
        self._pending: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None
        self._is_running = self._closed = False
        self._is_pending_gentle = self._is_thread_gentle = False
        self._waiting = 0

    @property
    def busy(self) -> bool:
        """Return whether a job is running or pending."""
        with self._changed:
            return self._is_running or self._pending is not None

    def submit(self, job: Callable[[], None], *, gentle: bool = False) -> None:
        """Run ``job`` after the running one, replacing any pending job.

        A ``gentle`` job runs at the lowest priority: it leaves the cores to all other threads.
        """
        with self._changed:
            if self._closed:
                return
            self._pending, self._is_pending_gentle = job, gentle
            self._changed.notify()
            if self._thread is None or (self._is_thread_gentle and not gentle):
                # Started here: the gentle thread would pass its priority on.
                self._is_thread_gentle = False
                work = partial(self._work, self._thread)
                self._thread = threading.Thread(target=work, name=self._name, daemon=True)
                self._thread.start()

    def shutdown(self, seconds: float = 3.0) -> bool:
        """Drop the pending job and wait for the running one; False if it does not end in time."""
        with self._changed:
            self._closed = True
            self._pending = None
        return self.wait(seconds)

    def wait(self, seconds: float = 3.0) -> bool:
        """Wait until all jobs are done; return False if that takes longer than ``seconds``.

        Time in which modules are imported is not counted, see ``joined``.
        """
        with self._changed:
            thread = self._thread
            if thread is None:
                return True
            # Makes the thread end immediately instead of waiting for further jobs.
            self._waiting += 1
            self._changed.notify()
        try:
            begun = time.monotonic()
            while thread is not None:
                if not joined(thread, seconds):
                    spent_s = time.monotonic() - begun
                    _log.error("%s is still busy after %.1f s", self._name, spent_s)
                    return False
                # Another thread may have taken over.
                with self._changed:
                    thread = None if self._thread is thread else self._thread
            return True
        finally:
            with self._changed:
                self._waiting -= 1

    def _work(self, before: threading.Thread | None) -> None:
        if not self._urgent:
            lower_priority(_LOW)
        if before is not None:
            before.join()
        while self._do_next():
            pass

    def _do_next(self) -> bool:
        """Run the pending job, keeping no reference to it; return False if there was none."""
        job = self._next()
        if job is None:
            return False
        _compute_alone()
        try:
            job()
        except Exception as error:
            # Passed to the hook for uncaught exceptions, which handles the errors of all threads.
            raised = type(error), error, error.__traceback__, threading.current_thread()
            threading.excepthook(threading.ExceptHookArgs(raised))
        return True

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            self._is_running = False
            if self._pending is None and not self._waiting:
                self._changed.wait(_LINGER_SECONDS)
            if self._thread is not threading.current_thread():
                return None  # another thread has taken over
            job, self._pending = self._pending, None
            self._is_running = job is not None
            if job is None:
                self._thread = None
            elif self._is_pending_gentle > self._is_thread_gentle:
                lower_priority(_LOWEST)
                self._is_thread_gentle = True
            return job


def _compute_alone() -> None:
    """Limit torch, if it is loaded, to one thread here: the cores belong to the training.

    torch counts its threads per calling thread, so each job's thread has to set the limit.
    """
    set_num_threads = getattr(sys.modules.get("torch"), "set_num_threads", None)
    if set_num_threads is not None:
        set_num_threads(1)


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
