"""How many epochs a training takes in all, known before it begins. Imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe


def weighted_starts(encoder: Sequence[LayerShape]) -> list[int]:
    """Where groups of layers begin that are trained together before the classifier is.

    They begin at layers with a weight; what comes before the first one belongs to it.
    """
    weighted = [
        index
        for index, layer in enumerate(encoder)
        if any(tensor.role == "weight" for tensor in layer.tensors)
    ]
    return [0, *weighted[1:]]


def planned_epochs(resolved: ResolvedRecipe) -> int:
    """All epochs of a training, those of the pre-training of a classifier's layers included."""
    epochs, classifier = resolved.recipe.training.epochs, resolved.recipe.classifier
    if classifier is None or not classifier.pretrain.epochs:
        return epochs
    groups = len(weighted_starts(resolved.layers[: resolved.code_end]))
    return groups * classifier.pretrain.epochs + epochs
