"""Densities of codes on a plane."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gaussian_kde, multivariate_normal

from aegui.core.errors import Cancelled
from aegui.core.latent.densities import aggregate_density, placed, prior_density
from aegui.core.latent.frame import axes_frame, spanned_frame

XS = np.linspace(-3, 3, 200)
YS = np.linspace(-2, 2, 150)


def test_the_prior_is_standard_normal_from_every_side() -> None:
    grid = np.stack(np.meshgrid(XS, YS), axis=2)
    wanted = multivariate_normal(np.zeros(2)).pdf(grid)
    assert prior_density(axes_frame((0, 1), [0, 0, 2.0]), XS, YS) == pytest.approx(wanted)
    ways = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 2)))[0].T
    assert prior_density(spanned_frame(ways, np.full(4, 0.3)), XS, YS) == pytest.approx(wanted)


def test_a_mixture_is_the_mean_of_its_parts() -> None:
    draw = np.random.default_rng(1)
    ways = np.linalg.qr(draw.normal(size=(3, 2)))[0].T
    frame = spanned_frame(ways, [0.5, 0.0, -0.5])
    codes = draw.normal(size=(5, 3)).astype(np.float32)
    variances = draw.uniform(0.1, 0.6, (5, 3)).astype(np.float32)
    found = aggregate_density(codes, variances, frame, XS, YS)
    grid = np.stack(np.meshgrid(XS, YS), axis=2)
    cell = np.diag([(XS[1] - XS[0]) / 2, (YS[1] - YS[0]) / 2]) ** 2
    at = placed(frame, codes)
    assert at == pytest.approx(codes @ ways.T, abs=1e-6)
    parts = [
        multivariate_normal(at[i], ways @ np.diag(variances[i]) @ ways.T + cell).pdf(grid)
        for i in range(5)
    ]
    assert found == pytest.approx(np.mean(parts, axis=0), abs=1e-6)


@pytest.mark.parametrize("size", [1, 2])
def test_plain_codes_get_the_width_of_scott(size: int) -> None:
    codes = np.random.default_rng(2).normal(size=(400, size)).astype(np.float32)
    found = aggregate_density(codes, None, axes_frame((0, size - 1), np.zeros(size)), XS, YS)
    grid = np.stack(np.meshgrid(XS, YS), axis=2).reshape(-1, 2)[:, :size]
    wanted = gaussian_kde(codes.T)(grid.T).reshape(found.shape)
    # Cells of some breadth, and a spread over n and not n - 1.
    assert found == pytest.approx(wanted, abs=0.003)


def test_what_is_no_number_is_left_out() -> None:
    frame = axes_frame((0, 1), [0.0, 0.0])
    codes = np.array([[0, 0], [1, 1], [np.nan, 0]], np.float32)
    found = aggregate_density(codes, None, frame, XS, YS)
    assert found == pytest.approx(aggregate_density(codes[:2], None, frame, XS, YS))
    assert not aggregate_density(codes[2:], None, frame, XS, YS).any()


def test_it_can_be_stopped() -> None:
    frame = spanned_frame([[0.6, 0.8], [-0.8, 0.6]], [0.0, 0.0])
    codes = np.zeros((3, 2), np.float32)
    variances = np.array([[1.0, 0.1]] * 3, np.float32)
    with pytest.raises(Cancelled):
        aggregate_density(codes, variances, frame, XS, YS, lambda: True)
