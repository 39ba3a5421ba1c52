"""The generated steps of all kinds of layers agree with autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from aegui.core.data.byte_images import ByteImages
from aegui.core.data.dataset import Dataset
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.forward import apply_layer, apply_layers
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.engines.choice import engine_name, make_engine
from aegui.core.training.engines.layered import LayeredEngine
from aegui.core.training.families.steppers import BatchStepper, Orders
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train
from aegui.core.training.losses import LOSSES
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples

if TYPE_CHECKING:
    from pathlib import Path

CPU = torch.device("cpu")
SAMPLES = 40
BATCH = 34
"""Enough for the faster way with grey images, and leaves a rest that is too small for it."""
GENTLE = {"optimizer": {"name": "sgd", "learning_rate": 0.2}, "batch_size": BATCH}
CONV = {"kind": "conv", "channels": 3, "stride": 2}
WIDE = {"kind": "conv", "channels": 4}


def images(channels: int, height: int, width: int) -> Dataset:
    draw = np.random.default_rng(3).random((SAMPLES, channels, height, width), dtype=np.float32)
    return Dataset.from_images("noise", draw)


def resolved_recipe(dataset: Dataset, **changes: Any) -> ResolvedRecipe:
    raw: dict[str, Any] = {"runs": 2, "seed": 5, "training": GENTLE}
    found = resolve(Recipe.model_validate(raw | changes), dataset)
    assert found.resolved is not None, found
    return found.resolved


def trained(
    resolved: ResolvedRecipe, engine: str, epochs: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return parameters and buffers after some epochs."""
    torch.set_num_threads(1)
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    generator = torch.Generator().manual_seed(11)
    stepper = make_engine(engine, resolved, parameters, samples, generator)
    rate = resolved.recipe.training.optimizer.learning_rate
    stepper.run([rate] * epochs, resolved.recipe.data.corruption.level)
    return parameters.flat, parameters.buffers


def assert_same(resolved: ResolvedRecipe, epochs: int = 3) -> None:
    wanted, kept = trained(resolved, "autograd", epochs)
    found, buffers = trained(resolved, "layered", epochs)
    parameters = Parameters(resolved, CPU)
    start = parameters.flat
    assert (wanted - start).abs().max() > 1e-4, "nothing was learnt: the test says nothing"
    # Every tensor must have moved, or a gradient that nobody fills would not be missed.
    for block in parameters.layout.blocks:
        moved = (wanted - start)[block.start : block.stop].abs().max()
        assert moved > 0, block
    assert torch.allclose(found, wanted, atol=2e-5), (found - wanted).abs().max()
    assert torch.allclose(buffers, kept, atol=2e-5)


NETWORKS: dict[str, dict[str, Any]] = {
    "even kernels that keep the size": {
        "encoder": [{"kind": "conv", "channels": 3, "kernel": 4}, WIDE | {"kernel": 2}],
        "latent": {"units": 3},
    },
    "even kernels with strides": {
        "encoder": [CONV | {"kernel": 4}, WIDE | {"kernel": 2}],
        "latent": {"units": 3},
    },
    "kernels that are not square": {
        "encoder": [
            {"kind": "conv", "channels": 3, "kernel": [1, 2], "padding": 0},
            WIDE | {"kernel": [5, 2], "stride": [1, 2]},
            WIDE | {"kernel": [2, 3], "stride": [2, 1], "padding": [1, 0]},
        ],
        "latent": {"units": 3},
    },
    "the same with an activation that needs what it is given": {
        "encoder": [
            {"kind": "conv", "channels": 3, "kernel": [1, 2], "padding": 0, "activation": "silu"},
            WIDE | {"kernel": [5, 2], "stride": [1, 2], "activation": "silu"},
        ],
        "latent": {"units": 3},
    },
    "strided convolutions": {"encoder": [CONV, WIDE], "latent": {"units": 3}},
    "max pooling": {"encoder": [WIDE, {"kind": "max_pool"}], "latent": {"units": 3}},
    "mean pooling": {"encoder": [WIDE, {"kind": "avg_pool"}], "latent": {"units": 3}},
    "pooling first": {"encoder": [{"kind": "avg_pool"}, WIDE], "latent": {"units": 3}},
    "larger kernels": {
        "encoder": [{"kind": "conv", "channels": 3, "kernel": 5, "stride": 3, "padding": 1}],
        "latent": {"units": 3},
        "decoder": [
            {"units": 3 * 4 * 5},
            {"kind": "reshape", "channels": 3, "height": 4, "width": 5},
            {"kind": "conv_transpose", "channels": 2, "kernel": 3, "output_padding": 1},
        ],
    },
    "upsampling": {
        "encoder": [{"units": 12}],
        "latent": {"units": 3},
        "decoder": [
            {"units": 2 * 4 * 5},
            {"kind": "reshape", "channels": 2, "height": 4, "width": 5},
            {"kind": "upsample", "mode": "bilinear"},
            {"kind": "conv", "channels": 3, "activation": "tanh"},
        ],
    },
    "nearest upsampling, one channel in between": {
        "encoder": [CONV, {"kind": "conv", "channels": 1}, WIDE],
        "latent": {"units": 3},
        "decoder": [
            {"units": 2 * 4 * 5},
            {"kind": "reshape", "channels": 2, "height": 4, "width": 5},
            {"kind": "conv_transpose", "channels": 1},
            {"kind": "upsample"},
            {"kind": "conv", "channels": 2, "stride": 2},
        ],
    },
    "images made by a dense layer whose activation needs what it is given": {
        "encoder": [{"units": 5}],
        "latent": {"units": 3},
        "decoder": [
            {"units": 3 * 4 * 5, "activation": "silu", "slope": 0.7},
            {"kind": "reshape", "channels": 3, "height": 4, "width": 5},
            {"kind": "conv_transpose", "channels": 2},
        ],
    },
    "images made by a dense layer with dropout": {
        "encoder": [{"units": 5}],
        "latent": {"units": 3},
        "decoder": [
            {"units": 3 * 4 * 5, "dropout": 0.2},
            {"kind": "reshape", "channels": 3, "height": 4, "width": 5},
            {"kind": "conv_transpose", "channels": 2},
        ],
    },
    "images made from more numbers than there are samples": {
        "encoder": [{"units": 5}],
        "latent": {"units": BATCH + 1},
        "decoder": [
            {"units": 3 * 4 * 5},
            {"kind": "reshape", "channels": 3, "height": 4, "width": 5},
            {"kind": "conv_transpose", "channels": 2},
        ],
    },
    "batch norms": {
        "encoder": [
            WIDE,
            {"kind": "batch_norm", "activation": "relu"},
            {"units": 9},
            {"kind": "batch_norm", "activation": "tanh"},
        ],
        "latent": {"units": 3},
    },
    "layer norms": {
        "encoder": [
            WIDE,
            {"kind": "layer_norm", "activation": "relu"},
            {"units": 9},
            {"kind": "layer_norm", "activation": "silu"},
        ],
        "latent": {"units": 3},
    },
    "dropout": {
        "encoder": [WIDE, {"kind": "dropout", "rate": 0.3}, {"units": 9, "dropout": 0.2}],
        "latent": {"units": 3, "activation": "tanh", "slope": 0.7, "dropout": 0.1},
    },
    "flattened": {"encoder": [CONV, {"kind": "flatten"}, {"units": 9}], "latent": {"units": 3}},
    "tied": {"encoder": [CONV, {"units": 7}], "latent": {"units": 3}, "tied": True},
    "k-sparse": {"encoder": [CONV], "latent": {"units": 9, "top_k": 2}},
    "k-sparse by magnitude": {
        "encoder": [CONV],
        "latent": {"units": 9, "top_k": 3, "top_by": "magnitude", "activation": "silu"},
    },
    "gaussian": {
        "encoder": [CONV, {"kind": "dropout", "rate": 0.2}],
        "latent": {"kind": "gaussian", "units": 3, "free_bits": 0.1, "kl_warmup_epochs": 3},
    },
    "gaussian with an activation": {
        "encoder": [CONV],
        "latent": {"kind": "gaussian", "activation": "silu", "beta": 0.3, "slope": 0.8},
    },
}
BY_GAUSSIAN = {"optimizer": {"name": "sgd", "learning_rate": 0.01}, "batch_size": BATCH}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("key", NETWORKS)
def test_every_kind_of_layer(key: str, channels: int) -> None:
    training = BY_GAUSSIAN if "gaussian" in key else GENTLE
    assert_same(resolved_recipe(images(channels, 8, 10), network=NETWORKS[key], training=training))


NORM = {"kind": "layer_norm", "activation": "tanh"}
DENSE = [{"units": 4, "activation": "tanh"}]
POINT = {"kind": "conv", "channels": 2, "kernel": 1, "activation": "gelu"}
CORNERS: dict[str, tuple[tuple[int, int, int], int | None, dict[str, Any]]] = {
    # The first two of these crashed torch, and the third got wrong numbers of its GELU.
    "a layer norm first": ((3, 5, 5), 7, {"encoder": [NORM, CONV]}),
    "single pixels into a layer norm": (
        (3, 2, 3),
        7,
        {"encoder": [{"kind": "avg_pool"}, NORM], "decoder": DENSE},
    ),
    "small kernels and few grey images": ((1, 7, 8), 5, {"encoder": [POINT]}),
    "odd sizes": ((1, 7, 11), BATCH, {"encoder": [CONV, CONV]}),
    "odd sizes pooled": (
        (1, 7, 9),
        BATCH,
        {"encoder": [WIDE, {"kind": "max_pool", "size": 3}], "decoder": DENSE},
    ),
    "single pixels": ((1, 8, 8), BATCH, {"encoder": [{**CONV, "stride": 3}, CONV, CONV]}),
    "kernels beyond the image": (
        (1, 2, 3),
        BATCH,
        {"encoder": [{**CONV, "kernel": 7}], "decoder": DENSE},
    ),
    "gaps between kernels": (
        (1, 8, 9),
        BATCH,
        {"encoder": [{**CONV, "kernel": 1, "stride": 3}], "decoder": DENSE},
    ),
    "dropout after a gaussian code": (
        (1, 4, 6),
        None,
        {
            "encoder": [CONV],
            "latent": {"kind": "gaussian", "activation": "gelu"},
            "decoder": [{"kind": "dropout"}, {"units": 5}],
        },
    ),
}


@pytest.mark.parametrize("key", CORNERS)
def test_corners(key: str) -> None:
    shape, batch, network = CORNERS[key]
    training = BY_GAUSSIAN | {"batch_size": batch}
    assert_same(resolved_recipe(images(*shape), network=network, training=training))


def test_a_layer_norm_of_a_single_number_gives_its_shift() -> None:
    layers = [{**CONV, "channels": 1, "stride": 3, "padding": 0}, NORM]
    network = {"encoder": layers, "decoder": DENSE}
    training = GENTLE | {"batch_size": 1}
    resolved = resolved_recipe(images(1, 3, 3), network=network, training=training)
    wanted, found = (trained(resolved, engine, 2)[0] for engine in ("autograd", "layered"))
    assert torch.isfinite(wanted).all()
    assert torch.allclose(found, wanted, atol=2e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation: str) -> None:
    layers = [
        {**CONV, "activation": activation},
        {"kind": "layer_norm", "activation": activation},
        {"units": 6, "activation": activation},
    ]
    training = GENTLE | {"optimizer": {"name": "sgd", "learning_rate": 0.01}}
    assert_same(resolved_recipe(images(1, 8, 10), network={"encoder": layers}, training=training))


OUTPUTS = [(loss, "sigmoid") for loss in LOSSES] + [
    (loss, output) for loss in LOSSES if loss != "bce" for output in ("identity", "silu")
]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("loss", "output"), OUTPUTS)
def test_every_loss(loss: str, output: str, channels: int) -> None:
    network = {"encoder": [CONV], "output_activation": output}
    training = GENTLE | {"loss": loss, "huber_delta": 0.3}
    assert_same(resolved_recipe(images(channels, 8, 10), network=network, training=training))


@pytest.mark.parametrize(
    "training",
    [
        {"optimizer": {"name": "adamw", "learning_rate": 1e-3}},
        {"l1": 1e-4, "l2": 1e-3, "clip_norm": 0.02},
        {"code_l1": 0.01, "sparsity": {"weight": 0.05}},
        {"edges": 2.0},
        {"loss": "mse", "edges": 2.0},
        {"batch_size": None},
        {"batch_size": 1},
    ],
    ids=str,
)
def test_optimisers_penalties_clipping_and_batches(training: dict[str, Any]) -> None:
    layers = [CONV, {"kind": "layer_norm"}]
    network = {"encoder": layers, "latent": {"activation": "sigmoid"}}
    assert_same(resolved_recipe(images(1, 8, 10), network=network, training=GENTLE | training))


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("clean", [True, False])
def test_noise(fresh: bool, clean: bool) -> None:
    corruption = {"kind": "gaussian", "level": 0.2, "fresh": fresh, "clean_target": clean}
    data = {"corruption": corruption | {"copies": 2}}
    assert_same(resolved_recipe(images(1, 8, 10), network={"encoder": [CONV]}, data=data))


@pytest.mark.parametrize("noise", ["gaussian", "none"])
def test_images_that_are_moved(noise: str) -> None:
    data = {"augment": {"flip": True, "shift": 1}, "corruption": {"kind": noise, "level": 0.2}}
    assert_same(resolved_recipe(images(1, 8, 10), network={"encoder": [CONV]}, data=data))


def test_samples_that_stay_in_their_file(tmp_path: Path) -> None:
    """The memory map is read-only: a write would fail."""
    rows = images(3, 6, 8)
    np.save(tmp_path / "images.npy", rows.images)
    mapped = Dataset.over("mapped", np.load(tmp_path / "images.npy", mmap_mode="r"))
    found = [
        trained(resolved_recipe(data, network={"encoder": [CONV]}), engine, 3)[0]
        for data, engine in ((rows, "autograd"), (mapped, "layered"))
    ]
    assert torch.allclose(found[0], found[1], atol=2e-5)


BYTES = np.random.default_rng(5).integers(0, 256, (SAMPLES, 3, 6, 8), np.uint8)
LEARNING: dict[str, dict[str, Any]] = {
    "layered": {"network": {"encoder": [CONV]}},
    "batched": {"network": {"encoder": [{"units": 6}]}},
    "autograd": {"network": {"encoder": [CONV]}, "training": {"contractive": 0.01}},
    "a full batch": {"training": {"batch_size": None}},
    "noise": {"data": {"corruption": {"kind": "gaussian", "level": 0.2, "copies": 2}}},
    "fixed noise": {"data": {"corruption": {"kind": "flip", "level": 0.2, "fresh": False}}},
    "a split": {"data": {"split": {"validation": 0.3}}},
    "augmented": {"data": {"augment": {"flip": True, "shift": 1}}},
    "by scipy": {
        "training": {"optimizer": {"name": "lbfgs"}, "batch_size": None},
    },
    "a GAN": {"gan": {}, "network": {"encoder": [CONV]}},
    "a classifier": {"classifier": {"pretrain": {"epochs": 1}}, "network": {"encoder": [CONV]}},
}


@pytest.mark.parametrize("key", LEARNING)
def test_bytes_are_learnt_like_their_numbers(tmp_path: Path, key: str) -> None:
    np.save(tmp_path / "images.npy", BYTES)
    mapped = ByteImages.over(np.load(tmp_path / "images.npy", mmap_mode="r"))
    settings = {"epochs": 3, "batch_size": 16} | LEARNING[key].get("training", {})
    results = []
    for images in (mapped, BYTES.astype(np.float32) / np.float32(255.0)):
        data = Dataset.over("bytes", images)
        resolved = resolved_recipe(data, **LEARNING[key] | {"training": settings, "runs": 1})
        *_, last = train(resolved)
        results.append(last.checkpoint().tensors["parameters"])
    # Numbers may have been learnt from on the native engine, which takes no bytes.
    assert np.allclose(results[0], results[1], atol=1e-5)


ENCODERS = NETWORKS | {
    "transposed": {"encoder": [{"kind": "conv_transpose", "channels": 2}, CONV]},
    "transposed with even kernels": {
        "encoder": [{"kind": "conv_transpose", "channels": 2, "kernel": 4, "stride": 1}, CONV]
    },
    "transposed to grey": {"encoder": [WIDE, {"kind": "conv_transpose", "channels": 1}, CONV]},
    "upsampled": {"encoder": [{"kind": "upsample", "mode": "bilinear"}, CONV]},
    "a wide code": {"encoder": [CONV], "latent": {"units": 7, "activation": "tanh"}},
    "batch norms of every kind": {
        "encoder": [
            WIDE,
            {"kind": "batch_norm", "activation": "silu"},
            {"units": 9},
            {"kind": "batch_norm", "activation": "tanh"},
        ],
        "latent": {"units": 3},
    },
}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("key", [key for key in ENCODERS if "gaussian" not in key])
def test_contractive_codes(key: str, channels: int) -> None:
    # A step so large that rectifiers change sides by rounding would compare nothing.
    optimizer = {"name": "sgd", "learning_rate": 0.02}
    training = GENTLE | {"contractive": 0.02, "optimizer": optimizer}
    data = images(channels, 8, 10)
    resolved = resolved_recipe(data, network=ENCODERS[key], training=training)
    assert engine_name(resolved, SAMPLES) in {"layered", "fused"}
    assert_same(resolved)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_contractive_codes_of_every_activation(activation: str) -> None:
    # Through more layers of Cosh hardly anything would come back to the first.
    layers = [{**CONV, "activation": activation}]
    training = GENTLE | {"contractive": 0.1}
    network = {"encoder": layers, "latent": {"activation": activation}, "decoder": DENSE}
    assert_same(resolved_recipe(images(1, 8, 10), network=network, training=training))


@pytest.mark.parametrize("network", [NETWORKS["dropout"], NETWORKS["gaussian"]], ids=str)
def test_many_batches_in_one_call_are_those_one_by_one(network: dict[str, Any]) -> None:
    training = BY_GAUSSIAN | {"batch_size": 7}
    resolved = resolved_recipe(images(1, 8, 10), network=network, training=training)
    found = []
    for together in (False, True):
        parameters = Parameters(resolved, CPU)
        samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
        generator = torch.Generator().manual_seed(11)
        engine = make_engine("layered", resolved, parameters, samples, generator)
        assert isinstance(engine, LayeredEngine)
        engine.batches.begin(0.0)
        rates = [0.05, 0.04, 0.03, 0.02, 0.01, 0.005]
        if together:
            engine.steps(rates, 0.0)
        else:
            for rate in rates:
                engine.step(rate, 0.0)
        assert engine.batches.share == 1.0
        found.append(parameters.flat)
    assert torch.allclose(found[0], found[1], atol=1e-7)


FEW_AT_A_TIME = BY_GAUSSIAN | {"batch_size": 7, "epochs": 4}


@pytest.mark.parametrize("position", [0.5, 1.7])
def test_going_on_within_an_epoch_gives_the_very_same_bits(position: float) -> None:
    network = NETWORKS["gaussian"]
    resolved = resolved_recipe(images(1, 8, 10), network=network, training=FEW_AT_A_TIME)
    *_, whole = train(resolved)
    assert whole.engine == "layered"
    control = Control(max_chunk=1)
    first = next(it for it in train(resolved, control) if it.position >= position)
    assert first.position % 1, "it is to be left within an epoch"
    *_, last = train(resolved, None, first.checkpoint(), first.history.view())
    ends = [it.checkpoint().tensors["parameters"] for it in (whole, last)]
    assert np.array_equal(ends[0], ends[1])


@pytest.mark.parametrize(("at_most", "until"), [(1, 0.5), (9, 0.5), (9, 4.0)])
def test_however_many_batches_are_one_call_each_gets_its_rate(at_most: int, until: float) -> None:
    network = {"encoder": [CONV]}
    resolved = resolved_recipe(images(1, 8, 10), network=network, training=FEW_AT_A_TIME)
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    generator = torch.Generator().manual_seed(11)
    engine = make_engine("layered", resolved, parameters, samples, generator)
    assert isinstance(engine, LayeredEngine)
    stepper = BatchStepper(engine, SAMPLES, 4)
    asked: list[float] = []

    def rate(position: float) -> float:
        asked.append(position)
        return 0.01

    while stepper.position < until:
        before = len(asked)
        stepper.advance(Orders(rate, 0.0, until, at_most))
        assert at_most > 1 or len(asked) == before + 1
    # Of 40 samples the sixth batch is the rest; half an epoch is reached with the third.
    wanted = [epoch + batch * 7 / SAMPLES for epoch in range(4) for batch in range(6)]
    assert asked == [position for position in wanted if position < until]
    assert stepper.position == (4.0 if until == 4.0 else 21 / SAMPLES)


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("rows", [1, 4, 40])
@pytest.mark.parametrize("kind", ["conv", "conv_transpose"])
@pytest.mark.parametrize(
    ("kernel", "more"),
    [
        ([3, 3], {}),
        ([4, 4], {}),
        ([2, 3], {}),
        ([3, 2], {}),
        ([4, 1], {"padding": [2, 0]}),
        ([1, 3], {"padding": [0, 1]}),
    ],
    ids=str,
)
@pytest.mark.parametrize("stride", [[1, 2], [1, 3], [2, 1]], ids=str)
def test_a_convolution_of_few_columns(
    stride: list[int], kernel: list[int], more: dict[str, Any], kind: str, rows: int, width: int
) -> None:
    """Compared with torch in double precision: torch 2.13 leaves some such images unwritten."""
    conv = {"kind": "conv", "channels": 3, "kernel": kernel, "stride": stride, **more}
    grey = resolved_recipe(images(1, 6, width), network={"encoder": [conv]}, runs=1)
    at = 0 if kind == "conv" else -1
    layer = grey.layers[at]
    assert layer.spec.kind == kind
    parameters = Parameters(grey, CPU)
    learnt = parameters.layout.parameters[at].items()
    tensors = {name: block.view(parameters.flat)[0] for name, block in learnt}
    x = torch.rand(rows, *layer.input_shape).requires_grad_()
    leaves = [x, *tensors.values()]
    exact = [leaf.detach().double().contiguous().requires_grad_() for leaf in leaves]
    assert all(leaf.requires_grad_() is leaf for leaf in leaves)
    found = apply_layer(layer, tensors, x)
    wanted = apply_layer(layer, dict(zip(tensors, exact[1:], strict=True)), exact[0])
    torch.testing.assert_close(found.double(), wanted, atol=1e-4, rtol=1e-4)
    by = torch.rand_like(found)
    for mine, theirs in zip(
        torch.autograd.grad(found, leaves, by),
        torch.autograd.grad(wanted, exact, by.double()),
        strict=True,
    ):
        torch.testing.assert_close(mine.double(), theirs, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kernel", [2, 4, 6])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_an_even_kernel_pads_as_keras_does(kernel: int, stride: int) -> None:
    """The output size depends on the stride alone; the mirrored decoder restores it."""
    conv = {"kind": "conv", "channels": 3, "kernel": kernel, "stride": stride}
    resolved = resolved_recipe(images(1, 28, 28), network={"encoder": [conv]}, runs=1)
    side = -(-28 // stride)
    assert resolved.layers[0].output_shape == (3, side, side)
    assert resolved.layers[-1].output_shape == (1, 28, 28)
    parameters = Parameters(resolved, CPU)
    tensors = {
        name: block.view(parameters.flat)[0]
        for name, block in parameters.layout.parameters[0].items()
    }
    x = torch.rand(2, 1, 28, 28)
    padded = torch.nn.functional.pad(x, ((kernel - 1) // 2, kernel // 2) * 2)
    wanted = torch.relu(
        torch.nn.functional.conv2d(padded, tensors["weight"], tensors["bias"], stride)
    )
    (found,) = [apply_layers(resolved.layers[:1], [tensors], x)]
    assert torch.allclose(found, wanted, atol=1e-5)
