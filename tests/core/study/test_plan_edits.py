"""Parts of the form of a study: fields to vary, values and rows as text, options, edits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from aegui.core.errors import AeguiError, RecipeError
from aegui.core.i18n import set_language
from aegui.core.recipe import ConvSpec, DataSpec, LayerSpec, NetworkSpec, Recipe, TrainingSpec
from aegui.core.recipe.file import list_recipes
from aegui.core.study.axis_fields import (
    first_axis,
    list_text,
    value_of,
    values_from,
    varied_at,
    varied_fields,
)
from aegui.core.study.options import NOTHING, options_of, with_options
from aegui.core.study.plan import (
    AxisRow,
    Published,
    StudyAxis,
    StudyPlan,
    list_plans,
    load_plan,
)
from aegui.core.study.plan_edits import overwritten, with_axes, with_recipe
from aegui.core.study.row_text import Around, network_row, row_from, row_text, rows_from
from aegui.core.study.settings import base_recipe, grid, setting_of
from aegui.core.study.templates import TEMPLATES, axis_of_template
from aegui.core.study.units import resolved_of
from aegui.core.study.words import axis_words

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = (1, 7, 5)
BASE = Recipe(
    data=DataSpec(source="lowercase", chars="abcdef"),
    network=NetworkSpec(encoder=(LayerSpec(units=12), LayerSpec(units=6))),
    training=TrainingSpec(epochs=20),
)
AROUND = Around(BASE, SHAPE)
RATE = StudyAxis(label="rate", path="training.optimizer.learning_rate", values=(0.1, 0.01))


def field_at(path: str, recipe: Recipe = BASE) -> Any:
    varied = varied_at(recipe, path, SHAPE)
    assert varied is not None
    return varied.field


def test_every_field_that_is_offered_makes_a_sound_axis() -> None:
    offered = [one for _, group in varied_fields(BASE, SHAPE) for one in group]
    paths = [one.path for one in offered]
    assert len(set(paths)) == len(paths)
    assert {"network.encoder.1.units", "network.latent.units", "training.epochs"} <= set(paths)
    assert not {"seed", "runs"} & set(paths)
    for one in offered:
        axis = first_axis(one, value_of(BASE, one.path))
        assert axis_words(axis.name) == one.label
        # The value that it has is among them.
        assert value_of(BASE, one.path) in [row.set[one.path] for row in axis.choices]
        assert len(grid(BASE, [axis])) == len(axis.choices), one.path


def test_the_name_of_an_axis_follows_the_language() -> None:
    varied = varied_at(BASE, RATE.path, SHAPE)
    assert varied is not None
    set_language("es")
    names = [first_axis(varied, 0.01).name, axis_of_template("share", AROUND).name]
    assert list(map(axis_words, names)) == ["Tasa de aprendizaje", "Parte para entrenar"]
    set_language("en")
    assert list(map(axis_words, names)) == ["Learning rate", "Share to learn from"]


def test_an_axis_of_activations_begins_with_those_that_differ() -> None:
    path = "network.encoder.0.activation"
    varied = varied_at(BASE, path, SHAPE)
    assert varied is not None
    for value, wanted in (
        ("identity", ["identity", "tanh", "relu"]),
        ("relu", ["relu", "tanh", "leaky_relu"]),
        ("sigmoid", ["sigmoid", "tanh", "relu"]),
    ):
        assert [row.set[path] for row in first_axis(varied, value).choices] == wanted


def test_a_star_is_every_layer() -> None:
    varied = varied_at(BASE, "network.encoder.*.activation", SHAPE)
    assert varied is not None
    assert varied.label == "Every layer, Activation"
    assert varied_at(BASE, "network.encoder.*.kernel", SHAPE) is None
    assert varied_at(BASE, "network.encoder.7.units", SHAPE) is None


@pytest.mark.parametrize(
    ("path", "text", "values"),
    [
        ("training.optimizer.learning_rate", "0.1, 0.01 1e-3", (0.1, 0.01, 0.001)),
        ("training.optimizer.learning_rate", "0,1; 0,01", (0.1, 0.01)),
        ("training.epochs", "10; 20", (10, 20)),
        ("training.batch_size", "none; 8", (None, 8)),
        ("network.encoder.0.dropout", "10%; 0.5", (0.1, 0.5)),
        ("data.chars", "abc; xyz", ("abc", "xyz")),
    ],
)
def test_values_are_read_as_a_person_writes_them(
    path: str, text: str, values: tuple[Any, ...]
) -> None:
    field = field_at(path)
    found = values_from(text, field)
    assert found == pytest.approx(values) if "none" not in text else found == values
    assert values_from(list_text(found), field) == found


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("training.epochs", "10; 2.5", '"2.5"'),
        ("training.epochs", "0", "from 1"),
        ("training.optimizer.learning_rate", "0", "above 0"),
        ("network.encoder.0.dropout", "2", "to 0.99"),
        ("training.epochs", "ten", '"ten"'),
        ("training.epochs", "none", '"none"'),
        ("training.epochs", " ; ", "at least one"),
        ("training.epochs", "inf", '"inf"'),
    ],
)
def test_what_is_no_value_is_named_with_the_range(path: str, text: str, words: str) -> None:
    with pytest.raises(AeguiError) as refused:
        values_from(text, field_at(path))
    assert words in str(refused.value)


def test_sides_are_numbers_or_pairs() -> None:
    network = NetworkSpec(encoder=(ConvSpec(channels=4, kernel=3),))
    recipe = BASE.model_copy(update={"network": network})
    field = field_at("network.encoder.0.kernel", recipe)
    assert values_from("3; 1x2", field) == (3, [1, 2])
    assert list_text((3, [1, 2])) == "3; 1x2"
    with pytest.raises(AeguiError):
        values_from("1x2x3", field)


@pytest.mark.parametrize("key", list(list_plans()))
def test_rows_and_terms_of_all_that_ships_survive_the_form(key: str) -> None:
    path = list_plans()[key]
    plan = load_plan(path)
    assert with_options(plan, options_of(plan)) == plan
    base = base_recipe(plan, path.parent)
    # What would have to be downloaded has images of one shape.
    is_published = base.data.source.startswith(("mnist", "fashion"))
    shape = (1, 28, 28) if is_published else resolved_of(base).dataset.image_shape
    around = Around(base, shape)
    for axis in plan.axes:
        if axis.rows is None:
            continue
        text = "\n".join(row_text(row, around) for row in axis.rows)
        found = axis.model_copy(update={"rows": rows_from(text, around)})
        assert [row.label for row in found.choices] == [row.label for row in axis.choices]
        before, after = grid(base, [axis]), grid(base, [found])
        assert [one.key for one in after] == [one.key for one in before]
    assert not overwritten(plan.axes)


@pytest.mark.parametrize(
    ("line", "label", "encoder", "code", "decoder"),
    [
        ("35-12-2", "35-12-2", [12], 2, None),
        ("12-2", "12-2", [12], 2, None),
        ("35 - 12 - 2 - 12 - 35", "35-12-2-12-35", [12], 2, None),
        ("deep: 20-10-3-9", "deep", [20, 10], 3, [9]),
        ("a: b: 8-2", "a: b", [8], 2, None),
        ("4", "4", [], 4, None),
    ],
)
def test_sizes_are_whole_networks(
    line: str, label: str, encoder: list[int], code: int, decoder: list[int] | None
) -> None:
    row = row_from(line, AROUND)
    assert row.label == label
    recipe = setting_of(BASE, {"network": row}).recipe
    assert [layer.units for layer in recipe.network.encoder] == encoder  # type: ignore[union-attr]
    assert recipe.network.latent.units == code
    own = recipe.network.decoder
    assert (None if own is None else [layer.units for layer in own]) == decoder  # type: ignore[union-attr]
    assert row_from(row_text(row, AROUND), AROUND).set == row.set


@pytest.mark.parametrize(
    "line", ["deep", "a: x =", "a: training.epochs = ten", "a: training.epochs = 1 2", "a-b-2"]
)
def test_a_line_that_is_no_row_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(AeguiError, match="line 2"):
        rows_from(f"35-12-2\n{line}", AROUND)


def test_the_network_of_the_builder_is_a_row_whatever_its_layers() -> None:
    assert row_text(network_row(AROUND, BASE), AROUND) == "35-12-6-2"
    # It is the row that a person would type, so that it is not listed twice.
    assert network_row(AROUND, BASE) == row_from("35-12-6-2", AROUND)
    conv = BASE.model_copy(update={"network": NetworkSpec(encoder=(ConvSpec(channels=4),))})
    row = network_row(AROUND, conv)
    again = row_from(row_text(row, AROUND), AROUND)
    assert setting_of(BASE, {"network": again}).recipe.network.encoder == conv.network.encoder


@pytest.mark.parametrize("key", list(TEMPLATES))
def test_templates_make_sound_axes(key: str) -> None:
    axis = axis_of_template(key, AROUND)
    assert len(grid(BASE, [axis])) == len(axis.choices)


@pytest.mark.parametrize("key", list(TEMPLATES))
def test_templates_are_stored_alike_in_every_language(key: str) -> None:
    conv = BASE.model_copy(update={"network": NetworkSpec(encoder=(ConvSpec(channels=4),))})
    for base in (BASE, conv):
        around = Around(base, (1, 7, 5))
        set_language("en")
        english = axis_of_template(key, around)
        set_language("es")
        assert axis_of_template(key, around) == english


def test_labels_are_shown_and_typed_in_the_language_and_stored_without_one() -> None:
    rows = axis_of_template("noise", AROUND).rows
    assert rows is not None
    labels = [row.label for row in rows]
    assert labels == ["none", "10%", "20%", "50%"]
    set_language("es")
    text = "\n".join(row_text(row, AROUND) for row in rows)
    assert [line.partition(": ")[0] for line in text.splitlines()] == [
        *("ninguno", "10\u00a0%", "20\u00a0%", "50\u00a0%")
    ]
    assert rows_from(text, AROUND, labels) == rows
    own = rows_from(text.replace("20\u00a0%", "mío"), AROUND, labels)
    assert [row.label for row in own] == ["none", "10%", "mío", "50%"]


def test_terms_change_only_what_they_say() -> None:
    plan = StudyPlan(axes=(RATE,), choose=("wrong", "parameters"), minutes=2.5)
    terms = options_of(plan)
    assert terms.then == "parameters"
    assert with_options(plan, replace(terms, seeds=9)).choose == plan.choose
    assert with_options(plan, replace(terms, seeds=9)).minutes == 2.5
    goal = with_options(plan, replace(terms, goal="exact"))
    assert goal.goal is not None
    assert goal.goal.at_least == 1.0
    assert goal.choose == ("goal", "parameters")
    none = with_options(goal, replace(options_of(goal), goal=NOTHING))
    assert none.goal is None
    assert none.choose == ("wrong", "parameters")
    # It is a plan that can be read again.
    assert StudyPlan.model_validate_json(goal.model_dump_json()) == goal


def test_what_is_published_goes_with_its_axis() -> None:
    plan = StudyPlan(axes=(RATE,), published=(Published(where={"rate": "0.1"}, text="3 px"),))
    kept = RATE.model_copy(update={"values": (0.1, 0.5)})
    gone = RATE.model_copy(update={"values": (0.5,)})
    assert with_axes(plan, [kept]).published == plan.published
    assert with_axes(plan, [gone]).published == ()
    with pytest.raises(AeguiError, match="rate"):
        with_axes(plan, [RATE, RATE])


def test_a_recipe_is_written_into_the_plan_whole(tmp_path: Path) -> None:
    plan = with_recipe(StudyPlan(set={"training.epochs": 3}), BASE)
    assert plan.set == {}
    read = StudyPlan.model_validate_json(plan.model_dump_json())
    assert base_recipe(read, tmp_path) == BASE


@pytest.mark.parametrize(("key", "recipe"), list_recipes(), ids=[key for key, _ in list_recipes()])
def test_every_recipe_that_ships_can_be_studied_and_be_a_row(
    tmp_path: Path, key: str, recipe: Recipe
) -> None:
    one = recipe.model_copy(update={"runs": 1})
    assert base_recipe(with_recipe(StudyPlan(name=key), recipe), tmp_path) == one
    around = Around(one, SHAPE)
    row = row_from(row_text(network_row(around, one), around), around)
    assert setting_of(one, {"network": row}).recipe.network == one.network


def test_an_axis_that_sets_anew_what_is_varied_before_it_is_found() -> None:
    layer = StudyAxis(path="network.encoder.0.units", values=(3, 4))
    every = StudyAxis(path="network.encoder.*.units", values=(3, 4))
    rows = StudyAxis(label="network", rows=(row_from("35-9-2", AROUND),))
    assert overwritten([layer, rows]) == {1: 0}
    assert overwritten([layer, every]) == {1: 0}
    assert overwritten([rows, layer, RATE]) == {}
    assert overwritten([RATE, RATE]) == {1: 0}


def test_a_choice_that_makes_no_recipe_is_named() -> None:
    bad = StudyAxis(label="size", rows=(AxisRow(label="none", set={"network.latent.units": 0}),))
    with pytest.raises(RecipeError, match=r"^size, none\b"):
        grid(BASE, [bad])
