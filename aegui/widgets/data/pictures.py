"""Samples of a set as pictures, each made when first shown."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

from aegui.widgets.glyphs import glyph_image, grey_levels
from aegui.widgets.theme import current_theme

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_KEPT = 1024
_LOOKED_AT = 64
"""So many samples tell whether a set is one of black and white glyphs."""


def is_drawn(images: NDArray[np.float32]) -> bool:
    """Whether ``images`` ``[N, C, H, W]`` are glyphs, to be drawn in the colours of the theme."""
    some = np.asarray(images[:_LOOKED_AT])
    return images.shape[1] == 1 and bool(np.all((some == 0.0) | (some == 1.0)))


def picture(image: ArrayLike, *, drawn: bool) -> QImage:
    """One screen pixel per pixel of ``image`` ``[C, H, W]`` in [0, 1].

    Glyphs (``drawn``) are ink on paper; grey and coloured images are shown as they are.
    """
    array = np.asarray(image, dtype=np.float32)
    theme = current_theme()
    if drawn:
        return glyph_image(array[0], theme.pixel_on, theme.pixel_off)
    levels = grey_levels(array)
    if len(levels) != 3:
        levels = np.repeat(levels[:1], 3, axis=0)
    rgb = np.ascontiguousarray(levels.transpose(1, 2, 0))
    height, width = rgb.shape[:2]
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class Pictures:
    """The pictures of one set; those shown last are kept."""

    def __init__(self) -> None:
        self._images: NDArray[np.float32] = np.zeros((0, 1, 1, 1), np.float32)
        self._drawn = True
        self._made: OrderedDict[tuple[int, str], QImage] = OrderedDict()

    def __len__(self) -> int:
        """The number of samples."""
        return len(self._images)

    def set_images(self, images: NDArray[np.float32]) -> None:
        """Show ``images`` ``[N, C, H, W]`` from now on; they are not copied."""
        self._images = images
        self._drawn = is_drawn(images) if len(images) else True
        self._made.clear()

    def image(self, index: int) -> QImage:
        """Sample ``index`` in the theme in force."""
        key = (index, current_theme().key)
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        made = picture(self._images[index], drawn=self._drawn)
        self._made[key] = made
        if len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return made
