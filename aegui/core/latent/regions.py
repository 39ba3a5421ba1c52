"""Regions of the map, one for each class: colours that part neighbours, and places for names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.fields import Field

COLOURS = 10
"""So many colours are told apart."""


@dataclass(frozen=True, eq=False)
class Regions:
    """What there is to say of the regions of a layer.

    Attributes:
        colours: A number from 0 to ``COLOURS`` - 1 for each class, int64 ``[n]``: as far as there
            are enough of them, classes that touch have different ones.
        classes: Those that have a region, int64 ``[m]``.
        spots: float64 ``[m, 2]``: for each of them the x and y with the most room around it.
        rooms: float64 ``[m, 2]``: how far it is from there to other regions, along x and along y.
    """

    colours: NDArray[np.int64]
    classes: NDArray[np.int64]
    spots: NDArray[np.float64]
    rooms: NDArray[np.float64]


def regions_of(field: Field) -> Regions | None:
    """The regions of ``field``; None where it is no layer of classes."""
    if not field.classes:
        return None
    grid = field.values.astype(np.int64)
    found, places, distances = _roomiest(grid)
    x0, y0, x1, y1 = field.rect
    rows, columns = grid.shape
    cell = np.array([(x1 - x0) / columns, (y1 - y0) / rows])
    row, column = np.divmod(places, columns)
    spots = np.array([x0, y0]) + np.stack([column + 0.5, row + 0.5], axis=1) * cell
    rooms = distances[:, np.newaxis] * cell
    return Regions(spread_colours(grid, len(field.classes)), found, spots, rooms)


def spread_colours(grid: ArrayLike, count: int, colours: int = COLOURS) -> NDArray[np.int64]:
    """A colour for each of ``count`` classes, so that those which touch in ``grid`` differ.

    A class has the colour of its number unless a neighbour has that already, so that most of them
    keep theirs while the map moves; then the one whose neighbours it touches least.

    Args:
        grid: Classes ``[rows, columns]``.
        count: How many classes there are.
        colours: How many colours there are.

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
    """How long the border of each two classes is, in cells, ``[count, count]``."""
    sides = ((grid[:, :-1], grid[:, 1:]), (grid[:-1], grid[1:]))
    pairs = np.concatenate([(a * count + b)[a != b].ravel() for a, b in sides])
    lengths = np.bincount(pairs, minlength=count * count).reshape(count, count)
    return np.asarray(lengths + lengths.T)


def _roomiest(
    grid: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The classes in ``grid``, the cell of each farthest from others, and how far that is."""
    from scipy.ndimage import distance_transform_edt

    framed = np.pad(grid, 1, constant_values=-1)
    if len(grid) == 1:
        # On a line nothing lies above or below.
        framed[0] = framed[2] = framed[1]
    inner = framed[1:-1, 1:-1]
    alike = np.ones(inner.shape, bool)
    for other in (framed[:-2, 1:-1], framed[2:, 1:-1], framed[1:-1, :-2], framed[1:-1, 2:]):
        alike &= inner == other
    # Where all are alike there is nothing to be far from.
    distances = distance_transform_edt(alike) if not alike.all() else alike.astype(np.float64)
    rooms = np.asarray(distances, np.float64).ravel() + 0.5
    order = np.argsort(-rooms, kind="stable")
    found, first = np.unique(grid.ravel()[order], return_index=True)
    return found, order[first], rooms[order[first]]
