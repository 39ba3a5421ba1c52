"""The document of the pixel editor: a drawing, its undo history, and the clean image behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from aegui.core.data.corruption import corrupted
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.recipe import CorruptionSpec

Axis = Literal["horizontal", "vertical"]
_NOISE_ID = 1
_UNDO_LIMIT = 500


@dataclass(frozen=True, eq=False)
class DrawingState:
    """All there is to a drawing; arrays are read-only float32 ``[H, W]``, in colour ``[3, H, W]``.

    Attributes:
        pixels: What is drawn.
        target: The clean image that a network should make of it; None where nobody knows.
        label: Name of the sample that was loaded, or "".
        before_noise: The drawing that the present noise was put on; None where there is no noise.
        index: Place in the set of the sample that was loaded, or None.
    """

    pixels: NDArray[np.float32]
    target: NDArray[np.float32] | None = None
    label: str = ""
    before_noise: NDArray[np.float32] | None = None
    index: int | None = None

    def same_as(self, other: DrawingState) -> bool:
        """Whether nothing differs."""
        return (
            (self.label, self.index) == (other.label, other.index)
            and np.array_equal(self.pixels, other.pixels)
            and _same(self.target, other.target)
            and _same(self.before_noise, other.before_noise)
        )


class Drawing(QObject):
    """A drawing that is edited by strokes, moves and noise, every one of which can be undone.

    Loading a sample makes it the target. Noise on a drawing without target makes the drawing as it
    was the target; more noise begins again from there, so that a level may be tried out. Strokes,
    moves and mirrorings keep the target; clearing forgets it. In a drawing in colour strokes are
    grey.
    """

    changed = Signal(object)
    """The new ``DrawingState``."""

    def __init__(self, height: int, width: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(_UNDO_LIMIT)
        self._ground = 0.0
        self._state = DrawingState(self._empty((height, width)))
        self._stroke_start: DrawingState | None = None

    @property
    def state(self) -> DrawingState:
        """The drawing as it is."""
        return self._state

    @property
    def pixels(self) -> NDArray[np.float32]:
        """What is drawn, float32 ``[H, W]`` or ``[3, H, W]`` in 0..1, read-only."""
        return self._state.pixels

    @property
    def target(self) -> NDArray[np.float32] | None:
        """The clean image that is wanted, of the same shape; None where nobody knows."""
        return self._state.target

    @property
    def label(self) -> str:
        """Name of the sample that was loaded, or ""."""
        return self._state.label

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self._state.pixels.shape[-2:]
        return height, width

    @property
    def channels(self) -> int:
        """1, or 3 for a drawing in colour."""
        return 1 if self._state.pixels.ndim == 2 else len(self._state.pixels)

    @property
    def ground(self) -> float:
        """The level of an empty drawing."""
        return self._ground

    def reset(self, height: int, width: int, channels: int = 1, ground: float = 0.0) -> None:
        """An empty drawing of another size and without a past; does nothing for the same kind.

        Args:
            height: Rows.
            width: Columns.
            channels: 1, or 3 for colour.
            ground: The level of an empty drawing.
        """
        if (height, width, channels, ground) == (*self.shape, self.channels, self._ground):
            return
        self._stroke_start = None
        self._ground = ground
        self.undo_stack.clear()
        shape = (height, width) if channels == 1 else (channels, height, width)
        self._show(DrawingState(self._empty(shape)))

    def _empty(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        return _frozen(np.full(shape, self._ground))

    def begin_stroke(self) -> None:
        """What is painted from now until ``end_stroke`` is one step of undo."""
        self.end_stroke()
        self._stroke_start = self._state

    def paint(self, row: int, column: int, value: float) -> None:
        """Set one pixel to ``value`` in 0..1; outside of a stroke it is a stroke of its own.

        A place outside of the drawing is left alone: a stroke may be drawn across its edge.
        """
        self.paint_cells([(row, column)], value)

    def paint_cells(self, cells: Iterable[tuple[int, int]], value: float) -> None:
        """Like ``paint`` for several pixels, as a broad brush paints them at once."""
        height, width = self.shape
        inside = [(r, c) for r, c in cells if 0 <= r < height and 0 <= c < width]
        if not inside:
            return
        rows, columns = np.array(inside).T
        pixels = self._state.pixels.copy()
        pixels[..., rows, columns] = min(1.0, max(0.0, value))
        if np.array_equal(pixels, self._state.pixels):
            return
        alone = self._stroke_start is None
        if alone:
            self.begin_stroke()
        self._show(replace(self._state, pixels=_frozen(pixels), before_noise=None))
        if alone:
            self.end_stroke()

    def abandon_stroke(self) -> None:
        """Take back what was painted since ``begin_stroke``; the stroke is over."""
        if self._stroke_start is not None:
            self._show(self._stroke_start)
            self.end_stroke()

    def end_stroke(self) -> None:
        """Make what was painted since ``begin_stroke`` one step of undo."""
        start, self._stroke_start = self._stroke_start, None
        if start is None:
            return
        if np.array_equal(start.pixels, self._state.pixels):
            self._show(start)
        else:
            self.undo_stack.push(_Change(self, start, self._state, tr("Stroke")))

    def load(self, image: ArrayLike, label: str, index: int | None = None) -> None:
        """Draw ``image``, which is also the target from now on; ``index`` is its place in the set.

        It is ``[H, W]``, or ``[3, H, W]`` where the drawing is in colour.
        """
        pixels = _frozen(image)
        name = label.strip() or label
        state = DrawingState(pixels, pixels, label, index=index)
        self._edit(state, tr("Load “{label}”", label=name))

    def paste(self, image: ArrayLike) -> None:
        """Draw ``image`` of which no clean form is known; grey ``[H, W]`` fits colour too."""
        pixels = np.asarray(image, np.float32)
        if pixels.ndim == 2 and self.channels > 1:
            pixels = np.repeat(pixels[np.newaxis], self.channels, axis=0)
        self._edit(DrawingState(_frozen(pixels)), tr("Paste"))

    def apply_noise(self, spec: CorruptionSpec, seed: int) -> None:
        """Put noise on the drawing as it was before any other noise; "none" takes it off."""
        before = self._state
        clean = before.pixels if before.before_noise is None else before.before_noise
        if spec.kind == "none" or spec.level == 0.0:
            self._edit(replace(before, pixels=clean, before_noise=None), tr("No noise"), _NOISE_ID)
            return
        noisy = corrupted(clean.reshape(1, -1), spec, seed).reshape(clean.shape)
        target = clean if before.target is None else before.target
        noised = replace(before, pixels=_frozen(noisy), target=target, before_noise=clean)
        self._edit(noised, tr("Noise"), _NOISE_ID)

    def clear(self) -> None:
        """Empty the drawing; the target is forgotten."""
        self._edit(DrawingState(self._empty(self._state.pixels.shape)), tr("Clear"))

    def invert(self) -> None:
        """Swap ink and paper."""
        self._edit_pixels(1.0 - self._state.pixels, tr("Invert"))

    def shift(self, rows: int, columns: int) -> None:
        """Move the drawing down by ``rows`` and right by ``columns``; what leaves is lost."""
        height, width = self.shape
        moved = np.full_like(self._state.pixels, self._ground)
        source = self._state.pixels[
            ..., max(0, -rows) : max(0, height - rows), max(0, -columns) : max(0, width - columns)
        ]
        if source.size:
            top, left = max(0, rows), max(0, columns)
            bottom, right = top + source.shape[-2], left + source.shape[-1]
            moved[..., top:bottom, left:right] = source
        self._edit_pixels(moved, tr("Shift"))

    def flip(self, axis: Axis) -> None:
        """Mirror left and right ("horizontal") or top and bottom ("vertical")."""
        axes = {"horizontal": -1, "vertical": -2}
        self._edit_pixels(np.flip(self._state.pixels, axes[axis]), tr("Mirror"))

    def undo(self) -> None:
        """Take back the last step; an unfinished stroke counts as one."""
        self.end_stroke()
        self.undo_stack.undo()

    def redo(self) -> None:
        """Do the last step again that was taken back."""
        self.end_stroke()
        self.undo_stack.redo()

    def _edit_pixels(self, pixels: ArrayLike, text: str) -> None:
        self._edit(replace(self._state, pixels=_frozen(pixels), before_noise=None), text)

    def _edit(self, after: DrawingState, text: str, merge_id: int = -1) -> None:
        if after.pixels.shape != self._state.pixels.shape:
            wanted = self._state.pixels.shape
            raise ValueError(f"an image of {after.pixels.shape} in a drawing of {wanted}")
        self.end_stroke()
        if not after.same_as(self._state):
            self.undo_stack.push(_Change(self, self._state, after, text, merge_id))

    def _show(self, state: DrawingState) -> None:
        if state is not self._state:
            self._state = state
            self.changed.emit(state)


class _Change(QUndoCommand):
    """From one state of the drawing to another; changes of noise in a row become one."""

    def __init__(
        self,
        drawing: Drawing,
        before: DrawingState,
        after: DrawingState,
        text: str,
        merge_id: int = -1,
    ) -> None:
        super().__init__(text)
        self._drawing = drawing
        self._before = before
        self._after = after
        self._merge_id = merge_id

    def id(self) -> int:
        return self._merge_id

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other.id() != self._merge_id:
            return False
        self._after = other._after
        self.setText(other.text())
        self.setObsolete(self._after.same_as(self._before))
        return True

    def undo(self) -> None:
        self._drawing._show(self._before)

    def redo(self) -> None:
        self._drawing._show(self._after)


def _frozen(image: ArrayLike) -> NDArray[np.float32]:
    pixels = np.array(image, dtype=np.float32)
    pixels.setflags(write=False)
    return pixels


def _same(a: NDArray[np.float32] | None, b: NDArray[np.float32] | None) -> bool:
    return a is b if a is None or b is None else bool(np.array_equal(a, b))
