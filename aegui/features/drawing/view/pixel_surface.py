"""Painting of a drawing: pixels as squares, grid, ghost, selection, and brush outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.pixels.shapes import Cell, PixelBox, brush_cells
from aegui.core.pixels.transforms import slices
from aegui.kit.theme import current_theme
from aegui.session.data.image_style import GLYPHS
from aegui.widgets.glyphs import fitted_rect, picture, picture_rect

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent

LARGE = 16
"""Images with more rows or columns are drawn with a brush rather than pixel by pixel."""
LARGEST_ZOOM = 8.0
_HINT_PX = 22
_MIN_PX = 10
_MIN_GRID_PX = 6
_MARGIN_PX = 3
_LARGE_SHARE = 0.7
_GHOST_OPACITY = 0.3
_GRID_RGBA = (128, 128, 128, 90)
"""Grid lines over images with shades: visible on black and on white, without dominating."""
_DASH_PX = 6
_RIM_PX = 3
"""Distance that frames extend beyond the cells they surround."""


class PixelSurface(QWidget):
    """Paints an enlarged image, its pixels as squares of equal size if there is room."""

    accessible_role = QAccessible.Role.Canvas

    def __init__(self) -> None:
        super().__init__()
        self.pixels: NDArray[np.float32] = np.zeros((7, 5), dtype=np.float32)
        """The pixels shown, ``[H, W]`` or ``[C, H, W]``."""
        self._ghost: NDArray[np.float32] | None = None
        self._hovered: Cell | None = None
        self.cell: Cell = (0, 0)
        """Row and column of the keyboard cursor."""
        self.cell_visible = False
        """Whether the keyboard cursor is shown: from a key press until Escape or a click."""
        self._image_style = GLYPHS
        self.brush = 1
        """Rows and columns painted at a time."""
        self.region: PixelBox | None = None
        """The selected region, or None."""
        self._mirrors = (False, False)
        self._has_grid = True
        self.zoom = 1.0
        """Magnification relative to the size at which the whole image is visible."""
        self._centre = QPointF(0.5, 0.5)
        self._grid: tuple[object, QRect] | None = None
        """The rectangle of the whole image, and what it depends on."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def _inside(self, cell: Cell) -> bool:
        height, width = map(int, self.pixels.shape[-2:])
        return 0 <= cell[0] < height and 0 <= cell[1] < width

    def cell_rect(self, row: int, column: int) -> QRect:
        """Return the rectangle of a cell, in widget pixels."""
        return self._box_rect(PixelBox(row, column, row + 1, column + 1))

    def _update_cells(self, box: PixelBox) -> None:
        """Repaint only the cells in ``box``, with the frames around them."""
        self.update(self._box_rect(box).adjusted(-_RIM_PX, -_RIM_PX, _RIM_PX, _RIM_PX))

    def _box_rect(self, box: PixelBox) -> QRect:
        grid = self._grid_rect()
        height, width = self.pixels.shape[-2:]
        left, right = grid.width() * box.left // width, grid.width() * box.right // width
        top, bottom = grid.height() * box.top // height, grid.height() * box.bottom // height
        return QRect(grid.x() + left, grid.y() + top, right - left, bottom - top)

    def sizeHint(self) -> QSize:  # noqa: D102
        return self._size(_HINT_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self._size(_MIN_PX)

    def _size(self, side: int) -> QSize:
        """Return the size for pixels of ``side``; large images get no more room than small ones."""
        height, width = self.pixels.shape[-2:]
        if max(height, width) > LARGE:
            share = _LARGE_SHARE * side * LARGE / max(height, width)
            return QSize(round(width * share), round(height * share))
        return QSize(width * side + 2 * _MARGIN_PX, height * side + 2 * _MARGIN_PX)

    # -- zoom ------------------------------------------------------------------------------------

    def _area(self) -> QRect:
        return self.rect().adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)

    def _grid_rect(self) -> QRect:
        of = (self.size(), self.pixels.shape[-2:], self.zoom, self._centre)
        if self._grid is None or self._grid[0] != of:
            self._grid = of, self._new_grid_rect()
        return self._grid[1]

    def _new_grid_rect(self) -> QRect:
        area = self._area()
        height, width = self.pixels.shape[-2:]
        # Pixels are squares of equal size if the image fits into the room.
        fits = height <= area.height() and width <= area.width()
        fitted = fitted_rect(height, width, area) if fits else picture_rect(height, width, area)
        if self.zoom <= 1.0:
            return fitted
        side = max(1, round(fitted.width() / width * self.zoom))
        size = QSize(width * side, height * side)
        x = _placed(area.x(), area.width(), size.width(), self._centre.x())
        return QRect(
            QPoint(x, _placed(area.y(), area.height(), size.height(), self._centre.y())), size
        )

    def zoom_by(self, factor: float, around: QPoint | None = None) -> None:
        """Zoom about the point ``around``, or about the centre if None."""
        point = self._area().center() if around is None else around
        before = self._grid_rect()
        x = (point.x() - before.x()) / max(1, before.width())
        y = (point.y() - before.y()) / max(1, before.height())
        self.zoom = min(LARGEST_ZOOM, max(1.0, self.zoom * factor))
        after, middle = self._grid_rect(), QRectF(self._area()).center()
        self._centre = QPointF(
            x + (middle.x() - point.x()) / max(1, after.width()),
            y + (middle.y() - point.y()) / max(1, after.height()),
        )
        self.update()

    @property
    def first_seen(self) -> Cell:
        """The topmost row and the leftmost column that are wholly visible."""
        grid, area = self._grid_rect(), self._area()
        height, width = self.pixels.shape[-2:]
        hidden_px = max(0, area.top() - grid.top()), max(0, area.left() - grid.left())
        row = -(-hidden_px[0] * height // max(1, grid.height()))
        return row, -(-hidden_px[1] * width // max(1, grid.width()))

    def show_all(self) -> None:
        """Reset the zoom."""
        self.zoom = 1.0
        self.update()

    def pan_by(self, pixels: QPoint) -> None:
        """Pan by ``pixels`` if the image is larger than the room."""
        grid, area = self._grid_rect(), self._area()
        # Start from the actual position, which is clamped at the edges.
        at = QRectF(area).center() - QPointF(grid.topLeft() + pixels)
        self._centre = QPointF(at.x() / max(1, grid.width()), at.y() / max(1, grid.height()))
        self.update()

    def _follow(self, cell: Cell) -> None:
        """Pan so that ``cell`` is visible."""
        rect, area = self.cell_rect(*cell), self._area()
        right = max(0, area.left() - rect.left()) - max(0, rect.right() - area.right())
        down = max(0, area.top() - rect.top()) - max(0, rect.bottom() - area.bottom())
        if right or down:
            self.pan_by(QPoint(right, down))

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        theme = current_theme()
        painter = QPainter(self)
        grid = self._grid_rect()
        painter.save()
        painter.setClipRect(event.rect() & self._area().adjusted(-1, -1, 1, 1))
        box = self._box_in(event.rect(), grid)
        if box is not None:
            self._paint_image(painter, grid, box)
        painter.setPen(QPen(theme.border, 1))
        painter.drawRect(grid.adjusted(-1, -1, 0, 0))
        if self._hovered is not None and not self.cell_visible:
            self._frame(painter, self._brush_rect(self._hovered), 1)
        if self.region is not None:
            self._paint_region(painter, self._box_rect(self.region))
        if self.hasFocus() and self.cell_visible:
            self._frame(painter, self._brush_rect(self.cell), 2)
        painter.restore()
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 2))
            painter.drawRect(grid.intersected(self._area()).adjusted(-2, -2, 2, 2))

    def _box_in(self, rect: QRect, grid: QRect) -> PixelBox | None:
        """Return the cells that intersect ``rect``; all cells unless they are equal squares."""
        height, width = self.pixels.shape[-2:]
        part = rect & grid & self._area()
        if part.isEmpty():
            return None
        side = grid.width() // width
        if side < 1 or grid.width() != side * width or grid.height() != side * height:
            return PixelBox(0, 0, height, width)
        part.translate(-grid.topLeft())
        return PixelBox(
            part.top() // side,
            part.left() // side,
            part.bottom() // side + 1,
            part.right() // side + 1,
        )

    def _paint_image(self, painter: QPainter, grid: QRect, box: PixelBox) -> None:
        too_large = grid.width() < self.pixels.shape[-1]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, too_large)
        target, part = self._box_rect(box), (..., *slices(box))
        painter.drawImage(target, picture(self.pixels[part], self._image_style))
        if self._ghost is not None and not self._image_style.glyphs:
            painter.setOpacity(_GHOST_OPACITY)
            painter.drawImage(target, picture(self._ghost[part], self._image_style))
            painter.setOpacity(1.0)
        self._paint_grid(painter, grid, box)
        self._paint_axes(painter, grid)
        if self._ghost is not None and self._image_style.glyphs:
            lacking = (self._ghost[part] > 0.5) & (self.pixels[part] <= 0.5)
            self._paint_ghost(painter, [(r + box.top, c + box.left) for r, c in _true(lacking)])

    def _brush_box(self, cell: Cell) -> PixelBox:
        """Return the box of cells that the brush paints at ``cell``, clipped to the image."""
        cells = [each for each in brush_cells(cell, self.brush) if self._inside(each)]
        return PixelBox.around(cells[0], cells[-1])

    def _brush_rect(self, cell: Cell) -> QRect:
        return self._box_rect(self._brush_box(cell))

    def _paint_grid(self, painter: QPainter, grid: QRect, box: PixelBox) -> None:
        """Paint the grid lines between the cells of ``box`` and before them."""
        height, width = self.pixels.shape[-2:]
        if not self._has_grid or grid.width() // width < _MIN_GRID_PX:
            return
        colour = current_theme().border if self._image_style.glyphs else QColor(*_GRID_RGBA)
        painter.setPen(QPen(colour, 1))
        for column in range(max(1, box.left), box.right):
            x = grid.x() + grid.width() * column // width
            painter.drawLine(x, grid.top(), x, grid.bottom())
        for row in range(max(1, box.top), box.bottom):
            y = grid.y() + grid.height() * row // height
            painter.drawLine(grid.left(), y, grid.right(), y)

    def _paint_axes(self, painter: QPainter, grid: QRect) -> None:
        """Paint the mirror axes: through the middle column if there is one, else beside it."""
        painter.setPen(QPen(current_theme().accent, 1, Qt.PenStyle.DashLine))
        middle = grid.center()
        across, down = self._mirrors
        if across:
            painter.drawLine(middle.x(), grid.top(), middle.x(), grid.bottom())
        if down:
            painter.drawLine(grid.left(), middle.y(), grid.right(), middle.y())

    def _paint_ghost(self, painter: QPainter, cells: list[Cell]) -> None:
        """Paint a dot on every cell that is on in the ghost but off in the drawing."""
        theme = current_theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.pixel_off, 1))
        painter.setBrush(theme.accent)
        for cell in cells:
            rect = self.cell_rect(*cell)
            radius = max(2.0, rect.width() / 7)
            painter.drawEllipse(rect.toRectF().center(), radius, radius)
        painter.restore()

    def _paint_region(self, painter: QPainter, rect: QRect) -> None:
        """Paint a two-coloured frame that is visible on any ground."""
        theme = current_theme()
        left, top, right, bottom = rect.left() - 1, rect.top() - 1, rect.right(), rect.bottom()
        across = [QRect(left, y, right - left + 1, 2) for y in (top, bottom - 1)]
        down = [QRect(x, top, 2, bottom - top + 1) for x in (left, right - 1)]
        for side in (*across, *down):
            painter.fillRect(side, theme.pixel_off)
        # Qt starts broad dashes at the clip, so partial repaints with such a pen would not match.
        for step in range(0, max(rect.width(), rect.height()), 2 * _DASH_PX):
            for side in across:
                painter.fillRect(side & QRect(left + step, side.y(), _DASH_PX, 2), theme.accent)
            for side in down:
                painter.fillRect(side & QRect(side.x(), top + step, 2, _DASH_PX), theme.accent)

    def _frame(self, painter: QPainter, rect: QRect, width: int) -> None:
        """Paint a frame visible on dark and lit pixels: accent with a rim in the dark colour."""
        theme = current_theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if rect.width() < _MIN_GRID_PX:
            # The cell is too small for a frame inside it: frame it outside.
            painter.setPen(QPen(theme.accent, 1))
            painter.drawRect(rect.adjusted(-1, -1, 0, 0))
            return
        painter.setPen(QPen(theme.pixel_off, width))
        inset = 2 * width
        painter.drawRect(rect.adjusted(inset, inset, -inset, -inset))
        painter.setPen(QPen(theme.accent, width))
        painter.drawRect(rect.adjusted(width, width, -width, -width))


def _true(mask: NDArray[np.bool_]) -> list[Cell]:
    """Return the cells where ``mask`` ``[H, W]`` is true."""
    return [(row, column) for row, column in np.argwhere(mask).tolist()]


def _placed(start: int, available: int, length: int, share: float) -> int:
    """Return the start of ``length`` that centres its ``share``, without leaving room empty."""
    if length <= available:
        return start + (available - length) // 2
    ideal = round(start + available / 2 - share * length)
    return max(start + available - length, min(start, ideal))
