"""Directions among the codes that mean something: from samples without it to samples with it.

A - B + C is the same thought (Mikolov et al. 2013; Radford et al. 2016; White 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

MOST_SEPARATION = 99.0
"""Told where the samples of each box do not differ at all."""
_LEAST_END = 1.25
_LEFT_OUT = 5


@dataclass(frozen=True, eq=False)
class Concept:
    """A direction along which images become more of something.

    Attributes:
        name: What it is called.
        direction: From the mean of the codes without it to the mean of those with it, ``[d]``.
        low: Where a slider begins, in steps of ``direction``: as far back as nine in ten of the
            samples of both boxes lie apart along it, or somewhat more than one step.
        high: Where it ends, as far ahead.
        separation: Distance of the two means along the direction, in standard deviations of the
            samples about their own mean, pooled over both boxes (Cohen's d); at most
            ``MOST_SEPARATION``. 0 where nobody can know it: of one sample in each box.
    """

    name: str
    direction: NDArray[np.float32]
    low: float
    high: float
    separation: float


def concept(codes_a: ArrayLike, codes_b: ArrayLike, name: str = "") -> Concept:
    """What sets the codes ``codes_a`` ``[n, d]`` apart from ``codes_b`` ``[m, d]``.

    Raises:
        AeguiError: There are none on one side, they differ in size, or their means are the same.
    """
    plus, minus = _codes(codes_a), _codes(codes_b)
    if plus.shape[1] != minus.shape[1]:
        raise AeguiError(
            tr(
                "The two boxes hold codes of different sizes: {a} and {b} numbers.",
                a=plus.shape[1],
                b=minus.shape[1],
            )
        )
    step = plus.mean(axis=0) - minus.mean(axis=0)
    square = float(step @ step)
    if square <= 1e-16 * float(np.square(plus).mean() + np.square(minus).mean() + 1e-30):
        raise AeguiError(
            tr("The samples of the two boxes have the same mean code: nothing sets them apart.")
        )
    with_it, without = plus @ step / square, minus @ step / square
    ends = np.percentile(np.concatenate([with_it, without]), (_LEFT_OUT, 100 - _LEFT_OUT))
    end = max(_LEAST_END, float(ends[1] - ends[0]))
    return Concept(name, step.astype(np.float32), -end, end, _separation(with_it, without))


def _separation(with_it: NDArray[np.float64], without: NDArray[np.float64]) -> float:
    """How many pooled standard deviations a distance of 1 is."""
    freedom = len(with_it) + len(without) - 2
    if freedom < 1:
        return 0.0
    squares = with_it.var() * len(with_it) + without.var() * len(without)
    return min(MOST_SEPARATION, 1.0 / max(float(np.sqrt(squares / freedom)), 1e-9))


def apply(what: Concept, z: ArrayLike, amount: float) -> NDArray[np.float32]:
    """The code ``z`` (``[d]`` or ``[n, d]``) with ``amount`` steps of ``what`` added."""
    return np.asarray(np.asarray(z, np.float32) + np.float32(amount) * what.direction, np.float32)


def _codes(values: ArrayLike) -> NDArray[np.float64]:
    codes = np.atleast_2d(np.asarray(values, np.float64))
    codes = codes[np.isfinite(codes).all(axis=1)]
    if not codes.size:
        raise AeguiError(tr("One of the boxes has no samples."))
    return codes
