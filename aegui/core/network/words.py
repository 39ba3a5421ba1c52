"""The network in words: ``35-25-10-2-10-25-35``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr, trn
from aegui.core.training.length import BATCH, is_one_large_batch

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.network.plan import Place, Plan
    from aegui.core.recipe import Recipe

_MOST_SIZES = 13
_KEPT_SIZES = 4
_MOST_CHARACTERS = 40
"""Of a chain with images, whose sizes are long words."""
_LANDMARKS = {"input", "code", "output"}


def architecture(plan: Plan) -> str:
    """Sizes from the input to the output; of long chains the ends and the number of layers.

    Layers that leave the shape as it is are left out.
    """
    counted = [place for place in plan.places if _counts(place)]
    sizes = [_size(place) for place in counted]
    whole = "-".join(sizes)
    if "×" not in whole:
        if len(sizes) <= _MOST_SIZES:
            return whole
        short = "-".join([*sizes[:_KEPT_SIZES], "…", *sizes[-_KEPT_SIZES:]])
    elif len(whole) <= _MOST_CHARACTERS:
        return whole
    else:
        short = "-…-".join(_size(place) for place in counted if place.part in _LANDMARKS)
    return tr("{sizes} ({n} layers)", sizes=short, n=len(sizes))


def _size(place: Place) -> str:
    # As set-up lines have them: 784-1000-500 is read as one word.
    return "?" if place.output_shape is None else "×".join(map(str, place.output_shape))


def _counts(place: Place) -> bool:
    """Whether a layer is named; those that leave the shape as it is are not."""
    if place.part not in {"encoder", "decoder"} or place.input_shape != place.output_shape:
        return True
    return place.kind not in {"batch_norm", "layer_norm", "dropout", "mirrored"}


def breakable(sizes: str) -> str:
    """``sizes`` with places where a label may begin a new line."""
    return sizes.replace("-", "-\u200b")


def data_words(dataset: Dataset) -> str:
    """Size of the images and their number: ``5 × 7, 32 samples``."""
    channels, height, width = dataset.image_shape
    size = f"{width} × {height}" if channels == 1 else f"{width} × {height} × {channels}"
    return trn("{size}, {n:,} sample", "{size}, {n:,} samples", len(dataset), size=size)


def count_words(dataset: Dataset) -> str:
    """The number of samples: ``32 samples``."""
    return trn("{n:,} sample", "{n:,} samples", len(dataset))


def large_batch_words(recipe: Recipe, samples: int) -> str:
    """What is unwise about a batch of all ``samples``; empty where they are few, or in batches."""
    if not is_one_large_batch(recipe, samples):
        return ""
    return tr(
        "All {n:,} samples are one batch: an epoch is a single slow step. Batches of {batch:,} "
        "learn sooner.",
        n=samples,
        batch=BATCH,
    )
