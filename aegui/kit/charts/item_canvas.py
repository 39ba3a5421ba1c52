"""Off-screen rendering of an item plot, independent of the widget and safe on any thread."""

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
    """A rendered chart without marks, and the shapes of its items."""

    key: object
    """Key of the ``ItemCanvas`` that it was rendered for."""
    image: QImage
    """The rendering, with a transparent background."""
    shapes: Sequence[ItemShape]
    """The shapes of the items."""


@dataclass(frozen=True, eq=False)
class ItemCanvas:
    """All that the rendering of a chart depends on, copied from a widget."""

    size: QSize
    """Size in logical pixels."""
    ratio: float
    """Device pixel ratio."""
    theme: Theme
    """The colours."""
    font: QFont
    """The font of the widget."""

    @classmethod
    def of(cls, widget: QWidget, size: QSize | None = None) -> ItemCanvas:
        """Return the canvas of ``widget``, optionally for another ``size``."""
        ratio = widget.devicePixelRatioF()
        return cls(size or widget.size(), ratio, current_theme(), QFont(widget.font()))

    @property
    def key(self) -> object:
        """Return a key; renderings on canvases of equal keys are identical."""
        return self.size, self.ratio, self.theme.key, self.font.key()

    @property
    def is_large_enough(self) -> bool:
        """Return whether the canvas is large enough to paint on."""
        return self.size.width() >= 2 and self.size.height() >= 2

    def paint(self, plot: ItemPlot) -> PaintedItems:
        """Render ``plot`` as an image; a pixmap could be used only on the GUI thread."""
        pixels = (self.size.toSizeF() * self.ratio).toSize()
        image = QImage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self.ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        canvas = QRectF(0.0, 0.0, self.size.width(), self.size.height())
        area = canvas.adjusted(SPACING / 2, SPACING / 2, -SPACING, -SPACING / 2)
        shapes = plot.shapes(Ink(painter, self.theme, self.font), area)
        painter.end()
        return PaintedItems(self.key, image, shapes)
