"""What to know about a set before training on it: glyphs that are the same, or nearly so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset

_MOST_COMPARED = 4096
"""Every two of so many glyphs are compared in about a second."""


@dataclass(frozen=True)
class ClosePair:
    """Samples number ``a`` < ``b`` differ in ``distance`` pixels (threshold 0.5)."""

    a: int
    b: int
    distance: int


@dataclass(frozen=True)
class Report:
    """Findings about a dataset.

    Attributes:
        duplicates: Groups of samples whose images are exactly the same, first ones first.
        closest: The pairs with the fewest different pixels, exact duplicates left out.
    """

    duplicates: tuple[tuple[int, ...], ...]
    closest: tuple[ClosePair, ...]


def report(dataset: Dataset, pairs: int = 5) -> Report:
    """Find the duplicates and the ``pairs`` closest pairs of ``dataset``."""
    groups: dict[bytes, list[int]] = {}
    for index, row in enumerate(dataset.flat()):
        groups.setdefault(row.tobytes(), []).append(index)
    duplicates = tuple(tuple(group) for group in groups.values() if len(group) > 1)
    different = [group[0] for group in groups.values()]
    return Report(duplicates, _closest(dataset, different[:_MOST_COMPARED], pairs))


def _closest(dataset: Dataset, indices: list[int], pairs: int) -> tuple[ClosePair, ...]:
    on = (dataset.flat()[indices] > 0.5).astype(np.float32)
    lit = on.sum(axis=1)
    distances = lit[:, np.newaxis] + lit - 2 * (on @ on.T)
    a, b = np.triu_indices(len(indices), k=1)
    order = np.argsort(distances[a, b], kind="stable")[:pairs]
    return tuple(ClosePair(indices[a[i]], indices[b[i]], int(distances[a[i], b[i]])) for i in order)
