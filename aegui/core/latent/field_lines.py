"""Lines of a map layer: contours of wrong pixels, borders of regions, ellipses of the stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.latent.contours import borders, contours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.latent.fields import Ellipses, Field

    Lines = tuple[NDArray[np.float64], ...]

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
