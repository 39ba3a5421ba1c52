"""Which samples of a set a network has learnt from: every figure is of one part of them."""

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
"""Key of a part -> what it is called."""


def parts_of(count: int, split: SplitSpec, *, own: bool = True) -> Mapping[str, NDArray[np.int64]]:
    """Places of the samples of each part of a set of ``count``.

    Args:
        count: Samples in all.
        split: How the set that is learnt from was divided.
        own: Whether it is that set; of another one nothing was learnt.
    """
    if not own:
        return {OTHER: np.arange(count)}
    learnt, held_out = split_indices(count, split)
    return {LEARNT: learnt, HELD_OUT: held_out} if len(held_out) else {LEARNT: learnt}


def wrong_by_part(
    wrong: Sequence[int], count: int, split: SplitSpec
) -> Mapping[str, NDArray[np.int64]]:
    """Wrong pixels of the samples of each part of a set that some were held out of.

    Args:
        wrong: Wrong pixels of every sample, in the order of the set.
        count: Samples in the set.
        split: How it was divided.

    Returns:
        Of each part; nothing where no sample was held out, or not all were measured.
    """
    parts = parts_of(count, split)
    if len(parts) < 2 or len(wrong) != count:
        return {}
    return {key: np.asarray(wrong, np.int64)[places] for key, places in parts.items()}


def is_same_set(one: Dataset, other: Dataset) -> bool:
    """Whether two sets hold the same images in the same order, whatever they are called."""
    if one is other:
        return True
    return one.images.shape == other.images.shape and np.array_equal(one.images, other.images)
