"""Strokes over an image: what each brush paints, moves, selects or picks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt, Signal

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.pixels.drawing_state import same_pixels
from aegui.core.pixels.shapes import (
    Cell,
    PixelBox,
    area_cells,
    box_of,
    brush_cells,
    filled_cells,
    line_cells,
    mirrored,
    outline_cells,
)
from aegui.features.drawing.view.drawing_tools import TOOL_OF, spoken
from aegui.features.drawing.view.pixel_surface import LARGE, PixelSurface
from aegui.kit.speech import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.pixels.drawing_state import Ink
    from aegui.session.data.image_style import ImageStyle


PAINT, ERASE = 1.0, 0.0
LARGEST_BRUSH = 3
_SHAPES: dict[str, Callable[[Cell, Cell], Iterable[Cell]]] = {
    "line": line_cells,
    "rectangle": outline_cells,
    "area": area_cells,
}
"""Brushes that draw a shape from the start of the stroke to its current cell."""
_TWO_SIDED = {"pencil", "eraser", "fill", *_SHAPES}
"""Brushes whose right button paints with the other ink; with the others it is an eraser."""


@dataclass
class _Stroke:
    """The stroke in progress."""

    brush: str
    """The brush in use."""
    value: Ink
    """The ink painted."""
    start: Cell
    """The cell where it began."""
    last: Cell
    """The last cell reached."""
    held: Qt.MouseButton | int
    """The mouse button or key whose release ends it."""
    box: PixelBox | None = None
    """The region being moved, or None."""


class StrokeSurface(PixelSurface):
    """Paints an image and emits which pixels a stroke changes.

    It changes nothing itself: the owner of the drawing responds with ``set_pixels``. A stroke lasts
    from the press of a button or key to its release.
    """

    stroke_started = Signal(object)
    """With step: a stroke begins; ``step`` is its name in the history."""
    pixel_painted = Signal(int, int, float)
    """With row, column, value: set the pixel to ``value``."""
    cells_painted = Signal(object, object)
    """Set all cells of a list of rows and columns to a level 0..1, or to red, green and blue."""
    shape_painted = Signal(object, object)
    """As ``cells_painted``, but undoing earlier changes of the stroke."""
    noise_painted = Signal(object)
    """Corrupt these cells."""
    part_moved = Signal(object, int, int)
    """Move what the ``PixelBox`` contained when the stroke began down
    and right."""
    stroke_finished = Signal()
    """The stroke has ended."""
    stroke_abandoned = Signal()
    """The stroke is to be undone."""
    region_changed = Signal(object)
    """Another ``PixelBox`` is selected, or None."""
    region_cleared = Signal()
    """The selected region is to be erased."""
    picked = Signal(object)
    """That level or colour was picked."""

    def __init__(self) -> None:
        super().__init__()
        self._stroke: _Stroke | None = None
        self.tool = "pencil"
        """The selected brush."""
        self.ink: Ink = PAINT
        """The ink to paint with."""
        self._back: Ink = ERASE
        self._help = ""

    # -- what is shown ---------------------------------------------------------------------------

    def set_pixels(self, pixels: ArrayLike) -> None:
        """Show ``pixels`` ``[H, W]`` or ``[C, H, W]`` in [0, 1]; another size resets the view."""
        array = np.array(pixels, dtype=np.float32)
        if array.shape == self.pixels.shape:
            self._update_changed(array)
            self.pixels = array
        else:
            self._finish()
            self._ghost = None
            self._hovered = None
            height, width = array.shape[-2:]
            self.cell = (min(self.cell[0], height - 1), min(self.cell[1], width - 1))
            self.pixels = array
            self.zoom = 1.0
            self.set_region(None)
            self.updateGeometry()
            self.update()
        # The help tooltip is shown only over an empty drawing, where it does not obscure anything.
        tip = "" if array.any() else self._help
        if tip != self.toolTip():
            self.setToolTip(tip)
        self._say()

    def _update_changed(self, pixels: NDArray[np.float32]) -> None:
        """Repaint the cells that differ in ``pixels``, which have the current shape."""
        differs = pixels != self.pixels
        box = box_of(differs if differs.ndim == 2 else differs.any(axis=0))
        if box is not None:
            self._update_cells(box)

    def set_ghost(self, ghost: ArrayLike | None) -> None:
        """Show ``ghost``, an image of the same shape, behind the drawing; None removes it.

        For glyphs, only pixels that the ghost has and the drawing lacks are marked.
        """
        image = None if ghost is None else np.asarray(ghost, np.float32)
        if image is not None and image.shape != self.pixels.shape:
            image = None
        if not same_pixels(image, self._ghost):
            self._ghost = image
            self.update()

    def set_image_style(self, image_style: ImageStyle) -> None:
        """Set how the image is rendered; the ink becomes the opposite of the ground."""
        self._image_style = image_style
        self.ink = PAINT if image_style.ground < 0.5 else ERASE
        self._back = 1.0 - self.ink
        self._say()
        self.update()

    def set_tool(self, tool: str) -> None:
        """Select the brush ``tool``, a key of ``TOOLS``."""
        self._finish()
        self.tool = tool
        describe(self, spoken(TOOL_OF[tool], on=True))

    def set_mirrors(self, across: bool, down: bool) -> None:
        """Set whether strokes are mirrored left to right, and top to bottom."""
        self._mirrors = (across, down)
        self.update()

    def set_grid(self, shown: bool) -> None:
        """Show lines between the pixels if there is room for them."""
        self._has_grid = shown
        self.update()

    def set_brush(self, size: int) -> None:
        """Set the brush to ``size`` x ``size`` pixels."""
        self.brush = max(1, min(LARGEST_BRUSH, size))
        self.update()

    def set_ink(self, value: Ink, back: Ink | None = None) -> None:
        """Set the ink, and the one of the right button; None selects the opposite of a level."""
        self.ink = value
        if back is not None:
            self._back = back
        elif not isinstance(value, tuple):
            self._back = 1.0 - value

    def set_region(self, region: PixelBox | None) -> None:
        """Select ``region``; None clears the selection."""
        box = None if region is None else region.within(*self.pixels.shape[-2:])
        if box != self.region:
            self.region = box
            self._say()
            self.region_changed.emit(box)
            self.update()

    def select_all(self) -> None:
        """Select the whole image."""
        self.set_region(PixelBox(0, 0, *self.pixels.shape[-2:]))

    def _cell_at(self, position: QPoint) -> Cell:
        """Return the cell under ``position``; it may lie outside the image."""
        grid = self._grid_rect()
        height, width = self.pixels.shape[-2:]
        row = (position.y() - grid.y()) * height // max(1, grid.height())
        return row, (position.x() - grid.x()) * width // max(1, grid.width())

    def say(self, text: str) -> None:
        """Announce ``text`` to screen readers; the next move announces the position again."""
        describe(self, text)

    def part_count(self) -> int:
        """Return the number of pixels."""
        return int(np.prod(self.pixels.shape[-2:]))

    def part_words(self, index: int) -> str:
        """Return position and value of a pixel as text."""
        height, width = self.pixels.shape[-2:]
        row, column = divmod(index, width)
        return tr(
            "Row {row} of {height}, column {column} of {width}: {state}",
            row=row + 1,
            height=height,
            column=column + 1,
            width=width,
            state=_state_word(self.pixels[..., row, column], self._image_style),
        )

    def part_rect(self, index: int) -> QRect:
        """Return the rectangle of a pixel."""
        return self.cell_rect(*divmod(index, self.pixels.shape[-1]))

    def current_part(self) -> int:
        """Return the pixel at the keyboard cursor."""
        (row, column), width = self.cell, int(self.pixels.shape[-1])
        return row * width + column

    def _say(self) -> None:
        text = self.part_words(self.current_part())
        if self.region is not None:
            selected = tr(
                "Selected: {width} × {height} pixels",
                width=self.region.width,
                height=self.region.height,
            )
            text = f"{text}. {selected}"
        describe(self, text)

    # -- strokes ---------------------------------------------------------------------------------

    def _begin(self, paints: bool, cell: Cell, held: Qt.MouseButton | int) -> None:
        brush = self.tool if paints or self.tool in _TWO_SIDED else "eraser"
        if brush == "pick":
            self._pick(cell)
            return
        # The eraser inverts the buttons: its right button paints.
        inked = paints != (self.tool == "eraser")
        self._stroke = _Stroke(brush, self.ink if inked else self._back, cell, cell, held)
        if brush == "select":
            corner = self._corner_across(cell) if held == Qt.Key.Key_Shift else None
            if self.region is None or not self.region.holds(cell) or corner is not None:
                self._stroke.start = cell if corner is None else corner
                self.set_region(PixelBox.around(self._stroke.start, cell))
                return
            self._stroke.brush = brush = "move"
        if brush == "move":
            self._stroke.box = self.region or PixelBox(0, 0, *self.pixels.shape[-2:])
        self.stroke_started.emit(tr(TOOL_OF[brush].step))
        self._draw([cell])
        if brush == "fill":
            self._finish()

    def _corner_across(self, cell: Cell) -> Cell | None:
        """Return the corner of the selection opposite to ``cell``, or None if it is no corner."""
        return None if self.region is None else self.region.corner_across(cell)

    def _pick(self, cell: Cell) -> None:
        found = self.pixels[(..., *cell)]
        value = float(found) if found.ndim == 0 else tuple(float(each) for each in found)
        self.picked.emit(value)

    def _extend(self, cell: Cell) -> None:
        stroke = self._stroke
        if stroke is None or cell == stroke.last:
            return
        cells = list(line_cells(stroke.last, cell))[1:]
        stroke.last = cell
        self._draw(cells)

    def _draw(self, cells: list[Cell]) -> None:
        """Continue the stroke along ``cells``, ending at the last of them."""
        stroke = self._stroke
        if stroke is None:
            return
        if stroke.brush in {"pencil", "eraser"}:
            self._paint(cells)
        elif stroke.brush == "noise":
            self.noise_painted.emit(self._covered(cells))
        elif stroke.brush in _SHAPES:
            shape = list(_SHAPES[stroke.brush](stroke.start, stroke.last))
            self.shape_painted.emit(self._covered(shape), stroke.value)
        elif stroke.brush == "fill":
            self._fill(cells[-1], stroke.value)
        elif stroke.brush == "select":
            self.set_region(PixelBox.around(stroke.start, stroke.last))
        elif stroke.box is not None:
            rows, columns = stroke.last[0] - stroke.start[0], stroke.last[1] - stroke.start[1]
            self.part_moved.emit(stroke.box, rows, columns)
            if self.region is not None:
                self.region = stroke.box.moved(rows, columns).within(*self.pixels.shape[-2:])
                self.update()

    def _fill(self, cell: Cell, value: Ink) -> None:
        seeds = self._mirrored([cell])
        cells = {each for seed in seeds for each in filled_cells(self.pixels, seed)}
        self.cells_painted.emit(list(cells), value)

    def _is_broad(self) -> bool:
        """Return whether a stroke reports many pixels, or colours, together."""
        return (
            self.brush > 1
            or max(self.pixels.shape[-2:]) > LARGE
            or any(self._mirrors)
            or self.pixels.ndim > 2
        )

    def _mirrored(self, cells: Iterable[Cell]) -> list[Cell]:
        across, down = self._mirrors
        return mirrored(cells, self.pixels.shape[-2:], across=across, down=down)

    def _covered(self, cells: Iterable[Cell]) -> list[Cell]:
        """Return the cells that the brush paints along ``cells``, with their mirror images."""
        covered = {each for cell in cells for each in brush_cells(cell, self.brush)}
        return [each for each in self._mirrored(covered) if self._inside(each)]

    def _paint(self, cells: list[Cell]) -> None:
        stroke = self._stroke
        if stroke is not None and (self._is_broad() or isinstance(stroke.value, tuple)):
            self.cells_painted.emit(self._covered(cells), stroke.value)
            return
        for cell in cells:
            # Read again: a receiver of the signal may have ended the stroke.
            stroke = self._stroke
            if stroke is None:
                return
            if self._inside(cell) and self.pixels[cell] != stroke.value:
                self.pixel_painted.emit(*cell, stroke.value)

    def _finish(self) -> None:
        stroke, self._stroke = self._stroke, None
        if stroke is None or stroke.brush == "select":
            return
        self.stroke_finished.emit()
        if stroke.brush == "move" and stroke.box is not None and self.region is not None:
            self.region_changed.emit(self.region)

    def _release(self, held: Qt.MouseButton | int) -> bool:
        ends = self._stroke is not None and self._stroke.held == held
        if ends:
            self._finish()
        return ends

    def _unwind(self) -> bool:
        """Cancel the stroke, else the selection, else the cursor; return whether any existed."""
        stroke = self._stroke
        if stroke is not None:
            self._abandon(stroke)
            return True
        if self.region is not None:
            self.set_region(None)
            return True
        was_visible, self.cell_visible = self.cell_visible, False
        self.update()
        return was_visible

    def _abandon(self, stroke: _Stroke) -> None:
        if stroke.brush == "select":
            self.set_region(None)
        else:
            self.stroke_abandoned.emit()
        if self.region is not None and stroke.box is not None:
            self.region = stroke.box
        self._finish()


def _state_word(pixel: NDArray[np.float32], image_style: ImageStyle) -> str:
    if pixel.ndim and len(set(pixel.tolist())) > 1:
        red, green, blue = (round(255 * each) for each in pixel.tolist())
        return tr("red {red}, green {green}, blue {blue}", red=red, green=green, blue=blue)
    value = float(pixel.mean())
    if value <= 0.0:
        return tr("off") if image_style.glyphs else tr("black")
    if value >= 1.0:
        return tr("on") if image_style.glyphs else tr("white")
    return tr("{share:.0%} grey", share=value)
