"""Runs with different numbers train together, each with the result it has alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.population import EndedRun, Population, trains_in_population
from aegui.core.training.loop.train import choose_device, train
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.record.timeline import row_of
from aegui.core.training.step.members import bucket_of

EPOCHS = 40


def recipes(*changes: dict[str, Any], seeds: int = 2, shared: Any = None) -> list[Recipe]:
    """Return some seeds of the course network for each of ``changes``."""
    found = []
    for change in changes:
        for seed in range(3, 3 + seeds):
            raw: dict[str, Any] = {"seed": seed, "training": {"epochs": EPOCHS, "device": "cpu"}}
            for part in (shared or {}, change):
                raw = merged(raw, part)
            found.append(Recipe.model_validate(raw))
    return found


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    result = dict(one)
    for key, value in other.items():
        nested = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if nested else value
    return result


def resolved_of(recipe: Recipe) -> ResolvedRecipe:
    dataset = load_builtin(recipe.data.source)
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    return resolved


def learnt(members: list[Recipe]) -> list[EndedRun]:
    """Return the results of the members trained together, in their order."""
    assert len({bucket_of(one) for one in members}) == 1
    resolved = resolved_of(members[0])
    assert trains_in_population(resolved)
    found = [one for one in Population(resolved, members).run() if one is not None]
    assert sorted(one.run for one in found) == list(range(len(members)))
    return sorted(found, key=lambda one: one.run)


def assert_as_alone(members: list[Recipe]) -> None:
    """Assert that every member equals the result of ``train`` by itself."""
    together = learnt(members)
    rows = [one.row for one in together]
    assert not any(np.array_equal(rows[0], row) for row in rows[1:]), "all are the same run"
    for one, recipe in zip(together, members, strict=True):
        resolved = resolved_of(recipe)
        *_, training = train(resolved)
        result = training.result()
        assert one.reason == result.reason
        assert one.result.epochs == result.runs[0].epochs
        assert one.result.seed == recipe.seed
        np.testing.assert_array_equal(one.history["epoch"], result.history.epoch)
        np.testing.assert_allclose(
            one.history["loss"], result.history.loss[:, 0], rtol=2e-4, atol=2e-5
        )
        for key, column in result.history.extra.items():
            # A pixel on the threshold is counted as wrong, or not, by its last bit.
            most = 0.3 if key == "validation_wrong" else 1e-4
            np.testing.assert_allclose(one.history[key], column[:, 0], rtol=2e-3, atol=most)
        best = row_of(result.snapshot, resolved)
        assert best is not None
        # Where two moments are as good but for rounding, either may be the best.
        if one.result.best_epoch == result.runs[0].best_epoch:
            assert np.abs(one.row - best).max() < 2e-3
            wrong = sum(result.runs[0].wrong_pixels)
            assert sum(one.result.wrong_pixels) == pytest.approx(wrong, abs=2)


UNUSUAL = {
    "momentum": 0.5,
    "alpha": 0.9,
    "beta1": 0.8,
    "beta2": 0.9,
    "eps": 1e-4,
    "weight_decay": 0.3,
}


@pytest.mark.parametrize("name", [key for key, row in OPTIMIZERS.items() if row.each])
def test_numbers_of_the_optimiser(name: str) -> None:
    row = OPTIMIZERS[name]
    own = {key: UNUSUAL[key] for key in row.parameters}
    other = {"optimizer": {"learning_rate": row.usual_rate, **own}}
    usual = {"optimizer": {"learning_rate": 1e-3}}
    shared = {"optimizer": {"name": name}}
    assert_as_alone(recipes({"training": usual}, {"training": other}, shared={"training": shared}))


def test_only_the_rate() -> None:
    rates = [{"training": {"optimizer": {"learning_rate": rate}}} for rate in (1e-3, 3e-3, 0.01)]
    assert_as_alone(recipes(*rates))


def test_schedules_and_lengths() -> None:
    assert_as_alone(
        recipes(
            {"training": {"schedule": {"name": "cosine"}}},
            {"training": {"schedule": {"name": "exponential", "final_factor": 0.1}}},
            {"training": {"schedule": {"name": "plateau", "patience_epochs": 3}, "epochs": 63}},
            {"training": {"epochs": 25}},
            shared={"training": {"optimizer": {"learning_rate": 3e-3}}},
        )
    )


def test_beginnings() -> None:
    names = ("torch_default", "uniform", "normal", "xavier_uniform", "he_normal", "orthogonal")
    assert_as_alone(recipes(*({"training": {"initializer": {"name": name}}} for name in names)))


@pytest.mark.parametrize(
    "path",
    [("l1",), ("l2",), ("code_l1",), ("sparsity", "weight"), ("contractive",), ("clip_norm",)],
)
def test_penalties(path: tuple[str, ...]) -> None:
    def weighing(weight: float) -> dict[str, Any]:
        found: Any = weight
        for key in reversed(path):
            found = {key: found}
        return {"training": found}

    shared = {
        "network": {"latent": {"activation": "sigmoid", "units": 3}},
        "training": {"optimizer": {"name": "momentum", "learning_rate": 0.02}},
    }
    # With a contractive penalty of none at all a run draws no directions, and goes alone.
    all_have_it = path in {("clip_norm",), ("contractive",)}
    weights = (0.02, 0.5) if all_have_it else (0.0, 1e-3, 0.05)
    assert_as_alone(recipes(*map(weighing, weights), shared=shared))


def test_estimated_jacobians() -> None:
    weights = [{"training": {"contractive": weight}} for weight in (0.01, 0.1)]
    assert_as_alone(recipes(*weights, shared={"network": {"latent": {"units": 6}}}))


def test_batches() -> None:
    rates = [{"training": {"optimizer": {"learning_rate": rate}}} for rate in (1e-3, 3e-3)]
    assert_as_alone(recipes(*rates, shared={"training": {"batch_size": 5, "epochs": 12}}))


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("batch", [None, 24])
def test_noise(fresh: bool, batch: int | None) -> None:
    noises = [("salt_pepper", 0.2), ("salt_pepper", 0.5), ("flip", 0.1), ("block", 0.2)]
    changes = [{"data": {"corruption": {"kind": kind, "level": lv}}} for kind, lv in noises]
    changes.append(merged(changes[0], {"training": {"optimizer": {"learning_rate": 3e-3}}}))
    shared = {
        "data": {"corruption": {"copies": 2, "fresh": fresh}, "split": {"validation": 0.25}},
        "training": {"batch_size": batch, "epochs": 15, "optimizer": {"learning_rate": 1e-3}},
    }
    assert_as_alone(recipes(*changes, shared=shared))


@pytest.mark.parametrize("batch", [None, 7])
def test_dropout(batch: int | None) -> None:
    def dropping(*rates: float) -> dict[str, Any]:
        units = zip((12, 8), rates, strict=True)
        return {"network": {"encoder": [{"units": n, "dropout": rate} for n, rate in units]}}

    shared = {"training": {"batch_size": batch, "epochs": 15}}
    members = recipes(dropping(0.0, 0.0), dropping(0.2, 0.0), dropping(0.1, 0.5), shared=shared)
    assert_as_alone(members)


@pytest.mark.parametrize("batch", [None, 10])
def test_variational(batch: int | None) -> None:
    latents = [{"beta": 1.0}, {"beta": 0.1}, {"beta": 4.0, "kl_warmup_epochs": 10}]
    shared = {
        "network": {"latent": {"kind": "gaussian"}},
        "training": {"batch_size": batch, "epochs": 15, "optimizer": {"learning_rate": 1e-3}},
    }
    assert_as_alone(recipes(*({"network": {"latent": one}} for one in latents), shared=shared))


def test_ends_come_one_by_one_and_the_others_go_on() -> None:
    goals = {"goals": {"max_wrong_pixels": 12}}
    rates = [{"training": {"optimizer": {"learning_rate": rate}}} for rate in (1e-4, 3e-3, 0.01)]
    members = recipes(*rates, shared={"training": {"epochs": 300, **goals}}, seeds=3)
    ends = [one.result.epochs for one in learnt(members)]
    assert len(set(ends)) > 3
    assert_as_alone(members)
    patient = {"goals": {"patience_epochs": 12}, "epochs": 200}
    rates = [{"training": {"optimizer": {"learning_rate": rate}}} for rate in (1e-3, 0.1, 3.0)]
    assert {one.reason for one in learnt(recipes(*rates, shared={"training": patient}))} >= {
        "patience"
    }


def test_what_else_runs_between_two_calls_computes_with_denormal_numbers() -> None:
    def halved() -> float:
        return float(torch.full((64,), 1e-39).mul(0.5).max())

    members = recipes({})
    assert all(halved() > 0 for _ in Population(resolved_of(members[0]), members).run())


def test_who_diverges_does_not_take_others_along() -> None:
    training = {"loss": "mse", "optimizer": {"name": "sgd"}, "epochs": 60}
    network = {"output_activation": "identity", "encoder": [{"units": 8, "activation": "relu"}]}
    rates = [{"training": {"optimizer": {"learning_rate": rate}}} for rate in (0.05, 1e6)]
    members = recipes(*rates, shared={"training": training, "network": network})
    found = learnt(members)
    assert [one.reason for one in found] == ["epochs", "epochs", "diverged", "diverged"]
    assert [one.result.diverged for one in found] == [False, False, True, True]
    assert all(np.isfinite(one.row).all() for one in found)
    assert_as_alone(members)


def test_only_the_seed() -> None:
    shared = {"training": {"schedule": {"name": "cosine"}, "optimizer": {"learning_rate": 3e-3}}}
    assert_as_alone(recipes({}, seeds=4, shared=shared))


def test_the_device_is_that_of_each_run_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the number of others: on another device it would draw other random numbers."""
    works = []

    def chosen(device: str, work: float) -> tuple[torch.device, tuple[str, ...]]:
        works.append(work)
        return choose_device(device, work)

    for place in ("population", "train"):
        monkeypatch.setattr(f"aegui.core.training.loop.{place}.choose_device", chosen)
    members = recipes({}, seeds=3, shared={"training": {"device": "auto"}})
    next(train(resolved_of(members[0])))
    for count in (1, 3):
        Population(resolved_of(members[0]), members[:count])
    assert len(works) == 3
    assert len(set(works)) == 1
