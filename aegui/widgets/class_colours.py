"""The colours of classes: told apart with common colour blindness too, in either theme."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor

from aegui.core.colours import CLASS_COLOURS, lightened
from aegui.kit.theme import current_theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.kit.theme import Theme

MOST_CLASSES = 20
"""Of more classes colours would say nothing: after ten they come again."""
_MOST_TOLD = 60


def class_colour(number: int, theme: Theme | None = None) -> QColor:
    """The colour of class ``number`` (from 0); after the last they begin again."""
    return _colours((theme or current_theme()).is_dark)[number % len(CLASS_COLOURS)]


@lru_cache(maxsize=2)
def _colours(dark: bool) -> tuple[QColor, ...]:
    return tuple(QColor(lightened(name) if dark else name) for name in CLASS_COLOURS)


def class_rgba(classes: NDArray[np.int64], theme: Theme) -> NDArray[np.uint32]:
    """Opaque ARGB of the colour of each of ``classes``, uint32 of the same shape."""
    table = np.array([colour.rgba() for colour in _colours(theme.is_dark)], np.uint32)
    rgba: NDArray[np.uint32] = table[classes % len(table)]
    return rgba


def has_colours(classes: NDArray[np.int64]) -> bool:
    """Whether colours say anything about samples of ``classes`` ``[n]``."""
    different = len(np.unique(classes))
    return 1 < different <= min(_MOST_TOLD, max(1, len(classes) // 2))
