"""The smallest-network challenge: attempts, kept results, claims and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.writers import write_dataset
from aegui.core.errors import AeguiError
from aegui.core.races import smallest
from aegui.core.races.smallest import (
    OWN,
    SEARCH,
    Attempts,
    Challenge,
    SearchProgress,
    attempts_left,
    best_of_attempts,
    default_attempts,
    dense_layers,
    shrink,
    try_network,
)
from aegui.core.recipe import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Recipe,
    TrainingSpec,
)

if TYPE_CHECKING:
    from pathlib import Path

TASK = Recipe(
    data=DataSpec(source="lowercase", chars="abc"),
    network=NetworkSpec(
        encoder=(
            LayerSpec(units=9, activation="tanh"),
            LayerSpec(units=5, activation="tanh"),
        )
    ),
    training=TrainingSpec(epochs=800, optimizer=OptimizerSpec(learning_rate=0.02)),
    seed=0,
)
EASY = Challenge(most_wrong=35, seeds=2, at_least=2)
"""Reached by all."""
GOAL = Challenge(most_wrong=2, seeds=2, at_least=2)


def with_units(*units: int) -> Recipe:
    layers = tuple(LayerSpec(units=one, activation="tanh") for one in units)
    return TASK.model_copy(update={"network": NetworkSpec(encoder=layers)})


def test_widths_shrink_until_no_layer_can_lose_a_unit(tmp_path: Path) -> None:
    attempts = Attempts(TASK, GOAL, tmp_path)
    news = list(shrink(TASK, GOAL, attempts))
    best = news[-1].best
    assert best is not None
    assert best.holds
    assert best.by == SEARCH
    assert best.parameters <= min(one.parameters for one in attempts if one.holds)
    first = news[1].attempt
    assert first is not None
    assert first.widths == "35-9-5-2-5-9-35"
    assert best.parameters < first.parameters
    # One unit less of any layer was tried, and does not do.
    units = [int(one) for one in best.widths.split("-")[1:3]]
    for at in range(2):
        if units[at] > 1:
            fewer = [one - (place == at) for place, one in enumerate(units)]
            widths = "-".join(map(str, (35, *fewer, 2, *reversed(fewer), 35)))
            assert any(one.widths == widths and not one.holds for one in attempts)


def test_nothing_is_trained_twice_not_even_another_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = try_network(TASK, GOAL, Attempts(TASK, GOAL, tmp_path), by=SEARCH)
    assert before is not None

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(smallest, "run_unit", never)
    again = Attempts(TASK, GOAL, tmp_path)
    found = try_network(TASK, GOAL, again)
    assert found is not None
    assert found.met == before.met
    # Whoever thought of it himself has his claim.
    assert found.by == OWN
    assert [one.by for one in Attempts(TASK, GOAL, tmp_path)] == [OWN]


def test_an_own_attempt_counts_like_any_other(tmp_path: Path) -> None:
    attempts = Attempts(TASK, EASY, tmp_path)
    large = try_network(TASK, EASY, attempts, by=SEARCH)
    own = try_network(with_units(8), EASY, attempts)
    assert large is not None
    assert own is not None
    assert own.holds
    assert own.parameters < large.parameters
    assert best_of_attempts(tuple(attempts)) == own
    assert best_of_attempts(tuple(attempts), SEARCH) == large
    assert Recipe.model_validate(own.recipe).network == with_units(8).network


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    attempts = Attempts(TASK, GOAL, tmp_path)
    bare = with_units()
    assert dense_layers(bare) == []
    with pytest.raises(AeguiError, match="nothing to shrink"):
        list(shrink(bare, GOAL, attempts))
    hopeless = TASK.model_copy(update={"training": TrainingSpec(epochs=1)})
    with pytest.raises(AeguiError, match="in 0 of 2 seeds"):
        list(shrink(hopeless, GOAL, attempts))
    one_seed = Challenge(most_wrong=2, seeds=1, at_least=1)
    with pytest.raises(AeguiError, match="in 0 of 1 seed: start"):
        list(shrink(hopeless, one_seed, Attempts(hopeless, one_seed, tmp_path / "one")))
    with pytest.raises(AeguiError, match="not by 3 of 2"):
        try_network(TASK, Challenge(1, 2, 3), attempts)


def test_a_damaged_file_of_attempts_costs_only_the_trainings(tmp_path: Path) -> None:
    attempts = Attempts(TASK, GOAL, tmp_path)
    assert try_network(with_units(4), GOAL, attempts) is not None
    (path,) = tmp_path.glob("*.json")
    path.write_text('{"format": "aegui-smallest", "version": 1, "attempts": [{"key": 3}]}')
    assert not list(Attempts(TASK, GOAL, tmp_path))


def test_a_search_that_is_stopped_keeps_what_it_has_found(tmp_path: Path) -> None:
    attempts = Attempts(TASK, GOAL, tmp_path)
    heard: list[SearchProgress] = []
    for news in shrink(TASK, GOAL, attempts, lambda: len(heard) >= 2):
        heard.append(news)
    assert len(list(attempts)) == 1
    assert heard[-1].attempt is None


def test_what_was_tried_from_another_network_leaves_as_much_to_do(tmp_path: Path) -> None:
    attempts = Attempts(TASK, EASY, tmp_path)
    other = with_units(20)
    assert attempts_left(TASK, EASY, attempts) == default_attempts(TASK)
    assert len([*shrink(other, EASY, attempts)]) > 2
    assert attempts_left(other, EASY, attempts) == 0
    assert attempts_left(TASK, EASY, attempts) == default_attempts(TASK)
    assert try_network(TASK, EASY, attempts) is not None
    assert attempts_left(TASK, EASY, attempts) == default_attempts(TASK) - 1


def test_attempts_on_other_samples_in_the_same_file_are_others(tmp_path: Path) -> None:
    file = tmp_path / "set.json"
    write_dataset(file, load_builtin("lowercase"))
    task = TASK.model_copy(update={"data": DataSpec(source=str(file))})
    before = try_network(task, EASY, Attempts(task, EASY, tmp_path))
    assert list(Attempts(task, EASY, tmp_path)) == [before]
    write_dataset(file, load_builtin("digits"))
    assert not list(Attempts(task, EASY, tmp_path))
    write_dataset(file, load_builtin("lowercase"))
    assert list(Attempts(task, EASY, tmp_path)) == [before]
