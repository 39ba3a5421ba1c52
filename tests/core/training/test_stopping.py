"""A training stops at once at any point, and its state is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import Cancelled
from aegui.core.network import layers
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.run_file.saved import load_run, save_run, saved_run_of
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.pace import CHECKPOINT_SHARE, Pace
from aegui.core.training.loop.train import Training, train
from aegui.core.training.record.history import RUN_COLUMNS
from aegui.core.training.step import measure

if TYPE_CHECKING:
    from pathlib import Path

CONV: dict[str, Any] = {
    "encoder": [{"kind": "conv", "channels": 3, "stride": 2}, {"kind": "flatten"}],
    "latent": {"units": 3},
    "decoder": [{"units": 12}],
}
DENSE: dict[str, Any] = {
    "encoder": [{"units": 12}],
    "latent": {"units": 3},
    "decoder": [{"units": 12}],
}
FAMILIES: dict[str, dict[str, Any]] = {
    "convolutions": {"network": CONV, "data": {"split": {"validation": 0.2}}},
    "population": {"network": CONV, "runs": 3},
    "denoiser": {
        "network": CONV,
        "data": {"corruption": {"kind": "salt_pepper", "level": 0.2}},
        "training": {"schedule": {"name": "plateau", "patience_epochs": 1}},
    },
    "vae": {
        "network": {**CONV, "latent": {"units": 3, "kind": "gaussian"}},
        "data": {"split": {"validation": 0.2}},
    },
    "classifier": {
        "network": {"encoder": [{"units": 12}], "latent": {"units": 5}},
        "classifier": {"pretrain": {"epochs": 2}},
        "data": {"split": {"validation": 0.2}},
    },
    "gan": {"network": {**DENSE, "encoder": [{"units": 12}]}, "gan": {}},
    "lbfgs": {"network": DENSE, "training": {"optimizer": {"name": "lbfgs"}, "batch_size": None}},
}


def resolved_of(family: str) -> ResolvedRecipe:
    changes = FAMILIES[family]
    document: dict[str, Any] = {
        **changes,
        "training": {
            "epochs": 3,
            "batch_size": 8,
            "device": "cpu",
            **changes.get("training", {}),
        },
    }
    digits = load_builtin("digits").subset(range(24))
    resolution = resolve(Recipe.model_validate(document), digits)
    assert resolution.resolved is not None, resolution.problems
    return resolution.resolved


@dataclass
class Impatient(Control):
    """Stops at a given check, and counts the checks that follow."""

    at: int = -1
    asked: int = 0
    asked_in_vain: int = 0

    def is_stopped(self) -> bool:
        self.asked += 1
        self.asked_in_vain += self.stop
        self.stop = self.stop or self.asked == self.at
        return self.stop


def finished(resolved: ResolvedRecipe, control: Control | None = None) -> Training:
    *_, training = train(resolved, control)
    return training


@pytest.fixture(autouse=True)
def one_sample_in_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check for a stop after every sample, as for a very large network."""
    monkeypatch.setattr(layers, "PIECE_COST", 1)
    monkeypatch.setattr(measure, "_COMPILED_COST", 0)


@pytest.mark.parametrize("family", FAMILIES)
def test_measuring_is_given_up_at_the_next_piece(family: str) -> None:
    resolved = resolved_of(family)
    whole = Impatient()
    for training in train(resolved, whole):
        if training.position > 1:
            break
    first = Impatient()
    next(iter(train(resolved, first)))
    # In the midst of a look at the weights after the start.
    control = Impatient(at=(first.asked + whole.asked) // 2 + 1)
    *_, training = train(resolved, control)
    assert training.finished == "stopped"
    assert control.asked == control.at
    assert control.asked_in_vain == 0
    kept = training.so_far()
    assert control.asked == control.at
    assert kept.reason == "stopped"
    assert not kept.measured
    assert kept.checkpoint.epoch == training.epoch


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "lbfgs"])
def test_what_was_given_up_is_made_up_for(family: str, tmp_path: Path) -> None:
    resolved = resolved_of(family)
    counted = Impatient()
    whole = finished(resolved, counted)
    a = whole.result()
    first = Impatient()
    next(iter(train(resolved, first)))
    for share in (0.3, 0.9):
        at = first.asked + 1 + int(share * (counted.asked - first.asked - 1))
        stopped = finished(resolved, Impatient(at=at))
        assert stopped.finished == "stopped", share
        save_run(tmp_path / "o.aegui", saved_run_of(stopped.result(), resolved))
        run = load_run(tmp_path / "o.aegui")
        *_, rest = train(resolved, None, run.checkpoint, run.history)
        b = rest.result()
        assert a.history.epoch.tolist() == b.history.epoch.tolist(), share
        for name in RUN_COLUMNS:
            ours, theirs = getattr(a.history, name), getattr(b.history, name)
            assert np.array_equal(ours, theirs, equal_nan=True), (share, name)
        for name, tensor in a.checkpoint.tensors.items():
            assert np.array_equal(tensor, b.checkpoint.tensors[name], equal_nan=True), (share, name)


def test_an_optimiser_of_scipy_goes_on_where_it_was_asked() -> None:
    resolved = resolved_of("lbfgs")
    first = Impatient()
    next(iter(train(resolved, first)))
    control = Impatient(at=first.asked + 10)  # within an evaluation of all 24 samples
    steps = train(resolved, control)
    *_, training = steps
    assert training.finished == "stopped"
    before = training.so_far().checkpoint
    *_, rest = train(resolved, None, before, training.history.view())
    assert rest.epoch == 3
    assert rest.result().runs[0].loss < training.history.view().loss[0, 0]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_last_figures_can_be_given_up_too(family: str) -> None:
    training = finished(resolved_of(family))
    answers: list[bool] = []

    def cancelled() -> bool:
        answers.append(len(answers) >= 2)
        return answers[-1]

    so_far = training.so_far()
    full = training.result()
    if family in {"classifier", "gan"}:
        with pytest.raises(Cancelled):
            training.result(cancelled=cancelled)
        assert answers == [False, False, True]
    assert full.measured
    assert not so_far.measured
    assert [run.best_loss for run in so_far.runs] == [run.best_loss for run in full.runs]
    for one, other in zip(so_far.snapshot.layers, full.snapshot.layers, strict=True):
        for name, tensor in one.tensors.items():
            assert np.array_equal(tensor, other.tensors[name])
            assert not tensor.flags.writeable


def test_a_stop_before_the_first_look_ends_at_once() -> None:
    steps = train(resolved_of("convolutions"), Impatient(at=1))
    with pytest.raises(Cancelled):
        next(steps)


def test_what_has_been_learnt_so_far_disturbs_nothing() -> None:
    resolved = resolved_of("convolutions")
    whole = finished(resolved)
    kept = []
    for training in train(resolved, Control(max_chunk=1)):
        kept.append(training.so_far())
    for name, tensor in whole.checkpoint().tensors.items():
        assert np.array_equal(tensor, training.checkpoint().tensors[name], equal_nan=True), name
    half = kept[len(kept) // 2]
    *_, rest = train(resolved, None, half.checkpoint, half.history)
    for name, tensor in whole.checkpoint().tensors.items():
        assert np.array_equal(tensor, rest.checkpoint().tensors[name], equal_nan=True), name


def test_copies_take_a_small_share_of_the_time() -> None:
    pace = Pace(30.0, now=100.0)
    assert not pace.is_due(129.0)
    assert pace.is_due(130.0)
    pace.took(130.0, 130.1)
    assert not pace.is_due(160.0)
    assert pace.is_due(160.2)
    pace.took(200.0, 220.0)
    assert not pace.is_due(220.0 + 19.0 / CHECKPOINT_SHARE)
    assert pace.is_due(220.1 + 20.0 / CHECKPOINT_SHARE)
