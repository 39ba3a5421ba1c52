"""The network as text: ``35-25-10-2-10-25-35``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr, trn
from aegui.core.training.length import BATCH, is_one_large_batch

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.network.plan import Plan, PlannedLayer
    from aegui.core.recipe import Recipe

_MAX_SIZES = 13
_SHOWN_SIZES = 4
_MAX_CHARACTERS = 40
"""Longest text of a chain with images, whose sizes are long."""
_LANDMARKS = {"input", "code", "output"}


def architecture(plan: Plan) -> str:
    """Return the sizes from input to output; for long chains the ends and the number of layers.

    Layers that do not change the shape are left out.
    """
    counted = [planned for planned in plan.layers if _counts(planned)]
    sizes = [_size(planned) for planned in counted]
    full = "-".join(sizes)
    if "×" not in full:
        if len(sizes) <= _MAX_SIZES:
            return full
        short = "-".join([*sizes[:_SHOWN_SIZES], "…", *sizes[-_SHOWN_SIZES:]])
    elif len(full) <= _MAX_CHARACTERS:
        return full
    else:
        short = "-…-".join(_size(planned) for planned in counted if planned.part in _LANDMARKS)
    return tr("{sizes} ({n} layers)", sizes=short, n=len(sizes))


def _size(planned: PlannedLayer) -> str:
    # As in set-up lines: 784-1000-500 is read as one word.
    return "?" if planned.output_shape is None else "×".join(map(str, planned.output_shape))


def _counts(planned: PlannedLayer) -> bool:
    """Return whether a layer is included; those that do not change the shape are not."""
    if planned.part not in {"encoder", "decoder"} or planned.input_shape != planned.output_shape:
        return True
    return planned.kind not in {"batch_norm", "layer_norm", "dropout", "mirrored"}


def breakable(sizes: str) -> str:
    """Return ``sizes`` with zero-width spaces where a label may break the line."""
    return sizes.replace("-", "-\u200b")


def data_words(dataset: Dataset) -> str:
    """Return size and number of the images: ``5 × 7, 32 samples``."""
    channels, height, width = dataset.image_shape
    size = f"{width} × {height}" if channels == 1 else f"{width} × {height} × {channels}"
    return trn("{size}, {n:,} sample", "{size}, {n:,} samples", len(dataset), size=size)


def count_words(dataset: Dataset) -> str:
    """Return the number of samples: ``32 samples``."""
    return trn("{n:,} sample", "{n:,} samples", len(dataset))


def large_batch_words(recipe: Recipe, samples: int) -> str:
    """Return a warning about training all ``samples`` as one batch, or ""."""
    if not is_one_large_batch(recipe, samples):
        return ""
    return tr(
        "All {n:,} samples are one batch: an epoch is a single slow step. Batches of {batch:,} "
        "learn faster.",
        n=samples,
        batch=BATCH,
    )
