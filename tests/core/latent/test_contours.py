"""Contour lines of circles and planes, and borders between classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.contours import borders, contours

if TYPE_CHECKING:
    from numpy.typing import NDArray

RECT = (-2.0, -1.0, 2.0, 1.0)


def middles(rows: int, columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x0, y0, x1, y1 = RECT
    x = x0 + (np.arange(columns) + 0.5) * (x1 - x0) / columns
    y = y0 + (np.arange(rows) + 0.5) * (y1 - y0) / rows
    xs, ys = np.meshgrid(x, y)
    return xs, ys


def test_a_circle_is_one_closed_line_of_its_radius() -> None:
    x, y = middles(60, 120)
    lines = contours(np.hypot(x, y), 0.7, RECT)
    assert len(lines) == 1
    (line,) = lines
    assert np.array_equal(line[0], line[-1])
    assert np.abs(np.hypot(line[:, 0], line[:, 1]) - 0.7).max() < 1e-3
    assert 100 < len(line) < 400


def test_a_plane_gives_one_open_line_at_the_exact_place() -> None:
    x, _ = middles(10, 20)
    (line,) = contours(3.0 * x + 1.0, 2.0, RECT)
    assert line[:, 0] == pytest.approx(1.0 / 3.0)
    assert sorted(line[[0, -1], 1].tolist()) == pytest.approx([-0.9, 0.9])


def test_two_hills_give_two_lines_and_a_saddle_is_no_crossing() -> None:
    x, y = middles(40, 80)
    hills = np.exp(-8 * ((x - 1) ** 2 + y**2)) + np.exp(-8 * ((x + 1) ** 2 + y**2))
    assert len(contours(hills, 0.5, RECT)) == 2
    checks = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert len(contours(checks, 0.4, RECT)) == 2
    assert len(contours(checks, 0.6, RECT)) == 2


def test_where_there_is_no_number_there_is_no_line() -> None:
    x, _ = middles(10, 20)
    values = np.where(x > 0, np.nan, x)
    assert not contours(values, 0.5, RECT)
    assert contours(values, -1.0, RECT)
    assert not contours(np.full((10, 20), np.nan), 0.0, RECT)
    assert not contours([[np.inf, -np.inf], [0.0, 1.0]], 0.5, RECT)


def test_a_grid_of_one_row_has_no_lines() -> None:
    assert not contours(np.arange(5.0)[np.newaxis], 2.0, RECT)


def test_a_border_goes_between_the_cells_and_cuts_corners() -> None:
    classes = np.zeros((4, 8), int)
    classes[1:3, 2:6] = 1
    (line,) = borders(classes, RECT)
    assert np.array_equal(line[0], line[-1])
    assert line.min(axis=0) == pytest.approx([-1.0, -0.5])
    assert line.max(axis=0) == pytest.approx([1.0, 0.5])
    corners = np.array([[-1.0, -0.5], [1.0, 0.5]])
    assert not (line[:, np.newaxis] == corners).all(axis=2).any()
    assert not borders(np.zeros((3, 3), int), RECT)
    assert not borders(np.arange(3)[np.newaxis], RECT)


def test_where_three_classes_meet_three_lines_do() -> None:
    classes = np.zeros((6, 6), int)
    classes[3:, :3], classes[3:, 3:] = 1, 2
    lines = borders(classes, (0.0, 0.0, 6.0, 6.0))
    ends = np.concatenate([line[[0, -1]] for line in lines])
    assert sum(bool(np.allclose(end, (3.0, 3.0))) for end in ends) >= 1
    assert sum(len(line) - 1 for line in lines) == 9
