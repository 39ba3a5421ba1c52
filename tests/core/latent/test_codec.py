"""The codec in numpy agrees with the network trained by torch."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError
from aegui.core.latent.codec import Codec
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.forward import apply_layers
from aegui.core.network.resolve import layer_shapes, resolve
from aegui.core.recipe import LatentSpec, LayerSpec, NetworkSpec, Recipe
from aegui.core.training.loop.train import train
from aegui.core.training.record.snapshot import LayerWeights, Snapshot

if TYPE_CHECKING:
    from numpy.typing import NDArray


SHAPE = (1, 7, 5)


def trained(**changes: Any) -> tuple[Recipe, Snapshot, tuple[int, ...]]:
    """Return recipe, weights and the total wrong pixels of each run after some epochs."""
    raw: dict[str, Any] = {"runs": 2, "training": {"epochs": 30, "loss": "mse"}}
    recipe = Recipe.model_validate(raw | changes)
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    assert resolved is not None
    *_, last = train(resolved)
    result = last.result()
    return recipe, result.snapshot, tuple(sum(run.wrong_pixels) for run in result.runs)


def torch_answer(
    recipe: Recipe, snapshot: Snapshot, run: int, images: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return code and output of one run, computed by torch layer by layer without dropout."""
    x = torch.from_numpy(images.copy())
    codes = x
    for index, (shape, layer) in enumerate(
        zip(layer_shapes(recipe, SHAPE).layers, snapshot.layers, strict=True)
    ):
        spec = shape.spec
        assert isinstance(spec, LayerSpec | LatentSpec)
        weight = torch.from_numpy(layer.weight[run].copy())
        z = (x @ weight + torch.from_numpy(layer.bias[run].copy())) * spec.slope
        x = ACTIVATIONS[spec.activation].function(z)
        if index == len(recipe.network.encoder):
            codes = x
    return codes.numpy(), x.numpy()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_it_answers_as_torch_does(activation: str) -> None:
    layer = {"units": 12, "activation": activation, "slope": 0.7, "dropout": 0.3}
    network = {
        "encoder": [layer],
        "latent": {"units": 3, "activation": activation, "slope": 1.3},
        "output_activation": activation,
        "output_slope": 0.9,
    }
    recipe, snapshot, wrong = trained(network=network)
    images = load_builtin("lowercase").flat()
    for run in range(2):
        codec = Codec(recipe, SHAPE, snapshot, run)
        codes, output = torch_answer(recipe, snapshot, run, images)
        assert np.allclose(codec.encode(images), codes, atol=1e-5, rtol=1e-5)
        assert np.allclose(codec.reconstruct(images), output, atol=1e-5, rtol=1e-5)
        assert np.allclose(codec.decode(codec.encode(images)), output, atol=1e-5, rtol=1e-5)
        assert codec.reconstruct(images).dtype == codec.encode(images).dtype == np.float32
        # A pixel within rounding of the threshold may fall on either side.
        counted = np.count_nonzero((codec.reconstruct(images) > 0.5) != (images > 0.5))
        unsure = np.count_nonzero(np.abs(output - 0.5) < 1e-5)
        assert abs(counted - wrong[run]) <= unsure


def test_sizes_and_shapes() -> None:
    recipe, snapshot, _ = trained()
    codec = Codec(recipe, SHAPE, snapshot, 1)
    assert (codec.pixels, codec.latent_size, codec.run) == (35, 2, 1)
    image = load_builtin("lowercase").images[3]
    assert codec.encode(image).shape == (1, 2)
    assert codec.encode(image[None]).shape == (1, 2)
    assert codec.decode([0.5, -1.0]).shape == (1, 35)
    alike = codec.decode([[0.5, -1.0]] * 3)
    np.testing.assert_allclose(alike[2], alike[0], atol=1e-6)


@pytest.mark.parametrize("codes", [[1.0], [1.0, 2.0, 3.0], [[1.0, 2.0, 3.0]], []])
def test_codes_of_another_size_are_refused(codes: Any) -> None:
    recipe, snapshot, _ = trained()
    with pytest.raises(AeguiError, match="takes 2 numbers"):
        Codec(recipe, SHAPE, snapshot).decode(codes)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("size", [1e4, 1e30, 1e300])
def test_points_far_outside_are_decoded_in_silence(activation: str, size: float) -> None:
    """A numpy warning, which fails a test, would appear in the terminal when zooming out."""
    network = Recipe.model_validate(
        {"network": {"encoder": [{"units": 4, "activation": activation}]}}
    )
    sizes = (35, 4, 2, 4, 35)
    generator = np.random.default_rng(0)
    layers = tuple(
        LayerWeights(
            {
                "weight": generator.standard_normal((1, before, after)).astype(np.float32),
                "bias": np.zeros((1, after), np.float32),
            }
        )
        for before, after in itertools.pairwise(sizes)
    )
    codec = Codec(network, SHAPE, Snapshot(0, layers))
    assert codec.decode([size, -size]).shape == (1, 35)


@pytest.mark.parametrize("activation", ["relu", "silu"])
def test_a_large_image_of_one_code_is_that_of_many(activation: str) -> None:
    """Only of one row are the weights of units that are 0 left out."""
    network = {"encoder": [{"units": 192, "activation": activation}], "latent": {"units": 3}}
    recipe = Recipe.model_validate({"network": network})
    shape = (3, 32, 32)
    generator = np.random.default_rng(1)
    layers = tuple(
        LayerWeights(
            {
                tensor.name: generator.normal(0, 0.1, (1, *tensor.shape)).astype(np.float32)
                for tensor in layer.tensors
            }
        )
        for layer in layer_shapes(recipe, shape).layers
    )
    # So few units are active.
    layers[2].tensors["bias"][:] -= 0.3
    codec = Codec(recipe, shape, Snapshot(0, layers))
    codes = generator.standard_normal((40, 3))
    together = codec.decode(codes)
    alone = np.concatenate([codec.decode(code) for code in codes])
    np.testing.assert_allclose(alone, together, atol=1e-5)


def weights_of(recipe: Recipe, seed: int = 4) -> Snapshot:
    """Return random weights, large enough that the activations are nonlinear."""
    generator = np.random.default_rng(seed)
    layers = []
    for layer in layer_shapes(recipe, SHAPE).layers:
        own = {
            tensor.name: generator.normal(0, 0.6, (1, *tensor.shape)).astype(np.float32)
            for tensor in layer.tensors
        }
        if "variance" in own:
            own["variance"] = np.square(own["variance"]) + np.float32(0.5)
        layers.append(LayerWeights(own))
    return Snapshot(0, tuple(layers))


DENSE = [{"units": 12, "activation": "gelu", "slope": 0.7}, {"units": 9, "activation": "sigmoid"}]
NORMED = [{"units": 12}, {"kind": "layer_norm", "activation": "tanh"}, {"kind": "batch_norm"}]
CONVOLUTIONS = [
    {"kind": "conv", "channels": 3, "activation": "silu"},
    {"kind": "batch_norm", "activation": "tanh"},
    {"kind": "flatten"},
]


@pytest.mark.parametrize("encoder", [DENSE, NORMED, CONVOLUTIONS, []])
@pytest.mark.parametrize(
    "latent",
    [
        {"units": 3, "slope": 1.3, "activation": "tanh"},
        {"units": 8, "top_k": 3, "activation": "sigmoid"},
        {"units": 8, "top_k": 3, "top_by": "magnitude"},
        {"units": 8, "top_k": 8},
        {"units": 2, "kind": "gaussian"},
    ],
)
def test_the_jacobian_is_that_of_autograd(
    encoder: list[dict[str, Any]], latent: dict[str, Any]
) -> None:
    decoder = None if encoder is not CONVOLUTIONS else [{"units": 6}]
    network = {"encoder": encoder, "latent": latent, "decoder": decoder}
    recipe = Recipe.model_validate({"network": network})
    snapshot = weights_of(recipe)
    codec = Codec(recipe, SHAPE, snapshot)
    images = load_builtin("lowercase").flat()[:7]
    shapes = layer_shapes(recipe, SHAPE)
    tensors = [
        {name: torch.from_numpy(it[0].copy()) for name, it in layer.tensors.items()}
        for layer in snapshot.layers
    ]
    chain = shapes.layers[: shapes.code_end]

    def code(row: torch.Tensor) -> torch.Tensor:
        x = row.reshape(1, *chain[0].input_shape)
        return apply_layers(chain, tensors[: len(chain)], x)[0, : latent["units"]]

    jacobian: Any = torch.autograd.functional.jacobian
    expected = [float(jacobian(code, torch.tensor(row)).square().sum()) for row in images]
    np.testing.assert_allclose(codec.jacobian_squares(images), expected, rtol=1e-4)


def test_a_generator_has_no_jacobian_of_an_encoder() -> None:
    recipe = Recipe.model_validate({"gan": {}})
    snapshot = Snapshot(
        0,
        tuple(
            LayerWeights({it.name: np.zeros((1, *it.shape), np.float32) for it in layer.tensors})
            for layer in layer_shapes(recipe, SHAPE).layers
        ),
    )
    with pytest.raises(AeguiError, match="no encoder"):
        Codec(recipe, SHAPE, snapshot).jacobian_squares(np.zeros((1, 35)))


def test_one_image_and_one_code_are_computed_as_many_are() -> None:
    network = Recipe(network=NetworkSpec(encoder=(LayerSpec(units=12),)))
    codec = Codec(network, SHAPE, weights_of(network))
    images = np.random.default_rng(2).random((2, 7, 5)).astype(np.float32)
    for image in (*images, images[0]):
        code = codec.code_of(image)
        assert codec.code_of(image.copy()) is code
        assert not code.flags.writeable
        np.testing.assert_allclose(code, codec.encode(image)[0], rtol=1e-6)
        np.testing.assert_allclose(codec.image_of(code), codec.decode(code)[0], rtol=1e-6)
