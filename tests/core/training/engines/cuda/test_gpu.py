"""On a real GPU: the kernel and captured steps agree with torch's operations there.

Where no GPU is, all of this is skipped. It needs neither Qt nor the fixtures of the other tests:
``python -m pytest --noconftest -c /dev/null --rootdir . tests/.../test_gpu.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.engines import choice
from aegui.core.training.engines.cuda import graph
from aegui.core.training.engines.cuda.graph import StepGraph, captured
from aegui.core.training.engines.cuda.program import TorchGpu, torch_gpu
from aegui.core.training.loop.population import Population, trains_in_population
from aegui.core.training.loop.train import train
from tests.core.training.engines.cuda.test_captured import CASES as CAPTURED
from tests.core.training.engines.cuda.test_captured import resolved_recipe as captured_recipe
from tests.core.training.engines.cuda.test_kernel import CASES
from tests.core.training.engines.test_choice import FEW_STEPS, resolved_recipe
from tests.core.training.engines.test_machine_engine import (
    MEMBERS,
    assert_alike,
    assert_members_alike,
)

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is here")


@pytest.fixture(scope="module")
def card() -> TorchGpu:
    found = torch_gpu()
    assert found is not None
    return found


@pytest.mark.parametrize("key", CASES)
@pytest.mark.parametrize("runs", [2, 300])
def test_steps_are_those_of_torch(card: TorchGpu, key: str, runs: int) -> None:
    assert_alike(card, resolved_recipe(**CASES[key] | {"runs": runs}), FEW_STEPS)


@pytest.mark.parametrize("key", MEMBERS)
def test_runs_that_differ_in_numbers(card: TorchGpu, key: str) -> None:
    assert_members_alike(card, key)


def test_a_population_of_members_learns_on_the_card() -> None:
    recipes = [
        Recipe.model_validate({"seed": seed, "training": {"epochs": 40, "device": "cuda"}})
        for seed in range(3)
    ]
    resolved = resolve(recipes[0], load_builtin("lowercase")).resolved
    assert resolved is not None
    assert trains_in_population(resolved)
    over = {learnt.run: learnt for learnt in Population(resolved, recipes).run() if learnt}
    for run, recipe in enumerate(recipes):
        alone = resolve(recipe, load_builtin("lowercase")).resolved
        assert alone is not None
        *_, training = train(alone)
        assert training.engine == "cuda"
        losses = training.history.view().loss[:, 0]
        assert np.allclose(over[run].history["loss"], losses, rtol=0, atol=1e-5)


@pytest.mark.parametrize("key", CAPTURED)
def test_captured_steps_are_those_that_are_called(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(choice, "machine_for", lambda *_: None)
    changes = CAPTURED[key]
    training = changes.get("training", {}) | {"device": "cuda"}
    resolved = captured_recipe(changes | {"training": training}, "sgd")
    captures: list[int] = []

    def counted(*given: Any) -> Any:
        replay = captured(*given)
        captures.append(1)
        return replay

    def refused(*_: Any) -> Any:
        raise RuntimeError("not permitted")

    losses = []
    for capture in (counted, refused):
        monkeypatch.setattr(graph, "captured", capture)
        *_, done = train(resolved)
        losses.append(done.history.view().loss)
    replayed, called = losses
    assert captures
    assert np.allclose(replayed, called, rtol=1e-4, atol=1e-6)


def test_a_step_that_cannot_be_captured_goes_on_with_the_same_random_numbers() -> None:
    """A capture that fails leaves the state of its generator unusable, unless it is replaced."""
    weights = torch.zeros(2, 50, device="cuda")
    generators = [torch.Generator("cuda").manual_seed(3) for _ in range(2)]

    def step(run: int) -> None:
        weights[run].add_(torch.randn(50, generator=generators[run], device="cuda"))
        assert float(weights[run].abs().max()) < 1e9, "it waits for the GPU, which none may capture"

    steps = StepGraph(generators[0], [weights[0]])
    for _ in range(12):
        steps.run(lambda: step(0))
        step(1)
    assert torch.equal(weights[0], weights[1])
    assert torch.equal(*(generator.get_state() for generator in generators))
