from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ValidationError

from aegui.core.network.kinds import KINDS, composition, kind_of, with_kind
from aegui.core.recipe import ClassifierSpec, GanSpec, Recipe
from aegui.core.recipe.edits import value_at, with_value, with_values
from aegui.core.recipe.settings import SECTIONS, is_live_edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.recipe.settings import Setting

SETTINGS = [setting for section in SECTIONS for setting in section.settings]
WEIGHED = with_values(
    Recipe(),
    {f"training.{name}": 0.5 for name in ("edges", "code_l1", "l1", "l2", "clip_norm")},
)
WHOLE = Recipe(classifier=ClassifierSpec(), gan=GanSpec())
"""With all the parts that a recipe can have."""
NOT_SETTINGS = ("format", "version", "name", "notes")
BY_CARDS = ("network.", "classifier.hidden", "gan.discriminator")
BY_THE_DATA_PANEL = (
    "data.labels",
    "data.names",
    "data.count",
    "data.images.",
    "data.split.",
    "data.augment.",
)
IN_FILES_ONLY = tuple(
    f"classifier.pretrain.corruption.{name}" for name in ("copies", "fresh", "clean_target")
)
ELSEWHERE = (*NOT_SETTINGS, *BY_CARDS, *BY_THE_DATA_PANEL, *IN_FILES_ONLY)
NUMBERS = [
    setting for setting in SETTINGS if setting.field.editor in {"count", "number", "rate", "seed"}
]


def leaves(part: BaseModel, path: str = "") -> Iterator[str]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}"


def test_every_value_of_a_recipe_but_the_network_has_one_row() -> None:
    expected = {path for path in leaves(WHOLE) if not path.startswith(ELSEWHERE)}
    paths = [setting.path for setting in SETTINGS]
    assert len(paths) == len(set(paths))
    assert set(paths) == expected


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda setting: setting.path)
def test_both_ends_of_every_range_make_a_valid_recipe(setting: Setting) -> None:
    for limit in setting.field.limits:
        value: Any = limit if setting.field.editor in {"number", "rate"} else int(limit)
        assert value_at(with_value(WHOLE, setting.path, value), setting.path) == value


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.path)
def test_a_value_may_be_left_out_exactly_where_there_is_a_box_to_tick(setting: Setting) -> None:
    optional = setting.field.begins is not None or setting.field.editor == "text"
    try:
        with_value(WHOLE, setting.path, None)
    except ValidationError:
        assert not optional
    else:
        assert optional


@pytest.mark.parametrize(
    "setting", [s for s in SETTINGS if s.field.editor == "choice"], ids=lambda setting: setting.path
)
def test_every_choice_is_one_of_the_recipe_and_is_explained(setting: Setting) -> None:
    assert setting.field.choices
    for key, choice in setting.field.choices.items():
        assert key == choice.key
        assert choice.help.endswith(".")
        assert value_at(with_value(WHOLE, setting.path, key), setting.path) == key


def test_every_row_is_explained_in_a_sentence() -> None:
    assert all(setting.field.help.endswith(".") and setting.field.label for setting in SETTINGS)


def test_sections_of_absent_parts_are_not_shown() -> None:
    hidden = {section.key for section in SECTIONS if not section.shown(Recipe())}
    assert hidden == {"classifier", "gan"}
    judged = Recipe(gan=GanSpec())
    assert {section.key for section in SECTIONS if not section.shown(judged)} == {
        "classifier",
        "noise",
    }


def test_only_what_a_running_training_takes_is_live() -> None:
    assert {setting.path for setting in SETTINGS if setting.is_live} == {
        "training.optimizer.learning_rate",
        "data.corruption.kind",
        "data.corruption.level",
        "data.corruption.fresh",
        "data.corruption.clean_target",
    }


@pytest.mark.parametrize(
    ("values", "is_live"),
    [
        ({"training.optimizer.learning_rate": 0.5}, True),
        ({"data.corruption.kind": "gaussian", "data.corruption.level": 2.0}, True),
        ({"data.corruption.copies": 3}, False),
        ({"data.corruption.level": 0.3, "seed": 7}, False),
    ],
)
def test_an_edit_is_live_if_a_running_training_can_follow_all_of_it(
    values: dict[str, object], is_live: bool
) -> None:
    before = with_values(Recipe(), {"data.corruption.kind": "flip", "data.corruption.level": 0.1})
    assert is_live_edit(before, with_values(before, values)) is is_live


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda setting: setting.path)
@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_above_zero_counts_for_what_is_shown(kind: str, setting: Setting) -> None:
    base = with_kind(WEIGHED, kind)
    value = value_at(base, setting.path)
    if not value:
        return
    low, high = setting.field.limits
    for other in (min(max(value / 2, low), high), min(value * 2, high)):
        edited = with_value(base, setting.path, type(value)(other))
        assert [one.shown(edited) for one in SETTINGS] == [one.shown(base) for one in SETTINGS]
        assert [one.shown(edited) for one in SECTIONS] == [one.shown(base) for one in SECTIONS]
        assert composition(edited) == composition(base)
        assert kind_of(edited) == kind_of(base)
