"""Wrong pixels and their summaries."""

from __future__ import annotations

import numpy as np

from aegui.core.evaluation.wrong_pixels import wrong_pixels, wrong_pixels_summary


def test_pixels_are_compared_after_thresholding() -> None:
    target = [[0, 1, 1], [0, 0, 0]]
    output = [[0.4, 0.6, 0.5], [0.51, 0.0, 0.9]]
    assert wrong_pixels(target, output).tolist() == [1, 2]
    assert wrong_pixels(target, output).dtype == np.int64


def test_images_are_flattened() -> None:
    assert wrong_pixels(np.zeros((3, 2, 2)), np.ones((3, 2, 2))).tolist() == [4, 4, 4]


def test_the_summary_of_a_run() -> None:
    assert wrong_pixels_summary([0, 1, 3, 0]) == {
        "per_sample": [0, 1, 3, 0],
        "mean": 1.0,
        "max": 3,
        "share_at_most_1": 0.75,
        "share_exact": 0.5,
    }
