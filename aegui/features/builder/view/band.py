"""The hourglass: band widths by number of units, their painting, and the gaps between cards."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF, QRegion
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from aegui.core.i18n import localized, tr, trn
from aegui.kit.theme import blend, current_theme, figures_font

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QPaintEvent


MARGIN_PX = 10
"""Margin between the widest band and each side of the chain, in pixels."""
MIN_SHARE = 0.06
"""Lower bound of a band's width share, so that even a single unit is visible and draggable."""

_GROUND = 0.10
_GROUND_CODE = 0.24
_EDGE = 0.45


def band_share(units: int, widest: int) -> float:
    """Return the width of a layer of ``units`` relative to the widest: a root, areas show size."""
    return min(1.0, max(MIN_SHARE, math.sqrt(units / max(1, widest))))


def band_units(share: float, widest: int) -> int:
    """Return the units of a layer drawn ``share`` (>= 0) as wide as one of ``widest`` units."""
    return max(1, round(widest * share * share))


def band_edges(width_px: float, share: float) -> tuple[float, float]:
    """Return left and right x of a band of ``share`` in a chain of ``width_px``."""
    half = share * (width_px - 2.0 * MARGIN_PX) / 2.0
    return width_px / 2.0 - half, width_px / 2.0 + half


def band_colour(*, is_code: bool) -> QColor:
    """Return the fill colour of a band on a card: faint enough for text, stronger at the code."""
    theme = current_theme()
    return blend(theme.accent, theme.raised, _GROUND_CODE if is_code else _GROUND)


def edge_colour() -> QColor:
    """Return the colour of the sides of the hourglass."""
    theme = current_theme()
    return blend(theme.accent, theme.panel, _EDGE)


def paint_band(
    painter: QPainter, area: QRectF, share: float, texts: QRegion, *, is_code: bool
) -> None:
    """Paint the straight part of the hourglass on a card, its sides clipped around ``texts``."""
    left, right = band_edges(area.width(), share)
    painter.fillRect(
        QRectF(area.left() + left, area.top(), right - left, area.height()),
        band_colour(is_code=is_code),
    )
    sides = (
        QLineF(area.left() + x, area.top(), area.left() + x, area.bottom()) for x in (left, right)
    )
    _paint_sides(painter, area, sides, texts)


def _paint_sides(painter: QPainter, area: QRectF, sides: Iterable[QLineF], texts: QRegion) -> None:
    painter.save()
    painter.setClipRegion(QRegion(area.toAlignedRect()).subtracted(texts))
    painter.setPen(QPen(edge_colour(), 1.5))
    for side in sides:
        painter.drawLine(side)
    painter.restore()


def paint_funnel(
    painter: QPainter, area: QRectF, above: float, below: float, texts: QRegion
) -> None:
    """Paint the slanted part between two cards, from the share ``above`` to the share ``below``."""
    theme = current_theme()
    top_left, top_right = band_edges(area.width(), above)
    low_left, low_right = band_edges(area.width(), below)
    corners = [
        QPointF(top_left, area.top()),
        QPointF(top_right, area.top()),
        QPointF(low_right, area.bottom()),
        QPointF(low_left, area.bottom()),
    ]
    painter.setPen(QPen(theme.panel, 0.0))
    painter.setBrush(blend(theme.accent, theme.panel, _GROUND))
    painter.drawPolygon(QPolygonF(corners))
    sides = (QLineF(corners[0], corners[3]), QLineF(corners[1], corners[2]))
    _paint_sides(painter, area, sides, texts)


_HEIGHT_PX = 24
_RADIUS_PX = 8.0
_CROSS_PX = 4.0
_SMALL = 0.88


class LayerGap(QAbstractButton):
    """Inserts a layer on click; also a drop target for a dragged layer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._above = self._below = 1.0
        self._parameters = 0
        self.is_target = False
        """Whether the dragged layer would be dropped here."""
        # Not in the tab order, which would double: Insert on a card adds layers by keyboard.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_state(
        self,
        names: tuple[str, str],
        shares: tuple[float, float],
        parameters: int,
        can_add: bool,
        why_not: str = "",
    ) -> None:
        """Set names and band widths of both neighbours, and the number of parameters between them.

        ``why_not`` says why no layer can be inserted here.
        """
        self._above, self._below = shares
        self._parameters = parameters
        self.setEnabled(can_add)
        self.setToolTip(why_not or tr("Add a layer here (Insert adds one after the chosen card)"))
        self.setAccessibleName(
            tr("Add a layer between {above} and {below}", above=names[0], below=names[1])
        )
        self.update()

    def set_target(self, is_target: bool) -> None:
        """Set whether the dragged layer would be dropped here."""
        if is_target != self.is_target:
            self.is_target = is_target
            self.update()

    def sizeHint(self) -> QSize:
        """Return the lowest size that is easily hit with the mouse."""
        return QSize(2 * _HEIGHT_PX, _HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the slanted part of the hourglass, the plus, and the number of parameters."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        text, place = self._count(area)
        around = QRegion(place.toAlignedRect().adjusted(-3, 0, 3, 0)) if text else QRegion()
        paint_funnel(painter, area, self._above, self._below, around)
        painter.setFont(self._small_font())
        painter.setPen(current_theme().text_dim)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        if self.is_target:
            painter.setPen(QPen(current_theme().accent, 3.0))
            middle = area.center().y()
            painter.drawLine(QPointF(8.0, middle), QPointF(area.right() - 8.0, middle))
        elif self.isEnabled():
            self._paint_plus(painter, area.center())

    def _small_font(self) -> QFont:
        return figures_font(self.font(), scale=_SMALL)

    def _count(self, area: QRectF) -> tuple[str, QRectF]:
        """Return the number of parameters as text, and the rectangle of the text."""
        if not self._parameters:
            return "", QRectF()
        metrics = QFontMetricsF(self._small_font())
        text = trn("{n:,} parameter", "{n:,} parameters", self._parameters)
        beside = area.adjusted(area.width() / 2.0 + 16.0, 0.0, -12.0, 0.0)
        if metrics.horizontalAdvance(text) > beside.width():
            text = localized(self._parameters, ",")
        beside.setLeft(beside.right() - metrics.horizontalAdvance(text) - 1.0)
        return text, beside

    def _paint_plus(self, painter: QPainter, centre: QPointF) -> None:
        theme = current_theme()
        hot = self.underMouse()
        painter.setPen(QPen(theme.accent if hot else theme.border, 1.0))
        painter.setBrush(theme.accent if hot else theme.raised)
        painter.drawEllipse(centre, _RADIUS_PX, _RADIUS_PX)
        painter.setPen(QPen(theme.on_accent if hot else theme.text_dim, 1.6))
        across, down = QPointF(_CROSS_PX, 0.0), QPointF(0.0, _CROSS_PX)
        painter.drawLine(centre - across, centre + across)
        painter.drawLine(centre - down, centre + down)
