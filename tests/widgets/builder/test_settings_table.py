from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ValidationError

from aegui.core.recipe import Recipe
from aegui.widgets.builder.edits import value_at, with_value
from aegui.widgets.builder.settings_table import SECTIONS, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = [setting for section in SECTIONS for setting in section.settings]
NOT_SETTINGS = {"format", "version", "name", "notes"}
NUMBERS = [setting for setting in SETTINGS if setting.kind in {"count", "number", "rate", "seed"}]


def leaves(part: BaseModel, path: str = "") -> Iterator[str]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}"


def test_every_value_of_a_recipe_but_the_network_has_one_row() -> None:
    expected = {
        path
        for path in leaves(Recipe())
        if path not in NOT_SETTINGS and not path.startswith("network.")
    }
    paths = [setting.path for setting in SETTINGS]
    assert len(paths) == len(set(paths))
    assert set(paths) == expected


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda setting: setting.path)
def test_both_ends_of_every_range_make_a_valid_recipe(setting: Setting) -> None:
    for limit in setting.limits:
        value: Any = limit if setting.kind in {"number", "rate"} else int(limit)
        assert value_at(with_value(Recipe(), setting.path, value), setting.path) == value


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.path)
def test_a_value_may_be_left_out_exactly_where_there_is_a_box_to_tick(setting: Setting) -> None:
    optional = setting.default is not None or setting.kind == "text"
    try:
        with_value(Recipe(), setting.path, None)
    except ValidationError:
        assert not optional
    else:
        assert optional


@pytest.mark.parametrize(
    "setting", [s for s in SETTINGS if s.kind == "choice"], ids=lambda setting: setting.path
)
def test_every_choice_is_one_of_the_recipe_and_is_explained(setting: Setting) -> None:
    assert setting.choices
    for key, choice in setting.choices.items():
        assert key == choice.key
        assert choice.help.endswith(".")
        assert value_at(with_value(Recipe(), setting.path, key), setting.path) == key


def test_every_row_is_explained_in_a_sentence() -> None:
    assert all(setting.help.endswith(".") and setting.label for setting in SETTINGS)


def test_only_what_a_running_training_takes_is_live() -> None:
    assert {setting.path for setting in SETTINGS if setting.is_live} == {
        "training.optimizer.learning_rate",
        "data.corruption.kind",
        "data.corruption.level",
        "data.corruption.fresh",
    }
