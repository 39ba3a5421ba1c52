"""The native engine agrees with torch: parameters, losses and random numbers, over all tables."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.engines.choice import choose_engine
from aegui.core.training.engines.cuda.program import TorchGpu
from aegui.core.training.engines.fused import FusedEngine
from aegui.core.training.engines.machine_engine import MachineEngine, MachineMembersEngine
from aegui.core.training.engines.members_engine import (
    MemberSamples,
    MembersEngine,
    Streams,
    keep_probabilities,
)
from aegui.core.training.engines.native.library import SWITCH, NativeLibrary, variants
from aegui.core.training.families.steppers import CHUNK_SECONDS, FusedStepper, Orders
from aegui.core.training.loop.population import Population
from aegui.core.training.loop.train import train
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.step.measure import choose_meter
from aegui.core.training.step.members import together
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples
from tests.core.training.engines.test_choice import (
    CONTRACTIVE,
    CPU,
    ENCODERS,
    FEW_STEPS,
    GAUSSIANS,
    GENTLE,
    GRADUAL,
    OTHERS,
    OUTPUTS,
    STEPS,
    resolved_recipe,
)
from tests.core.training.test_one_more import SIGNS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.engines.machine_engine import Machine

ALIKE = 1e-5
PLAIN = ("sgd", "momentum", "nesterov")
"""Optimisers whose steps are as long as the gradient: all others divide it by its own size."""
UNKNOWN = {"norms", "k-sparse", "a single layer that is k-sparse", "a deep code that is k-sparse"}
"""What the machine has no operations for: torch's machine trains it."""


def engine_of(
    resolved: ResolvedRecipe, machine: Machine | None, device: torch.device, threads: int = 1
) -> tuple[FusedEngine, Parameters, Samples, torch.Generator]:
    """Return an engine on ``machine``, or on torch, with its parameters and samples."""
    torch.set_num_threads(1)
    parameters = Parameters(resolved, device)
    samples = Samples(resolved, resolved.recipe.data.corruption, device)
    generator = torch.Generator(device=device).manual_seed(11)
    given = resolved, parameters, samples, generator
    engine = FusedEngine(*given) if machine is None else MachineEngine(*given, machine, threads)
    return engine, parameters, samples, generator


def device_of(machine: Machine | None) -> torch.device:
    """Return where ``machine`` computes."""
    return torch.device("cuda") if isinstance(machine, TorchGpu) else CPU


def trained(
    resolved: ResolvedRecipe,
    machine: Machine | None,
    *stretches: int,
    threads: int = 1,
    device: torch.device | None = None,
) -> tuple[Parameters, torch.Tensor, torch.Tensor]:
    """Return parameters, losses, and the state of the generator after stretches of epochs."""
    device = device or device_of(machine)
    engine, parameters, samples, generator = engine_of(resolved, machine, device, threads)
    rate = resolved.recipe.training.optimizer.learning_rate
    for epochs in stretches:
        engine.run([rate] * epochs, resolved.recipe.data.corruption.level)
    losses = choose_meter(resolved, parameters, samples).measure().loss
    return parameters, torch.from_numpy(losses), generator.get_state()


def assert_near(ours: torch.Tensor, theirs: torch.Tensor, *recipes: Recipe) -> None:
    """Parameters that differ by no more than rounding does.

    Where an optimiser divides gradients by their own size, one that is nothing but rounding, as
    of a weight that moves no loss, becomes a step of any length up to the learning rate: of those
    there are few, and which ones depends on the processor.
    """
    apart = (ours - theirs).abs()
    specs = [recipe.training.optimizer for recipe in recipes]
    if all(spec.name in PLAIN for spec in specs):
        assert apart.max() <= ALIKE
    assert (apart > ALIKE).sum() <= apart.numel() // 1000
    assert apart.max() <= max(ALIKE, 0.1 * max(spec.learning_rate for spec in specs))


def assert_alike(
    machine: Machine, resolved: ResolvedRecipe, steps: int = STEPS, threads: int = 1
) -> None:
    """Train on ``machine`` and on torch, and compare all that is left."""
    device = device_of(machine)
    ours, loss, drawn = trained(resolved, machine, steps, threads=threads)
    theirs, other_loss, other_drawn = trained(resolved, None, steps, device=device)
    start = Parameters(resolved, device).flat
    assert not torch.allclose(theirs.flat, start, atol=1e-4), "nothing was learnt"
    assert_near(ours.flat, theirs.flat, resolved.recipe)
    assert torch.allclose(loss, other_loss, rtol=0, atol=ALIKE)
    assert torch.equal(drawn, other_drawn)
    assert torch.equal(ours.steps, theirs.steps)
    for name, slot in ours.slots.items():
        assert torch.allclose(slot, theirs.slots[name], rtol=1e-3, atol=ALIKE), name


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(native: NativeLibrary, activation: str) -> None:
    layers = [
        {"units": 12, "activation": activation, "slope": 0.7},
        {"units": 6, "activation": activation},
    ]
    assert_alike(native, resolved_recipe(network={"encoder": layers}, training=GENTLE))


@pytest.mark.parametrize(("loss", "output"), OUTPUTS)
def test_every_loss(native: NativeLibrary, loss: str, output: str) -> None:
    network = {"output_activation": output, "output_slope": 1.5}
    training = GENTLE | {"loss": loss, "huber_delta": 0.3}
    assert_alike(native, resolved_recipe(network=network, training=training))


def optimizer(name: str, **more: Any) -> dict[str, Any]:
    rate = 0.05 if name in PLAIN else 1e-3
    return {"optimizer": {"name": name, "learning_rate": rate} | more}


@pytest.mark.parametrize("name", GRADUAL)
def test_every_optimizer(native: NativeLibrary, name: str) -> None:
    assert_alike(native, resolved_recipe(training=optimizer(name)))


@pytest.mark.parametrize("kind", CORRUPTIONS)
@pytest.mark.parametrize("fresh", [True, False])
def test_every_corruption(native: NativeLibrary, kind: str, fresh: bool) -> None:
    corruption = {"kind": kind, "level": 0.2, "copies": 2, "fresh": fresh}
    resolved = resolved_recipe(data={"corruption": corruption}, training=GENTLE)
    assert_alike(native, resolved, FEW_STEPS)


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("batch", [None, 12])
def test_a_noisy_target(native: NativeLibrary, fresh: bool, batch: int | None) -> None:
    corruption = {"kind": "flip", "level": 0.2, "copies": 2, "fresh": fresh, "clean_target": False}
    training = GENTLE | {"batch_size": batch}
    resolved = resolved_recipe(data={"corruption": corruption}, training=training)
    assert_alike(native, resolved, FEW_STEPS)


@pytest.mark.parametrize(
    "training",
    [
        {"batch_size": 8},
        {"batch_size": 5},
        {"l1": 1e-4, "l2": 1e-3},
        {"clip_norm": 0.01},
        {"batch_size": 7, "l2": 1e-3, "clip_norm": 0.05},
        {"code_l1": 0.05},
        {"sparsity": {"weight": 0.2, "rho": 0.1}},
    ],
    ids=str,
)
@pytest.mark.parametrize("noisy", [False, True])
def test_batches_penalties_and_clipping(
    native: NativeLibrary, training: dict[str, Any], noisy: bool
) -> None:
    corruption = {"kind": "flip" if noisy else "none", "level": 0.1 if noisy else 0.0}
    network = {"latent": {"units": 5, "activation": "sigmoid"}}
    resolved = resolved_recipe(
        data={"corruption": corruption}, network=network, training=GENTLE | training
    )
    assert_alike(native, resolved, FEW_STEPS if "batch_size" in training else STEPS)


@pytest.mark.parametrize("batch", [None, 12])
def test_dropout(native: NativeLibrary, batch: int | None) -> None:
    layers = [{"units": 16, "dropout": 0.3}, {"units": 8, "activation": "gelu", "dropout": 0.1}]
    training = GENTLE | {"batch_size": batch}
    assert_alike(native, resolved_recipe(network={"encoder": layers}, training=training))


@pytest.mark.parametrize("key", sorted(OTHERS.keys() - UNKNOWN))
@pytest.mark.parametrize("batch", [None, 12])
def test_other_chains_of_rows(native: NativeLibrary, key: str, batch: int | None) -> None:
    gentle = {"optimizer": {"name": "sgd", "learning_rate": 5e-3}, "batch_size": batch}
    resolved = resolved_recipe(network=OTHERS[key], training=gentle | {"l2": 1e-3})
    assert_alike(native, resolved, FEW_STEPS)


@pytest.mark.parametrize("key", sorted(ENCODERS.keys() - UNKNOWN))
@pytest.mark.parametrize("batch", [None, 12])
def test_contractive_codes(native: NativeLibrary, key: str, batch: int | None) -> None:
    training = CONTRACTIVE | {"batch_size": batch}
    resolved = resolved_recipe(network=ENCODERS[key], training=training)
    assert_alike(native, resolved, FEW_STEPS)


@pytest.mark.parametrize("is_deep", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_contractive_codes_of_every_activation(
    native: NativeLibrary, activation: str, is_deep: bool
) -> None:
    layers = [{"units": 9, "activation": activation, "slope": 0.7}] if is_deep else []
    network = {"encoder": layers, "latent": {"units": 3, "activation": activation}}
    assert_alike(native, resolved_recipe(network=network, training=CONTRACTIVE), FEW_STEPS)


@pytest.mark.parametrize("latent", GAUSSIANS, ids=str)
@pytest.mark.parametrize("batch", [None, 12])
def test_gaussian_codes(native: NativeLibrary, latent: dict[str, Any], batch: int | None) -> None:
    layers = [{"units": 12, "dropout": 0.1}, {"units": 7, "activation": "relu"}]
    training = {"optimizer": {"name": "sgd", "learning_rate": 2e-3}, "batch_size": batch}
    network = {"encoder": layers, "latent": {"kind": "gaussian"} | latent}
    corruption = {"kind": "flip", "level": 0.1}
    resolved = resolved_recipe(network=network, training=training, data={"corruption": corruption})
    assert_alike(native, resolved)


WIDTHS = [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33]


@pytest.mark.parametrize("units", WIDTHS)
def test_every_width_of_a_layer(native: NativeLibrary, units: int) -> None:
    """Products are computed in tiles of vectors; the remainder must be computed too."""
    network = {"encoder": [{"units": units}], "latent": {"units": 1 + units // 3}}
    training = GENTLE | {"batch_size": 1 + units // 2}
    assert_alike(native, resolved_recipe(network=network, training=training), FEW_STEPS)


def test_one_run_and_a_hundred(native: NativeLibrary) -> None:
    """One run alone, and a hundred distributed to threads."""
    assert_alike(native, resolved_recipe(runs=1, training=GENTLE))
    assert_alike(native, resolved_recipe(runs=100, training=GENTLE), FEW_STEPS, threads=3)


@pytest.mark.parametrize("variant", range(3))
def test_every_variant(built: Path, native: NativeLibrary, variant: int) -> None:
    known = variants()[: native.level + 1] if len(variants()) > 1 else variants()
    if variant >= len(known):
        pytest.skip("this processor has no such variant")
    network = {"encoder": [{"units": 21, "activation": "gelu"}, {"units": 5}]}
    training = optimizer("adam") | {"batch_size": 9}
    library = NativeLibrary(built, known[variant])
    assert_alike(library, resolved_recipe(network=network, training=training), FEW_STEPS)


DRAWING: dict[str, Any] = {
    "network": {"encoder": [{"units": 9, "dropout": 0.1}], "latent": {"kind": "gaussian"}},
    "data": {"corruption": {"kind": "flip", "level": 0.1}},
    "training": {"batch_size": 12},
}


@pytest.mark.parametrize("changes", [{}, DRAWING], ids=["plain", "drawing"])
def test_calls_of_any_length_and_threads_give_the_very_same(
    native: NativeLibrary, changes: dict[str, Any]
) -> None:
    resolved = resolved_recipe(runs=3, **changes)
    whole, loss, drawn = trained(resolved, native, 30)
    for stretches, threads in (((1, 7, 22), 1), ((30,), 2), ((29, 1), 3)):
        parts, other_loss, other_drawn = trained(resolved, native, *stretches, threads=threads)
        assert torch.equal(parts.flat, whole.flat)
        assert torch.equal(other_loss, loss)
        assert torch.equal(other_drawn, drawn)


def test_draws_that_are_too_many_for_one_go(
    native: NativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = resolved_recipe(**DRAWING)
    whole, _, drawn = trained(resolved, native, FEW_STEPS)
    monkeypatch.setattr("aegui.core.training.engines.operations.draws._MAX_NUMBERS", 1)
    parts, _, other_drawn = trained(resolved, native, FEW_STEPS)
    assert torch.equal(parts.flat, whole.flat)
    assert torch.equal(other_drawn, drawn)


@pytest.mark.parametrize("key", sorted(OTHERS.keys() & UNKNOWN))
def test_what_the_machine_does_not_know_is_trained_by_torch(
    native: NativeLibrary, key: str
) -> None:
    resolved = resolved_recipe(network=OTHERS[key])
    parts = (
        resolved,
        Parameters(resolved, CPU),
        Samples(resolved, resolved.recipe.data.corruption, CPU),
    )
    assert choose_engine(*parts, torch.Generator()).name == "fused"


def test_the_machine_is_chosen_by_size_and_may_be_left_out(
    native: NativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def name(units: int) -> str:
        resolved = resolved_recipe(network={"encoder": [{"units": units}, {"units": units}]})
        samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
        return choose_engine(resolved, Parameters(resolved, CPU), samples, torch.Generator()).name

    assert name(20) == "native"
    assert name(400) == "fused"
    monkeypatch.setenv(SWITCH, "torch")
    assert name(20) == "fused"


SCHEDULES: list[dict[str, Any]] = [
    {"name": "constant"},
    {"name": "step", "step_epochs": 10, "factor": 0.5},
    {"name": "exponential", "final_factor": 0.1},
    {"name": "cosine", "warmup_epochs": 5},
    {"name": "plateau", "patience_epochs": 10, "factor": 0.5},
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda it: it["name"])
def test_trainings_with_every_schedule(
    native: NativeLibrary, monkeypatch: pytest.MonkeyPatch, schedule: dict[str, Any]
) -> None:
    training = optimizer("adam") | {"schedule": schedule, "epochs": STEPS}
    resolved = resolved_recipe(training=training)
    *_, ours = train(resolved)
    monkeypatch.setenv(SWITCH, "torch")
    *_, theirs = train(resolved)
    assert (ours.engine, theirs.engine) == ("native", "fused")
    a, b = (np.asarray(it.history.view().loss) for it in (ours, theirs))
    assert a.shape == b.shape
    assert np.allclose(a, b, rtol=0, atol=ALIKE)


def test_an_exact_continuation_is_exact(native: NativeLibrary) -> None:
    resolved = resolved_recipe(**DRAWING | {"training": {"epochs": 40, "batch_size": 12}})
    *_, whole = train(resolved)
    steps = train(resolved)
    for training in steps:
        if training.epoch >= 17:
            break
    *_, rest = train(resolved, None, training.checkpoint(), training.history.view())
    assert rest.engine == "native"
    for name, tensor in whole.checkpoint().tensors.items():
        assert np.array_equal(rest.checkpoint().tensors[name], tensor), name


def test_an_optimiser_that_is_new(native: NativeLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIMIZERS, SIGNS.key, SIGNS)
    spec = {"name": SIGNS.key, "learning_rate": 1e-3}
    assert_alike(native, resolved_recipe(training={"optimizer": spec}))


def test_all_the_way_from_a_large_number_is_there(
    native: NativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (
        "torch._foreach_add_(rolling, 1e6)",
        "torch._foreach_lerp_(rolling, gradients, 1.0)",
        "torch._foreach_add_(tensors, rolling, alpha=-lr)",
    )
    monkeypatch.setitem(OPTIMIZERS, SIGNS.key, replace(SIGNS, lines=lines))
    spec = {"name": SIGNS.key, "learning_rate": 0.5}
    assert_alike(native, resolved_recipe(training={"optimizer": spec}), 30)


MEMBERS: dict[str, list[dict[str, Any]]] = {
    **{
        name: [
            {"training": {"optimizer": {"name": name, "learning_rate": 1e-3 * (1 + run)}}}
            for run in range(3)
        ]
        for name in GRADUAL
    },
    "momenta": [{"training": optimizer("momentum", momentum=0.9 - 0.2 * run)} for run in range(3)],
    "betas": [{"training": optimizer("adam", beta1=0.9 - 0.1 * run)} for run in range(3)],
    "decay": [{"training": optimizer("adamw", weight_decay=0.1 * run)} for run in range(3)],
    "penalties": [
        {
            "training": GENTLE
            | {"l1": 1e-4 * run, "l2": 1e-3 * run, "code_l1": 0.01 * run}
            | {"clip_norm": 0.01 * (1 + run)}
        }
        for run in range(3)
    ],
    "noises in batches": [
        {
            "seed": run % 2,
            "data": {"corruption": {"kind": ("flip", "gaussian")[run % 2], "level": 0.1}},
            "training": GENTLE | {"batch_size": 12},
        }
        for run in range(4)
    ],
    "a fixed noisy target": [
        {
            "seed": run % 2,
            "data": {
                "corruption": {"kind": "flip", "level": 0.1, "fresh": False, "clean_target": False}
            },
            "training": GENTLE | {"batch_size": 12},
        }
        for run in range(3)
    ],
    "drawn codes": [
        {
            "seed": run % 2,
            "network": {
                "encoder": [{"units": 12, "dropout": 0.1 * run}],
                "latent": {"kind": "gaussian", "beta": 0.5 + run, "kl_warmup_epochs": 10 * run},
            },
            "training": {"optimizer": {"name": "sgd", "learning_rate": 5e-3}, "batch_size": 12},
        }
        for run in range(3)
    ],
    "weights of the KL that all rise": [
        {
            "network": {"latent": {"kind": "gaussian", "kl_warmup_epochs": 10 * (1 + run)}},
            "training": GENTLE,
        }
        for run in range(3)
    ],
}


def trained_together(
    recipes: list[Recipe],
    machine: Machine | None,
    *stretches: NDArray[np.float64],
    device: torch.device | None = None,
) -> tuple[Parameters, list[torch.Tensor]]:
    """Return parameters and the generator state of each run after stretches of rates."""
    first = resolve(recipes[0], load_builtin("lowercase")).resolved
    assert first is not None
    resolved, device = together(first, recipes), device or device_of(machine)
    parameters = Parameters(resolved, device)
    layers = [resolve(one, load_builtin("lowercase")).resolved for one in recipes]
    keeps = [keep_probabilities(one.layers) for one in layers if one is not None]
    streams = Streams(resolved, keeps, device)
    given = resolved, parameters, MemberSamples(resolved, streams), streams
    engine = MembersEngine(*given) if machine is None else MachineMembersEngine(*given, machine)
    for factors in stretches:
        engine.run(factors)
    return parameters, [generator.get_state() for generator in streams.generators]


@pytest.mark.parametrize("key", MEMBERS)
def test_runs_that_differ_in_numbers(native: NativeLibrary, key: str) -> None:
    assert_members_alike(native, key)


def assert_members_alike(machine: Machine, key: str) -> None:
    """Each run learns with its own hyperparameters and random numbers."""
    recipes = [Recipe.model_validate({"seed": at} | raw) for at, raw in enumerate(MEMBERS[key])]
    factors = np.linspace(1, 0.5, FEW_STEPS)[:, None].repeat(len(recipes), axis=1)
    device = device_of(machine)
    ours, drawn = trained_together(recipes, machine, factors[:7], factors[7:])
    theirs, other_drawn = trained_together(recipes, None, factors[:7], factors[7:], device=device)
    assert_near(ours.flat, theirs.flat, *recipes)
    # Others may count their steps or not: nobody needs them.
    if OPTIMIZERS[recipes[0].training.optimizer.name].powers:
        assert torch.equal(ours.steps, theirs.steps)
    assert all(torch.equal(a, b) for a, b in zip(drawn, other_drawn, strict=True))


def test_rates_that_differed_for_a_while_are_alike_again(native: NativeLibrary) -> None:
    """Runs of different schedules that have the same factor in the last epochs."""
    specs = [{"name": "sgd", "learning_rate": 0.05 * (1 + run)} for run in range(2)]
    recipes = [Recipe.model_validate({"training": {"optimizer": spec}}) for spec in specs]
    apart = np.linspace([1.0, 0.1], [0.5, 0.2], FEW_STEPS)
    alike = np.full((FEW_STEPS, 2), 0.7)
    whole, _ = trained_together(recipes, None, np.concatenate([apart, alike]))
    for library in (native, None):
        parts, _ = trained_together(recipes, library, apart, alike)
        assert_near(parts.flat, whole.flat, *recipes)


def test_a_population_of_members_learns_on_the_machine(native: NativeLibrary) -> None:
    recipes = [
        Recipe.model_validate({"seed": seed, "training": {"epochs": 30 + 10 * seed}})
        for seed in range(3)
    ]
    resolved = resolve(recipes[0], load_builtin("lowercase")).resolved
    assert resolved is not None
    over = {learnt.run: learnt for learnt in Population(resolved, recipes).run() if learnt}
    for run, recipe in enumerate(recipes):
        alone = resolve(recipe, load_builtin("lowercase")).resolved
        assert alone is not None
        *_, training = train(alone)
        assert training.engine == "native"
        losses = training.history.view().loss[:, 0]
        assert np.allclose(over[run].history["loss"], losses, rtol=0, atol=ALIKE)


def test_torch_has_one_thread_beside_the_machine(
    native: NativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The native engine distributes the runs: a second thread of torch would only spin."""
    monkeypatch.setattr("aegui.core.training.loop.train.cores_to_use", lambda _: 2)
    network = {"encoder": [{"units": 64}, {"units": 32}]}
    recipe = Recipe.model_validate({"network": network, "runs": 40})
    resolved = resolve(recipe, load_builtin("letters")).resolved
    assert resolved is not None
    training = next(train(resolved))
    try:
        assert training.engine == MachineEngine.name
        assert torch.get_num_threads() == 1
        monkeypatch.setenv(SWITCH, "torch")
        assert next(train(resolved)).engine == FusedEngine.name
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


@pytest.mark.skipif(sys.platform == "win32", reason="its clock of a thread has steps of 16 ms")
def test_what_a_call_waits_for_does_not_make_the_next_shorter(native: NativeLibrary) -> None:
    class Delayed(MachineEngine):
        def run(self, rates: list[float], level: float) -> None:
            super().run(rates, level)
            counts.append(len(rates))
            time.sleep(4 * CHUNK_SECONDS)

    counts: list[int] = []
    resolved = resolved_recipe()
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    engine = Delayed(resolved, parameters, samples, torch.Generator(), native)
    stepper = FusedStepper(engine, samples.rows, 1_000_000)
    for _ in range(8):
        stepper.advance(Orders(lambda _: 1e-3, 0.0, 1_000_000, 1_000_000))
    assert counts[-1] >= 16, counts
