"""Writing a film while it is being made: pictures go in from the window, a thread writes them."""

from __future__ import annotations

import logging
import queue
import threading
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_ROOM = 4
"""Pictures that wait to be written: those of a window are large."""
_log = logging.getLogger(__name__)


class FilmWriter(QObject):
    """One film at a time: ``begin``, ``put`` each picture, ``end``; or ``cancel``."""

    finished = Signal(str)
    """The film is there; else why it is not. "" also after ``cancel``."""
    _done = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._job = LatestJob("aegui-film")
        self._is_busy = False
        self._pictures: queue.Queue[NDArray[np.uint8] | None] = queue.Queue(_ROOM)
        self._stop = threading.Event()
        self._done.connect(self._on_done, Qt.ConnectionType.QueuedConnection)

    @property
    def has_room(self) -> bool:
        """Whether another picture may be put."""
        return not self._pictures.full()

    @property
    def is_busy(self) -> bool:
        """Whether a film is being written."""
        return self._is_busy

    def begin(self, path: Path, fps: float) -> None:
        """Begin a film at ``path``; its suffix tells the kind."""
        self.cancel()
        self._number += 1
        self._pictures = queue.Queue(_ROOM)
        self._stop = threading.Event()
        self._is_busy = True
        self._job.submit(partial(self._work, self._number, path, fps, self._pictures, self._stop))

    def put(self, picture: NDArray[np.uint8]) -> None:
        """The next picture, ``[H, W, 3]``; only while there ``has_room``."""
        self._pictures.put_nowait(picture)

    def end(self) -> None:
        """That was the last one; only while there ``has_room``. ``finished`` follows."""
        self._pictures.put_nowait(None)

    def cancel(self) -> None:
        """Give the film up: nothing is left of it, and nothing more is heard.

        Its thread ends when it comes to that; nobody waits for it.
        """
        self._is_busy = False
        self._number += 1
        self._stop.set()

    def shutdown(self) -> None:
        """The end of the program."""
        self.cancel()
        self._job.shutdown()

    def _work(
        self,
        number: int,
        path: Path,
        fps: float,
        pictures: queue.Queue[NDArray[np.uint8] | None],
        stop: threading.Event,
    ) -> None:
        # Takes its time to import, and is seldom needed.
        from aegui.core.latent.films import write_film

        reason = ""
        try:
            write_film(path, _taken(pictures, stop), fps, 1, cancelled=stop.is_set)
        except Cancelled:
            return
        except AeguiError as error:
            reason = str(error)
        except Exception as error:
            # Whoever waits for the film would wait for ever.
            _log.exception("the film %s was not written", path)
            reason = tr(
                "{what}: {reason}", what=path.name, reason=str(error) or type(error).__name__
            )
        self._done.emit(number, reason)

    @Slot(int, str)
    def _on_done(self, number: int, reason: str) -> None:
        if number == self._number:
            self._is_busy = False
            self.finished.emit(reason)


def _taken(
    pictures: queue.Queue[NDArray[np.uint8] | None], stop: threading.Event
) -> Iterator[NDArray[np.uint8]]:
    """The pictures as they come, until the last; after ``stop`` there are no more."""
    while not stop.is_set():
        try:
            picture = pictures.get(timeout=0.1)
        except queue.Empty:
            continue
        if picture is None:
            return
        yield picture
    raise Cancelled
