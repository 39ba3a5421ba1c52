"""Encodes a dataset in the background: some samples soon, then all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.data.progress import stop_if
from aegui.core.latent.frame import principal_directions
from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.costs import QUICK_BATCH, is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec

SOON = 600_000_000
"""Multiplications for the first codes: some 0.1 s."""
SOON_NUMBERS = 40_000_000
"""Pixels of the images that are encoded first; a large dataset may be memory-mapped."""
FEWEST, MAX = 200, 70_000
"""Minimum and maximum number of samples on the map."""
LIVE_MOST = 10_000
"""Maximum number of samples on the map during a training."""
BUSY_SHARE = 0.15
"""Maximum share of the time for codes during a training, while pauses are below
``MAX_PAUSE_MS``."""
MAX_PAUSE_MS = 2000
_BATCH = 512
_GROWTH = 4


@dataclass(frozen=True, eq=False)
class Codes:
    """Codes of a dataset, or of a random subset of it."""

    values: NDArray[np.float32]
    """float32 ``[n, d]``, read-only."""
    indices: NDArray[np.int64]
    """Indices of the samples in the dataset, int64 ``[n]`` ascending."""
    total: int
    """Number of samples in the dataset."""
    mean: NDArray[np.float32]
    """Mean code, float32 ``[d]``; 0 without codes."""
    spread: NDArray[np.float32]
    """Standard deviation of each component, float32 ``[d]``; 1 without codes."""
    directions: NDArray[np.float32]
    """The first two principal directions of the codes, float32 ``[2, d]``."""
    codec: Codec | None
    """The network that encoded them, if any."""

    @property
    def size(self) -> int:
        """Return the number of components of a code, d."""
        return int(self.values.shape[1])


class CodesService(Service):
    """Encodes the displayed dataset, immediately if that is quick, else in a thread."""

    encoded = Signal(object)
    """Emitted with ``Codes``, in the thread that owns this object."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._was_live = False
        self._last: Codes | None = None
        self._derived = Derived(
            "aegui-codes", self, urgent=False, share=BUSY_SHARE, most_pause_ms=MAX_PAUSE_MS
        )
        self._derived.answered.connect(self._on_derived_answered)

    def encode(
        self, codec: Codec, dataset: Dataset, *, live: bool, is_past: bool = False
    ) -> Codes | None:
        """Return the codes of ``dataset`` if that is quick; otherwise ``encoded`` follows.

        During a training the principal plane is kept; at a past epoch the signs of its axes follow
        the previous plane, so that neither flips visibly. For a network that is neither, the plane
        depends on its codes alone, so that it is the same when its run is opened again.

        Args:
            codec: The network.
            dataset: Images of the network's shape.
            live: Whether it is being trained: then only a subset is encoded, with pauses.
            is_past: Whether its weights are those of a past epoch.
        """
        work = len(dataset) * max(codec.encode_cost, codec.pixels)
        quick = not codec.can_encode or is_quick(codec, work, QUICK_BATCH)
        if quick or dataset is not self._dataset or not (live and self._was_live):
            # Codes of another dataset, or of a network at rest, are useless for other weights.
            self._derived.forget()
        self._dataset, self._was_live = None if quick else dataset, live
        like = self._directions(codec) if live or is_past or codec.latent_size <= 2 else None
        if quick:
            self._last = _at_once(codec, dataset, like, live=live)
            return self._last

        def states(_report: Report, cancelled: IsCancelled) -> Iterator[Codes]:
            return _encoded_soon(codec, dataset, live, like, cancelled)

        self._derived.derive(states, dataset, gentle=live)
        return None

    def forget(self) -> None:
        """Cancel encoding, as nothing is displayed; late answers are dropped."""
        self._dataset = self._last = None
        self._derived.forget()

    def _directions(self, codec: Codec) -> NDArray[np.float32] | None:
        """Return the directions of the last codes, if they have the same size."""
        last = self._last
        return None if last is None or last.size != codec.latent_size else last.directions

    @Slot(object)
    def _on_derived_answered(self, codes: Codes) -> None:
        self._last = codes
        self.encoded.emit(codes)


def _at_once(
    codec: Codec, dataset: Dataset, like: NDArray[np.float32] | None, *, live: bool
) -> Codes:
    """Return all codes; none, described by a normal prior, if the network has no encoder."""
    total = len(dataset)
    if not codec.can_encode:
        nothing = np.zeros((0, codec.latent_size), np.float32)
        return described(nothing, np.zeros(0, np.int64), total, codec)
    values = codec.encode(dataset.flat())
    keeps = like is not None and (live or codec.latent_size <= 2)
    return described(values, np.arange(total), total, codec, like, keeps=keeps)


def codes_of(
    codec: Codec,
    dataset: Dataset,
    indices: NDArray[np.int64],
    cancelled: IsCancelled | None = None,
) -> NDArray[np.float32]:
    """Return the codes ``[n, d]`` of the samples at ``indices``.

    Raises:
        Cancelled: ``cancelled()`` returned true.
    """
    values = np.empty((len(indices), codec.latent_size), np.float32)
    rows = dataset.flat()
    for at in range(0, len(indices), _BATCH):
        stop_if(cancelled)
        values[at : at + _BATCH] = codec.encode(rows[indices[at : at + _BATCH]])
    return values


def described(
    values: NDArray[np.float32],
    indices: NDArray[np.int64],
    total: int,
    codec: Codec | None = None,
    like: NDArray[np.float32] | None = None,
    *,
    keeps: bool = False,
) -> Codes:
    """Return the codes ``values`` ``[n, d]``, which become read-only, with their statistics.

    The principal directions are oriented like ``like``, or are ``like`` itself if ``keeps``.
    """
    values.setflags(write=False)
    size = values.shape[1]
    if not len(values):
        middle, one = np.zeros(size, np.float32), np.ones(size, np.float32)
        axes = np.eye(2, size, dtype=np.float32)
        return Codes(values, indices, total, middle, one, axes, codec)
    finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    directions = like if keeps and like is not None else principal_directions(finite, like)
    return Codes(values, indices, total, finite.mean(axis=0), finite.std(axis=0), directions, codec)


def _soon(codec: Codec, dataset: Dataset, most: int) -> int:
    """Return how many samples can be encoded soon."""
    by_work = SOON // max(1, codec.encode_cost)
    by_size = SOON_NUMBERS // codec.pixels
    return min(most, max(FEWEST, min(by_work, by_size)))


def _encoded_soon(
    codec: Codec,
    dataset: Dataset,
    live: bool,
    like: NDArray[np.float32] | None,
    cancelled: IsCancelled,
) -> Iterator[Codes]:
    """Yield codes of a random subset, then of more and more samples.

    Up to the limit of the map if the network is at rest; only the first subset while it is
    ``live``.
    """
    order = np.random.default_rng(0).permutation(len(dataset))
    most = min(len(dataset), _soon(codec, dataset, LIVE_MOST) if live else MAX)
    known = np.zeros((0, codec.latent_size), np.float32)
    count = min(most, _soon(codec, dataset, most))
    while True:
        new = codes_of(codec, dataset, order[len(known) : count], cancelled)
        known = np.concatenate([known, new])
        by_place = np.argsort(order[:count])
        yield described(
            known[by_place],
            order[:count][by_place],
            len(dataset),
            codec,
            like,
            keeps=like is not None and (live or codec.latent_size <= 2),
        )
        if count == most:
            return
        count = min(most, _GROWTH * count)
