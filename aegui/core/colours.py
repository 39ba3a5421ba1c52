"""Colours and marks of classes, for windows, pictures and pages alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLASS_COLOURS = (
    "#3f90da", "#d07f00", "#bd1f01", "#7d8c8c", "#832db6",
    "#a96b59", "#e76300", "#8f8440", "#4b4f63", "#2f9d99",
)  # fmt: skip
"""Ten colours after Petroff (2021), "Accessible color sequences for data visualization", darkened
to a contrast of at least 3:1 on a light background; repeated for further classes."""
_LIGHTENED = 0.68
"""Share of the colour on dark backgrounds; the rest is white."""

Outline = tuple[tuple[float, float], ...]

MARKS: tuple[Outline, ...] = (
    (),
    ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    ((0.0, -1.4), (1.35, 0.95), (-1.35, 0.95)),
    ((0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)),
    ((0.0, 1.4), (-1.35, -0.95), (1.35, -0.95)),
    (
        (-1.3, -0.6), (-0.6, -1.3), (0.0, -0.7), (0.6, -1.3), (1.3, -0.6), (0.7, 0.0),
        (1.3, 0.6), (0.6, 1.3), (0.0, 0.7), (-0.6, 1.3), (-1.3, 0.6), (-0.7, 0.0),
    ),
)  # fmt: skip
"""Corners (x, y), y downwards, around a disc of radius 1: disc (no corners), square, triangle,
diamond, wedge, cross."""
DISC = 0
"""Mark of a sample without a class."""
MAX_LOOKS = 60
"""Number of distinct combinations of colour and mark."""
_FIRST = (0, 1, 2, 0, 1, 2, 0, 1, 2, 1)
"""The mark of each colour, chosen so that colours that are confused with colour blindness differ in
it: of the 3^10 ways the one whose colours of one mark are farthest apart (CIE76 19.6 or more, in
light and dark, with normal sight and with protanopia, deuteranopia, tritanopia by Machado et al.,
2009)."""
_SHAPES = 3


def _mark(number: int) -> int:
    """Return the mark of class ``number``, with two sets of three marks in alternating tens."""
    tens, colour = divmod(number % MAX_LOOKS, len(CLASS_COLOURS))
    turn, others = divmod(tens, 2)
    return (_FIRST[colour] + turn) % _SHAPES + _SHAPES * others


CLASS_MARKS = tuple(map(_mark, range(MAX_LOOKS)))
"""Index in ``MARKS`` of the mark of each class; repeated for further classes."""


def marks_of(classes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the indices in ``MARKS`` for ``classes``, an array of the same shape."""
    marks: NDArray[np.int64] = np.asarray(CLASS_MARKS, np.int64)[classes % MAX_LOOKS]
    return marks


def lightened(colour: str) -> str:
    """Return ``colour``, written ``#rrggbb``, lightened for a dark background."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    mixed = (round(_LIGHTENED * part + (1.0 - _LIGHTENED) * 255) for part in parts)
    return "#" + "".join(f"{part:02x}" for part in mixed)
