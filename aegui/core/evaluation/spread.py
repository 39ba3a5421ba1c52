"""Variation of a figure between seeds: the standard deviation beside every mean of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray


def deviation(values: ArrayLike, axis: int = -1) -> NDArray[np.float64]:
    """Return the sample standard deviation of ``values`` along ``axis``, the axis of the seeds.

    Over n - 1: seeds are a sample; over n, two of them would underestimate the deviation by a
    factor of 0.7 (Bessel's correction). NaN values are left out; fewer than two values give NaN.
    """
    numbers = np.asarray(values, np.float64)
    is_known = ~np.isnan(numbers)
    count = is_known.sum(axis=axis, keepdims=True)
    with np.errstate(invalid="ignore"):
        # Shifted by one of them: the mean of equal values would differ from them by rounding.
        numbers = numbers - np.fmin.reduce(numbers, axis=axis, keepdims=True, initial=np.inf)
        mean = np.where(is_known, numbers, 0.0).sum(axis=axis, keepdims=True) / np.maximum(count, 1)
        squares = np.where(is_known, np.square(numbers - mean), 0.0).sum(axis=axis, keepdims=True)
    found = np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)
    return np.asarray(found.squeeze(axis), np.float64)


def mean_and_std(values: Sequence[float | None]) -> Mapping[str, float | None]:
    """Mean and ``deviation`` of the known ``values``; None where there is none."""
    known = [value for value in values if value is not None]
    return {
        "mean": float(np.mean(known)) if known else None,
        "std": float(deviation(known)) if len(known) > 1 else None,
    }
