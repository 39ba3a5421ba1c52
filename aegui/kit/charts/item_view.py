"""A widget for item plots with hovered and selected items, and their painting off screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QFont, QImage, QPainter, QPen

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.ink import Ink
from aegui.kit.charts.items import ManyShapes, item_at, shapes_of
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.painted import Painted, fill_and_focus, paint_focus
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, Theme, current_theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent
    from PySide6.QtWidgets import QWidget

    from aegui.kit.charts.figure import Figure
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


_CHOSEN_PX, _HOVERED_PX = 2.0, 2.5
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, 1),
}
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class ItemView(Painted):
    """Shows an ``ItemPlot``; the chart is cached and not repainted while the mouse moves."""

    accessible_role = QAccessible.Role.Chart

    hovered = Signal(object)
    """Emitted with the hovered item, or None."""
    chosen = Signal(int)
    """Emitted when an item is clicked or selected by a key."""
    clicked = Signal(int)
    """Emitted after ``chosen`` when an item is clicked."""
    activated = Signal(int)
    """Emitted when an item is double-clicked, or Enter pressed on it."""
    usual_size = QSize(460, 260)
    least_size = QSize(220, 140)
    """Room for two labels on each axis."""

    def __init__(self, name: str, figure: Callable[[], Figure | None]) -> None:
        """Create an empty view; ``name`` is its accessible name, ``figure`` returns the export."""
        super().__init__()
        self.plot: ItemPlot | None = None
        """The plot shown; None for nothing."""
        self._words: Callable[[int], str] = lambda _: ""
        self._picture: PaintedItems | None = None
        self._hovered_items: frozenset[int] = frozenset()
        self._chosen: frozenset[int] = frozenset()
        self._under: int | None = None
        self.figures = FigureMenu(self, figure)
        self.setMouseTracking(True)
        fill_and_focus(self, name)

    def set_plot(
        self,
        plot: ItemPlot | None,
        words: Callable[[int], str],
        painted: PaintedItems | None = None,
    ) -> None:
        """Show ``plot``; ``words`` returns a sentence on an item.

        ``painted`` is the plot as rendered by a worker thread; it is rendered again if the size or
        colours of the widget have changed since.
        """
        self.plot, self._words = plot, words
        self._picture = painted
        self.update()

    def set_marked(self, hovered: frozenset[int], chosen: frozenset[int]) -> None:
        """Mark hovered and selected items, whether chosen here or in another view."""
        if (hovered, chosen) != (self._hovered_items, self._chosen):
            self._hovered_items, self._chosen = hovered, chosen
            self.update()

    @property
    def shapes(self) -> Sequence[ItemShape]:
        """Return the current shapes of the items."""
        painted = self._painted()
        return () if painted is None else painted.shapes

    def part_count(self) -> int:
        """Return the number of shapes."""
        return len(self.shapes)

    def part_words(self, index: int) -> str:
        """Return the sentence on the item of a shape."""
        return self._words(self.shapes[index].item)

    def part_rect(self, index: int) -> QRect:
        """Return the bounding rectangle of a shape."""
        return self.shapes[index].path.boundingRect().toAlignedRect()

    def current_part(self) -> int | None:
        """Return the first shape of the selected item."""
        chosen = min(self._chosen, default=None)
        fits = (at for at, shape in enumerate(self.shapes) if shape.item == chosen)
        return None if chosen is None else next(fits, None)

    # Painting

    def _painted(self) -> PaintedItems | None:
        """Return the chart without marks, cached until the canvas changes."""
        canvas = ItemCanvas.of(self)
        if self.plot is None or not canvas.is_large_enough:
            return None
        if self._picture is None or self._picture.key != canvas.key:
            self._picture = canvas.paint(self.plot)
        return self._picture

    def paint(self, painter: QPainter) -> None:
        """Paint the chart, and the marks over it."""
        painted = self._painted()
        if painted is None:
            return
        theme = current_theme()
        painter.drawImage(0, 0, painted.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for marked, colour, width in (
            (self._chosen, theme.text, _CHOSEN_PX),
            (self._hovered_items, theme.accent, _HOVERED_PX),
        ):
            painter.setPen(QPen(colour, width))
            for shape in shapes_of(painted.shapes, marked):
                painter.drawPath(shape.path)
        paint_focus(painter, self)

    # Mouse and keys

    def _item_at(self, at: QPointF) -> int | None:
        return item_at(self.shapes, at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover the item under the pointer."""
        self._point_at(self._item_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the hover."""
        self._point_at(None)
        super().leaveEvent(event)

    def _point_at(self, item: int | None) -> None:
        if item != self._under:
            self._under = item
            self.hovered.emit(item)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the clicked item."""
        item = self._item_at(event.position())
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(item)
            self.clicked.emit(item)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Activate the double-clicked item."""
        item = self._item_at(event.position())
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit(item)

    def tip_at(self, position: QPoint) -> str:
        """Return the sentence on the item under the pointer."""
        item = self._item_at(QPointF(position))
        return "" if item is None else self._words(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select items with the arrow keys; Enter activates the selected one."""
        shapes, key = self.shapes, Qt.Key(event.key())
        current = min(self._chosen, default=None)
        if key in _STEPS and len(shapes):
            self._choose(_beside(shapes, current, *_STEPS[key]))
        elif key in _ENTER and current is not None:
            self.activated.emit(current)
        else:
            super().keyPressEvent(event)

    def _choose(self, item: int) -> None:
        describe(self, self._words(item))
        self.chosen.emit(item)

    def changeEvent(self, event: QEvent) -> None:
        """Drop the cached chart when style or palette change."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self._picture = None


def _beside(shapes: Sequence[ItemShape], current: int | None, across: int, down: int) -> int:
    """Return the item next to ``current``, or the first item if ``current`` is None."""
    if isinstance(shapes, ManyShapes):
        return 0 if current is None else shapes.step(current, across, down)
    items = sorted({shape.item for shape in shapes})
    at = items.index(current) if current in items else -1
    return items[min(max(0, at + across + down), len(items) - 1)]
