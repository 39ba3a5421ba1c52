"""One drawing at many levels of noise, and what networks make of each: a pure function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corrupted_with
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.recipe import CorruptionSpec
from aegui.session.jobs.costs import QUICK_BATCH, encode_cost, is_quick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec
    from aegui.session.pixels.drawing_state import DrawingState

LEVELS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
"""Of the columns of a sheet."""


@dataclass(frozen=True, eq=False)
class SheetRow:
    """The answers of one network.

    Attributes:
        name: What it is called.
        images: float32 ``[L, H, W]`` or ``[L, 3, H, W]``, one for each level.
        wrong: Pixels of each that differ from the clean drawing once both are thresholded; None
            where images are no glyphs.
        error: Mean squared difference from the clean drawing of each.
    """

    name: str
    images: NDArray[np.float32]
    wrong: tuple[int, ...] | None
    error: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class NoiseSheet:
    """A sheet.

    Attributes:
        kind: Of the noise, a key of ``CORRUPTIONS``.
        levels: L levels.
        noisy: The drawing at each, float32 ``[L, H, W]`` or ``[L, 3, H, W]``.
        rows: What networks make of it.
        glyphs: Whether pixels are off or on.
    """

    kind: str
    levels: tuple[float, ...]
    noisy: NDArray[np.float32]
    rows: tuple[SheetRow, ...]
    glyphs: bool


def clean_of(state: DrawingState) -> NDArray[np.float32]:
    """The drawing without noise: its target, where one is known."""
    if state.target is not None and state.target.shape == state.pixels.shape:
        return state.target
    return state.pixels if state.before_noise is None else state.before_noise


def fits(codec: Codec, image_shape: tuple[int, int, int]) -> bool:
    """Whether a network can answer a drawing of that shape."""
    return codec.can_encode and codec.image_shape == image_shape


def is_made_at_once(models: Sequence[tuple[str, Codec]]) -> bool:
    """Whether the answers take no more than a few milliseconds."""
    return all(
        is_quick(codec, len(LEVELS) * (codec.cost + encode_cost(codec)), QUICK_BATCH)
        for _, codec in models
    )


def noise_sheet(
    state: DrawingState, kind: str, seed: int, models: Sequence[tuple[str, Codec]]
) -> NoiseSheet:
    """The sheet of a drawing.

    Args:
        state: The drawing.
        kind: Of the noise, a key of ``CORRUPTIONS``.
        seed: Of the noise; each level begins from it, so that more of it adds to what was there.
        models: Names and networks, each of which fits the drawing.
    """
    clean, shape = clean_of(state), state.image_shape
    rows = [
        corrupted_with(
            clean.reshape(1, -1),
            CorruptionSpec.model_validate({"kind": kind, "level": level}),
            np.random.default_rng(seed),
            shape,
        )
        for level in LEVELS
    ]
    noisy = np.concatenate(rows)
    glyphs = state.paper.kind == "binary"
    return NoiseSheet(
        kind,
        LEVELS,
        noisy.reshape(-1, *clean.shape),
        tuple(_row(name, codec, noisy, clean, glyphs) for name, codec in models),
        glyphs,
    )


def _row(
    name: str,
    codec: Codec,
    noisy: NDArray[np.float32],
    clean: NDArray[np.float32],
    glyphs: bool,
) -> SheetRow:
    output = codec.reconstruct(noisy)
    target = clean.reshape(1, -1)
    wrong = None
    if glyphs:
        differing = np.count_nonzero((output > THRESHOLD) != (target > THRESHOLD), axis=1)
        wrong = tuple(int(count) for count in differing)
    # A diverged network gives infinity, and nothing to warn of.
    with np.errstate(over="ignore", invalid="ignore"):
        error = tuple(float(each) for each in np.square(output - target).mean(axis=1))
    return SheetRow(name, output.reshape(-1, *clean.shape), wrong, error)
