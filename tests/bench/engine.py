"""The training engine against a plain PyTorch loop; cost of early and late epochs."""

from __future__ import annotations

import itertools
import statistics
import time
from typing import TYPE_CHECKING, Any

import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.train import Training, train
from tests.bench.figures import Figure, at_least, at_most

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 5


def course_recipe(**changes: Any) -> ResolvedRecipe:
    """Return 35-25-10-2-10-25-35, Adam, cross-entropy, full batch of 32 lower-case letters."""
    recipe = Recipe.model_validate({"training": {"epochs": 100_000_000}} | changes)
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    if resolved is None:
        raise ValueError("the course recipe does not resolve")
    return resolved


class PlainTorchLoop:
    """A plain loop: nn.Sequential, default Adam, loss read every epoch; ``fused`` as for Adam."""

    def __init__(
        self, resolved: ResolvedRecipe, *, fused: bool = False, device: str = "cpu"
    ) -> None:
        modules: list[torch.nn.Module] = []
        for inputs, outputs in itertools.pairwise(resolved.sizes):
            modules += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh()]
        modules[-1] = torch.nn.Sigmoid()
        self._model = torch.nn.Sequential(*modules).to(device)
        self._optimizer = torch.optim.Adam(self._model.parameters(), lr=0.01, fused=fused or None)
        self._data = torch.from_numpy(resolved.dataset.flat().copy()).to(device)
        self.losses: list[float] = []

    def run(self, epochs: int) -> float:
        """Run ``epochs`` and return the seconds per epoch."""
        criterion = torch.nn.BCELoss()
        started = time.perf_counter()
        for _ in range(epochs):
            self._optimizer.zero_grad()
            loss = criterion(self._model(self._data), self._data)
            loss.backward()
            self._optimizer.step()
            self.losses.append(loss.item())
        return (time.perf_counter() - started) / epochs


def seconds_per_epoch(steps: Iterator[Training], epochs: int) -> float:
    """Continue a training for at least ``epochs``; return seconds per epoch, all included."""
    training = next(steps)
    first = training.epoch
    started = time.perf_counter()
    while training.epoch < first + epochs:
        training = next(steps)
    return (time.perf_counter() - started) / (training.epoch - first)


def measure() -> list[Figure]:
    """Measure items 1, 2 and 4 of the list of speeds."""
    torch.set_num_threads(1)
    return [*_against_the_loop(), _late_epochs()]


def _against_the_loop() -> list[Figure]:
    loop = PlainTorchLoop(course_recipe())
    fused = PlainTorchLoop(course_recipe(), fused=True)
    one, hundred = train(course_recipe()), train(course_recipe(runs=100))
    loop.run(100)
    fused.run(100)
    seconds_per_epoch(one, 2000)
    seconds_per_epoch(hundred, 60)
    times: dict[str, list[float]] = {"loop": [], "fused": [], "one": [], "hundred": []}
    for _ in range(ROUNDS):
        times["loop"].append(loop.run(1000))
        times["fused"].append(fused.run(1000))
        times["one"].append(seconds_per_epoch(one, 10_000))
        times["hundred"].append(seconds_per_epoch(hundred, 300) / 100)
    plain, fast, ours, share = (statistics.median(each) for each in times.values())
    return [
        Figure("loop everybody writes", plain * 1e6, "us/epoch"),
        Figure("the same with Adam(fused=True)", fast * 1e6, "us/epoch"),
        Figure("one run", ours * 1e6, "us/epoch"),
        Figure("population of 100", share * 1e6, "us/(epoch run)"),
        at_least("one run: times the loop's rate", plain / ours, "x", 30),
        at_least("population of 100: times the loop's rate, per run", plain / share, "x", 70),
        Figure("one run: times the rate of the loop with fused Adam", fast / ours, "x"),
        Figure("population of 100: times the same, per run", fast / share, "x"),
    ]


def _late_epochs() -> Figure:
    """Return the cost at epoch 1,000,000, resumed from a checkpoint, over that at epoch 10."""
    early, late = [], []
    resolved = course_recipe()
    first = next(train(resolved))
    checkpoint = first.checkpoint()
    scalars = {**checkpoint.scalars, "position": 1_000_000.0}
    checkpoint = type(checkpoint)(1_000_000, checkpoint.tensors, scalars)
    view = _long_history(first)
    for _ in range(ROUNDS):
        steps = train(resolved)
        seconds_per_epoch(steps, 10)
        early.append(seconds_per_epoch(steps, 10_000))
        steps = train(resolved, None, checkpoint, view)
        seconds_per_epoch(steps, 10)
        late.append(seconds_per_epoch(steps, 10_000))
    ratio = statistics.median(late) / statistics.median(early)
    return at_most("epoch 1,000,000 over epoch 10, history included", ratio, "x", 1.1)


def _long_history(training: Training) -> Any:
    """Fill the history of ``training`` as a million epochs would."""
    from aegui.core.training.record.history import RUN_COLUMNS, next_recorded_epoch

    epoch = 0
    while epoch < 1_000_000:
        epoch = next_recorded_epoch(epoch, 1_000_000)
        values = dict.fromkeys(RUN_COLUMNS, 0.5)
        training.history.append(epoch=epoch, seconds=0.0, learning_rate=0.01, **values)
    return training.history.view()
