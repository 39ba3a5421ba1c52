"""The native engine against torch's engine and plain loops, and the sizes at which it is faster."""

from __future__ import annotations

import os
import statistics
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.engines.choice import make_engine
from aegui.core.training.engines.fused import FusedEngine
from aegui.core.training.engines.machine_engine import MachineEngine
from aegui.core.training.engines.native.library import SWITCH, library, status
from aegui.core.training.loop.train import train
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples
from tests.bench.engine import course_recipe, seconds_per_epoch
from tests.bench.figures import Figure, at_least
from tests.bench.plain_loops import PlainLoop, PlainVae

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 7
_SECONDS = 0.03
"""Of one turn of an engine in the table."""
_CPU = torch.device("cpu")
_WIDTHS = ((6, (16,)), (6, (25, 10)), (8, (64, 32)), (12, (100, 50)), (16, (128, 64)), (28, (256,)))
"""Side of the images, and units of the hidden layers."""
_BATCHES = (8, 32, 128, 512)


def measure() -> list[Figure]:
    """Measure one network and a hundred against torch's engine, a VAE, and the table of sizes."""
    torch.set_num_threads(1)
    if library() is None:
        return [Figure(status(), 0.0, "")]
    return [*_against_torch(), *_vae(), *_table()]


@contextmanager
def _on_torch() -> Iterator[None]:
    """Run trainings started within the context on torch's engine."""
    os.environ[SWITCH] = "torch"
    try:
        yield
    finally:
        del os.environ[SWITCH]


def _against_torch() -> list[Figure]:
    figures = []
    for runs, epochs in ((1, 5_000), (100, 100)):
        native = train(course_recipe(runs=runs))
        seconds_per_epoch(native, epochs)
        with _on_torch():
            other = train(course_recipe(runs=runs))
            seconds_per_epoch(other, epochs)
        ratios = []
        for _ in range(ROUNDS):
            before = seconds_per_epoch(other, epochs)
            ratios.append(before / seconds_per_epoch(native, epochs))
        name = "one run" if runs == 1 else f"population of {runs}"
        figures.append(
            at_least(f"{name}: times torch's machine", statistics.median(ratios), "x", 1.5)
        )
    return figures


def _vae() -> list[Figure]:
    """Measure a VAE of the letters, 50 runs, batches of 32."""
    letters = load_builtin("letters")
    network = {
        "encoder": [{"units": 25, "activation": "relu"}, {"units": 10, "activation": "relu"}],
        "latent": {"kind": "gaussian", "units": 2},
    }
    training = {"epochs": 1_000_000, "batch_size": 32}
    raw = {"runs": 50, "network": network, "training": training}
    resolved = resolve(Recipe.model_validate(raw), letters).resolved
    if resolved is None:
        raise ValueError("the VAE does not resolve")
    plain = PlainLoop(PlainVae(35, (25, 10), 2), letters.flat(), 32)
    ours = train(resolved)
    plain.run(5)
    seconds_per_epoch(ours, 50)
    ratios = []
    for _ in range(ROUNDS):
        loop = plain.run(30)
        ratios.append(loop / (seconds_per_epoch(ours, 60) / 50))
    return [at_least("VAE of letters, 50 runs: times the loop", statistics.median(ratios), "x", 90)]


def _table() -> list[Figure]:
    figures = []
    for side, hidden in _WIDTHS:
        for rows in _BATCHES:
            resolved = _network(side, hidden, rows)
            gain = _gain(resolved)
            units = "-".join(map(str, (side * side, *hidden, 2)))
            weights = f"{resolved.parameters:,} weights"
            figures.append(Figure(f"{units}, {weights}, batch {rows}: times torch", gain, "x"))
    return figures


def _network(side: int, hidden: tuple[int, ...], rows: int) -> ResolvedRecipe:
    images = np.random.default_rng(0).random((rows, side, side)).astype(np.float32)
    network: dict[str, Any] = {"encoder": [{"units": units} for units in hidden]}
    found = resolve(Recipe.model_validate({"network": network}), Dataset.from_images("x", images))
    if found.resolved is None:
        raise ValueError("the network does not resolve")
    return found.resolved


def _gain(resolved: ResolvedRecipe) -> float:
    """Return the speed-up over torch's engine, by CPU time of the steps alone."""
    native, other = (_engine(resolved, name) for name in (MachineEngine.name, FusedEngine.name))
    for _ in range(4):
        _busy(native, 3), _busy(other, 3)
    epochs = max(1, int(_SECONDS / _busy(other, 3)))
    return statistics.median(_busy(other, epochs) / _busy(native, epochs) for _ in range(ROUNDS))


def _engine(resolved: ResolvedRecipe, name: str) -> FusedEngine:
    machine = library()
    assert machine is not None
    parameters = Parameters(resolved, _CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, _CPU)
    given = resolved, parameters, samples, torch.Generator()
    if name == MachineEngine.name:
        return MachineEngine(*given, machine)
    engine = make_engine(name, *given)
    assert isinstance(engine, FusedEngine)
    return engine


def _busy(engine: FusedEngine, epochs: int) -> float:
    """Return the seconds per epoch."""
    started = time.process_time()
    torch.set_flush_denormal(True)
    engine.run([1e-3] * epochs, 0.0)
    torch.set_flush_denormal(False)
    return (time.process_time() - started) / epochs
