"""Corruption: the noise that is applied to the input, never to the target, of the encoder.

``corrupt_into`` serves the training engine with torch; ``corrupted`` serves the pixel editor and
the command line with numpy, so that a drawing can be corrupted before torch has been imported.
Both draw from the same distributions, each with its own generator.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from aegui.core.data.noises import CORRUPTIONS, Noise
from aegui.core.errors import AeguiError
from aegui.core.formula import numpy_function, torch_procedure
from aegui.core.i18n import localized, tr
from aegui.core.recipe import CorruptionSpec

if TYPE_CHECKING:
    import torch
    from numpy.typing import ArrayLike, NDArray


_NAMES = ("clean", "out", "level", "g", "channels", "height", "width")
"""Parameters of the generated procedure that a kind of noise's statements use."""
_NEVER = 1e-12
"""Probabilities up to this are rounding errors and are dropped."""


def corrupt_into(
    clean: torch.Tensor,
    out: torch.Tensor,
    spec: CorruptionSpec,
    generator: torch.Generator,
    image_shape: tuple[int, int, int] | None = None,
) -> None:
    """Fill ``out`` with freshly corrupted ``clean``.

    Nothing is allocated: the noise is drawn into ``out`` itself, in one draw and at most three
    more operations.

    Args:
        clean: Images with values in [0, 1], of any shape that broadcasts to that of ``out``, so
            that many copies and runs can be drawn from one set. Must not share memory with it.
        out: Receives the corrupted images; same dtype and device as ``clean``.
        spec: The kind and level; ``copies`` and ``fresh`` are left to the caller.
        generator: The source of randomness, on the device of ``out``.
        image_shape: Channels, height and width of the images, which are then rows
            ``[..., C*H*W]``; only required for noise with ``neighbours`` ("block").

    Raises:
        ValueError: The kind is "block" and ``image_shape`` is None.
    """
    noise = CORRUPTIONS[spec.kind]
    sizes = require_shape(image_shape) if noise.neighbours else (0, 0, 0)
    fill = torch_procedure(noise.lines, *_NAMES)
    fill(clean, out, spec.level, generator, *sizes)


def require_shape(image_shape: tuple[int, int, int] | None) -> tuple[int, int, int]:
    """Return ``image_shape``; raise ``ValueError`` if it is None."""
    if image_shape is None:
        raise ValueError("a block can be erased only where the shape of the images is known")
    return image_shape


def block_sizes(level: float, height: int, width: int) -> tuple[tuple[float, int, int], ...]:
    """Return probability, rows and columns of each rectangle that "block" noise may erase.

    Each side is drawn independently from the two integers around the image's side times the root
    of the level, so that the expected area is exactly the share ``level`` of the image.
    """
    share = math.sqrt(level)
    return tuple(
        (tall * broad, block_height, block_width)
        for tall, block_height in _lengths(height * share)
        for broad, block_width in _lengths(width * share)
    )


def _lengths(side: float) -> list[tuple[float, int]]:
    """Return the integers around ``side`` with probabilities such that their mean is ``side``."""
    shorter = int(side)
    both = ((shorter + 1 - side, shorter), (side - shorter, shorter + 1))
    return [(chance, length) for chance, length in both if chance > _NEVER]


def pixel_positions(channels: int, height: int, width: int) -> NDArray[np.int64]:
    """Return row and column of every number of a flattened image, int64 ``[2, C*H*W]``."""
    return np.tile(np.indices((height, width)).reshape(2, -1), (1, channels))


def corrupted(
    images: ArrayLike,
    spec: CorruptionSpec,
    seed: int,
    image_shape: tuple[int, int, int] | None = None,
) -> NDArray[np.float32]:
    """Return a corrupted copy of ``images`` (any shape, values in [0, 1]), determined by ``seed``.

    ``image_shape`` as for ``corrupt_into``.
    """
    return corrupted_with(images, spec, np.random.default_rng(seed), image_shape)


def corrupted_with(
    images: ArrayLike,
    spec: CorruptionSpec,
    generator: np.random.Generator,
    image_shape: tuple[int, int, int] | None = None,
) -> NDArray[np.float32]:
    """Like ``corrupted``, but draw from ``generator``: for many draws in a row."""
    clean = np.array(images, dtype=np.float32)
    noise = CORRUPTIONS[spec.kind]
    names: dict[str, Any] = {"x": clean, "level": np.float32(spec.level)}
    if noise.neighbours:
        names["inside"] = _blocks(clean, spec.level, generator, require_shape(image_shape))
    elif _draws(noise, "n"):
        names["n"] = generator.standard_normal(clean.shape, dtype=np.float32)
    elif _draws(noise, "u"):
        names["u"] = generator.random(clean.shape, dtype=np.float32)
    result: NDArray[np.float32] = numpy_function(noise.formula, *names)(**names)
    return result


def _draws(noise: Noise, name: str) -> bool:
    return re.search(rf"\b{name}\b", noise.formula) is not None


def _blocks(
    images: NDArray[np.float32],
    level: float,
    generator: np.random.Generator,
    image_shape: tuple[int, int, int],
) -> NDArray[np.bool_]:
    """Return a mask of the pixels of ``images`` inside one randomly placed rectangle per image."""
    channels, height, width = image_shape
    count = images.size // (channels * height * width)
    share = math.sqrt(level)
    block_height = _drawn_lengths(height * share, count, generator)
    block_width = _drawn_lengths(width * share, count, generator)
    top = generator.integers(0, height - block_height + 1, (count, 1))
    left = generator.integers(0, width - block_width + 1, (count, 1))
    row, column = pixel_positions(channels, height, width)
    inside = (
        (row >= top) & (row < top + block_height) & (column >= left) & (column < left + block_width)
    )
    return np.asarray(inside, np.bool_).reshape(images.shape)


def _drawn_lengths(side: float, count: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Draw ``count`` lengths around ``side``, int64 ``[count, 1]``, as ``_lengths`` says."""
    shorter = int(side)
    return shorter + (generator.random((count, 1)) < side - shorter).astype(np.int64)


def noise_of(kind: str, level: float) -> CorruptionSpec:
    """Return the noise of ``kind`` at ``level``.

    Raises:
        pydantic.ValidationError: The level is out of range.
    """
    return CorruptionSpec.model_validate({"kind": kind, "level": level})


def corruption_words(spec: CorruptionSpec) -> str:
    """Return a translated description such as ``Flip 0.15``; ``None`` for any of level 0."""
    if not spec.is_noisy:
        return tr(CORRUPTIONS["none"].label)
    return f"{tr(CORRUPTIONS[spec.kind].label)} {localized(spec.level, 'g')}"


def corruption_key(spec: CorruptionSpec) -> str:
    """Return ``spec`` in the notation that ``parse_corruption`` reads, in any language."""
    return spec.kind if spec.kind == "none" else f"{spec.kind}:{spec.level:g}"


def parse_corruption(text: str) -> CorruptionSpec:
    """Parse ``KIND:LEVEL``, such as ``salt_pepper:0.2``, or ``none``.

    Raises:
        AeguiError: The kind is unknown, or the level is missing or out of range.
    """
    kind, _, level = text.strip().partition(":")
    kind = kind.strip().lower().replace("-", "_")
    if kind not in CORRUPTIONS:
        raise AeguiError(_unknown_kind(text, kind))
    if kind == "none" and not level.strip():
        return CorruptionSpec()
    try:
        return CorruptionSpec.model_validate({"kind": kind, "level": float(level)})
    except (ValueError, ValidationError) as error:
        limit = (
            tr("a number of 0 or more, such as 0.2 with a point")
            if not CORRUPTIONS[kind].is_share
            else tr("a number from 0 to 1, such as 0.2 with a point")
        )
        raise AeguiError(
            tr(
                "Noise “{text}”: after “{kind}:” comes its level, {limit}.",
                text=text,
                kind=kind,
                limit=limit,
            )
        ) from error


def _unknown_kind(text: str, kind: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(kind, CORRUPTIONS, n=1, cutoff=0.4)
    if near:
        key = near[0] if near[0] == "none" else f"{near[0]}:0.2"
        return tr("Noise “{text}” is unknown; did you mean “{near}”?", text=text, near=key)
    return tr(
        "Noise “{text}” is unknown; there is {kinds}.", text=text, kinds=", ".join(CORRUPTIONS)
    )
