"""Regions of the map, one for each class, with colours and positions of their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.fields import Field

COLOURS = 10
"""Number of distinguishable colours."""


@dataclass(frozen=True, eq=False)
class Regions:
    """The regions of a layer."""

    colours: NDArray[np.int64]
    """A number from 0 to ``COLOURS`` - 1 for each class, int64 ``[n]``: as far as there are enough
    of them, adjacent classes have different ones."""
    classes: NDArray[np.int64]
    """Classes that have a region, int64 ``[m]``."""
    spots: NDArray[np.float64]
    """float64 ``[m, 2]``: for each of them the point farthest from other regions."""
    extents: NDArray[np.float64]
    """float64 ``[m, 2]``: its distance to other regions, along x and along y."""


def regions_of(field: Field) -> Regions | None:
    """Return the regions of ``field``; None if it is no layer of classes."""
    if not field.classes:
        return None
    grid = field.values.astype(np.int64)
    found, places, distances = _innermost(grid)
    x0, y0, x1, y1 = field.rect
    rows, columns = grid.shape
    cell = np.array([(x1 - x0) / columns, (y1 - y0) / rows])
    row, column = np.divmod(places, columns)
    spots = np.array([x0, y0]) + np.stack([column + 0.5, row + 0.5], axis=1) * cell
    extents = distances[:, np.newaxis] * cell
    return Regions(spread_colours(grid, len(field.classes)), found, spots, extents)


def spread_colours(grid: ArrayLike, count: int, colours: int = COLOURS) -> NDArray[np.int64]:
    """Assign a colour to each of ``count`` classes, so that adjacent ones in ``grid`` differ.

    A class has the colour of its index unless a neighbour has it already, so that most colours
    are stable while the map moves; otherwise the colour with the shortest common border.

    Args:
        grid: Classes ``[rows, columns]``.
        count: Number of classes.
        colours: Number of colours.

    Returns:
        Numbers from 0 to ``colours`` - 1, ``[count]``.
    """
    touching = _touching(np.asarray(grid, np.int64), count)
    chosen = np.arange(count) % colours
    for number in range(count):
        used = np.bincount(
            chosen[:number], weights=touching[number, :number], minlength=colours
        ).astype(np.int64)
        preferred = (chosen[number] + np.arange(colours)) % colours
        chosen[number] = preferred[np.argmin(used[preferred])]
    return chosen


def _touching(grid: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the length of the common border of each two classes in cells, ``[count, count]``."""
    sides = ((grid[:, :-1], grid[:, 1:]), (grid[:-1], grid[1:]))
    pairs = np.concatenate([(a * count + b)[a != b].ravel() for a, b in sides])
    lengths = np.bincount(pairs, minlength=count * count).reshape(count, count)
    return np.asarray(lengths + lengths.T)


def _innermost(
    grid: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the classes in ``grid``, the cell of each farthest from others, and its distance."""
    from scipy.ndimage import distance_transform_edt

    framed = np.pad(grid, 1, constant_values=-1)
    if len(grid) == 1:
        # In a single row nothing is above or below.
        framed[0] = framed[2] = framed[1]
    inner = framed[1:-1, 1:-1]
    alike = np.ones(inner.shape, bool)
    for other in (framed[:-2, 1:-1], framed[2:, 1:-1], framed[1:-1, :-2], framed[1:-1, 2:]):
        alike &= inner == other
    # With a single class there is no other to be far from.
    distances = distance_transform_edt(alike) if not alike.all() else alike.astype(np.float64)
    depths = np.asarray(distances, np.float64).ravel() + 0.5
    order = np.argsort(-depths, kind="stable")
    found, first = np.unique(grid.ravel()[order], return_index=True)
    return found, order[first], depths[order[first]]
