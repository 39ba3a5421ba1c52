"""Statistics of codes: what each dimension carries, and what a penalty has done to all of them.

Variational codes spend their nats on few dimensions (Kingma and Welling 2013); sparse codes use few
of their units for a sample (Ng 2011; Makhzani and Frey 2013); contractive ones hardly move when the
input does (Rifai et al. 2011).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec

ACTIVE_SIZE = 0.1
"""A unit is active for a sample if its number is larger than this share of the code's largest."""
ACTIVE_VARIANCE = 0.01
"""A dimension is used if it varies more than this over the samples (Burda et al. 2016)."""
SAMPLES = 2000
"""So many samples are looked at where nothing else is said."""
JACOBIAN_WORK = 100_000_000_000
"""Multiplications that the Jacobian may take where nothing else is said: some seconds."""
FEWEST_JACOBIANS = 16
"""Samples at which it is taken however much work that is."""
BINS = 60
_CHUNK = 500
_JACOBIANS = 64
_SEED = 0x5EED_0007


@dataclass(frozen=True)
class CodeStatistics:
    """Statistics over the samples of a set, or some 2,000 of them.

    Attributes:
        samples: How many were looked at.
        units: Numbers per code.
        share_active: Share of the units that are active for a sample, on average.
        most_active: Most units that are not exactly zero in any code.
        mean_activation: Mean of all numbers of the codes.
        used_dimensions: Dimensions that vary over the samples.
        jacobian: Mean squared Frobenius norm of the encoder's Jacobian, exact at each sample.
        jacobian_samples: Samples, from all over them, that it is the mean of.
    """

    samples: int
    units: int
    share_active: float
    most_active: int
    mean_activation: float
    used_dimensions: int
    jacobian: float
    jacobian_samples: int


@dataclass(frozen=True, eq=False)
class DimensionFigures:
    """What each of the d dimensions of a code does over the samples of a set.

    A variational code is its mean here, as it is everywhere outside of training.

    Attributes:
        samples: How many were looked at.
        mean: float64 ``[d]``, mean activation.
        variance: float64 ``[d]``, over the samples.
        kl: float64 ``[d]``, mean KL from the prior N(0, 1) in nats, ``(m^2 + s^2 - 1 - log s^2) /
            2``; None for a plain code.
        counts: int64 ``[bins]``, how many of all finite numbers of the codes lie in each bin.
        edges: float64 ``[bins + 1]``, where the bins begin and end.
    """

    samples: int
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    kl: NDArray[np.float64] | None
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]

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
    cancelled: IsCancelled | None = None,
) -> CodeStatistics:
    """Look at the codes of ``dataset``.

    Args:
        codec: A model with an encoder.
        dataset: Images of its size.
        samples: Look at so many at most, drawn at random but always the same.
        work: Multiplications that the Jacobian may take: it is taken at as many of the samples as
            that allows, 16 at least.
        cancelled: Asked now and then whether to stop.

    Raises:
        AeguiError: The model has no encoder, or takes images of another size.
        Cancelled: ``cancelled`` asked for it.
    """
    generator = np.random.default_rng(_SEED)
    rows = _some_rows(dataset, samples, generator)
    codes = codec.encode(rows)
    largest = np.abs(codes).max(axis=1, keepdims=True)
    active = np.abs(codes) > ACTIVE_SIZE * np.maximum(largest, 1e-12)
    looked_at = _spread_out(rows, max(FEWEST_JACOBIANS, work // _jacobian_cost(codec)))
    return CodeStatistics(
        samples=len(rows),
        units=codes.shape[1],
        share_active=float(active.mean()),
        most_active=int(np.count_nonzero(codes, axis=1).max()),
        mean_activation=float(codes.mean(dtype=np.float64)),
        used_dimensions=int(
            np.count_nonzero(codes.var(axis=0, dtype=np.float64) > ACTIVE_VARIANCE)
        ),
        jacobian=_jacobian(codec, looked_at, cancelled),
        jacobian_samples=len(looked_at),
    )


def dimension_figures(
    codec: Codec,
    dataset: Dataset,
    *,
    samples: int | None = None,
    cancelled: IsCancelled | None = None,
) -> DimensionFigures:
    """Look at every dimension of the codes of ``dataset``.

    Args:
        codec: A model with an encoder.
        dataset: Images of its size.
        samples: Look at so many at most, those of ``code_statistics``; None for all.
        cancelled: Asked now and then whether to stop.

    Raises:
        AeguiError: The model has no encoder, or takes images of another size.
        Cancelled: ``cancelled`` asked for it.
    """
    rows = _some_rows(dataset, samples or len(dataset), np.random.default_rng(_SEED))
    codes = np.empty((len(rows), codec.latent_size), np.float32)
    nats: NDArray[np.float64] | None = None
    for batch in in_batches(len(rows), _CHUNK, cancelled):
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
    """KL of N(mean, variance) from N(0, 1) in nats, number by number as they stand in both."""
    wide, narrow = mean.astype(np.float64), log_variance.astype(np.float64)
    return np.asarray(0.5 * (np.square(wide) + np.exp(narrow) - 1 - narrow))


def _some_rows(dataset: Dataset, most: int, generator: np.random.Generator) -> NDArray[np.float32]:
    rows = dataset.flat()
    if len(rows) <= most:
        return rows
    return rows[np.sort(generator.choice(len(rows), most, replace=False))]


def _spread_out(rows: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """At most so many of ``rows``, from all over: sets are often sorted by class."""
    if len(rows) <= most:
        return rows
    chosen: NDArray[np.float32] = rows[np.linspace(0, len(rows) - 1, most).astype(int)]
    return chosen


def _jacobian_cost(codec: Codec) -> int:
    """Multiplications for one sample: a pass back for each number of the code that moves."""
    encoding = sum(layer.cost for layer in codec.layers[: codec.code_end])
    return max(1, encoding * (1 + codec.moving_units))


def _jacobian(codec: Codec, rows: NDArray[np.float32], cancelled: IsCancelled | None) -> float:
    batches = in_batches(len(rows), _JACOBIANS, cancelled)
    return sum(float(codec.jacobian_squares(rows[batch]).sum()) for batch in batches) / len(rows)


def _histogram(codes: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    finite = codes[np.isfinite(codes)].astype(np.float64)
    counts, edges = np.histogram(finite, BINS, _range(finite))
    return counts.astype(np.int64), edges.astype(np.float64)


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    """What the bins span; wide enough to be divided where all values are the same."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    least = max(1e-6, 1e-3 * max(abs(low), abs(high)))
    middle = (low + high) / 2
    return min(low, middle - least), max(high, middle + least)
