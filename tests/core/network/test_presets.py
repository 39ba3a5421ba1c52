from __future__ import annotations

import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.network.chain import build_chain
from aegui.core.network.kinds import with_kind
from aegui.core.network.presets import PRESETS, Preset, with_network
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe

SHAPES = [(1, 7, 5), (1, 8, 8), (1, 28, 28), (3, 64, 64), (1, 80, 80), (1, 256, 256)]
BY_KEY = {preset.key: preset for preset in PRESETS}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_a_network_fits_wherever_it_is_offered(preset: Preset, shape: tuple[int, ...]) -> None:
    if preset.reason(shape):
        return
    chain = build_chain(preset.make(shape, 5), shape)
    assert chain.problems == ()
    assert chain.layers[-1].outputs == shape[0] * shape[1] * shape[2]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_every_network_is_offered_somewhere(preset: Preset) -> None:
    assert any(not preset.reason(shape) for shape in SHAPES)
    assert preset.help.endswith(".")


def test_keys_are_unique() -> None:
    assert len(BY_KEY) == len(PRESETS)


def test_what_does_not_fit_says_why() -> None:
    assert "multiples of 16; these images are 28 x 28." in BY_KEY["conv-vae"].reason((1, 28, 28))
    assert "only 35 numbers" in BY_KEY["hinton-30"].reason((1, 7, 5))
    assert "12,288 numbers" in BY_KEY["letters-10"].reason((3, 64, 64))
    assert "128×64×64 takes 524,288" in BY_KEY["gan-conv"].reason((1, 256, 256))


def test_the_published_sizes() -> None:
    def sizes(key: str, shape: tuple[int, ...], code: int = 2) -> list[int]:
        chain = build_chain(BY_KEY[key].make(shape, code), shape)
        return [layer.outputs for layer in chain.layers]

    digit = (1, 28, 28)
    assert sizes("hinton-30", digit) == [1000, 500, 250, 30, 250, 500, 1000, 784]
    assert sizes("linear-64", digit) == [64, 784]
    assert sizes("vae-512", digit, 20) == [512, 256, 20, 256, 512, 784]
    assert sizes("vae-256", (3, 64, 64), 16) == [256, 128, 16, 128, 256, 12288]
    assert sizes("vae-640", (1, 80, 80)) == [640, 256, 2, 256, 640, 6400]
    assert sizes("letters-17", (1, 7, 5)) == [25, 17, 2, 17, 25, 35]


def test_a_generator_draws_its_image_by_transposed_convolutions() -> None:
    shape = (1, 28, 28)
    chain = build_chain(BY_KEY["gan-conv"].make(shape, 2), shape)
    shapes = [layer.output_shape for layer in chain.layers[chain.code_end :]]
    assert shapes == [(6272,), (128, 7, 7), (64, 14, 14), (64, 14, 14), shape]


@pytest.mark.parametrize("kind", ["autoencoder", "denoising", "sparse", "contractive"])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_what_contradicts_a_network_gives_way(preset: Preset, kind: str) -> None:
    digits = load_builtin("digits")
    if preset.reason(digits.image_shape):
        return
    before = with_kind(Recipe(), kind)
    recipe = with_network(before, preset.make(digits.image_shape, 2))
    assert resolve(recipe, digits).problems == ()
    assert recipe.data == before.data
    is_linear = recipe.network.output_activation == "identity"
    assert recipe.training.loss == ("mse" if is_linear else "bce")
    assert recipe.training.sparsity == before.training.sparsity
