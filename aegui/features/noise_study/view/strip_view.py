"""The characters of a cell: noisy input, output of the network, and its wrong pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter

from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import tr, trn
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted, paint_focus
from aegui.kit.theme import SPACING, current_theme, figures_font
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.cells import Cells
from aegui.widgets.glyphs import draw_picture, label_name, label_sign, picture, picture_rect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from aegui.core.study.noise_matrix import Strip

MAX_SHOWN = 200
"""Maximum number of characters shown, from the first of the dataset on."""
_SCALE = 6
_MIN_PX, _MAX_PX = 24, 64
_SEAM_PX = 3
_CLEAR = 6
"""Screen pixels per pixel from which a wrong one is marked by a smaller square inside it."""


class StripView(Cells, Painted):
    """Two images for each character, noisy and repaired, with the number of wrong pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.strip: Strip | None = None
        """The displayed strip."""
        self._labels: tuple[str, ...] = ()
        self._shape: tuple[int, int, int] = (1, 7, 5)
        self._image_style = GLYPHS
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Characters of the cell"))
        self.figures = offer_painted(self, "characters")

    def set_strip(
        self,
        strip: Strip | None,
        labels: Sequence[str],
        image_shape: tuple[int, int, int],
        image_style: ImageStyle = GLYPHS,
    ) -> None:
        """Show ``strip`` of samples with these labels; None clears the view."""
        self.strip, self._image_style, self._shape = strip, image_style, image_shape
        self._labels = tuple(labels[:MAX_SHOWN]) if strip is not None else ()
        self.keep_current()
        self._fit()

    def text_of(self, index: int) -> str:
        """Return the description of a character."""
        assert self.strip is not None
        wrong = int(self.strip.wrong[index])
        pixels = trn("{n} wrong pixel", "{n} wrong pixels", wrong)
        return tr("{label}: {pixels}", label=label_name(self._labels[index]), pixels=pixels)

    # Geometry

    def _image_size(self) -> QSize:
        _, height, width = self._shape
        scale = max(1, min(_SCALE, _MAX_PX // max(height, width)))
        size = QSize(width * scale, height * scale)
        if max(height, width) > _MAX_PX:
            size.scale(_MAX_PX, _MAX_PX, Qt.AspectRatioMode.KeepAspectRatio)
        return size

    def _group_size(self) -> QSize:
        image = self._image_size()
        line = self.fontMetrics().height()
        width = max(2 * image.width() + _SEAM_PX, _MIN_PX)
        return QSize(width + 2 * SPACING, image.height() + line + SPACING + SPACING // 2)

    def count(self) -> int:
        """Return the number of displayed characters."""
        return len(self._labels)

    def columns(self) -> int:
        """Return the number of characters side by side."""
        return max(1, self.width() // self._group_size().width())

    def cell_rect(self, index: int) -> QRect:
        """Return the rectangle of a character and its text."""
        size = self._group_size()
        row, column = divmod(index, self.columns())
        return QRect(QPoint(column * size.width(), row * size.height()), size)

    def _fit(self) -> None:
        rows = -(-len(self._labels) // self.columns())
        self.setMinimumHeight(rows * self._group_size().height())

    def resizeEvent(self, event: object) -> None:
        """Adapt the height to the number of columns."""
        self._fit()

    def sizeHint(self) -> QSize:
        """Return a size with room for six columns."""
        return QSize(6 * self._group_size().width(), self.minimumHeight())

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible characters."""
        painter = QPainter(self)
        painter.setFont(figures_font(self.font()))
        for index in range(len(self._labels)):
            rect = self.cell_rect(index)
            if rect.intersects(event.rect()):
                self._paint_group(painter, index, rect)
        if self._labels:
            paint_focus(painter, self, self.cell_rect(self._current).adjusted(2, 2, -2, -2), 2)

    def _paint_group(self, painter: QPainter, index: int, rect: QRect) -> None:
        strip = self.strip
        assert strip is not None
        theme = current_theme()
        image = self._image_size()
        left = rect.left() + (rect.width() - 2 * image.width() - _SEAM_PX) // 2
        top = rect.top() + SPACING // 2
        shape = self._shape[1:] if self._shape[0] == 1 else self._shape
        for number, rows in enumerate((strip.noisy, strip.answer)):
            box = QRect(QPoint(left + number * (image.width() + _SEAM_PX), top), image)
            target = picture_rect(self._shape[1], self._shape[2], box)
            draw_picture(painter, target, picture(rows[index].reshape(shape), self._image_style))
        if self._image_style.glyphs:
            self._paint_wrong(painter, index, target)
        wrong = int(strip.wrong[index])
        text = QRect(left, top + image.height() + 2, rect.right() - left, rect.bottom() - top)
        painter.setPen(theme.text_dim)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(text, flags, label_sign(self._labels[index])[:3])
        painter.setPen(theme.bad if wrong > 1 else theme.text if wrong else theme.good)
        text.setWidth(2 * image.width() + _SEAM_PX)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(text, flags, str(wrong) if wrong else "✓")

    def _paint_wrong(self, painter: QPainter, index: int, target: QRect) -> None:
        """Mark every wrong pixel of the output in the colour of errors."""
        strip = self.strip
        assert strip is not None
        differ = (strip.answer[index] > THRESHOLD) != (strip.clean[index] > THRESHOLD)
        _, height, width = self._shape
        side = target.width() // width
        inset = 1 if side < _CLEAR else side // 4
        for row, column in np.argwhere(differ.reshape(-1, height, width).any(axis=0)).tolist():
            pixel = QRect(target.left() + column * side, target.top() + row * side, side, side)
            painter.fillRect(pixel.adjusted(inset, inset, -inset, -inset), current_theme().bad)
