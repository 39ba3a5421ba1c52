"""Longer looks at a network's answers: which characters it mixes up, and what is an outlier to it.

Pure functions, made for ``Derived``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aegui.core.data.builtin import BUILTIN_SETS, download_key
from aegui.core.data.load import load_data
from aegui.core.errors import AeguiError
from aegui.core.evaluation.confusions import MOST_COMPARED, confusable_pairs, confusions
from aegui.core.evaluation.outliers import outlier_bench
from aegui.core.i18n import tr
from aegui.core.recipe import MIN_IMAGE, DataSpec, ImageSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.evaluation.outliers import OutlierBench
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec

    Shape = tuple[int, int, int]

MOST_PAIRS = 40
"""Pairs that are listed."""
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
class MixUp:
    """Two characters that noise makes alike, or that the network takes for each other.

    Attributes:
        first: Place of the one in the set.
        second: Place of the other.
        distance: Pixels in which they differ.
        alike: How often somebody who knows that it is one of the two is wrong; 0.5 is guessing.
        model: Share of the draws of either that the network takes for the other.
        best: The same of the likeliest character.
        is_mixed: Whether the network does so clearly more often than is unavoidable.
    """

    first: int
    second: int
    distance: int
    alike: float
    model: float
    best: float
    is_mixed: bool


@dataclass(frozen=True, eq=False)
class MixUps:
    """The pairs of a set.

    Attributes:
        dataset: The set.
        name: Name of the network.
        spec: The noise.
        draws: Draws of each character.
        pairs: Those that the network mixes up most often first, then the hardest.
    """

    dataset: Dataset
    name: str
    spec: CorruptionSpec
    draws: int
    pairs: tuple[MixUp, ...]


def mix_ups(
    codec: Codec,
    name: str,
    dataset: Dataset,
    spec: CorruptionSpec,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> MixUps:
    """Which characters of ``dataset`` are hard to tell apart, and which ``codec`` mixes up.

    Raises:
        AeguiError: The set has grey pixels or too many characters.
        Cancelled: ``cancelled`` said so.
    """
    found = confusions(codec, dataset, spec, report=report, cancelled=cancelled)
    every = len(dataset) * (len(dataset) - 1) // 2
    alike = {(pair.first, pair.second): pair for pair in confusable_pairs(dataset, spec, every)}
    pairs = [
        MixUp(
            pair.first,
            pair.second,
            pair.distance,
            alike[pair.first, pair.second].chance,
            pair.model,
            pair.best,
            pair.is_mixed,
        )
        for pair in found.pairs(every)
    ]
    pairs.sort(key=lambda pair: (-pair.model, -pair.alike))
    listed = pairs[:MOST_PAIRS]
    known = {(pair.first, pair.second) for pair in listed}
    hardest = [pair for key, pair in alike.items() if key not in known][: MOST_PAIRS // 4]
    shares = {(pair.first, pair.second): pair for pair in pairs}
    for pair in hardest:
        told = shares.get((pair.first, pair.second))
        listed.append(
            told or MixUp(pair.first, pair.second, pair.distance, pair.chance, 0.0, 0.0, False)
        )
    return MixUps(dataset, name, spec, found.draws, tuple(listed))


def why_no_mix_ups(codec: Codec | None, dataset: Dataset, *, glyphs: bool) -> str:
    """Why the pairs of a set cannot be compared; empty where they can."""
    if codec is None:
        return tr("Train a network or open one to see which characters it mixes up.")
    if not codec.can_encode:
        return tr("A GAN has no encoder: it makes images from codes, and cannot answer a drawing.")
    if not glyphs:
        return tr(
            "Pairs are compared in sets of black and white characters only: of those it is known "
            "exactly what noise makes of them. Which classes of other images are mixed up is told "
            "by the panel “Classifier”, of a network that has learnt them."
        )
    if codec.image_shape != dataset.image_shape:
        return tr("The images of this set do not fit the network.")
    if len(dataset) > MOST_COMPARED:
        return tr(
            "{name} has {count:,} characters; at most {most:,} are compared pair by pair. "
            "Choose fewer of them.",
            name=dataset.name,
            count=len(dataset),
            most=MOST_COMPARED,
        )
    return ""


# Outliers


def other_sets(shape: Shape) -> tuple[str, ...]:
    """Keys of the built-in sets that are on this computer and have images of ``shape``."""
    found = [key for key, own in _SHAPES.items() if own == shape and download_key(key) is None]
    if min(shape[1:]) >= MIN_IMAGE:
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
    """Errors of the samples of ``inside``, and of those of the set ``source`` names ("": none).

    Of the own samples those at ``held_out`` only, where there are any: what was learnt is drawn
    better than unseen samples of the same kind, and would make others look more unusual.

    Raises:
        AeguiError: The other set cannot be read, or has images of another size.
        Cancelled: ``cancelled`` said so.
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
    own = inside if held_out is None else inside.subset(held_out)
    return outlier_bench(codec, own, outside, report, cancelled)


def _read(
    source: str, shape: Shape, report: Report | None, cancelled: IsCancelled | None
) -> Dataset:
    channels, height, width = shape
    images = ImageSpec()
    if min(height, width) >= MIN_IMAGE:
        images = ImageSpec.model_validate({"height": height, "width": width, "channels": channels})
    return load_data(DataSpec(source=source, images=images), report, cancelled)
