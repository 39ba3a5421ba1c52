"""How close an image is to being a copy of its nearest sample."""

from __future__ import annotations

_ALL, _NONE = 0.1, 0.35
"""Ratios of first to second distance: up to the first a copy, from the second on none."""


def copy_share(first: float, second: float) -> float:
    """Return how close an image is to being a copy of its nearest sample, 0 to 1.

    The measure is comparable between sets: it depends on how much nearer that sample is than all
    others. If two samples are alike, an image is a copy of neither.

    Args:
        first: Distance to the nearest sample.
        second: Distance to the second nearest one.
    """
    if not 0.0 <= first < second:
        return 0.0
    share = min(1.0, max(0.0, (_NONE - first / second) / (_NONE - _ALL)))
    return share * share * (3.0 - 2.0 * share)
