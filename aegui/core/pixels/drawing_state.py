"""The state of a drawing: pixels, their kind, and the clean image."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.light_dataclass import dataclass
from aegui.core.pixels.transforms import Pixels, as_kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.pixels.shapes import Cell
    from aegui.core.recipe import CorruptionSpec

Ink = float | tuple[float, float, float]
"""A colour to paint with: a level 0..1, or red, green and blue."""


@dataclass(frozen=True)
class DrawingPaper:
    """Pixel kind and background of a drawing."""

    kind: Pixels = "binary"
    """The values that a pixel can have."""
    ground: float = 0.0
    """The level of an empty drawing."""

    def empty(self, height: int, width: int) -> NDArray[np.float32]:
        """Return an empty drawing, read-only float32 ``[H, W]``, in colour ``[3, H, W]``."""
        shape = (3, height, width) if self.kind == "colour" else (height, width)
        return frozen(np.full(shape, self.ground))


GLYPH_PAPER = DrawingPaper()
"""The paper of the characters."""


@dataclass(frozen=True, eq=False)
class DrawingState:
    """The state of a drawing; arrays are read-only float32 ``[H, W]``, in colour ``[3, H, W]``."""

    pixels: NDArray[np.float32]
    """The drawing."""
    target: NDArray[np.float32] | None = None
    """The clean image that a network should output; None if it is unknown."""
    label: str = ""
    """Name of the loaded sample, or ""."""
    before_noise: NDArray[np.float32] | None = None
    """The drawing without the current noise; None without noise."""
    index: int | None = None
    """Index in the dataset of the loaded sample, or None; not saved."""
    paper: DrawingPaper = GLYPH_PAPER
    """Pixel kind and background."""
    noise: tuple[CorruptionSpec, int] | None = None
    """The current noise and its seed; None without noise."""

    @cached_property
    def image_shape(self) -> tuple[int, int, int]:
        """Return channels, height and width."""
        height, width = self.pixels.shape[-2:]
        return 1 if self.pixels.ndim == 2 else len(self.pixels), height, width

    def same_as(self, other: DrawingState) -> bool:
        """Return whether both states are equal, apart from the description of the noise."""
        return (
            (self.label, self.index, self.paper) == (other.label, other.index, other.paper)
            and np.array_equal(self.pixels, other.pixels)
            and same_pixels(self.target, other.target)
            and same_pixels(self.before_noise, other.before_noise)
        )


def to_keep(state: DrawingState) -> DrawingState | None:
    """Return the drawing to save with a run, of no sample; None if the user has drawn nothing.

    An empty drawing or an unchanged sample is not saved.
    """
    is_sample = bool(state.label) and same_pixels(state.pixels, state.target)
    if is_sample or not (state.pixels != state.paper.ground).any():
        return None
    return replace(state, index=None)


def frozen(image: ArrayLike) -> NDArray[np.float32]:
    """Return a read-only float32 copy of ``image``."""
    pixels = np.array(image, dtype=np.float32)
    pixels.setflags(write=False)
    return pixels


def painted(
    pixels: NDArray[np.float32], cells: Iterable[Cell], ink: Ink
) -> NDArray[np.float32] | None:
    """Return ``pixels`` with ``ink`` on ``cells`` inside the image; None if nothing changes."""
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
    """Return ``image`` ``[H, W]`` or ``[3, H, W]`` with the channels of ``paper``, levels kept."""
    pixels = np.asarray(image, np.float32)
    return frozen(as_kind(pixels, "colour" if paper.kind == "colour" else "grey"))


def same_pixels(a: NDArray[np.float32] | None, b: NDArray[np.float32] | None) -> bool:
    """Return whether both images are the same, or both missing."""
    return a is b if a is None or b is None else bool(np.array_equal(a, b))
