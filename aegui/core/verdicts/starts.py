"""Whether two recipes have the same initial weights in each seed, so that seeds can be paired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.resolve import layer_shapes

if TYPE_CHECKING:
    from collections.abc import Hashable

    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import Recipe


def start_of(recipe: Recipe, image_shape: Shape, classes: int = 0) -> Hashable:
    """Return everything that a seed's initial weights depend on, for comparison.

    That is the shapes of all tensors in order, the initialiser, and activations that scale it; not
    the loss, the optimiser, the noise, nor any other activation (see ``network/initializers.py``).

    Args:
        recipe: The recipe.
        image_shape: ``(channels, height, width)`` of its samples.
        classes: Number of classes, 0 without a classifier.
    """
    layers = layer_shapes(recipe, image_shape, classes).all_layers
    tensors = tuple(
        (
            layer.tensors,
            layer.tied_to,
            ACTIVATIONS[getattr(layer.spec, "activation", "identity")].size,
        )
        for layer in layers
    )
    return tensors, recipe.training.initializer
