"""Queries of many places give the same results as a linear search."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.widgets.scatter.point_index import PointIndex
from aegui.widgets.viewport import bounds_of


def index_of(count: int) -> tuple[PointIndex, np.ndarray]:
    coordinates = np.random.default_rng(count).normal(size=(count, 2)) * (3.0, 0.2)
    coordinates[::17] = np.nan
    bounds = bounds_of(coordinates)
    assert bounds is not None
    return PointIndex(coordinates, bounds), coordinates


@pytest.mark.parametrize("count", [2, 300, 20_000])
def test_the_nearest_is_the_nearest(count: int) -> None:
    index, coordinates = index_of(count)
    spots = np.random.default_rng(1).normal(size=(60, 2)) * 6.0
    for x, y in spots.tolist():
        ways = (coordinates - (x, y)) * (30.0, 200.0)
        wanted = int(np.nanargmin(np.hypot(*ways.T)))
        assert index.nearest(x, y, 30.0, 200.0) == wanted


@pytest.mark.parametrize("rect", [(-1.0, -0.1, 0.5, 0.3), (-99.0, -99.0, 99.0, 99.0), (9, 9, 9, 9)])
def test_a_rectangle_holds_what_lies_in_it(rect: tuple[float, float, float, float]) -> None:
    index, coordinates = index_of(20_000)
    inside = (coordinates >= rect[:2]).all(axis=1) & (coordinates <= rect[2:]).all(axis=1)
    assert index.rows_in(rect).tolist() == np.flatnonzero(inside).tolist()
    assert index.count_near(rect) >= inside.sum()


def test_places_on_one_spot_and_none_at_all() -> None:
    same = np.full((50, 2), 0.25)
    index = PointIndex(same, (0.25, 0.25, 0.25, 0.25))
    assert index.nearest(3.0, 4.0) == 0
    assert len(index.rows_in((0.0, 0.0, 1.0, 1.0))) == 50
    nothing = PointIndex(np.full((3, 2), np.nan), (0.0, 0.0, 1.0, 1.0))
    assert len(nothing) == 0
    assert nothing.nearest(0.0, 0.0) is None
