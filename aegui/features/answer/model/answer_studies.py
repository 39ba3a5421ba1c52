"""Longer studies of a network's answers: confused characters and outliers.

Pure functions, for use with ``Derived``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.builtin import BUILTIN_SETS, download_key
from aegui.core.data.load import load_data
from aegui.core.errors import AeguiError
from aegui.core.evaluation.confusions import (
    MixedPair,
    confusable_pairs,
    confusions,
    why_too_many,
)
from aegui.core.evaluation.outliers import outlier_bench
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import MIN_PICTURE, DataSpec, ImageSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.evaluation.outliers import OutlierBench
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec

    Shape = tuple[int, int, int]

MAX_PAIRS = 40
"""Maximum number of listed pairs."""
_SHAPES: dict[str, Shape] = {
    "symbols": (1, 7, 5),
    "uppercase": (1, 7, 5),
    "lowercase": (1, 7, 5),
    "letters": (1, 7, 5),
    "digits": (1, 8, 8),
    "mnist": (1, 28, 28),
    "mnist-test": (1, 28, 28),
    "fashion": (1, 28, 28),
    "fashion-test": (1, 28, 28),
}


@dataclass(frozen=True)
class MixUp(MixedPair):
    """Two characters that noise makes similar, or that the network confuses."""

    alike: float
    """Error rate of the best decision between the two; 0.5 is guessing."""


@dataclass(frozen=True, eq=False)
class MixUps:
    """The pairs of a set."""

    dataset: Dataset
    """The set."""
    name: str
    """Name of the network."""
    spec: CorruptionSpec
    """The noise."""
    draws: int
    """Draws of each character."""
    pairs: tuple[MixUp, ...]
    """Those the network confuses most often first, then the hardest others."""


def mix_ups(
    codec: Codec,
    name: str,
    dataset: Dataset,
    spec: CorruptionSpec,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> MixUps:
    """Return which characters of ``dataset`` are hard to tell apart or confused by ``codec``.

    Raises:
        AeguiError: The set has grey pixels or too many characters.
        Cancelled: ``cancelled`` returned True.
    """
    found = confusions(codec, dataset, spec, report=report, cancelled=cancelled)
    every = len(dataset) * (len(dataset) - 1) // 2
    hard = confusable_pairs(dataset, spec, every, cancelled)
    alike = {(pair.first, pair.second): pair for pair in hard}
    pairs = [
        MixUp(**vars(pair), alike=alike[pair.first, pair.second].chance)
        for pair in found.pairs(every)
    ]
    pairs.sort(key=lambda pair: (-pair.model, -pair.alike))
    listed = pairs[:MAX_PAIRS]
    known = {(pair.first, pair.second) for pair in listed}
    hardest = [pair for key, pair in alike.items() if key not in known][: MAX_PAIRS // 4]
    shares = {(pair.first, pair.second): pair for pair in pairs}
    for pair in hardest:
        share = shares.get((pair.first, pair.second))
        listed.append(
            share or MixUp(pair.first, pair.second, pair.distance, 0.0, 0.0, False, pair.chance)
        )
    return MixUps(dataset, name, spec, found.draws, tuple(listed))


def why_no_mix_ups(codec: Codec | None, dataset: Dataset, *, glyphs: bool) -> str:
    """Return why the pairs of a set cannot be compared; empty if they can."""
    if codec is None:
        return tr("Train a network or open one to see which characters it confuses.")
    if not codec.can_encode:
        return tr("A GAN has no encoder: it makes images from codes, and cannot answer a drawing.")
    if not glyphs:
        return tr(
            "Pairs are compared only in sets of black and white characters, for which the effect "
            "of noise is known exactly. For other images the panel “Classifier” shows which "
            "classes a trained classifier confuses."
        )
    if codec.image_shape != dataset.image_shape:
        return tr("The images of this set do not fit the network.")
    return why_too_many(dataset)


# Outliers


def other_sets(shape: Shape) -> tuple[str, ...]:
    """Return keys of the built-in sets that need no download and have images of ``shape``."""
    found = [
        key
        for key, set_shape in _SHAPES.items()
        if set_shape == shape and download_key(key) is None
    ]
    if min(shape[1:]) >= MIN_PICTURE:
        found.append("emoji")
    return tuple(key for key in BUILTIN_SETS if key in found)


def measured_outliers(
    codec: Codec,
    inside: Dataset,
    source: str,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
    held_out: NDArray[np.int64] | None = None,
) -> OutlierBench:
    """Return the errors of ``inside``, and of the set that ``source`` names ("" for none).

    Of ``inside`` only the samples at ``held_out`` are measured, if given: training samples have
    smaller errors than unseen ones and would make others look more unusual.

    Raises:
        AeguiError: The other set cannot be read, or has images of another size.
        Cancelled: ``cancelled`` returned True.
    """
    outside = _read(source, inside.image_shape, report, cancelled) if source else None
    if outside is not None and outside.image_shape != inside.image_shape:
        raise AeguiError(
            tr(
                "{name} has images of {theirs} pixels, this set has images of {ours}: choose one "
                "of the same size.",
                name=outside.name,
                theirs="×".join(map(str, outside.image_shape)),
                ours="×".join(map(str, inside.image_shape)),
            )
        )
    tested = inside if held_out is None else inside.subset(held_out)
    return outlier_bench(codec, tested, outside, report, cancelled)


def _read(
    source: str, shape: Shape, report: Report | None, cancelled: IsCancelled | None
) -> Dataset:
    channels, height, width = shape
    images = ImageSpec()
    if min(height, width) >= MIN_PICTURE:
        images = ImageSpec.model_validate({"height": height, "width": width, "channels": channels})
    return load_data(DataSpec(source=source, images=images), report, cancelled)
