"""Training and validation samples of a set: every figure is of one of these parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.split import split_indices
from aegui.core.i18n import mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import SplitSpec

LEARNT, HELD_OUT, OTHER = "learnt", "held_out", "other"
_BLOCK = 4096
"""Images compared at once: a copy of all of a large set would need its memory again."""
PARTS = {
    LEARNT: mark("learnt"),
    HELD_OUT: mark("held out"),
    OTHER: mark("other data"),
}
"""Key of a part -> its name."""


def parts_of(count: int, split: SplitSpec) -> Mapping[str, NDArray[np.int64]]:
    """Return the indices of the samples of each part of a training set of ``count``."""
    learnt, held_out = split_indices(count, split)
    return {LEARNT: learnt, HELD_OUT: held_out} if len(held_out) else {LEARNT: learnt}


def parts_in(
    dataset: Dataset, training_set: Dataset, split: SplitSpec
) -> Mapping[str, NDArray[np.int64]]:
    """Return the indices of the samples of each part of ``dataset``, compared by its images.

    Args:
        dataset: ``training_set``, one part of it, such as the set that it was validated on, or
            other samples, none of which was learnt.
        training_set: The training set, with its validation samples.
        split: How it was split.
    """
    parts = parts_of(len(training_set), split)
    if is_same_set(dataset, training_set):
        return parts
    for key, places in parts.items():
        if len(places) == len(dataset) and _same_images(
            dataset.images, training_set.images, places
        ):
            return {key: np.arange(len(dataset))}
    return {OTHER: np.arange(len(dataset))}


def _same_images(
    images: NDArray[np.generic], others: NDArray[np.generic], places: NDArray[np.int64]
) -> bool:
    """Return whether ``images`` are those of ``others`` at ``places``, in blocks of memory."""
    blocks = range(0, len(places), _BLOCK)
    return images.shape[1:] == others.shape[1:] and all(
        np.array_equal(images[at : at + _BLOCK], others[places[at : at + _BLOCK]]) for at in blocks
    )


def wrong_by_part(
    wrong: Sequence[int], count: int, split: SplitSpec
) -> Mapping[str, NDArray[np.int64]]:
    """Return the mean wrong pixels of each part of a set with held-out samples.

    Args:
        wrong: Wrong pixels of every sample, in the order of the set.
        count: Samples in the set.
        split: How it was split.

    Returns:
        By part; empty if no sample was held out, or not all were measured.
    """
    parts = parts_of(count, split)
    if len(parts) < 2 or len(wrong) != count:
        return {}
    return {key: np.asarray(wrong, np.int64)[places] for key, places in parts.items()}


def is_same_set(one: Dataset, other: Dataset) -> bool:
    """Return whether two sets hold the same images in the same order, whatever their names."""
    if one is other:
        return True
    return one.images.shape == other.images.shape and np.array_equal(one.images, other.images)
