"""The network in words: ``35-25-10-2-10-25-35``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr, trn

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import NetworkSpec

_MOST_SIZES = 13
_KEPT_SIZES = 4


def architecture(network: NetworkSpec, pixels: int) -> str:
    """Units from the input to the output; of long chains the ends and the number of layers."""
    sizes = [str(pixels), *(str(layer.units) for layer in network.layers(pixels))]
    if len(sizes) <= _MOST_SIZES:
        return "-".join(sizes)
    ends = "-".join([*sizes[:_KEPT_SIZES], "…", *sizes[-_KEPT_SIZES:]])
    return tr("{sizes} ({n} layers)", sizes=ends, n=len(sizes))


def breakable(sizes: str) -> str:
    """``sizes`` with places where a label may begin a new line."""
    return sizes.replace("-", "-\u200b")


def data_words(dataset: Dataset) -> str:
    """Size of the images and their number: ``5 × 7, 32 samples``."""
    channels, height, width = dataset.image_shape
    size = f"{width} × {height}" if channels == 1 else f"{width} × {height} × {channels}"
    return trn("{size}, {n:,} sample", "{size}, {n:,} samples", len(dataset), size=size)
