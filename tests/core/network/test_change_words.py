"""Changes of a recipe are told by the names on the cards."""

from __future__ import annotations

from aegui.core.network.change_words import change_lines
from aegui.core.recipe import Recipe
from aegui.core.recipe.changes import recipe_changes


def test_a_layer_of_another_kind_is_named_by_its_place() -> None:
    dense = Recipe.model_validate({"network": {"encoder": [{"units": 64}]}})
    conv = {"kind": "conv", "channels": 16, "activation": "relu"}
    other = Recipe.model_validate({"network": {"encoder": [conv]}})
    shape = (1, 28, 28)
    lines = change_lines(dense, other, recipe_changes(dense, other), (shape, shape))
    assert "Encoder, layer 1: 64 Tanh → Convolution 16 ReLU" in lines
