"""The text of the kernel agrees with torch, run by threads of the processor, and has no races."""

from __future__ import annotations

import itertools
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from aegui.core.network.activations import ACTIVATIONS
from aegui.core.training.engines.choice import choose_engine
from aegui.core.training.engines.cuda import formulas
from aegui.core.training.engines.cuda.schedule import PhaseSchedule
from aegui.core.training.engines.cuda.text import Table, kernel_text
from aegui.core.training.engines.fused import FusedEngine
from aegui.core.training.engines.operations.listing import CODES
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.population import Population
from aegui.core.training.loop.train import train
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples
from aegui.core.training.step.tape import NotTraced
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
    resolved_recipe,
)
from tests.core.training.engines.test_machine_engine import (
    DRAWING,
    assert_alike,
    assert_members_alike,
    engine_of,
    optimizer,
    trained,
)
from tests.harness.host_card import HostCard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.training.engines.cuda.schedule import ScheduledOp
    from aegui.core.training.engines.operations.listing import OperationList

NOISY = {"kind": "flip", "level": 0.2, "copies": 2}
VAE: dict[str, Any] = {
    "network": {
        "encoder": [{"units": 12, "dropout": 0.1}, {"units": 7, "activation": "relu"}],
        "latent": {"kind": "gaussian"} | GAUSSIANS[2],
    },
    "data": {"corruption": {"kind": "flip", "level": 0.1}},
    "training": GENTLE | {"batch_size": 12},
}
CLIPPED: dict[str, Any] = {
    "training": GENTLE | {"batch_size": 7, "l1": 1e-4, "l2": 1e-3, "clip_norm": 0.05}
}
CASES: dict[str, dict[str, Any]] = {
    **{
        f"{', '.join(names)}": {
            "network": {
                "encoder": [
                    {"units": 12 - 3 * at, "activation": name, "slope": 0.7}
                    for at, name in enumerate(names)
                ]
            },
            "training": GENTLE,
        }
        for names in (tuple(ACTIVATIONS)[at : at + 3] for at in range(0, len(ACTIVATIONS), 3))
    },
    **{
        f"{loss} of {output}": {
            "network": {"output_activation": output, "output_slope": 1.5},
            "training": GENTLE | {"loss": loss, "huber_delta": 0.3},
        }
        for loss, output in OUTPUTS[:5]
    },
    **{name: {"training": optimizer(name)} for name in GRADUAL},
    "fresh noise in batches": {
        "data": {"corruption": NOISY | {"fresh": True}},
        "training": GENTLE | {"batch_size": 12},
    },
    "a fixed noisy target": {
        "data": {"corruption": NOISY | {"fresh": False, "clean_target": False}},
        "training": GENTLE,
    },
    "batches, penalties, clipping": CLIPPED,
    "sparse": {
        "network": {"latent": {"units": 5, "activation": "sigmoid"}},
        "training": GENTLE | {"sparsity": {"weight": 0.2, "rho": 0.1}, "code_l1": 0.05},
    },
    "a gaussian code": VAE,
    "contractive": {"network": ENCODERS["deep"], "training": CONTRACTIVE},
    "tied": {"network": OTHERS["tied"], "training": GENTLE},
}


TRIED = ["adam", "a gaussian code", "batches, penalties, clipping"]
"""Cases with all kinds of operations."""
MACHINE = "aegui.core.training.engines.choice.machine_for"


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> HostCard:
    """Return a card of two threads a block."""
    return HostCard(tmp_path_factory.mktemp("kernels"), compiler())


def compiler() -> str:
    """Return the C++ compiler that is here; skip the test if there is none."""
    found = next((name for name in ("c++", "g++", "clang++") if shutil.which(name)), None)
    if found is None or sys.platform == "win32":
        pytest.skip("no C++ compiler with POSIX threads is here")
    return found


@pytest.mark.parametrize("key", CASES)
def test_steps_are_those_of_torch(card: HostCard, key: str) -> None:
    """Two networks are trained by the kernel for few, which has all it needs in a block."""
    assert_alike(card, resolved_recipe(**CASES[key] | {"runs": 2}), FEW_STEPS)


@pytest.mark.parametrize("key", TRIED)
def test_steps_of_many_networks_too(card: HostCard, key: str) -> None:
    """The kernel for many has the moments of Adam outside."""
    assert_alike(card, resolved_recipe(**CASES[key] | {"runs": 5}), FEW_STEPS)


@pytest.mark.parametrize("key", ["penalties", "drawn codes", "noises in batches", "betas"])
def test_runs_that_differ_in_numbers(card: HostCard, key: str) -> None:
    assert_members_alike(card, key)


def test_calls_of_any_length_give_the_very_same(card: HostCard) -> None:
    resolved = resolved_recipe(runs=3, **DRAWING)
    whole, loss, drawn = trained(resolved, card, 12)
    parts, other_loss, other_drawn = trained(resolved, card, 1, 7, 4)
    assert torch.equal(parts.flat, whole.flat)
    assert torch.equal(other_loss, loss)
    assert torch.equal(other_drawn, drawn)


@pytest.mark.parametrize("threads", [1, 8])
def test_any_number_of_threads_gives_the_same(card: HostCard, threads: int) -> None:
    resolved = resolved_recipe(runs=2, training=GENTLE)
    usual, _, _ = trained(resolved, card, FEW_STEPS)
    other = HostCard(card.folder, compiler(), threads)
    found, _, _ = trained(resolved, other, FEW_STEPS)
    assert torch.allclose(found.flat, usual.flat, rtol=0, atol=1e-5)


def test_a_network_that_does_not_fit_is_left_to_torch(card: HostCard) -> None:
    resolved = resolved_recipe(network={"encoder": [{"units": 400}, {"units": 100}]})
    with pytest.raises(NotTraced, match="a block can hold"):
        trained(resolved, card, 1)


def test_moments_that_do_not_fit_lie_outside(card: HostCard) -> None:
    """For few networks too, which have them inside where there is room."""
    resolved = resolved_recipe(**CASES["adam"] | {"runs": 2})
    inside, outside = (
        kernel_text(*listing_of(card, "adam"), 2, warp=1, far_moments=far).numbers
        for far in (False, True)
    )
    small = HostCard(card.folder, compiler(), processors=10)
    small.memory = 4 * outside
    assert outside < inside
    assert_alike(small, resolved, FEW_STEPS)
    small.memory = 4 * outside - 4
    with pytest.raises(NotTraced, match="a block can hold"):
        trained(resolved, small, 1)


def test_what_cannot_be_compiled_is_left_to_torch(
    monkeypatch: pytest.MonkeyPatch, card: HostCard
) -> None:
    class Broken(HostCard):
        def compile(self, kernel: Any) -> Any:
            raise NotTraced("no compiler")

    broken = Broken(card.folder)
    monkeypatch.setattr(MACHINE, lambda *_: broken)
    resolved = resolved_recipe()
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    engine = choose_engine(resolved, Parameters(resolved, CPU), samples, torch.Generator())
    assert engine.name == FusedEngine.name


def test_a_population_that_shrinks_goes_on(monkeypatch: pytest.MonkeyPatch, card: HostCard) -> None:
    """At first a kernel of many networks, then one of few."""
    monkeypatch.setattr(MACHINE, lambda *_: card)
    changes: dict[str, Any] = DRAWING | {"training": {"batch_size": 12, "optimizer": {}}}
    members = []
    for seed, epochs in enumerate((6, 9, 14, 15)):
        changes["training"] |= {"epochs": epochs, "optimizer": {"learning_rate": 1e-3 * (1 + seed)}}
        members.append(resolved_recipe(**changes | {"seed": seed, "runs": 1}))
    population = Population(members[0], [one.recipe for one in members])
    over = {learnt.run: learnt for learnt in population.run() if learnt}
    for run, resolved in enumerate(members):
        *_, training = train(resolved)
        assert training.engine == "cuda"
        losses = training.history.view().loss[:, 0]
        assert np.allclose(over[run].history["loss"], losses, rtol=0, atol=1e-5)


def test_continuation_is_exact(monkeypatch: pytest.MonkeyPatch, card: HostCard) -> None:
    monkeypatch.setattr(MACHINE, lambda *_: card)
    resolved = resolved_recipe(**DRAWING | {"training": {"epochs": 20, "batch_size": 12}})
    *_, whole = train(resolved)
    for training in train(resolved):
        if training.epoch >= 7:
            break
    *_, rest = train(resolved, None, training.checkpoint(), training.history.view())
    assert rest.engine == "cuda"
    for name, tensor in whole.checkpoint().tensors.items():
        assert np.array_equal(rest.checkpoint().tensors[name], tensor), name


def test_rate_and_noise_may_change_meanwhile(
    monkeypatch: pytest.MonkeyPatch, card: HostCard
) -> None:
    changes = DRAWING | {"training": GENTLE | {"epochs": 9, "batch_size": 12}}
    resolved = resolved_recipe(**changes)
    noise = resolved.recipe.data.corruption
    found = []
    for machine, engine in ((card, "cuda"), (None, FusedEngine.name)):
        monkeypatch.setattr(MACHINE, lambda *_, machine=machine: machine)
        control = Control(max_chunk=1)
        for training in train(resolved, control):
            if training.epoch == 3:
                control.learning_rate = 0.01
                control.corruption = noise.model_copy(update={"level": 0.3})
            if training.epoch == 6:
                control.corruption = noise.model_copy(update={"kind": "gaussian"})
        assert training.engine == engine
        found.append(training.checkpoint().tensors)
    ours, theirs = found
    assert np.allclose(ours["parameters"], theirs["parameters"], rtol=0, atol=1e-5)
    assert np.array_equal(ours["generator"], theirs["generator"])


def listing_of(card: HostCard, key: str) -> tuple[OperationList, tuple[int, int]]:
    """Return the operations of a case, and its numbers of full-size and other batches."""
    engine, *_ = engine_of(resolved_recipe(**CASES[key]), card, CPU)
    steps = engine._program
    batches = steps.batches.full_batches, int(steps.batches.rest > 0)
    return steps.translation.listing(), batches


@pytest.mark.parametrize("key", TRIED)
def test_equal_networks_have_equal_texts(card: HostCard, key: str) -> None:
    """Compiled once: no text depends on where a network lies in memory."""
    texts = {kernel_text(*listing_of(card, key), 128).text for _ in range(2)}
    assert len(texts) == 1


def touched(listing: OperationList, op: ScheduledOp) -> tuple[set[int], set[int]]:
    """Return the numbers of the arena that an operation reads and writes, found one by one."""

    def view(place: int, sizes: Sequence[int], strides: Sequence[int]) -> set[int]:
        it = listing.places[place]
        if it.moving is not None or it.outside:
            return set()
        indices = np.indices(tuple(sizes)).reshape(len(sizes), -1)
        return {int(at) for at in it.offset + np.array(strides) @ indices}

    n, (first, *others) = op.sizes, op.inputs or (0,)
    match op.code:
        case "product":
            reads = view(first, (n[0], n[2]), n[4:6]) | view(others[0], (n[2], n[1]), n[6:8])
            bias = view(others[1], n[1:2], (1,)) if n[8] else set()
            return reads | bias, view(op.out, n[:2], (n[3], 1))
        case "move":
            return view(first, n[:3], n[6:9]), view(op.out, n[:3], n[3:6])
        case "sum":
            numbers = n[0] * n[1] * n[2]
            return view(first, (numbers,), (1,)), view(op.out, (n[0] * n[2],), (1,))
        case "pick":
            return set(), view(op.out, (n[0] * n[1],), (1,))
    out = view(op.out, n[:1], (1,))
    inputs = [view(place, n[:1], (1,)) for place in op.inputs]
    if op.code == "adam":
        return out.union(*inputs), out.union(*inputs[1:])
    return set().union(*inputs), out


@pytest.mark.parametrize("key", TRIED)
def test_a_phase_has_no_two_units_that_must_be_in_order(card: HostCard, key: str) -> None:
    listing, _ = listing_of(card, key)
    schedule = PhaseSchedule(listing, far_moments=True)
    phases = [phase for part in schedule.parts for phase in part]
    assert sum(len(unit.ops) for phase in phases for unit in phase) == len(listing.ops)
    assert any(len(phase) > 1 for phase in phases)
    for phase in phases:
        for one, other in itertools.combinations(phase, 2):
            for a, b in itertools.product(one.ops, other.ops):
                (read, written), (other_read, other_written) = (
                    touched(listing, a),
                    touched(listing, b),
                )
                assert not written & (other_read | other_written)
                assert not other_written & read


@pytest.mark.parametrize("key", TRIED)
@pytest.mark.parametrize("far", [False, True])
def test_buffers_that_are_in_use_at_once_lie_apart(card: HostCard, key: str, far: bool) -> None:
    listing, _ = listing_of(card, key)
    schedule = PhaseSchedule(listing, far_moments=far)
    used = [it for it in schedule.regions if it.offset is not None]
    assert any(it.is_far for it in used) == (far and key == "adam")
    together = 0
    for a, b in itertools.combinations(used, 2):
        if a.is_far != b.is_far:
            continue
        at_once = a.is_kept or b.is_kept
        at_once |= a.phases[0] <= b.phases[1] and b.phases[0] <= a.phases[1]
        first, other = (it.offset or 0 for it in (a, b))
        apart = first + a.stop - a.start <= other or other + b.stop - b.start <= first
        assert apart or not at_once
        together += not apart
    assert together, "no memory is used twice"


@pytest.mark.slow
@pytest.mark.parametrize("key", TRIED)
def test_threads_have_no_races(card: HostCard, key: str) -> None:
    listing, batches = listing_of(card, key)
    kernel = kernel_text(listing, batches, threads=4, warp=1)
    four = HostCard(card.folder, compiler(), 4)
    assert four.races(kernel, Table.of(listing)) == ""


@pytest.mark.slow
def test_missing_barriers_are_races(card: HostCard) -> None:
    listing, batches = listing_of(card, "adam")
    kernel = kernel_text(listing, batches, threads=4, warp=1)
    text = kernel.text.replace("            __syncthreads();\n", "")
    assert text != kernel.text
    without = replace(kernel, text=text)
    four = HostCard(card.folder, compiler(), 4)
    assert "data race" in four.races(without, Table.of(listing))


def test_the_formulas_are_those_of_the_machine() -> None:
    found = formulas.formulas()
    assert {code.lower() for code in found.each} | {"adam"} <= set(CODES)
    missing = set(CODES) - set(found.each) - {"adam", "sum", "move", "pick", "product"}
    assert not missing
    assert "mean[i] = m;" in found.adam


def test_without_the_source_a_step_is_left_to_torch(
    monkeypatch: pytest.MonkeyPatch, card: HostCard
) -> None:
    formulas.formulas.cache_clear()
    monkeypatch.setattr(formulas, "SOURCE", card.folder / "none.c")
    try:
        with pytest.raises(NotTraced):
            trained(resolved_recipe(), card, 1)
    finally:
        formulas.formulas.cache_clear()


def test_many_networks_have_the_moments_outside(card: HostCard) -> None:
    listing, batches = listing_of(card, "adam")
    alone, many = (kernel_text(listing, batches, 128, far_moments=far) for far in (False, True))
    weights = sum(one.length for one in listing.carried) // 3
    assert (alone.far_numbers, many.far_numbers >= 2 * weights) == (0, True)
    assert many.numbers < alone.numbers
