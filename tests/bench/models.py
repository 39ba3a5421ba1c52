"""The models of the course against plain PyTorch loops, and growth with N."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.train import train
from tests.bench.figures import Figure, at_least, at_most
from tests.bench.plain_loops import (
    PlainClassifier,
    PlainContractive,
    PlainConv,
    PlainGan,
    PlainLoop,
    PlainVae,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.training.loop.train import Training

ROUNDS = 7
POPULATION = 50
CONV: dict[str, Any] = {
    "encoder": [
        {"kind": "conv", "channels": 16, "stride": 2},
        {"kind": "conv", "channels": 32, "stride": 2},
    ],
    "latent": {"units": 32},
}
CLASSES = 10
SIZES = (1_000, 4_000, 16_000, 60_000)
LATE_EPOCH = 50
"""From here on one epoch in ten is measured, as nearly always in a training."""
GROWTH_ROUNDS = 5


def dense_vae(hidden: tuple[int, ...], latent: int) -> dict[str, Any]:
    """Return a variational network of dense layers with ReLU."""
    layers = [{"units": units, "activation": "relu"} for units in hidden]
    return {"encoder": layers, "latent": {"kind": "gaussian", "units": latent}}


def noise(count: int, channels: int, size: int) -> Dataset:
    """Return random images; their content does not affect the cost of a step."""
    draw = np.random.default_rng(0).random((count, channels, size, size), dtype=np.float32)
    return Dataset.from_images("noise", draw)


def bound(
    dataset: Dataset,
    network: dict[str, Any],
    batch: int | None,
    runs: int = 1,
    contractive: float = 0.0,
    device: str = "cpu",
    **more: Any,
) -> ResolvedRecipe:
    """Return a resolved recipe that trains without end."""
    training = {
        "epochs": 100_000_000,
        "batch_size": batch,
        "optimizer": {"learning_rate": 1e-3},
        "contractive": contractive,
        "device": device,
    }
    recipe = Recipe.model_validate({"network": network, "training": training, "runs": runs} | more)
    resolved = resolve(recipe, dataset).resolved
    if resolved is None:
        raise ValueError("a recipe of the benchmark does not resolve")
    return resolved


class Ours:
    """A training whose epochs are timed, all included."""

    def __init__(self, resolved: ResolvedRecipe, epoch: int = 0) -> None:
        self._steps: Iterator[Training] = train(resolved)
        self._training = next(self._steps)
        if epoch:
            begun = self._training.checkpoint()
            scalars = {**begun.scalars, "position": float(epoch)}
            late = type(begun)(epoch, begun.tensors, scalars)
            self._steps = train(resolved, None, late)
            self._training = next(self._steps)
        self.run(2)

    def run(self, epochs: int = 1) -> float:
        """Run ``epochs`` and return the seconds per epoch."""
        first = self._training.position
        started = time.perf_counter()
        while self._training.position < first + epochs - 1e-9:
            next(self._steps)
        return (time.perf_counter() - started) / (self._training.position - first)


def measure() -> list[Figure]:
    """Measure items 1, 2, 3 and 5 of the list of speeds of the models, and two more models."""
    return [
        *_conv(),
        *_vae(),
        *_population(),
        *_classifier(),
        *_gan(),
        *_contractive(),
        *_growth(),
    ]


def _compared(
    plain: PlainLoop | PlainGan, ours: Ours, epochs: int = 1
) -> tuple[float, float, float]:
    """Return the median seconds of both sides, and the median of the pairwise ratios."""
    plain.run(1)
    times = [(plain.run(epochs), ours.run(epochs)) for _ in range(ROUNDS)]
    ratio = statistics.median(a / b for a, b in times)
    return statistics.median(a for a, _ in times), statistics.median(b for _, b in times), ratio


def _conv() -> list[Figure]:
    data = noise(4096, 1, 28)
    ours = Ours(bound(data, CONV, 128))
    plain, mine, ratio = _compared(PlainLoop(PlainConv(), data.images, 128), ours)
    return [
        Figure("conv 28x28: loop everybody writes", plain * 1e3, "ms/epoch of 4,096"),
        Figure("conv 28x28: ours", mine * 1e3, "ms/epoch of 4,096"),
        at_least("conv 28x28: times the loop's rate", ratio, "x", 1.3),
    ]


def _vae() -> list[Figure]:
    data = noise(1024, 3, 64)
    ours = Ours(bound(data, dense_vae((256, 128), 16), 128))
    plain, mine, ratio = _compared(
        PlainLoop(PlainVae(data.pixels, (256, 128), 16), data.images, 128), ours
    )
    return [
        Figure("dense VAE 64x64 RGB: loop everybody writes", plain * 1e3, "ms/epoch of 1,024"),
        Figure("dense VAE 64x64 RGB: ours", mine * 1e3, "ms/epoch of 1,024"),
        at_least("dense VAE 64x64 RGB: times the loop's rate", ratio, "x", 1.5),
    ]


def _population() -> list[Figure]:
    data = load_builtin("lowercase")
    ours = Ours(bound(data, dense_vae((25, 10), 2), None, POPULATION))
    loop = PlainLoop(PlainVae(data.pixels, (25, 10), 2), data.images, len(data))
    torch.set_num_threads(1)
    plain, mine, ratio = _compared(loop, ours, 200)
    return [
        Figure("VAE of letters: loop everybody writes", plain * 1e6, "us/epoch"),
        Figure("VAE of letters, population of 50", mine / POPULATION * 1e6, "us/(epoch run)"),
        at_least("VAE of letters: times the loop's rate, per run", ratio * POPULATION, "x", 15),
    ]


def _classifier() -> list[Figure]:
    data = noise(4096, 1, 28)
    classes = np.random.default_rng(1).integers(0, CLASSES, len(data))
    labelled = Dataset.from_images("noise", data.images, [str(label) for label in classes])
    ours = Ours(
        bound(
            labelled,
            {"encoder": dense_vae((512, 256), 1)["encoder"], "latent": {"units": 64}},
            128,
            classifier={"pretrain": {"epochs": 0}},
        )
    )
    module = PlainClassifier(data.pixels, (512, 256), 64, CLASSES)
    plain, mine, ratio = _compared(PlainLoop(module, data.images, 128, classes), ours)
    return [
        Figure("classifier 784-512-256-64-10: loop everybody writes", plain * 1e3, "ms/epoch"),
        Figure("classifier 784-512-256-64-10: ours", mine * 1e3, "ms/epoch of 4,096"),
        Figure("classifier 784-512-256-64-10: times the loop's rate", ratio, "x"),
    ]


def _gan() -> list[Figure]:
    data = noise(2048, 1, 28)
    plain, mine, ratio = _compared(PlainGan(data.images, 128), Ours(bound(data, CONV, 128, gan={})))
    return [
        Figure("GAN 28x28: loop everybody writes", plain * 1e3, "ms/epoch of 2,048"),
        Figure("GAN 28x28: ours", mine * 1e3, "ms/epoch of 2,048"),
        Figure("GAN 28x28: times the loop's rate", ratio, "x"),
    ]


def _contractive() -> list[Figure]:
    """Measure contractive models, with the Jacobian by a formula and layer by layer."""
    letters, images = load_builtin("lowercase"), noise(2048, 1, 28)
    return [
        *_contracted("letters 35-32", letters, (), 32, None, 200),
        *_contracted("letters 35-25-10-2", letters, (25, 10), 2, None, 100),
        *_contracted("784-120", images, (), 120, 256, 1),
        *_contracted("784-256-64-2", images, (256, 64), 2, 256, 1),
    ]


def _contracted(
    name: str, data: Dataset, hidden: tuple[int, ...], code: int, batch: int | None, epochs: int
) -> list[Figure]:
    weight = 0.01
    network = {
        "encoder": [{"units": units, "activation": "tanh"} for units in hidden],
        "latent": {"units": code, "activation": "tanh"},
    }
    ours = bound(data, network, batch, contractive=weight)
    plain = PlainLoop(
        PlainContractive(data.pixels, hidden, code, weight), data.images, batch or len(data)
    )
    _, _, ratio = _compared(plain, Ours(ours), epochs)
    return [Figure(f"contractive {name}: times the loop's rate", ratio, "x")]


def _growth() -> list[Figure]:
    """Check that the seconds per sample do not depend on the number of samples.

    Each training does ten epochs at a time, one of which is measured. The four sizes alternate, and
    the small ones run often enough that a busy period of the machine affects all of them alike.
    """
    whole = noise(max(SIZES), 1, 28)
    trainings = {
        count: Ours(
            bound(whole.subset(range(count)), dense_vae((128, 64), 8), 128), epoch=LATE_EPOCH
        )
        for count in SIZES
    }
    times: dict[int, list[float]] = {count: [] for count in SIZES}
    for _ in range(GROWTH_ROUNDS):
        for count, training in trainings.items():
            epochs = 10 * max(1, 16_000 // count)
            times[count].append(training.run(epochs) / count)
    each = {count: min(values) for count, values in times.items()}
    figures = [
        Figure(f"{count:,} samples of 28x28", seconds * 1e6, "us/sample")
        for count, seconds in each.items()
    ]
    spread = max(each.values()) / min(each.values())
    return [*figures, at_most("time per sample, largest over smallest", spread, "x", 1.1)]
