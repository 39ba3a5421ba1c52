"""Cyclic garbage collection in the GUI thread only."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading

from PySide6.QtCore import QObject, QTimer, Slot

from aegui.session.jobs.clock import one_shot

_TICK_MS = 1000
_MANY_MODULES = 50
"""Number of new modules that justify a ``gc.freeze``."""
_REST_MS = 2000
"""Delay in milliseconds after the last request before free memory is returned to the system."""
_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's ``malloc.h``."""
_ARENAS = 2


class GarbageCollector(QObject):
    """Collects cyclic garbage in the thread that created this object, the GUI thread.

    By default Python collects in whichever thread allocates. If that is a worker thread and a
    widget is among the garbage, both threads may deadlock: the destructor holds a lock of Qt and
    waits for the interpreter lock, which the GUI thread holds while waiting for Qt's lock. A full
    collection would also stop the window for more than 100 ms once torch is loaded: objects of
    large libraries are therefore excluded (``gc.freeze``) after the import.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_automatic = gc.isenabled()
        gc.disable()
        share_arenas()
        self._modules = self._set_aside = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()
        self._rest = one_shot(self, self._on_rest, _REST_MS)

    def shutdown(self) -> None:
        """Enable automatic collection again, if it was enabled before."""
        self._timer.stop()
        self._rest.stop()
        if self._was_automatic:
            gc.enable()

    def release(self) -> None:
        """Collect all garbage, including frozen objects, and return free memory to the system.

        Takes some tenths of a second.
        """
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        give_back()

    @Slot()
    def give_back_at_rest(self) -> None:
        """Return free memory to the system some seconds after the last call of this method."""
        self._rest.start()

    @Slot()
    def _on_rest(self) -> None:
        # Takes some 10 ms without the interpreter lock, so the window is not blocked.
        threading.Thread(target=give_back, name="give-back", daemon=True).start()

    @Slot()
    def _on_tick(self) -> None:
        modules = len(sys.modules)
        calm = modules == self._modules
        self._modules = modules
        if calm and modules - self._set_aside >= _MANY_MODULES:
            gc.freeze()
            self._set_aside = modules
        collect_due()


def share_arenas() -> None:
    """Limit the malloc arenas of threads started from now on to two; only for glibc.

    By default each thread gets an arena of its own, up to eight a core, and free memory of one
    arena serves no other: 55 to 100 MB of 780 after some rounds of the soak test.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if set_option is not None:
        set_option(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Let glibc return free memory between allocations to the system.

    Otherwise it keeps 100 to 150 MB after some models have been opened and closed.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def collect_due() -> None:
    """Run the collection that Python would have run by now if automatic collection were enabled."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation] > 0:
            gc.collect(generation)
            return
