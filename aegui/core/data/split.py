"""Split of a set into training and validation samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.recipe import DataSpec, SplitSpec

_SPLIT, _DRAW = 0, 1
"""Uses of a seed, which keep the two draws independent of each other."""


def split_indices(n: int, spec: SplitSpec) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return training and validation indices of ``n`` samples: disjoint, sorted, complete.

    The validation part is the share that ``spec`` asks for, rounded; at least one sample is left
    for training, and one for validation if a share is asked for and there are two samples. With
    ``spec.last`` it is that number of samples from the end of the set.
    """
    if spec.last:
        first = max(min(n, 1), n - spec.last)
        return np.arange(first, dtype=np.int64), np.arange(first, n, dtype=np.int64)
    held_out = round(n * spec.validation)
    if spec.validation > 0.0:
        held_out = max(1, held_out)
    held_out_count = max(0, min(held_out, n - 1))
    if held_out_count == 0:
        # Skip the permutation: this runs with every edit, on sets of up to 70,000 samples.
        return np.arange(n, dtype=np.int64), np.arange(0, dtype=np.int64)
    order = np.random.default_rng((spec.seed, _SPLIT)).permutation(n).astype(np.int64)
    return np.sort(order[held_out_count:]), np.sort(order[:held_out_count])


def drawn_indices(n: int, count: int, seed: int) -> NDArray[np.int64]:
    """Draw ``count`` different indices below ``n`` by ``seed``, sorted."""
    order = np.random.default_rng((seed, _DRAW)).permutation(n).astype(np.int64)
    return np.sort(order[:count])


def drawn_from(n: int, spec: SplitSpec) -> int:
    """Return how many of ``n`` samples a number is drawn from: those that are not the last ones."""
    return n - spec.last if spec.last < n else n


def validation_set_of(data: DataSpec) -> tuple[str, str]:
    """Return the training source of ``data`` and the validation source joined to it, or ""."""
    learnt, joined, validation = data.source.rpartition("+")
    return (learnt, validation) if joined and data.split.last else (data.source, "")


def with_validation_source(data: DataSpec, source: str, n: int) -> DataSpec:
    """Return ``data`` with the ``n`` samples of ``source`` joined as validation set.

    Any earlier validation part is replaced; ``source`` "" removes it. A number of samples that are
    drawn for training stays.
    """
    learnt, _ = validation_set_of(data)
    joined = f"{learnt}+{source}" if source else learnt
    split = data.split.model_copy(update={"validation": 0.0, "last": n if source else 0})
    return data.model_copy(update={"source": joined, "split": split})
