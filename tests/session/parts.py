"""Small fixtures shared by the session's tests: glyphs, recipes, a trained result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import ResolvedRecipe, layer_shapes, resolve
from aegui.core.recipe import (
    LatentSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Recipe,
    TrainingSpec,
)
from aegui.core.training.record.snapshot import LayerWeights, Snapshot

if TYPE_CHECKING:
    from numpy.typing import NDArray


def glyphs(count: int = 8, height: int = 7, width: int = 5, seed: int = 0) -> Dataset:
    """Return ``count`` random binary glyphs labelled a, b, c, ..."""
    images = np.random.default_rng(seed).random((count, height, width)) < 0.5
    return Dataset.from_images("random", images, [chr(97 + i) for i in range(count)])


def recipe(epochs: int = 50, hidden: int = 12, latent: int = 2, runs: int = 1) -> Recipe:
    """Return a recipe of a small network on the CPU."""
    return Recipe(
        network=NetworkSpec(
            encoder=(LayerSpec(units=hidden),),
            latent=LatentSpec(units=latent),
        ),
        training=TrainingSpec(
            epochs=epochs, device="cpu", optimizer=OptimizerSpec(learning_rate=0.02)
        ),
        runs=runs,
    )


def resolved(
    epochs: int = 50, hidden: int = 12, runs: int = 1, data: Dataset | None = None
) -> ResolvedRecipe:
    """Return a resolved recipe of a small network."""
    answer = resolve(recipe(epochs, hidden, runs=runs), data or glyphs()).resolved
    assert answer is not None
    return answer


def snapshot(
    of: Recipe, pixels: int = 35, seed: int = 0, epoch: int = 3, scale: float = 1.0
) -> Snapshot:
    """Return random weights for the network of a recipe."""
    draw = np.random.default_rng(seed)
    layers = tuple(
        LayerWeights(
            {
                tensor.name: _normal(draw, (of.runs, *tensor.shape), scale)
                for tensor in layer.tensors
            }
        )
        for layer in layer_shapes(of, (1, 1, pixels)).layers
    )
    return Snapshot(epoch, layers)


def codec(hidden: int = 12, latent: int = 2, pixels: int = 35, epoch: int = 3) -> Codec:
    """Return a codec with random weights."""
    of = recipe(hidden=hidden, latent=latent)
    return Codec(of, (1, 1, pixels), snapshot(of, pixels, epoch=epoch))


def _normal(draw: np.random.Generator, shape: tuple[int, ...], scale: float) -> NDArray[np.float32]:
    return draw.normal(0.0, scale, shape).astype(np.float32)
