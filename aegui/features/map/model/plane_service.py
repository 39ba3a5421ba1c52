"""The decoded background of the latent map: a grid of images over the visible rectangle."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.i18n import tr
from aegui.features.map.model.plane_tiles import (
    KEPT_BYTES,
    Plane,
    PlaneRequest,
    Rect,
    TileStore,
    decode_plane,
)
from aegui.session.data.looks import GLYPHS
from aegui.session.holding import Holding
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.frame import Frame
    from aegui.session.data.looks import Look

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


class PlaneService(Service):
    """Decodes planes in a thread: newest request wins, tiles are kept while the weights stay.

    A plane that takes long comes coarse at first: tiles in between are shown as their neighbours
    until they are decoded themselves.
    """

    decoded = Signal(object)
    """A ``Plane``; always in the thread that owns this object."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: TileStore | None = None
        self._live = False
        self._last: PlaneRequest | None = None
        self._took_s = 0.0
        self._planes = Derived(
            "aegui-plane",
            self,
            urgent=False,
            share=BUSY_SHARE,
            least_pause_ms=REFRESH_MS,
            most_pause_ms=MAX_REFRESH_MS,
        )
        self._planes.answered.connect(self._on_planes_answered)

    @property
    def holding(self) -> Holding:
        """The tiles of the present network."""
        count = 0 if self._store is None else self._store.nbytes
        return Holding(tr("tiles of the map"), count, KEPT_BYTES)

    def set_codec(self, codec: Codec | None, look: Look = GLYPHS, *, live: bool = False) -> None:
        """Decode images of that ``look`` with ``codec`` from now on; redraw the last plane in time.

        The redraw comes at once where it is the first one for a while, else after a pause that
        keeps the share of time spent on planes low: a network that trains (``live``) sends 30 a
        second.
        """
        self._store = None if codec is None else TileStore(codec, look)
        self._live = live
        # Where a person goes through the epochs by hand, each of them is wanted at once.
        self._derive(gentle=live or self._took_s >= QUICK_S)

    @property
    def is_wanted(self) -> bool:
        """Whether a plane is shown."""
        return self._last is not None

    def settle(self) -> None:
        """The network learns no more for now: finish the last plane."""
        self._live = False
        self._planes.forget()
        self._derive()

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
        self._derive()

    def forget(self) -> None:
        """The background is not shown: nothing is drawn anew until the next request."""
        self._last = None
        self._planes.forget()

    def _derive(self, *, gentle: bool = False) -> None:
        """Decode the last plane: a late one of slightly older weights is better than none."""
        store, wanted, live = self._store, self._last, self._live
        if wanted is None or store is None or store.codec.latent_size != wanted.frame.size:
            self._planes.forget()
            return

        def is_enough() -> bool:
            """Whether a coarse plane will do, as there are newer weights, or soon will be."""
            return live or store is not self._store

        def states(_report: Report, cancelled: IsCancelled) -> Iterator[tuple[Plane, float]]:
            begun = time.perf_counter()
            for plane in decode_plane(store, wanted, LIVE_S, cancelled, is_enough):
                yield plane, time.perf_counter() - begun

        self._planes.derive(states, wanted, gentle=gentle)

    @Slot(object)
    def _on_planes_answered(self, answer: tuple[Plane, float]) -> None:
        plane, self._took_s = answer
        self.decoded.emit(plane)


def _bounded(tiles: int) -> int:
    return min(MAX_TILES, max(1, tiles))
