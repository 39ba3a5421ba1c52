"""Sets of grey and coloured images, and codecs of every kind with random weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import layer_shapes
from aegui.core.recipe import (
    AnyLayer,
    ClassifierSpec,
    ConvSpec,
    GanSpec,
    LatentSpec,
    LayerSpec,
    NetworkSpec,
    Recipe,
)
from aegui.core.training.record.snapshot import LayerWeights, Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.layers import LayerShape
    from aegui.core.recipe import LatentKey


def grey(count: int = 40, side: int = 28, classes: int = 4) -> Dataset:
    """Return light discs on a dark background, with one radius per class, at random positions."""
    rng = np.random.default_rng(7)
    rows, columns = np.mgrid[:side, :side]
    images = np.zeros((count, 1, side, side), np.float32)
    labels = [str(index % classes) for index in range(count)]
    for index in range(count):
        y, x = rng.uniform(0.3, 0.7, 2) * side
        radius = side * (0.1 + 0.06 * (index % classes))
        images[index, 0] = np.clip(radius - np.hypot(rows - y, columns - x), 0.0, 1.0) * 0.9
    return Dataset.from_images("discs", images, labels, [f"disc {i}" for i in range(count)])


def colour(count: int = 12, side: int = 16) -> Dataset:
    """Return coloured squares on white, in three classes."""
    rng = np.random.default_rng(8)
    images = np.ones((count, 3, side, side), np.float32)
    for index in range(count):
        images[index, :, 4:-4, 4:-4] = rng.random((3, 1, 1))
    labels = [("warm", "cold", "pale")[index % 3] for index in range(count)]
    return Dataset.from_images("blots", images, labels, [f"blot {i}" for i in range(count)])


def network(
    image_shape: Sequence[int] = (1, 28, 28),
    latent: int = 2,
    *,
    hidden: int = 16,
    epoch: int = 3,
    conv: bool = False,
    gaussian: bool = False,
    gan: bool = False,
    classes: int = 0,
    scale: float = 0.3,
) -> Codec:
    """Return a codec with random weights."""
    encoder: tuple[AnyLayer, ...] = (
        (ConvSpec(channels=4, stride=2),) if conv else (LayerSpec(units=hidden),)
    )
    kind: LatentKey = "gaussian" if gaussian else "plain"
    recipe = Recipe(
        network=NetworkSpec(encoder=encoder, latent=LatentSpec(kind=kind, units=latent)),
        gan=GanSpec() if gan else None,
        classifier=ClassifierSpec() if classes else None,
    )
    shapes = layer_shapes(recipe, tuple(image_shape), classes)
    draw = np.random.default_rng(epoch)

    def weights(layers: Sequence[LayerShape]) -> tuple[LayerWeights, ...]:
        return tuple(
            LayerWeights(
                {
                    tensor.name: draw.normal(0.0, scale, (1, *tensor.shape)).astype(np.float32)
                    for tensor in layer.tensors
                }
            )
            for layer in layers
        )

    parts = {"head": weights(shapes.parts["head"])} if classes else {}
    return Codec(recipe, image_shape, Snapshot(epoch, weights(shapes.layers), parts))
