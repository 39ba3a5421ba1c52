"""Writes a film in a worker thread while the GUI thread supplies its frames."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from aegui.core.data.progress import stop_if
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.film_spec import FilmSpec

_MAX_QUEUED = 4
"""Size of the frame queue: frames of a window are large."""


class FilmWriter(Service):
    """Writes one film at a time: ``begin``, ``put`` each frame, ``end``; or ``cancel``."""

    finished = Signal(str)
    """Empty if the film was written, else the error. Not emitted after ``cancel``."""

    def __init__(self) -> None:
        super().__init__()
        self._job = ProgressJob("aegui-film", self)
        self._pictures: queue.Queue[NDArray[np.uint8] | None] = queue.Queue(_MAX_QUEUED)

    @property
    def has_space(self) -> bool:
        """Whether another frame can be queued."""
        return not self._pictures.full()

    @property
    def is_busy(self) -> bool:
        """Whether a film is being written."""
        return self._job.is_busy

    def begin(self, path: Path, film: FilmSpec, about: str = "") -> None:
        """Start a film at ``path``, which states ``about``; all frames have their final size."""
        pictures: queue.Queue[NDArray[np.uint8] | None] = queue.Queue(_MAX_QUEUED)

        def work(_report: Report, cancelled: IsCancelled) -> None:
            # Imported here because it is slow to import and rarely needed.
            from aegui.core.latent.films import write_film

            write_film(
                path,
                _arriving(pictures, cancelled),
                film.fps,
                1,
                pause=film.pause,
                palette=film.palette,
                about=about,
                cancelled=cancelled,
            )

        self._pictures = pictures
        self._job.start(
            path.name,
            work,
            lambda _result: self.finished.emit(""),
            lambda error: self.finished.emit(str(error)),
        )

    def put(self, picture: NDArray[np.uint8]) -> None:
        """Queue the next frame, ``[H, W, 3]``; only call while ``has_space``."""
        self._pictures.put_nowait(picture)

    def end(self) -> None:
        """Mark the end of the film; call only while ``has_space``. ``finished`` follows later."""
        self._pictures.put_nowait(None)

    def cancel(self) -> None:
        """Cancel the film: no file remains and no signal is emitted.

        The worker thread ends when it next checks for cancellation; this method does not wait.
        """
        self._job.cancel()


def _arriving(
    pictures: queue.Queue[NDArray[np.uint8] | None], cancelled: IsCancelled
) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames as they arrive, until the end marker."""
    while True:
        stop_if(cancelled)
        try:
            picture = pictures.get(timeout=0.1)
        except queue.Empty:
            continue
        if picture is None:
            return
        yield picture
