"""Card delegate for a ``PictureList``: image, title, description and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from aegui.kit.theme import RADIUS, SPACING, blend, current_theme, figures_font
from aegui.widgets.picture_list import DETAIL_ROLE

if TYPE_CHECKING:
    from PySide6.QtGui import QColor as Colour

_Index = QModelIndex | QPersistentModelIndex
_SMALL = 0.86
_TITLE_LINES, _TEXT_LINES = 2, 3
_HALF = SPACING // 2


class CardWords(NamedTuple):
    """The texts on a card."""

    above: str
    """Small line above the title."""
    title: str
    """The title."""
    text: str
    """A sentence."""
    lines: tuple[str, ...]
    """Small lines at the foot."""
    mark: str = ""
    """A word in the corner of the image; "" for none."""
    strong: bool = False
    """Whether the mark is emphasised."""
    is_favourite: bool = False
    """Whether a star is shown in the other corner."""


class CardDelegate(QStyledItemDelegate):
    """Paints the ``CardWords`` returned by ``PictureRows.detail`` below the image of a row."""

    def __init__(self, picture: QSize, font: QFont, parent: object = None) -> None:
        super().__init__(parent)  # type: ignore[arg-type]
        self._picture = picture
        self._small = figures_font(font, scale=_SMALL)
        self._title = QFont(font)
        self._title.setBold(True)
        self._text = QFont(font)

    def cell(self) -> QSize:
        """Return the size of one card including its margins."""
        small, title, text = (
            round(QFontMetricsF(font).lineSpacing())
            for font in (self._small, self._title, self._text)
        )
        words = 3 * small + _TITLE_LINES * title + _TEXT_LINES * text
        height = self._picture.height() + words + 4 * _HALF + SPACING
        return QSize(self._picture.width() + SPACING, height + 2 * _HALF + SPACING)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """Return the size of a card; the same for all."""
        return self.cell()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint the card; a selected or hovered one has an accent frame."""
        words = index.data(DETAIL_ROLE)
        assert isinstance(words, CardWords)
        theme = current_theme()
        # The stubs of PySide type ``rect`` and ``state`` loosely.
        area = QRectF(option.rect)
        width = float(self._picture.width())
        left = area.left() + (area.width() - width) / 2
        box = QRectF(left, area.top() + _HALF, width, area.height() - SPACING)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(box, RADIUS, RADIUS)
        painter.setClipPath(outline)
        painter.fillRect(box, blend(theme.accent, theme.raised, 0.12) if chosen else theme.raised)
        top = QRect(
            round(box.left()), round(box.top()), self._picture.width(), self._picture.height()
        )
        painter.fillRect(top, theme.pixel_off)
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(pixmap, QPixmap):
            painter.drawPixmap(top.topLeft(), pixmap)
        if words.mark:
            self._paint_mark(painter, top, words)
        if words.is_favourite:
            self._paint_star(painter, top)
        self._paint_words(painter, box, words)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        edge = theme.accent if chosen or hovered else theme.border
        painter.setPen(QPen(edge, 2 if chosen else 1))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.restore()

    def _paint_words(self, painter: QPainter, box: QRectF, words: CardWords) -> None:
        theme = current_theme()
        inner = box.adjusted(SPACING, self._picture.height() + _HALF, -SPACING, 0)
        top = _line(painter, inner, words.above, self._small, theme.text_dim)
        inner.setTop(top)
        inner.setTop(_lines(painter, inner, words.title, self._title, theme.text, _TITLE_LINES))
        inner.setTop(inner.top() + 1)
        _lines(painter, inner, words.text, self._text, theme.text, _TEXT_LINES)
        # Aligned with the foot of the card, whatever is above.
        step = QFontMetricsF(self._small).lineSpacing()
        inner.setTop(box.bottom() - SPACING - len(words.lines) * step)
        for text in words.lines:
            inner.setTop(_line(painter, inner, text, self._small, theme.text_dim))

    def _paint_mark(self, painter: QPainter, top: QRect, words: CardWords) -> None:
        theme, metrics = current_theme(), QFontMetricsF(self._small)
        width = metrics.horizontalAdvance(words.mark) + 2 * SPACING
        height = metrics.height() + 2
        box = QRectF(top.right() - width - _HALF, top.top() + _HALF, width, height)
        painter.setPen(QPen(theme.accent if words.strong else theme.border, 1))
        painter.setBrush(theme.accent if words.strong else theme.raised)
        painter.drawRoundedRect(box, height / 2, height / 2)
        painter.setFont(self._small)
        painter.setPen(theme.on_accent if words.strong else theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words.mark)

    def _paint_star(self, painter: QPainter, top: QRect) -> None:
        theme = current_theme()
        side = QFontMetricsF(self._title).height() + SPACING
        box = QRectF(top.left() + _HALF, top.top() + _HALF, side, side)
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(theme.raised)
        painter.drawEllipse(box)
        painter.setFont(self._title)
        painter.setPen(theme.accent)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "\N{BLACK STAR}")


def _line(painter: QPainter, box: QRectF, text: str, font: QFont, colour: Colour) -> float:
    """Write one elided line at the top of ``box``; return the y of the next line."""
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(colour)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(QPointF(box.left(), box.top() + metrics.ascent()), shown)
    return box.top() + metrics.lineSpacing()


def _lines(
    painter: QPainter, box: QRectF, text: str, font: QFont, colour: QColor, most: int
) -> float:
    """Write ``text`` in at most ``most`` lines, the last elided; return the y of the next."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    parts = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(box.width())
        parts.append(text[line.textStart() : line.textStart() + line.textLength()])
    layout.endLayout()
    if len(parts) > most:
        parts = [*parts[: most - 1], "".join(parts[most - 1 :])]
    inner = QRectF(box)
    for part in parts:
        inner.setTop(_line(painter, inner, part.strip(), font, colour))
    return inner.top()
