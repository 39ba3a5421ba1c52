"""Images in rows and columns with names, notes and axis values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.columns import fitting_size
from aegui.kit.charts.ink import GAP, NAME_PT, RIGHT, TICK_PT
from aegui.kit.charts.items import ItemPlot, ItemShape, area_of
from aegui.widgets.figures.images import draw_image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.kit.charts.ink import Ink
    from aegui.session.data.image_style import ImageStyle

    Image = NDArray[np.float32]

_AIR = 0.12
_MAX_AIR = 3.0
_NOTE_PT = 6.5
_MAX_NAMES = 0.35
_HAIR = 0.01


@dataclass(frozen=True, eq=False)
class PictureSheet(ItemPlot):
    """A table of images of one size."""

    rows: tuple[tuple[Image | None, ...], ...]
    """Images ``[H, W]`` or ``[C, H, W]`` in 0..1 by row; None for an empty cell."""
    image_style: ImageStyle
    """How images are rendered."""
    row_names: tuple[str, ...] = ()
    """Names beside the rows, may have line breaks; or empty."""
    column_names: tuple[str, ...] = ()
    """Names above the columns (below them with ``axes``), or empty."""
    notes: tuple[tuple[str, ...], ...] = ()
    """Text below each image, or empty."""
    noted: str = ""
    """What the notes are, written beside them; or empty."""
    axes: tuple[str, str] | None = None
    """Names of the horizontal and vertical axis, where rows and columns stand for values."""
    block: int = 0
    """Number of rows per block; blocks are separated by a wider gap."""

    def shapes(self, ink: Ink, rect: QRectF) -> tuple[ItemShape, ...]:
        """Paint the images and return their shapes, row by row."""
        boxes: list[QRectF] = []
        line, name = ink.line(TICK_PT), ink.line(NAME_PT)
        left = names = self._left(ink, rect)
        above = line + GAP if self.column_names and self.axes is None else 0.0
        bottom = (line + GAP if self.column_names else 0.0) if self.axes is not None else 0.0
        if self.axes is not None:
            left += name + GAP / 2 if self.axes[1] else 0.0
            bottom += name if self.axes[0] else 0.0
        area = rect.adjusted(left, above, 0.0, -bottom)
        note = ink.line(_NOTE_PT)
        under = [note if any(texts) else 0.0 for texts in self._notes()]
        width, height, air, gap = self._cell(area, sum(under))
        columns = max(map(len, self.rows))
        across = columns * (width + air) - air
        blocks = (len(self.rows) - 1) // self.block if self.block else 0
        down = len(self.rows) * (height + air) - air + sum(under) + blocks * gap
        sheet = QRectF(0.0, 0.0, left + across, above + down + bottom)
        sheet.moveCenter(rect.center())
        x0, y0 = sheet.left() + left, sheet.top() + above
        tops = [
            y0
            + row * (height + air)
            + sum(under[:row])
            + (row // self.block * gap if self.block else 0.0)
            for row in range(len(self.rows))
        ]
        for row, (images, top) in enumerate(zip(self.rows, tops, strict=True)):
            for column, image in enumerate(images):
                box = QRectF(x0 + column * (width + air), top, width, height)
                boxes.append(box)
                if image is not None:
                    draw_image(ink, box, image, self.image_style)
                if under[row] and column < len(self.notes[row]):
                    below = QRectF(box.left(), box.bottom(), width, note)
                    text = ink.elided(self.notes[row][column], _NOTE_PT, width + air)
                    ink.write(text, below, _NOTE_PT, ink.theme.text_dim)
            if under[row] and self.noted:
                beside = QRectF(sheet.left(), top + height, left - GAP, note)
                ink.write(self.noted, beside, _NOTE_PT, ink.theme.text_dim, RIGHT)
        grid = QRectF(x0, y0, across, down)
        self._paint_row_names(ink, grid, tops, height, names - GAP)
        self._paint_column_names(ink, grid, width + air, line)
        self._paint_axes(ink, sheet, grid)
        return tuple(area_of(item, box) for item, box in enumerate(boxes))

    def _notes(self) -> tuple[tuple[str, ...], ...]:
        return self.notes or tuple(() for _ in self.rows)

    def _left(self, ink: Ink, rect: QRectF) -> float:
        lines = [line for name in self.row_names for line in name.split("\n")]
        widest = max((ink.width(line, TICK_PT) for line in lines), default=0.0)
        widest = max(widest, ink.width(self.noted, _NOTE_PT))
        return min(widest, _MAX_NAMES * rect.width()) + (GAP if self.row_names else 0.0)

    def _cell(self, area: QRectF, notes: float) -> tuple[float, float, float, float]:
        """Return width and height of an image, the gap between images and that between blocks.

        ``notes`` is the total height of the notes.
        """
        first = next(image for row in self.rows for image in row if image is not None)
        rows_px, columns_px = first.shape[-2:]
        columns, rows = max(map(len, self.rows)), len(self.rows)
        blocks = (rows - 1) // self.block if self.block else 0
        gap = 2 * GAP if self.block else 0.0
        free = area.height() - notes - blocks * gap
        scale = min(
            area.width() / (columns * (1 + _AIR) * columns_px), free / (rows * (1 + _AIR) * rows_px)
        )
        air = min(_MAX_AIR, _AIR * scale * max(rows_px, columns_px))
        scale = min(
            (area.width() - (columns - 1) * air) / (columns * columns_px),
            (free - (rows - 1) * air) / (rows * rows_px),
        )
        scale = max(scale, 0.02)
        return scale * columns_px, scale * rows_px, air, gap

    def _paint_row_names(
        self, ink: Ink, grid: QRectF, tops: list[float], height: float, width: float
    ) -> None:
        """Write the names in the ``width`` left of the images, elided if longer."""
        size = TICK_PT
        line = ink.line(size)
        down = (tops[1] - tops[0]) if len(tops) > 1 else grid.height()
        stride = max(1, -(-int(ink.line(size)) // max(1, int(down))))
        for index, (name, top) in enumerate(zip(self.row_names, tops, strict=False)):
            if index % stride == 0:
                lines = name.split("\n")
                first = top + (height - len(lines) * line) / 2
                for at, words in enumerate(lines):
                    box = QRectF(grid.left() - GAP - width, first + at * line, width, line)
                    # Tolerance for rounding, since the same width is computed twice.
                    text = ink.elided(words, size, width + _HAIR)
                    ink.write(text, box, size, ink.theme.text, RIGHT)

    def _paint_column_names(self, ink: Ink, grid: QRectF, across: float, line: float) -> None:
        if not self.column_names:
            return
        size, stride = fitting_size(ink, self.column_names, across)
        top = grid.bottom() + GAP / 2 if self.axes is not None else grid.top() - line - GAP / 2
        for index, name in enumerate(self.column_names):
            if index % stride == 0:
                box = QRectF(grid.left() + index * across, top, across, line)
                ink.write(ink.elided(name, size, stride * across), box, size, ink.theme.text)

    def _paint_axes(self, ink: Ink, sheet: QRectF, grid: QRectF) -> None:
        if self.axes is None:
            return
        name = ink.line(NAME_PT)
        across, up = self.axes
        if across:
            box = QRectF(grid.left(), sheet.bottom() - name, grid.width(), name)
            ink.write(across, box, NAME_PT, ink.theme.text)
        if up:
            box = QRectF(sheet.left(), grid.top(), name, grid.height())
            ink.write_upwards(up, box, NAME_PT, ink.theme.text)


@dataclass(frozen=True, eq=False)
class WrappedRows:
    """Rows of images that belong together, wrapped at the width of the page."""

    names: tuple[str, ...]
    """Names of the rows."""
    rows: tuple[tuple[Image, ...], ...]
    """Images of each row, of equal length."""
    image_style: ImageStyle
    """How images are rendered."""
    notes: tuple[str, ...] = ()
    """Text below each image of the last row, or empty."""
    noted: str = ""
    """What the notes are."""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint all images, with the number per line that makes them largest."""
        count = len(self.rows[0])
        if not count:
            return
        columns = max(range(1, count + 1), key=lambda columns: self._side(ink, rect, columns))
        rows: list[tuple[Image | None, ...]] = []
        notes: list[tuple[str, ...]] = []
        for start in range(0, count, columns):
            for number, images in enumerate(self.rows):
                part = images[start : start + columns]
                rows.append((*part, *[None] * (columns - len(part))))
                last = number == len(self.rows) - 1
                notes.append(self.notes[start : start + columns] if last else ())
        lines = -(-count // columns)
        names = self.names * lines if any(self.names) else ()
        block = len(self.rows) if len(self.rows) > 1 and lines > 1 else 0
        shown = tuple(notes) if self.notes else ()
        PictureSheet(
            tuple(rows), self.image_style, names, notes=shown, noted=self.noted, block=block
        ).paint(ink, rect)

    def _side(self, ink: Ink, rect: QRectF, columns: int) -> float:
        """Return the side of an image with ``columns`` in a line; full lines are preferred."""
        count, of = len(self.rows[0]), len(self.rows)
        height, width = self.rows[0][0].shape[-2:]
        lines = -(-count // columns)
        names = max(ink.width(name, TICK_PT) for name in self.names) + GAP
        names = max(names, ink.width(self.noted, _NOTE_PT) + GAP)
        notes = lines * ink.line(_NOTE_PT) if self.notes else 0.0
        gaps = (lines - 1) * 2 * GAP if of > 1 else 0.0
        across = (rect.width() - names) / columns / width
        down = (rect.height() - notes - gaps) / (lines * of) / height
        empty = (lines * columns - count) / count
        return float(min(across, down) * (1.0 - 0.2 * empty))
