"""The document of the pixel editor: a drawing, its undo history, and its clean target image."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from aegui.core.data.corruption import corrupted
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.pixels.code import levels_of
from aegui.core.pixels.drawing_state import (
    GLYPH_PAPER,
    DrawingPaper,
    DrawingState,
    Ink,
    frozen,
    on_paper,
    painted,
)
from aegui.core.pixels.shapes import PixelBox
from aegui.core.pixels.transforms import (
    as_kind,
    fitted,
    flipped,
    in_part,
    moved,
    placed,
    rolled,
    shifted,
    slices,
    turned,
)
from aegui.core.recipe import CorruptionSpec
from aegui.session.told_command import ToldCommand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.pixels.shapes import Cell
    from aegui.core.pixels.transforms import Axis, Pixels

_NOISE_ID, _CODE_ID = 1, 2
_UNDO_LIMIT = 500
_MERGE_SECONDS = 2.0
"""Maximum interval in seconds between changes of one noise that are merged into one step."""
_Regions = tuple[PixelBox | None, PixelBox | None]
"""The selected region before and after a step, if the step changes it."""


class Drawing(QObject):
    """A drawing with an undoable history of strokes, moves and noise.

    Loading a sample makes it the target. Noise on a drawing without a target makes the current
    drawing the target; further noise replaces the previous one, so that levels can be tried out.
    Strokes, moves and reflections keep the target; clearing removes it. If a region is selected,
    edits of the whole drawing apply to that region.
    """

    changed = Signal(object)
    """Emitted with the new ``DrawingState``."""
    noise_chosen = Signal()
    """Emitted when another ``noise`` was chosen, after ``changed`` for its effect on the
    drawing."""
    region_changed = Signal(object)
    """Emitted with the ``PixelBox`` that an undone or redone step has selected, or None."""

    def __init__(self, height: int, width: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(_UNDO_LIMIT)
        self.state = DrawingState(GLYPH_PAPER.empty(height, width))
        """The current state of the drawing."""
        self._natural = (height, width, GLYPH_PAPER)
        self.noise = CorruptionSpec(), 0
        """Chosen noise and seed, whether or not the drawing has any noise."""
        self.previous: DrawingState | None = None
        """The drawing before the last step or undo; None at first."""
        self.region: PixelBox | None = None
        """The selected region; None for the whole drawing."""
        self._pasted: _Pasted | None = None
        self._shown_paste: _Pasted | None = None
        self._regions: _Regions | None = None
        self._stroke_start: DrawingState | None = None
        self._stroke_text = ""

    @property
    def pixels(self) -> NDArray[np.float32]:
        """Return the drawing, float32 ``[H, W]`` or ``[3, H, W]`` in 0..1, read-only."""
        return self.state.pixels

    @property
    def target(self) -> NDArray[np.float32] | None:
        """Return the clean image, of the same shape; None if it is unknown."""
        return self.state.target

    @property
    def label(self) -> str:
        """Return the name of the loaded sample, or ""."""
        return self.state.label

    @property
    def shape(self) -> tuple[int, int]:
        """Return height and width."""
        height, width = self.state.pixels.shape[-2:]
        return height, width

    @property
    def paper(self) -> DrawingPaper:
        """Return pixel kind and background of the drawing."""
        return self.state.paper

    @property
    def ground(self) -> float:
        """Return the level of an empty drawing."""
        return self.paper.ground

    @property
    def part(self) -> NDArray[np.float32]:
        """Return the selected region, or else the whole drawing."""
        return self.pixels if self.region is None else self.pixels[(..., *slices(self.region))]

    def set_region(self, region: PixelBox | None) -> None:
        """Select the region that edits apply to; None for the whole drawing."""
        self.region = None if region is None else region.within(*self.shape)
        pasted = self._pasted
        if pasted is None or pasted.shown is not self.pixels:
            return
        if pasted.box.within(*self.shape) != self.region:
            self._pasted = None

    def reset(self, height: int, width: int, paper: DrawingPaper = GLYPH_PAPER) -> None:
        """Start an empty drawing without history, for images of another dataset.

        Does nothing if size and kind are those of the previous dataset: the user may have changed
        the drawing's own since.
        """
        if (height, width, paper) == self._natural:
            return
        self._natural = (height, width, paper)
        self._stroke_start = self.previous = None
        self.undo_stack.clear()
        self._show(DrawingState(paper.empty(height, width), paper=paper))

    def take(self, state: DrawingState) -> None:
        """Show the drawing of a document, without history."""
        self._stroke_start = self.previous = None
        self.undo_stack.clear()
        self._show(state)

    # -- strokes ---------------------------------------------------------------------------------

    @property
    def is_stroke_begun(self) -> bool:
        """Return whether a stroke has begun and not ended."""
        return self._stroke_start is not None

    def begin_stroke(self, text: str = "") -> None:
        """Begin a stroke: edits until ``end_stroke`` become one undo step called ``text``."""
        self.end_stroke()
        self._stroke_start = self.state
        self._stroke_text = text

    def paint(self, row: int, column: int, value: Ink) -> None:
        """Set one pixel to ``value`` in 0..1; outside a stroke it is a stroke of its own.

        Positions outside the drawing are ignored: a stroke may cross its edge.
        """
        self.paint_cells([(row, column)], value)

    def paint_cells(self, cells: Iterable[Cell], value: Ink) -> None:
        """Like ``paint`` for several pixels, as for a broad brush."""
        self._stroke_to(painted(self.pixels, cells, value))

    def paint_shape(self, cells: Iterable[Cell], value: Ink) -> None:
        """Replace what the stroke has painted by ``cells``: a line or rectangle in progress."""
        start = self.pixels if self._stroke_start is None else self._stroke_start.pixels
        found = painted(start, cells, value)
        self._stroke_to(start if found is None else found)

    def move_part(self, box: PixelBox, rows: int, columns: int) -> None:
        """Move the content that ``box`` had at the start of the stroke, leaving background.

        If it is the pasted part and still selected, the drawing below it reappears.
        """
        start = self.pixels if self._stroke_start is None else self._stroke_start.pixels
        if self.region is not None:
            self._regions = box, box.moved(rows, columns).within(*self.shape)
        pasted = self._pasted
        if pasted is None or pasted.shown is not start or pasted.box.within(*self.shape) != box:
            self._stroke_to(moved(start, box, rows, columns, self.ground))
            return
        place = pasted.box.moved(rows, columns)
        self._stroke_to(placed(pasted.below, pasted.part, place.top, place.left))
        self._shown_paste = replace(pasted, box=place, shown=self.pixels)
        if self._stroke_start is None:
            self._settle()

    def _settle(self) -> None:
        """Store the position of the pasted part after a move."""
        paste, self._shown_paste = self._shown_paste, None
        if paste is not None and paste.shown is self.pixels:
            self._pasted = paste

    def paint_noise(self, cells: Iterable[Cell], spec: CorruptionSpec, seed: int) -> None:
        """Apply the noise ``spec`` to ``cells``; noise of neighbours becomes masking of pixels.

        Each cell is corrupted once per stroke, however often the brush passes over it.
        """
        start = self.state if self._stroke_start is None else self._stroke_start
        is_apart = not CORRUPTIONS[spec.kind].neighbours
        noise = spec if is_apart else spec.model_copy(update={"kind": "masking"})
        # Different noise for each stroke, and the same noise again after an undo.
        noisy = _noisy(start.pixels, noise, seed + self.undo_stack.index())
        height, width = self.shape
        inside = [(r, c) for r, c in cells if 0 <= r < height and 0 <= c < width]
        if not inside:
            return
        rows, columns = np.array(inside).T
        pixels = self.pixels.copy()
        pixels[..., rows, columns] = noisy[..., rows, columns]
        before = start.pixels if start.before_noise is None else start.before_noise
        target = before if start.target is None else start.target
        self._stroke_to(pixels, target, before)

    def _stroke_to(
        self,
        pixels: NDArray[np.float32] | None,
        target: NDArray[np.float32] | None = None,
        before_noise: NDArray[np.float32] | None = None,
    ) -> None:
        """Show ``pixels`` as the state of the stroke; without a stroke, as a stroke of its own."""
        if pixels is None or np.array_equal(pixels, self.pixels):
            return
        alone = self._stroke_start is None
        if alone:
            self.begin_stroke()
        state = replace(self.state, pixels=frozen(pixels), before_noise=before_noise)
        self._show(state if target is None else replace(state, target=target))
        if alone:
            self.end_stroke()

    def abandon_stroke(self) -> None:
        """Revert what was painted since ``begin_stroke``, and end the stroke."""
        if self._stroke_start is not None:
            self._show(self._stroke_start)
            self.end_stroke()

    def end_stroke(self) -> None:
        """Make the edits since ``begin_stroke`` one undo step."""
        start, self._stroke_start = self._stroke_start, None
        regions, self._regions = self._regions, None
        if start is None:
            return
        if np.array_equal(start.pixels, self.state.pixels):
            self._show(start)
        else:
            text = self._stroke_text or tr("Stroke")
            self.undo_stack.push(_Change(self, start, self.state, text, regions=regions))
        self._settle()

    # -- other images ----------------------------------------------------------------------------

    def load(
        self,
        image: ArrayLike,
        label: str,
        index: int | None = None,
        paper: DrawingPaper | None = None,
    ) -> None:
        """Show ``image`` and make it the target; ``index`` is its index in the dataset.

        It is ``[H, W]``, or ``[3, H, W]`` for a ``paper`` in colour (None: that of the drawing).
        """
        paper = self.paper if paper is None else paper
        pixels = on_paper(image, paper)
        name = label.strip() or label
        state = DrawingState(pixels, pixels, label, index=index, paper=paper)
        self._edit(state, tr("Load “{label}”", label=name))

    def paste(self, image: ArrayLike, paper: DrawingPaper | None = None) -> None:
        """Show ``image`` without a target; grey ``[H, W]`` is converted for a colour paper."""
        paper = self.paper if paper is None else paper
        self._edit(DrawingState(on_paper(image, paper), paper=paper), tr("Paste"))

    def paste_part(self, image: ArrayLike, row: int, column: int) -> None:
        """Paste ``image`` over the drawing, with its first pixel at ``row`` and ``column``."""
        part, below = frozen(image), self.pixels
        box = PixelBox(row, column, row + part.shape[-2], column + part.shape[-1])
        regions = self.region, box.within(*self.shape)
        self._edit_pixels(placed(below, part, row, column), tr("Paste"), regions)
        self._pasted = _Pasted(below, part, box, self.pixels)

    def write(self, pixels: NDArray[np.float32]) -> None:
        """Set ``pixels`` that were edited as text; consecutive edits are one undo step.

        Pixels whose 8-bit level is unchanged keep their exact value.
        """
        kind = self.paper.kind
        same = levels_of(pixels, kind) == levels_of(self.pixels, kind)
        after = replace(
            self.state, pixels=frozen(np.where(same, self.pixels, pixels)), before_noise=None
        )
        self._edit(after, tr("Hex and C"), _CODE_ID)

    def start_new(self, height: int, width: int, paper: DrawingPaper) -> None:
        """Start an empty drawing of any size and kind; undoable."""
        self._edit(DrawingState(paper.empty(height, width), paper=paper), tr("New drawing"))

    def fit(self, height: int, width: int, kind: Pixels | None = None) -> None:
        """Resize the drawing around its centre, and convert its pixels to ``kind``."""
        before = self.state
        paper = before.paper if kind is None else replace(before.paper, kind=kind)
        pixels = frozen(as_kind(fitted(before.pixels, height, width, self.ground), paper.kind))
        text = tr("Size {width}×{height}", width=width, height=height)
        self._edit(DrawingState(pixels, label=before.label, paper=paper), text)

    # -- edits -----------------------------------------------------------------------------------

    def choose_noise(self, spec: CorruptionSpec, seed: int) -> None:
        """Choose noise without applying it; "none" is ignored."""
        if spec.kind != "none" and self.noise != (spec, seed):
            self.noise = spec, seed
            self.noise_chosen.emit()

    def apply_noise(self, spec: CorruptionSpec, seed: int) -> None:
        """Choose noise, and apply it to the drawing without noise; "none" removes the noise."""
        chosen, before = self.noise, self.state
        if spec.kind != "none":
            self.noise = spec, seed
        self._put_noise(before, spec, seed)
        if self.noise != chosen:
            self.noise_chosen.emit()

    def _put_noise(self, before: DrawingState, spec: CorruptionSpec, seed: int) -> None:
        clean = before.pixels if before.before_noise is None else before.before_noise
        if not spec.is_noisy:
            without = replace(before, pixels=clean, before_noise=None, noise=None)
            self._edit(without, tr("No noise"), _NOISE_ID)
            return
        noisy = in_part(clean, self.region, lambda part: _noisy(part, spec, seed))
        target = clean if before.target is None else before.target
        noised = replace(
            before,
            pixels=frozen(noisy),
            target=target,
            before_noise=clean,
            noise=(spec, seed),
        )
        self._edit(noised, tr("Noise"), _NOISE_ID)

    def clear(self) -> None:
        """Clear the drawing and its target, or the selected region."""
        self._clear(tr("Clear"))

    def cut(self) -> None:
        """Clear like ``clear``, after the content was copied to the clipboard."""
        self._clear(tr("Cut"))

    def _clear(self, text: str) -> None:
        if self.region is not None:
            self._edit_part(lambda part: np.full_like(part, self.ground), text)
            return
        empty = self.paper.empty(*self.shape)
        self._edit(DrawingState(empty, paper=self.paper), text)

    def invert(self) -> None:
        """Invert all levels."""
        self._edit_part(lambda part: np.float32(1.0) - part, tr("Invert"))

    def shift(self, rows: int, columns: int) -> None:
        """Shift the drawing down by ``rows`` and right by ``columns``; what leaves is lost."""
        self._edit_part(lambda part: shifted(part, rows, columns, self.ground), tr("Shift"))

    def roll(self, rows: int, columns: int) -> None:
        """Like ``shift``, but what leaves enters on the other side."""
        self._edit_part(lambda part: rolled(part, rows, columns), tr("Shift"))

    def flip(self, axis: Axis) -> None:
        """Mirror left and right ("horizontal") or top and bottom ("vertical")."""
        self._edit_part(lambda part: flipped(part, axis), tr("Mirror"))

    def rotate(self, quarters: int) -> None:
        """Rotate clockwise by quarter turns around the centre."""
        self._edit_part(lambda part: turned(part, quarters, self.ground), tr("Turn"))

    # -- history ---------------------------------------------------------------------------------

    def undo(self) -> None:
        """Undo the last step; an unfinished stroke counts as one."""
        self.end_stroke()
        self.undo_stack.undo()

    def redo(self) -> None:
        """Redo the last undone step."""
        self.end_stroke()
        self.undo_stack.redo()

    @property
    def history(self) -> tuple[str, ...]:
        """Return the names of all steps, oldest first, including undone ones."""
        stack = self.undo_stack
        return tuple(stack.text(index) for index in range(stack.count()))

    def go_to(self, step: int) -> None:
        """Show the drawing after the first ``step`` steps."""
        self.end_stroke()
        self.undo_stack.setIndex(step)

    def _edit_part(
        self, edit: Callable[[NDArray[np.float32]], NDArray[np.float32]], text: str
    ) -> None:
        self._edit_pixels(in_part(self.pixels, self.region, edit), text)

    def _edit_pixels(self, pixels: ArrayLike, text: str, regions: _Regions | None = None) -> None:
        after = replace(self.state, pixels=frozen(pixels), before_noise=None)
        self._edit(after, text, regions=regions)

    def _edit(
        self,
        after: DrawingState,
        text: str,
        merge_id: int = -1,
        regions: _Regions | None = None,
    ) -> None:
        self.end_stroke()
        if not after.same_as(self.state):
            self.undo_stack.push(_Change(self, self.state, after, text, merge_id, regions))

    def _show(self, state: DrawingState) -> None:
        if state is self.state:
            return
        if state.image_shape != self.state.image_shape:
            self.region = None
        self.state = state
        self.noise = state.noise or self.noise
        self.changed.emit(state)

    def _show_step(self, state: DrawingState, left: DrawingState, regions: _Regions | None) -> None:
        """Show ``state`` after ``left``, and select the second of ``regions``."""
        self.previous = left
        self._show(state)
        if regions is not None:
            self.region = regions[1]
            self.region_changed.emit(regions[1])


def _noisy(pixels: NDArray[np.float32], spec: CorruptionSpec, seed: int) -> NDArray[np.float32]:
    height, width = pixels.shape[-2:]
    shape = (1 if pixels.ndim == 2 else len(pixels), height, width)
    return corrupted(pixels.reshape(1, -1), spec, seed, shape).reshape(pixels.shape)


def _noise_kind(state: DrawingState) -> str:
    return "" if state.noise is None else state.noise[0].kind


@dataclass(frozen=True, eq=False)
class _Pasted:
    """A pasted part that can be moved without changing what is below it."""

    below: NDArray[np.float32]
    """The drawing before pasting."""
    part: NDArray[np.float32]
    """The pasted image."""
    box: PixelBox
    """Its position, which may extend beyond the edges."""
    shown: NDArray[np.float32]
    """The drawing with the part, compared by identity to detect other edits."""


class _Change(ToldCommand):
    """Changes the state of the drawing; trials of one kind of noise are merged."""

    def __init__(
        self,
        drawing: Drawing,
        before: DrawingState,
        after: DrawingState,
        text: str,
        merge_id: int = -1,
        regions: _Regions | None = None,
    ) -> None:
        super().__init__(text)
        self.words = text
        self._regions = regions
        self._drawing = drawing
        self._before = before
        self._after = after
        self._merge_id = merge_id
        self._changed_at = time.monotonic()

    def id(self) -> int:
        return self._merge_id

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other.id() != self._merge_id:
            return False
        kinds = (_noise_kind(self._after), _noise_kind(other._after))
        late = other._changed_at - self._changed_at > _MERGE_SECONDS
        if self._merge_id == _NOISE_ID and (late or (all(kinds) and kinds[0] != kinds[1])):
            return False
        self._after, self._changed_at = other._after, other._changed_at
        self.words = other.words
        self.setText(self.words)
        self.setObsolete(self._after.same_as(self._before))
        return True

    def undo(self) -> None:
        regions = None if self._regions is None else (self._regions[1], self._regions[0])
        self._drawing._show_step(self._before, self._after, regions)

    def redo(self) -> None:
        self._drawing._show_step(self._after, self._before, self._regions)
