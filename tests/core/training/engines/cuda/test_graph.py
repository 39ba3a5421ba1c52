"""When a step is captured, and that a replay that differs from the step is not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from aegui.core.training.engines.cuda.graph import StepGraph

if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[], None]


class Walk:
    """A step that adds random numbers to its weights, and counts its calls."""

    def __init__(self) -> None:
        self.weights = torch.ones(50)
        self.count = torch.zeros((), dtype=torch.int64)
        self.generator = torch.Generator().manual_seed(3)
        self.captures = 0

    def step(self, rate: float = 0.1) -> None:
        self.weights.add_(torch.randn(50, generator=self.generator), alpha=rate)
        self.count.add_(1)

    def graph(self, recorded: Callable[[Step], Step]) -> StepGraph:
        def capture(_: torch.Generator, step: Step) -> Step:
            self.captures += 1
            return recorded(step)

        return StepGraph(self.generator, [self.weights, self.count], capture)


def refused(step: Step) -> Step:
    raise RuntimeError("operation not permitted when stream is capturing")


def nothing(step: Step) -> Step:
    return lambda: None


def twice(step: Step) -> Step:
    def both() -> None:
        step()
        step()

    return both


@pytest.mark.parametrize("recorded", [lambda step: step, refused, nothing, twice])
def test_weights_and_random_numbers_are_those_of_the_steps(
    recorded: Callable[[Step], Step],
) -> None:
    plain, other = Walk(), Walk()
    graph = other.graph(recorded)
    for _ in range(12):
        plain.step()
        graph.run(other.step)
    assert torch.equal(other.weights, plain.weights)
    assert torch.equal(other.count, plain.count)
    assert torch.equal(other.generator.get_state(), plain.generator.get_state())
    assert other.captures == 1


def test_a_run_that_has_diverged_does_not_end_the_replays() -> None:
    walk = Walk()
    walk.weights[0] = torch.nan
    replays: list[int] = []

    def recorded(step: Step) -> Step:
        def replay() -> None:
            replays.append(1)
            step()

        return replay

    graph = walk.graph(recorded)
    for _ in range(12):
        graph.run(walk.step)
    assert len(replays) > 1
