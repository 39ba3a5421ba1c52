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
PARTS = {
    LEARNT: mark("learnt"),
    HELD_OUT: mark("held out"),
    OTHER: mark("other data"),
}
"""Key of a part -> its name."""


def parts_of(count: int, split: SplitSpec, *, own: bool = True) -> Mapping[str, NDArray[np.int64]]:
    """Return the indices of the samples of each part of a set of ``count``.

    Args:
        count: Total number of samples.
        split: How the training set was split.
        own: Whether it is that set; no sample of another set was learnt.
    """
    if not own:
        return {OTHER: np.arange(count)}
    learnt, held_out = split_indices(count, split)
    return {LEARNT: learnt, HELD_OUT: held_out} if len(held_out) else {LEARNT: learnt}


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
