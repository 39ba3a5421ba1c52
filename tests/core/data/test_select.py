from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_data
from aegui.core.data.select import search, select
from aegui.core.errors import AeguiError
from aegui.core.recipe import DataSpec, SplitSpec

FRUIT = Dataset.from_images(
    "fruit",
    np.arange(6).reshape(6, 1, 1) * np.full((6, 2, 2), 0.1),
    ["red", "green", "red", "yellow", "red", "green"],
    ["apple", "pear", "cherry", "banana", "apple", "Lime"],
)


def names(**spec: object) -> tuple[str, ...]:
    return select(FRUIT, DataSpec.model_validate(spec)).names


def test_by_label_by_name_and_both() -> None:
    assert names() == FRUIT.names
    assert names(labels=["Green", "red"]) == ("apple", "pear", "cherry", "apple", "Lime")
    assert names(names=["lime", "apple"]) == ("apple", "apple", "Lime")
    assert names(labels=["red"], names=["apple", "banana"]) == ("apple", "apple")
    assert np.array_equal(select(FRUIT, DataSpec(labels=("yellow",))).images, FRUIT.images[[3]])


def test_upper_and_lower_case_are_apart_where_both_are_titles() -> None:
    letters = load_builtin("letters")
    for label in "aA":
        assert select(letters, DataSpec(labels=(label,))).labels == (label,)
        assert select(load_builtin("lowercase"), DataSpec(labels=(label,))).labels == ("a",)


def test_so_many_at_random() -> None:
    digits = load_builtin("digits")
    drawn = load_data(DataSpec(source="digits", count=300))
    again = load_data(DataSpec(source="digits", count=300))
    other = load_data(DataSpec(source="digits", count=300, split=SplitSpec(seed=1)))
    assert len(drawn) == 300
    assert drawn.names == again.names != other.names
    places = [digits.names.index(name) for name in drawn.names]
    assert places == sorted(set(places))
    assert set(drawn.classes) == set("0123456789")
    threes = load_data(DataSpec(source="digits", labels=("3",), count=183))
    assert threes.names == tuple(name for name in digits.names if name.startswith("3 "))
    assert load_data(DataSpec(source="digits", count=1797)) is digits


def test_the_last_samples_stay_when_some_of_the_others_are_drawn() -> None:
    split = SplitSpec(last=32)
    few = load_data(DataSpec(source="lowercase+uppercase", count=10, split=split))
    assert len(few) == 42
    assert few.labels[10:] == load_builtin("uppercase").labels
    assert set(few.labels[:10]) < set(load_builtin("lowercase").labels)
    with pytest.raises(AeguiError, match="has only 32 to choose from"):
        load_data(DataSpec(source="lowercase+uppercase", count=33, split=split))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"labels": ["gren"]}, r"fruit has no class “gren”; did you mean “green”\?"),
        ({"labels": ["violet"]}, "fruit has no class “violet”; it has: red, green, yellow"),
        ({"names": ["banan"]}, r"no sample named “banan”; did you mean “banana”\?"),
        ({"labels": ["green"], "names": ["apple"]}, "No samples of fruit are chosen"),
        ({"labels": []}, "No samples of fruit are chosen"),
        ({"count": 7}, "7 samples are asked for, but fruit has only 6"),
        ({"labels": ["green"], "count": 3}, "3 samples are asked for, but fruit has only 2"),
    ],
)
def test_refusals(spec: dict[str, object], message: str) -> None:
    with pytest.raises(AeguiError, match=message):
        names(**spec)


def test_searching_by_words() -> None:
    assert search(FRUIT, "APP").tolist() == [0, 4]
    assert search(FRUIT, "red ch").tolist() == [2]
    assert search(FRUIT, "").tolist() == list(range(6))
    emojis = load_builtin("emoji")
    found = [emojis.names[index] for index in search(emojis, "cat tears")]
    assert found == ["cat with tears of joy"]
