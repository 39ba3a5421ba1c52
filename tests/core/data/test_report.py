from __future__ import annotations

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.data.report import ClosePair, report


def test_duplicates_and_closest_pairs() -> None:
    images = np.zeros((5, 2, 2))
    images[1, 0, 0] = images[3, 0, 0] = 1
    images[2] = 1
    images[4] = [[1, 1], [1, 0]]
    found = report(Dataset.from_images("x", images), pairs=2)
    assert found.duplicates == ((1, 3),)
    assert found.closest == (ClosePair(0, 1, 1), ClosePair(2, 4, 1))


def test_one_sample_has_no_pairs() -> None:
    found = report(Dataset.from_images("x", np.zeros((1, 2, 2))))
    assert found.duplicates == ()
    assert found.closest == ()
