"""A drawing as it is at one moment: pixels, what they can be, and the clean image behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.pixels.transforms import Pixels, as_kind
from aegui.core.run_file.drawing import KeptDrawing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.pixels.shapes import Cell
    from aegui.core.recipe import CorruptionSpec
    from aegui.session.data.looks import Look

Ink = float | tuple[float, float, float]
"""What is painted with: a level 0..1, or red, green and blue."""


@dataclass(frozen=True)
class DrawingPaper:
    """What is drawn on.

    Attributes:
        kind: What a pixel can be.
        ground: The level of an empty drawing.
    """

    kind: Pixels = "binary"
    ground: float = 0.0

    def empty(self, height: int, width: int) -> NDArray[np.float32]:
        """An empty drawing, read-only float32 ``[H, W]``, in colour ``[3, H, W]``."""
        shape = (3, height, width) if self.kind == "colour" else (height, width)
        return frozen(np.full(shape, self.ground))


GLYPH_PAPER = DrawingPaper()
"""That of the characters."""


def paper_of(look: Look, channels: int) -> DrawingPaper:
    """What a drawing of images that are seen like this is drawn on."""
    if look.glyphs:
        return GLYPH_PAPER
    return DrawingPaper("colour" if channels > 1 else "grey", look.ground)


@dataclass(frozen=True, eq=False)
class DrawingState:
    """All there is to a drawing; arrays are read-only float32 ``[H, W]``, in colour ``[3, H, W]``.

    Attributes:
        pixels: What is drawn.
        target: The clean image that a network should make of it; None where nobody knows.
        label: Name of the sample that was loaded, or "".
        before_noise: The drawing that the present noise was put on; None where there is no noise.
        index: Place in the set of the sample that was loaded, or None.
        paper: What it is drawn on.
        noise: The noise that is on it, and its seed; None where there is none.
    """

    pixels: NDArray[np.float32]
    target: NDArray[np.float32] | None = None
    label: str = ""
    before_noise: NDArray[np.float32] | None = None
    index: int | None = None
    paper: DrawingPaper = GLYPH_PAPER
    noise: tuple[CorruptionSpec, int] | None = None

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        height, width = self.pixels.shape[-2:]
        return 1 if self.pixels.ndim == 2 else len(self.pixels), height, width

    def same_as(self, other: DrawingState) -> bool:
        """Whether nothing differs."""
        return (
            (self.label, self.index, self.paper) == (other.label, other.index, other.paper)
            and np.array_equal(self.pixels, other.pixels)
            and _same(self.target, other.target)
            and _same(self.before_noise, other.before_noise)
        )


def to_keep(state: DrawingState) -> KeptDrawing | None:
    """What of a drawing is saved with a run; None: nobody's work is in it.

    An empty one is nobody's, nor is a sample as it came.
    """
    pixels, paper = state.pixels, state.paper
    is_sample = bool(state.label) and _same(pixels, state.target)
    if is_sample or not (pixels != paper.ground).any():
        return None
    return KeptDrawing(
        pixels, state.target, state.before_noise, state.label, paper.kind, paper.ground, state.noise
    )


def from_kept(kept: KeptDrawing) -> DrawingState:
    """The drawing that was saved."""
    paper = DrawingPaper(kept.kind, kept.ground)
    return DrawingState(
        kept.pixels, kept.target, kept.label, kept.before_noise, None, paper, kept.noise
    )


def frozen(image: ArrayLike) -> NDArray[np.float32]:
    """A read-only copy of ``image``."""
    pixels = np.array(image, dtype=np.float32)
    pixels.setflags(write=False)
    return pixels


def painted(
    pixels: NDArray[np.float32], cells: Iterable[Cell], ink: Ink
) -> NDArray[np.float32] | None:
    """``pixels`` with ``ink`` on ``cells``; those outside are left out. None: nothing changes."""
    height, width = pixels.shape[-2:]
    inside = [(r, c) for r, c in cells if 0 <= r < height and 0 <= c < width]
    if not inside:
        return None
    colour = np.clip(np.asarray(ink, np.float32), 0.0, 1.0)
    rows, columns = np.array(inside).T
    result = pixels.copy()
    if pixels.ndim == 2:
        result[rows, columns] = colour.mean()
    else:
        result[:, rows, columns] = colour.reshape(-1, 1)
    return None if np.array_equal(result, pixels) else result


def on_paper(image: ArrayLike, paper: DrawingPaper) -> NDArray[np.float32]:
    """``image`` ``[H, W]`` or ``[3, H, W]`` with the channels of ``paper``, its levels kept."""
    pixels = np.asarray(image, np.float32)
    return frozen(as_kind(pixels, "colour" if paper.kind == "colour" else "grey"))


def _same(a: NDArray[np.float32] | None, b: NDArray[np.float32] | None) -> bool:
    return a is b if a is None or b is None else bool(np.array_equal(a, b))
