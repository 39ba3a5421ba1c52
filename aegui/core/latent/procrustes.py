"""Procrustes alignment of two maps by rotation, scale and shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import tr

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_FEWEST = 3
_TINY = 1e-12


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
    if len(a) < _FEWEST:
        return None
    middle, shift = a.mean(axis=0), b.mean(axis=0)
    a, b = a - middle, b - shift
    spread, aim = float(np.square(a).sum()), float(np.square(b).sum())
    if spread <= _TINY or aim <= _TINY:
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
