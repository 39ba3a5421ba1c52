"""Recipe files: messages of refusals, round trips, versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegui.core.errors import AeguiError, ReadError, RecipeError
from aegui.core.recipe import (
    CorruptionSpec,
    DataSpec,
    LatentSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Recipe,
    TrainingSpec,
)
from aegui.core.recipe.file import (
    MAX_BYTES,
    list_recipes,
    load_recipe,
    parse_recipe,
    recipe_from,
    recipe_json,
    save_recipe,
)

if TYPE_CHECKING:
    from pathlib import Path

OURS = {"format": "aegui-recipe", "version": 1}

CUSTOM = Recipe(
    name="Ñandú",
    notes="two\nlines",
    data=DataSpec(chars='ab"\\', corruption=CorruptionSpec(kind="flip", level=0.1, copies=3)),
    network=NetworkSpec(
        encoder=(LayerSpec(units=7, activation="sine", slope=2.5, dropout=0.1),),
        latent=LatentSpec(units=3, activation="cosh"),
        decoder=(),
    ),
    training=TrainingSpec(epochs=7, batch_size=4, optimizer=OptimizerSpec(learning_rate=1e-17)),
    seed=2**53 - 1,
    runs=5,
)


def refusal(changes: dict[str, Any]) -> str:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(json.dumps({**OURS, **changes}), "my.json")
    return str(caught.value)


@pytest.mark.parametrize("recipe", [Recipe(), CUSTOM])
def test_a_recipe_survives_text_and_file(recipe: Recipe, tmp_path: Path) -> None:
    assert parse_recipe(recipe_json(recipe)) == recipe
    save_recipe(tmp_path / "r.json", recipe)
    assert load_recipe(tmp_path / "r.json") == recipe


def test_the_file_spells_out_every_default() -> None:
    document = json.loads(recipe_json(Recipe()))
    assert document["format"] == "aegui-recipe"
    assert document["version"] == 2
    assert document["training"]["optimizer"]["beta2"] == 0.999


def test_what_is_left_out_takes_its_default() -> None:
    assert parse_recipe(json.dumps(OURS)) == Recipe()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seeed": 1}, ['"seeed"', 'Did you mean "seed"?']),
        ({"zzz": 1}, ['"zzz"', "Known: format, version, name"]),
        ({"network": {"encoder": [{"units": 3, "slop": 2}]}}, ["network.encoder.0.slop", "slope"]),
        ({"network": {"decoder": [{"unit": 3}]}}, ["network.decoder.0.unit", '"units"', "1 more"]),
        ({"network": {"encoder": [{}]}}, ['"network.encoder.0.units" is missing', "1 to 262,144"]),
        ({"network": {"encoder": 5}}, ["network.encoder", "list", "64"]),
        ({"network": {"encoder": [7]}}, ["network.encoder.0", "7", "object"]),
        ({"training": {"loss": "bcee"}}, ['"bcee"', '"mse"', 'Did you mean "bce"?']),
        ({"training": {"optimizer": {"learning_rate": -1}}}, ["-1", "greater than 0"]),
        ({"training": {"optimizer": {"learning_rate": float("nan")}}}, ["NaN", "greater than 0"]),
        ({"training": {"optimizer": {"beta1": 1}}}, ["at least 0", "less than 1"]),
        ({"training": {"goals": {"seconds": 0}}}, ["training.goals.seconds", " 0;", "greater"]),
        ({"training": {"batch_size": 0}}, ["training.batch_size", " 0;", "from 1 to 2,147"]),
        ({"training": {"batch_size": 2**31}}, ["training.batch_size", "from 1 to 2,147,483,647"]),
        ({"training": {"goals": {"max_wrong_pixels": 10**30}}}, ["very large", "from 0 to 2,147"]),
        ({"training": {"epochs": 10**30}}, ["very large", "1 to 100,000,000"]),
        ({"training": 3}, ['"training" is 3', "object"]),
        ({"seed": 1.5}, ["1.5", "whole number"]),
        ({"runs": True}, ["true", "from 1 to 10,000"]),
        ({"data": {"images": {"channels": True}}}, ["channels", "true", "one of 1, 3"]),
        ({"name": 3}, ['"name" is 3', "text of at most 1,000"]),
        ({"name": "\ud800"}, ["Unicode"]),
        ({"data": {"corruption": {"fresh": "yes"}}}, ["true or false"]),
        ({"data": {"corruption": {"kind": "flip", "level": 2}}}, ["data.corruption", "at most 1"]),
        ({"version": 3}, ["newer version", "3", "up to 2"]),
        ({"version": "1"}, ['"version" is "1"']),
        ({"version": True}, ['"version" is true']),
        ({"format": "other"}, ["not a recipe", "aegui-recipe"]),
    ],
)
def test_refusals_name_file_key_value_and_range(changes: dict[str, Any], words: list[str]) -> None:
    message = refusal(changes)
    assert message.startswith("my.json: ")
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["not valid JSON", "line 1", "there is nothing in it"]),
        ('{\n"a": 1\n\n"b": 2}', ["line 4", "a comma is missing"]),
        ("[1]", ["not a recipe"]),
        ('{"format": "aegui-recipe", "format": 1}', ['"format" is given twice']),
        ("[" * 100_000, ["nested too deeply"]),
        ('{"format":"aegui-recipe","version":1,"seed":' + "1" * 5000 + "}", ["digits"]),
        (
            '{"format":"aegui-recipe","version":1,"name":' + "[" * 500 + "]" * 500 + "}",
            ["nested too deeply"],
        ),
    ],
)
def test_slips_in_the_json_are_told_in_words(text: str, words: list[str]) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text)
    for word in words:
        assert word in str(caught.value)


def test_a_long_value_is_shortened_in_the_message() -> None:
    assert len(refusal({"runs": "x" * 10_000})) < 200


def test_files_that_are_no_text_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(b'{\n"name": "\xff"}')
    with pytest.raises(ReadError, match=r"r\.json, line 2: .*UTF-8"):
        load_recipe(path)
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(ReadError, match=r"r\.json: too large"):
        load_recipe(path)
    with pytest.raises(ReadError, match="could not be read"):
        load_recipe(tmp_path / "missing.json")
    with pytest.raises(ReadError, match="could not be read"):
        load_recipe(tmp_path)


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(recipe_json(CUSTOM), encoding="utf-8-sig")
    assert load_recipe(tmp_path / "r.json") == CUSTOM


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(["seed", "runs", "data", "network", "training", "name", "version"])
PARTS = st.sampled_from(["encoder", "latent", "decoder", "units", "optimizer", "goals", "chars"])


@given(st.dictionaries(KEYS, JSON | st.dictionaries(PARTS, JSON, max_size=3), max_size=4))
def test_any_json_is_a_recipe_or_a_recipe_error(document: dict[str, object]) -> None:
    try:
        recipe = parse_recipe(json.dumps({**OURS, **document}))
    except RecipeError:
        return
    assert parse_recipe(recipe_json(recipe)) == recipe


def test_every_shipped_recipe_is_valid_named_and_explained() -> None:
    for key, recipe in list_recipes():
        assert recipe.name, key
        assert recipe.notes, key


def test_saving_where_nothing_can_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AeguiError, match="could not be written"):
        save_recipe(tmp_path / "no" / "such" / "r.json", CUSTOM)


def test_sizes_of_rows_and_columns_are_written_and_read_again() -> None:
    conv = {"kind": "conv", "channels": 2, "kernel": [1, 2], "stride": [3, 3], "padding": [0, 1]}
    recipe = recipe_from({**OURS, "version": 2, "network": {"encoder": [conv]}})
    written = json.loads(recipe_json(recipe))["network"]["encoder"][0]
    assert (written["kernel"], written["stride"], written["padding"]) == ([1, 2], 3, [0, 1])
    assert parse_recipe(recipe_json(recipe)) == recipe


def test_even_kernels_of_old_recipes_keep_the_padding_that_they_had() -> None:
    conv = {"kind": "conv", "channels": 2, "kernel": 4}
    network = {"encoder": [conv, {**conv, "kernel": 3}, {**conv, "padding": 1}]}
    old = recipe_from({**OURS, "network": network, "gan": {"discriminator": [conv]}})
    assert [getattr(layer, "padding", "") for layer in old.network.encoder] == [2, None, 1]
    assert old.gan is not None
    assert old.gan.discriminator is not None
    assert getattr(old.gan.discriminator[0], "padding", "") == 2
    new = recipe_from({**OURS, "version": 2, "network": network})
    assert getattr(new.network.encoder[0], "padding", "") is None
