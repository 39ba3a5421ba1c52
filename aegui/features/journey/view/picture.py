"""An image whose pixels can be selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from aegui.core.i18n import localized, tr
from aegui.features.journey.view.words import COLOURS
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted
from aegui.kit.theme import current_theme
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.cells import Cells
from aegui.widgets.glyphs import draw_picture, picture_rect, quiet_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent

_HINT, _MIN = QSize(130, 150), QSize(90, 96)


class PixelPicture(Cells, Painted):
    """One image, its channels below one another; a click or Enter selects a pixel. Passive."""

    pixel_chosen = Signal(int)
    """Emitted with the index of the pixel in ``[C, H, W]``, row-major."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._image: NDArray[np.float32] = np.zeros((1, 7, 5), np.float32)
        self._channels = 1
        self._image_style = GLYPHS
        self._chosen = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        self.figures = offer_painted(self, "image", fits=False)

    def set_image(self, image: NDArray[np.float32], image_style: ImageStyle, chosen: int) -> None:
        """Show ``image`` ``[C, H, W]`` with the pixel ``chosen`` marked."""
        self._channels = image.shape[0]
        self._image = image.reshape(1, -1, image.shape[2])
        self._image_style, self._chosen = image_style, chosen
        if 0 <= chosen < self.count():
            self._current = chosen
        self.update()

    def count(self) -> int:
        """Return the number of pixels."""
        return self._image.size

    def columns(self) -> int:
        """Return the number of pixels per row."""
        return int(self._image.shape[2])

    def _rect(self) -> QRect:
        height, width = self._image.shape[1:]
        return picture_rect(height, width, self.rect())

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the whole image: single pixels are not worth copying."""
        return self._rect() if self._rect().contains(position) else None

    def cell_rect(self, index: int) -> QRectF:
        """Return the rectangle of a pixel."""
        rect, (height, width) = QRectF(self._rect()), self._image.shape[1:]
        row, column = divmod(index, width)
        cell_width, cell_height = rect.width() / width, rect.height() / height
        return QRectF(
            rect.x() + column * cell_width, rect.y() + row * cell_height, cell_width, cell_height
        )

    def text_of(self, index: int) -> str:
        """Return position and level of a pixel as text."""
        channel, within = divmod(index, self.count() // self._channels)
        row, column = divmod(within, self.columns())
        level = localized(float(self._image.flat[index]), ".3f")
        words = tr(
            "Row {row}, column {column}: {level}", row=row + 1, column=column + 1, level=level
        )
        if self._channels != len(COLOURS):
            return words
        return tr("{place}, {colour}", place=words, colour=tr(COLOURS[channel]))

    def activate(self, index: int) -> None:
        """Emit ``pixel_chosen``."""
        self.pixel_chosen.emit(index)

    def sizeHint(self) -> QSize:
        """Return a size for a row of docks below the map."""
        return _HINT

    def minimumSizeHint(self) -> QSize:
        """Return a size at which pixels can be told apart."""
        return _MIN

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the image, the chosen pixel, and the hovered one or the keyboard cursor."""
        del event
        painter, theme = QPainter(self), current_theme()
        draw_picture(painter, self._rect(), quiet_picture(self._image, self._image_style))
        marks = [(self._chosen, theme.bad, 2)]
        if self.hasFocus() or self._hovered is not None:
            at = self._current if self._hovered is None else self._hovered
            marks.append((at, theme.accent, 1 if self._hovered is not None else 2))
        for place, colour, width in marks:
            if 0 <= place < self.count():
                painter.setPen(QPen(colour, width))
                painter.drawRect(self.cell_rect(place).adjusted(1, 1, -1, -1))
