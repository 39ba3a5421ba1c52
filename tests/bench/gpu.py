"""Training on a CUDA GPU, against a plain loop there and against this program on the CPU."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.data.dataset import Dataset
from aegui.core.training.engines.choice import choose_engine
from aegui.core.training.engines.fused import FusedEngine
from aegui.core.training.loop.train import choose_device, train
from aegui.core.training.step.measure import choose_meter
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples
from tests.bench.engine import PlainTorchLoop, course_recipe, seconds_per_epoch
from tests.bench.figures import Figure, at_least, at_most
from tests.bench.many_networks import FunctionalNetworks, StackedNetworks
from tests.bench.models import CLASSES, CONV, Ours, bound, dense_vae, noise
from tests.bench.plain_loops import PlainClassifier, PlainConv, PlainGan, PlainLoop, PlainVae

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.network.resolve import ResolvedRecipe

ROUNDS = 3
POPULATIONS = (1, 100, 1_000)
NETWORKS = (1, 132, 1_000, 10_000)
"""Networks trained at once by the engine alone, without measuring them."""
AGREEMENT_EPOCHS = 100
ROUNDINGS = 5
ROUNDING = 6e-8
"""Share by which a float32 may be off after one rounding."""
BATCH = 128

Plain = PlainLoop | PlainGan


def measure() -> list[Figure]:
    """Measure the rates of the course's models; no figures without a GPU."""
    if not torch.cuda.is_available():
        return []
    return [*_agreement(), *_letters(), *_networks(), *_models()]


def _agreement() -> list[Figure]:
    """Compare losses after equal epochs from equal weights, for models without random draws."""
    images = noise(256, 1, 28)
    dense = {"encoder": [{"units": 64}, {"units": 32, "activation": "relu"}]}
    cases: dict[str, Callable[[str], ResolvedRecipe]] = {
        "course net": _course,
        "dense 784-64-32-2": lambda device: bound(images, dense, None, device=device),
        "conv 28x28": lambda device: bound(images, CONV, None, device=device),
        "contractive 784-64-32-2": lambda device: bound(
            images, dense, None, contractive=0.01, device=device
        ),
    }
    figures = []
    for name, case in cases.items():
        label = f"{name}: loss after {AGREEMENT_EPOCHS} epochs"
        here = _loss(case("cpu"))
        found = statistics.median(_off(_loss(case("cuda")), here) for _ in range(ROUNDINGS))
        # No two ways of computing agree better than one with itself, its weights rounded once more.
        own = statistics.median(_off(_loss(case("cpu"), seed), here) for seed in range(ROUNDINGS))
        figures += [
            Figure(f"{label}, processor off itself by roundings", own, "share"),
            at_most(f"{label}, GPU off the processor", found, "share", 1e-4),
        ]
    return figures


def _off(loss: float, wanted: float) -> float:
    return abs(loss / wanted - 1.0)


def _loss(resolved: ResolvedRecipe, rounding: int | None = None) -> float:
    """Return the loss; if ``rounding`` is a seed, of first weights rounded once more at random."""
    device, _ = choose_device(resolved.recipe.training.device)
    parameters = Parameters(resolved, device)
    if rounding is not None:
        draw = torch.Generator().manual_seed(rounding)
        parameters.flat.mul_(1.0 + ROUNDING * torch.randn(parameters.flat.shape, generator=draw))
    samples = Samples(resolved, resolved.recipe.data.corruption, device)
    generator = torch.Generator(device=device).manual_seed(0)
    engine = choose_engine(resolved, parameters, samples, generator)
    engine.run([resolved.recipe.training.optimizer.learning_rate] * AGREEMENT_EPOCHS, 0.0)
    return float(choose_meter(resolved, parameters, samples).measure().loss.mean())


def _course(device: str, runs: int = 1) -> ResolvedRecipe:
    training = {"epochs": 100_000_000, "device": device}
    return course_recipe(training=training, runs=runs)


def _letters() -> list[Figure]:
    plain = PlainTorchLoop(_course("cuda"), device="cuda")
    plain.run(100)
    base = statistics.median(plain.run(300) for _ in range(ROUNDS))
    figures = [Figure("course net, GPU: loop everybody writes", base * 1e6, "us/epoch")]
    for runs in POPULATIONS:
        each = {}
        for device in ("cuda", "cpu"):
            steps = train(_course(device, runs))
            epochs = max(30, 3_000 // runs)
            seconds_per_epoch(steps, epochs)
            each[device] = statistics.median(
                seconds_per_epoch(steps, epochs) / runs for _ in range(ROUNDS)
            )
        figures += [
            Figure(f"course net x {runs:,}, GPU", each["cuda"] * 1e6, "us/(epoch run)"),
            Figure(f"course net x {runs:,}, processor", each["cpu"] * 1e6, "us/(epoch run)"),
            Figure(f"course net x {runs:,}, GPU: times the loop", base / each["cuda"], "x"),
        ]
    return figures


def _networks() -> list[Figure]:
    """Measure the engine alone, against what can be written with torch for many networks."""
    figures = []
    for runs in NETWORKS:
        resolved = _course("cuda", runs)
        engine = _engine(resolved)
        engine.run([1e-3] * 20, 0.0)
        epochs = max(100, 200_000 // runs)
        seconds = statistics.median(_timed(engine, epochs) for _ in range(ROUNDS))
        name = f"course net x {runs:,}, GPU, steps alone ({engine.name})"
        if runs == 1:
            figures.append(at_most(name, seconds * 1e6, "us/epoch", 12))
            continue
        rate = runs / seconds / 1e6
        figures.append(Figure(name, rate, "million net-epochs/s"))
    resolved = _course("cuda", NETWORKS[-1])
    plain = {
        "bmm in a CUDA graph": StackedNetworks(resolved),
        "torch.func and compile": FunctionalNetworks(resolved),
    }
    rates = {}
    for name, networks in plain.items():
        networks.run(10)
        seconds = statistics.median(networks.run(30) for _ in range(ROUNDS))
        rates[name] = NETWORKS[-1] / seconds / 1e6
        label = f"course net x {NETWORKS[-1]:,}, GPU: {name}"
        figures.append(Figure(label, rates[name], "million net-epochs/s"))
    label = f"course net x {NETWORKS[-1]:,}, GPU: times the better of the two"
    return [*figures, at_least(label, rate / max(rates.values()), "x", 3)]


def _engine(resolved: ResolvedRecipe) -> FusedEngine:
    device = torch.device("cuda")
    parameters = Parameters(resolved, device)
    samples = Samples(resolved, resolved.recipe.data.corruption, device)
    generator = torch.Generator(device=device)
    engine = choose_engine(resolved, parameters, samples, generator)
    assert isinstance(engine, FusedEngine)
    return engine


def _timed(engine: FusedEngine, epochs: int) -> float:
    """Return the seconds per epoch of all networks."""
    torch.cuda.synchronize()
    started = time.perf_counter()
    engine.run([1e-3] * epochs, 0.0)
    torch.cuda.synchronize()
    return (time.perf_counter() - started) / epochs


def _models() -> list[Figure]:
    grey, colour = noise(4096, 1, 28), noise(1024, 3, 64)
    classes = np.random.default_rng(1).integers(0, CLASSES, len(grey))
    labelled = Dataset.from_images("noise", grey.images, [str(each) for each in classes])
    widths: dict[str, Any] = {
        "encoder": dense_vae((512, 256), 1)["encoder"],
        "latent": {"units": 64},
    }
    judged: dict[str, Any] = {"classifier": {"pretrain": {"epochs": 0}}}
    cases: dict[str, tuple[Callable[[], Plain], Callable[[str], ResolvedRecipe]]] = {
        "conv 28x28": (
            lambda: PlainLoop(PlainConv(), grey.images, BATCH, device="cuda"),
            lambda device: bound(grey, CONV, BATCH, device=device),
        ),
        "dense VAE 64x64 RGB": (
            lambda: PlainLoop(
                PlainVae(colour.pixels, (256, 128), 16), colour.images, BATCH, device="cuda"
            ),
            lambda device: bound(colour, dense_vae((256, 128), 16), BATCH, device=device),
        ),
        "classifier 784-512-256-64-10": (
            lambda: PlainLoop(
                PlainClassifier(grey.pixels, (512, 256), 64, CLASSES),
                grey.images,
                BATCH,
                classes,
                device="cuda",
            ),
            lambda device: bound(labelled, widths, BATCH, device=device, **judged),
        ),
        "GAN 28x28": (
            lambda: PlainGan(grey.images, BATCH, device="cuda"),
            lambda device: bound(grey, CONV, BATCH, device=device, gan={}),
        ),
    }
    figures = []
    for name, (plain, ours) in cases.items():
        loop, there, here = plain(), Ours(ours("cuda")), Ours(ours("cpu"))
        loop.run(1)
        times = [(loop.run(2), _synchronized(there, 4), here.run(1)) for _ in range(ROUNDS)]
        figures += [
            Figure(f"{name}, GPU: ours", statistics.median(b for _, b, _ in times) * 1e3, "ms"),
            Figure(
                f"{name}, GPU: times the loop there",
                statistics.median(a / b for a, b, _ in times),
                "x",
            ),
            Figure(
                f"{name}, GPU: times ours on the processor",
                statistics.median(c / b for _, b, c in times),
                "x",
            ),
        ]
    return figures


def _synchronized(ours: Ours, epochs: int) -> float:
    """Return the seconds per epoch, waiting for pending GPU work."""
    torch.cuda.synchronize()
    started = time.perf_counter()
    ours.run(epochs - 1)
    ours.run(1)
    torch.cuda.synchronize()
    return (time.perf_counter() - started) / epochs
