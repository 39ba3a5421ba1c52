"""Samples of a set as images, each rendered when first requested."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from aegui.kit.theme import current_theme
from aegui.session.data.looks import Look
from aegui.widgets.glyphs import picture

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

_KEPT = 1024
_LOOKED_AT = 64
"""So many samples tell whether a set is one of black and white glyphs."""


def is_drawn(images: NDArray[np.float32]) -> bool:
    """Return whether ``images`` ``[N, C, H, W]`` are binary glyphs, drawn in theme colours."""
    some = np.asarray(images[:_LOOKED_AT])
    return images.shape[1] == 1 and bool(np.all((some == 0.0) | (some == 1.0)))


class Pictures:
    """Cache of the images of one set; the least recently used of 1,024 are evicted."""

    def __init__(self) -> None:
        self._images: NDArray[np.float32] = np.zeros((0, 1, 1, 1), np.float32)
        self._drawn = True
        self._made: OrderedDict[tuple[int, str], QImage] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self._images)

    def set_images(self, images: NDArray[np.float32]) -> None:
        """Set the images ``[N, C, H, W]``, not copied, and clear the cache."""
        self._images = images
        self._drawn = is_drawn(images) if len(images) else True
        self._made.clear()

    def image(self, index: int) -> QImage:
        """Return sample ``index`` rendered in the current theme."""
        key = (index, current_theme().key)
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        made = picture(self._images[index], Look(glyphs=self._drawn))
        self._made[key] = made
        if len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return made
