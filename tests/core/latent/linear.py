"""A linear autoencoder that equals the PCA of its data, so that every answer is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.latent.codec import Codec
from aegui.core.latent.pca import fit_pca
from aegui.core.recipe import LatentSpec, NetworkSpec, Recipe
from aegui.core.training.record.snapshot import LayerWeights, Snapshot

if TYPE_CHECKING:
    from numpy.typing import NDArray


def groups(n: int = 60, seed: int = 0) -> Dataset:
    """Return ``n`` grey images of 4x3 pixels in three classes: a, b, c."""
    rng = np.random.default_rng(seed)
    classes = np.arange(n) % 3
    middles = rng.uniform(0.2, 0.8, (3, 12))
    images = np.clip(middles[classes] + rng.normal(0, 0.05, (n, 12)), 0, 1).reshape(n, 4, 3)
    names = [f"sample {index}" for index in range(n)]
    return Dataset.from_images("groups", images, [*"abc"] * (n // 3), names)


def linear_codec(dataset: Dataset, size: int = 2, epoch: int = 7) -> Codec:
    """Return the network that encodes and decodes as PCA with ``size`` components does."""
    pca = fit_pca(dataset.flat(), size)
    recipe = Recipe(
        network=NetworkSpec(encoder=(), latent=LatentSpec(units=size), output_activation="identity")
    )
    layers = (
        _layer(pca.components.T, -pca.mean @ pca.components.T),
        _layer(pca.components, pca.mean),
    )
    return Codec(recipe, dataset.image_shape, Snapshot(epoch, layers))


def _layer(weight: NDArray[np.float64], bias: NDArray[np.float64]) -> LayerWeights:
    tensors = {"weight": weight[None].astype(np.float32), "bias": bias[None].astype(np.float32)}
    return LayerWeights(tensors)
