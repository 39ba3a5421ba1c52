"""The decoded background of the latent map: a grid of images over the visible rectangle."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from aegui.session.latest_job import LatestJob

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec

Rect = tuple[float, float, float, float]
"""x0, y0, x1, y1 in latent coordinates; y grows upwards."""

REFRESH_MS = 150
"""Least time between two planes that are drawn anew because the network has learnt."""
MAX_REFRESH_MS = 2000
"""Most time between two of them, however long one takes."""
BUSY_SHARE = 0.05
"""Up to that, at most this share of the time goes to such planes."""
MAX_TILES = 128
"""Most columns, and most rows, of one plane."""
_BATCH = 1024
_CACHED = 8


@dataclass(frozen=True, eq=False)
class Plane:
    """Images decoded on a grid.

    Attributes:
        rect: The rectangle that the tiles fill without gaps: x0, y0, x1, y1.
        images: float32 ``[rows, columns, H, W]`` in 0..1; tile ``[r, c]`` is decoded at the centre
            of its cell. Row 0 lies at y0 (below, since y grows upwards), column 0 at x0.
        epoch: Epoch of the weights.
        axes: The two code dimensions that x and y stand for.
    """

    rect: Rect
    images: NDArray[np.float32]
    epoch: int
    axes: tuple[int, int] = (0, 1)


@dataclass(frozen=True)
class PlaneRequest:
    """What one plane shows; ``base`` gives the code's numbers beside the two axes (else 0)."""

    rect: Rect
    columns: int
    rows: int
    axes: tuple[int, int] = (0, 1)
    base: tuple[float, ...] = ()


class PlaneService(QObject):
    """Decodes planes in a thread: newest request wins, answers kept while the weights stay."""

    decoded = Signal(object)
    """A ``Plane``; always in the thread that owns this object."""
    _ready = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._codec: Codec | None = None
        self._shape = (1, 1)
        self._last: PlaneRequest | None = None
        self._number = 0
        self._cache: OrderedDict[PlaneRequest, Plane] = OrderedDict()
        self._job = LatestJob("aegui-plane")
        self._ready.connect(self._on_ready, Qt.ConnectionType.QueuedConnection)
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self._on_refresh_timeout)

    def set_codec(self, codec: Codec | None, image_shape: tuple[int, int]) -> None:
        """Decode images of ``image_shape`` (H, W) with ``codec``; redraws the last plane in time.

        The redraw comes at once where it is the first one for a while, else after a pause that
        keeps the share of time spent on planes low: a network that trains sends 30 a second.
        """
        self._codec = codec
        self._shape = image_shape
        self._cache.clear()
        if self._last is not None and codec is not None and not self._refresh.isActive():
            self._refresh.start()
            self._submit(self._last)

    def request(
        self,
        rect: Rect,
        columns: int,
        rows: int,
        axes: tuple[int, int] = (0, 1),
        base: tuple[float, ...] = (),
    ) -> None:
        """Decode ``rows`` x ``columns`` tiles over ``rect``; an unanswered older one is dropped."""
        wanted = PlaneRequest(
            rect, _bounded(columns), _bounded(rows), axes, tuple(float(v) for v in base)
        )
        self._last = wanted
        known = self._cache.get(wanted)
        if known is None:
            self._submit(wanted)
            return
        self._cache.move_to_end(wanted)
        self._number += 1
        self.decoded.emit(known)

    def forget(self) -> None:
        """The background is not shown: nothing is drawn anew until the next request."""
        self._last = None
        self._number += 1

    def shutdown(self) -> None:
        """Wait for the plane in flight; no more are begun."""
        self._refresh.stop()
        self._job.shutdown()

    def _submit(self, wanted: PlaneRequest) -> None:
        codec, shape = self._codec, self._shape
        self._number += 1
        if codec is None or codec.pixels % (shape[0] * shape[1]):
            return
        number = self._number

        def work() -> None:
            begun = time.perf_counter()
            plane = decode_plane(codec, shape, wanted)
            self._ready.emit((number, codec, wanted, plane, time.perf_counter() - begun))

        self._job.submit(work)

    @Slot(object)
    def _on_ready(self, answer: tuple[int, Codec, PlaneRequest, Plane, float]) -> None:
        number, codec, wanted, plane, seconds = answer
        pause_ms = int(1000 * seconds / BUSY_SHARE)
        self._refresh.setInterval(min(MAX_REFRESH_MS, max(REFRESH_MS, pause_ms)))
        if codec is self._codec:
            self._cache[wanted] = plane
            while len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        # A plane of slightly older weights is better than none while the network learns.
        if number == self._number or (wanted == self._last and self._codec is not None):
            self.decoded.emit(plane)

    @Slot()
    def _on_refresh_timeout(self) -> None:
        if self._last is not None and self._last not in self._cache:
            self._refresh.start()
            self._submit(self._last)


def decode_plane(codec: Codec, shape: tuple[int, int], wanted: PlaneRequest) -> Plane:
    """The plane of ``wanted``, images of ``shape`` (H, W); channels are averaged."""
    codes = _grid_codes(codec.latent_size, wanted)
    height, width = shape
    images = np.empty((len(codes), height, width), np.float32)
    for start in range(0, len(codes), _BATCH):
        rows = codec.decode(codes[start : start + _BATCH])
        images[start : start + _BATCH] = rows.reshape(len(rows), -1, height, width).mean(axis=1)
    images.setflags(write=False)
    grid = images.reshape(wanted.rows, wanted.columns, height, width)
    return Plane(wanted.rect, grid, codec.epoch, wanted.axes)


def _grid_codes(size: int, wanted: PlaneRequest) -> NDArray[np.float32]:
    x0, y0, x1, y1 = wanted.rect
    x = x0 + (np.arange(wanted.columns) + 0.5) * (x1 - x0) / wanted.columns
    y = y0 + (np.arange(wanted.rows) + 0.5) * (y1 - y0) / wanted.rows
    codes = np.zeros((wanted.rows, wanted.columns, size), np.float32)
    known = min(size, len(wanted.base))
    codes[..., :known] = wanted.base[:known]
    across, up = wanted.axes
    if up < size:
        codes[..., up] = y[:, np.newaxis]
    if across < size:
        codes[..., across] = x
    return codes.reshape(-1, size)


def _bounded(tiles: int) -> int:
    return min(MAX_TILES, max(1, tiles))
