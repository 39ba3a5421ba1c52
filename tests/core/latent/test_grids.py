"""Codes in rows and columns, at equal shares of the prior."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from aegui.core.latent.grids import normal_quantiles, quantile_codes


def test_quantiles_share_the_prior_equally() -> None:
    values = normal_quantiles(8)
    shares = [NormalDist().cdf(float(value)) for value in values]
    assert np.diff(shares) == pytest.approx([1 / 8] * 7)
    assert values == pytest.approx(-values[::-1])
    assert normal_quantiles(1) == pytest.approx([0.0])


def test_codes_go_right_with_the_first_number_and_up_with_the_second() -> None:
    codes = quantile_codes(5, 4, (2, 0)).reshape(5, 5, 4)
    assert (np.diff(codes[..., 2], axis=1) > 0).all()
    assert (np.diff(codes[..., 0], axis=0) < 0).all()
    assert not codes[..., [1, 3]].any()


def test_a_code_of_one_number_is_a_ribbon() -> None:
    codes = quantile_codes(3, 1)
    assert codes.shape == (9, 1)
    assert codes[:3] == pytest.approx(codes[3:6])
