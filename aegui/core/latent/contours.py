"""Contour lines on a grid and borders between classes, by marching squares; lines of map layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.fields import Ellipses, Field

    Rect = tuple[float, float, float, float]

    Lines = tuple[NDArray[np.float64], ...]

_BELOW, _RIGHT, _ABOVE, _LEFT = range(4)
_CUTS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((_LEFT, _BELOW),),
    2: ((_BELOW, _RIGHT),),
    3: ((_LEFT, _RIGHT),),
    4: ((_RIGHT, _ABOVE),),
    6: ((_BELOW, _ABOVE),),
    7: ((_LEFT, _ABOVE),),
    8: ((_LEFT, _ABOVE),),
    9: ((_BELOW, _ABOVE),),
    11: ((_RIGHT, _ABOVE),),
    12: ((_LEFT, _RIGHT),),
    13: ((_BELOW, _RIGHT),),
    14: ((_LEFT, _BELOW),),
}
"""Which sides a line joins, by the mask of corners above the level: bit 0 is the lower left corner,
the others follow counter-clockwise.
"""
_SADDLES = {
    5: (((_LEFT, _ABOVE), (_BELOW, _RIGHT)), ((_LEFT, _BELOW), (_RIGHT, _ABOVE))),
    10: (((_LEFT, _BELOW), (_RIGHT, _ABOVE)), ((_LEFT, _ABOVE), (_BELOW, _RIGHT))),
}
"""The same for saddles, where opposite corners lie above: with a high centre and with a low one."""


def contours(values: ArrayLike, level: float, rect: Rect) -> list[NDArray[np.float64]]:
    """Return the contour lines of ``values`` at ``level``.

    Values are interpolated linearly between cell centres (marching squares, after Lorensen and
    Cline 1987). There is no line where a value is NaN or infinite.

    Args:
        values: ``[rows, columns]``, each at the centre of its cell; row 0 is the lowest.
        level: The contour level.
        rect: The rectangle that the cells fill: x0, y0, x1, y1.

    Returns:
        Points ``[k, 2]`` of each line; a closed line ends where it begins.
    """
    grid = np.asarray(values, np.float64)
    if min(grid.shape) < 2:
        return []
    sides = _segments(grid, level)
    points = _crossings(grid, level, sides, rect)
    return [np.array([points[side] for side in line]) for line in _joined(sides)]


def borders(classes: ArrayLike, rect: Rect) -> list[NDArray[np.float64]]:
    """Return the borders between cells of different ``classes``, midway between their centres.

    Args:
        classes: ``[rows, columns]``; row 0 is the lowest.
        rect: The rectangle that the cells fill: x0, y0, x1, y1.

    Returns:
        Points ``[k, 2]`` of each line; where three classes meet, three lines meet.
    """
    grid = np.asarray(classes)
    rows, columns = grid.shape
    if min(grid.shape) < 2:
        return []
    segments = _border_segments(grid)
    joints = np.unique(segments)
    kind, flat_index = np.divmod(joints, rows * columns)
    row, column = np.divmod(flat_index, columns)
    # Joints lie on a horizontal side (kind 0), on a vertical one (1), or amid four cells (2).
    x0, y0, x1, y1 = rect
    x = x0 + (column + np.where(kind == 1, 0.5, 1.0)) * (x1 - x0) / columns
    y = y0 + (row + np.where(kind == 0, 0.5, 1.0)) * (y1 - y0) / rows
    points = dict(zip(joints.tolist(), zip(x.tolist(), y.tolist(), strict=True), strict=True))
    return [np.array([points[joint] for joint in line]) for line in _joined(segments)]


def _border_segments(grid: NDArray[np.generic]) -> NDArray[np.int64]:
    """Return pairs of joint indices ``[m, 2]``, within each square of four cells."""
    sides = _sides(*grid.shape)
    middles = sides[_BELOW] + 2 * grid.size
    across, stands = grid[:, :-1] != grid[:, 1:], grid[:-1] != grid[1:]
    crossed = np.stack([across[:-1], stands[:, 1:], across[1:], stands[:, :-1]])
    count = crossed.sum(axis=0)
    found = [
        np.stack([sides[a], sides[b]])[:, (count == 2) & crossed[a] & crossed[b]].T
        for a in range(4)
        for b in range(a)
    ]
    found += [np.stack([sides[a], middles])[:, (count > 2) & crossed[a]].T for a in range(4)]
    return np.concatenate(found)


def _sides(rows: int, columns: int) -> NDArray[np.int64]:
    """Return indices ``[4, rows - 1, columns - 1]`` of the sides of each square of four values.

    Horizontal sides are numbered first, then vertical ones.
    """
    first = np.arange(rows - 1)[:, np.newaxis] * columns + np.arange(columns - 1)
    stands = rows * columns + first
    return np.stack([first, stands + 1, first + columns, stands])


def _segments(grid: NDArray[np.float64], level: float) -> NDArray[np.int64]:
    """Return pairs of sides ``[m, 2]`` joined by a line within one square of four values."""
    rows, columns = grid.shape
    above = grid > level
    case = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    known = np.isfinite(grid)
    case[~(known[:-1, :-1] & known[:-1, 1:] & known[1:, 1:] & known[1:, :-1])] = 0
    sides = _sides(rows, columns)
    found = [sides[list(pair)][:, case == key].T for key, cuts in _CUTS.items() for pair in cuts]
    # Squares with infinite corners have no line anyway.
    with np.errstate(invalid="ignore"):
        middle = (grid[:-1, :-1] + grid[:-1, 1:] + grid[1:, 1:] + grid[1:, :-1]) / 4 > level
    for key, (high, low) in _SADDLES.items():
        for cuts, there in ((high, middle), (low, ~middle)):
            found += [sides[list(pair)][:, (case == key) & there].T for pair in cuts]
    return np.concatenate(found)


def _crossings(
    grid: NDArray[np.float64], level: float, sides: NDArray[np.int64], rect: Rect
) -> dict[int, tuple[float, float]]:
    """Return the point at which the line crosses each of ``sides``."""
    rows, columns = grid.shape
    x0, y0, x1, y1 = rect
    width, height = (x1 - x0) / columns, (y1 - y0) / rows
    crossed = np.unique(sides)
    stands = crossed >= rows * columns
    row, column = np.divmod(crossed % (rows * columns), columns)
    begin = grid[row, column]
    end = grid[row + stands, column + ~stands]
    share = (level - begin) / (end - begin)
    x = x0 + (column + 0.5 + np.where(stands, 0.0, share)) * width
    y = y0 + (row + 0.5 + np.where(stands, share, 0.0)) * height
    pairs = zip(x.tolist(), y.tolist(), strict=True)
    return dict(zip(crossed.tolist(), pairs, strict=True))


def _joined(segments: NDArray[np.int64]) -> list[list[int]]:
    """Return the segments joined into lines: open lines first, then closed ones."""
    around: dict[int, list[int]] = {}
    for a, b in segments.tolist():
        around.setdefault(a, []).append(b)
        around.setdefault(b, []).append(a)
    ends = [side for side, others in around.items() if len(others) == 1]
    return [line for side in [*ends, *around] if len(line := _walk(around, side)) > 1]


def _walk(around: dict[int, list[int]], start: int) -> list[int]:
    """Follow the segments from ``start``, removing each from ``around``."""
    line = [start]
    while others := around[line[-1]]:
        following = others.pop()
        around[following].remove(line[-1])
        line.append(following)
    return line


PIXELS = (1, 4, 16, 64, 256)
"""Candidate contour levels: numbers of wrong pixels."""
MAX_CONTOURS = 3
HOLE = 0.1
"""Contour level of holes, as a share of the prior's largest density."""
_CORNERS = 24
_SHORTEST = 4
"""Contours of at most this many points enclose a single cell and are dropped as clutter."""


def lines_of(field: Field) -> Lines:
    """Return the points ``[k, 2]`` of each line drawn over ``field``."""
    if field.key == "wrong":
        levels = wrong_levels(field)
        return tuple(
            line
            for level in levels
            for line in contours(field.values, level - 0.5, field.rect)
            if len(line) > _SHORTEST
        )
    if field.key == "holes":
        return tuple(contours(field.values, HOLE, field.rect))
    if field.key == "regions":
        return tuple(borders(field.values, field.rect))
    return () if field.ellipses is None else _rings(field.ellipses)


def wrong_levels(field: Field) -> tuple[int, ...]:
    """Return the highest contour levels, in wrong pixels, that occur in ``field``."""
    below = [level for level in PIXELS if level <= field.high]
    if field.values.min() >= 1.0:
        below = [level for level in below if level > field.values.min()]
    return tuple(below[-MAX_CONTOURS:])


def _rings(ellipses: Ellipses) -> Lines:
    turn = np.linspace(0.0, 2.0 * np.pi, _CORNERS + 1)
    along = np.cos(turn) * ellipses.radii[:, :1]
    aside = np.sin(turn) * ellipses.radii[:, 1:]
    cos, sin = np.cos(ellipses.angles)[:, np.newaxis], np.sin(ellipses.angles)[:, np.newaxis]
    x = ellipses.centres[:, :1] + along * cos - aside * sin
    y = ellipses.centres[:, 1:] + along * sin + aside * cos
    return tuple(np.stack([x, y], axis=2))
