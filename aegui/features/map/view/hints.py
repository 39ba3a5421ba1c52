"""Hints painted on the map, transparent to the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from aegui.core.i18n import tr
from aegui.kit.keys import native_keys
from aegui.kit.overlay_area import overlay_area_of
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme
from aegui.widgets.rulers import BOTTOM_PX, LEFT_PX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aegui.features.map.view.overlays import MapOverlays

_PAD_PX = 12.0
_HEIGHT_PX = 28.0
_ALPHA = 0.9
_NUMBER_PX = 18.0
_MIN_MAP_PX = 480
_GALLERY_KEYS = "Ctrl+G"


class MapHints(QWidget):
    """A few lines at the lower edge of the map, one per suggestion."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(self, texts: Mapping[str, str], overlays: MapOverlays, parent: QWidget) -> None:
        super().__init__(parent)
        self._texts = texts
        self._overlays = overlays
        self.setAccessibleName(tr("Hints"))
        self.left: tuple[str, ...] = ()
        """Keys of the displayed hints."""
        self._lines: list[str] = []
        self._size: tuple[QFont, QSize] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._overlay_area = overlay_area_of(parent)
        self._overlay_area.changed.connect(self._place)
        self._overlay_area.clear_changed.connect(self._place)
        overlays.corners_changed.connect(self._place)
        self.hide()

    def _said(self, key: str) -> str:
        return tr(self._texts[key], gallery=native_keys(_GALLERY_KEYS))

    def set_left(self, keys: Sequence[str]) -> None:
        """Show the hints of ``keys``; hide the widget if there are none."""
        self.left = tuple(keys)
        self._lines, self._size = [self._said(key) for key in self.left], None
        describe(self, ". ".join(self._lines))
        self._place()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102
        # Cached: whatever changes at the edges of the map places the hints anew.
        font = self.font()
        if self._size is None or self._size[0] != font:
            widest = max(map(QFontMetricsF(font).horizontalAdvance, self._lines), default=0)
            height = len(self._lines) * (_HEIGHT_PX + SPACING / 2)
            self._size = font, QSize(round(widest + 3 * _PAD_PX + _NUMBER_PX) + 2, round(height))
        return self._size[1]

    def _place(self) -> None:
        """Place the hints centred at the lower edge of the map, between the corner overlays.

        They are hidden on a small map, which they would cover, and while messages are shown there.
        """
        around, size = self.parentWidget(), self.sizeHint()
        if around is None:
            return
        middle = round(LEFT_PX + (around.width() - LEFT_PX) / 2)
        top = around.height() - round(BOTTOM_PX) - 2 * SPACING - size.height()
        left, right = round(LEFT_PX) + SPACING, around.width() - SPACING
        for corner in self._overlays.corners:
            if corner.bottom() < top:
                continue
            if corner.center().x() < middle:
                left = max(left, corner.right() + SPACING)
            else:
                right = min(right, corner.left() - SPACING)
        fits = around.height() >= _MIN_MAP_PX and right - left >= size.width()
        self.setVisible(bool(self.left) and fits and not self._overlay_area.is_occupied)
        x = min(max(left, middle - size.width() // 2), right - size.width())
        place = QRect(QPoint(x, top), size)
        # Avoid messages that were there first, such as the offer to train an edited recipe.
        self.setGeometry(self._overlay_area.unobstructed_rect(place, upwards=True))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(self.font())
        ground = QColor(theme.raised)
        ground.setAlphaF(_ALPHA)
        top = 0.5
        for number, text in enumerate(self._lines, start=1):
            width = metrics.horizontalAdvance(text) + 3 * _PAD_PX + _NUMBER_PX - _PAD_PX
            # Left-aligned, so that the numbers form a column.
            box = QRectF(0.5, top, width, _HEIGHT_PX - 1)
            top += _HEIGHT_PX + SPACING / 2
            if not event.region().intersects(box.toAlignedRect()):
                continue  # as for the cross of the cursor, which meets one line
            painter.setPen(QPen(theme.border, 1))
            painter.setBrush(ground)
            painter.drawRoundedRect(box, _HEIGHT_PX / 2, _HEIGHT_PX / 2)
            middle = QPointF(box.left() + _PAD_PX / 2 + _NUMBER_PX / 2, box.center().y())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent)
            painter.drawEllipse(middle, _NUMBER_PX / 2, _NUMBER_PX / 2)
            painter.setPen(theme.on_accent)
            disc = QRectF(
                middle.x() - _NUMBER_PX, middle.y() - _NUMBER_PX, 2 * _NUMBER_PX, 2 * _NUMBER_PX
            )
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(number))
            painter.setPen(theme.text)
            rest = box.adjusted(_PAD_PX + _NUMBER_PX, 0, 0, 0)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
