"""Corruption: what is done to the input, never to the target, before the encoder sees it.

``corrupt_into`` serves the training engine with torch; ``corrupted`` serves the pixel editor and
the command line with numpy, so that a drawing can be spoilt before torch has been imported.
Both draw from the same distributions, from their own generators.
"""

from __future__ import annotations

import math
from difflib import get_close_matches
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network.catalog import CORRUPTIONS
from aegui.core.recipe import CorruptionSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import torch
    from numpy.typing import ArrayLike, NDArray


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
        out: Where the corrupted images go; same type and device.
        spec: The kind and level; ``copies`` and ``fresh`` are the caller's business.
        generator: The source of randomness, on the device of ``out``.
        image_shape: Channels, height and width of the images, which are rows ``[..., C*H*W]`` then;
            only noise that knows neighbours ("block") has to be told.

    Raises:
        ValueError: A block is to be erased of images of unknown shape.
    """
    if spec.kind == "block":
        _block_into(clean, out, spec.level, generator, _known(image_shape))
    else:
        _INTO[spec.kind](clean, out, spec.level, generator)


def corrupt_runs_into(
    clean: torch.Tensor,
    out: torch.Tensor,
    specs: Sequence[CorruptionSpec],
    generator: torch.Generator,
    image_shape: tuple[int, int, int] | None = None,
) -> None:
    """Fill ``out`` ``[K, rows, D]``, each run with its own of the K ``specs``.

    ``clean`` is ``[1, rows, D]``; neighbours of the same noise are drawn together. All else is as
    for ``corrupt_into``.
    """
    for start, stop, spec in stretches(specs):
        part = out[start:stop]
        corrupt_into(clean.expand(part.shape), part, spec, generator, image_shape)


def stretches(specs: Sequence[CorruptionSpec]) -> Iterator[tuple[int, int, CorruptionSpec]]:
    """Start, stop and noise of every stretch of neighbours of the same kind and level."""
    start = 0
    for _, group in groupby(specs, key=lambda spec: (spec.kind, spec.level)):
        same = list(group)
        yield start, start + len(same), same[0]
        start += len(same)


def _known(image_shape: tuple[int, int, int] | None) -> tuple[int, int, int]:
    if image_shape is None:
        raise ValueError("a block can be erased only where the shape of the images is known")
    return image_shape


def block_sides(level: float, height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the rectangle that the noise "block" of ``level`` erases."""
    share = math.sqrt(level)
    # Half up, as the generated program of the training rounds.
    return int(height * share + 0.5), int(width * share + 0.5)


def _none_into(
    clean: torch.Tensor, out: torch.Tensor, level: float, generator: torch.Generator
) -> None:
    out.copy_(clean)


def _salt_pepper_into(
    clean: torch.Tensor, out: torch.Tensor, level: float, generator: torch.Generator
) -> None:
    if level >= 1.0:
        out.random_(0, 2, generator=generator)
        return
    import torch  # only whoever trains has paid for importing it

    # u is uniform in -1/(1-p)..1/(1-p), so |u| > 1 with probability p, either sign alike. The
    # hard shrink makes the other u zero, and what is left outweighs any pixel: salt or pepper.
    reach = 1.0 / (1.0 - level)
    out.uniform_(-reach, reach, generator=generator)
    torch.hardshrink(out, 1.0, out=out)
    out.add_(clean).clamp_(0.0, 1.0)


def _flip_into(
    clean: torch.Tensor, out: torch.Tensor, level: float, generator: torch.Generator
) -> None:
    # |flip - x| is x where flip is 0, and 1 - x where it is 1.
    out.uniform_(generator=generator).lt_(level).sub_(clean).abs_()


def _gaussian_into(
    clean: torch.Tensor, out: torch.Tensor, level: float, generator: torch.Generator
) -> None:
    out.normal_(0.0, level, generator=generator).add_(clean).clamp_(0.0, 1.0)


def _masking_into(
    clean: torch.Tensor, out: torch.Tensor, level: float, generator: torch.Generator
) -> None:
    out.uniform_(generator=generator).ge_(level).mul_(clean)


def _salt_into(
    clean: torch.Tensor, out: torch.Tensor, level: float, generator: torch.Generator
) -> None:
    out.uniform_(generator=generator).lt_(level).add_(clean).clamp_(0.0, 1.0)


def _block_into(
    clean: torch.Tensor,
    out: torch.Tensor,
    level: float,
    generator: torch.Generator,
    image_shape: tuple[int, int, int],
) -> None:
    channels, height, width = image_shape
    high, wide = block_sides(level, height, width)
    place = out.new_empty((*out.shape[:-1], 2)).uniform_(generator=generator)
    top = place[..., 0].mul(height - high + 1).floor_().unsqueeze(-1)
    left = place[..., 1].mul(width - wide + 1).floor_().unsqueeze(-1)
    row, column = (
        out.new_tensor(at) for at in pixel_places(channels, height, width).astype(np.float32)
    )
    inside = (row >= top) & (row < top + high) & (column >= left) & (column < left + wide)
    out.copy_(clean).masked_fill_(inside, 0.0)


def pixel_places(channels: int, height: int, width: int) -> NDArray[np.int64]:
    """Row and column of every number of an image as a row, int64 ``[2, C*H*W]``."""
    return np.tile(np.indices((height, width)).reshape(2, -1), (1, channels))


_INTO: dict[str, Callable[[torch.Tensor, torch.Tensor, float, torch.Generator], None]] = {
    "none": _none_into,
    "salt_pepper": _salt_pepper_into,
    "flip": _flip_into,
    "gaussian": _gaussian_into,
    "masking": _masking_into,
    "salt": _salt_into,
    "pepper": _masking_into,
}


def corrupted(
    images: ArrayLike,
    spec: CorruptionSpec,
    seed: int,
    image_shape: tuple[int, int, int] | None = None,
) -> NDArray[np.float32]:
    """A corrupted copy of ``images`` (any shape, values in [0, 1]), the same for the same seed.

    ``image_shape`` as for ``corrupt_into``.
    """
    return corrupted_with(images, spec, np.random.default_rng(seed), image_shape)


def corrupted_with(
    images: ArrayLike,
    spec: CorruptionSpec,
    generator: np.random.Generator,
    image_shape: tuple[int, int, int] | None = None,
) -> NDArray[np.float32]:
    """Like ``corrupted``, going on with ``generator``: for many draws in a row."""
    clean = np.array(images, dtype=np.float32)
    level = np.float32(spec.level)
    if spec.kind == "none":
        return clean
    if spec.kind == "gaussian":
        clean += level * generator.standard_normal(clean.shape, dtype=np.float32)
        return np.clip(clean, np.float32(0.0), np.float32(1.0), out=clean)
    if spec.kind == "block":
        return _without_blocks(clean, spec.level, generator, _known(image_shape))
    draw = generator.random(clean.shape, dtype=np.float32)
    if spec.kind == "salt_pepper":
        clean[draw < level] = 1.0
        clean[draw < level / 2] = 0.0
    elif spec.kind == "flip":
        np.subtract(np.float32(1.0), clean, out=clean, where=draw < level)
    elif spec.kind in {"salt", "pepper", "masking"}:
        clean[draw < level] = 1.0 if spec.kind == "salt" else 0.0
    else:
        raise ValueError(f"there is no noise of the kind {spec.kind!r}")
    return clean


def _without_blocks(
    images: NDArray[np.float32],
    level: float,
    generator: np.random.Generator,
    image_shape: tuple[int, int, int],
) -> NDArray[np.float32]:
    """``images`` with one rectangle of each set to zero; they may be written to."""
    channels, height, width = image_shape
    high, wide = block_sides(level, height, width)
    rows = images.reshape(-1, channels * height * width)
    top = generator.integers(0, height - high + 1, (len(rows), 1))
    left = generator.integers(0, width - wide + 1, (len(rows), 1))
    row, column = pixel_places(channels, height, width)
    rows[(row >= top) & (row < top + high) & (column >= left) & (column < left + wide)] = 0.0
    return rows.reshape(images.shape)


def corruption_words(spec: CorruptionSpec) -> str:
    """What a person reads: ``Flip 0.15``; of no noise only that there is none."""
    label = tr(CORRUPTIONS[spec.kind].label)
    return label if spec.kind == "none" else f"{label} {spec.level:g}"


def parse_corruption(text: str) -> CorruptionSpec:
    """The corruption that ``text`` means: ``KIND:LEVEL``, such as ``salt_pepper:0.2``, or ``none``.

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
        limit = tr("a number of 0 or more") if kind == "gaussian" else tr("a number from 0 to 1")
        raise AeguiError(
            tr(
                "Noise “{text}”: after “{kind}:” comes its level, {limit}.",
                text=text,
                kind=kind,
                limit=limit,
            )
        ) from error


def _unknown_kind(text: str, kind: str) -> str:
    near = get_close_matches(kind, CORRUPTIONS, n=1, cutoff=0.4)
    if near:
        return tr("Noise “{text}” is unknown; did you mean “{near}”?", text=text, near=near[0])
    return tr(
        "Noise “{text}” is unknown; there is {kinds}.", text=text, kinds=", ".join(CORRUPTIONS)
    )
