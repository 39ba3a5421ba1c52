"""Generate new images from a latent space: sampled at random, or the best of many candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.cost import Cost, multiplications_per_second
from aegui.core.data.progress import in_batches, part, stop_if
from aegui.core.errors import AeguiError
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import tr
from aegui.core.latent.insight import entropies
from aegui.core.latent.novelty import COPY_RATIO, NEW_RATIO, novelty
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.frame import Frame
    from aegui.core.latent.novelty import ReferenceSamples

WORK = 12_000_000_000
"""Upper bound of the multiplications spent on a search for the best: some seconds."""
MIN_TESTED, MAX_TESTED = 300, 8_000
ENOUGH_NEW = 1.5
"""Novelty ratio above which a candidate gains nothing: it may be noise."""
NOT_NEW = 0.1
"""Weight of the novelty of candidates below the ratio at which an image is new."""
_REFINED = 60
_AROUND = 20
_BATCH = 512
_TRIES = 200
_MARGIN = 0.05
_PASSES = 3
_PAIRS = 200
_SAME = 1e-3
_LOOKED_AT = 12
"""Passes over every pixel of a candidate, beside the selection of n ..."""
_PIXEL_SECONDS = 2e-9
"""... the time of a pixel in each of them, and ..."""
_PAIR_SECONDS = 5e-9
"""... the time of a pair of images compared, beside their product (measured on one core)."""


@dataclass(frozen=True, eq=False)
class Finds:
    """The best candidates found, best first."""

    codes: NDArray[np.float32]
    """float32 ``[n, d]``."""
    images: NDArray[np.float32]
    """float32 ``[n, C, H, W]`` in 0..1."""
    ratio: NDArray[np.float32]
    """float32 ``[n]``, distance to the nearest sample over that sample's distance to its own
    nearest."""
    sharpness: NDArray[np.float32]
    """float32 ``[n]``, 1 minus the mean entropy of the pixels in bits."""


def sample_posterior(
    codes: ArrayLike, variances: ArrayLike | None, n: int, seed: int
) -> NDArray[np.float32]:
    """Draw codes ``[n, d]`` from the aggregate posterior of the samples.

    Args:
        codes: Codes of samples, or their means, ``[N, d]``.
        variances: Their variances ``[N, d]``; None: one bandwidth for all, by Scott's rule.
        n: Number of codes to draw.
        seed: Seed of the draw.

    Raises:
        AeguiError: There are no codes.
    """
    means = _finite(codes)
    draw = np.random.default_rng(seed)
    chosen = draw.integers(len(means), size=n)
    noise = draw.standard_normal((n, means.shape[1]))
    if variances is None:
        width = means.std(axis=0) * len(means) ** (-1.0 / (means.shape[1] + 4))
    else:
        is_finite = np.isfinite(np.asarray(codes, np.float64)).all(axis=1)
        width = np.sqrt(np.nan_to_num(np.asarray(variances, np.float64)[is_finite][chosen]))
    return np.asarray(means[chosen] + width * noise, np.float32)


def sample_region(polygon: ArrayLike, frame: Frame, n: int, seed: int) -> NDArray[np.float32]:
    """Draw codes ``[n, d]`` uniformly from ``polygon`` ``[m, 2]`` on the map of ``frame``.

    Raises:
        AeguiError: The polygon has no area to draw from.
    """
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    draw = np.random.default_rng(seed)
    found = np.zeros((0, 2))
    if len(corners) >= 3 and np.isfinite(corners).all():
        low, high = corners.min(axis=0), corners.max(axis=0)
        for _ in range(_TRIES):
            some = low + (high - low) * draw.random((4 * n + 16, 2))
            found = np.concatenate([found, some[inside(corners, some)]])
            if len(found) >= n:
                return frame.codes(*found[:n].T)
    raise AeguiError(tr("There is no room in that region: draw around a larger one."))


def inside(corners: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which ``points`` ``[n, 2]`` lie in polygon ``corners`` ``[m, 2]`` (even-odd rule)."""
    x, y = points[:, :1], points[:, 1:]
    x0, y0 = corners.T
    x1, y1 = np.roll(corners, -1, axis=0).T
    rise = np.where(y1 == y0, 1.0, y1 - y0)
    crosses = ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) * (x1 - x0) / rise)
    return np.asarray(crosses.sum(axis=1) % 2 == 1)


def best_new(
    codec: Codec,
    known: ReferenceSamples,
    codes: ArrayLike | None,
    n: int = 10,
    seed: int = 0,
    cancelled: IsCancelled | None = None,
    report: ReportShare | None = None,
) -> Finds:
    """Search for the best new images: unlike every sample, sharp, and unlike one another.

    Chosen greedily by the largest product of novelty (up to ``ENOUGH_NEW``), certainty of the
    pixels, quality of the network's reconstruction of the image, and distance to the images already
    chosen. There may be fewer than ``n``: copies are excluded.

    Args:
        codec: The network.
        known: The samples.
        codes: Codes of samples to search around, ``[N, d]``; None searches around the centre of a
            normal prior.
        n: Upper bound of the number of images.
        seed: Seed of the candidates.
        cancelled: Polled between batches; True cancels the search.
        report: Called repeatedly with the share that is done.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    draw = np.random.default_rng(seed)
    count, few = _tries(codec, known.samples.size)
    share = count / (count + few * _AROUND)
    candidates = _candidates(codec, codes, count, draw)
    tried = _measured(codec, known, candidates, cancelled, part(report, 0.0, share))
    best = tried.codes[np.argsort(-tried.scores, kind="stable")[:few]]
    width = 0.05 * np.maximum(tried.codes.std(axis=0), 1e-6)
    near = np.repeat(best, _AROUND, axis=0)
    near += (width * draw.standard_normal(near.shape)).astype(np.float32)
    more = _measured(codec, known, near, cancelled, part(report, share, 1.0))
    tried = tried.with_more(more)
    chosen = _diverse(tried, known, n, cancelled)
    return Finds(
        tried.codes[chosen],
        tried.images[chosen].reshape(-1, *codec.image_shape),
        tried.ratio[chosen],
        1.0 - tried.entropy[chosen],
    )


def finds_cost(codec: Codec, known: int, n: int) -> Cost:
    """Return the cost of ``best_new`` for ``n`` images compared with ``known`` samples."""
    count, few = _tries(codec, known * codec.pixels)
    tried = count + few * _AROUND
    again = tried if codec.can_encode else 0
    passes = codec.passes(encoded=again, decoded=tried + again)
    compared = known * (tried + known)  # the samples are compared with each other, too
    products = compared * codec.pixels / multiplications_per_second()
    numbers = tried * codec.pixels * (_LOOKED_AT + n)
    batch = codec.passes(encoded=_BATCH, decoded=_BATCH).bytes
    # Batches, their concatenation, and that with the refined candidates; thresholded copies.
    memory = batch + 4 * (4 * tried + known) * codec.pixels
    seconds = passes.seconds + products + _PAIR_SECONDS * compared + _PIXEL_SECONDS * numbers
    return Cost(seconds, {"work": memory})


def _tries(codec: Codec, known_numbers: int) -> tuple[int, int]:
    """Return the number of first candidates, and of the best of them to refine."""
    count = WORK // max(1, _PASSES * codec.cost + known_numbers)
    count = int(min(MAX_TESTED, max(MIN_TESTED, count)))
    return count, max(1, min(_REFINED, count // (2 * _AROUND)))


@dataclass(frozen=True, eq=False)
class _MeasuredCodes:
    codes: NDArray[np.float32]
    images: NDArray[np.float32]
    ratio: NDArray[np.float32]
    entropy: NDArray[np.float32]
    merit: NDArray[np.float32]

    @property
    def scores(self) -> NDArray[np.float64]:
        """Score of each candidate by itself; 0 for copies."""
        new = np.minimum(self.ratio, ENOUGH_NEW).astype(np.float64)
        new[self.ratio < NEW_RATIO] *= NOT_NEW
        new[self.ratio <= COPY_RATIO] = 0.0
        return np.asarray(new * self.merit)

    def with_more(self, other: _MeasuredCodes) -> _MeasuredCodes:
        """Return the candidates of both."""
        return _MeasuredCodes(
            np.concatenate([self.codes, other.codes]),
            np.concatenate([self.images, other.images]),
            np.concatenate([self.ratio, other.ratio]),
            np.concatenate([self.entropy, other.entropy]),
            np.concatenate([self.merit, other.merit]),
        )


def _candidates(
    codec: Codec, codes: ArrayLike | None, count: int, draw: np.random.Generator
) -> NDArray[np.float32]:
    """Propose codes ``[count, d]``: between samples, near samples, and from a wide normal."""
    if codes is None or not np.size(codes):
        return draw.standard_normal((count, codec.latent_size)).astype(np.float32)
    finite = _finite(codes)
    third = -(-count // 3)
    a, b = finite[draw.integers(len(finite), size=(2, third))]
    between = a + (b - a) * draw.uniform(-0.2, 1.2, (third, 1))
    spread = finite.std(axis=0)
    noise = draw.standard_normal((2, third, finite.shape[1])) * spread
    about = finite[draw.integers(len(finite), size=third)] + 0.3 * noise[0]
    anywhere = finite.mean(axis=0) + 1.3 * noise[1]
    # The decoder has learnt nothing beyond the extent of the samples.
    low, high = finite.min(axis=0), finite.max(axis=0)
    margin = _MARGIN * (high - low)
    found = np.concatenate([between, about, anywhere])[:count]
    return np.asarray(np.clip(found, low - margin, high + margin), np.float32)


def _measured(
    codec: Codec,
    known: ReferenceSamples,
    codes: NDArray[np.float32],
    cancelled: IsCancelled | None,
    report: ReportShare | None,
) -> _MeasuredCodes:
    parts = []
    for batch in in_batches(len(codes), _BATCH, cancelled, report):
        rows = np.clip(np.nan_to_num(codec.decode(codes[batch])), 0.0, 1.0)
        ratio, entropy = novelty(known, rows, cancelled, codec).ratio, entropies(rows)
        parts.append((rows, ratio, entropy, _merit(codec, rows, entropy)))
    return _MeasuredCodes(codes, *(np.concatenate(column) for column in zip(*parts, strict=True)))


def _merit(
    codec: Codec, rows: NDArray[np.float32], entropy: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return certainty times reconstruction quality of each image, 0 to 1, ``[n]``.

    Both are relative to the pixels that differ from the majority: nearly empty images have certain
    pixels without merit.
    """
    on = (rows > THRESHOLD).sum(axis=1)
    seen = 2.0 * np.minimum(on, rows.shape[1] - on) + 1.0
    merit: NDArray[np.floating] = np.square(np.maximum(0.0, 1.0 - entropy * rows.shape[1] / seen))
    if codec.can_encode:
        gap = np.abs(np.nan_to_num(codec.reconstruct(rows)) - rows).sum(axis=1)
        merit = merit * np.maximum(0.0, 1.0 - gap / seen)
    return np.asarray(merit, np.float32)


def _diverse(
    tried: _MeasuredCodes, known: ReferenceSamples, n: int, cancelled: IsCancelled | None
) -> NDArray[np.int64]:
    """Return the indices of up to ``n`` good candidates that differ.

    The score of a candidate is scaled by its distance to the nearest chosen one, up to the distance
    of two samples drawn at random: few of many similar candidates are chosen.
    """
    images = tried.images
    if known.glyphs:
        images = (images > THRESHOLD).astype(np.float32)
    apart = max(1e-6, _usual_squares(known))
    scores, far = tried.scores, np.full(len(images), np.inf)
    chosen: list[int] = []
    while len(chosen) < n and scores.max() > 0.0:
        stop_if(cancelled)
        chosen.append(int(np.argmax(scores * np.minimum(1.0, far / apart))))
        squares = np.square(images - images[chosen[-1]]).sum(axis=1, dtype=np.float64)
        far = np.minimum(far, squares)
        # A candidate that looks like a chosen one adds nothing.
        scores = np.where(far > _SAME, scores, 0.0)
    return np.array(chosen, np.int64)


def _usual_squares(known: ReferenceSamples) -> float:
    """Return the median squared distance of pairs of samples drawn at random."""
    draw = np.random.default_rng(0)
    a, b = draw.integers(len(known.samples), size=(2, _PAIRS))
    squares = np.square(known.samples[a] - known.samples[b]).sum(axis=1, dtype=np.float64)
    return float(np.median(squares[squares > _SAME])) if (squares > _SAME).any() else 0.0


def _finite(codes: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(codes, np.float64)
    values = values[np.isfinite(values).all(axis=1)]
    if not len(values):
        raise AeguiError(tr("There are no codes of samples to draw from."))
    return np.asarray(values)
