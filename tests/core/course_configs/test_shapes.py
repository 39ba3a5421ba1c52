"""Foreign configurations that mean another network than they seem to: each is read as its own
readers do, what is a guess is told as one, and nothing that they say vanishes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aegui.core.course_configs import CourseReading, understand
from aegui.core.errors import RecipeError
from aegui.core.network.chain import build_chain
from aegui.core.recipe import ConvSpec, LayerSpec, PoolSpec

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(text: str) -> CourseReading:
    return understand(yaml.safe_load(text))


def sizes(reading: CourseReading) -> list[int]:
    shapes = build_chain(reading.recipe.network, (1, 7, 5))
    return [layer.outputs for layer in shapes.layers][:-1]


def bends(reading: CourseReading) -> list[str]:
    network = reading.recipe.network
    back = network.decoder if network.decoder is not None else tuple(reversed(network.encoder))
    layers = [*network.encoder, network.latent, *back]
    names = [getattr(layer, "activation", "") for layer in layers]
    return [*names, network.output_activation]


def has(lines: tuple[str, ...], *words: str) -> bool:
    return any(all(word in line for word in words) for line in lines)


@pytest.mark.parametrize(
    ("text", "units", "kinds"),
    [
        (
            "encoder: {layer_sizes: [35, 20, 2], activations: [relu, identity]}\n"
            "decoder: {layer_sizes: [2, 20, 35], activations: [relu, sigmoid]}",
            [20, 2, 20],
            ["relu", "identity", "relu", "sigmoid"],
        ),
        (
            "layers: [35, 20, 2, 20, 35]\nactivations: [relu, identity, silu, sigmoid]",
            [20, 2, 20],
            ["relu", "identity", "silu", "sigmoid"],
        ),
        (
            "layers: [35, 25, 10, 2]\nactivations: [relu, tanh, linear]",
            [25, 10, 2, 10, 25],
            ["relu", "tanh", "identity", "tanh", "relu", "sigmoid"],
        ),
        (
            "hidden_layers: [25, 10]\nlatent_dim: 2\nhidden_activations: [relu, tanh]",
            [25, 10, 2, 10, 25],
            ["relu", "tanh", "identity", "tanh", "relu", "sigmoid"],
        ),
        (
            "architecture: [35, 60, 2, 60, 35]\nbottleneck_activation: none\nhidden_act: relu",
            [60, 2, 60],
            ["relu", "identity", "relu", "sigmoid"],
        ),
        (
            "layers: [35, 10, 2, 10, 35]\nfunction: sigmoid\nloss: mse\noutput_activator: tangente",
            [10, 2, 10],
            ["sigmoid", "identity", "sigmoid", "tanh"],
        ),
    ],
)
def test_activations_stand_on_the_layers_that_they_are_listed_for(
    text: str, units: list[int], kinds: list[str]
) -> None:
    reading = read(text)
    assert sizes(reading) == units
    assert bends(reading) == kinds
    assert reading.ignored == ()


@pytest.mark.parametrize(
    ("text", "units", "assumed"),
    [
        ("hidden: [25, 25, 25, 25]", [25, 25, 2, 25, 25], ["size of the code", "hidden"]),
        ("hidden: [25, 10]", [25, 10, 2, 10, 25], ["size of the code"]),
        ("hidden: [25, 10, 3]", [25, 10, 3, 10, 25], ["last layer", "code"]),
        ("layers: [30, 20, 10]", [30, 20, 10, 20, 30], ["last layer", "code"]),
        (
            "latent_dim: 128\nhidden_dims: [32, 64, 128, 256]",
            [32, 64, 128, 256, 128, 256, 128, 64, 32],
            ["hidden_dims", "before the code"],
        ),
        ("input_dim: 784\nhidden_size: 32", [32], ["last layer", "hidden_size"]),
        ("layers: [20, 2, 20]\nepochs: 3", [20, 2, 20], ["narrowest"]),
        ("latent_dim: 128", [512, 256, 128, 256, 512], ["No layers are given"]),
        ("latent_dim: 3", [25, 10, 3, 10, 25], ["No layers are given"]),
        ("encoder: {channels: [32, 16], kernel_sizes: [3, 3]}\nlatent_dim: 2",
         [32, 16, 2, 16, 32], ["Convolutions", "kernel_sizes"]),
    ],
)  # fmt: skip
def test_what_a_list_leaves_open_is_told_as_assumed(
    text: str, units: list[int], assumed: list[str]
) -> None:
    reading = read(text)
    assert sizes(reading) == units
    assert has(reading.assumed, *assumed)
    assert has(reading.assumed, "-".join(map(str, units)))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("input_dim: 256\nencoder_hidden: [256, 64]\nlatent_dim: 2", [256, 64, 2, 64, 256]),
        ("input_dim: 784\nhidden_dim: 400\nlatent_dim: 20", [400, 20, 400]),
        ("hidden_size: 64\nnum_layers: 2\nlatent_dim: 3", [64, 64, 3, 64, 64]),
        ("hidden1: 30\nhidden2: 10\nz_dim: 3", [30, 10, 3, 10, 30]),
        ("capas: [35, 20, 2, 20, 35]", [20, 2, 20]),
        ("input_shape: 28x28\nhidden_layers: [64]\nlatent_dim: 2", [64, 2, 64]),
        ("input_shape: [null, 784]\nhidden_layers: [64]\nlatent_dim: 2", [64, 2, 64]),
    ],
)
def test_lists_that_say_all_are_understood(text: str, units: list[int]) -> None:
    reading = read(text)
    assert sizes(reading) == units
    assert has(reading.understood, "-".join(map(str, units)))


def test_a_variational_encoder_may_end_in_mean_and_variance() -> None:
    both = "encoder: {layer_sizes: [35, 20, 4]}\ndecoder: {layer_sizes: [2, 20, 35]}\n"
    told = read(both + "latent_dim: 2\nkl_ramp_epochs: 5")
    assert sizes(told)[:1] + sizes(told)[2:] == [20, 20]
    latent = told.recipe.network.latent
    assert (latent.kind, latent.units, latent.kl_warmup_epochs) == ("gaussian", 2, 5)
    guessed = read(both)
    assert guessed.recipe.network.latent.kind == "gaussian"
    assert has(guessed.assumed, "variational", "twice")


def test_a_pytorch_vae_is_a_vae() -> None:
    reading = read(
        "model_params: {name: VanillaVAE, in_channels: 3, latent_dim: 128}\n"
        "data_params: {patch_size: 64, train_batch_size: 64}\n"
        "exp_params: {LR: 0.005, kld_weight: 0.00025, manual_seed: 1265, scheduler_gamma: 0.95}\n"
        "trainer_params: {max_epochs: 100}"
    )
    latent, training = reading.recipe.network.latent, reading.recipe.training
    assert (latent.kind, latent.units) == ("gaussian", 128)
    # There it stands beside the mean over the pixels, here beside their sum.
    assert latent.beta == pytest.approx(0.00025 * 64 * 64 * 3)
    assert (training.optimizer.learning_rate, training.batch_size) == (0.005, 64)
    assert (reading.recipe.seed, training.epochs, training.loss) == (1265, 100, "mse")
    assert training.schedule.final_factor == pytest.approx(0.95**100)
    assert has(reading.understood, "kld_weight")
    assert has(reading.assumed, "scheduler_gamma")
    assert has(reading.assumed, "No layers are given")
    assert reading.recipe.data.source == "emoji"


def test_what_is_switched_off_is_off_and_told() -> None:
    reading = read(
        "network: {layers: [30, 20, 10], function: sigmoid}\n"
        "denoising: {enable: false, noise_type: gaussian, noise_level: 0.1}\n"
        "variational: {data_shape: [20, 20]}"
    )
    assert reading.recipe.data.corruption.kind == "none"
    assert reading.recipe.network.latent.kind == "plain"
    assert has(reading.assumed, "variational", "gives no layers")
    assert has(reading.ignored, "denoising.noise_level", "switched off")
    assert has(reading.ignored, "variational.data_shape")
    flags = read("vae: false\nkl_weight: 0.1\nuse_dropout: false\ndropout: 0.4\nepochs: 3")
    assert flags.recipe.network.latent.kind == "plain"
    assert isinstance(flags.recipe.network.encoder[0], LayerSpec)
    assert flags.recipe.network.encoder[0].dropout == 0
    assert has(flags.understood, "vae")


def test_of_several_networks_the_first_is_taken_and_the_others_are_told() -> None:
    reading = read(
        "autoencoder: {layers: [35, 20, 2, 20, 35], epochs: 100}\n"
        "denoising: {layers: [35, 30, 10, 30, 35], noise_level: 0.2}\n"
        "vae: {encoder_layers: [256, 128], latent_dim: 2, lr: 0.1}"
    )
    assert sizes(reading) == [20, 2, 20]
    assert reading.recipe.network.latent.kind == "plain"
    assert reading.recipe.data.corruption.kind == "none"
    assert reading.recipe.training.optimizer.learning_rate == 0.01
    assert has(reading.assumed, "3 networks", "autoencoder")
    assert has(reading.ignored, "denoising", "noise_level", "another network")


def test_a_gan_is_not_read_as_an_autoencoder() -> None:
    with pytest.raises(RecipeError, match=r"discriminator\.layers.*GAN"):
        read("discriminator: {layers: [784, 128, 1]}\nepochs: 3")


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("powell", "powell"), ("BFGS", "bfgs"), ("CG", "cg"), ("L-BFGS-B", "lbfgs"),
        ("Nelder-Mead", "nelder_mead"), ("none", "sgd"), ("gradientes conjugados", "cg"),
    ],
)  # fmt: skip
def test_optimisers_of_scipy_and_none(word: str, name: str) -> None:
    reading = read(f"layers: [35, 10, 2, 10, 35]\noptimizer: {word}")
    assert reading.recipe.training.optimizer.name == name
    assert has(reading.understood, "optimizer")


def test_no_optimiser_with_momentum_is_gradient_descent_with_momentum() -> None:
    reading = read("layers: [35, 10, 2, 10, 35]\noptimizer: none\nmomentum: 0.9")
    optimizer = reading.recipe.training.optimizer
    assert (optimizer.name, optimizer.momentum) == ("momentum", 0.9)
    assert has(reading.assumed, "momentum")


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("lr_decay: 0.999\nepochs: 1000", "exponential", 0.999**1000),
        ("decay_rate: 0.9\nepochs: 20", "exponential", 0.9**20),
        ("scheduler: exponential\ngamma: 0.9\nepochs: 20", "exponential", 0.9**20),
        ("gamma: 0.5\nstep_size: 100", "step", 0.5),
        ("decay: 1e-4\nepochs: 1000", "exponential", 1 / 1.1),
    ],
)
def test_a_rate_that_falls_is_not_dropped(text: str, name: str, value: float) -> None:
    reading = read(f"layers: [35, 10, 2]\n{text}")
    schedule = reading.recipe.training.schedule
    assert schedule.name == name
    found = schedule.factor if name == "step" else schedule.final_factor
    assert found == pytest.approx(value)
    assert reading.ignored == ()


def test_a_sweep_gives_the_first_of_its_values_and_says_so() -> None:
    reading = read(
        "architecture: [[35, 20, 2, 20, 35], [35, 10, 2, 10, 35]]\n"
        "learning_rate: [0.1, 0.01, 0.001]\nepochs: {values: [30, 60]}\noptimizer: [sgd, adam]"
    )
    training = reading.recipe.training
    assert sizes(reading) == [20, 2, 20]
    assert (training.optimizer.name, training.optimizer.learning_rate) == ("sgd", 0.1)
    assert training.epochs == 30
    assert has(reading.assumed, "learning_rate", "the first of 3")
    assert has(reading.assumed, "architecture", "the first of 2")
    assert has(reading.assumed, "epochs", "the first of 2")
    assert has(reading.assumed, "optimizer", "the first of 2")


def test_details_of_what_was_not_chosen_are_ignored() -> None:
    reading = read(
        "layers: [35, 10, 2]\noptimizer: sgd\nb1: 0.8\nb2: 0.9\nmin_error: 0.01\nstd: 3\nseed: 1"
    )
    assert has(reading.ignored, "b1", "SGD")
    assert has(reading.ignored, "min_error", "does not stop")
    adam = read("layers: [35, 10, 2]\nb1: 0.8\nb2: 0.9").recipe.training.optimizer
    assert (adam.beta1, adam.beta2) == (0.8, 0.9)


KERAS = """{"class_name": "Sequential", "config": {"name": "ae", "layers": [
{"class_name": "InputLayer", "config": {"batch_shape": [null, 784], "name": "in"}},
{"class_name": "Dense", "config": {"units": 128, "activation": "relu", "use_bias": true}},
{"class_name": "Dropout", "config": {"rate": 0.2}},
{"class_name": "Dense", "config": {"units": 32, "activation": "linear"}},
{"class_name": "Dense", "config": {"units": 128, "activation": "relu"}},
{"class_name": "BatchNormalization", "config": {"momentum": 0.99}},
{"class_name": "Dense", "config": {"units": 784, "activation": "sigmoid"}}]},
"keras_version": "2.9.0"}"""


def test_a_model_of_keras_is_read_layer_by_layer() -> None:
    reading = read(KERAS)
    assert sizes(reading) == [128, 32, 128]
    assert bends(reading) == ["relu", "identity", "relu", "sigmoid"]
    assert reading.recipe.data.source == "mnist"
    assert has(reading.ignored, "batchnormalization")
    assert has(reading.ignored, "use_bias")
    with pytest.raises(RecipeError, match="convolution"):
        read("layers: [{class_name: Conv2D, config: {filters: 32}}, {class_name: Flatten}]")


CONVOLUTIONAL = """{"layers": [
{"class_name": "InputLayer", "config": {"batch_shape": [null, 28, 28, 1]}},
{"class_name": "Conv2D", "config": {"filters": 16, "kernel_size": [3, 3], "strides": [2, 2],
 "padding": "same", "activation": "tanh"}},
{"class_name": "MaxPooling2D", "config": {"pool_size": [2, 2]}},
{"class_name": "Flatten"}, {"class_name": "Dense", "config": {"units": 2}},
{"class_name": "Dense", "config": {"units": 784}}, {"class_name": "Reshape"},
{"class_name": "UpSampling2D"}, {"class_name": "Conv2DTranspose", "config": {"filters": 1}}]}"""


@pytest.mark.parametrize(
    ("text", "encoder", "code"),
    [
        (CONVOLUTIONAL, (ConvSpec(channels=16, stride=2, activation="tanh"), PoolSpec()), 2),
        ("encoder: [{type: conv, filters: 4, kernel_size: [1, 2]}, {type: dense, units: 3}]",
         (ConvSpec(channels=4, kernel=(1, 2), padding=0),), 3),
        ("conv_layers: [{out_channels: 8, kernel: 3, padding: 1}]\nlatent_dim: 2",
         (ConvSpec(channels=8, padding=1),), 2),
    ],
)  # fmt: skip
def test_convolutions_at_the_beginning_are_read_and_mirrored(
    text: str, encoder: tuple[object, ...], code: int
) -> None:
    reading = read(text)
    network = reading.recipe.network
    assert (network.encoder, network.latent.units, network.decoder) == (encoder, code, None)
    shape = (1, 28, 28) if text is CONVOLUTIONAL else (1, 7, 5)
    chain = build_chain(network, shape)
    assert not chain.problems
    assert chain.layers[-1].output_shape == shape
    assert has(reading.assumed, "mirrors")


def test_convolutions_told_by_lists_apart_stand_under_ignored() -> None:
    reading = read("hidden: [10]\nlatent_dim: 2\nkernel_size: [1, 2]\nstrides: [1, 1]")
    assert sizes(reading) == [10, 2, 10]
    assert has(reading.ignored, "kernel_size = [1, 2]")
    assert has(reading.ignored, "strides = [1, 1]")
    assert has(reading.assumed, "Convolutions", "not read")


def leaves(node: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaves(value, (*path, str(key)))
    else:
        yield ".".join(path)


def speaks_of(line: str, key: str) -> bool:
    if line.startswith(f"{key} = "):
        return True
    branch = re.match(r"([\w.]+) \(([^()]*)\)", line)
    if branch is None or " = " in branch[1]:
        return False
    return any(f"{branch[1]}.{name}" == key for name in branch[2].split(", "))


def tells(reading: CourseReading, key: str) -> int:
    parts = (reading.understood, reading.assumed, reading.ignored)
    return sum(speaks_of(line, key) for part in parts for line in part)


WORDS = (
    *("layers", "hidden_layers", "encoder", "decoder", "latent_dim", "input_size", "channels"),
    *("lr", "optimizer", "name", "type", "epochs", "batch_size", "noise", "noise_level", "salt_p"),
    *("pepper", "activation", "activations", "beta", "dropout", "init", "scheduler", "gamma"),
    *("patience", "early_stopping", "seed", "runs", "data", "font", "enabled", "device", "betas"),
    *("momentum", "min_lr", "weight_decay", "output_activation", "description", "vae", "b1"),
    *("kl_weight", "use_noise", "min_error", "step_size", "mystery", "model", "nesterov"),
    *("variational", "hidden_size", "hidden1", "decay_rate", "kld_weight", "num_layers"),
)
VALUES = (
    st.none() | st.booleans() | st.integers(0, 70) | st.floats(0, 1)
    | st.sampled_from(["adam", "relu", "none", "35-2", "gaussian", "cosine", "vae", "sgd", "magic"])
    | st.lists(st.integers(1, 70), max_size=5)
    | st.lists(st.sampled_from(["relu", "tanh", "magic"]), max_size=4)
)  # fmt: skip
CONFIGS = st.dictionaries(
    st.sampled_from(WORDS),
    VALUES | st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=4),
    min_size=1,
    max_size=8,
)


@settings(max_examples=300)
@given(CONFIGS)
def test_nothing_vanishes_and_nothing_is_told_twice(config: dict[str, Any]) -> None:
    try:
        reading = understand(config)
    except RecipeError:
        return
    told = {key: tells(reading, key) for key in leaves(config)}
    assert all(count == 1 for count in told.values()), (told, reading)
