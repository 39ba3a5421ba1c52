"""Where a chart of items is to be painted, apart from the widget: any thread may paint there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter

from aegui.kit.charts.ink import Ink
from aegui.kit.theme import SPACING, Theme, current_theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from aegui.kit.charts.items import ItemPlot, ItemShape


@dataclass(frozen=True, eq=False)
class PaintedItems:
    """A chart without marks, and where its items are.

    Attributes:
        key: Of the ``ItemCanvas`` that it was painted for.
        image: As large as that, transparent where nothing is.
        shapes: Its items.
    """

    key: object
    image: QImage
    shapes: Sequence[ItemShape]


@dataclass(frozen=True, eq=False)
class ItemCanvas:
    """All that a chart is painted with in a widget, as it was at a moment.

    Attributes:
        size: Room, in pixels of the window.
        ratio: Pixels of the screen for each of these.
        theme: The colours.
        font: Of the widget.
    """

    size: QSize
    ratio: float
    theme: Theme
    font: QFont

    @classmethod
    def of(cls, widget: QWidget, size: QSize | None = None) -> ItemCanvas:
        """That of ``widget``, or what it is when it gets another ``size``."""
        ratio = widget.devicePixelRatioF()
        return cls(size or widget.size(), ratio, current_theme(), QFont(widget.font()))

    @property
    def key(self) -> object:
        """What is painted on canvases of equal keys looks the same."""
        return self.size, self.ratio, self.theme.key, self.font.key()

    @property
    def has_room(self) -> bool:
        """Whether anything can be painted."""
        return self.size.width() >= 2 and self.size.height() >= 2

    def paint(self, plot: ItemPlot) -> PaintedItems:
        """Paint ``plot`` to the edges: an image, not a pixmap, which is the window's thread's."""
        pixels = (self.size.toSizeF() * self.ratio).toSize()
        image = QImage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self.ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        whole = QRectF(0.0, 0.0, self.size.width(), self.size.height())
        room = whole.adjusted(SPACING / 2, SPACING / 2, -SPACING, -SPACING / 2)
        shapes = plot.shapes(Ink(painter, self.theme, self.font), room)
        painter.end()
        return PaintedItems(self.key, image, shapes)
