"""Regions: colours that separate neighbours, and positions of names."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.latent.fields import Field
from aegui.core.latent.regions import COLOURS, regions_of, spread_colours


def voronoi(count: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return the Voronoi cells of ``count`` points, ``[60, 80]``."""
    places = np.random.default_rng(seed).random((count, 2)) * (60, 80)
    rows, columns = np.mgrid[:60, :80]
    squares = (rows[..., None] - places[:, 0]) ** 2 + (columns[..., None] - places[:, 1]) ** 2
    return np.asarray(np.argmin(squares, axis=2))


@pytest.mark.parametrize("seed", range(4))
def test_neighbours_differ_and_most_keep_the_colour_of_their_number(seed: int) -> None:
    grid = voronoi(96, seed)
    colours = spread_colours(grid, 96)
    assert set(colours.tolist()) <= set(range(COLOURS))
    for a, b in ((grid[:, :-1], grid[:, 1:]), (grid[:-1], grid[1:])):
        apart = a != b
        assert (colours[a[apart]] != colours[b[apart]]).all()
    assert (colours == np.arange(96) % COLOURS).mean() > 0.5


def test_with_too_few_colours_the_shortest_borders_share_one() -> None:
    # 0 and 1 touch along four cells, 2 touches 0 along four and 1 along one.
    grid = [[0, 0, 0, 0, 2], [1, 1, 1, 1, 2], [2, 0, 0, 0, 0]]
    colours = spread_colours(np.array(grid), 3, colours=2)
    assert colours[0] != colours[1]


def test_names_stand_where_there_is_most_room() -> None:
    values = np.zeros((6, 12), np.float32)
    values[:, 8:] = 1.0
    field = Field("regions", (0.0, 0.0, 12.0, 6.0), values, 0.0, 2.0, ("a", "b", "c"), None, 1)
    found = regions_of(field)
    assert found is not None
    assert found.classes.tolist() == [0, 1]
    assert 2.0 < found.spots[0, 0] < 6.0
    assert 2.0 < found.spots[0, 1] < 4.0
    assert found.extents[0, 0] == pytest.approx(found.extents[0, 1])
    assert 2.0 < found.extents[0, 0] <= 3.0
    assert found.extents[1, 0] < found.extents[0, 0]


def test_a_single_region_and_a_line_have_their_names_too() -> None:
    line = np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 1.0]], np.float32)
    field = Field("regions", (0.0, -0.5, 6.0, 0.5), line, 0.0, 1.0, ("a", "b"), None, 1)
    found = regions_of(field)
    assert found is not None
    assert 1.0 < found.spots[0, 0] < 4.0
    alone = Field(
        "regions", (0.0, 0.0, 1.0, 1.0), np.zeros((3, 3), np.float32), 0.0, 1.0, ("a",), None, 1
    )
    found = regions_of(alone)
    assert found is not None
    assert found.classes.tolist() == [0]
    numbers = Field(
        "novelty", (0.0, 0.0, 1.0, 1.0), np.zeros((3, 3), np.float32), 0.0, 1.0, (), None, 1
    )
    assert regions_of(numbers) is None
