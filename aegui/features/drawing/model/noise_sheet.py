"""Computes a noise sheet: a drawing at several noise levels, with the networks' answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corrupted_with
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import CorruptionSpec
from aegui.session.jobs.costs import QUICK_BATCH, is_quick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec
    from aegui.core.pixels.drawing_state import DrawingState

LEVELS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
"""Noise levels of the columns of a sheet."""


@dataclass(frozen=True, eq=False)
class SheetRow:
    """The answers of one network."""

    name: str
    """Name of the network."""
    images: NDArray[np.float32]
    """float32 ``[L, H, W]`` or ``[L, 3, H, W]``, one per level."""
    wrong: tuple[int, ...] | None
    """Per level, pixels that differ from the clean drawing after thresholding both; None for images
    with shades of grey or colours."""
    error: tuple[float, ...]
    """Per level, mean squared difference from the clean drawing."""


@dataclass(frozen=True, eq=False)
class NoiseSheet:
    """A drawing at several noise levels, and the answers of networks to it."""

    kind: str
    """The kind of noise, a key of ``CORRUPTIONS``."""
    levels: tuple[float, ...]
    """L levels."""
    noisy: NDArray[np.float32]
    """The drawing at each level, float32 ``[L, H, W]`` or ``[L, 3, H, W]``."""
    rows: tuple[SheetRow, ...]
    """The answers of the networks."""
    glyphs: bool
    """Whether pixels are either on or off."""


def clean_of(state: DrawingState) -> NDArray[np.float32]:
    """Return the drawing without noise: its target, if known."""
    if state.target is not None and state.target.shape == state.pixels.shape:
        return state.target
    return state.pixels if state.before_noise is None else state.before_noise


def fits(codec: Codec, image_shape: tuple[int, int, int]) -> bool:
    """Return whether ``codec`` can reconstruct a drawing of ``image_shape``."""
    return codec.can_encode and codec.image_shape == image_shape


def is_quick_sheet(models: Sequence[tuple[str, Codec]]) -> bool:
    """Return whether all answers together take only a few milliseconds."""
    return all(
        is_quick(codec, len(LEVELS) * (codec.cost + codec.encode_cost), QUICK_BATCH)
        for _, codec in models
    )


def noise_sheet(
    state: DrawingState, kind: str, seed: int, models: Sequence[tuple[str, Codec]]
) -> NoiseSheet:
    """Return the noise sheet of a drawing.

    Args:
        state: The drawing.
        kind: The kind of noise, a key of ``CORRUPTIONS``.
        seed: Seed of the noise; the same for each level, so that higher levels extend lower ones.
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
    # The outputs of a diverged network overflow, which needs no warning.
    with np.errstate(over="ignore", invalid="ignore"):
        error = tuple(float(each) for each in np.square(output - target).mean(axis=1))
    return SheetRow(name, output.reshape(-1, *clean.shape), wrong, error)
