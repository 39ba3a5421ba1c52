"""The lines of a layer: contours of wrong pixels, borders of regions, ellipses of the stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.latent.contours import borders, contours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.latent.fields import Ellipses, Field

    Lines = tuple[NDArray[np.float64], ...]

PIXELS = (1, 4, 16, 64, 256)
"""Contours are drawn where so many pixels begin to be wrong."""
MOST_CONTOURS = 3
HOLE = 0.1
"""A hole begins where so much of the largest density of the prior is missing."""
_CORNERS = 24
_SHORTEST = 4
"""Closed lines of fewer places go around a single cell: they say less than they disturb."""


def lines_of(field: Field) -> Lines:
    """Places ``[k, 2]`` of each line that belongs to ``field``."""
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
    """The numbers of wrong pixels at which contours are drawn: some, up to the most there are."""
    below = [level for level in PIXELS if level <= field.high]
    if field.values.min() >= 1.0:
        below = [level for level in below if level > field.values.min()]
    return tuple(below[-MOST_CONTOURS:])


def _rings(ellipses: Ellipses) -> Lines:
    turn = np.linspace(0.0, 2.0 * np.pi, _CORNERS + 1)
    along = np.cos(turn) * ellipses.radii[:, :1]
    aside = np.sin(turn) * ellipses.radii[:, 1:]
    cos, sin = np.cos(ellipses.angles)[:, np.newaxis], np.sin(ellipses.angles)[:, np.newaxis]
    x = ellipses.centres[:, :1] + along * cos - aside * sin
    y = ellipses.centres[:, 1:] + along * sin + aside * cos
    return tuple(np.stack([x, y], axis=2))
