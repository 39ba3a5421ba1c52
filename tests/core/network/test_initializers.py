"""Initialisers: torch's own numbers if torch has them, else the variances of the papers."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import pytest
import torch

from aegui.core.data.dataset import Dataset
from aegui.core.network.initializers import initial_tensors
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable


def resolved_recipe(**initializer: Any) -> ResolvedRecipe:
    recipe = Recipe.model_validate(
        {
            "network": {"encoder": [{"units": 300}], "latent": {"units": 200}},
            "training": {"initializer": initializer},
        }
    )
    images = torch.zeros(1, 20, 20).numpy()
    resolved = resolve(recipe, Dataset.from_images("blank", images)).resolved
    assert resolved is not None
    return resolved


def drawn(resolved: ResolvedRecipe, seed: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return weight (outputs first) and bias of every dense layer."""
    tensors = initial_tensors(resolved.layers, resolved.recipe.training.initializer, seed)
    return [(own["weight"].t(), own["bias"]) for own in tensors]


def test_the_default_is_number_for_number_that_of_torch() -> None:
    resolved = resolved_recipe(name="torch_default")
    torch.manual_seed(3)
    expected = [torch.nn.Linear(a, b) for a, b in itertools.pairwise(resolved.sizes)]
    for (weight, bias), layer in zip(drawn(resolved, 3), expected, strict=True):
        assert torch.equal(weight, layer.weight)
        assert torch.equal(bias, layer.bias)


def test_convolutions_begin_as_those_of_torch() -> None:
    encoder = [{"kind": "conv", "channels": 6, "stride": 2}, {"kind": "batch_norm"}]
    recipe = Recipe.model_validate({"network": {"encoder": encoder, "latent": {"units": 3}}})
    images = Dataset.from_images("blank", torch.zeros(2, 3, 8, 8).numpy())
    resolved = resolve(recipe, images).resolved
    assert resolved is not None
    torch.manual_seed(3)
    expected: list[Any] = [
        torch.nn.Conv2d(3, 6, 3, 2, 1),
        torch.nn.Linear(96, 3),
        torch.nn.Linear(3, 96),
        torch.nn.ConvTranspose2d(6, 3, 3, 2, 1, 1),
    ]
    tensors = initial_tensors(resolved.layers, recipe.training.initializer, 3)
    weighted = [own for own in tensors if "weight" in own]
    for own, layer in zip(weighted, expected, strict=True):
        weight = layer.weight.t() if isinstance(layer, torch.nn.Linear) else layer.weight
        assert torch.equal(own["weight"], weight)
        assert layer.bias is not None
        assert torch.equal(own["bias"], layer.bias)
    assert {name: float(tensor[0]) for name, tensor in tensors[1].items()} == {
        "scale": 1.0,
        "bias": 0.0,
        "mean": 0.0,
        "variance": 1.0,
    }


SPREADS: dict[str, Callable[[int, int], float]] = {
    "uniform": lambda _i, _o: 0.25 / math.sqrt(3),
    "normal": lambda _i, _o: 0.05,
    "xavier_uniform": lambda i, o: 2 * math.sqrt(2 / (i + o)),
    "xavier_normal": lambda i, o: 2 * math.sqrt(2 / (i + o)),
    "he_uniform": lambda i, _o: 2 * math.sqrt(2 / i),
    "he_normal": lambda i, _o: 2 * math.sqrt(2 / i),
}


@pytest.mark.parametrize("name", SPREADS)
def test_the_spread_is_that_of_the_paper(name: str) -> None:
    resolved = resolved_recipe(name=name, range=0.25, std=0.05, gain=2.0)
    for weight, bias in drawn(resolved, 0):
        outputs, inputs = weight.shape
        assert float(weight.std()) == pytest.approx(SPREADS[name](inputs, outputs), rel=0.02)
        assert float(weight.mean()) == pytest.approx(0, abs=0.01)
        assert not bias.any()
    if name == "uniform":
        assert float(weight.abs().max()) <= 0.25


def test_orthogonal_keeps_lengths() -> None:
    resolved = resolved_recipe(name="orthogonal", gain=3.0)
    weight, _ = drawn(resolved, 0)[0]
    torch.testing.assert_close(weight @ weight.t(), 9 * torch.eye(300), atol=1e-3, rtol=0)


def test_another_seed_gives_other_numbers() -> None:
    resolved = resolved_recipe(name="he_normal")
    assert not torch.equal(drawn(resolved, 0)[0][0], drawn(resolved, 1)[0][0])


@pytest.mark.parametrize("name", ["torch_default", "he_normal", "orthogonal"])
def test_cosh_begins_small_unless_a_size_was_chosen(name: str) -> None:
    def first(activation: str, **initializer: Any) -> torch.Tensor:
        recipe = Recipe.model_validate(
            {
                "network": {"encoder": [{"units": 30, "activation": activation}]},
                "training": {"initializer": initializer},
            }
        )
        resolved = resolve(recipe, Dataset.from_images("blank", torch.zeros(1, 20, 20).numpy()))
        assert resolved.resolved is not None
        return drawn(resolved.resolved, 3)[0][0]

    assert torch.allclose(first("cosh", name=name), 0.1 * first("relu", name=name))
    assert torch.equal(first("cosh", name="uniform"), first("relu", name="uniform"))
