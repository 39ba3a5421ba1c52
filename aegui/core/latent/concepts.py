"""Concept directions: differences of mean codes of samples with and without an attribute.

Attribute vectors and the analogy A - B + C follow Mikolov et al. 2013, Radford et al. 2016 and
White 2016.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field, FiniteFloat

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

MAX_NAME = 200
_MAX_NUMBERS = 100_000
_MAX = 3.4028234663852886e38
"""Largest number of a code: the maximum of single precision."""
CodeNumber = Annotated[FiniteFloat, Field(ge=-_MAX, le=_MAX)]
"""A number that is finite as part of a code."""
Code = Annotated[tuple[CodeNumber, ...], Field(min_length=1, max_length=_MAX_NUMBERS)]
Name = Annotated[str, Field(max_length=MAX_NAME)]

MAX_SEPARATION = 99.0
"""Upper bound of the separation, reported if the samples of each box do not differ at all."""
_MIN_END = 1.25
_LEFT_OUT = 5


@dataclass(frozen=True)
class Concept:
    """A direction in the latent space that adds an attribute to an image; saved with a run."""

    name: Name
    """Name of the concept."""
    direction: Code
    """From the mean of the codes without the attribute to the mean of those with it, d numbers."""
    low: CodeNumber
    """Lower end of a slider, in steps of ``direction``: minus the extent of the samples of both
    boxes along it, without 5% at either end, and at least 1.25 steps."""
    high: CodeNumber
    """Upper end of a slider, equally far in the other direction."""
    separation: CodeNumber = 0.0
    """Distance of the two means along the direction, in standard deviations of the samples about
    their own mean, pooled over both boxes (Cohen's d); at most ``MAX_SEPARATION``. 0 if undefined:
    one sample in each box."""

    def named(self, name: str) -> Concept:
        """Return a copy with another name."""
        return replace(self, name=name[:MAX_NAME])


def concept(codes_a: ArrayLike, codes_b: ArrayLike, name: str = "") -> Concept:
    """Return the concept that separates ``codes_a`` ``[n, d]`` from ``codes_b`` ``[m, d]``.

    Raises:
        AeguiError: One side is empty, the sizes differ, or the means are equal.
    """
    plus, minus = _codes(codes_a), _codes(codes_b)
    if plus.shape[1] != minus.shape[1]:
        raise AeguiError(
            tr(
                "The two groups have codes of different sizes: {a} and {b} numbers.",
                a=plus.shape[1],
                b=minus.shape[1],
            )
        )
    step = plus.mean(axis=0) - minus.mean(axis=0)
    square = float(step @ step)
    if square <= 1e-16 * float(np.square(plus).mean() + np.square(minus).mean() + 1e-30):
        raise AeguiError(
            tr("The two groups of samples have the same mean code: nothing sets them apart.")
        )
    having, lacking = plus @ step / square, minus @ step / square
    ends = np.percentile(np.concatenate([having, lacking]), (_LEFT_OUT, 100 - _LEFT_OUT))
    end = max(_MIN_END, float(ends[1] - ends[0]))
    direction = tuple(step.astype(np.float32).tolist())
    return Concept(name, direction, -end, end, _separation(having, lacking))


def _separation(having: NDArray[np.float64], lacking: NDArray[np.float64]) -> float:
    """Return Cohen's d of two projections whose means are 1 apart."""
    freedom = len(having) + len(lacking) - 2
    if freedom < 1:
        return 0.0
    squares = having.var() * len(having) + lacking.var() * len(lacking)
    return min(MAX_SEPARATION, 1.0 / max(float(np.sqrt(squares / freedom)), 1e-9))


def apply(what: Concept, z: ArrayLike, amount: float) -> NDArray[np.float32]:
    """Return the code ``z`` (``[d]`` or ``[n, d]``) plus ``amount`` steps of ``what``."""
    step = np.float32(amount) * np.array(what.direction, np.float32)
    return np.asarray(np.asarray(z, np.float32) + step, np.float32)


def _codes(values: ArrayLike) -> NDArray[np.float64]:
    codes = np.atleast_2d(np.asarray(values, np.float64))
    codes = codes[np.isfinite(codes).all(axis=1)]
    if not codes.size:
        raise AeguiError(tr("One of the boxes has no samples."))
    return codes
