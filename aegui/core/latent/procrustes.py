"""Turning and scaling one map so that it lies on another: what two networks agree on shows then."""

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
class Turn:
    """How codes were moved to lie on others: ``scale * (z - middle) @ rotation + shift``.

    Attributes:
        rotation: Orthogonal ``[d, d]``; with determinant -1 it mirrors as well.
        scale: Above 0.
        middle: Mean of what was moved, ``[d]``.
        shift: Mean of what it was moved to, ``[d]``.
        left: Share of the spread of the others, 0 to 1, that still is between the two.
    """

    rotation: NDArray[np.float64]
    scale: float
    middle: NDArray[np.float64]
    shift: NDArray[np.float64]
    left: float

    def moved(self, codes: ArrayLike) -> NDArray[np.float32]:
        """``codes`` ``[n, d]`` where they come to lie."""
        values = np.asarray(codes, np.float64) - self.middle
        return np.asarray(self.scale * values @ self.rotation + self.shift, np.float32)

    @property
    def is_mirrored(self) -> bool:
        """Whether left and right have changed places."""
        return float(np.linalg.det(self.rotation)) < 0.0


def fitting_turn(codes: ArrayLike, others: ArrayLike) -> Turn | None:
    """What moves ``codes`` ``[n, d]`` nearest to ``others`` ``[n, d]``, row by row.

    The least squares over rotations, mirrorings, one scale and a shift (Schoenemann 1966,
    orthogonal Procrustes). None where they do not differ enough to say.
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
    return Turn(rotation, total / spread, middle, shift, max(0.0, 1.0 - total**2 / (spread * aim)))


def turn_words(turn: Turn) -> str:
    """What was done, for a person: the angle where there is one, the scale, how well it fits."""
    scale = tr("scaled by {factor:.2f}", factor=turn.scale)
    fits = tr("{percent} % of the spread fits", percent=round(100 * (1.0 - turn.left)))
    if len(turn.rotation) != 2:
        return ", ".join([tr("turned"), scale, fits])
    # Of a mirrored one: the angle after x has changed its sign.
    first = turn.rotation[0] * (-1.0 if turn.is_mirrored else 1.0)
    angle = round(float(np.degrees(np.arctan2(first[1], first[0]))))
    how = (
        tr("mirrored and turned by {angle}°", angle=angle)
        if turn.is_mirrored
        else tr("turned by {angle}°", angle=angle)
    )
    return ", ".join([how, scale, fits])
