"""Painting of a scatter plot's header, labels, card, highlight and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from aegui.core.light_dataclass import dataclass
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.glyphs import draw_glyph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

    from aegui.kit.theme import Theme

HEADER_PX = 26
THUMB_PX = 44
_CARD_GAP = 12.0
_RING_PX = 7.0
_BAR_PX = 3.0
_HALO_PX = 3.0
_STEPS = (0.0, -0.6, 0.6, -1.2, 1.2, -1.8, 1.8)
"""Vertical shifts tried to avoid overlaps, in heights of the text."""


@dataclass(frozen=True, eq=False)
class SampleCard:
    """Content of a sample's card: image, label and name."""

    picture: QImage
    label: str
    name: str


def paint_header(painter: QPainter, rect: QRectF, title: str, note: str, theme: Theme) -> None:
    """Paint the title at the left and ``note`` at the right, elided to fit."""
    font = QFont(painter.font())
    font.setBold(True)
    metrics = QFontMetricsF(font)
    line = rect.adjusted(SPACING, 0, -SPACING, 0)
    painter.save()
    painter.setFont(font)
    painter.setPen(theme.text)
    title = metrics.elidedText(title, Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, title)
    painter.restore()
    free = line.adjusted(metrics.horizontalAdvance(title) + 2 * SPACING, 0, 0, 0)
    if note and free.width() > 40:
        painter.save()
        painter.setFont(figures_font(painter.font(), scale=0.92))
        painter.setPen(theme.text_dim)
        text = painter.fontMetrics().elidedText(
            note, Qt.TextElideMode.ElideRight, int(free.width())
        )
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(free, flags, text)
        painter.restore()


def paint_bar(painter: QPainter, rect: QRectF, share: float, theme: Theme) -> None:
    """Paint the progress ``share`` as a thin bar along the upper edge of ``rect``."""
    bar = QRectF(rect.x(), rect.y(), rect.width(), _BAR_PX)
    painter.fillRect(bar, theme.grid)
    bar.setWidth(rect.width() * share)
    painter.fillRect(bar, theme.accent)


def paint_message(painter: QPainter, rect: QRectF, text: str, theme: Theme) -> None:
    """Paint ``text`` centred in ``rect``."""
    painter.setPen(theme.text_dim)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    margin = 2 * SPACING
    painter.drawText(rect.adjusted(margin, SPACING, -margin, -SPACING), flags, text)


def paint_texts(
    painter: QPainter,
    pixels: NDArray[np.float64],
    texts: Sequence[str],
    colours: Sequence[QColor],
    theme: Theme,
) -> None:
    """Paint each of ``texts`` at ``pixels`` ``[n, 2]``, with a halo for legibility over dots."""
    metrics = QFontMetricsF(painter.font())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    halo = QPen(theme.raised, _HALO_PX)
    halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    drop = (metrics.ascent() - metrics.descent()) / 2
    for (x, y), text, colour in zip(pixels.tolist(), texts, colours, strict=True):
        path = QPainterPath()
        path.addText(
            QPointF(x - metrics.horizontalAdvance(text) / 2, y + drop), painter.font(), text
        )
        painter.strokePath(path, halo)
        painter.fillPath(path, colour)


def apart(
    pixels: NDArray[np.float64], sizes: Sequence[tuple[float, float]], area: QRectF
) -> dict[int, tuple[float, float]]:
    """Return the centres of texts of ``sizes`` without overlaps, by their rows.

    The first texts stay at ``pixels`` ``[n, 2]``; others are moved up or down a little, and left
    out if that does not help. All stay within ``area``.
    """
    found: dict[int, tuple[float, float]] = {}
    occupied: list[QRectF] = []
    for row, ((x, y), (width, height)) in enumerate(zip(pixels.tolist(), sizes, strict=True)):
        left = min(max(x - width / 2, area.left()), max(area.left(), area.right() - width))
        for step in _STEPS:
            top = y - height / 2 + step * height
            box = QRectF(left, top, width, height)
            within = area.top() <= top and box.bottom() <= area.bottom()
            if within and not any(box.intersects(other) for other in occupied):
                occupied.append(box)
                found[row] = box.center().toTuple()
                break
    return found


def paint_ring(painter: QPainter, at: QPointF, theme: Theme) -> None:
    """Paint a ring around a sample, in two colours to be visible on any background."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.raised, 4.0))
    painter.drawEllipse(at, _RING_PX, _RING_PX)
    painter.setPen(QPen(theme.accent, 2.0))
    painter.drawEllipse(at, _RING_PX, _RING_PX)


def paint_card(
    painter: QPainter, at: QPointF, area: QRectF, card: SampleCard, theme: Theme
) -> QRectF:
    """Paint the card of a sample beside ``at``, inside ``area``; return its rectangle."""
    font = QFont(painter.font())
    bold = QFont(font)
    bold.setBold(True)
    words = [(card.label, bold, theme.text)]
    if card.name and card.name != card.label:
        words.append((card.name, font, theme.text_dim))
    widest = max(QFontMetricsF(face).horizontalAdvance(text) for text, face, _ in words)
    line = QFontMetricsF(font).height()
    pad = SPACING / 2
    width = THUMB_PX + 3 * pad + min(widest, 180.0)
    box = QRectF(0, 0, width, THUMB_PX + 2 * pad)
    box.moveTo(_beside(at, box, area))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.border, 1.0))
    painter.setBrush(theme.raised)
    painter.drawRoundedRect(box, 4, 4)
    frame = QRect(int(box.x() + pad), int(box.y() + pad), THUMB_PX, THUMB_PX)
    draw_glyph(painter, frame, card.picture)
    top = box.center().y() - line * len(words) / 2
    for number, (text, face, colour) in enumerate(words):
        painter.setFont(face)
        painter.setPen(colour)
        spot = QRectF(frame.right() + 1 + pad, top + number * line, min(widest, 180.0) + 1, line)
        shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, spot.width())
        painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter, shown)
    painter.setFont(font)
    return box


def _beside(at: QPointF, box: QRectF, area: QRectF) -> QPointF:
    """Return the corner of a box beside ``at``: to the right if it fits, always inside ``area``."""
    x = at.x() + _CARD_GAP
    if x + box.width() > area.right():
        x = at.x() - _CARD_GAP - box.width()
    y = min(max(at.y() - box.height() / 2, area.top() + 2), area.bottom() - box.height() - 2)
    return QPointF(max(x, area.left() + 2), y)


def class_middles(
    coordinates: NDArray[np.float32], classes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the classes ``[c]`` that occur and a central sample of each, places ``[c, 2]``.

    The median may lie in an empty area, so the sample nearest to it is used.
    """
    numbers = np.unique(classes)
    middles = np.empty((len(numbers), 2))
    for row, number in enumerate(numbers):
        of_class = coordinates[classes == number].astype(np.float64)
        median = np.median(of_class, axis=0)
        middles[row] = of_class[np.square(of_class - median).sum(axis=1).argmin()]
    return numbers, middles
