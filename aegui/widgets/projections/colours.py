"""Colours of classes: ten, told apart with common colour blindness too, then over again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor

from aegui.widgets.theme import blend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.widgets.theme import Theme

# After Petroff, "Accessible color sequences for data visualization" (2021); what would be lost on
# the ground of a theme is darker or lighter there.
_LIGHT = (
    "#3f90da", "#e08a00", "#bd1f01", "#7d8c8c", "#832db6",
    "#a96b59", "#e76300", "#8f8440", "#4b4f63", "#3fa7a3",
)  # fmt: skip
_DARK = (
    "#4d9de6", "#ffa90e", "#e2513a", "#a7b6b6", "#b06be0",
    "#c48a78", "#ff8433", "#b9ac70", "#8288a0", "#92dadd",
)  # fmt: skip
COUNT = len(_LIGHT)
_MOST_CLASSES = 60
_FADED = 0.16


def class_colour(number: int, theme: Theme) -> QColor:
    """The colour of class ``number`` in ``theme``."""
    return QColor((_DARK if theme.is_dark else _LIGHT)[number % COUNT])


def has_colours(classes: NDArray[np.int64]) -> bool:
    """Whether colours say anything about samples of ``classes`` ``[n]``."""
    different = len(np.unique(classes))
    return 1 < different <= min(_MOST_CLASSES, max(1, len(classes) // 2))


def sample_colours(
    classes: NDArray[np.int64], theme: Theme, ground: QColor
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Opaque ARGB of each sample, and faded into ``ground``, uint32 ``[n]`` each."""
    if has_colours(classes):
        colours = [class_colour(number, theme) for number in range(COUNT)]
        index = classes % COUNT
    else:
        colours, index = [theme.series[0]], np.zeros(len(classes), np.int64)
    full = np.array([colour.rgba() for colour in colours], np.uint32)
    faded = np.array([blend(colour, ground, _FADED).rgba() for colour in colours], np.uint32)
    return full[index], faded[index]
