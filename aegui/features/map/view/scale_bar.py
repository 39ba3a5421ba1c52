"""Scale bar of the map: the length of a round number of latent units, and the zoom factor."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter

from aegui.core.i18n import localized, tr
from aegui.kit.painted import PaintedBase, paint_card
from aegui.kit.speech import describe
from aegui.kit.theme import current_theme, figures_font

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.widgets.viewport import Viewport

LONGEST_PX = 96.0
"""Maximum length of the bar; it is at least two fifths of it."""
_ROUND = (1.0, 2.0, 5.0)
_PAD_PX = 6
_FONT = 0.88


class ScaleBar(PaintedBase):
    """A bar with its length in latent units; transparent to the mouse."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._units = 1.0
        self.length_px = LONGEST_PX
        """Length of the bar."""
        self.text = ""
        """Text beside the bar."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Scale"))

    def set_view(self, view: Viewport, home: Viewport) -> None:
        """Set the scale of ``view``, and its zoom relative to ``home``, which shows all codes."""
        units = round_below(LONGEST_PX / view.sx)
        zoom = view.sx / home.sx
        written = localized(units, "g") + (
            f"  ×{_zoom_text(zoom)}" if abs(zoom - 1.0) > 0.01 else ""
        )
        length = units * view.sx
        if written == self.text and length == self.length_px:
            return
        self._units, self.length_px, self.text = units, length, written
        text = tr(
            "The bar is {units} long; zoom {zoom}",
            units=localized(units, "g"),
            zoom=_zoom_text(zoom),
        )
        describe(self, text, spoken=False)
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102
        metrics = self.fontMetrics()
        width = round(self.length_px) + 2 * _PAD_PX + 6 + metrics.horizontalAdvance(self.text)
        return QSize(width, metrics.height() + 4)

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        paint_card(painter, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        y, left = self.height() // 2, _PAD_PX
        right = left + round(self.length_px)
        painter.fillRect(left, y, right - left, 2, theme.text_dim)
        for x in (left, right - 2):
            painter.fillRect(x, y - 3, 2, 8, theme.text_dim)
        painter.setPen(theme.text)
        painter.setFont(figures_font(self.font(), scale=_FONT))
        area = QRectF(right + 6, 0, self.width() - right - 6, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text)


def _zoom_text(zoom: float) -> str:
    return localized(zoom, ",.0f") if zoom >= 1000 else localized(zoom, ".3g")


def round_below(length: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is at most ``length``."""
    power = 10.0 ** math.floor(math.log10(length))
    return max(part * power for part in _ROUND if part * power <= length * (1 + 1e-9))
