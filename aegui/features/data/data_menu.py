"""Data sets as rows of a list and as menu entries, each with its picture and size."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from aegui.core.i18n import mark, tr
from aegui.kit.theme import SPACING, current_theme, figures_font, icon
from aegui.session.data.image_style import GLYPHS
from aegui.widgets.glyphs import draw_glyph, picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QMenu

    from aegui.session.data.data_sources import DataEntry

DETAIL_ROLE = Qt.ItemDataRole.UserRole + 1
"""Item data role of a row's second line."""
WAYS: tuple[tuple[str, str, str], ...] = (
    ("data_folder", mark("Folder of images…"), "builder-folder"),
    ("data_images", mark("Image files…"), "document-open"),
    ("data_file", mark("File of data…"), "document-open"),
    ("gallery", mark("Gallery…"), "list"),
)
"""Ways to import other data, and the gallery: action key, label, icon name."""
_PICTURE_PX = 32
_FADED = 0.4
"""Opacity of a disabled picture."""
_ROW_PX = 44
ROW_WIDTH_PX = 316
"""Minimum width of a row: picture, size and download state."""


def icon_of(entry: DataEntry) -> QIcon:
    """Return the picture of a set as an icon, which follows changes of the theme."""
    if entry.glyph is not None:
        return QIcon(_GlyphEngine(entry.glyph))
    if entry.picture is not None:
        return QIcon(_squared(QImage(str(entry.picture))))
    return icon("draw")


class _GlyphEngine(QIconEngine):
    """Draws a glyph in the colours of the theme at the time of painting."""

    def __init__(self, glyph: NDArray[np.float32]) -> None:
        super().__init__()
        self._glyph = glyph

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._glyph)

    def isNull(self) -> bool:
        return False

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        target = QRect(0, 0, side, side)
        target.moveCenter(rect.center())
        painter.save()
        if mode is QIcon.Mode.Disabled:
            painter.setOpacity(_FADED)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(target, _squared(picture(self._glyph, GLYPHS)))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        # ``size`` is in logical pixels.
        made = QPixmap(size * scale)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, made.rect(), mode, state)
        painter.end()
        made.setDevicePixelRatio(scale)
        return made


def _squared(image: QImage) -> QPixmap:
    """Return ``image`` centred in a square of its own background colour."""
    pixmap = QPixmap(2 * _PICTURE_PX, 2 * _PICTURE_PX)
    pixmap.fill(image.pixelColor(0, 0))
    painter = QPainter(pixmap)
    draw_glyph(painter, pixmap.rect().adjusted(4, 4, -4, -4), image)
    painter.end()
    return pixmap


def fill_menu(
    menu: QMenu,
    entries: Sequence[DataEntry],
    take: Callable[[str], object],
    ways: Mapping[str, Callable[..., object]],
) -> None:
    """Fill ``menu`` with ``entries`` and ``WAYS``; ``take`` is called with the chosen key."""
    menu.clear()
    for index, entry in enumerate(entries):
        if index and entry.is_users and not entries[index - 1].is_users:
            menu.addSeparator()
        words = tr("{name} ({detail})", name=entry.label, detail=entry.detail)
        action = menu.addAction(icon_of(entry), words.replace("&", "&&"))
        action.setToolTip(entry.help)
        action.triggered.connect(partial(_call, take, entry.key))
    menu.addSeparator()
    for key, words, icon_name in WAYS:
        menu.addAction(icon(icon_name), tr(words)).triggered.connect(partial(_call, ways[key]))


def _call(what: Callable[..., object], *arguments: object) -> None:
    """Call ``what`` without the ``checked`` argument of ``QAction.triggered``."""
    what(*(value for value in arguments if not isinstance(value, bool)))


class DataRows(QStyledItemDelegate):
    """Paints a set as two lines beside its picture; rows without a second line stay low."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return room for two lines, or for one if there is no second line."""
        size = super().sizeHint(option, index)
        if not index.data(DETAIL_ROLE):
            return size
        return QSize(max(ROW_WIDTH_PX, size.width()), _ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint picture, name and size."""
        detail = index.data(DETAIL_ROLE)
        if not detail:
            super().paint(painter, option, index)
            return
        theme, area = current_theme(), option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(area, theme.accent if chosen else theme.raised)
        top = area.top() + (area.height() - _PICTURE_PX) // 2
        box = QRect(area.left() + SPACING, top, _PICTURE_PX, _PICTURE_PX)
        index.data(Qt.ItemDataRole.DecorationRole).paint(painter, box)
        left = box.right() + SPACING + 2
        half = area.height() // 2 - 2
        first = QRect(left, area.top() + 4, area.right() - left - 4, half)
        painter.setPen(theme.on_accent if chosen else theme.text)
        painter.drawText(first, Qt.AlignmentFlag.AlignVCenter, index.data())
        painter.setFont(figures_font(option.font, scale=0.9))
        painter.setPen(theme.on_accent if chosen else theme.text_dim)
        painter.drawText(first.translated(0, half - 2), Qt.AlignmentFlag.AlignVCenter, detail)
        painter.restore()
