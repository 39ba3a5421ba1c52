"""Estimates of the cost of a training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aegui.core.cost import Budget, excess
from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.cost import (
    differs_only_in_rate,
    large_layer_words,
    rows_of,
    share_left,
    step_seconds,
    training_cost,
)
from aegui.core.training.loop.probe import probed
from tests.processes import python

GIGABYTE = 1 << 30


def bound(dataset: Dataset | None = None, **changes: Any) -> ResolvedRecipe:
    recipe = Recipe.model_validate(changes)
    resolved = resolve(recipe, dataset or load_builtin("lowercase")).resolved
    assert resolved is not None
    return resolved


def upsampling_faces() -> Recipe:
    """Return a network for emojis of 64x64 whose decoder upsamples to that size."""
    down = {"kernel": 4, "stride": 2, "padding": 1, "activation": "silu"}
    convolutions = [{"kind": "conv", "channels": n, **down} for n in (32, 64, 128, 128)]
    decoder: list[dict[str, Any]] = [
        {"units": 256, "activation": "silu"},
        {"units": 2048, "activation": "silu"},
        {"kind": "reshape", "channels": 128, "height": 4, "width": 4},
    ]
    for channels in (128, 96, 48, 24):
        decoder += [
            {"kind": "upsample", "factor": 2, "mode": "bilinear"},
            {"kind": "conv", "channels": channels, "kernel": 3, "stride": 1, "padding": 1},
        ]
    network = {
        "encoder": [*convolutions, {"units": 256, "activation": "silu"}],
        "latent": {"units": 2, "kind": "gaussian"},
        "decoder": decoder,
    }
    training = {"epochs": 500, "batch_size": 32}
    return Recipe.model_validate({"network": network, "training": training})


def test_a_network_for_emojis_is_a_monster_on_digits_that_is_seen_before() -> None:
    recipe = upsampling_faces()
    digits = Dataset.over("digits", np.zeros((60_000, 1, 28, 28), np.float32))
    resolved = resolve(recipe, digits).resolved
    assert resolved is not None
    cost = training_cost(resolved)
    assert cost.parameters == 78_369_308
    assert 3 * GIGABYTE < cost.bytes < 12 * GIGABYTE
    told = excess(cost, Budget(), free=6 * GIGABYTE)
    assert "GB" in told
    assert "24x64x64 to 784" in large_layer_words(resolved)
    assert large_layer_words(bound()) == ""
    assert "longer than 1 h" in told


def test_the_course_network_is_cheap() -> None:
    cost = training_cost(bound())
    assert cost.bytes < 100 << 20
    assert cost.parameters == 2_397


def test_every_part_grows_with_what_makes_it() -> None:
    small, many = training_cost(bound()), training_cost(bound(runs=50))
    for part in ("weights", "kept", "layers", "timeline"):
        assert many.memory[part] > 10 * small.memory[part], part
    noise = {"corruption": {"kind": "flip", "level": 0.1, "copies": 50, "fresh": False}}
    noisy = training_cost(bound(data=noise))
    assert noisy.memory["data"] > 10 * small.memory["data"]
    assert training_cost(bound(), timeline_bytes=0).memory["timeline"] == 0


def test_a_limit_of_time_and_what_is_done_already_count() -> None:
    long = {"epochs": 100_000_000}
    assert training_cost(bound(training=long)).seconds > 60
    limited = bound(training=long | {"goals": {"seconds": 5.0}})
    assert training_cost(limited).seconds == pytest.approx(5.0)
    cost = training_cost(bound(training={"epochs": 1000}))
    half = share_left(cost, bound(training={"epochs": 1000}), 500)
    assert half.seconds == pytest.approx(cost.seconds / 2)


def test_only_the_size_of_the_steps_costs_nothing() -> None:
    recipe, data = Recipe(), load_builtin("lowercase")
    one = resolve(recipe, data).resolved
    assert one is not None

    def of(**changes: object) -> ResolvedRecipe:
        training = recipe.training.model_copy(update=changes)
        found = resolve(recipe.model_copy(update={"training": training}), data).resolved
        assert found is not None
        return found

    faster = recipe.training.optimizer.model_copy(update={"learning_rate": 0.5})
    assert differs_only_in_rate(one, of(optimizer=faster))
    assert not differs_only_in_rate(one, of(optimizer=faster, epochs=17))


def test_rows_and_batches() -> None:
    noise = {"corruption": {"kind": "flip", "level": 0.1, "copies": 4}}
    assert rows_of(bound(data=noise, training={"batch_size": 50})) == (4 * 32, 50)
    assert rows_of(bound(data={"split": {"validation": 0.5}})) == (16, 16)
    assert rows_of(bound(data={"corruption": {"copies": 4}})) == (32, 32), "there is no noise"


FAMILIES: list[dict[str, Any]] = [
    {},
    {"runs": 3, "training": {"batch_size": 7}},
    {"training": {"contractive": 0.1, "epochs": 50}},
    {"network": {"encoder": [{"kind": "conv", "channels": 4}]}, "training": {"epochs": 100}},
    {"gan": {}, "training": {"epochs": 50}, "network": {"output_activation": "sigmoid"}},
    {"data": {"corruption": {"kind": "salt_pepper", "level": 0.1}}},
]


@pytest.mark.parametrize("changes", FAMILIES, ids=str)
def test_a_few_steps_tell_the_time(changes: dict[str, Any]) -> None:
    resolved = bound(**changes)
    cost = training_cost(resolved)
    tried = probed(resolved, cost)
    assert tried.is_measured
    assert tried.seconds > 0
    assert tried.memory == cost.memory


def test_what_is_too_large_is_not_tried() -> None:
    wide = bound(network={"encoder": [{"units": 40_000}, {"units": 500}]}, runs=4)
    cost = training_cost(wide)
    assert probed(wide, cost) is cost
    assert step_seconds(wide) > 0


def test_trying_can_be_cancelled_and_scipy_is_reckoned() -> None:
    resolved = bound()
    cost = training_cost(resolved)
    assert probed(resolved, cost, lambda: True) is cost
    exact = bound(training={"optimizer": {"name": "bfgs"}, "epochs": 100})
    reckoned = training_cost(exact)
    assert probed(exact, reckoned) is reckoned
    assert reckoned.memory["weights"] > 8 * 5 * 2_397**2


def test_reckoning_brings_no_torch() -> None:
    """The window estimates costs before it is shown; importing torch takes a second."""
    code = "import sys, aegui.core.training.cost; sys.exit('torch' in sys.modules)"
    python("-c", code)
