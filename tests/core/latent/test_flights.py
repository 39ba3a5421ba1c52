from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.flights import CORNERS, around, through_points, without_outliers

if TYPE_CHECKING:
    from numpy.typing import NDArray


def is_even_and_closed(way: NDArray[np.float64]) -> bool:
    lengths = np.linalg.norm(np.diff(way, axis=0), axis=1)
    return bool(np.allclose(way[0], way[-1]) and lengths.max() < 1.05 * np.median(lengths))


def sharpest(way: NDArray[np.float64]) -> float:
    """Return the largest angle between two steps, in degrees."""
    step = np.diff(np.concatenate([way, way[1:2]]), axis=0)
    angle = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
    return float(np.degrees(np.abs(np.diff(angle)).max()))


def test_a_way_through_places_meets_all_of_them_in_their_order() -> None:
    stops = np.array([[0.0, 0.0], [4.0, 1.0], [3.0, 5.0], [-2.0, 3.0]])
    way = through_points(stops)
    assert way.shape == (CORNERS, 2)
    assert is_even_and_closed(way)
    apart = np.linalg.norm(way[:, np.newaxis] - stops, axis=2)
    assert (apart.min(axis=0) < 0.02).all()
    assert (np.diff(apart[:-1].argmin(axis=0)) > 0).all()
    assert sharpest(way) < 10.0


@pytest.mark.parametrize("stops", [[[1.0, 2.0]], [[1.0, 2.0], [1.0, 2.0]]])
def test_of_one_place_the_way_stays_there(stops: list[list[float]]) -> None:
    np.testing.assert_array_equal(through_points(stops), np.full((CORNERS, 2), (1.0, 2.0)))


def test_a_way_through_the_crowd_avoids_empty_space() -> None:
    draw = np.random.default_rng(2)
    angle = draw.uniform(0.0, 1.6 * np.pi, 400)
    horseshoe = 5.0 * np.column_stack([np.cos(angle), np.sin(angle)])
    places = np.concatenate([horseshoe + 0.2 * draw.normal(size=(400, 2)), [[40.0, 40.0]]])
    way = without_outliers(places)
    assert is_even_and_closed(way)
    # Neither across the middle of the shoe nor to what lies far from all others.
    assert np.linalg.norm(way[:, np.newaxis] - places, axis=2).min(axis=1).max() < 1.0
    # And it goes all over the rest.
    assert np.quantile(np.linalg.norm(horseshoe[:, np.newaxis] - way, axis=2).min(axis=1), 0.95) < 1


@pytest.mark.parametrize("count", [2, 3, 4, 9, 3000])
def test_there_is_a_way_through_any_number_of_places(count: int) -> None:
    places = np.random.default_rng(count).normal(size=(count, 2))
    places[0] = np.nan
    way = without_outliers(places)
    assert way.shape == (CORNERS, 2)
    assert np.isfinite(way).all()


def test_codes_of_one_number_are_flown_along_to_and_fro() -> None:
    x = np.random.default_rng(0).normal(size=60)
    way = without_outliers(np.column_stack([x, np.zeros(60)]))
    assert np.abs(way[:, 1]).max() < 1e-9
    assert np.ptp(way[:, 0]) > 0.6 * np.ptp(np.sort(x)[6:-6])


def test_without_samples_the_way_goes_about_the_middle() -> None:
    way = around((-3.0, -1.0, 3.0, 1.0))
    assert is_even_and_closed(way)
    assert np.abs(way).max(axis=0) == pytest.approx((1.8, 0.6), abs=0.01)
