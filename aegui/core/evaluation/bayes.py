"""The limit: what nobody who knows the characters and the noise can do better on average.

A corrupted character x came from one of N known, equally likely glyphs g through a known noise
that treats every pixel apart. So p(g | x) follows from Bayes' rule, exactly, and the fewest wrong
pixels are expected from lighting each pixel that is more likely lit than not.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corrupted_with
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.recipe import CorruptionSpec

DEFAULT_DRAWS = 16_000
MAX_ENUMERATED_PIXELS = 20
_CHUNK = 4096
_TINY_SIGMA = 1e-6


def posterior(noisy: ArrayLike, glyphs: ArrayLike, spec: CorruptionSpec) -> NDArray[np.float64]:
    """How likely each glyph is, given what is seen.

    Where the noise cannot have made ``noisy`` from any glyph, nothing is known: all are alike.

    Args:
        noisy: B corrupted images, ``[B, D]`` or ``[B, ...]`` of D pixels each. For the kinds of
            noise that leave pixels black or white, a pixel counts as lit above 0.5.
        glyphs: The N equally likely black and white originals, ``[N, D]`` or ``[N, ...]``.
        spec: The noise.

    Returns:
        float64 ``[B, N]``; every row adds up to 1.

    Raises:
        AeguiError: The glyphs have grey pixels.
    """
    on = _binary_rows(glyphs)
    images = np.asarray(noisy, dtype=np.float64).reshape(-1, on.shape[1])
    if_off, if_on = _log_likelihoods(images, spec)
    likelihood = _sum_over_pixels(if_off, if_on, on)
    top = likelihood.max(axis=1, keepdims=True)
    weights = np.exp(likelihood - np.where(np.isfinite(top), top, 0.0))
    total = weights.sum(axis=1, keepdims=True)
    result: NDArray[np.float64] = np.full_like(weights, 1.0 / len(on))
    np.divide(weights, total, out=result, where=total > 0)
    return result


def best_answer(noisy: ArrayLike, glyphs: ArrayLike, spec: CorruptionSpec) -> NDArray[np.float32]:
    """The answer with the fewest wrong pixels expected: 0 or 1, float32 ``[B, D]``."""
    share_on = posterior(noisy, glyphs, spec) @ _binary_rows(glyphs)
    return (share_on > 0.5).astype(np.float32)


def limit(
    glyphs: ArrayLike, spec: CorruptionSpec, draws: int = DEFAULT_DRAWS, seed: int = 0
) -> float:
    """Wrong pixels per character that the best answer has on average, by simulation.

    At least ``draws`` corrupted characters are drawn, as many of each glyph. For every one the
    wrong pixels *expected* of the best answer are counted, not those of that draw: the mean is
    the same and varies less. For glyphs of few pixels ``exact_limit`` needs no draws.

    Raises:
        AeguiError: The glyphs have grey pixels, or ``draws`` is below 1.
    """
    on = _binary_rows(glyphs)
    if draws < 1:
        raise AeguiError(tr("The limit needs at least one draw."))
    generator = np.random.default_rng(seed)
    rounds = -(-draws // len(on))
    each = max(1, _CHUNK // len(on))
    total = 0.0
    for start in range(0, rounds, each):
        clean = np.tile(on, (min(each, rounds - start), 1))
        noisy = corrupted_with(clean, spec, generator)
        total += float(_expected_wrong(noisy, on, spec).sum())
    return total / (rounds * len(on))


def exact_limit(glyphs: ArrayLike, spec: CorruptionSpec) -> float:
    """Like ``limit``, exactly, by going through every image that the noise can make.

    Raises:
        AeguiError: The glyphs are grey or of more than 20 pixels, or the noise makes grey ones.
    """
    on = _binary_rows(glyphs)
    pixels = on.shape[1]
    if pixels > MAX_ENUMERATED_PIXELS or spec.kind == "gaussian":
        raise AeguiError(
            tr(
                "The exact limit is for noise without grey and at most {most} pixels.",
                most=MAX_ENUMERATED_PIXELS,
            )
        )
    total = 0.0
    for images in _all_images(pixels):
        chances = np.exp(_sum_over_pixels(*_log_likelihoods(images, spec), on)).mean(axis=1)
        total += float(chances @ _expected_wrong(images, on, spec))
    return total


def _expected_wrong(
    noisy: NDArray[np.floating], on: NDArray[np.float64], spec: CorruptionSpec
) -> NDArray[np.float64]:
    """Wrong pixels expected of the best answer to each image, ``[B]``."""
    share_on = posterior(noisy, on, spec) @ on
    wrong: NDArray[np.float64] = np.minimum(share_on, 1.0 - share_on).sum(axis=1)
    return wrong


def _all_images(pixels: int) -> Iterator[NDArray[np.float64]]:
    """Every black and white image of ``pixels`` pixels, in chunks ``[n, pixels]``."""
    shifts = np.arange(pixels)
    for start in range(0, 1 << pixels, _CHUNK):
        numbers = np.arange(start, min(start + _CHUNK, 1 << pixels))
        yield (numbers[:, np.newaxis] >> shifts & 1).astype(np.float64)


def _binary_rows(glyphs: ArrayLike) -> NDArray[np.float64]:
    rows = np.asarray(glyphs, dtype=np.float64)
    rows = rows.reshape(len(rows), -1)
    if not np.isin(rows, (0.0, 1.0)).all():
        raise AeguiError(tr("The limit is known for black and white glyphs only."))
    return rows


def _sum_over_pixels(
    if_off: NDArray[np.float64], if_on: NDArray[np.float64], on: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log-likelihood ``[B, N]`` of every glyph; -inf where one of its pixels is impossible."""
    never_off, never_on = np.isneginf(if_off), np.isneginf(if_on)
    off = 1.0 - on
    total = np.where(never_off, 0.0, if_off) @ off.T + np.where(never_on, 0.0, if_on) @ on.T
    impossible = never_off.astype(np.float64) @ off.T + never_on.astype(np.float64) @ on.T
    return np.where(impossible > 0.5, -np.inf, total)


def _log_likelihoods(
    images: NDArray[np.floating], spec: CorruptionSpec
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log-likelihood of every pixel seen if it was off, and if it was on; both ``[B, D]``."""
    if spec.kind == "gaussian" and spec.level > _TINY_SIGMA:
        return _gaussian(images, spec.level)
    lit_if_off, dark_if_on = {
        "flip": (spec.level, spec.level),
        "salt_pepper": (spec.level / 2, spec.level / 2),
        "masking": (0.0, spec.level),
        "salt": (spec.level, 0.0),
        "pepper": (0.0, spec.level),
    }.get(spec.kind, (0.0, 0.0))
    lit = images > 0.5
    return (
        np.where(lit, _log(lit_if_off), _log(1.0 - lit_if_off)),
        np.where(lit, _log(1.0 - dark_if_on), _log(dark_if_on)),
    )


def _log(chance: float) -> float:
    return math.log(chance) if chance > 0.0 else -math.inf


def _gaussian(
    images: NDArray[np.floating], sigma: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Normal noise clipped to 0..1: inside a density, at the ends the chance of lying beyond.

    The two are never mixed within one pixel's likelihoods, so comparing glyphs stays exact.
    """
    seen = np.asarray(images, dtype=np.float64)
    inside_off = -0.5 * np.square(seen / sigma)
    inside_on = -0.5 * np.square((seen - 1.0) / sigma)
    half, far = math.log(0.5), _log_tail(1.0 / sigma)
    ends = [seen <= 0.0, seen >= 1.0]
    return np.select(ends, [half, far], inside_off), np.select(ends, [far, half], inside_on)


def _log_tail(z: float) -> float:
    """Log of the chance that a standard normal exceeds ``z`` > 0."""
    if z < 25.0:
        return math.log(0.5 * math.erfc(z / math.sqrt(2.0)))
    # Beyond that the chance is no longer a float; its series is exact to 1e-5 (Mills' ratio).
    return -0.5 * z * z - math.log(z * math.sqrt(2.0 * math.pi)) - 1.0 / (z * z)
