"""The network's answer to the drawing: grey levels, thresholded with its errors, and its kin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from aegui.core.i18n import tr, trn
from aegui.widgets.glyphs import (
    GlyphCache,
    draw_glyph,
    fitted_rect,
    glyph_image,
    label_name,
    label_sign,
)
from aegui.widgets.pixels.speech import describe
from aegui.widgets.theme import SPACING, contrast, current_theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from aegui.session.answers import Answer

_LEAST_MARK_PX = 5
_LEAST_CONTRAST = 3.0
_MIDDLE_LIGHTNESS = 128
_PUSH_PERCENT = 165
_PLACE_PX = QSize(44, 50)
_KIN_GLYPH_PX = 30


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
    """Drawing, grey answer and thresholded answer side by side, at one scale."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer: Answer | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Drawing, answer and errors"))

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
        _, width = self._shape()
        side = max(1, (self.width() - 2 * SPACING) // 3 // width)
        self.setMaximumHeight(max(self.minimumSizeHint().height(), self._height(side)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._bound_height()

    def sizeHint(self) -> QSize:  # noqa: D102
        return self._size(14)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self._size(8)

    def _size(self, side: int) -> QSize:
        height, width = self._shape()
        side = side if height <= 16 else max(1, side * 7 // height)
        return QSize(3 * width * side + 2 * SPACING, self._height(side))

    def _height(self, side: int) -> int:
        return self._shape()[0] * side + self._caption_px() + 1

    def _shape(self) -> tuple[int, int]:
        if self._answer is None:
            return 7, 5
        height, width = self._answer.drawing.shape
        return height, width

    def _caption_px(self) -> int:
        return self.fontMetrics().height() + 4

    def picture_rect(self, place: int) -> QRect:
        """Where picture 0 (drawing), 1 (grey) or 2 (thresholded) is painted."""
        width = (self.width() - 2 * SPACING) // 3
        height = self.height() - self._caption_px() - 1
        bounds = QRect(place * (width + SPACING), self._caption_px(), width, height)
        rect = fitted_rect(*self._shape(), bounds)
        rect.moveTop(bounds.top())
        return rect

    def pixel_rect(self, place: int, row: int, column: int) -> QRect:
        """Where one pixel of picture ``place`` is painted."""
        picture = self.picture_rect(place)
        side = picture.width() // self._shape()[1]
        return QRect(picture.x() + column * side, picture.y() + row * side, side, side)

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
                side = picture.width() // self._shape()[1]
                row = (position.y() - picture.y()) // side
                column = (position.x() - picture.x()) // side
                return tr(
                    "Row {row}, column {column}: {value}",
                    row=row + 1,
                    column=column + 1,
                    value=format(float(values[row, column]), ".2f"),
                )
        return ""

    def _images(self) -> tuple[NDArray[np.float32], ...]:
        answer = self._answer
        if answer is None:
            return ()
        return answer.drawing, answer.output, answer.binary.astype(np.float32)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        theme = current_theme()
        painter = QPainter(self)
        captions = (tr("drawing"), tr("answer"), tr("thresholded"))
        for place, (image, caption) in enumerate(zip(self._images(), captions, strict=False)):
            rect = self.picture_rect(place)
            painter.drawImage(rect, glyph_image(image, theme.pixel_on, theme.pixel_off))
            painter.setPen(QPen(theme.border, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(-1, -1, 0, 0))
            self._paint_caption(painter, place, caption)
        if self._answer is not None and self._answer.wrong is not None:
            self._paint_wrong(painter, self._answer.wrong, self._answer.binary)

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


class NearestStrip(QWidget):
    """The samples nearest to the answer: their glyphs, labels and distances in pixels.

    Signals:
        sample_activated(index): A sample was clicked, or Enter pressed on it; ``index`` is its
            place in the set.
    """

    sample_activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyphs = GlyphCache()
        self._nearest: tuple[tuple[str, int], ...] = ()
        self._indices: tuple[int, ...] = ()
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Nearest characters"))

    def set_samples(self, images: ArrayLike) -> None:
        """The images ``[N, H, W]`` of the set that the indices speak of."""
        self._glyphs.set_images(images)
        self.update()

    def set_nearest(self, nearest: tuple[tuple[str, int], ...], indices: Sequence[int]) -> None:
        """Show ``nearest``: label and differing pixels, with their places in the set."""
        if (nearest, tuple(indices)) != (self._nearest, self._indices):
            self._nearest, self._indices = nearest, tuple(indices)
            self._current = min(self._current, max(0, len(nearest) - 1))
            texts = (self.text_of(place) for place in range(len(nearest)))
            describe(self, "; ".join(texts), spoken=False)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(5 * _PLACE_PX.width(), _PLACE_PX.height())

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(3 * _PLACE_PX.width(), _PLACE_PX.height())

    def text_of(self, place: int) -> str:
        """Label and distance of the ``place``-th nearest, in words."""
        label, distance = self._nearest[place]
        away = trn("{n} pixel away", "{n} pixels away", distance)
        return f"{label_name(label)}: {away}"

    def place_rect(self, place: int) -> QRect:
        """Where the ``place``-th nearest is painted."""
        step = max(_PLACE_PX.width(), min(self.width() // max(1, len(self._nearest)), 72))
        return QRect(place * step, 0, _PLACE_PX.width(), _PLACE_PX.height())

    def _place_at(self, position: QPoint) -> int | None:
        places = range(len(self._nearest))
        return next((i for i in places if self.place_rect(i).contains(position)), None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        place = self._place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = place
            self.sample_activated.emit(self._indices[place])

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if self._nearest and event.key() in steps:
            place = self._current + steps[event.key()]
            self._current = min(max(place, 0), len(self._nearest) - 1)
            describe(self, self.text_of(self._current))
            self.update()
        elif self._nearest and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.sample_activated.emit(self._indices[self._current])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place_at(event.pos())
            text = "" if place is None else self.text_of(place)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        painter = QPainter(self)
        for place in range(len(self._nearest)):
            if self.place_rect(place).right() <= self.width():
                self._paint_place(painter, place)
        if self.hasFocus() and self._nearest:
            painter.setPen(QPen(current_theme().accent, 2))
            painter.drawRect(self.place_rect(self._current).adjusted(2, 1, -3, -2))

    def _paint_place(self, painter: QPainter, place: int) -> None:
        theme = current_theme()
        rect = self.place_rect(place)
        box = QRect(rect.x(), rect.y(), rect.width(), _KIN_GLYPH_PX)
        if self._indices[place] < len(self._glyphs):
            tile = QRect(0, 0, _KIN_GLYPH_PX, _KIN_GLYPH_PX)
            tile.moveCenter(box.center())
            painter.fillRect(tile, theme.pixel_off)
            image = self._glyphs.image(self._indices[place], theme.pixel_on, theme.pixel_off)
            draw_glyph(painter, tile.adjusted(1, 1, -1, -1), image)
        label, distance = self._nearest[place]
        text = f"{label_sign(label)} {tr('{n} px', n=distance)}"
        below = QRect(
            rect.x() - 4, box.bottom() + 2, rect.width() + 8, rect.height() - box.height()
        )
        painter.setPen(theme.text if place == 0 else theme.text_dim)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)


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
        self._nearest_title = QLabel(tr("Nearest characters"))
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

    def set_samples(self, labels: Sequence[str], images: ArrayLike) -> None:
        """The set whose members can be nearest: N ``labels`` and ``images`` ``[N, H, W]``."""
        del labels  # the answer brings the labels of the nearest
        self._nearest.set_samples(images)

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
    if answer.wrong_count is None:
        return tr("No target to compare with: load a character to count wrong pixels.")
    if answer.wrong_count == 0:
        return tr("No wrong pixels: exactly the target.")
    return trn("{n} wrong pixel", "{n} wrong pixels", answer.wrong_count)
