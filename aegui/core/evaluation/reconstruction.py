"""Reconstruction error of a model on a set, in the units of the literature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches
from aegui.core.evaluation.codes import divergences
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.light_dataclass import dataclass
from aegui.core.network.layers import rows_in_a_piece
from aegui.core.training.losses import LOSSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.codec import Codec

_ROWS, _NUMBERS = 4096, 1 << 22
"""Most samples of a batch, and most numbers of it: of large images fewer samples."""
_ENTROPY = LOSSES["bce"]


@dataclass(frozen=True)
class ReconstructionFigures:
    """Means over the samples of a set."""

    samples: int
    """Number of samples."""
    squared_error: float
    """Sum over the pixels of the squared error, of the code (or its mean)."""
    mse: float
    """The same per pixel."""
    sharpness: float | None
    """``gradient_energy`` of the answers over that of the samples: below 1 they are blurred; None
    if the samples have no edges."""
    cross_entropy: float | None
    """Binary cross-entropy summed over the pixels, of the code (or its mean), nats; None if the
    output leaves 0..1."""
    drawn_cross_entropy: float | None
    """The same of one drawn code; None for a plain code, or if its output leaves 0..1."""
    kl: float | None
    """KL of the code from the prior, nats; None for a plain code."""
    bound: float | None
    """Negative evidence bound, nats: ``drawn_cross_entropy + kl``; None without these."""


def reconstruction_figures(
    codec: Codec,
    dataset: Dataset,
    seed: int = 0,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> ReconstructionFigures:
    """Reconstruct all of ``dataset`` and measure the errors; ``seed`` draws the codes of the bound.

    Raises:
        AeguiError: The model has no encoder, or takes images of another size.
        Cancelled: ``cancelled``, polled between batches, returned True.
    """
    flat = dataset.flat()
    generator = np.random.default_rng(seed)
    totals, edges = np.zeros(4), np.zeros(2)
    inside = drawn_inside = True
    gaussian = False
    for batch in _batches(codec, flat, report, cancelled):
        rows = flat[batch]
        mean, log_variance = codec.encode_distribution(rows)
        output = codec.decode(mean)
        inside = inside and _is_inside(output)
        totals[0] += float(np.square(output - rows).sum(dtype=np.float64))
        both = (each.reshape(-1, *dataset.image_shape) for each in (output, rows))
        edges += [gradient_energy(each) for each in both]
        totals[1] += _cross_entropy(rows, output) if inside else 0.0
        if log_variance is not None:
            gaussian = True
            noise = generator.standard_normal(mean.shape, dtype=np.float32)
            drawn = codec.decode(mean + np.exp(log_variance / 2) * noise)
            totals[2] += divergences(mean, log_variance).sum()
            drawn_inside = drawn_inside and _is_inside(drawn)
            totals[3] += _cross_entropy(rows, drawn) if drawn_inside else 0.0
    error, entropy, kl, drawn_entropy = totals / len(flat)
    return ReconstructionFigures(
        samples=len(flat),
        squared_error=float(error),
        mse=float(error) / dataset.pixels,
        sharpness=float(edges[0] / edges[1]) if edges[1] > 0 else None,
        cross_entropy=float(entropy) if inside else None,
        drawn_cross_entropy=float(drawn_entropy) if gaussian and drawn_inside else None,
        kl=float(kl) if gaussian else None,
        bound=float(drawn_entropy + kl) if gaussian and drawn_inside else None,
    )


def gradient_energy(images: NDArray[np.float32]) -> float:
    """Return the squared differences between neighbouring pixels, summed over ``[N, C, H, W]``."""
    steps = (np.diff(images, axis=axis) for axis in (2, 3))
    return sum(float(np.square(step).sum(dtype=np.float64)) for step in steps)


def wrong_of_all(
    codec: Codec,
    dataset: Dataset,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> NDArray[np.int64]:
    """Return the wrong pixels of the answer to each clean sample, int64 ``[N]``.

    Raises:
        AeguiError: The model has no encoder, or takes images of another size.
        Cancelled: ``cancelled``, polled between batches, returned True.
    """
    flat = dataset.flat()
    wrong = np.empty(len(flat), np.int64)
    for batch in _batches(codec, flat, report, cancelled):
        wrong[batch] = wrong_pixels(flat[batch], codec.reconstruct(flat[batch]))
    return wrong


def reconstructed(
    codec: Codec,
    rows: NDArray[np.float32],
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> NDArray[np.float32]:
    """Return the reconstructions ``[n, pixels]`` of ``rows``, as ``codec.reconstruct`` does.

    Raises:
        AeguiError: The model has no encoder, or takes images of another size.
        Cancelled: ``cancelled``, polled between batches, returned True.
    """
    batches = _batches(codec, rows, report, cancelled)
    return np.concatenate([codec.reconstruct(rows[batch]) for batch in batches])


def _batches(
    codec: Codec,
    flat: NDArray[np.float32],
    report: ReportShare | None,
    cancelled: IsCancelled | None,
) -> Iterator[slice]:
    most = rows_in_a_piece(codec.layers, min(_ROWS, _NUMBERS // flat.shape[1]))
    return in_batches(len(flat), most, cancelled, report)


def _is_inside(output: NDArray[np.float32]) -> bool:
    return bool(output.min() >= 0.0 and output.max() <= 1.0)


def _cross_entropy(target: NDArray[np.float32], output: NDArray[np.float32]) -> float:
    """Return the cross-entropy as in training: clamped to 100 nats per pixel."""
    with np.errstate(divide="ignore"):
        each = _ENTROPY.each(output, target, 0.0)
    return float(each.sum(dtype=np.float64))
