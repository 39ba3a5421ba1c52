"""Which samples a training learns from, and which it is only measured on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.recipe import DataSpec, SplitSpec

_SPLIT, _DRAW = 0, 1
"""What a seed is used for: the two draws must not depend on one another."""


def split_indices(n: int, spec: SplitSpec) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Training and validation indices of ``n`` samples: disjoint, sorted, together all of them.

    The validation part is the share that ``spec`` asks for, rounded; at least one sample is left
    for training, and one for validation where a share is asked for and there are two samples. Or
    it is the last samples, where ``spec`` names their number.
    """
    if spec.last:
        first = max(min(n, 1), n - spec.last)
        return np.arange(first, dtype=np.int64), np.arange(first, n, dtype=np.int64)
    wanted = round(n * spec.validation)
    if spec.validation > 0.0:
        wanted = max(1, wanted)
    kept = max(0, min(wanted, n - 1))
    if kept == 0:
        # Nothing to be drawn: a set of 70,000 is asked for with every edit.
        return np.arange(n, dtype=np.int64), np.arange(0, dtype=np.int64)
    order = np.random.default_rng((spec.seed, _SPLIT)).permutation(n).astype(np.int64)
    return np.sort(order[kept:]), np.sort(order[:kept])


def drawn_indices(n: int, count: int, seed: int) -> NDArray[np.int64]:
    """``count`` different indices below ``n``, drawn by ``seed`` and sorted."""
    order = np.random.default_rng((seed, _DRAW)).permutation(n).astype(np.int64)
    return np.sort(order[:count])


def checking_set(data: DataSpec) -> tuple[str, str]:
    """The sources of ``data``: to learn from, and the one joined to it to check on, or ""."""
    learnt, joined, kept = data.source.rpartition("+")
    return (learnt, kept) if joined and data.split.last else (data.source, "")


def checked_on(data: DataSpec, source: str, n: int) -> DataSpec:
    """``data`` with the ``n`` samples of ``source`` joined to them, kept from training.

    They take the place of whatever was kept before; ``source`` "" keeps nothing.
    """
    learnt, _ = checking_set(data)
    joined = f"{learnt}+{source}" if source else learnt
    split = data.split.model_copy(update={"validation": 0.0, "last": n if source else 0})
    return data.model_copy(update={"source": joined, "split": split, "count": None})
