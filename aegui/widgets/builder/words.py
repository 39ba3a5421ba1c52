"""The network in words: ``35-25-10-2-10-25-35``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr, trn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.data.dataset import Dataset
    from aegui.core.network.layers import Shape
    from aegui.widgets.builder.plan import Plan

_MOST_SIZES = 13
_KEPT_SIZES = 4
_MOST_CHARACTERS = 64


def shape_text(shape: Shape) -> str:
    """``10`` or ``32×7×7``."""
    return "×".join(map(str, shape))


def architecture(plan: Plan) -> str:
    """Sizes from the input to the output; of long chains the ends and the number of layers.

    Layers that leave the shape as it is are left out.
    """
    sizes: list[str] = []
    for place in plan.places:
        size = "?" if place.output_shape is None else shape_text(place.output_shape)
        if place.spec is None or place.input_shape != place.output_shape or _counts(place.kind):
            sizes.append(size)
    return _short(sizes)


def _counts(kind: str) -> bool:
    return kind not in {"batch_norm", "layer_norm", "dropout", "mirrored"}


def _short(sizes: Sequence[str]) -> str:
    whole = "-".join(sizes)
    if len(sizes) <= _MOST_SIZES and len(whole) <= _MOST_CHARACTERS:
        return whole
    kept = _KEPT_SIZES
    while kept > 2 and sum(map(len, (*sizes[:kept], *sizes[-kept:]))) > _MOST_CHARACTERS:
        kept -= 1
    if 2 * kept >= len(sizes):
        return whole
    ends = "-".join([*sizes[:kept], "…", *sizes[-kept:]])
    return tr("{sizes} ({n} layers)", sizes=ends, n=len(sizes))


def breakable(sizes: str) -> str:
    """``sizes`` with places where a label may begin a new line."""
    return sizes.replace("-", "-\u200b")


def data_words(dataset: Dataset) -> str:
    """Size of the images and their number: ``5 × 7, 32 samples``."""
    channels, height, width = dataset.image_shape
    size = f"{width} × {height}" if channels == 1 else f"{width} × {height} × {channels}"
    return trn("{size}, {n:,} sample", "{size}, {n:,} samples", len(dataset), size=size)
