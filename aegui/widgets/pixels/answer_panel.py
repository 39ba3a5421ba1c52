"""The network's answer to the drawing: grey levels, thresholded with its errors, and its kin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from aegui.core.i18n import tr, trn
from aegui.session.looks import GLYPHS, Look
from aegui.widgets.glyphs import draw_picture, glyph_image, label_name, picture, picture_rect
from aegui.widgets.pixels.nearest_strip import NearestStrip, error_text, nearest_title
from aegui.widgets.pixels.speech import describe
from aegui.widgets.theme import SPACING, contrast, current_theme

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import QImage, QPaintEvent, QResizeEvent

    from aegui.session.answers import Answer

_LEAST_MARK_PX = 5
_LEAST_CONTRAST = 3.0
_MIDDLE_LIGHTNESS = 128
_PUSH_PERCENT = 165
_TALLEST_PX = 400


def paint_missing(painter: QPainter, rect: QRect) -> None:
    """A ring in ``rect``: a pixel of the target that the answer lacks."""
    theme = current_theme()
    _paint_mark(painter, rect, theme.warn, theme.pixel_off, ring=True)


def paint_extra(painter: QPainter, rect: QRect) -> None:
    """A cross in ``rect``: a pixel of the answer that the target lacks."""
    theme = current_theme()
    _paint_mark(painter, rect, theme.bad, theme.pixel_on, ring=False)


def _paint_mark(
    painter: QPainter, rect: QRect, colour: QColor, ground: QColor, *, ring: bool
) -> None:
    """The mark in its colour, or one told apart from ``ground``, over a rim of the ground."""
    if contrast(colour, ground) < _LEAST_CONTRAST:
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


class AnswerPictures(QWidget):
    """Drawing, answer, and the answer thresholded with its errors, side by side at one scale.

    Of images that are no glyphs the third picture is the squared error of each pixel.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer: Answer | None = None
        self._look = GLYPHS
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Drawing, answer and errors"))

    def set_look(self, look: Look) -> None:
        """How images are seen."""
        self._look = look
        self.update()

    def set_answer(self, answer: Answer) -> None:
        """Show ``answer``."""
        if self._answer is None or self._answer.drawing.shape != answer.drawing.shape:
            self._answer = answer
            self.updateGeometry()
            self._bound_height()
        self._answer = answer
        self.update()

    def _bound_height(self) -> None:
        """No higher than what the width lets it fill, so that what is below follows at once."""
        height, width = self._shape()
        room = QRect(0, 0, (self.width() - 2 * SPACING) // 3, _TALLEST_PX)
        rect = picture_rect(height, width, room)
        fitting = rect.height() + self._caption_px() + 1
        self.setMaximumHeight(max(self.minimumSizeHint().height(), fitting))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._bound_height()

    def sizeHint(self) -> QSize:  # noqa: D102
        return self._size(14)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self._size(8)

    def _size(self, side: int) -> QSize:
        height, width = self._shape()
        if height > 16:
            # About as large as a glyph, however many pixels there are.
            high = side * 7
            return QSize(3 * high * width // height + 2 * SPACING, high + self._caption_px() + 1)
        return QSize(3 * width * side + 2 * SPACING, self._height(side))

    def _height(self, side: int) -> int:
        return self._shape()[0] * side + self._caption_px() + 1

    def _shape(self) -> tuple[int, int]:
        if self._answer is None:
            return 7, 5
        height, width = self._answer.drawing.shape[-2:]
        return height, width

    def _caption_px(self) -> int:
        return self.fontMetrics().height() + 4

    def picture_rect(self, place: int) -> QRect:
        """Where picture 0 (drawing), 1 (answer) or 2 (thresholded, or errors) is painted."""
        width = (self.width() - 2 * SPACING) // 3
        height = self.height() - self._caption_px() - 1
        bounds = QRect(place * (width + SPACING), self._caption_px(), width, height)
        rect = picture_rect(*self._shape(), bounds)
        rect.moveTop(bounds.top())
        return rect

    def pixel_rect(self, place: int, row: int, column: int) -> QRect:
        """Where one pixel of picture ``place`` is painted."""
        picture = self.picture_rect(place)
        rows, columns = self._shape()
        left, right = (picture.width() * at // columns for at in (column, column + 1))
        top, bottom = (picture.height() * at // rows for at in (row, row + 1))
        return QRect(picture.x() + left, picture.y() + top, right - left, bottom - top)

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.text_at(event.pos()), self)
            return True
        return super().event(event)

    def text_at(self, position: QPoint) -> str:
        """What lies under ``position``, in words; empty where there is no pixel."""
        for place, values in enumerate(self._images()):
            picture = self.picture_rect(place)
            if picture.contains(position):
                rows, columns = self._shape()
                row = (position.y() - picture.y()) * rows // picture.height()
                column = (position.x() - picture.x()) * columns // picture.width()
                numbers = np.atleast_1d(values[..., row, column]).tolist()
                return tr(
                    "Row {row}, column {column}: {value}",
                    row=row + 1,
                    column=column + 1,
                    value=", ".join(f"{number:.2f}" for number in numbers),
                )
        return ""

    def _images(self) -> tuple[NDArray[np.float32], ...]:
        answer = self._answer
        if answer is None:
            return ()
        if answer.binary is not None:
            return answer.drawing, answer.output, answer.binary.astype(np.float32)
        if answer.squared is not None:
            return answer.drawing, answer.output, answer.squared
        return answer.drawing, answer.output

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        theme = current_theme()
        painter = QPainter(self)
        last = tr("thresholded") if self._look.glyphs else tr("squared error")
        captions = (tr("drawing"), tr("answer"), last)
        for place, (image, caption) in enumerate(zip(self._images(), captions, strict=False)):
            rect = self.picture_rect(place)
            draw_picture(painter, rect, self._drawn(place, image))
            painter.setPen(QPen(theme.border, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(-1, -1, 0, 0))
            self._paint_caption(painter, place, caption)
        answer = self._answer
        if answer is not None and answer.wrong is not None and answer.binary is not None:
            self._paint_wrong(painter, answer.wrong, answer.binary)

    def _drawn(self, place: int, image: NDArray[np.float32]) -> QImage:
        if self._look.glyphs or place < 2:
            return picture(image, self._look)
        # The root brings small errors into sight; ink on paper, so that it is no image itself.
        theme = current_theme()
        return glyph_image(np.sqrt(image), theme.bad, theme.raised)

    def _paint_caption(self, painter: QPainter, place: int, caption: str) -> None:
        width = (self.width() - 2 * SPACING) // 3
        bounds = QRect(place * (width + SPACING), 0, width, self._caption_px() - 2)
        painter.setPen(current_theme().text_dim)
        text = self.fontMetrics().elidedText(caption, Qt.TextElideMode.ElideRight, width)
        painter.drawText(bounds, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def _paint_wrong(
        self, painter: QPainter, wrong: NDArray[np.bool_], binary: NDArray[np.bool_]
    ) -> None:
        for row, column in np.argwhere(wrong).tolist():
            rect = self.pixel_rect(2, row, column)
            if rect.width() < _LEAST_MARK_PX:
                # Too small for a shape: the pixel itself takes the colour.
                painter.fillRect(rect, current_theme().bad)
            elif binary[row, column]:
                paint_extra(painter, rect)
            else:
                paint_missing(painter, rect)


class MarksLegend(QWidget):
    """What the ring and the cross mean."""

    def sizeHint(self) -> QSize:  # noqa: D102
        side = self.fontMetrics().height()
        texts = sum(self.fontMetrics().horizontalAdvance(text) for text, _ in self._rows())
        return QSize(2 * (side + 6) + 2 * SPACING + texts, side + 2)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self.sizeHint()

    def _rows(self) -> tuple[tuple[str, bool], tuple[str, bool]]:
        return (tr("missing"), True), (tr("extra"), False)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        theme = current_theme()
        painter = QPainter(self)
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


class AnswerPanel(QWidget):
    """What the network makes of the drawing.

    Signals:
        sample_activated(index): One of the nearest characters was clicked.
    """

    sample_activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reason = QLabel()
        self._verdict = QLabel()
        self._pictures = AnswerPictures()
        self._legend = MarksLegend()
        self._nearest_title = QLabel(nearest_title(GLYPHS))
        self._nearest = NearestStrip()
        self._shown = QWidget()
        self._build()
        self._nearest.sample_activated.connect(self.sample_activated)
        self.set_answer(None, tr("Train a network or open one to see its answer."))

    def _build(self) -> None:
        for label in (self._reason, self._verdict):
            label.setWordWrap(True)
        self._reason.setProperty("dim", True)
        self._nearest_title.setProperty("dim", True)
        self._verdict.setProperty("heading", True)
        self._reason.setAlignment(Qt.AlignmentFlag.AlignCenter)
        header = QHBoxLayout()
        header.addWidget(self._verdict, 1)
        header.addWidget(self._legend)
        inner = QVBoxLayout(self._shown)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        inner.addLayout(header)
        # The pictures take the room that they can use; the rest stays free below.
        inner.addWidget(self._pictures, 100)
        inner.addWidget(self._nearest_title)
        inner.addWidget(self._nearest)
        inner.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.addWidget(self._reason, 1)
        layout.addWidget(self._shown, 1)

    def set_samples(self, images: ArrayLike, look: Look = GLYPHS) -> None:
        """The set whose members can be nearest: ``[N, H, W]`` or ``[N, C, H, W]``, not copied."""
        self._nearest.set_samples(images, look)
        self._nearest_title.setText(nearest_title(look))
        self._pictures.set_look(look)

    def set_answer(self, answer: Answer | None, reason: str = "") -> None:
        """Show ``answer``; None: say ``reason``, why there is none."""
        self._reason.setText(reason)
        self._reason.setVisible(answer is None)
        self._shown.setVisible(answer is not None)
        if answer is None:
            describe(self, reason)
            return
        self._pictures.set_answer(answer)
        self._nearest.set_nearest(answer.nearest, answer.nearest_indices)
        self._legend.setVisible(bool(answer.wrong_count))
        text = verdict(answer)
        self._verdict.setText(text)
        describe(self._pictures, text)
        describe(self, text)

    @property
    def pictures(self) -> AnswerPictures:
        """The three pictures."""
        return self._pictures

    @property
    def nearest(self) -> NearestStrip:
        """The strip of the nearest characters."""
        return self._nearest

    @property
    def text(self) -> str:
        """The verdict, or why there is no answer."""
        return self._verdict.text() if self._shown.isVisibleTo(self) else self._reason.text()


def verdict(answer: Answer) -> str:
    """How right ``answer`` is, in words."""
    return ". ".join(filter(None, (_votes_text(answer), _error_text(answer))))


def _votes_text(answer: Answer) -> str:
    """What a classifier takes the drawing for."""
    if not answer.votes:
        return ""
    votes = ", ".join(f"{label_name(label)} {100 * odds:.0f} %" for label, odds in answer.votes)
    return tr("Taken for {votes}", votes=votes)


def _error_text(answer: Answer) -> str:
    if answer.binary is None:
        if answer.error is None:
            return tr("No target to compare with: load an image to measure the error.")
        return tr("Mean squared error {error}", error=error_text(answer.error))
    if answer.wrong_count is None:
        return tr("No target to compare with: load a character to count wrong pixels.")
    if answer.wrong_count == 0:
        return tr("No wrong pixels: exactly the target.")
    return trn("{n} wrong pixel", "{n} wrong pixels", answer.wrong_count)
