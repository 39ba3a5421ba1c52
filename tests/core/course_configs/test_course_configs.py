"""Import of course configurations: recipes, and what is listed as understood or ignored."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aegui.core.course_configs import CourseReading, lines_of, load_any_recipe, understand
from aegui.core.errors import ReadError, RecipeError
from aegui.core.network.chain import build_chain
from aegui.core.recipe import AnyLayer, CorruptionSpec, LatentSpec, LayerSpec, Recipe
from aegui.core.recipe.file import parse_recipe, recipe_json

if TYPE_CHECKING:
    from pathlib import Path

CLASSIC = """{"layers":[35,25,10,2,10,25,35],"learning_rate":0.01,"epochs":10000,
"activation_fn":"relu","loss_function":"cross_entropy_loss","optimizer":"adam","n_runs":1,
"seed":42,"init_method":"uniform"}"""

IMAGES = """{"data":{"input_size":[64,64],"channels":3,"batch_size":2,"validation_split":0.2},
"model":{"latent_dim":4,"encoder_layers":[{"units":256,"activation":"relu"},
{"units":128,"activation":"relu"}],"decoder_layers":[{"units":128,"activation":"relu"},
{"units":256,"activation":"relu"}]},"training":{"epochs":200,"learning_rate":0.001,
"batch_size":2},"paths":{"output":"results","models":{"best":"a","last":"b"}}}"""


def sizes(reading: CourseReading) -> list[int]:
    shapes = build_chain(reading.recipe.network, (1, 7, 5))
    return [layer.outputs for layer in shapes.layers]


def dense(layer: AnyLayer) -> LayerSpec:
    assert isinstance(layer, LayerSpec)
    return layer


def read(**config: Any) -> Any:
    return understand(config)


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (
            "aegui-study",
            "p.json is the plan of a study, not a recipe: the panel “Study” opens it, and "
            "“aegui study” runs it.",
        ),
        ("aegui-lesson", "p.json is no recipe: its format is “aegui-lesson”."),
    ],
)
def test_other_documents_of_this_program_are_no_configurations(
    form: str, reason: str, tmp_path: Path
) -> None:
    plan = {"format": form, "version": 1, "name": "p", "set": {"training.epochs": 9}}
    path = tmp_path / "p.json"
    path.write_text(json.dumps(plan), "utf-8")
    with pytest.raises(RecipeError, match=f"^{re.escape(str(tmp_path / reason))}$"):
        load_any_recipe(path)


def test_the_classic_configuration_works_verbatim() -> None:
    reading = understand(json.loads(CLASSIC))
    recipe = reading.recipe
    assert sizes(reading) == [25, 10, 2, 10, 25, 35]
    assert recipe.network.encoder == (
        LayerSpec(units=25, activation="relu"),
        LayerSpec(units=10, activation="relu"),
    )
    assert recipe.network.decoder is None
    assert recipe.network.latent.activation == "identity"
    assert recipe.network.output_activation == "sigmoid"
    assert recipe.training.optimizer.name == "adam"
    assert recipe.training.optimizer.learning_rate == 0.01
    assert recipe.training.loss == "bce"
    assert recipe.training.epochs == 10_000
    assert recipe.training.initializer.name == "uniform"
    assert (recipe.seed, recipe.runs) == (42, 1)
    assert recipe.data.source == "lowercase"
    assert len(reading.understood) == 10
    assert any("sigmoid" in line for line in reading.assumed)
    assert any("lower-case" in line for line in reading.assumed)
    assert (reading.ignored, reading.needs) == ((), ())


def test_the_image_configuration_is_understood_as_the_course_means_it() -> None:
    reading = understand(json.loads(IMAGES))
    network, training = reading.recipe.network, reading.recipe.training
    assert [(dense(layer).units, dense(layer).activation) for layer in network.encoder] == [
        (256, "relu"),
        (128, "relu"),
    ]
    assert network.latent.units == 4
    assert network.decoder is None
    assert (training.epochs, training.batch_size) == (200, 2)
    assert training.optimizer.learning_rate == 0.001
    assert (network.latent.kind, network.latent.activation) == ("gaussian", "identity")
    assert reading.recipe.data.source == "emoji"
    assert reading.recipe.data.split.validation == 0.2
    assert reading.needs == ()
    assert any("12288" in line for line in reading.understood)
    assert any("variational" in line for line in reading.assumed)
    assert reading.ignored == ("paths (output, models.best, models.last)",)


def test_three_dots_for_the_decoder_and_for_paths_are_no_obstacle(tmp_path: Path) -> None:
    text = IMAGES[: IMAGES.index('"decoder_layers"')]
    text += '"decoder_layers":[...]},"training":{"epochs":200},"paths":{...}}'
    (tmp_path / "config.json").write_text(text)
    reading = load_any_recipe(tmp_path / "config.json")
    assert [dense(layer).units for layer in reading.recipe.network.encoder] == [256, 128]
    assert reading.recipe.network.decoder is None


@pytest.mark.parametrize(
    ("config", "units"),
    [
        ({"layers": [35, 25, 10, 2, 10, 25, 35]}, [25, 10, 2, 10, 25]),
        ({"architecture": "35-25-10-2-10-25-35"}, [25, 10, 2, 10, 25]),
        ({"architecture": "35 -> 20 -> 2 -> 20 -> 35"}, [20, 2, 20]),
        ({"layer_sizes": ["35", "20", "2", "20", "35"]}, [20, 2, 20]),
        ({"layers": [[35, 20], [20, 2], [2, 20], [20, 35]]}, [20, 2, 20]),
        ({"layers": [35, 20, 2, 35]}, [20, 2]),
        ({"layers": [35, 2, 35]}, [2]),
        ({"layers": [35, 25, 10, 2]}, [25, 10, 2, 10, 25]),
        ({"layers": [25, 10, 2]}, [25, 10, 2, 10, 25]),
        ({"layers": [25, 10, 2, 10, 25]}, [25, 10, 2, 10, 25]),
        ({"layers": [25, 10, 2, 20]}, [25, 10, 2, 20]),
        ({"hidden_layers": [25, 10, 2, 10, 25]}, [25, 10, 2, 10, 25]),
        ({"hidden_layers": [25, 10], "latent_dim": 2}, [25, 10, 2, 10, 25]),
        ({"hidden_layers": [25, 10], "latent_dim": 3}, [25, 10, 3, 10, 25]),
        ({"hidden_layers": [25, 10, 10, 25], "bottleneck": 2}, [25, 10, 2, 10, 25]),
        ({"hidden_layers": [25, 10, 3, 10, 25], "latent_size": 3}, [25, 10, 3, 10, 25]),
        ({"hidden_sizes": [25, 10]}, [25, 10, 2, 10, 25]),
        ({"model": {"hidden_dims": [20], "latent_dim": 2}}, [20, 2, 20]),
        ({"encoder": [35, 25, 10, 2], "decoder": [2, 10, 25, 35]}, [25, 10, 2, 10, 25]),
        ({"encoder": [25, 10, 2], "decoder": [10, 25]}, [25, 10, 2, 10, 25]),
        ({"encoder": [25, 10, 2], "decoder": [2, 10, 25]}, [25, 10, 2, 10, 25]),
        ({"layer_config": [35, 23, 2, 23, 35]}, [23, 2, 23]),
        ({"hidden_layers": [20, 15, 20]}, [20, 15, 20]),
        ({"encoding_layers": [20], "latent_space_size": 2, "decoding_layers": [9]}, [20, 2, 9]),
        ({"encoder_layers": [25, 10], "latent_dim": 2}, [25, 10, 2, 10, 25]),
        ({"encoder_layers": [25, 10], "latent_dim": 2, "decoder_layers": [30]}, [25, 10, 2, 30]),
        ({"encoder": {"layers": [25, 10, 2]}, "decoder": {"layers": [15, 35]}}, [25, 10, 2, 15]),
        ({"encoder": [35, 10, 2]}, [10, 2, 10]),
        ({"encoderLayers": [20, 10], "latentDim": "2"}, [20, 10, 2, 10, 20]),
        ({"latent_dim": 5}, [25, 10, 5, 10, 25]),
        ({"layers": [25, 10, 2], "input_size": 35}, [25, 10, 2, 10, 25]),
        ({"layers": [35, 35, 2, 35, 35], "input_dim": 35}, [35, 2, 35]),
        (
            {"layers": [{"units": 20, "activation": "relu"}, {"neurons": 2}], "input_size": [7, 5]},
            [20, 2, 20],
        ),
        ({"layers": [{"type": "dense", "size": 20}, {"type": "relu"}, {"size": 2}]}, [20, 2, 20]),
    ],
)
def test_layer_lists_in_every_style(config: dict[str, Any], units: list[int]) -> None:
    reading = understand(config)
    assert sizes(reading)[:-1] == units
    assert reading.recipe.network.latent.units == units[len(reading.recipe.network.encoder)]
    assert reading.needs == ()


def test_elements_of_a_list_may_carry_activation_slope_and_dropout() -> None:
    network = read(
        layers=[
            {"units": 20, "activation": "logistic", "beta": 2, "dropout": "0.1"},
            {"units": 9},
            {"type": "ReLU"},
            {"type": "dropout", "rate": 0.2},
            {"units": 2, "activation": "tanh"},
        ],
        epochs=3,
    ).recipe.network
    assert network.encoder == (
        LayerSpec(units=20, activation="sigmoid", slope=2, dropout=0.1),
        LayerSpec(units=9, activation="relu", dropout=0.2),
    )
    assert network.latent == LatentSpec(units=2, activation="tanh")


@pytest.mark.parametrize(
    "config",
    [
        {"learning_rate": 0.25},
        {"lr": "0.25"},
        {"optimizer": {"learning_rate": 0.25}},
        {"optimizer": "adam", "optim_kwargs": {"learning_rate": "2.5e-1"}},
        {"training": {"optimizer": {"name": "adam", "params": {"lr": 0.25}}}},
        {"optimizer": {"type": "adam", "alpha": 0.25}},
        {"Learning-Rate": 0.25},
        {"learningRate": 0.25},
        {"eta": 0.25},
    ],
)
def test_the_learning_rate_by_all_its_names(config: dict[str, Any]) -> None:
    assert understand(config).recipe.training.optimizer.learning_rate == 0.25


@pytest.mark.parametrize(
    "config",
    [
        {"epochs": 77},
        {"max_epochs": "77"},
        {"epochs_max": 77.0},
        {"max_iter": "7.7e1"},
        {"training": {"num_epochs": 77}},
    ],
)
def test_the_epochs_by_all_their_names(config: dict[str, Any]) -> None:
    assert understand(config).recipe.training.epochs == 77


@pytest.mark.parametrize(
    ("config", "kind", "level"),
    [
        ({"noise": 0.2}, "salt_pepper", 0.2),
        ({"noise": "0.2"}, "salt_pepper", 0.2),
        ({"noise_level": 0.2}, "salt_pepper", 0.2),
        ({"noise_factor": 0.2}, "gaussian", 0.2),
        ({"salt_p": 0.2}, "salt_pepper", 0.2),
        ({"salt_prob": 0.1, "pepper_prob": 0.1}, "salt_pepper", 0.2),
        ({"noise": {"salt_pepper": 0.2}}, "salt_pepper", 0.2),
        ({"gaussian_noise": "0.2"}, "gaussian", 0.2),
        ({"noise": True, "flip_prob": 0.2}, "flip", 0.2),
        ({"mask_ratio": 0.2}, "masking", 0.2),
        ({"noise": {"enabled": True, "kind": "gaussian", "std": 0.2}}, "gaussian", 0.2),
        ({"noise": {"type": "gaussian", "sigma": 0.2}}, "gaussian", 0.2),
        ({"noise": {"type": "salt_and_pepper", "level": "0.2"}}, "salt_pepper", 0.2),
        ({"noise_type": "masking", "noise_level": 0.2}, "masking", 0.2),
        ({"noise": "binary", "noise_prob": 0.2}, "flip", 0.2),
        ({"denoising": "true", "noise_level": 0.2}, "salt_pepper", 0.2),
        ({"noise_levels": [0.2, 0.4]}, "salt_pepper", 0.2),
        ({"noise": True}, "none", 0.0),
        ({"noise": False, "noise_level": 0.2}, "none", 0.0),
        ({"noise": "none"}, "none", 0.0),
        ({"noise": None}, "none", 0.0),
        ({"noise": 0}, "none", 0.0),
    ],
)
def test_noise_in_every_style(config: dict[str, Any], kind: str, level: float) -> None:
    corruption = understand({"epochs": 1, **config}).recipe.data.corruption
    assert (corruption.kind, corruption.level) == (kind, level)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("tangent", "tanh"),
        ("logistic", "sigmoid"),
        ("ReLU", "relu"),
        ("leaky-relu", "leaky_relu"),
        ("LeakyReLU", "leaky_relu"),
        ("linear", "identity"),
        ("nn.SiLU", "silu"),
        ("swish", "silu"),
        ("sin", "sine"),
        ("sigmoide", "sigmoid"),
        ("relu_activation", "relu"),
    ],
)
def test_activations_by_their_other_names(name: str, key: str) -> None:
    reading = read(layers=[35, 10, 2], activation_function=name)
    assert reading.recipe.network.encoder[0].activation == key


def test_a_misspelt_key_is_told_with_the_one_that_is_meant() -> None:
    reading = read(layers=[35, 10, 2], epocs=100, learning_rat=0.1, verbosity=3, epoch_count=2)
    assert reading.ignored[:2] == (
        'epocs = 100 (Did you mean "epochs"?)',
        'learning_rat = 0.1 (Did you mean "learning_rate"?)',
    )
    assert "verbosity = 3" in reading.ignored
    with pytest.raises(RecipeError, match="with a point before its decimals"):
        read(layers=[35, 10, 2], learning_rate="0,01")


def test_beta_is_the_slope_of_tangent_and_logistic_only() -> None:
    tangent = read(layers=[35, 10, 2, 10, 35], activation="tangent", beta="0.8").recipe.network
    assert tangent.encoder[0].slope == 0.8
    assert tangent.latent.slope == 1.0
    assert tangent.output_slope == 1.0
    bent = read(activation="logistic", output_activation="logistic", beta=2, epochs=1)
    assert (bent.recipe.network.encoder[0].slope, bent.recipe.network.output_slope) == (2, 2)
    plain = read(layers=[35, 10, 2], activation="relu", beta=0.8)
    assert plain.recipe.network.encoder[0].slope == 1.0
    assert plain.ignored == ("beta = 0.8",)


def test_activations_of_hidden_and_output_layers_by_longer_names() -> None:
    reading = read(
        Arquitectura=[35, 20, 2, 20, 35],
        hidden_layers_activation_functions="relu",
        output_layer_activation_function="logistic",
    )
    assert reading.recipe.network.encoder == (LayerSpec(units=20, activation="relu"),)
    assert reading.ignored == ()
    nested = read(hidden_layers=[9], activation={"function": "tanh", "beta": 0.7})
    assert nested.recipe.network.encoder == (LayerSpec(units=9, activation="tanh", slope=0.7),)


def test_early_stopping_may_be_its_own_patience() -> None:
    goals = read(epochs=5, early_stopping="30").recipe.training.goals
    assert goals.patience_epochs == 30


def test_a_list_of_activations_is_put_onto_the_layers() -> None:
    network = read(
        layers=[35, 20, 2, 20, 35], activations=["relu", "linear", "tanh", "sigmoid"]
    ).recipe.network
    assert network.encoder[0].activation == "relu"
    assert network.latent.activation == "identity"
    assert network.decoder == (LayerSpec(units=20, activation="tanh"),)
    short = read(layers=[35, 20, 2, 20, 35], activations=["relu"]).recipe.network
    assert (short.encoder[0].activation, short.decoder) == ("relu", None)
    odd = read(layers=[35, 20, 2, 20, 35], activations=["relu"] * 9)
    assert any("activations" in line for line in odd.ignored)


def test_code_and_output_may_bend_on_their_own() -> None:
    network = read(
        encoder={"hidden_dims": [20], "activation": "relu"},
        latent={"dim": 2, "activation": "tanh"},
        decoder={"hidden_dims": [20]},
        output={"activation": "tanh"},
        loss="mse",
    ).recipe.network
    assert network.encoder == (LayerSpec(units=20, activation="relu"),)
    assert network.latent.activation == "tanh"
    assert network.output_activation == "tanh"


def test_sides_may_bend_differently() -> None:
    network = read(
        encoder_layers=[20], latent_dim=2, encoder_activation="relu", decoder_activation="tanh"
    ).recipe.network
    assert network.encoder[0].activation == "relu"
    assert network.decoder == (LayerSpec(units=20, activation="tanh"),)


def test_outputs_of_a_cross_entropy_are_a_sigmoid_others_as_told() -> None:
    bce = read(layers=[35, 9, 2], loss="bce", output_activation="relu")
    assert bce.recipe.network.output_activation == "sigmoid"
    mse = read(layers=[35, 9, 2], loss="MSELoss", output_activation="tanh")
    assert mse.recipe.training.loss == "mse"
    assert mse.recipe.network.output_activation == "tanh"


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"optimizer": "SGD"}, "sgd"),
        ({"optimizer": "gradient descent"}, "sgd"),
        ({"optimizer": {"type": "sgd", "momentum": 0.8}}, "momentum"),
        ({"optimizer": {"type": "sgd", "momentum": 0.8, "nesterov": "true"}}, "nesterov"),
        ({"optimizer": "torch.optim.AdamW", "weight_decay": 0.1}, "adamw"),
        ({"optimizer": {"method": "RMSProp"}}, "rmsprop"),
        ({"optimization": {"method": "gradient_descent", "momentum": 0.5}}, "momentum"),
        ({"optimizer": "sgd", "momentum": True}, "momentum"),
        ({"optimizer": "sgd", "momentum": 1}, "momentum"),
        ({"optimizer": "sgd", "momentum": 0}, "sgd"),
        ({"optimizer": "sgd", "momentum": "false"}, "sgd"),
    ],
)
def test_optimisers(config: dict[str, Any], name: str) -> None:
    assert understand(config).recipe.training.optimizer.name == name


def test_other_settings_find_their_place() -> None:
    training = read(
        optimizer={"name": "adam", "betas": [0.8, 0.99], "eps": 1e-6, "weight_decay": 0.001},
        scheduler={"type": "StepLR", "step_size": 100, "gamma": 0.9},
        early_stopping={"enabled": True, "patience": 50},
        batch_size="full",
        gradient_clipping=1,
        l1=0.01,
        max_pixel_error=1,
        weight_init="glorot_uniform",
        use_gpu="false",
    ).recipe.training
    optimizer, schedule = training.optimizer, training.schedule
    assert (optimizer.beta1, optimizer.beta2, optimizer.eps) == (0.8, 0.99, 1e-6)
    assert (training.l1, training.l2, training.clip_norm) == (0.01, 0.001, 1)
    assert (schedule.name, schedule.step_epochs, schedule.factor) == ("step", 100, 0.9)
    assert (training.goals.patience_epochs, training.goals.max_wrong_pixels) == (50, 1)
    assert training.batch_size is None
    assert training.initializer.name == "xavier_uniform"
    assert training.device == "cpu"


def test_what_is_switched_off_stays_off() -> None:
    training = read(
        epochs=5, early_stopping=False, patience=10, grad_clip=0, batch_size=-1, scheduler=None
    ).recipe.training
    assert training.goals.patience_epochs is None
    assert training.clip_norm is None
    assert training.batch_size is None
    assert training.schedule.name == "constant"


def test_a_rate_that_falls_per_epoch_is_told_by_where_it_ends() -> None:
    training = read(
        epochs=100, scheduler={"type": "exponential", "gamma": 0.99}, lr=0.1
    ).recipe.training
    assert training.schedule.final_factor == pytest.approx(0.99**100)
    cosine = read(lr=0.1, scheduler={"type": "cosine", "eta_min": 0.001}).recipe.training
    assert cosine.schedule.final_factor == pytest.approx(0.01)


def test_the_same_setting_twice_is_one_and_another_value_is_told() -> None:
    same = understand({"a": {"epochs": 5}, "b": {"epochs": 5}})
    assert (same.recipe.training.epochs, same.ignored) == (5, ())
    differ = understand({"a": {"epochs": 5}, "b": {"epochs": 6}})
    assert (differ.recipe.training.epochs, differ.ignored) == (5, ("b.epochs = 6",))


def test_names_of_choices_that_are_not_known_are_left_aside() -> None:
    reading = read(layers=[35, 10, 2], optimizer="adadelta", activation="magic")
    assert reading.recipe.training.optimizer.name == "adam"
    assert any("adadelta" in line for line in reading.ignored)
    assert any("magic" in line for line in reading.ignored)
    assert any("Tanh" in line for line in reading.assumed)


@pytest.mark.parametrize(
    "config",
    [{"model": "VAE", "epochs": 3}, {"epochs": 3, "kl_weight": 0.1}, {"vae": {"latent_dim": 2}}],
)
def test_a_variational_model_is_understood(config: dict[str, Any]) -> None:
    reading = understand(config)
    assert reading.needs == ()
    assert reading.recipe.network.latent.kind == "gaussian"
    assert reading.recipe.network.latent.beta == config.get("kl_weight", 1.0)


def test_sizes_of_the_course_name_their_set_and_others_ask_for_a_file() -> None:
    assert read(layers=[784, 64, 2, 64, 784]).recipe.data.source == "mnist"
    grey = read(layers=[6400, 64, 2, 64, 6400], input_size=[80, 80]).recipe.data
    assert (grey.source, grey.images.width, grey.images.channels) == ("emoji", 80, 1)
    assert "100 pixels" in read(layers=[20, 2], input_size=[10, 10]).needs[0]


def test_data_by_name_and_by_file(tmp_path: Path) -> None:
    assert read(layers=[35, 2], font="Font2").recipe.data.source == "uppercase"
    assert read(layers=[35, 2], fonts=1).recipe.data.source == "symbols"
    assert read(layers=[35, 2], dataset="letters", chars="abc").recipe.data.chars == "abc"
    (tmp_path / "font.h").write_text("x")
    (tmp_path / "c.json").write_text('{"layers": [35, 2], "data_path": "font.h"}')
    found = load_any_recipe(tmp_path / "c.json")
    assert found.recipe.data.source == str(tmp_path / "font.h")
    missing = read(layers=[35, 2], data_path="nowhere.h")
    assert missing.recipe.data.source == "lowercase"
    assert any("nowhere.h" in line for line in missing.ignored)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"epochs": -3}, ['"epochs"', "-3", "1 to 100,000,000"]),
        ({"max_iter": 10**40}, ["max_iter", "very large"]),
        ({"max_iter": 2.5}, ["max_iter", "2.5", "whole"]),
        ({"epochs": True}, ["epochs", "true"]),
        ({"lr": float("nan")}, ['"lr"', "NaN"]),
        ({"lr": "nan"}, ['"lr"', "nan"]),
        ({"training": {"lr": -1}}, ['"training.lr"', "-1", "greater than 0"]),
        ({"lr": "fast"}, ['"lr"', '"fast"']),
        ({"layers": [35, -2, 35]}, ['"layers"', "-2"]),
        ({"layers": [35, 10**12, 2]}, ['"layers"']),
        ({"layers": [35, {"activation": "nope"}, 2]}, ["layers.1", "units"]),
        ({"layers": [35, {"units": 3, "activation": "nope"}, 2]}, ["layers.1.activation", "nope"]),
        ({"layers": [35, 10, "x"]}, ["layers.2", '"x"']),
        ({"layers": [35, 20, 9, 20, 35], "latent_dim": 2}, ["2", "layers"]),
        ({"layers": [10] * 300}, ["layers", "200"]),
        ({"latent_dim": 0, "epochs": 1}, ["latent_dim", "0"]),
        ({"noise_level": 3}, ["noise_level", "at most 1"]),
        ({"noise_level": -0.1}, ["noise_level", "-0.1"]),
        ({"epochs": 5, "batch_size": "many"}, ["batch_size", "many"]),
        ({"epochs": 5, "seed": -1}, ["seed", "-1"]),
        ({"layers": [35, 2], "input_size": -4}, ["input_size"]),
        ({"epochs": 5, "dropout": 2}, ["dropout", "2"]),
        ({"foo": 1}, ["This configuration has no known key"]),
        ({"name": "x", "items": [1, 2]}, ["This configuration has no known key"]),
        ({}, ["object of keys"]),
        ([], ["object of keys"]),
        (5, ["object of keys"]),
    ],
)
def test_impossible_values_are_refused_by_their_own_key(config: object, words: list[str]) -> None:
    with pytest.raises(RecipeError) as caught:
        understand(config)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_our_own_recipe_is_taken_as_it_is(tmp_path: Path) -> None:
    recipe = Recipe(name="mine", seed=3)
    (tmp_path / "r.json").write_text(recipe_json(recipe))
    assert load_any_recipe(tmp_path / "r.json") == CourseReading(recipe)
    assert understand(json.loads(recipe_json(recipe))) == CourseReading(recipe)


def test_what_was_read_can_be_saved_as_a_recipe() -> None:
    recipe = understand(json.loads(CLASSIC)).recipe
    assert parse_recipe(recipe_json(recipe)) == recipe


def test_yaml_is_read_and_the_file_gives_the_name(tmp_path: Path) -> None:
    (tmp_path / "tp5.yaml").write_text(
        "model:\n  hidden_layers: [25, 10]\n  latent_dim: 2\noptim:\n  lr: 1e-3\nepochs: '200'\n"
    )
    reading = load_any_recipe(tmp_path / "tp5.yaml")
    assert reading.recipe.name == "tp5"
    assert reading.recipe.training.optimizer.learning_rate == 0.001
    assert sizes(reading)[:-1] == [25, 10, 2, 10, 25]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("c.yaml", "a: [1,\nb: 2", ["c.yaml", "not valid YAML", "line 2"]),
        ("c.yaml", "just words", ["c.yaml"]),
        ("c.yaml", "\n", ["c.yaml: there is nothing in it."]),
        ("c.yaml", "# nothing yet\n", ["c.yaml: there is nothing in it."]),
        ("c.json", '{"epochs": 5\n"lr": 3}', ["c.json", "line 2"]),
        ("c.json", '{"epochs": -5}', ['c.json: "epochs"']),
        ("c.yaml", "a: &a [*a]\nepochs: 3", ["c.yaml", "too deeply"]),
        ("c.yaml", "a: 2001-99-99", ["c.yaml"]),
        ("c.yaml", "? [1, 2]\n: 3", ["c.yaml"]),
        ("c.yaml", "!!python/object/apply:os.system ['true']", ["c.yaml"]),
    ],
)
def test_files_that_cannot_be_are_refused_by_name(
    tmp_path: Path, name: str, text: str, words: list[str]
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises((RecipeError, ReadError)) as caught:
        load_any_recipe(tmp_path / name)
    for word in words:
        assert word in str(caught.value)


def test_many_aliases_in_yaml_do_not_blow_up(tmp_path: Path) -> None:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{i}: &a{i} {{p: *a{i - 1}, q: *a{i - 1}}}" for i in range(1, 18)]
    (tmp_path / "bomb.yaml").write_text("\n".join(lines))
    with pytest.raises(RecipeError, match="aliases stand for more"):
        load_any_recipe(tmp_path / "bomb.yaml")


def test_the_reading_can_be_shown_in_parts() -> None:
    titles = [title for title, _ in lines_of(understand(json.loads(IMAGES)))]
    assert titles == ["Understood", "Assumed", "Ignored"]
    titles = [title for title, _ in lines_of(read(layers=[20, 2], input_size=[10, 10]))]
    assert titles == ["Understood", "Assumed", "Needs"]


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["adam", "relu", "1e3", "35-2", "gaussian", "cosine", "vae", "..."])
)  # fmt: skip
WORDS = (
    *("layers", "hidden_layers", "encoder", "decoder", "latent_dim", "input_size", "channels"),
    *("lr", "optimizer", "name", "type", "epochs", "batch_size", "noise", "noise_level", "salt_p"),
    *("pepper", "activation", "activations", "beta", "dropout", "init", "scheduler", "gamma"),
    *("patience", "early_stopping", "seed", "runs", "data", "font", "units", "device", "betas"),
    *("momentum", "min_lr", "weight_decay", "output_activation", "description", "chars"),
)
NAMES = st.sampled_from(WORDS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner | st.integers(-2, 70), max_size=5)
        | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=10,
)


@settings(max_examples=400)
@given(VALUES | st.dictionaries(NAMES, VALUES, max_size=6))
def test_any_json_gives_a_valid_recipe_or_a_recipe_error(config: object) -> None:
    try:
        reading = understand(config)
    except RecipeError:
        return
    assert parse_recipe(recipe_json(reading.recipe)) == reading.recipe


@settings(max_examples=150)
@given(VALUES | st.dictionaries(NAMES, VALUES, max_size=6))
def test_json_and_yaml_say_the_same(config: object) -> None:
    def outcome(document: object) -> object:
        try:
            return understand(document)
        except RecipeError as error:
            return str(error)

    assert repr(outcome(yaml.safe_load(yaml.safe_dump(config, sort_keys=False)))) == repr(
        outcome(config)
    )


def test_no_noise_is_the_default() -> None:
    assert understand(json.loads(CLASSIC)).recipe.data.corruption == CorruptionSpec()


def test_a_recipe_without_its_format_is_a_recipe(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    network = {"encoder": [{"kind": "conv", "channels": 8}], "latent": {"units": 4}}
    path.write_text(json.dumps({"network": network, "training": {"epochs": 7}}))
    reading = load_any_recipe(path)
    assert reading.recipe.network.encoder[0].kind == "conv"
    assert (reading.recipe.network.latent.units, reading.recipe.training.epochs) == (4, 7)
    assert "format" in reading.assumed[0]
    path.write_text(json.dumps({"network": network | {"latent": {"unit": 4}}}))
    with pytest.raises(RecipeError, match="unit"):
        load_any_recipe(path)
