"""Wrong pixels: the error measure of glyphs, and its summary over samples and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

THRESHOLD = 0.5
"""A pixel is on if its value exceeds this."""


def wrong_pixels(target: ArrayLike, output: ArrayLike) -> NDArray[np.int64]:
    """Return the number of pixels of each output that differ from its target, both thresholded.

    Args:
        target: The clean images ``[N, D]`` (further axes are flattened).
        output: The network's answers, of the same shape.

    Returns:
        int64 ``[N]``.
    """
    expected, actual = np.asarray(target), np.asarray(output)
    differs = (expected > THRESHOLD) != (actual > THRESHOLD)
    return np.asarray(np.count_nonzero(differs.reshape(len(expected), -1), axis=1), dtype=np.int64)


def wrong_pixels_summary(wrong: ArrayLike) -> dict[str, object]:
    """Return the wrong pixels of one run for the command line's JSON.

    Args:
        wrong: Wrong pixels per sample, at least one.
    """
    counts = np.asarray(wrong)
    return {
        "per_sample": [int(count) for count in counts],
        "mean": float(counts.mean()),
        "max": int(counts.max()),
        "share_at_most_1": float((counts <= 1).mean()),
        "share_exact": float((counts == 0).mean()),
    }
