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
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.recipe import CorruptionSpec

Axis = Literal["horizontal", "vertical"]
_NOISE_ID = 1
_UNDO_LIMIT = 500


@dataclass(frozen=True, eq=False)
class DrawingState:
    """All there is to a drawing; arrays are read-only float32 ``[H, W]``.

    Attributes:
        pixels: What is drawn.
        target: The clean image that a network should make of it; None where nobody knows.
        label: Name of the sample that was loaded, or "".
        before_noise: The drawing that the present noise was put on; None where there is no noise.
    """

    pixels: NDArray[np.float32]
    target: NDArray[np.float32] | None = None
    label: str = ""
    before_noise: NDArray[np.float32] | None = None

    def same_as(self, other: DrawingState) -> bool:
        """Whether nothing differs."""
        return (
            self.label == other.label
            and np.array_equal(self.pixels, other.pixels)
            and _same(self.target, other.target)
            and _same(self.before_noise, other.before_noise)
        )


class Drawing(QObject):
    """A drawing that is edited by strokes, moves and noise, every one of which can be undone.

    Loading a sample makes it the target. Noise on a drawing without target makes the drawing as it
    was the target; more noise begins again from there, so that a level may be tried out. Strokes,
    moves and mirrorings keep the target; clearing forgets it.
    """

    changed = Signal(object)
    """The new ``DrawingState``."""

    def __init__(self, height: int, width: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(_UNDO_LIMIT)
        self._state = DrawingState(_frozen(np.zeros((height, width))))
        self._stroke_start: DrawingState | None = None

    @property
    def state(self) -> DrawingState:
        """The drawing as it is."""
        return self._state

    @property
    def pixels(self) -> NDArray[np.float32]:
        """What is drawn, float32 ``[H, W]`` in 0..1, read-only."""
        return self._state.pixels

    @property
    def target(self) -> NDArray[np.float32] | None:
        """The clean image that is wanted, float32 ``[H, W]``; None where nobody knows."""
        return self._state.target

    @property
    def label(self) -> str:
        """Name of the sample that was loaded, or ""."""
        return self._state.label

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self._state.pixels.shape
        return height, width

    def reset(self, height: int, width: int) -> None:
        """An empty drawing of another size and without a past; does nothing for the same size."""
        if (height, width) == self.shape:
            return
        self._stroke_start = None
        self.undo_stack.clear()
        self._show(DrawingState(_frozen(np.zeros((height, width)))))

    def begin_stroke(self) -> None:
        """What is painted from now until ``end_stroke`` is one step of undo."""
        self.end_stroke()
        self._stroke_start = self._state

    def paint(self, row: int, column: int, value: float) -> None:
        """Set one pixel to ``value`` in 0..1; outside of a stroke it is a stroke of its own.

        A place outside of the drawing is left alone: a stroke may be drawn across its edge.
        """
        height, width = self.shape
        if not (0 <= row < height and 0 <= column < width):
            return
        value = min(1.0, max(0.0, value))
        if self._state.pixels[row, column] == np.float32(value):
            return
        alone = self._stroke_start is None
        if alone:
            self.begin_stroke()
        pixels = self._state.pixels.copy()
        pixels[row, column] = value
        self._show(replace(self._state, pixels=_frozen(pixels), before_noise=None))
        if alone:
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

    def load(self, image: ArrayLike, label: str) -> None:
        """Draw ``image`` ``[H, W]``, which is also the target from now on."""
        pixels = _frozen(image)
        name = label.strip() or label
        self._edit(DrawingState(pixels, pixels, label), tr("Load “{label}”", label=name))

    def paste(self, image: ArrayLike) -> None:
        """Draw ``image`` ``[H, W]`` of which no clean form is known."""
        self._edit(DrawingState(_frozen(image)), tr("Paste"))

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
        self._edit(DrawingState(_frozen(np.zeros(self.shape))), tr("Clear"))

    def invert(self) -> None:
        """Swap ink and paper."""
        self._edit_pixels(1.0 - self._state.pixels, tr("Invert"))

    def shift(self, rows: int, columns: int) -> None:
        """Move the drawing down by ``rows`` and right by ``columns``; what leaves is lost."""
        height, width = self.shape
        moved = np.zeros_like(self._state.pixels)
        source = self._state.pixels[
            max(0, -rows) : max(0, height - rows), max(0, -columns) : max(0, width - columns)
        ]
        if source.size:
            top, left = max(0, rows), max(0, columns)
            moved[top : top + source.shape[0], left : left + source.shape[1]] = source
        self._edit_pixels(moved, tr("Shift"))

    def flip(self, axis: Axis) -> None:
        """Mirror left and right ("horizontal") or top and bottom ("vertical")."""
        axes = {"horizontal": 1, "vertical": 0}
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
        if after.pixels.shape != self.shape:
            raise ValueError(f"an image of {after.pixels.shape} in a drawing of {self.shape}")
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
