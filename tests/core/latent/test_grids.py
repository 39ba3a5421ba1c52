"""Grids of codes at equal quantiles of the prior."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.latent.grids import (
    GridSpec,
    TraversalSpec,
    draw_grid,
    draw_sheet,
    normal_quantiles,
)
from tests.core.latent.linear import linear_codec


def test_quantiles_share_the_prior_equally() -> None:
    values = normal_quantiles(8)
    shares = [NormalDist().cdf(float(value)) for value in values]
    assert np.diff(shares) == pytest.approx([1 / 8] * 7)
    assert values == pytest.approx(-values[::-1])
    assert normal_quantiles(1) == pytest.approx([0.0])


def test_quantiles_go_right_with_the_first_number_and_up_with_the_second() -> None:
    codec = linear_codec(load_builtin("lowercase"), 4)
    images = draw_grid(codec, GridSpec(axes=(2, 0), columns=5, rows=3), np.zeros(4))
    assert images.shape == (3, 5, 1, 7, 5)
    across, up = normal_quantiles(5), normal_quantiles(3)
    for row in range(3):
        for column in range(5):
            code = [up[2 - row], 0.0, across[column], 0.0]
            wanted = np.clip(codec.decode(code), 0, 1).reshape(1, 7, 5)
            assert images[row, column] == pytest.approx(wanted, abs=1e-6)


def test_a_code_of_one_number_is_a_ribbon() -> None:
    codec = linear_codec(load_builtin("lowercase"), 1)
    images = draw_grid(codec, GridSpec(axes=(0, 0), columns=9, rows=3), np.zeros(1))
    wanted = np.clip(codec.decode(normal_quantiles(9)[:, np.newaxis]), 0, 1)
    assert images == pytest.approx(wanted.reshape(1, 9, 1, 7, 5), abs=1e-6)


def test_a_grid_goes_through_the_other_numbers_of_its_base() -> None:
    codec = linear_codec(load_builtin("lowercase"), 3)
    base = np.array([9.0, 0.4, 9.0], np.float32)
    spec = GridSpec(axes=(2, 0), columns=4, rows=3, quantiles=False, across=(-1, 2), up=(0, 1))
    images = draw_grid(codec, spec, base)
    assert images.shape == (3, 4, *codec.image_shape)
    # The topmost row has the largest second number, the last column the largest first one.
    for row, column, code in ((0, 0, [1, 0.4, -1]), (2, 3, [0, 0.4, 2]), (1, 1, [0.5, 0.4, 0])):
        expected = codec.decode(np.array([code], np.float32)).reshape(codec.image_shape)
        np.testing.assert_allclose(images[row, column], np.clip(expected, 0, 1), atol=1e-5)


def test_quantiles_are_those_of_the_prior() -> None:
    xs, ys = GridSpec(columns=5, rows=8).axis_values()
    assert xs == pytest.approx(normal_quantiles(5))
    assert ys == pytest.approx(normal_quantiles(8))


def test_a_grid_of_a_code_of_one_number_has_one_row_and_can_be_stopped() -> None:
    codec = linear_codec(load_builtin("lowercase"), 1)
    assert draw_grid(codec, GridSpec(columns=6, rows=4), [0.0]).shape[:2] == (1, 6)
    with pytest.raises(Cancelled):
        draw_grid(codec, GridSpec(), [0.0], lambda: True)


def test_a_traversal_changes_one_number_in_each_row() -> None:
    codec = linear_codec(load_builtin("lowercase"), 3)
    spec = TraversalSpec((0.0, 1.0, 2.0), (1.0, 0.5, 0.25), steps=3, reach=2.0)
    assert spec.ends().tolist() == [[-2.0, 2.0], [0.0, 2.0], [1.5, 2.5]]
    base = [0.5, 0.5, 0.5]
    images = draw_sheet(codec, spec, base)
    assert images.shape == (3, 3, 1, 7, 5)
    expected = codec.decode(np.array([0.5, 2.0, 0.5], np.float32)).clip(0, 1)
    np.testing.assert_allclose(images[1, 2].ravel(), expected.ravel(), atol=1e-6)
    grid = GridSpec(columns=2, rows=2)
    np.testing.assert_array_equal(draw_sheet(codec, grid, base), draw_grid(codec, grid, base))
    with pytest.raises(Cancelled):
        draw_sheet(codec, spec, base, lambda: True)


def test_quantiles_of_a_part_of_the_prior_have_its_ends() -> None:
    spec = GridSpec(columns=3, rows=5, between=(0.05, 0.95))
    xs, ys = spec.axis_values()
    assert xs == pytest.approx([-1.6449, 0.0, 1.6449], abs=1e-3)
    assert ys[[0, -1]] == pytest.approx([-1.6449, 1.6449], abs=1e-3)
    open_ended = normal_quantiles(2, (0.5, 1.0))
    assert open_ended == pytest.approx([0.3186, 1.1503], abs=1e-3)
    with pytest.raises(AeguiError, match=r"0\.9 to 0\.1"):
        normal_quantiles(3, (0.9, 0.1))
