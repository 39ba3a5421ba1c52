"""Whether two recipes begin with the same weights in each seed: then seeds can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.resolve import layer_shapes

if TYPE_CHECKING:
    from collections.abc import Hashable

    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import Recipe


def start_of(recipe: Recipe, image_shape: Shape, classes: int = 0) -> Hashable:
    """What the first weights of a seed depend on: recipes with equal ones begin alike.

    Shapes of all tensors in their order, the initialiser, and activations that scale it; not the
    loss, the optimiser, the noise, nor any other activation (see ``network/initializers.py``).

    Args:
        recipe: The recipe.
        image_shape: ``(channels, height, width)`` of its samples.
        classes: Classes that it tells apart, 0 where it knows of none.
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
