"""Long steps of every family can be cancelled between two operations without a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import Cancelled
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import CorruptionSpec, Recipe
from aegui.core.training.engines import choice as engines
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import Training, train
from aegui.core.training.record.history import RUN_COLUMNS
from aegui.core.training.step import cancellation as cancellation_module
from aegui.core.training.step import slices
from aegui.core.training.step.cancellation import cancellable
from aegui.core.training.step.slices import is_long, is_sliced

CPU = torch.device("cpu")
NORM = {"kind": "batch_norm"}
CONV: list[dict[str, Any]] = [{"kind": "conv", "channels": 3, "stride": 2}, NORM]
FLAT = {"kind": "flatten"}
FAMILIES: dict[str, dict[str, Any]] = {
    "batch_norm": {"network": {"encoder": [{"units": 9}, NORM]}, "runs": 2},
    "convolutions": {
        "network": {"encoder": [*CONV, FLAT], "decoder": [{"units": 8}]},
        "training": {"clip_norm": 1.0},
    },
    "sparse": {
        "network": {"encoder": [{"units": 9}], "latent": {"units": 4, "activation": "sigmoid"}},
        "training": {"sparsity": {"weight": 0.1}},
    },
    "contractive": {
        "network": {"encoder": [{"units": 9}], "latent": {"units": 2}},
        "training": {"contractive": 0.1},
    },
    "probed": {
        "network": {"encoder": [{"units": 9}, NORM], "latent": {"units": 6}},
        "training": {"contractive": 0.1},
        "runs": 2,
    },
    "free_bits": {
        "network": {
            "encoder": [{"units": 9}, {"kind": "dropout", "rate": 0.2}],
            "latent": {"units": 2, "kind": "gaussian", "free_bits": 0.1},
        },
        "data": {"corruption": {"kind": "salt_pepper", "level": 0.2, "fresh": True}},
    },
    "classifier": {
        "network": {"encoder": [{"units": 9}, NORM], "latent": {"units": 5}},
        "classifier": {"pretrain": {"epochs": 1}},
    },
    "frozen": {
        "network": {"encoder": [{"units": 9}], "latent": {"units": 5}},
        "classifier": {"pretrain": {"epochs": 1}, "frozen": True},
        "data": {"augment": {"shift": 1}},
    },
    "gan": {
        "network": {"encoder": [], "latent": {"units": 4}, "decoder": [{"units": 12}, NORM]},
        "gan": {"average": 0.9, "class_weight": 0.2, "noise": 0.1},
    },
}


def resolved_of(family: str, batch: int | None = None, **training: Any) -> ResolvedRecipe:
    changes = FAMILIES[family]
    own = {"epochs": 2, "device": "cpu", "batch_size": batch, **changes.get("training", {})}
    recipe = Recipe.model_validate({"seed": 4, **changes, "training": own | training})
    resolution = resolve(recipe, load_builtin("digits").subset(range(24)))
    assert resolution.resolved is not None, resolution.problems
    return resolution.resolved


@pytest.fixture(autouse=True)
def no_epochs_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable engines that run whole epochs: they have no steps to cancel."""
    monkeypatch.setattr(engines, "_FUSED_WORK", 0)


@pytest.fixture
def long_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declare every step long; none is sliced."""
    monkeypatch.setattr(slices, "SLICE_WORK", 1)


@dataclass
class Impatient(Control):
    """Cancels at a given check, and counts the checks."""

    at: int = -1
    asked: int = 0

    def is_stopped(self) -> bool:
        self.asked += 1
        self.stop = self.stop or self.asked == self.at
        return self.stop


def tensors(training: Training) -> dict[str, Any]:
    return dict(training.checkpoint().tensors)


def assert_same(one: Training, other: Training) -> None:
    """Assert equal weights, optimiser state and history."""
    a, b = one.history.view(), other.history.view()
    assert a.epoch.tolist() == b.epoch.tolist()
    for name in RUN_COLUMNS:
        assert np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True), name
    others = tensors(other)
    for name, tensor in tensors(one).items():
        assert np.array_equal(tensor, others[name], equal_nan=True), name


@pytest.mark.parametrize("batch", [None, 10])
@pytest.mark.parametrize("family", FAMILIES)
def test_being_asked_changes_nothing(
    family: str, batch: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = resolved_of(family, batch)
    quick = Impatient()
    *_, whole = train(resolved, quick)
    monkeypatch.setattr(slices, "SLICE_WORK", 1)
    assert is_long(resolved, CPU)
    assert not is_sliced(resolved, CPU)
    patient = Impatient()
    *_, asked = train(resolved, patient)
    assert patient.asked > quick.asked + 10
    assert_same(whole, asked)


@pytest.mark.parametrize("family", ["batch_norm", "convolutions", "free_bits", "classifier", "gan"])
def test_products_in_parts_are_the_same(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved = resolved_of(family)
    *_, whole = train(resolved)
    monkeypatch.setattr(slices, "SLICE_WORK", 1)
    patient = Impatient()
    list(train(resolved, patient))
    monkeypatch.setattr(cancellation_module, "PART_WORK", 1000)
    parted = Impatient()
    *_, parts = train(resolved, parted)
    assert parted.asked > patient.asked + 10
    others = tensors(parts)
    for name, tensor in tensors(whole).items():
        if tensor.dtype == np.float32:
            np.testing.assert_allclose(tensor, others[name], rtol=1e-3, atol=1e-4, err_msg=name)


@pytest.mark.usefixtures("long_steps")
@pytest.mark.parametrize("batch", [None, 10])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_step_that_was_given_up_is_done_again(family: str, batch: int | None) -> None:
    resolved = resolved_of(family, batch)
    counted = Impatient()
    *_, whole = train(resolved, counted)
    first = Impatient()
    next(iter(train(resolved, first)))
    between = counted.asked - first.asked
    within = 0
    for share in (0.15, 0.5, 0.8):
        control = Impatient(at=first.asked + 1 + int(share * between))
        *_, stopped = train(resolved, control)
        assert stopped.finished == "stopped"
        assert control.asked == control.at
        within += not stopped._is_due
        kept, history = stopped.checkpoint(), stopped.history.view()
        *_, rest = train(resolved, resume=kept, history=history)
        assert_same(whole, rest)
    assert within


@pytest.mark.usefixtures("long_steps")
@pytest.mark.parametrize("family", ["batch_norm", "gan"])
def test_a_step_is_done_as_a_whole_or_not_at_all(family: str) -> None:
    resolved = resolved_of(family, epochs=1)
    counted, first = Impatient(), Impatient()
    *_, whole = train(resolved, counted)
    start = next(iter(train(resolved, first)))
    before, after = tensors(start), tensors(whole)
    undone, at = 0, counted.asked
    # Backwards from the last look: the update is what a step ends with.
    while undone < 8:
        at -= 1
        *_, training = train(resolved, Impatient(at=at))
        undone += training.position == 0
        now = tensors(training)
        for name in ("parameters", "mean", "square", "steps", "buffers"):
            assert np.array_equal(now[name], (after if training.position else before)[name]), name
    assert at > first.asked


@pytest.mark.usefixtures("long_steps")
@pytest.mark.parametrize("family", FAMILIES)
def test_getting_ready_is_given_up_too(family: str) -> None:
    with pytest.raises(Cancelled):
        list(train(resolved_of(family), Impatient(at=1)))


@pytest.mark.usefixtures("long_steps")
def test_an_evaluation_for_an_optimiser_of_scipy_is_given_up() -> None:
    resolved = resolved_of("batch_norm", optimizer={"name": "lbfgs"})
    counted, first = Impatient(), Impatient()
    list(train(resolved, counted))
    next(iter(train(resolved, first)))
    control = Impatient(at=(first.asked + counted.asked) // 2)
    *_, stopped = train(resolved, control)
    assert stopped.finished == "stopped"
    assert control.asked == control.at
    *_, rest = train(resolved, None, stopped.checkpoint(), stopped.history.view())
    assert rest.epoch == 2


@pytest.mark.usefixtures("long_steps")
def test_another_noise_that_was_given_up_is_taken_over_later() -> None:
    resolved = resolved_of("convolutions")
    control = Impatient()
    steps = train(resolved, control)
    training = next(steps)
    control.corruption = CorruptionSpec(kind="flip", level=0.1)
    control.at = control.asked + 2
    *_, training = steps
    assert training.finished == "stopped"
    assert training.epoch == 0
    assert not training.result().stages[-1].changes
    kept, history = training.checkpoint(), training.history.view()
    *_, rest = train(resolved, resume=kept, history=history)
    assert rest.epoch == 2
    *_, whole = train(resolved)
    assert_same(whole, rest)


def test_what_was_changed_is_put_back() -> None:
    kept, other = torch.ones(3), torch.ones(3)
    asked: list[bool] = []

    def tired() -> bool:
        asked.append(True)
        return len(asked) == 3

    def work() -> None:
        with cancellable(tired, [kept]):
            kept.add_(1)
            other.add_(1)
            kept.mul_(5)

    with pytest.raises(Cancelled):
        work()
    assert kept.tolist() == [1, 1, 1]
    assert other.tolist() == [2, 2, 2]


def test_nobody_is_asked_once_the_end_is_written() -> None:
    kept, last = torch.ones(3), torch.ones(3)
    with cancellable(lambda: bool(last[0] != 1), [kept], until=[last]):
        kept.add_(1)
        last.add_(1)
        kept.add_(1)
    assert kept.tolist() == [3, 3, 3]


def test_errors_of_others_come_through() -> None:
    with pytest.raises(RuntimeError, match="size"), cancellable(lambda: False):
        torch.ones(3).add_(torch.ones(2))
