"""Base of strips of images in which a position is chosen by mouse or keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QAccessible

from aegui.core.i18n import tr
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted, fill_and_focus
from aegui.kit.theme import current_theme
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.page import pictures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent


class PictureStrip(Painted):
    """Common part of the strips of a film and of a concept. Passive."""

    accessible_role = QAccessible.Role.List

    def __init__(self, name: str, keys: Mapping[Qt.Key, int]) -> None:
        """Create a strip with the accessible ``name``; ``keys`` maps keys to steps."""
        super().__init__()
        self._keys = keys
        self._image_style = GLYPHS
        self._images: NDArray[np.float32] | None = None
        self._pictures: Sequence[QImage] = ()
        self._pictures_theme = ""
        fill_and_focus(self, name)
        self.figures = offer_painted(self, "strip", fits=False)

    def _set_images(self, images: NDArray[np.float32] | None, image_style: ImageStyle) -> None:
        """Set ``images`` ``[n, C, H, W]``, rendered as ``image_style`` says; None clears them."""
        self._images, self._image_style = images, image_style
        self._pictures = () if images is None else pictures(images, image_style)
        self._pictures_theme = current_theme().key

    def part_count(self) -> int:
        """Return how many images there are."""
        return len(self._pictures)

    def part_words(self, index: int) -> str:
        """Return number and count of an image."""
        return tr("Picture {n} of {count}", n=index + 1, count=len(self._pictures))

    def part_rect(self, index: int) -> QRect:
        """Return the approximate rectangle of an image: all share the width equally."""
        part_width = self.width() / max(1, len(self._pictures))
        return QRectF(index * part_width, 0, part_width, self.height()).toRect()

    def current_part(self) -> int | None:
        """Return None: no image has the keyboard cursor."""
        return None

    def _suit_theme(self) -> None:
        """Rebuild the images if the theme has changed."""
        if self._pictures_theme != current_theme().key:
            self._set_images(self._images, self._image_style)

    def _point(self, x: float) -> None:
        """Handle a click or drag ``x`` pixels from the left; called only with images."""
        raise NotImplementedError

    def _move(self, steps: int | None, *, to_end: bool = False) -> None:
        """Move by ``steps``; None moves to the beginning, or to the end if ``to_end``."""
        raise NotImplementedError

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._images is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._point(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        key = Qt.Key(event.key())
        if self._images is None or key not in {*self._keys, Qt.Key.Key_Home, Qt.Key.Key_End}:
            super().keyPressEvent(event)
        elif key in self._keys:
            self._move(self._keys[key])
        else:
            self._move(None, to_end=key == Qt.Key.Key_End)
