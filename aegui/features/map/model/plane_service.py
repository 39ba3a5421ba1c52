"""The decoded background of the latent map: a grid of images over the visible rectangle."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from aegui.core.i18n import tr
from aegui.features.map.model.plane_tiles import (
    MAX_CACHE_BYTES,
    Plane,
    PlaneRequest,
    TileStore,
    decode_plane,
)
from aegui.session.data.image_style import GLYPHS
from aegui.session.holding import Holding
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.session.data.image_style import ImageStyle

REFRESH_MS = 150
"""Minimum time between two planes redrawn because the weights changed in training."""
MAX_REFRESH_MS = 2000
"""Maximum time between two such planes, however long one takes."""
BUSY_SHARE = 0.05
"""Share of the time spent on such planes, unless ``MAX_REFRESH_MS`` requires more."""
QUICK_S = 0.05
"""Planes at most this slow are redrawn at once for weights changed outside training."""
LIVE_S = 0.12
"""Time limit for refining a plane during training."""
MAX_TILES = 128
"""Maximum number of columns and of rows of one plane."""


class PlaneService(Service):
    """Decodes planes in a worker thread; the latest request wins.

    Tiles are cached until the weights change. A slow plane arrives coarse first: tiles that are
    not decoded yet show a neighbouring tile.
    """

    decoded = Signal(object)
    """A ``Plane``; emitted in the thread that owns this object."""

    def __init__(self) -> None:
        super().__init__()
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
        """Memory held by the cached tiles of the current network."""
        count = 0 if self._store is None else self._store.nbytes
        return Holding(tr("tiles of the map"), count, MAX_CACHE_BYTES)

    def set_codec(
        self, codec: Codec | None, image_style: ImageStyle = GLYPHS, *, live: bool = False
    ) -> None:
        """Decode with ``codec`` and ``image_style`` from now on; schedule a redraw.

        The first redraw after a while is immediate; later ones are throttled to keep the share of
        time spent on planes low, because a training network (``live``) sends 30 a second.
        """
        self._store = None if codec is None else TileStore(codec, image_style)
        self._live = live
        # When the user steps through epochs, every epoch should be drawn without throttling.
        self._derive(gentle=live or self._took_s >= QUICK_S)

    def drop(self) -> None:
        """Cancel the work in progress: another network follows, see ``set_codec``."""
        self._store = None
        self._planes.forget()

    def settle(self) -> None:
        """Compute the last plane at full resolution, without a pause before it.

        Training has paused or ended, or an image of a film waits for the plane.
        """
        self._live = False
        self._planes.forget()
        self._derive()

    def request(self, request: PlaneRequest) -> None:
        """Decode ``request``, at most ``MAX_TILES`` each way; replaces an unanswered request."""
        columns, rows = _bounded(request.columns), _bounded(request.rows)
        self._last = replace(request, columns=columns, rows=rows)
        self._derive()

    def forget(self) -> None:
        """The background is hidden: cancel the request and draw nothing until the next one."""
        self._last = None
        self._planes.forget()

    def _derive(self, *, gentle: bool = False) -> None:
        """Decode the last requested plane; a late plane of slightly older weights is acceptable."""
        store, request, live = self._store, self._last, self._live
        if request is None or store is None or store.codec.latent_size != request.frame.size:
            self._planes.forget()
            return

        def is_enough() -> bool:
            """Whether a coarse plane suffices because newer weights exist or are expected."""
            return live or store is not self._store

        def states(_report: Report, cancelled: IsCancelled) -> Iterator[tuple[Plane, float]]:
            begun = time.perf_counter()
            for plane in decode_plane(store, request, LIVE_S, cancelled, is_enough):
                yield plane, time.perf_counter() - begun

        self._planes.derive(states, request, gentle=gentle)

    @Slot(object)
    def _on_planes_answered(self, answer: tuple[Plane, float]) -> None:
        plane, self._took_s = answer
        self.decoded.emit(plane)


def _bounded(tiles: int) -> int:
    return min(MAX_TILES, max(1, tiles))
