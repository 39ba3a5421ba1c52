"""Long steps in slices: the same mathematics, cancellable between slices."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import Training, train
from aegui.core.training.step import slices
from aegui.core.training.step.slices import is_sliced, slice_rows

CPU = torch.device("cpu")
NETWORKS: dict[str, dict[str, Any]] = {
    "dense": {"network": {"encoder": [{"units": 9}, {"kind": "dropout", "rate": 0.2}]}},
    "population": {"network": {"encoder": [{"units": 9}]}, "runs": 3},
    "vae": {"network": {"encoder": [{"units": 9}], "latent": {"units": 2, "kind": "gaussian"}}},
    "convolutions": {
        "network": {"encoder": [{"kind": "conv", "channels": 2}, {"kind": "flatten"}]},
        "data": {"corruption": {"kind": "salt_pepper", "level": 0.2, "fresh": True}},
    },
    "code_l1": {"training": {"code_l1": 0.01}},
    "edges": {"training": {"edges": 0.5}},
}


def resolved_of(**changes: Any) -> ResolvedRecipe:
    training = {"epochs": 4, "device": "cpu", **changes.pop("training", {})}
    recipe = Recipe.model_validate({"training": training, "seed": 4, **changes})
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    assert resolved is not None
    return resolved


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declare every step long, with slices of 5 rows."""
    monkeypatch.setattr(slices, "LONG_WORK", 1)
    monkeypatch.setattr(slices, "SLICE_WORK", 1)
    monkeypatch.setattr(slices, "_FEWEST_ROWS", 5)


def weights(training: Training) -> list[torch.Tensor]:
    layers = training.snapshot().layers
    return [torch.tensor(tensor) for layer in layers for tensor in layer.tensors.values()]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("batch", [None, 12])
def test_slices_learn_the_same(
    name: str, batch: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = NETWORKS[name]
    resolved = resolved_of(
        **changes | {"training": {**changes.get("training", {}), "batch_size": batch}}
    )
    # The same engine, which takes every batch at once.
    monkeypatch.setattr(slices, "LONG_WORK", 1)
    *_, whole = train(resolved)
    monkeypatch.setattr(slices, "SLICE_WORK", 1)
    monkeypatch.setattr(slices, "_FEWEST_ROWS", 5)
    assert slice_rows(resolved, CPU) == 5
    *_, sliced = train(resolved)
    assert whole.engine == sliced.engine
    assert whole.engine in {"autograd", "stacked"}
    for one, other in zip(weights(whole), weights(sliced), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.usefixtures("short")
def test_terms_of_the_whole_batch_are_not_sliced() -> None:
    norm = [{"units": 8}, {"kind": "batch_norm"}]
    sigmoid = {"units": 2, "activation": "sigmoid"}
    latent = {"units": 2, "kind": "gaussian", "free_bits": 0.1}
    for changes in (
        {"training": {"sparsity": {"weight": 0.1}}, "network": {"latent": sigmoid}},
        {"training": {"contractive": 0.1}},
        {"network": {"encoder": norm}},
        {"network": {"encoder": [{"units": 8}], "latent": latent}},
    ):
        assert not is_sliced(resolved_of(**changes), CPU)
    assert is_sliced(resolved_of(), CPU)
    assert not is_sliced(resolved_of(), torch.device("meta"))


def test_small_steps_are_not_sliced() -> None:
    resolved = resolved_of(training={"batch_size": 12})
    assert not is_sliced(resolved, CPU)
    assert slice_rows(resolved, CPU) == 12


class _StopsWithin(Control):
    """Cancels after a number of checks."""

    def __init__(self) -> None:
        super().__init__()
        self.left = -1

    def is_stopped(self) -> bool:
        self.left -= 1
        if self.left == 0:
            self.stop = True
        return self.stop


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("batch", "asked"), [(None, 3), (12, 2), (12, 8)])
def test_a_step_is_given_up_between_slices_and_done_again(
    name: str, batch: int | None, asked: int
) -> None:
    changes = NETWORKS[name]
    resolved = resolved_of(
        **changes | {"training": {**changes.get("training", {}), "batch_size": batch}}
    )
    *_, whole = train(resolved)
    control = _StopsWithin()
    steps = train(resolved, control)
    training = next(steps)
    before, position = weights(training), training.position
    control.left = asked
    *_, training = steps
    assert training.finished == "stopped"
    if training.position == position:
        for one, other in zip(before, weights(training), strict=True):
            assert torch.equal(one, other)
    assert training.position < 1.0
    # Nothing of the step that was given up is left: going on is as if nobody had stopped.
    *_, again = train(resolved, resume=training.checkpoint(), history=training.history.view())
    for one, other in zip(weights(whole), weights(again), strict=True):
        torch.testing.assert_close(one, other, rtol=0.0, atol=0.0)


def test_what_was_handed_over_stays_when_better_weights_are_found() -> None:
    *_, training = train(resolved_of(training={"epochs": 7}))
    handed = training.so_far(ended=True)
    kept = [tensor.copy() for layer in handed.snapshot.layers for tensor in layer.tensors.values()]
    training._progress._keep(training._progress.alive)
    training._progress.best_flat.zero_()
    shared = [tensor for layer in handed.snapshot.layers for tensor in layer.tensors.values()]
    assert all((one == other).all() for one, other in zip(kept, shared, strict=True))
