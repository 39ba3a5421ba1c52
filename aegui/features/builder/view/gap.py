"""The connection between two layer cards, where another layer can be inserted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QRegion
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from aegui.core.i18n import localized, tr, trn
from aegui.features.builder.view.band import paint_funnel
from aegui.kit.theme import current_theme, figures_font

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

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
