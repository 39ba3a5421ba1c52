"""The best possible answer to a corrupted character, given all characters and the noise.

A corrupted character x comes from one of N known glyphs g through a known noise, so p(g | x)
follows exactly from Bayes' rule. Lighting each pixel that is more probably lit than not minimises
the expected number of wrong pixels. ``limits.py`` computes its average over the noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.evaluation.likelihoods import binary_rows, log_likelihoods, normal_prior
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.recipe import CorruptionSpec

    Shape = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class BayesReading:
    """The posterior of one drawing."""

    chances: NDArray[np.float64]
    """Posterior probability of each of the N characters, float64 ``[N]``; they sum to 1."""
    share_on: NDArray[np.float64]
    """Probability that each pixel of the clean character is lit, float64 ``[D]``."""
    image: NDArray[np.bool_]
    """The answer with the fewest expected wrong pixels, bool ``[D]``."""
    expected_wrong: float
    """The expected number of wrong pixels of that answer."""
    log_likelihood: float
    """Of the drawing, over all characters; -inf if it is impossible."""

    @property
    def is_possible(self) -> bool:
        """Whether this noise can have made the drawing from any of the characters."""
        return bool(np.isfinite(self.log_likelihood))

    @property
    def order(self) -> NDArray[np.int64]:
        """Indices of the characters, most probable first."""
        return np.argsort(-self.chances, kind="stable")

    def expected_wrong_of(self, answer: ArrayLike) -> float:
        """Return the expected wrong pixels of any ``answer`` ``[D]``, such as a network's."""
        lit = np.asarray(answer).reshape(-1) > THRESHOLD
        return float(np.where(lit, 1.0 - self.share_on, self.share_on).sum())


def posterior(
    noisy: ArrayLike,
    glyphs: ArrayLike,
    spec: CorruptionSpec,
    prior: ArrayLike | None = None,
    image_shape: Shape | None = None,
) -> NDArray[np.float64]:
    """Return the posterior probability of each glyph, given a corrupted image.

    If the noise cannot have made ``noisy`` from any glyph, the posterior is the prior.

    Args:
        noisy: B corrupted images, ``[B, D]`` or ``[B, ...]`` of D pixels each. For the kinds of
            noise that leave pixels black or white, a pixel counts as lit above 0.5.
        glyphs: The N black and white originals, ``[N, D]`` or ``[N, ...]``.
        spec: The noise.
        prior: Prior weights of the N glyphs; None for a uniform prior.
        image_shape: Channels, height and width; only the noise "block" needs it.

    Returns:
        float64 ``[B, N]``; every row sums to 1.

    Raises:
        AeguiError: The glyphs have grey pixels, or ``prior`` is not N valid weights.
    """
    on = binary_rows(glyphs)
    images = np.asarray(noisy, dtype=np.float64).reshape(-1, on.shape[1])
    chances, _ = chances_of(images, on, spec, normal_prior(prior, len(on)), image_shape)
    return chances


def best_answer(
    noisy: ArrayLike,
    glyphs: ArrayLike,
    spec: CorruptionSpec,
    prior: ArrayLike | None = None,
    image_shape: Shape | None = None,
) -> NDArray[np.float32]:
    """Return the answer with the fewest expected wrong pixels: 0 or 1, float32 ``[B, D]``.

    Arguments and errors are those of ``posterior``.
    """
    share_on = posterior(noisy, glyphs, spec, prior, image_shape) @ binary_rows(glyphs)
    return (share_on > 0.5).astype(np.float32)


def read_drawing(
    drawing: ArrayLike,
    glyphs: ArrayLike,
    spec: CorruptionSpec,
    prior: ArrayLike | None = None,
    image_shape: Shape | None = None,
) -> BayesReading:
    """Return the posterior of one ``drawing`` ``[D]`` (any shape that flattens to it).

    Arguments and errors are those of ``posterior``. For 96 characters of 5x7 pixels it takes
    some tenths of a millisecond.
    """
    on = binary_rows(glyphs)
    image = np.asarray(drawing, dtype=np.float64).reshape(1, -1)
    chances, likelihood = chances_of(image, on, spec, normal_prior(prior, len(on)), image_shape)
    share_on = lit_shares(chances[0], on)
    return BayesReading(
        chances[0],
        share_on,
        share_on > 0.5,
        float(np.minimum(share_on, 1.0 - share_on).sum()),
        float(likelihood[0]),
    )


def chances_of(
    images: NDArray[np.floating],
    on: NDArray[np.float64],
    spec: CorruptionSpec,
    prior: NDArray[np.float64],
    image_shape: Shape | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the posterior ``[B, N]`` and the log-likelihood ``[B]`` of each image."""
    likelihood = log_likelihoods(images, on, spec, image_shape)
    never = prior <= 0.0
    if never.any():
        likelihood = np.where(never, -np.inf, likelihood)
    top = likelihood.max(axis=1, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    weights = np.exp(likelihood - shift) * prior
    total = weights.sum(axis=1, keepdims=True)
    chances: NDArray[np.float64] = np.broadcast_to(prior, weights.shape).copy()
    np.divide(weights, total, out=chances, where=total > 0)
    # Processors multiply subnormal numbers up to a hundred times slower than others.
    chances[chances < np.finfo(np.float64).tiny] = 0.0
    of_all = np.log(total, out=np.full(total.shape, -np.inf), where=total > 0)
    return chances, (of_all + shift)[:, 0]


def lit_shares(chances: NDArray[np.float64], on: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability that each pixel is lit, ``[..., D]``, given ``chances`` ``[..., N]``.

    Probabilities of glyphs that sum to 1 may sum to a little more as they are rounded.
    """
    return np.minimum(chances @ on, 1.0)


def expected_wrong(
    noisy: NDArray[np.floating],
    on: NDArray[np.float64],
    spec: CorruptionSpec,
    prior: NDArray[np.float64],
    image_shape: Shape | None = None,
) -> NDArray[np.float64]:
    """Return the expected wrong pixels of the best answer to each image, ``[B]``."""
    chances, _ = chances_of(noisy, on, spec, prior, image_shape)
    share_on = lit_shares(chances, on)
    wrong: NDArray[np.float64] = np.minimum(share_on, 1.0 - share_on).sum(axis=1)
    return wrong
