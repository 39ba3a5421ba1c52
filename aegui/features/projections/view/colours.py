"""Colours of the samples on a map: those of their classes, full or faded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor

from aegui.kit.theme import blend
from aegui.widgets.class_colours import class_rgba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.kit.theme import Theme

_MOST_CLASSES = 60
_FADED = 0.16


def has_colours(classes: NDArray[np.int64]) -> bool:
    """Whether colours say anything about samples of ``classes`` ``[n]``."""
    different = len(np.unique(classes))
    return 1 < different <= min(_MOST_CLASSES, max(1, len(classes) // 2))


def sample_colours(
    classes: NDArray[np.int64], theme: Theme, ground: QColor
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Opaque ARGB of each sample, and faded into ``ground``, uint32 ``[n]`` each."""
    if has_colours(classes):
        full = class_rgba(classes, theme)
    else:
        full = np.full(len(classes), theme.series[0].rgba(), np.uint32)
    different, where = np.unique(full, return_inverse=True)
    faded = [blend(QColor.fromRgba(int(one)), ground, _FADED).rgba() for one in different]
    return full, np.array(faded, np.uint32)[where]
