"""Corresponding places of two latent spaces: where a code of one network lies in another's.

The coordinates of two networks are unrelated: each may be rotated, mirrored or stretched. Two
definitions are useful all the same. If both networks encode images, the place near the same
samples (weights of Franke and Little, 1980, over the nearest). Otherwise the place at as many
standard deviations from the mean, which for a normal prior is the code itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import mark, tr

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAREST = 6
"""Number of nearest samples that determine a place."""
_MIN = 1e-6


@dataclass(frozen=True)
class WaySpec:
    """A way to find the corresponding place: its name and help text, marked."""

    label: str
    help: str


WAYS = {
    "samples": WaySpec(
        mark("Among the same samples"),
        mark("The place near the samples that are near the cursor here."),
    ),
    "standard": WaySpec(
        mark("At the same coordinates"),
        mark(
            "As many standard deviations from the mean of the codes as here, number by "
            "number; with a normal prior: the same numbers."
        ),
    ),
}
"""Ways to find the corresponding place in another space, by key."""


@dataclass(frozen=True, eq=False)
class CodeSpace:
    """A latent space, for comparing places."""

    size: int
    """Numbers per code, d."""
    codes: NDArray[np.float32] | None = None
    """Codes float32 ``[n, d]`` of the shared samples; None without encoder."""
    has_prior: bool = False
    """Whether codes have the prior N(0, I)."""

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """Centre of the space, ``[d]``: of the prior, else of the codes."""
        if self.has_prior or self.codes is None:
            return np.zeros(self.size)
        return np.asarray(self.codes.mean(axis=0, dtype=np.float64))

    @cached_property
    def deviation(self) -> NDArray[np.float64]:
        """Unit of distance from the centre, ``[d]``, above 0."""
        if self.has_prior or self.codes is None:
            return np.ones(self.size)
        return np.asarray(np.maximum(self.codes.std(axis=0, dtype=np.float64), _MIN), np.float64)


def placed(
    z: NDArray[np.float32], source: CodeSpace, target: CodeSpace, method: str
) -> tuple[NDArray[np.float32], str]:
    """Return the code ``[d']`` in ``target`` corresponding to ``z`` ``[d]`` in ``source``.

    Args:
        z: A code.
        source: Its space.
        target: The other space, with codes of the same samples in the same order.
        method: Key of ``WAYS``; "samples" falls back to "standard" without two encoders.

    Returns:
        The code and the way it was found.
    """
    if method == "samples" and source.codes is not None and target.codes is not None:
        return _among_samples(z, source.codes, target.codes), "samples"
    steps = (np.asarray(z, np.float64) - source.mean) / source.deviation
    shared = min(source.size, target.size)
    moved = np.zeros(target.size)
    moved[:shared] = steps[:shared]
    return (target.mean + moved * target.deviation).astype(np.float32), "standard"


def _among_samples(
    z: NDArray[np.float32], source: NDArray[np.float32], target: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the weighted mean of the nearest samples' codes in ``target``; exact at a sample."""
    away = np.sqrt(np.square(source - z, dtype=np.float64).sum(axis=1))
    away = np.nan_to_num(away, nan=np.inf)
    count = min(NEAREST, len(away))
    near = np.argpartition(away, count - 1)[:count]
    # Samples enter and leave the neighbourhood with weight 0, so the place moves continuously.
    reach = float(away[near].max())
    distances = away[near]
    if distances.min() <= _MIN * max(reach, _MIN) or not np.isfinite(reach):
        return np.asarray(target[near[int(distances.argmin())]], np.float32)
    weights = ((reach - distances) / (reach * distances)) ** 2
    if weights.sum() <= 0.0:
        weights = np.ones(count)
    shares = weights / weights.sum()
    return np.asarray(shares @ target[near], np.float32)


def method_words(method: str, source: CodeSpace, target: CodeSpace) -> str:
    """Return how a place was found, in words."""
    if method == "samples":
        return tr("among the same samples")
    shared = min(source.size, target.size)
    if source.has_prior and target.has_prior:
        words = tr("same place of the prior")
    else:
        words = tr("same distance from the mean, in standard deviations")
    if source.size != target.size:
        more = tr("the first {n} numbers of {there}", n=shared, there=target.size)
        return f"{words}; {more}"
    return words
