"""Changes of a recipe are told by the names on the cards."""

from __future__ import annotations

from typing import Any

import pytest

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


def lines_between(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    """Return the lines for two networks of images of 28 x 28."""
    before, after = (Recipe.model_validate({"network": network}) for network in (old, new))
    shape = (1, 28, 28)
    return change_lines(before, after, recipe_changes(before, after), (shape, shape))


@pytest.mark.parametrize("name", ["kernel", "stride", "padding"])
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [(1, (1, 3), "1 → 1×3"), ((1, 3), 2, "1×3 → 2"), ((1, 3), (2, 3), "1×3 → 2×3")],
)
def test_sizes_of_rows_and_columns_are_one_value(
    name: str, old: object, new: object, words: str
) -> None:
    networks = [{"encoder": [{"kind": "conv", "channels": 4, name: it}]} for it in (old, new)]
    label = {"kernel": "Kernel", "stride": "Stride", "padding": "Padding"}[name]
    assert f"Encoder, layer 1, {label}: {words}" in lines_between(*networks)


def test_the_code_and_the_output_have_the_labels_of_their_own_cards() -> None:
    gaussian = {"latent": {"units": 2, "kind": "gaussian"}}
    assert "Code, Kind: Plain → Gaussian" in lines_between({"latent": {"units": 2}}, gaussian)
    conv = {"output_layer": {"kind": "conv", "channels": 1, "kernel": 3}}
    wider = {"output_layer": {"kind": "conv", "channels": 1, "kernel": 5}}
    assert lines_between({}, conv)[-1] == "Layer of the output: Automatic → Convolution"
    assert "Layer of the output, Kernel: 3 → 5" in lines_between(conv, wider)
