"""Statistics of codes: information of each dimension, effect of penalties on all of them.

Variational codes spend their nats on few dimensions (Kingma and Welling 2013); sparse codes use few
of their units for a sample (Ng 2011; Makhzani and Frey 2013); contractive ones hardly change when
the input does (Rifai et al. 2011).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches
from aegui.core.light_dataclass import dataclass
from aegui.core.network.layers import PIECE_COST, rows_in_a_piece
from aegui.core.seeds import CODE_STATISTICS_SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.codec import Codec

ACTIVE_SIZE = 0.1
"""A unit is active for a sample if its value exceeds this share of the code's largest."""
ACTIVE_VARIANCE = 0.01
"""A dimension is used if its variance over the samples exceeds this (Burda et al. 2016)."""
SAMPLES = 2000
"""Default for the most samples to measure."""
JACOBIAN_WORK = 100_000_000_000
"""Default for the multiplications that the Jacobian may take: some seconds."""
FEWEST_JACOBIANS = 16
"""Fewest samples at which the Jacobian is computed, whatever its cost."""
BINS = 60
_CHUNK = 500
_JACOBIANS = 64
_JACOBIAN_SLOWNESS = 6
"""Time of the Jacobian of a convolution over that of as many multiplications of a plain pass."""


@dataclass(frozen=True)
class CodeStatistics:
    """Statistics over the samples of a set, by default at most 2,000 of them."""

    samples: int
    """Number of samples measured."""
    units: int
    """Numbers per code."""
    share_active: float
    """Mean share of the units that are active for a sample."""
    most_active: int
    """Largest number of units of a code that are not exactly zero."""
    mean_activation: float
    """Mean of all numbers of the codes."""
    used_dimensions: int
    """Number of dimensions that vary over the samples."""
    jacobian: float
    """Mean squared Frobenius norm of the encoder's Jacobian, exact at each sample."""
    jacobian_samples: int
    """Number of samples, spread over the set, of which it is the mean."""


@dataclass(frozen=True, eq=False)
class DimensionFigures:
    """Distribution of each of the d dimensions of a code over the samples of a set.

    A variational code is represented by its mean, as everywhere outside of training.
    """

    samples: int
    """Number of samples measured."""
    mean: NDArray[np.float64]
    """float64 ``[d]``, mean activation."""
    variance: NDArray[np.float64]
    """float64 ``[d]``, over the samples."""
    kl: NDArray[np.float64] | None
    """float64 ``[d]``, mean KL from the prior N(0, 1) in nats, ``(m^2 + s^2 - 1 - log s^2) / 2``;
    None for a plain code."""
    counts: NDArray[np.int64]
    """int64 ``[bins]``, histogram of all finite numbers of the codes."""
    edges: NDArray[np.float64]
    """float64 ``[bins + 1]``, edges of the bins."""

    @property
    def size(self) -> int:
        """Numbers per code, d."""
        return len(self.mean)

    @property
    def used(self) -> NDArray[np.bool_]:
        """Whether each dimension varies over the samples, ``[d]`` (Burda et al. 2016)."""
        return np.asarray(self.variance > ACTIVE_VARIANCE)


def code_statistics(
    codec: Codec,
    dataset: Dataset,
    *,
    samples: int = SAMPLES,
    work: int = JACOBIAN_WORK,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> CodeStatistics:
    """Compute the statistics of the codes of ``dataset``.

    Args:
        codec: A model with an encoder.
        dataset: Images of its size.
        samples: Most samples to measure, drawn by a fixed seed.
        work: Multiplications that the Jacobian may take: it limits the number of samples at which
            the Jacobian is computed, to 16 at least.
        report: Called with the share of the Jacobians that is computed: they take longest.
        cancelled: Polled for cancellation.

    Raises:
        AeguiError: The model has no encoder, or takes images of another size.
        Cancelled: ``cancelled`` returned True.
    """
    generator = np.random.default_rng(CODE_STATISTICS_SEED)
    rows = _some_rows(dataset, samples, generator)
    encoder = codec.layers[: codec.code_end]
    pieces = in_batches(len(rows), rows_in_a_piece(encoder, len(rows)), cancelled)
    codes = np.concatenate([codec.encode(rows[piece]) for piece in pieces])
    largest = np.abs(codes).max(axis=1, keepdims=True)
    active = np.abs(codes) > ACTIVE_SIZE * np.maximum(largest, 1e-12)
    looked_at = _spread_out(rows, jacobian_samples(codec, len(rows), work))
    return CodeStatistics(
        samples=len(rows),
        units=codes.shape[1],
        share_active=float(active.mean()),
        most_active=int(np.count_nonzero(codes, axis=1).max()),
        mean_activation=float(codes.mean(dtype=np.float64)),
        used_dimensions=int(
            np.count_nonzero(codes.var(axis=0, dtype=np.float64) > ACTIVE_VARIANCE)
        ),
        jacobian=_jacobian(codec, looked_at, report, cancelled),
        jacobian_samples=len(looked_at),
    )


def jacobian_samples(codec: Codec, samples: int, work: int = JACOBIAN_WORK) -> int:
    """Return at how many of ``samples`` codes ``code_statistics`` computes the Jacobian."""
    return min(samples, max(FEWEST_JACOBIANS, work // _jacobian_cost(codec)))


def jacobians_in_a_piece(codec: Codec) -> int:
    """Return how many Jacobians are computed between two checks for cancellation."""
    return max(1, min(_JACOBIANS, PIECE_COST // (_JACOBIAN_SLOWNESS * _jacobian_cost(codec))))


def dimension_figures(
    codec: Codec,
    dataset: Dataset,
    *,
    samples: int | None = None,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> DimensionFigures:
    """Compute the figures of every dimension of the codes of ``dataset``.

    Args:
        codec: A model with an encoder.
        dataset: Images of its size.
        samples: Most samples to measure, the same as in ``code_statistics``; None for all.
        report: Called with the share of the samples that is encoded.
        cancelled: Polled for cancellation.

    Raises:
        AeguiError: The model has no encoder, or takes images of another size.
        Cancelled: ``cancelled`` returned True.
    """
    rows = _some_rows(dataset, samples or len(dataset), np.random.default_rng(CODE_STATISTICS_SEED))
    codes = np.empty((len(rows), codec.latent_size), np.float32)
    nats: NDArray[np.float64] | None = None
    size = rows_in_a_piece(codec.layers[: codec.code_end], _CHUNK)
    for batch in in_batches(len(rows), size, cancelled, report):
        mean, log_variance = codec.encode_distribution(rows[batch])
        codes[batch] = mean
        if log_variance is not None:
            part = divergences(mean, log_variance).sum(axis=0)
            nats = part if nats is None else nats + part
    counts, edges = _histogram(codes)
    return DimensionFigures(
        samples=len(rows),
        mean=codes.mean(axis=0, dtype=np.float64),
        variance=codes.var(axis=0, dtype=np.float64),
        kl=None if nats is None else nats / len(rows),
        counts=counts,
        edges=edges,
    )


def divergences(
    mean: NDArray[np.float32], log_variance: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the elementwise KL of N(mean, variance) from N(0, 1) in nats."""
    mean64, log_variance64 = mean.astype(np.float64), log_variance.astype(np.float64)
    return np.asarray(0.5 * (np.square(mean64) + np.exp(log_variance64) - 1 - log_variance64))


def _some_rows(dataset: Dataset, most: int, generator: np.random.Generator) -> NDArray[np.float32]:
    rows = dataset.flat()
    if len(rows) <= most:
        return rows
    return rows[np.sort(generator.choice(len(rows), most, replace=False))]


def _spread_out(rows: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """Return at most ``most`` of ``rows``, evenly spread: sets are often sorted by class."""
    if len(rows) <= most:
        return rows
    chosen: NDArray[np.float32] = rows[np.linspace(0, len(rows) - 1, most).astype(int)]
    return chosen


def _jacobian_cost(codec: Codec) -> int:
    """Return the multiplications per sample: a backward pass for each number of the code."""
    encoding = sum(layer.cost for layer in codec.layers[: codec.code_end])
    return max(1, encoding * (1 + codec.moving_units))


def _jacobian(
    codec: Codec,
    rows: NDArray[np.float32],
    report: ReportShare | None,
    cancelled: IsCancelled | None,
) -> float:
    batches = in_batches(len(rows), jacobians_in_a_piece(codec), cancelled, report)
    return sum(float(codec.jacobian_squares(rows[batch]).sum()) for batch in batches) / len(rows)


def _histogram(codes: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    finite = codes[np.isfinite(codes)].astype(np.float64)
    counts, edges = np.histogram(finite, BINS, _range(finite))
    return counts.astype(np.int64), edges.astype(np.float64)


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the range of the bins, widened if all values are equal."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    least = max(1e-6, 1e-3 * max(abs(low), abs(high)))
    middle = (low + high) / 2
    return min(low, middle - least), max(high, middle + least)
