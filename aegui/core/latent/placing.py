"""Corresponding places of two latent spaces: where a code of one network lies in another's.

The coordinates of two networks are unrelated: each may be rotated, mirrored or stretched. Two
definitions are useful all the same. If both networks encode images, the place near the same
samples (weights of Franke and Little, 1980, over the nearest). Otherwise the place at as many
standard deviations from the mean, which for a normal prior is the code itself. Two maps of the
same samples are aligned by rotation, scale and shift (Procrustes).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


_FEWEST_CODES = 3
"""Number of codes below which a similarity transform is not fitted."""
_LEAST_SPREAD = 1e-12
"""Sum of squares about the mean up to which all codes are taken for one."""


@dataclass(frozen=True, eq=False)
class SimilarityTransform:
    """A similarity transform: ``scale * (z - middle) @ rotation + shift``."""

    rotation: NDArray[np.float64]
    """Orthogonal ``[d, d]``; with determinant -1 it mirrors as well."""
    scale: float
    """Above 0."""
    middle: NDArray[np.float64]
    """Mean of the source, ``[d]``."""
    shift: NDArray[np.float64]
    """Mean of the target, ``[d]``."""
    left: float
    """Residual, as a share of the spread of the target, 0 to 1."""

    def moved(self, codes: ArrayLike) -> NDArray[np.float32]:
        """Return the transformed ``codes`` ``[n, d]``."""
        values = np.asarray(codes, np.float64) - self.middle
        return np.asarray(self.scale * values @ self.rotation + self.shift, np.float32)

    @property
    def is_mirrored(self) -> bool:
        """Whether the transform includes a reflection."""
        return float(np.linalg.det(self.rotation)) < 0.0


def fit_similarity(codes: ArrayLike, others: ArrayLike) -> SimilarityTransform | None:
    """Fit the transform of ``codes`` ``[n, d]`` to ``others`` ``[n, d]``, row by row.

    Least squares over rotations, reflections, one scale and a shift (Schoenemann 1966,
    orthogonal Procrustes). None if the codes do not differ enough.
    """
    a, b = np.asarray(codes, np.float64), np.asarray(others, np.float64)
    usable = np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)
    a, b = a[usable], b[usable]
    if len(a) < _FEWEST_CODES:
        return None
    middle, shift = a.mean(axis=0), b.mean(axis=0)
    a, b = a - middle, b - shift
    spread, aim = float(np.square(a).sum()), float(np.square(b).sum())
    if spread <= _LEAST_SPREAD or aim <= _LEAST_SPREAD:
        return None
    left, strengths, right = np.linalg.svd(a.T @ b)
    total = float(strengths.sum())
    rotation = np.asarray(left @ right, np.float64)
    return SimilarityTransform(
        rotation, total / spread, middle, shift, max(0.0, 1.0 - total**2 / (spread * aim))
    )


def similarity_words(transform: SimilarityTransform) -> str:
    """Describe the transform: the angle if there is one, the scale, the quality of the fit."""
    scale = tr("scaled by {factor:.2f}", factor=transform.scale)
    fits = tr("{share:.0%} of the spread fits", share=1.0 - transform.left)
    if len(transform.rotation) != 2:
        return ", ".join([tr("turned"), scale, fits])
    # With a reflection: the angle after the sign of x has changed.
    first = transform.rotation[0] * (-1.0 if transform.is_mirrored else 1.0)
    angle = round(float(np.degrees(np.arctan2(first[1], first[0]))))
    how = (
        tr("mirrored and turned by {angle}°", angle=angle)
        if transform.is_mirrored
        else tr("turned by {angle}°", angle=angle)
    )
    return ", ".join([how, scale, fits])


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
