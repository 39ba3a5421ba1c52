"""The decoded background of the latent map: a grid of images over the visible rectangle."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from aegui.features.map.model.plane_tiles import Plane, PlaneRequest, Rect, TileStore, decode_plane
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.frame import Frame

REFRESH_MS = 150
"""Least time between two planes that are drawn anew because the network has learnt."""
MAX_REFRESH_MS = 2000
"""Most time between two of them, however long one takes."""
BUSY_SHARE = 0.05
"""Up to that, at most this share of the time goes to such planes."""
QUICK_S = 0.05
"""A plane that takes no longer follows every change of the weights that is not of a training."""
LIVE_S = 0.12
"""A plane of a network that is learning is refined for that long at most."""
MAX_TILES = 128
"""Most columns, and most rows, of one plane."""


class PlaneService(QObject):
    """Decodes planes in a thread: newest request wins, tiles are kept while the weights stay.

    A plane that takes long comes coarse at first: tiles in between are shown as their neighbours
    until they are decoded themselves.
    """

    decoded = Signal(object)
    """A ``Plane``; always in the thread that owns this object."""
    _ready = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: TileStore | None = None
        self._live = False
        self._last: PlaneRequest | None = None
        self._number = 0
        self._job = LatestJob("aegui-plane")
        self._ready.connect(self._on_ready, Qt.ConnectionType.QueuedConnection)
        self._is_current = False
        self._took_s = 0.0
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self._on_refresh_timeout)

    @property
    def kept_bytes(self) -> int:
        """Memory that the tiles of the present network take, of at most ``KEPT_BYTES``."""
        return 0 if self._store is None else self._store.nbytes

    def set_codec(self, codec: Codec | None, *, live: bool = False) -> None:
        """Decode with ``codec`` from now on; redraws the last plane in time.

        The redraw comes at once where it is the first one for a while, else after a pause that
        keeps the share of time spent on planes low: a network that trains (``live``) sends 30 a
        second.
        """
        self._store = None if codec is None else TileStore(codec)
        self._live = live
        self._is_current = False
        if self._last is None or codec is None:
            return
        # Where a person goes through the epochs by hand, each of them is wanted at once.
        by_hand = not live and self._took_s < QUICK_S
        if by_hand or not self._refresh.isActive():
            self._refresh.start()
            self._submit(self._last)

    @property
    def is_wanted(self) -> bool:
        """Whether a plane is shown."""
        return self._last is not None

    def settle(self) -> None:
        """The network learns no more for now: finish the last plane."""
        self._live = False
        if self._last is not None and self._store is not None:
            self._submit(self._last)

    def request(
        self,
        rect: Rect,
        columns: int,
        rows: int,
        frame: Frame,
        near: tuple[float, float] | None = None,
    ) -> None:
        """Decode ``rows`` x ``columns`` tiles over ``rect``; an unanswered older one is dropped.

        The tiles about the place ``near``, or else the middle, come first.
        """
        self._last = PlaneRequest(rect, _bounded(columns), _bounded(rows), frame, near)
        self._is_current = False
        self._submit(self._last)

    def forget(self) -> None:
        """The background is not shown: nothing is drawn anew until the next request."""
        self._last = None
        self._number += 1

    def shutdown(self) -> None:
        """Give up the plane in flight; no more are begun."""
        self._number += 1
        self._refresh.stop()
        self._job.shutdown()

    def _submit(self, wanted: PlaneRequest) -> None:
        store = self._store
        self._number += 1
        if store is None or store.codec.latent_size != wanted.frame.size:
            return
        self._is_current = True
        number = self._number
        budget_s = LIVE_S if self._live else None

        def is_stale() -> bool:
            return number != self._number

        def work() -> None:
            begun = time.perf_counter()
            for plane in decode_plane(store, wanted, budget_s, is_stale):
                self._ready.emit((number, wanted, plane, time.perf_counter() - begun))

        self._job.submit(work)

    @Slot(object)
    def _on_ready(self, answer: tuple[int, PlaneRequest, Plane, float]) -> None:
        number, wanted, plane, seconds = answer
        self._took_s = seconds
        pause_ms = int(1000 * seconds / BUSY_SHARE)
        self._refresh.setInterval(min(MAX_REFRESH_MS, max(REFRESH_MS, pause_ms)))
        # A plane of slightly older weights is better than none while the network learns.
        if number == self._number or (wanted == self._last and self._store is not None):
            self.decoded.emit(plane)

    @Slot()
    def _on_refresh_timeout(self) -> None:
        if self._last is not None and not self._is_current:
            self._refresh.start()
            self._submit(self._last)


def _bounded(tiles: int) -> int:
    return min(MAX_TILES, max(1, tiles))
