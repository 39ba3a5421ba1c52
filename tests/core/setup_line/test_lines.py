"""Set-up lines: every recipe survives a round trip; errors are reported with their position."""

from __future__ import annotations

import json
import math
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from aegui.core.choices import OneOf
from aegui.core.gallery import cards
from aegui.core.i18n import set_language
from aegui.core.recipe import (
    ClassifierSpec,
    DataSpec,
    GanSpec,
    LatentSpec,
    LayerSpec,
    NetworkSpec,
    NormSpec,
    Recipe,
)
from aegui.core.setup_line.reading import is_line, read_line
from aegui.core.setup_line.rows import Defaults
from aegui.core.setup_line.words import LineError
from aegui.core.setup_line.writing import line_of

SIMPLE = "lowercase 35-25-10-2 tanh | adam 0.01 | bce | 10000 epochs | seed 0"


def network(recipe: str) -> NetworkSpec:
    return read_line(recipe).recipe.network


def refused(line: str) -> LineError:
    with pytest.raises(LineError) as error:
        read_line(line)
    return error.value


# ------------------------------------------------------------------------------ there and back


@pytest.mark.parametrize("card", cards(), ids=lambda card: card.key)
def test_every_network_of_the_gallery_comes_back_as_it_was(card: Any) -> None:
    line = line_of(card.recipe, card.goal)
    assert "\n" not in line
    assert is_line(line)
    assert is_line(f"aegui train '{line}'")
    reading = read_line(line)
    assert reading.recipe == card.recipe
    assert reading.goal == card.goal
    assert line_of(reading.recipe, reading.goal) == line


def test_a_line_says_what_differs_and_no_more() -> None:
    assert line_of(Recipe()) == SIMPLE
    recipe = read_line("letters 35-25-10-2 tanh | adam 0.01 | bce | 5000 epochs | noise 10%").recipe
    assert recipe.data.corruption.kind == "salt_pepper"
    assert recipe.data.corruption.level == 0.1
    assert line_of(recipe) == (
        "letters 35-25-10-2 tanh | noise salt_pepper 10% | adam 0.01 | bce | 5000 epochs | seed 0"
    )


def test_the_quotes_of_a_source_and_of_a_last_value_are_not_those_of_the_line() -> None:
    recipe = Recipe(data=DataSpec(source="7-3-2 letters.h"), notes="of a course")
    line = line_of(recipe)
    assert line.startswith('"')
    assert line.endswith('"')
    assert read_line(line).recipe == recipe
    assert is_line(line)


def test_lines_are_the_same_in_every_language() -> None:
    recipe = Recipe(notes="1,5")
    line = line_of(recipe)
    set_language("es")
    assert line_of(recipe) == line
    assert read_line(line).recipe == recipe
    assert "carácter" in str(refused("lowercase 35-25-2 tanhh"))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("lowercase 35-10-2 tanh | adam rate=0", ['"0"', '"rate"']),
        ("lowercase 35-10-2 tanhh", ['"tanhh"', '"tanh"']),
        ("lowercase 35-10-2 tanh sgd", ['"sgd"', '"|"']),
        ('"a.csv" 35-10-2 tanh | bce "x"', ['"x"']),
    ],
)
def test_a_message_has_one_kind_of_quotation_marks(
    language: str, line: str, quoted: list[str]
) -> None:
    set_language(language)
    message = str(refused(line))
    assert not set("“”«»") & set(message)
    assert all(words in message for words in quoted), message
    assert '""' not in message


def numbers(kind: type, limits: list[Any]) -> st.SearchStrategy[Any]:
    least: Any = next((n.ge for n in limits if isinstance(n, annotated_types.Ge)), None)
    above: Any = next((n.gt for n in limits if isinstance(n, annotated_types.Gt)), None)
    most: Any = next((n.le for n in limits if isinstance(n, annotated_types.Le)), None)
    below: Any = next((n.lt for n in limits if isinstance(n, annotated_types.Lt)), None)
    if kind is int:
        return st.integers(least or 0, most if most is not None else (below or 2**53) - 1)
    low = least if least is not None else above
    high = most if most is not None else below
    return st.floats(
        low if low is not None else 0.0,
        high if high is not None else 1e30,
        exclude_min=least is None and above is not None,
        exclude_max=most is None and below is not None,
        allow_nan=False,
        allow_infinity=False,
    )


def flat(kind: Any) -> tuple[Any, list[Any]]:
    """Return a type without ``Annotated``, and its annotations."""
    limits: list[Any] = []
    while get_origin(kind) is not None and hasattr(kind, "__metadata__"):
        for item in kind.__metadata__:
            limits.extend(getattr(item, "metadata", [item]))
        kind = get_args(kind)[0]
    return kind, limits


def values(kind: Any, found: list[Any]) -> st.SearchStrategy[Any]:
    """Return the values that a field of that type may have, as JSON."""
    kind, more = flat(kind)
    limits = [*found, *more]
    table = next((item.table for item in limits if isinstance(item, OneOf)), None)
    if table is not None:
        return st.sampled_from(sorted(table))
    origin = get_origin(kind)
    if origin in {Union, type(int | str)}:
        arms = get_args(kind)
        return st.one_of(*(st.none() if arm is type(None) else values(arm, more) for arm in arms))
    if origin is Literal:
        return st.sampled_from(get_args(kind))
    if origin is tuple and Ellipsis not in get_args(kind):
        return st.tuples(*(values(arm, []) for arm in get_args(kind))).map(list)
    if origin is tuple:
        return st.lists(values(get_args(kind)[0], []), max_size=3)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return parts(kind)
    if kind is bool:
        return st.booleans()
    if kind in {int, float}:
        return numbers(kind, limits)
    if any(getattr(item, "pattern", None) for item in limits):
        return st.sampled_from(["#00ff7f", "#ffffff"])
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def parts(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """Return JSON of a part in which some fields are set."""
    fields = {
        name: values(field.annotation, list(field.metadata))
        for name, field in model.model_fields.items()
    }
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    if "kind" in model.model_fields:
        required.add("kind")
    return st.fixed_dictionaries(
        {name: fields[name] for name in required},
        optional={name: one for name, one in fields.items() if name not in required},
    )


@settings(max_examples=150, deadline=None)
@given(document=parts(Recipe))
@example(document={"data": {"labels": ["="]}})
def test_any_recipe_comes_back_as_it_was(document: dict[str, Any]) -> None:
    try:
        recipe = Recipe.model_validate_json(json.dumps(document))
    except (ValidationError, ValueError):
        assume(False)  # such as noise of a share above 1
        raise
    line = line_of(recipe)
    assert read_line(line).recipe == recipe
    assert line_of(read_line(line).recipe) == line


def test_every_setting_has_its_place_in_a_line() -> None:
    # One that is added later is written by its path; those that there are have their words.
    assert list(Defaults().others()) == []


@pytest.mark.parametrize("number", [0.1, 1 / 3, 1e-9, 0.29, 0.57, 1e-300, 0.30000000000000004])
def test_shares_come_back_to_the_last_bit(number: float) -> None:
    recipe = Recipe.model_validate(
        {"data": {"corruption": {"kind": "flip", "level": number}}, "training": {"l1": number}}
    )
    assert read_line(line_of(recipe)).recipe == recipe


# --------------------------------------------------------------------------------------- chains


def test_a_chain_may_be_written_out_to_its_end_as_in_the_course() -> None:
    mirrored = network("lowercase 35-25-10-2-10-25-35 tanh")
    assert mirrored == network("35-25-10-2 tanh")
    assert mirrored.decoder is None
    given_decoder = network("35-25-10-[2]-10-25-35 tanh")
    assert given_decoder.decoder == mirrored.encoder[::-1]


def test_a_code_as_wide_as_the_input_is_told_from_a_chain_written_out() -> None:
    recipe = Recipe(
        network=NetworkSpec(encoder=(LayerSpec(units=25),), latent=LatentSpec(units=35))
    )
    assert "35-25-[35]" in line_of(recipe)
    assert read_line(line_of(recipe)).recipe == recipe


def test_layers_have_signs_and_options() -> None:
    layers = network("mnist 784-c16k5s2p1-max2-bn:relu-up2:bilinear-drop0.5-flat-16x7x7-2 silu")
    conv, pool, norm, up, drop, flat_layer, reshape = layers.encoder
    assert (conv.kind, pool.kind, up.kind, flat_layer.kind) == (
        *("conv", "max_pool", "upsample", "flatten"),
    )
    assert conv.model_dump(exclude={"kind"}) == {
        **{"channels": 16, "kernel": 5, "stride": 2, "padding": 1, "activation": "silu"}
    }
    assert norm == NormSpec(activation="relu")
    assert drop.model_dump()["rate"] == 0.5
    assert reshape.model_dump()["width"] == 7
    assert network("mnist 784-c8k1x2-2 relu").encoder[0].model_dump()["kernel"] == (1, 2)


def test_the_input_of_files_is_not_known() -> None:
    line = '"/tmp/my letters.txt" *-20-3 relu'
    recipe = read_line(line).recipe
    assert recipe.data.source == "/tmp/my letters.txt"
    assert line_of(recipe).startswith(line)
    assert is_line(line)


def test_emojis_are_counted_in_the_size_that_the_line_says() -> None:
    line = "emoji 1024-20-2 relu | images height=32 width=32 channels=1"
    assert read_line(line).recipe.data.images.height == 32
    assert "12288" in str(refused("emoji 1024-20-2 relu")).replace(",", "")


# ------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("line", "wrong", "words"),
    [
        ("lowercase 35-25-2 tanhh", "tanhh", 'Did you mean "tanh"'),
        ("lowercas 35-25-2", "lowercas", 'Did you mean "lowercase"'),
        ("36-25-2 tanh", "36", "35 numbers"),
        ("35-25:rellu-2", "rellu", 'Did you mean "relu"'),
        ("35-25x-2", "25x", "not a layer"),
        ("35-25-2 | adm 0.1", "adm", 'Did you mean "adam"'),
        ("35-25-2 | 1e400 epochs", "1e400", '"epochs" is 1e400; it must be a whole number'),
        ("35-25-2 | adam -1e400", "-1e400", "is -1e400; it must be a number greater than 0"),
        ("35-25-2 | noise flip 150%", "flip", "at most 1"),
        ("35-25-2 | adam zero", "zero", "must be a number"),
        ("35-25-2 | adam -1", "-1", "greater than 0"),
        ("35-25-2 | 0 epochs", "0", "from 1 to"),
        ("35-25-2 | noise flip 10% kopies=3", "kopies", 'Did you mean "copies"'),
        ("35-25-2 | seed 1 | seed 2", "2", "given twice"),
        ("35-25-2 | seed", "seed", "missing"),
        ('35-25-2 | name "abc', '"abc', "not closed"),
        ("35-25-2 | labels [1", "[1", "not closed"),
        ("35-25-2 seed 3", "seed", "Did you mean"),
        ("35-25-2 tanh seed 3", "seed", "bar"),
        ("35-25-2-9-35", "35-25-2-9-35", "brackets"),
        ("35-[25]-[2]-35", "[2]", "only the code"),
        ("35-0-2", "0", "from 1 to"),
        ("data.txt 35-25-2", "data.txt", "quoted"),
        ("35-25-2 | goal: 33 of 32 within 1 px", "33 of 32 within 1 px", "more samples"),
        ("35-25-2 | goal: beauty >= 3", "beauty >= 3", "not a goal"),
        ("35-25-2 | goal: error >= 3", "error >= 3", "<="),
        ("35-25-2 | goal: accuracy >= 9%", "goal:", "classifiers"),
        ("35-25-2 | goal", "goal", "state the goal"),
        ("seed 3", "seed 3", "layers are missing"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(line: str, wrong: str, words: str) -> None:
    error = refused(line)
    assert line[error.start : error.end].startswith(wrong)
    assert words in str(error)
    assert f"character {error.start + 1}" in str(error)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("35-25-2 | adam -1 | 0 epochs", "-1"),
        ("35-25-2 | 0 epochs | adam -1", "0"),
        ("35-25-2 | 1e400 epochs | adam -1 | seed -5", "1e400"),
        ("35-0-2 | 0 epochs", "0-2"),
        ("35-25-2 | adam -1 | 5x epochs", "-1"),
        ("35-25-2 | adam 5x | -1 epochs", "5x"),
        ("35-25-2 | 0 epochs | rubbish", "0"),
    ],
)
def test_of_several_problems_the_first_is_told(line: str, wrong: str) -> None:
    begins = line.index(wrong) if wrong == "0-2" else line.index(f" {wrong}") + 1
    assert refused(line).start == begins


def test_what_a_later_version_says_more_is_left_out_and_told() -> None:
    reading = read_line("v2 | 35-25-2 tanh | quantum 7 | seed 3")
    assert reading.left_out == ("quantum 7",)
    assert reading.recipe.seed == 3
    assert read_line("v1 | 35-25-2 tanh").left_out == ()
    assert refused("v1 | 35-25-2 tanh | quantum 7").start == 20


def test_order_and_breaks_do_not_count() -> None:
    mixed = "seed 3 | 500 epochs |\n  adam 0.02 |\tlowercase 35-25-10-2 tanh"
    assert read_line(mixed).recipe == read_line(
        "35-25-10-2 tanh | adam 0.02 | epochs 500 | seed 3"
    ).recipe  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "hello", "1 2 3", "#..#\n.##.", "https://example.org/35-2", "{}", "of 1923"],
)
def test_other_texts_are_no_lines(text: str) -> None:
    assert not is_line(text)


def test_parts_that_are_there_only_if_said() -> None:
    recipe = read_line("digits 64-20:relu | classifier epochs=0 hidden=16:relu-8 frozen").recipe
    assert recipe.classifier is not None
    assert [layer.model_dump()["units"] for layer in recipe.classifier.hidden] == [16, 8]
    assert recipe.classifier.frozen
    assert recipe.classifier.pretrain.epochs == 0
    assert recipe.classifier.pretrain.corruption == ClassifierSpec().pretrain.corruption
    assert read_line("digits 64-20-4 | gan steps=2").recipe.gan == GanSpec(steps=2)
    assert math.isclose(read_line("digits 64-20-4 | gan noise=1e-3").recipe.gan.noise, 0.001)  # type: ignore[union-attr]
