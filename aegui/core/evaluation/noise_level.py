"""Maximum likelihood estimate of the noise level of a drawing, whatever character it shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import block_sizes, noise_of, require_shape
from aegui.core.evaluation.bayes import chances_of
from aegui.core.evaluation.likelihoods import (
    binary_rows,
    lit_chances,
    log,
    normal_prior,
    shares_of_blocks,
)
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.recipe import CorruptionSpec

    Shape = tuple[int, int, int]
    LevelLikelihoods = tuple[NDArray[np.float64], NDArray[np.float64]]

_HALF_CHI_SQUARE = 1.9207
"""Half the 95% quantile of chi square with one degree of freedom (Wilks 1938)."""
_COARSE, _FINE = 51, 21
_MIN_SIGMA, _MAX_SIGMA = 0.01, 3.0


@dataclass(frozen=True, eq=False)
class LevelEstimate:
    """The most likely level of a noise."""

    spec: CorruptionSpec
    """The noise with that level."""
    low: float
    """Lower end of the 95% interval by the likelihood ratio."""
    high: float
    """Its upper end."""
    log_likelihoods: NDArray[np.float64]
    """Of the drawing at each level that was evaluated, float64 ``[L]``."""

    @property
    def level(self) -> float:
        """The most likely level."""
        return self.spec.level


def estimate_level(
    drawing: ArrayLike,
    glyphs: ArrayLike,
    kind: str,
    prior: ArrayLike | None = None,
    image_shape: Shape | None = None,
) -> LevelEstimate | None:
    """The level of noise of ``kind`` in a drawing, by maximum likelihood.

    The likelihood of a level is summed over all characters, so none has to be chosen first. Flips
    are looked for up to 0.5: with more of them every drawing would be the inverse of something.

    Args:
        drawing: What is seen, D pixels.
        glyphs: The N characters that it may come from, black and white.
        kind: Key of the noise, but for "none".
        prior: How likely each glyph is beforehand, N weights; None: all alike.
        image_shape: Channels, height and width; only the noise "block" needs it.

    Returns:
        None where noise of this kind makes such a drawing of no glyph, at any level.

    Raises:
        AeguiError: The glyphs have grey pixels, or ``prior`` are no N weights.
    """
    on = binary_rows(glyphs)
    image = np.asarray(drawing, dtype=np.float64).reshape(1, -1)
    weights = normal_prior(prior, len(on))

    likelihood = _likelihood(image, on, kind, weights, image_shape)
    first = _first_levels(kind)
    if kind == "gaussian" and ((image > 0.0) & (image < 1.0)).any():
        first = first[1:]  # grey pixels are there with some noise only
    tried = first, np.array([likelihood(level) for level in first.tolist()])
    if not np.isfinite(tried[1]).any():
        return None
    levels, found = _refined(tried, likelihood)
    as_good = np.flatnonzero(found == found.max())
    best = int(as_good[len(as_good) // 2])
    near = np.flatnonzero(found >= found[best] - _HALF_CHI_SQUARE)
    return LevelEstimate(
        noise_of(kind, float(levels[best])),
        float(levels[near[0]]),
        float(levels[near[-1]]),
        found,
    )


def _likelihood(
    image: NDArray[np.float64],
    on: NDArray[np.float64],
    kind: str,
    prior: NDArray[np.float64],
    image_shape: Shape | None,
) -> Callable[[float], float]:
    """The log-likelihood of the image ``[1, D]`` as a function of the level."""
    if kind == "gaussian":

        def by_pixels(level: float) -> float:
            _, of_all = chances_of(image, on, noise_of(kind, level), prior, image_shape)
            return float(of_all[0])

        return by_pixels
    if kind == "block":
        return _of_blocks(image, on, prior, require_shape(image_shape))
    lit = (image[0] > THRESHOLD).astype(np.float64)
    # How many pixels of each character are off and on, and seen lit and dark, is all that counts.
    counts = [shown @ weights.T for weights in (1.0 - on, on) for shown in (lit, 1.0 - lit)]
    known = prior > 0.0

    def by_counts(level: float) -> float:
        if_off, if_on = lit_chances(noise_of(kind, level)) or (0.0, 1.0)
        total = np.zeros(len(on))
        for count, chance in zip(counts, (if_off, 1 - if_off, if_on, 1 - if_on), strict=True):
            total += count * log(chance) if chance > 0 else np.where(count > 0, -math.inf, 0.0)
        top = total[known].max()
        if math.isinf(top):
            return -math.inf
        return float(top + math.log(np.exp(total[known] - top) @ prior[known]))

    return by_counts


def _of_blocks(
    image: NDArray[np.float64], on: NDArray[np.float64], prior: NDArray[np.float64], shape: Shape
) -> Callable[[float], float]:
    """As ``_likelihood``: each size is looked at once, however many levels may give it."""
    lit, known, found = image > THRESHOLD, on > THRESHOLD, dict[tuple[int, int], float]()

    def by_sizes(level: float) -> float:
        total = 0.0
        for chance, block_height, block_width in block_sizes(level, shape[1], shape[2]):
            size = block_height, block_width
            if size not in found:
                found[size] = float(shares_of_blocks(lit, known, [size], shape)[0, 0] @ prior)
            total += chance * found[size]
        return log(total)

    return by_sizes


def _first_levels(kind: str) -> NDArray[np.float64]:
    if kind == "gaussian":
        return np.append(0.0, np.geomspace(_MIN_SIGMA, _MAX_SIGMA, _COARSE))
    return np.linspace(0.0, 0.5 if kind == "flip" else 1.0, _COARSE)


def _refined(tried: LevelLikelihoods, likelihood: Callable[[float], float]) -> LevelLikelihoods:
    """With more levels about the best, and about both ends of what is nearly as good."""
    levels, found = tried
    best = int(found.argmax())
    near = np.flatnonzero(found >= found[best] - _HALF_CHI_SQUARE)
    more = [levels]
    for at in {best, int(near[0]), int(near[-1])}:
        low, high = levels[max(0, at - 1)], levels[min(len(levels) - 1, at + 1)]
        more.append(np.linspace(low, high, _FINE))
    different = np.unique(np.concatenate(more))
    known = dict(zip(levels.tolist(), found.tolist(), strict=True))
    return different, np.array(
        [known[at] if at in known else likelihood(at) for at in different.tolist()]
    )
