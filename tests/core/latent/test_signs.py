from __future__ import annotations

import numpy as np
import pytest

from aegui.core.latent.frame import principal_directions
from aegui.core.latent.pca import fit_pca
from aegui.core.latent.signs import oriented


def test_two_numbers_of_nearly_one_size_do_not_turn_a_direction_round() -> None:
    one = oriented([[0.6, -0.600001, 0.5, 0.1]])
    other = oriented([[-0.600001, 0.6, -0.5, -0.1]])
    assert one[0] == pytest.approx([0.6, -0.6, 0.5, 0.1], abs=1e-5)
    assert other[0] == pytest.approx(one[0], abs=1e-5)


@pytest.mark.parametrize("noise", [0.0, 1e-7, -1e-7])
def test_of_what_is_its_own_mirror_image_the_first_number_says(noise: float) -> None:
    half = np.sqrt(0.5)
    assert oriented([[0.0, -half, half + noise]])[0, 1] > 0
    assert oriented([[0.0, half, -half - noise]])[0, 1] > 0


def test_nothing_is_turned_that_has_no_way_round() -> None:
    assert oriented(np.zeros((2, 3))).tolist() == np.zeros((2, 3)).tolist()
    assert oriented(np.zeros((0, 3))).shape == (0, 3)


def test_components_of_data_that_differ_a_little_point_the_same_way() -> None:
    draw = np.random.default_rng(0)
    # The first two columns are nearly each other's opposite, the third tells which way it goes.
    strength = draw.normal(size=(200, 1))
    rows = strength * [[0.6, -0.6, 0.5, 0.1]] + 0.01 * draw.normal(size=(200, 4))
    first = fit_pca(rows, 1).components
    for _ in range(20):
        again = rows + 0.001 * draw.normal(size=rows.shape)
        assert fit_pca(again, 1).components == pytest.approx(first, abs=0.01)
        codes = again.astype(np.float32)
        assert principal_directions(codes)[:1] == pytest.approx(first, abs=0.01)
