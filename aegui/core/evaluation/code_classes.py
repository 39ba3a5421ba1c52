"""kNN accuracy of the codes: how well they separate the classes of the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches
from aegui.core.data.split import drawn_indices, split_indices
from aegui.core.evaluation.map_quality import VOTERS, knn_accuracy, share_voted
from aegui.core.evaluation.neighbours import nearest_among, nearest_others
from aegui.core.seeds import CODE_ACCURACY_SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import SplitSpec

MAX_QUERIES = 2_000
"""Most samples that are classified by their neighbours."""
MAX_VOTING = 10_000
"""Most samples among which neighbours are searched."""
_READ_AT_ONCE = 1_024


def has_classes(dataset: Dataset, indices: NDArray[np.int64]) -> bool:
    """Return whether at least two classes have enough samples among ``indices`` to win a vote."""
    counts = np.bincount(dataset.class_indices[indices])
    return int(np.count_nonzero(counts >= VOTERS)) >= 2


def code_accuracy(codec: Codec, dataset: Dataset, split: SplitSpec) -> float | None:
    """Return the share of samples whose class is that of most of their ``VOTERS`` nearest codes.

    Up to ``MAX_QUERIES`` held-out samples are classified by the codes of up to ``MAX_VOTING``
    training samples, both drawn by a fixed seed. If none is held out, each of up to ``MAX_QUERIES``
    samples is classified by the others.

    Returns:
        None if the set has no classes, the network no encoder, or codes are not finite.
    """
    learnt, held_out = split_indices(len(dataset), split)
    voting = _some(learnt, MAX_VOTING if len(held_out) else MAX_QUERIES)
    if not codec.can_encode or not has_classes(dataset, voting):
        return None
    classes = dataset.class_indices
    codes = _codes(codec, dataset, voting)
    if not np.isfinite(codes).all():
        return None
    if not len(held_out):
        return knn_accuracy(nearest_others(codes, VOTERS), classes[voting])
    queries = _some(held_out, MAX_QUERIES)
    target = _codes(codec, dataset, queries)
    if not np.isfinite(target).all():
        return None
    near = nearest_among(codes, target, VOTERS)
    return share_voted(classes[voting][near.indices], classes[queries])


def _some(indices: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    if len(indices) <= most:
        return indices
    return indices[drawn_indices(len(indices), most, CODE_ACCURACY_SEED)]


def _codes(codec: Codec, dataset: Dataset, indices: NDArray[np.int64]) -> NDArray[np.float32]:
    parts = in_batches(len(indices), _READ_AT_ONCE)
    return np.concatenate([codec.encode(dataset.images[indices[part]]) for part in parts])
