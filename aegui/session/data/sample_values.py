"""What is known of every sample beside its code: its error, its novelty, its posterior's spread."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.latent.novelty import novelty
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.novelty import Known

ValueKey = Literal["error", "novelty", "variances"]

LIVE_MOST = 2000
"""Samples that are looked at while the network learns."""
BUSY_SHARE = 0.1
"""At most this share of the time goes there meanwhile, up to ``MAX_PAUSE_MS``."""
MAX_PAUSE_MS = 3000
TELL_S = 0.3
"""Least time between two states of one answer."""
_BATCH = 256


@dataclass(frozen=True, eq=False)
class Subject:
    """Whose values are requested.

    Attributes:
        codec: The network.
        dataset: The samples.
        indices: Those of them that have a place on the map, int64 ``[n]``.
        known: What novelty compares with.
        live: Whether the network is learning.
    """

    codec: Codec
    dataset: Dataset
    indices: NDArray[np.int64]
    known: Known
    live: bool


@dataclass(frozen=True, eq=False)
class SampleValues:
    """One answer.

    Attributes:
        key: What the numbers are: "error" (wrong pixels of glyphs, else the squared error per
            image), "novelty" (of what the network makes of the sample: distance to the nearest
            sample over the one from that to its own nearest), or "variances".
        values: float64 ``[N]``, or ``[N, d]`` for the variances; NaN for those not (yet) known.
        epoch: Epoch of the weights.
    """

    key: ValueKey
    values: NDArray[np.float64]
    epoch: int


class SampleValuesService(QObject):
    """Computes it in a thread, for all samples or, of a learning network, for some of them."""

    told = Signal(object)
    """A ``SampleValues``, the same several times as more is known; in the owner's thread."""
    _ready = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject: Subject | None = None
        self._keys: tuple[ValueKey, ...] = ()
        self._number = 0
        self._rested_s = 0.0
        self._job = LatestJob("aegui-values")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._submit)
        self._ready.connect(self._on_ready, Qt.ConnectionType.QueuedConnection)

    def wish(self, keys: tuple[ValueKey, ...]) -> None:
        """Tell these from now on."""
        if keys != self._keys:
            self._keys = keys
            self._number += 1
            self._soon()

    def set_subject(self, subject: Subject | None) -> None:
        """Look at ``subject`` from now on; None: there is nothing to look at."""
        before, self._subject = self._subject, subject
        if subject is None:
            self._number += 1
            self._timer.stop()
            return
        if before is None or before.dataset is not subject.dataset or not subject.live:
            # Values of a network that learns are of use even if it has gone on; these are not.
            self._number += 1
            self._rested_s = 0.0
        self._soon()

    def shutdown(self) -> None:
        """Give up what is under way."""
        self.set_subject(None)
        self._job.shutdown()

    def _soon(self) -> None:
        subject = self._subject
        if subject is None or not self._keys:
            return
        wait_s = self._rested_s - time.monotonic()
        if subject.live and (wait_s > 0.0 or self._job.busy):
            if not self._timer.isActive():
                self._timer.start(max(50, int(1000 * wait_s) + 1))
        else:
            self._submit()

    @Slot()
    def _submit(self) -> None:
        subject, keys = self._subject, self._keys
        if subject is None or not keys:
            return
        number = self._number

        def is_stale() -> bool:
            return number != self._number

        def work() -> None:
            begun = time.perf_counter()
            for key in keys:
                _compute(subject, key, is_stale, lambda told: self._ready.emit((number, told, 0.0)))
            self._ready.emit((number, None, time.perf_counter() - begun))

        self._job.submit(work)

    @Slot(object)
    def _on_ready(self, answer: tuple[int, SampleValues | None, float]) -> None:
        number, values, seconds = answer
        if values is None:
            pause_s = min(MAX_PAUSE_MS / 1000, seconds * (1 / BUSY_SHARE - 1))
            self._rested_s = time.monotonic() + pause_s
        elif number == self._number:
            self.told.emit(values)


def _compute(
    subject: Subject,
    key: ValueKey,
    is_stale: Callable[[], bool],
    tell: Callable[[SampleValues], None],
) -> None:
    """Tell the values of ``key``, of more and more samples, drawn from all over the set."""
    codec, dataset = subject.codec, subject.dataset
    if not codec.can_encode or (key == "variances" and not _is_gaussian(codec)):
        return
    order = np.random.default_rng(0).permutation(subject.indices)
    if subject.live:
        order = order[:LIVE_MOST]
    shape = (len(dataset), codec.latent_size) if key == "variances" else (len(dataset),)
    values = np.full(shape, np.nan)
    rows, told = dataset.flat(), time.perf_counter()
    for at in range(0, len(order), _BATCH):
        if is_stale():
            return
        some = order[at : at + _BATCH]
        values[some] = _values(subject, key, np.asarray(rows[some], np.float32))
        last = at + _BATCH >= len(order)
        if last or time.perf_counter() - told > TELL_S:
            told = time.perf_counter()
            tell(SampleValues(key, values.copy(), codec.epoch))


def _is_gaussian(codec: Codec) -> bool:
    """Whether codes have a spread."""
    probe = np.zeros((1, codec.pixels), np.float32)
    return codec.encode_distribution(probe)[1] is not None


def _values(subject: Subject, key: ValueKey, images: NDArray[np.float32]) -> NDArray[np.float64]:
    """The values of some ``images`` ``[n, pixels]``."""
    codec = subject.codec
    if key == "variances":
        _, logs = codec.encode_distribution(images)
        assert logs is not None
        return np.exp(logs.astype(np.float64))
    answers = codec.reconstruct(images)
    if key == "novelty":
        return novelty(subject.known, answers).ratio.astype(np.float64)
    if subject.known.glyphs:
        wrong = (answers > THRESHOLD) != (images > THRESHOLD)
        return np.asarray(wrong.sum(axis=1), np.float64)
    squares: NDArray[np.float64] = ((answers - images).astype(np.float64) ** 2).sum(axis=1)
    return squares
