from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegui.core.pixels.shapes import (
    PixelBox,
    area_cells,
    box_of,
    brush_cells,
    filled_cells,
    line_cells,
    mirrored,
    outline_cells,
)

places = st.tuples(st.integers(-20, 20), st.integers(-20, 20))


@given(places, places)
def test_lines_are_connected_and_as_short_as_can_be(
    start: tuple[int, int], end: tuple[int, int]
) -> None:
    cells = list(line_cells(start, end))
    assert cells[0] == start
    assert cells[-1] == end
    assert len(cells) == max(abs(start[0] - end[0]), abs(start[1] - end[1])) + 1
    for (row, column), (next_row, next_column) in pairwise(cells):
        assert max(abs(row - next_row), abs(column - next_column)) == 1


@given(places, places)
def test_a_rectangle_is_its_edge_and_its_inside(a: tuple[int, int], b: tuple[int, int]) -> None:
    edge, area = outline_cells(a, b), area_cells(a, b)
    height, width = abs(a[0] - b[0]) + 1, abs(a[1] - b[1]) + 1
    assert len(set(area)) == len(area) == height * width
    inside = max(0, height - 2) * max(0, width - 2)
    assert len(set(edge)) == len(edge) == height * width - inside
    assert set(edge) <= set(area)
    assert {a, b} <= set(edge)


def test_a_broad_brush_is_a_square_around_its_cell() -> None:
    assert brush_cells((4, 4), 1) == [(4, 4)]
    assert set(brush_cells((4, 4), 3)) == {(r, c) for r in (3, 4, 5) for c in (3, 4, 5)}
    assert set(brush_cells((0, 0), 2)) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_a_fill_stops_at_other_colours_and_at_corners() -> None:
    image = np.zeros((4, 5), np.float32)
    image[1, :3] = image[:2, 3] = 1.0
    assert set(filled_cells(image, (0, 0))) == {(0, 0), (0, 1), (0, 2)}
    assert set(filled_cells(image, (0, 4))) == {
        *((row, 4) for row in range(4)),
        *((row, column) for row in (2, 3) for column in range(4)),
    }
    assert set(filled_cells(image, (1, 0))) == {(1, 0), (1, 1), (1, 2), (1, 3), (0, 3)}


def test_a_fill_sees_colours_not_brightness() -> None:
    image = np.zeros((3, 2, 2), np.float32)
    image[0, 0, 0], image[1, 0, 1] = 1.0, 1.0
    assert filled_cells(image, (0, 0)) == [(0, 0)]
    assert filled_cells(image, (1, 1)) == [(1, 0), (1, 1)]


@pytest.mark.parametrize(
    ("across", "down", "expected"),
    [
        (False, False, {(1, 0)}),
        (True, False, {(1, 0), (1, 4)}),
        (False, True, {(1, 0), (5, 0)}),
        (True, True, {(1, 0), (1, 4), (5, 0), (5, 4)}),
    ],
)
def test_mirrors(across: bool, down: bool, expected: set[tuple[int, int]]) -> None:
    found = mirrored([(1, 0)], (7, 5), across=across, down=down)
    assert set(found) == expected
    assert len(found) == len(expected)


def test_the_middle_column_of_five_is_its_own_mirror_image() -> None:
    assert mirrored([(2, 2)], (7, 5), across=True, down=False) == [(2, 2)]
    assert mirrored([(3, 2)], (7, 5), across=True, down=True) == [(3, 2)]
    assert set(mirrored([(0, 3)], (8, 8), across=True, down=False)) == {(0, 3), (0, 4)}


def test_boxes() -> None:
    box = PixelBox.around((5, 1), (2, 3))
    assert (box, box.height, box.width) == (PixelBox(2, 1, 6, 4), 4, 3)
    assert box.holds((5, 3))
    assert not box.holds((6, 3))
    assert box.moved(-3, 2) == PixelBox(-1, 3, 3, 6)
    assert box.moved(-3, 2).within(7, 5) == PixelBox(0, 3, 3, 5)
    assert box.moved(9, 0).within(7, 5) is None


def test_the_box_of_a_mask_holds_all_of_it_and_no_more() -> None:
    mask = np.zeros((7, 5), np.bool_)
    assert box_of(mask) is None
    mask[2, 1] = mask[4, 3] = True
    assert box_of(mask) == (2, 1, 5, 4)


def test_the_corner_across() -> None:
    box = PixelBox(1, 2, 4, 4)
    assert box.corner_across((1, 2)) == (3, 3)
    assert box.corner_across((3, 2)) == (1, 3)
    assert box.corner_across((2, 2)) is None
    assert PixelBox(5, 5, 6, 6).corner_across((5, 5)) == (5, 5)
