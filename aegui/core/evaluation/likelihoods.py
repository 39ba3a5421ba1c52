"""How likely a noise makes what is seen out of each of several known characters, exactly.

Where a noise treats every pixel apart, the likelihood of a character is a product over the pixels;
of the erased block it is a mean over the sizes that it may have and the places where it may lie.
Of other noise it is not known.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import block_sizes
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.errors import AeguiError
from aegui.core.formula import numpy_function
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.recipe import CorruptionSpec

    Shape = tuple[int, int, int]

_OF_THEIR_OWN = {"gaussian", "block"}
"""Kinds of noise that do more than switch each pixel apart, and whose likelihoods are here."""
_TINY_SIGMA = 1e-6
_BOX_NUMBERS = 1 << 22
"""Numbers that are in memory at a time while blocks are searched for."""


def binary_rows(glyphs: ArrayLike) -> NDArray[np.float64]:
    """``glyphs`` ``[N, ...]`` as rows ``[N, D]`` of 0 and 1.

    Raises:
        AeguiError: They have grey pixels.
    """
    rows = np.asarray(glyphs, dtype=np.float64)
    rows = rows.reshape(len(rows), -1)
    if not np.all((rows == 0.0) | (rows == 1.0)):
        raise AeguiError(tr("The limit is known for black and white glyphs only."))
    return rows


def normal_prior(prior: ArrayLike | None, count: int) -> NDArray[np.float64]:
    """``prior`` as ``count`` chances that add up to 1; None makes all alike.

    Raises:
        AeguiError: There are not as many weights as characters, or they are no weights.
    """
    if prior is None:
        return np.full(count, 1.0 / count)
    weights = np.asarray(prior, dtype=np.float64).reshape(-1)
    good = len(weights) == count and np.isfinite(weights).all() and (weights >= 0.0).all()
    if not good or not weights.sum() > 0.0:
        raise AeguiError(
            tr(
                "The prior probabilities of the characters must be {count} numbers of 0 or more, "
                "not all of them 0.",
                count=count,
            )
        )
    return np.asarray(weights / weights.sum(), np.float64)


def is_known(kind: str) -> bool:
    """Whether likelihoods, and so the best possible answer, are known of a kind of noise."""
    return kind in _OF_THEIR_OWN or bool(CORRUPTIONS[kind].off)


def lit_chances(spec: CorruptionSpec) -> tuple[float, float] | None:
    """How likely a pixel is seen lit if it was off, and if it was on.

    None for noise that does more than switch each pixel apart: grey levels, or a block.

    Raises:
        AeguiError: It is not known.
    """
    level = spec.level
    if spec.kind in _OF_THEIR_OWN:
        is_none = spec.kind == "gaussian" and level <= _TINY_SIGMA
        return (0.0, 1.0) if is_none else None
    row = CORRUPTIONS[spec.kind]
    if not is_known(spec.kind):
        raise AeguiError(unknown_words(spec.kind))
    if_off, if_on = (float(numpy_function(text, "level")(level)) for text in (row.off, row.on))
    return if_off, if_on


def unknown_words(kind: str) -> str:
    """Why there is no best possible answer to a kind of noise."""
    return tr(
        "The best possible answer is not known for this noise: {noise}.",
        noise=tr(CORRUPTIONS[kind].label),
    )


def log_likelihoods(
    images: NDArray[np.floating],
    on: NDArray[np.float64],
    spec: CorruptionSpec,
    image_shape: Shape | None = None,
) -> NDArray[np.float64]:
    """Logarithm of how likely each character becomes each image.

    Of Gaussian noise, which gives grey levels, likelihoods are densities; pixels at the very ends,
    where values are cut off, have the chance of lying beyond (a Tobit model).

    Args:
        images: What is seen, ``[B, D]``. For noise that leaves pixels black or white a pixel
            counts as lit above 0.5.
        on: The characters, ``[N, D]`` of 0 and 1.
        spec: The noise.
        image_shape: Channels, height and width; only the noise "block" needs it.

    Returns:
        float64 ``[B, N]``; -inf where it is impossible.

    Raises:
        ValueError: The noise is a block, and the shape is unknown.
    """
    if spec.kind == "block":
        if image_shape is None:
            raise ValueError("of a block the likelihood is known only with the images' shape")
        return _block(images > 0.5, on > 0.5, spec.level, image_shape)
    chances = lit_chances(spec)
    if chances is None:
        return _sum_over_pixels(*_gaussian(images, spec.level), on)
    if_off, if_on = chances
    lit = images > 0.5
    return _sum_over_pixels(
        np.where(lit, log(if_off), log(1.0 - if_off)),
        np.where(lit, log(if_on), log(1.0 - if_on)),
        on,
    )


def log(chance: float) -> float:
    """The logarithm; of 0 it is -inf, and nothing to warn of."""
    return math.log(chance) if chance > 0.0 else -math.inf


def log_ways(count: int) -> NDArray[np.float64]:
    """Logarithms of the binomial coefficients of ``count``, float64 ``[count + 1]``."""
    # Those of large counts are no floats.
    factorials = np.array([math.lgamma(k + 1.0) for k in range(count + 1)])
    return np.asarray(factorials[-1] - factorials - factorials[::-1], np.float64)


def _sum_over_pixels(
    if_off: NDArray[np.float64], if_on: NDArray[np.float64], on: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``[B, N]`` from what every pixel tells if it was off or on ``[B, D]``."""
    never_off, never_on = np.isneginf(if_off), np.isneginf(if_on)
    off = 1.0 - on
    total = np.where(never_off, 0.0, if_off) @ off.T + np.where(never_on, 0.0, if_on) @ on.T
    if not (never_off.any() or never_on.any()):
        return np.asarray(total, np.float64)
    impossible = never_off.astype(np.float64) @ off.T + never_on.astype(np.float64) @ on.T
    return np.where(impossible > 0.5, -np.inf, total)


def _gaussian(
    images: NDArray[np.floating], sigma: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Normal noise clipped to 0..1: inside a density, at the ends the chance of lying beyond."""
    seen = np.asarray(images, dtype=np.float64)
    height = -math.log(sigma * math.sqrt(2.0 * math.pi))
    inside_off = height - 0.5 * np.square(seen / sigma)
    inside_on = height - 0.5 * np.square((seen - 1.0) / sigma)
    half, far = math.log(0.5), _log_tail(1.0 / sigma)
    ends = [seen <= 0.0, seen >= 1.0]
    return np.select(ends, [half, far], inside_off), np.select(ends, [far, half], inside_on)


def _log_tail(z: float) -> float:
    """Log of the chance that a standard normal exceeds ``z`` > 0."""
    if z < 25.0:
        return math.log(0.5 * math.erfc(z / math.sqrt(2.0)))
    # Beyond that the chance is no longer a float; its series is exact to 1e-5 (Mills' ratio).
    return -0.5 * z * z - math.log(z * math.sqrt(2.0 * math.pi)) - 1.0 / (z * z)


def block_places(level: float, image_shape: Shape) -> int:
    """How many blocks there may be: places of every size, those of one size equally likely."""
    _, height, width = image_shape
    sizes = block_sizes(level, height, width)
    return sum((height - high + 1) * (width - wide + 1) for _, high, wide in sizes)


def blocks(level: float, image_shape: Shape) -> Iterator[tuple[float, slice, slice]]:
    """Every block that the noise may erase: its chance, its rows and its columns."""
    _, height, width = image_shape
    for chance, high, wide in block_sizes(level, height, width):
        tops, lefts = range(height - high + 1), range(width - wide + 1)
        for top, left in itertools.product(tops, lefts):
            each = chance / (len(tops) * len(lefts))
            yield each, slice(top, top + high), slice(left, left + wide)


def _block(
    seen: NDArray[np.bool_], on: NDArray[np.bool_], level: float, image_shape: Shape
) -> NDArray[np.float64]:
    """How likely a block makes each image of each character."""
    _, height, width = image_shape
    sizes = block_sizes(level, height, width)
    found = shares_of_blocks(seen, on, [(high, wide) for _, high, wide in sizes], image_shape)
    shares = np.tensordot([chance for chance, _, _ in sizes], found, 1)
    logs: NDArray[np.float64] = np.full(shares.shape, -np.inf)
    np.log(shares, out=logs, where=shares > 0.0)
    return logs


def shares_of_blocks(
    seen: NDArray[np.bool_],
    on: NDArray[np.bool_],
    sizes: Sequence[tuple[int, int]],
    image_shape: Shape,
) -> NDArray[np.float64]:
    """The share of its places at which a block makes each image of each character.

    Args:
        seen: Which pixels are lit, ``[B, D]``.
        on: Which pixels of the characters are, ``[N, D]``.
        sizes: Rows and columns of each block, S of them.
        image_shape: Channels, height and width.

    Returns:
        float64 ``[S, B, N]``.
    """
    channels, height, width = image_shape
    each = max(1, _BOX_NUMBERS // on.size)
    found = np.empty((len(sizes), len(seen), len(on)))
    for at in range(0, len(seen), each):
        part = seen[at : at + each]
        differs = (part[:, np.newaxis] != on).reshape(len(part), len(on), *image_shape)
        differing = differs.sum(axis=(2, 3, 4))[..., np.newaxis, np.newaxis]
        sums = _sums(differs.sum(axis=2))
        lit = _sums(part.reshape(-1, channels, height, width).sum(axis=1))
        for number, (high, wide) in enumerate(sizes):
            # The two may differ within the block only, and all that is within it is dark.
            within = _box_sums(sums, high, wide) == differing
            dark = _box_sums(lit, high, wide) == 0
            shares = (within & dark[:, np.newaxis]).mean(axis=(2, 3))
            found[number, at : at + each] = shares
    return found


def _sums(images: NDArray[np.integer]) -> NDArray[np.int64]:
    """Sums over all that is above and left of each place, of images ``[..., H, W]``."""
    before = [(0, 0)] * (images.ndim - 2)
    return np.pad(images.astype(np.int64).cumsum(-2).cumsum(-1), [*before, (1, 0), (1, 0)])


def _box_sums(sums: NDArray[np.int64], high: int, wide: int) -> NDArray[np.int64]:
    """Sums over every ``high`` x ``wide`` rectangle, of what ``_sums`` gives."""
    rows = sums[..., high:, :] - sums[..., : sums.shape[-2] - high, :]
    boxes: NDArray[np.int64] = rows[..., wide:] - rows[..., : rows.shape[-1] - wide]
    return boxes
