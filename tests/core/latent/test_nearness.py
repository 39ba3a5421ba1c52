from __future__ import annotations

import numpy as np
import pytest

from aegui.core.latent.nearness import copy_share


def test_a_copy_is_far_nearer_to_one_sample_than_to_all_others() -> None:
    assert copy_share(0.0, 2.0) == copy_share(0.1, 2.0) == 1.0
    assert copy_share(1.0, 2.0) == copy_share(1.9, 2.0) == 0.0
    shares = [copy_share(first, 2.0) for first in np.linspace(0.2, 0.7, 20)]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) > 15, "it fades"
    assert copy_share(0.4, 2.0) == pytest.approx(copy_share(4.0, 20.0))


@pytest.mark.parametrize("pair", [(0.0, 0.0), (1.0, 1.0), (np.nan, 1.0), (1.0, np.nan)])
def test_of_two_that_are_alike_it_is_a_copy_of_neither(pair: tuple[float, float]) -> None:
    assert copy_share(*pair) == 0.0
