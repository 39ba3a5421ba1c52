"""Python's cyclic garbage, collected where Qt's objects live and nowhere else."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading

from PySide6.QtCore import QObject, QTimer, Slot

from aegui.session.jobs.clock import one_shot

_TICK_MS = 1000
_MANY_MODULES = 50
"""So many new modules are worth setting aside; a handful is not."""
_REST_MS = 2000
"""So long after the last of many changes what was freed is given back."""
_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's ``malloc.h``."""
_ARENAS = 2


class GarbageCollector(QObject):
    """Collects garbage in the thread that made this, which is that of the window.

    Left to itself, Python collects in whichever thread happens to allocate. Where that is not the
    window's and a widget is among the garbage, both may wait for ever: the destructor holds one of
    Qt's locks and waits for the interpreter, which the window's thread has while it waits for the
    lock. A full collection would also stop the window for more than 100 ms once torch is loaded:
    what large libraries have brought is therefore set aside (``gc.freeze``) when it has come.
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
        """Leave it to Python again, if it was."""
        self._timer.stop()
        self._rest.stop()
        if self._was_automatic:
            gc.enable()

    def release(self) -> None:
        """Collect everything, also what was set aside: much is to be given back.

        Takes some tenths of a second.
        """
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        give_back()

    @Slot()
    def give_back_at_rest(self) -> None:
        """Give back what is free, some seconds after the last of the calls that ask for it."""
        self._rest.start()

    @Slot()
    def _on_rest(self) -> None:
        # Some 10 ms without the interpreter's lock: the window goes on meanwhile.
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
    """Let threads that begin from now on allocate from no more than two arenas of the C library.

    Left to itself it gives each thread one of its own, up to eight a core, and what is free in one
    serves no other: 55 to 100 MB of 780 after some laps of the soak. Only glibc knows this.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if set_option is not None:
        set_option(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Let the C library return to the system what is free between what is in use.

    It keeps that by itself: 100 to 150 MB after some models have been opened and closed.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def collect_due() -> None:
    """Do the collection that Python would have done by now, were it allowed to by itself."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation] > 0:
            gc.collect(generation)
            return
