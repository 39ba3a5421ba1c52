"""The images of one answer, with errors marked, and the legend of the marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPen

from aegui.core.i18n import localized, tr
from aegui.features.answer.model.answer_sheet import confidence
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted, PaintedBase, fill_and_focus
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, blend, contrast, current_theme
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.answer_columns import COLUMNS
from aegui.widgets.glyphs import draw_picture, glyph_image, picture, picture_rect

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QResizeEvent

    from aegui.session.pixels.answers import Answer


_MIN_CONTRAST = 3.0
_MIDDLE_LIGHTNESS = 128
_PUSH_PERCENT = 165


def paint_missing(painter: QPainter, rect: QRect) -> None:
    """Paint a ring in ``rect``: a lit pixel of the target that is off in the answer."""
    theme = current_theme()
    _paint_mark(painter, rect, theme.warn, theme.pixel_off, ring=True)


def paint_extra(painter: QPainter, rect: QRect) -> None:
    """Paint a cross in ``rect``: a lit pixel of the answer that is off in the target."""
    theme = current_theme()
    _paint_mark(painter, rect, theme.bad, theme.pixel_on, ring=False)


def _paint_mark(
    painter: QPainter, rect: QRect, colour: QColor, ground: QColor, *, ring: bool
) -> None:
    """Paint the mark, adjusted for contrast with ``ground``, over an outline of ``ground``."""
    if contrast(colour, ground) < _MIN_CONTRAST:
        is_light = ground.lightness() > _MIDDLE_LIGHTNESS
        colour = colour.darker(_PUSH_PERCENT) if is_light else colour.lighter(_PUSH_PERCENT)
    width = max(1.5, rect.width() / 8)
    inset = rect.width() * 0.27
    box = QRectF(rect).adjusted(inset, inset, -inset, -inset)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shade, thickness in ((ground, 2 * width), (colour, width)):
        painter.setPen(QPen(shade, thickness, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if ring:
            painter.drawEllipse(box)
        else:
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.topRight(), box.bottomLeft())
    painter.restore()


class MarksLegend(PaintedBase):
    """Legend of the ring and the cross."""

    accessible_role = QAccessible.Role.Graphic

    def sizeHint(self) -> QSize:  # noqa: D102
        side = self.fontMetrics().height()
        texts = sum(self.fontMetrics().horizontalAdvance(text) for text, _ in self._rows())
        return QSize(2 * (side + 6) + 2 * SPACING + texts, side + 2)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self.sizeHint()

    def _rows(self) -> tuple[tuple[str, bool], tuple[str, bool]]:
        return (tr("missing"), True), (tr("extra"), False)

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        side = self.fontMetrics().height()
        x = 0
        for text, is_missing in self._rows():
            swatch = QRect(x, 1, side, side)
            painter.fillRect(swatch, theme.pixel_off if is_missing else theme.pixel_on)
            (paint_missing if is_missing else paint_extra)(painter, swatch)
            painter.setPen(theme.text_dim)
            advance = self.fontMetrics().horizontalAdvance(text)
            painter.drawText(
                QRect(x + side + 4, 1, advance + 2, side), Qt.AlignmentFlag.AlignVCenter, text
            )
            x += side + 4 + advance + 2 * SPACING


_MIN_MARK_PX = 5
_MIN_FRAME_PX = 7
_TALLEST_PX = 400
_FRAME_PX = 1
"""Width of the frame outside an image."""
_GOOD_SIDE, _MIN_SIDE = 14, 8
_LARGE = 16
_SURE = 0.6
"""Share of the accent colour in pixels of full confidence."""
_THRESHOLDED, _CONFIDENCE = 2, 3


class AnswerPictures(Painted):
    """Drawing, answer, thresholded answer with its errors, and confidence of each pixel.

    The images are side by side at one scale. For images that are not glyphs the third is the
    squared error of each pixel, and there is no fourth. A pixel is chosen by the mouse, or by the
    arrows and Enter.
    """

    accessible_role = QAccessible.Role.Graphic

    pixel_activated = Signal(int, int)
    """With row, column: explain that pixel."""
    activated = Signal()
    """The answer was clicked, or got the focus."""

    def __init__(self) -> None:
        super().__init__()
        self._answer: Answer | None = None
        self._image_style = GLYPHS
        self._first = ""
        self._has_captions = True
        self.pixel = (0, 0)
        """Row and column of the marked pixel."""
        self._explains = False
        fill_and_focus(self, tr("Drawing, answer and errors"))
        self.figures = offer_painted(self, "answer", fits=False)

    # -- what is shown ---------------------------------------------------------------------------

    def set_image_style(self, image_style: ImageStyle) -> None:
        """Set how images are rendered."""
        if image_style != self._image_style:
            self._image_style = image_style
            self.updateGeometry()
            self._bound_height()
        self.update()

    def set_captions(self, shown: bool, first: str) -> None:
        """Set whether there are captions above the images, and the first caption."""
        self._first = first
        if shown != self._has_captions:
            self._has_captions = shown
            self.updateGeometry()
            self._bound_height()
        self.update()

    def set_answer(self, answer: Answer) -> None:
        """Show ``answer``."""
        if self._answer is None or self._answer.drawing.shape != answer.drawing.shape:
            self._answer = answer
            self.pixel = (0, 0)
            self.updateGeometry()
            self._bound_height()
        self._answer = answer
        self.update()

    def set_explains(self) -> None:
        """Always mark the current pixel, and activate each pixel that the arrows move to."""
        self._explains = True

    def set_pixel(self, row: int, column: int) -> None:
        """Mark a pixel."""
        rows, columns = self._shape()
        self.pixel = min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)
        self.update()

    @property
    def count(self) -> int:
        """Number of images."""
        return 4 if self._image_style.glyphs else 3

    # -- size ------------------------------------------------------------------------------------

    def height_in(self, width: int) -> int:
        """Return the largest height that the images make use of in ``width``."""
        bounds = QRect(0, 0, (width - self._between()) // self.count, _TALLEST_PX)
        rect = picture_rect(*self._shape(), bounds)
        return max(self.minimumSizeHint().height(), rect.height() + self.caption_px + 1)

    def _bound_height(self) -> None:
        """Limit the height to what the width allows, so that widgets below follow directly."""
        self.setMaximumHeight(self.height_in(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._bound_height()

    def sizeHint(self) -> QSize:  # noqa: D102
        return self._size(_GOOD_SIDE)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self._size(_MIN_SIDE)

    def _size(self, side: int) -> QSize:
        height, width = self._shape()
        gaps = self._between()
        if height > _LARGE:
            image_height = side * 7
            total_width = self.count * image_height * width // height + gaps
            return QSize(total_width, image_height + self.caption_px + 1)
        return QSize(self.count * width * side + gaps, height * side + self.caption_px + 1)

    def scale_in(self, width: int, height: int) -> float:
        """Return the size of a pixel if all images share this room, without captions."""
        rows, columns = self._shape()
        image_width = (width - self._between()) / self.count
        return max(0.0, min(image_width / columns, height / rows))

    def _shape(self) -> tuple[int, int]:
        if self._answer is None:
            return 7, 5
        height, width = self._answer.drawing.shape[-2:]
        return height, width

    def _image_width(self) -> int:
        return (self.width() - self._between()) // self.count

    def _between(self) -> int:
        """Return the total width of the gaps and of the outer frames."""
        return (self.count - 1) * SPACING + 2 * _FRAME_PX

    def _left(self, index: int) -> int:
        return _FRAME_PX + index * (self._image_width() + SPACING)

    @property
    def caption_px(self) -> int:
        """Height of the captions above the images."""
        return self.fontMetrics().height() + 4 if self._has_captions else 1

    def picture_rect(self, index: int) -> QRect:
        """Return the rectangle of image 0 (drawing), 1 (answer), 2 (errors) or 3 (confidence)."""
        width, top = self._image_width(), self.caption_px
        bounds = QRect(self._left(index), top, width, self.height() - top - 1)
        rect = picture_rect(*self._shape(), bounds)
        rect.moveTop(bounds.top())
        return rect

    def pixel_rect(self, index: int, row: int, column: int) -> QRect:
        """Return the rectangle of one pixel of image ``index``."""
        picture = self.picture_rect(index)
        rows, columns = self._shape()
        left, right = (picture.width() * at // columns for at in (column, column + 1))
        top, bottom = (picture.height() * at // rows for at in (row, row + 1))
        return QRect(picture.x() + left, picture.y() + top, right - left, bottom - top)

    def pixel_at(self, position: QPoint) -> tuple[int, int, int] | None:
        """Return image, row and column under ``position``; None if there is no pixel."""
        rows, columns = self._shape()
        for index in range(len(self._images())):
            picture = self.picture_rect(index)
            if picture.contains(position):
                row = (position.y() - picture.y()) * rows // picture.height()
                column = (position.x() - picture.x()) * columns // picture.width()
                return index, row, column
        return None

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the image under ``position``, or None."""
        found = self.pixel_at(position)
        return None if found is None else self.picture_rect(found[0])

    # -- words -----------------------------------------------------------------------------------

    def text_at(self, position: QPoint) -> str:
        """Describe the pixel under ``position``; empty if there is none."""
        found = self.pixel_at(position)
        if found is None:
            return ""
        index, row, column = found
        numbers = np.atleast_1d(self._images()[index][..., row, column]).tolist()
        return tr(
            "Row {row}, column {column}: {value}",
            row=row + 1,
            column=column + 1,
            value=", ".join(localized(number, ".2f") for number in numbers),
        )

    def pixel_words(self, row: int, column: int) -> str:
        """Describe value and correctness of a pixel of the answer."""
        answer = self._answer
        if answer is None:
            return ""
        numbers = np.atleast_1d(answer.output[..., row, column]).tolist()
        parts = [
            tr(
                "Row {row}, column {column}: {value}",
                row=row + 1,
                column=column + 1,
                value=", ".join(localized(number, ".2f") for number in numbers),
            )
        ]
        if answer.binary is not None:
            parts.append(tr("on") if answer.binary[row, column] else tr("off"))
        if answer.wrong is not None:
            parts.append(tr("wrong") if answer.wrong[row, column] else tr("right"))
        return ", ".join(parts)

    # -- mouse and keys --------------------------------------------------------------------------

    def tip_at(self, position: QPoint) -> str:  # noqa: D102
        text = self.text_at(position)
        return "\n".join((text, tr("Click to see why this pixel has its value"))) if text else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.activated.emit()
        found = self.pixel_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self.pixel = found[1:]
            self.update()
            self.pixel_activated.emit(*self.pixel)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusInEvent(event)
        self.activated.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps: dict[int, tuple[int, int]] = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if self._answer is None:
            super().keyPressEvent(event)
        elif event.key() in steps:
            down, right = steps[event.key()]
            self.set_pixel(self.pixel[0] + down, self.pixel[1] + right)
            describe(self, self.pixel_words(*self.pixel))
            if self._explains:
                self.pixel_activated.emit(*self.pixel)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.pixel_activated.emit(*self.pixel)
        else:
            super().keyPressEvent(event)

    # -- painting --------------------------------------------------------------------------------

    def _images(self) -> tuple[NDArray[np.float32], ...]:
        answer = self._answer
        if answer is None:
            return ()
        if answer.binary is not None:
            binary = answer.binary.astype(np.float32)
            return answer.drawing, answer.output, binary, confidence(answer.output)
        if answer.squared is not None:
            return answer.drawing, answer.output, answer.squared
        return answer.drawing, answer.output

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        for index, image in enumerate(self._images()):
            rect = self.picture_rect(index)
            draw_picture(painter, rect, self._drawn(index, image))
            painter.setPen(QPen(theme.border, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(-1, -1, 0, 0))
            if self._has_captions:
                self._paint_caption(painter, index)
        answer = self._answer
        if answer is not None and answer.wrong is not None and answer.binary is not None:
            self._paint_wrong(painter, answer.wrong, answer.binary)
        if answer is not None and (self._explains or self.hasFocus()):
            self._paint_cursor(painter)

    def _drawn(self, index: int, image: NDArray[np.float32]) -> QImage:
        theme = current_theme()
        if index == _CONFIDENCE:
            # Confident pixels are blended: a block of pure accent would hide the uncertain ones.
            return glyph_image(image, blend(theme.accent, theme.raised, _SURE), theme.raised)
        if self._image_style.glyphs or index < _THRESHOLDED:
            return picture(image, self._image_style)
        # The square root makes small errors visible; errors are drawn as ink, not as an image.
        return glyph_image(np.sqrt(image), theme.bad, theme.raised)

    def _caption(self, index: int, width: int) -> str:
        """Return the caption of an image: the longest text that fits."""
        words = (
            (self._first or tr("drawing"), tr("draw.")),
            (tr(COLUMNS["answer"]), tr("answ.")),
            (tr(COLUMNS["thresholded"]), tr("thresh."), "≥ ½")
            if self._image_style.glyphs
            else (tr(COLUMNS["squared"]),),
            (tr(COLUMNS["confidence"]), tr("conf.")),
        )[index]
        advance = self.fontMetrics().horizontalAdvance
        return next((word for word in words if advance(word) < width), words[-1])

    def _paint_caption(self, painter: QPainter, index: int) -> None:
        width = self._image_width()
        bounds = QRect(self._left(index), 0, width, self.caption_px - 2)
        painter.setPen(current_theme().text_dim)
        caption = self._caption(index, width)
        text = self.fontMetrics().elidedText(caption, Qt.TextElideMode.ElideRight, width)
        painter.drawText(bounds, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def _paint_wrong(
        self, painter: QPainter, wrong: NDArray[np.bool_], binary: NDArray[np.bool_]
    ) -> None:
        for row, column in np.argwhere(wrong).tolist():
            rect = self.pixel_rect(_THRESHOLDED, row, column)
            if rect.width() < _MIN_MARK_PX:
                # Too small for a mark: colour the whole pixel.
                painter.fillRect(rect, current_theme().bad)
            elif binary[row, column]:
                paint_extra(painter, rect)
            else:
                paint_missing(painter, rect)

    def _paint_cursor(self, painter: QPainter) -> None:
        painter.setPen(QPen(current_theme().accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index in range(1, len(self._images())):
            rect = self.pixel_rect(index, *self.pixel)
            # Enlarge the frame around a very small pixel.
            grown = max(0, (_MIN_FRAME_PX - rect.width() + 1) // 2)
            painter.drawRect(rect.adjusted(-grown, -grown, grown, grown))
