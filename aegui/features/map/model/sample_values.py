"""Per-sample values besides the code: error, novelty and posterior variances."""

from __future__ import annotations

import time
from dataclasses import fields
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.data.progress import stop_if
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.latent.novelty import novelty
from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.novelty import ReferenceSamples

ValueKey = Literal["error", "novelty", "variances"]

LIVE_MOST = 2000
"""Number of samples measured during training."""
REPORT_S = 0.3
"""Minimum time between two partial results."""
_BATCH = 256


@dataclass(frozen=True, eq=False)
class Subject:
    """Inputs for computing values of samples."""

    codec: Codec
    """The network."""
    dataset: Dataset
    """The samples."""
    indices: NDArray[np.int64]
    """Samples that are shown on the map, int64 ``[n]``."""
    known: ReferenceSamples
    """The samples that novelty is measured against."""
    live: bool
    """Whether the network is being trained."""


@dataclass(frozen=True, eq=False)
class SampleValues:
    """Values of one kind for all samples."""

    key: ValueKey
    """The kind of value: "error" (wrong pixels of glyphs, else the squared error per image),
    "novelty" (of the reconstruction: its distance to the nearest sample divided by the distance
    from that sample to its own nearest one), or "variances"."""
    values: NDArray[np.float64]
    """float64 ``[N]``, or ``[N, d]`` for the variances; NaN where not (yet) known."""
    epoch: int
    """Epoch of the weights."""


class SampleValuesService(Service):
    """Computes values in a worker thread, for all samples or, during training, a random subset."""

    def __init__(self) -> None:
        super().__init__()
        self._subject: Subject | None = None
        self._keys: tuple[ValueKey, ...] = ()
        self.values = Derived("aegui-values", self, urgent=False)
        """Answers with ``SampleValues``, repeatedly as more values are known."""

    def request(self, subject: Subject | None, keys: tuple[ValueKey, ...] = ()) -> None:
        """Compute the values ``keys`` of ``subject``, unless that was the last request.

        Args:
            subject: The network and samples; None stops the computation.
            keys: The kinds of values.
        """
        before, same_keys = self._subject, keys == self._keys
        if same_keys and _is_same(before, subject):
            return
        self._subject, self._keys = subject, keys
        stays = before is not None and subject is not None and before.dataset is subject.dataset
        if subject is None or not (stays and same_keys and subject.live):
            # Only values of a network in training remain useful after its weights have changed.
            self.values.forget()
        if subject is None or not keys:
            return

        def states(_report: Report, cancelled: IsCancelled) -> Iterator[SampleValues]:
            for key in keys:
                yield from _states(subject, key, cancelled)

        self.values.derive(states, subject.dataset, gentle=subject.live)


def _is_same(one: Subject | None, other: Subject | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(getattr(one, field.name) is getattr(other, field.name) for field in fields(Subject))


def _states(subject: Subject, key: ValueKey, cancelled: IsCancelled) -> Iterator[SampleValues]:
    """Yield the values of ``key`` for a growing random subset of the samples."""
    codec, dataset = subject.codec, subject.dataset
    if not codec.can_encode or (key == "variances" and not _is_gaussian(codec)):
        return
    order = np.random.default_rng(0).permutation(subject.indices)
    if subject.live:
        order = order[:LIVE_MOST]
    shape = (len(dataset), codec.latent_size) if key == "variances" else (len(dataset),)
    values = np.full(shape, np.nan)
    rows, reported = dataset.flat(), time.perf_counter()
    for at in range(0, len(order), _BATCH):
        stop_if(cancelled)
        some = order[at : at + _BATCH]
        values[some] = _values(subject, key, np.asarray(rows[some], np.float32))
        last = at + _BATCH >= len(order)
        if last or time.perf_counter() - reported > REPORT_S:
            reported = time.perf_counter()
            yield SampleValues(key, values.copy(), codec.epoch)


def _is_gaussian(codec: Codec) -> bool:
    """Return whether ``codec`` encodes to a distribution with variances."""
    probe = np.zeros((1, codec.pixels), np.float32)
    return codec.encode_distribution(probe)[1] is not None


def _values(subject: Subject, key: ValueKey, images: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the values of ``images`` ``[n, pixels]``."""
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
