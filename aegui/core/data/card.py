"""Facts about a set to know before training: classes, mean, duplicates and closest pairs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.emoji_words import translated_name
from aegui.core.data.progress import stop_if
from aegui.core.data.split import drawn_indices
from aegui.core.i18n import tr, trn
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled

_MAX_COMPARED = 4096
_MAX_PRODUCTS = 2e10
"""Bound for images x images x pixels; comparing all pairs then takes about a second."""
_CHUNK_NUMBERS = 1 << 22
_FEW_OF_A_CLASS = 2
_NAMED = 10
"""Upper bound for the number of samples or classes listed in a warning."""
_LOOKED_AT = 1000
"""Upper bound for the number of uniform images examined to tell whether all are black."""


@dataclass(frozen=True)
class ClosePair:
    """Samples with indices ``a`` < ``b``, which differ by ``distance`` in the unit of the card."""

    a: int
    b: int
    distance: float


@dataclass(frozen=True)
class ClassCount:
    """A class (or group, or character) and its number of samples."""

    label: str
    count: int


@dataclass(frozen=True, eq=False)
class DataCard:
    """Findings about a set."""

    name: str
    """Name of the set."""
    count: int
    """Number of samples."""
    image_shape: tuple[int, int, int]
    """Channels, height and width."""
    is_binary: bool
    """Whether the images are black and white."""
    classes: tuple[ClassCount, ...]
    """Every class with its number of samples, in the order of ``Dataset.classes``."""
    source: str
    """Where the images come from."""
    licence: str
    """Licence of the images, or an empty string."""
    mean_image: NDArray[np.float32]
    """float32 ``[C, H, W]``, read-only."""
    duplicates: tuple[tuple[int, ...], ...]
    """Groups of samples with identical images, in the order of their first sample."""
    closest: tuple[ClosePair, ...]
    """The pairs that differ least, exact duplicates left out; their distance is a number of pixels
    for binary sets (threshold 0.5), else the root of the mean squared difference."""
    compared: int
    """Number of samples among which the closest pairs were looked for."""
    flat: tuple[str, ...]
    """Names of the first images whose pixels are all equal."""
    flat_count: int
    """Number of such images."""
    is_black: bool
    """Whether those of them that were examined are black."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Translated warnings about whatever in the set may impair training."""
        return tuple(_warnings(self))

    @property
    def is_sampled(self) -> bool:
        """Whether only a subset of the samples was compared pairwise."""
        return self.compared < self.count - sum(len(group) - 1 for group in self.duplicates)


def card(dataset: Dataset, pairs: int = 5, cancelled: IsCancelled | None = None) -> DataCard:
    """Examine all images of ``dataset``, and every pair of them (of a subset in large sets).

    Args:
        dataset: The set.
        pairs: Number of closest pairs to return.
        cancelled: Polled now and then; the analysis stops when it returns true.

    Raises:
        Cancelled: ``cancelled`` returned true.
    """
    groups: dict[bytes, list[int]] = {}
    total = np.zeros(dataset.image_shape, np.float64)
    flat: list[int] = []
    for at, part in _parts(dataset):
        stop_if(cancelled)
        total += part.sum(axis=0, dtype=np.float64)
        rows = np.ascontiguousarray(part.reshape(len(part), -1))
        flat += (at + np.flatnonzero(rows.min(axis=1) == rows.max(axis=1))).tolist()
        for index, row in enumerate(rows, at):
            groups.setdefault(hashlib.blake2b(row.data, digest_size=16).digest(), []).append(index)
    mean = (total / len(dataset)).astype(np.float32)
    mean.setflags(write=False)
    duplicates = tuple(tuple(group) for group in groups.values() if len(group) > 1)
    compared = _compared([group[0] for group in groups.values()], dataset.pixels)
    stop_if(cancelled)
    closest = _closest(dataset, compared, pairs)
    stop_if(cancelled)
    return DataCard(
        dataset.name,
        len(dataset),
        dataset.image_shape,
        dataset.is_binary,
        _class_counts(dataset),
        dataset.source,
        dataset.licence,
        mean,
        duplicates,
        closest,
        len(compared),
        tuple(dataset.names[index] for index in flat[:_NAMED]),
        len(flat),
        bool(flat) and not dataset.images[flat[:_LOOKED_AT]].any(),
    )


def _parts(dataset: Dataset) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the images in chunks, each with the index of its first image."""
    at_once = max(1, _CHUNK_NUMBERS // dataset.pixels)
    for at in range(0, len(dataset), at_once):
        yield at, dataset.images[at : at + at_once]


def _class_counts(dataset: Dataset) -> tuple[ClassCount, ...]:
    counts = np.bincount(dataset.class_indices, minlength=len(dataset.classes)).tolist()
    return tuple(map(ClassCount, dataset.classes, counts))


def _compared(different: list[int], pixels: int) -> list[int]:
    """Return the samples to compare pairwise: all, or as many as take about a second."""
    most = min(_MAX_COMPARED, int((_MAX_PRODUCTS / pixels) ** 0.5))
    if len(different) <= most:
        return different
    return [different[index] for index in drawn_indices(len(different), most, seed=0)]


def _closest(dataset: Dataset, indices: list[int], pairs: int) -> tuple[ClosePair, ...]:
    if len(indices) < 2:
        return ()
    rows = dataset.flat()[indices]
    if dataset.is_binary:
        rows = (rows > 0.5).astype(np.float32)
    # Centring on the mean keeps the squares small, so their differences lose fewer digits.
    centred = rows if dataset.is_binary else rows - rows.mean(axis=0)
    squares = np.einsum("ij,ij->i", centred, centred)
    distances = squares[:, np.newaxis] + squares - 2 * (centred @ centred.T)
    a, b = np.triu_indices(len(indices), k=1)
    apart = distances[a, b]
    most = min(pairs, len(apart))
    near = np.sort(np.argpartition(apart, most - 1)[:most])
    found = [
        ClosePair(indices[a[at]], indices[b[at]], _distance(rows[a[at]] - rows[b[at]], dataset))
        for at in near
    ]
    return tuple(sorted(found, key=lambda pair: pair.distance))


def _distance(difference: NDArray[np.float32], dataset: Dataset) -> float:
    if dataset.is_binary:
        return float(np.count_nonzero(difference))
    return float(np.sqrt(np.mean(np.square(difference, dtype=np.float64))))


def _warnings(known: DataCard) -> Iterator[str]:
    if known.count == 1:
        yield tr("There is only one image: a network can only memorise it.")
    # Blank and full glyphs are legitimate; uniform images in other sets are likely errors.
    if known.flat_count == known.count or (known.flat_count and not known.is_binary):
        yield _flat_words(known)
    few = [one for one in known.classes if one.count < _FEW_OF_A_CLASS]
    if few and len(known.classes) < known.count / 2:
        yield trn(
            "{n} class has one sample only: {labels}.",
            "{n} classes have one sample only: {labels}.",
            len(few),
            labels=", ".join(translated_name(one.label) for one in few[:_NAMED]),
        )


def _flat_words(known: DataCard) -> str:
    if known.flat_count == known.count:
        return (
            tr("All images are black: there is nothing to learn in them.")
            if known.is_black
            else tr("Every image is uniform: there is next to nothing to learn.")
        )
    return trn(
        "{n} image has one level all over: {names}.",
        "{n} images have one level all over: {names}.",
        known.flat_count,
        names=", ".join(known.flat),
    )
