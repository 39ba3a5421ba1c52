"""How much an image is a copy of the sample that is nearest to it."""

from __future__ import annotations

_ALL, _NONE = 0.1, 0.35
"""Shares of the distance to the second nearest one: up to the first a copy, from the other none."""


def copy_share(first: float, second: float) -> float:
    """How much an image is a copy of its nearest sample, 0 to 1.

    It means the same for sets of any kind: what counts is how much nearer that sample is than all
    others. Of two samples that are alike an image is a copy of neither.

    Args:
        first: Distance to the nearest sample.
        second: Distance to the second nearest one.
    """
    if not 0.0 <= first < second:
        return 0.0
    share = min(1.0, max(0.0, (_NONE - first / second) / (_NONE - _ALL)))
    return share * share * (3.0 - 2.0 * share)
