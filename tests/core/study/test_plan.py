"""Plans of studies: what is valid, and the messages of refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aegui.core.errors import AeguiError, ReadError, RecipeError
from aegui.core.study.plan import SUFFIX, StudyPlan, load_plan, plan_from, save_plan
from aegui.core.study.settings import base_recipe, check_size, drawn, grid, key_of

RATE = {"path": "training.optimizer.learning_rate", "values": [0.01, 0.001]}
HERE = Path()


def plan_of(**keys: Any) -> StudyPlan:
    return plan_from({"format": "aegui-study", "version": 1, **keys})


def settings_of(**keys: Any) -> Any:
    plan = plan_of(**keys)
    return grid(base_recipe(plan, HERE), plan.axes)


def test_values_with_names_are_called_by_them() -> None:
    plan = plan_of(
        axes=[
            {"path": "network.encoder.*.activation", "values": ["relu", "tanh"]},
            {"path": "training.optimizer.name", "values": ["adam"]},
            {"path": "name", "values": ["relu"]},
        ]
    )
    assert [[row.label for row in axis.choices] for axis in plan.axes] == [
        ["ReLU", "Tanh"],
        ["Adam"],
        ["relu"],
    ]


def test_a_plan_is_kept_in_a_file(tmp_path: Path) -> None:
    plan = plan_of(name="Rates", axes=[RATE], seeds={"count": 3}, goal={"at_most": 1})
    path = tmp_path / f"rates{SUFFIX}"
    save_plan(path, plan)
    assert load_plan(path) == plan
    assert "trials" not in json.loads(path.read_text())


def test_all_combinations() -> None:
    rows = [
        {"label": "small", "set": {"network.encoder": [{"units": 8}], "network.latent.units": 3}},
        {"label": "relu", "set": {"network.encoder.*.activation": "relu"}},
    ]
    found = settings_of(axes=[{"label": "net", "rows": rows}, RATE], set={"training.epochs": 7})
    assert [setting.words for setting in found] == [
        *("small, 0.01", "small, 0.001"),
        *("relu, 0.01", "relu, 0.001"),
    ]
    assert found[0].title == "small · 0.01", "a list of settings has commas of its own"
    small, _, relu, _ = (setting.recipe for setting in found)
    assert [layer.units for layer in small.network.encoder] == [8]
    assert small.network.latent.units == 3
    assert [layer.activation for layer in relu.network.encoder] == ["relu", "relu"]
    assert {one.recipe.training.epochs for one in found} == {7}
    assert len({one.key for one in found}) == 4


def test_ranges() -> None:
    def values(**keys: Any) -> Any:
        axis = plan_of(axes=[{"path": "training.epochs", "range": keys}]).axes[0]
        return [row.set["training.epochs"] for row in axis.choices]

    assert values(first=0.0, last=1.0, steps=5) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert values(first=1e-4, last=1e-1, steps=4, log=True) == [1e-4, 1e-3, 1e-2, 0.1]
    assert values(first=1, last=3, steps=9, whole=True) == [1, 2, 3]


def test_random_settings_are_drawn_once_each_and_always_the_same() -> None:
    spread = {"first": 1e-4, "last": 1e-1, "steps": 2, "log": True}
    rate = {"path": "training.optimizer.learning_rate", "range": spread}
    plan = plan_of(axes=[rate], mode="random", trials=20)
    base = base_recipe(plan, HERE)
    keys = [setting.key for setting in drawn(base, plan)]
    assert len(set(keys)) == 20
    assert keys == [setting.key for setting in drawn(base, plan)]
    few = plan_of(axes=[RATE], mode="random", trials=20)
    assert len(drawn(base, few)) == few.most_settings == 2


def test_what_a_run_is_called_says_nothing_of_it() -> None:
    recipe = base_recipe(plan_of(), HERE)
    named = recipe.model_copy(update={"name": "other", "notes": "others"})
    assert key_of(recipe) == key_of(named)
    assert key_of(recipe) != key_of(recipe.model_copy(update={"seed": 1}))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "key": ({"axis": []}, 'there is no key "axis". Did you mean "axes"?'),
    "key of an axis": ({"axes": [{"pat": "x", "values": [1]}]}, 'Did you mean "path"?'),
    "empty": ({"axes": [{**RATE, "values": []}]}, "its list is empty"),
    "twice": ({"axes": [{**RATE, "values": [1, 1]}]}, '"1" is listed twice'),
    "kinds": ({"axes": [{"path": "x", "values": [1], "rows": []}]}, "has one of"),
    "no path": ({"axes": [{"values": [1]}]}, 'needs the "path"'),
    "log": (
        {"axes": [{"path": "x", "range": {"first": 0, "last": 1, "steps": 3, "log": True}}]},
        "must be greater than 0",
    ),
    "figure": ({"figure": "wrongs"}, 'Did you mean "wrong"?'),
    "goal": ({"goal": {"figure": "worst"}}, 'one of "at_most" and "at_least"'),
    "no goal": ({"choose": ["goal"]}, 'add a "goal"'),
    "goal of itself": ({"goal": {"figure": "goal", "at_most": 1}}, 'there is no figure "goal"'),
    "goal as a figure": (
        {"figure": "goal", "goal": {"at_most": 1}},
        'there is no figure "goal"',
    ),
    "names": ({"axes": [RATE, RATE]}, "two axes are called"),
    "seeds": ({"seeds": {"count": 0}}, '"seeds.count" is 0'),
    "truth": ({"seeds": {"count": True}}, '"seeds.count" is true'),
    "truth in a part": (
        {"tried": {"noises": [{"kind": "flip", "level": True}]}},
        '"tried.noises.0.level" is true',
    ),
    "truth of the version": ({"version": True}, "a study of version true"),
    "published": ({"published": [{"where": {"rat": "1"}, "text": "x"}]}, "there is no axis"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_said(case: str) -> None:
    keys, words = REFUSED[case]
    with pytest.raises(RecipeError) as caught:
        plan_of(**keys)
    assert words in str(caught.value)


def test_no_plan_at_all(tmp_path: Path) -> None:
    path = tmp_path / "x.aegui-study"
    path.write_text('{"format": "aegui-recipe"}')
    with pytest.raises(RecipeError, match=r"x\.aegui-study: not a study"):
        load_plan(path)
    path.write_text('{"format": "aegui-study", "version": 9}')
    with pytest.raises(RecipeError, match="version 9"):
        load_plan(path)


def test_an_axis_that_names_no_field() -> None:
    with pytest.raises(RecipeError) as caught:
        settings_of(axes=[{"path": "training.learning_rate", "values": [1]}])
    assert "training.learning_rate" in str(caught.value)
    assert "training.optimizer.learning_rate" in str(caught.value)
    with pytest.raises(RecipeError, match=r'there is no layer "7"; the recipe has 2'):
        settings_of(axes=[{"path": "network.encoder.7.units", "values": [1]}])
    with pytest.raises(RecipeError, match=r"\"training\.epochs\" is 0"):
        settings_of(axes=[{"path": "training.epochs", "values": [0]}])
    with pytest.raises(RecipeError, match="no shipped recipe"):
        settings_of(recipe="nowhere")


def test_more_than_anybody_would_wait_for() -> None:
    axes = [
        {"label": str(place), "path": f"p{place}", "values": list(range(1000))}
        for place in range(3)
    ]
    plan = plan_of(axes=axes)
    assert plan.combinations == 10**9
    with pytest.raises(AeguiError, match=r"1,000,000,000 settings .*random"):
        check_size(plan)


def test_a_file_of_another_kind_is_answered_with_what_a_plan_is(tmp_path: Path) -> None:
    run = tmp_path / "run.aegui"
    run.write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(ReadError, match=r"is a saved run, not a text file\. The plan of a study"):
        load_plan(run)
    image = tmp_path / "image.tiff"
    image.write_bytes(b"II*\x00\xff\xfe")
    with pytest.raises(ReadError, match=r"not UTF-8 text\. The plan of a study is a file of JSON"):
        load_plan(image)
    plan = tmp_path / "plan.json"
    plan.write_bytes(b"\xff")
    with pytest.raises(ReadError, match=r"not UTF-8 text\.$"):
        load_plan(plan)
