"""Outliers by their reconstruction error: what a network has not learnt it draws badly."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import BUILTIN_SETS, load_builtin
from aegui.core.data.progress import Progress, images_read
from aegui.core.evaluation.fitting import refuse_other_size
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec

_NUMBERS = 1 << 22
"""Numbers of the images that are looked at together."""
_STRANGERS = "letters"
"""All characters: those of them that were not learnt are strangers."""
_USUAL = 0.95
"""Share of the set's own samples that the first threshold lets pass."""


@dataclass(frozen=True, eq=False)
class Roc:
    """What every threshold would take for outliers (a receiver operating characteristic)."""

    thresholds: NDArray[np.float64]
    """From infinity down, float64 ``[k]``: an error above it is an outlier."""
    false_share: NDArray[np.float64]
    """Share of the set's own samples beyond each, rising from 0 to 1."""
    true_share: NDArray[np.float64]
    """The same of the others."""


@dataclass(frozen=True, eq=False)
class OutlierBench:
    """Errors of the samples that a network was made for, and of others."""

    inside: NDArray[np.float64]
    """Of its own set, float64 ``[n]``."""
    outside: NDArray[np.float64] | None = None
    """Of another one, float64 ``[m]``; None without."""

    @property
    def threshold(self) -> float:
        """One that lets 95% of the set's own samples pass."""
        return float(np.quantile(self.inside, _USUAL))

    def place(self, error: float) -> float:
        """The share of the set's own samples with a smaller error."""
        return float((self.inside < error).mean())

    def shares(self, threshold: float) -> tuple[float, float | None]:
        """The share of the set's own samples, and of the others, beyond a threshold."""
        others = None if self.outside is None else float((self.outside > threshold).mean())
        return float((self.inside > threshold).mean()), others

    @cached_property
    def auc(self) -> float | None:
        """How likely one of the others has a larger error than one of the set's own, ties half.

        That is the area under the curve (Hanley and McNeil 1982); 0.5 tells nothing.
        """
        if self.outside is None:
            return None
        inside = np.sort(self.inside)
        below = np.searchsorted(inside, self.outside, "left")
        up_to = np.searchsorted(inside, self.outside, "right")
        return float((below + up_to).mean() / (2 * len(inside)))

    @cached_property
    def roc(self) -> Roc | None:
        """The receiver operating characteristic; None where there is no other set."""
        if self.outside is None:
            return None
        thresholds = np.unique(np.concatenate([self.inside, self.outside]))[::-1]
        thresholds = np.concatenate([[np.inf], thresholds, [-np.inf]])
        shares = [
            (len(errors) - np.searchsorted(np.sort(errors), thresholds, "right")) / len(errors)
            for errors in (self.inside, self.outside)
        ]
        return Roc(thresholds, shares[0], shares[1])


def reconstruction_errors(codec: Codec, images: ArrayLike) -> NDArray[np.float64]:
    """The squared error of each image ``[n, D]``, summed over its pixels, float64 ``[n]``.

    Raises:
        AeguiError: The network takes images of another size, or has no encoder.
    """
    rows = np.asarray(images, np.float32)
    rows = rows.reshape(-1, codec.pixels) if rows.size % codec.pixels == 0 else rows
    return squared_errors(codec.reconstruct(rows), rows)


def squared_errors(output: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the squared error of each row ``[n, D]``, summed over its pixels, float64 ``[n]``.

    Errors of a diverged network, infinite or NaN, are the largest finite number.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        miss = output - rows
        errors = np.einsum("ij,ij->i", miss, miss, dtype=np.float64)
    most = float(np.finfo(np.float64).max)
    return np.asarray(np.nan_to_num(errors, nan=most, posinf=most))


def outlier_bench(
    codec: Codec,
    inside: Dataset,
    outside: Dataset | None = None,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> OutlierBench:
    """The errors of a network's own samples, and of those of another set.

    Raises:
        AeguiError: A set has images of another size, or there is no encoder.
        Cancelled: ``cancelled`` said so.
    """
    sets = [inside] if outside is None else [inside, outside]
    for dataset in sets:
        refuse_other_size(codec, dataset)
    progress = Progress(sum(map(len, sets)), images_read, report, cancelled)
    found, done = [], 0
    for dataset in sets:
        errors, flat = [], dataset.flat()
        rows = max(1, _NUMBERS // dataset.pixels)
        for at in range(0, len(flat), rows):
            progress.reached(done)
            errors.append(reconstruction_errors(codec, flat[at : at + rows]))
            done += len(errors[-1])
        found.append(np.concatenate(errors))
    progress.reached(done)
    return OutlierBench(found[0], found[1] if len(found) > 1 else None)


def outlier_auc(codec: Codec, dataset: Dataset) -> float | None:
    """How often a character that is not in ``dataset`` has a larger error than one that is.

    None where there is none: for other images than characters, and for all characters.
    """
    if dataset.image_shape != BUILTIN_SETS[_STRANGERS].shape or not codec.can_encode:
        return None
    known = set(dataset.labels)
    others = load_builtin(_STRANGERS)
    strange = [index for index, label in enumerate(others.labels) if label not in known]
    return outlier_bench(codec, dataset, others.subset(strange)).auc if strange else None
