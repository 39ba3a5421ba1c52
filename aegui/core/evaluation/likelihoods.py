"""Exact likelihoods of a corrupted image for each of several known characters.

If a noise acts on every pixel independently, the likelihood of a character is a product over the
pixels; for the erased block it is a mean over its possible sizes and positions. For other kinds of
noise it is unknown.
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

_WITH_OWN_LIKELIHOOD = {"gaussian", "block"}
"""Kinds of noise that do not act on each pixel independently, but have likelihoods here."""
_TINY_SIGMA = 1e-6
_BOX_NUMBERS = 1 << 22
"""Most numbers in memory at a time in the search over blocks."""


def binary_rows(glyphs: ArrayLike) -> NDArray[np.float64]:
    """Return ``glyphs`` ``[N, ...]`` as rows ``[N, D]`` of 0 and 1.

    Raises:
        AeguiError: They have grey pixels.
    """
    rows = np.asarray(glyphs, dtype=np.float64)
    rows = rows.reshape(len(rows), -1)
    if not np.all((rows == 0.0) | (rows == 1.0)):
        raise AeguiError(tr("The limit is known for black and white glyphs only."))
    return rows


def normal_prior(prior: ArrayLike | None, count: int) -> NDArray[np.float64]:
    """Return ``prior`` as ``count`` probabilities that sum to 1; None gives a uniform prior.

    Raises:
        AeguiError: The number of weights is not ``count``, or they are not valid weights.
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
    """Return whether the likelihoods, and so the Bayes limit, of a kind of noise are known."""
    return kind in _WITH_OWN_LIKELIHOOD or bool(CORRUPTIONS[kind].off)


def lit_chances(spec: CorruptionSpec) -> tuple[float, float] | None:
    """Return the probability that a pixel is lit afterwards if it was off, and if it was on.

    None for noise that does not act on pixels independently: grey levels, or a block.

    Raises:
        AeguiError: It is not known.
    """
    level = spec.level
    if spec.kind in _WITH_OWN_LIKELIHOOD:
        is_none = spec.kind == "gaussian" and level <= _TINY_SIGMA
        return (0.0, 1.0) if is_none else None
    row = CORRUPTIONS[spec.kind]
    if not is_known(spec.kind):
        raise AeguiError(unknown_words(spec.kind))
    if_off, if_on = (float(numpy_function(text, "level")(level)) for text in (row.off, row.on))
    return if_off, if_on


def unknown_words(kind: str) -> str:
    """Return the message why there is no best possible answer for a kind of noise."""
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
    """Return the logarithm of the likelihood of each image for each character.

    For Gaussian noise, which gives grey levels, likelihoods are densities; pixels clipped to 0 or 1
    contribute the probability of lying beyond (a Tobit model).

    Args:
        images: Corrupted images, ``[B, D]``. For noise that leaves pixels black or white a pixel
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
    """Return the logarithm; of 0 it is -inf, without a warning."""
    return math.log(chance) if chance > 0.0 else -math.inf


def log_ways(count: int) -> NDArray[np.float64]:
    """Return the logarithms of the binomial coefficients of ``count``, float64 ``[count + 1]``."""
    # Logarithms, since the coefficients of large counts overflow.
    factorials = np.array([math.lgamma(k + 1.0) for k in range(count + 1)])
    return np.asarray(factorials[-1] - factorials - factorials[::-1], np.float64)


def _sum_over_pixels(
    if_off: NDArray[np.float64], if_on: NDArray[np.float64], on: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ``[B, N]`` from the log-likelihood of every pixel if it was off or on, ``[B, D]``."""
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
    """Return likelihoods of clipped normal noise: densities, and tail probabilities at the ends."""
    seen = np.asarray(images, dtype=np.float64)
    height = -math.log(sigma * math.sqrt(2.0 * math.pi))
    inside_off = height - 0.5 * np.square(seen / sigma)
    inside_on = height - 0.5 * np.square((seen - 1.0) / sigma)
    half, far = math.log(0.5), _log_tail(1.0 / sigma)
    ends = [seen <= 0.0, seen >= 1.0]
    return np.select(ends, [half, far], inside_off), np.select(ends, [far, half], inside_on)


def _log_tail(z: float) -> float:
    """Return the log of the probability that a standard normal exceeds ``z`` > 0."""
    if z < 25.0:
        return math.log(0.5 * math.erfc(z / math.sqrt(2.0)))
    # Beyond this the probability underflows; the series is exact to 1e-5 (Mills' ratio).
    return -0.5 * z * z - math.log(z * math.sqrt(2.0 * math.pi)) - 1.0 / (z * z)


def block_positions(level: float, image_shape: Shape) -> int:
    """Return the number of possible blocks: all positions of every size."""
    _, height, width = image_shape
    sizes = block_sizes(level, height, width)
    return sum(
        (height - block_height + 1) * (width - block_width + 1)
        for _, block_height, block_width in sizes
    )


def blocks(level: float, image_shape: Shape) -> Iterator[tuple[float, slice, slice]]:
    """Yield every block that the noise may erase: its probability, its rows and its columns."""
    _, height, width = image_shape
    for chance, block_height, block_width in block_sizes(level, height, width):
        tops, lefts = range(height - block_height + 1), range(width - block_width + 1)
        for top, left in itertools.product(tops, lefts):
            each = chance / (len(tops) * len(lefts))
            yield each, slice(top, top + block_height), slice(left, left + block_width)


def _block(
    seen: NDArray[np.bool_], on: NDArray[np.bool_], level: float, image_shape: Shape
) -> NDArray[np.float64]:
    """Return the likelihood of each image for each character under an erased block."""
    _, height, width = image_shape
    sizes = block_sizes(level, height, width)
    found = shares_of_blocks(
        seen,
        on,
        [(block_height, block_width) for _, block_height, block_width in sizes],
        image_shape,
    )
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
    """Return the share of positions at which a block turns each character into each image.

    Args:
        seen: Which pixels are lit, ``[B, D]``.
        on: Which pixels of the characters are lit, ``[N, D]``.
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
        for number, (block_height, block_width) in enumerate(sizes):
            # The two may differ only within the block, where all pixels are dark.
            within = _box_sums(sums, block_height, block_width) == differing
            dark = _box_sums(lit, block_height, block_width) == 0
            shares = (within & dark[:, np.newaxis]).mean(axis=(2, 3))
            found[number, at : at + each] = shares
    return found


def _sums(images: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the summed-area tables of images ``[..., H, W]``."""
    before = [(0, 0)] * (images.ndim - 2)
    return np.pad(images.astype(np.int64).cumsum(-2).cumsum(-1), [*before, (1, 0), (1, 0)])


def _box_sums(sums: NDArray[np.int64], box_height: int, box_width: int) -> NDArray[np.int64]:
    """Return the sums over every rectangle of that size, from summed-area tables."""
    rows = sums[..., box_height:, :] - sums[..., : sums.shape[-2] - box_height, :]
    boxes: NDArray[np.int64] = rows[..., box_width:] - rows[..., : rows.shape[-1] - box_width]
    return boxes
