"""Lines of equal value on a grid, and borders between classes: marching squares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Rect = tuple[float, float, float, float]

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
"""Which sides a line joins, by which corners lie above the level: bit 0 the lower left one, then
counter-clockwise."""
_SADDLES = {
    5: (((_LEFT, _ABOVE), (_BELOW, _RIGHT)), ((_LEFT, _BELOW), (_RIGHT, _ABOVE))),
    10: (((_LEFT, _BELOW), (_RIGHT, _ABOVE)), ((_LEFT, _ABOVE), (_BELOW, _RIGHT))),
}
"""The same where opposite corners lie above: with a high middle, and with a low one."""


def contours(values: ArrayLike, level: float, rect: Rect) -> list[NDArray[np.float64]]:
    """The lines along which ``values`` are ``level``.

    Between the middles of cells the values are taken to change evenly (Lorensen and Cline 1987, in
    two dimensions). Where a value is no number there is no line.

    Args:
        values: ``[rows, columns]``, each at the middle of its cell; row 0 lies below.
        level: The value.
        rect: The rectangle that the cells fill: x0, y0, x1, y1.

    Returns:
        Places ``[k, 2]`` of each line; a closed one ends where it begins.
    """
    grid = np.asarray(values, np.float64)
    if min(grid.shape) < 2:
        return []
    sides = _segments(grid, level)
    places = _crossings(grid, level, sides, rect)
    return [np.array([places[side] for side in line]) for line in _joined(sides)]


def borders(classes: ArrayLike, rect: Rect) -> list[NDArray[np.float64]]:
    """The lines between cells of different ``classes`` ``[rows, columns]``, along their sides."""
    grid = np.asarray(classes)
    rows, columns = grid.shape
    x0, y0, x1, y1 = rect
    xs, ys = np.linspace(x0, x1, columns + 1), np.linspace(y0, y1, rows + 1)
    lines = []
    for row, column, end in _runs(grid[1:] != grid[:-1]):
        y = ys[row + 1]
        lines.append(np.array([[xs[column], y], [xs[end], y]]))
    for column, row, end in _runs((grid[:, 1:] != grid[:, :-1]).T):
        x = xs[column + 1]
        lines.append(np.array([[x, ys[row]], [x, ys[end]]]))
    return lines


def _runs(marks: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Row, first column and the column behind the last of each unbroken run of marks."""
    padded = np.pad(marks, ((0, 0), (1, 1))).astype(np.int8)
    changes = np.diff(padded, axis=1)
    rows, begins = np.nonzero(changes == 1)
    ends = np.nonzero(changes == -1)[1]
    return list(zip(rows.tolist(), begins.tolist(), ends.tolist(), strict=True))


def _segments(grid: NDArray[np.float64], level: float) -> NDArray[np.int64]:
    """Pairs of sides ``[m, 2]`` that a line joins within one cell of four values."""
    rows, columns = grid.shape
    above = grid > level
    case = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    known = np.isfinite(grid)
    case[~(known[:-1, :-1] & known[:-1, 1:] & known[1:, 1:] & known[1:, :-1])] = 0
    # A side is known by its number: first those that lie across, then those that stand.
    first = np.arange(rows - 1)[:, np.newaxis] * columns + np.arange(columns - 1)
    stands = rows * columns + first
    sides = np.stack([first, stands + 1, first + columns, stands])
    found = [sides[list(pair)][:, case == key].T for key, cuts in _CUTS.items() for pair in cuts]
    # Cells with infinity in them have no line anyway.
    with np.errstate(invalid="ignore"):
        middle = (grid[:-1, :-1] + grid[:-1, 1:] + grid[1:, 1:] + grid[1:, :-1]) / 4 > level
    for key, (high, low) in _SADDLES.items():
        for cuts, there in ((high, middle), (low, ~middle)):
            found += [sides[list(pair)][:, (case == key) & there].T for pair in cuts]
    return np.concatenate(found)


def _crossings(
    grid: NDArray[np.float64], level: float, sides: NDArray[np.int64], rect: Rect
) -> dict[int, tuple[float, float]]:
    """Where the line crosses each of ``sides``."""
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
    """The segments put together into lines: those with ends first, then the closed ones."""
    around: dict[int, list[int]] = {}
    for a, b in segments.tolist():
        around.setdefault(a, []).append(b)
        around.setdefault(b, []).append(a)
    ends = [side for side, others in around.items() if len(others) == 1]
    return [line for side in [*ends, *around] if len(line := _walk(around, side)) > 1]


def _walk(around: dict[int, list[int]], start: int) -> list[int]:
    """Follow the segments from ``start``, taking each away."""
    line = [start]
    while others := around[line[-1]]:
        following = others.pop()
        around[following].remove(line[-1])
        line.append(following)
    return line
