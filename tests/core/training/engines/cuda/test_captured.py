"""Captured steps, whose numbers are tensors, learn what the others learn.

Without a GPU a capture is the step itself: what is tested is everything but the capture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.engines import batch_program, choice
from aegui.core.training.engines.cuda import graph
from aegui.core.training.loop.train import train
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    Step = Callable[[], None]

SAMPLES = 40
CONV: dict[str, Any] = {"encoder": [{"kind": "conv", "channels": 3, "stride": 2}]}
DENSE: dict[str, Any] = {"encoder": [{"units": 6, "activation": "tanh"}]}
GAUSSIAN: dict[str, Any] = {"latent": {"kind": "gaussian", "units": 3, "kl_warmup_epochs": 3}}
FIXED: dict[str, Any] = {"kind": "gaussian", "level": 0.2, "fresh": False, "copies": 2}
CASES: dict[str, dict[str, Any]] = {
    "convolutions": {"network": CONV},
    "a rising weight of the divergence": {"network": CONV | GAUSSIAN},
    "dense": {"network": DENSE, "runs": 3},
    "a dense rising weight": {"network": DENSE | GAUSSIAN, "runs": 2},
    "all samples at once": {"network": DENSE, "training": {"batch_size": None}},
    "all images at once": {"network": CONV, "training": {"batch_size": None}},
    "dropout": {"network": {"encoder": [{"units": 6, "dropout": 0.2}]}},
    "fresh noise": {"network": DENSE, "data": {"corruption": {"kind": "gaussian", "level": 0.2}}},
    "fixed noise": {"network": CONV, "data": {"corruption": FIXED}},
    "noise of the target": {
        "network": CONV,
        "data": {"corruption": FIXED | {"clean_target": False}},
    },
    "moved images": {"network": CONV, "data": {"augment": {"shift": 1}}},
    "moved images with noise": {
        "network": CONV,
        "data": {"augment": {"shift": 1}, "corruption": {"kind": "gaussian", "level": 0.2}},
    },
    "batch norms": {"network": {"encoder": [*CONV["encoder"], {"kind": "batch_norm"}]}},
    "penalties": {"network": CONV, "training": {"l1": 1e-4, "l2": 1e-3, "clip_norm": 0.1}},
    "a classifier": {"network": CONV, "classifier": {"pretrain": {"epochs": 1}}},
    "a frozen one": {
        "network": {"encoder": [{"units": 8}, {"units": 6}]},
        "classifier": {"pretrain": {"epochs": 1}, "frozen": True},
    },
    "a GAN": {"network": CONV, "gan": {"noise": 0.3, "average": 0.9, "class_weight": 0.5}},
    "a GAN of many channels": {
        "network": {"encoder": [CONV["encoder"][0] | {"channels": n} for n in (16, 32)]},
        "gan": {},
    },
    "a GAN of two runs, each second step": {"network": CONV, "gan": {"steps": 2}, "runs": 2},
}


def resolved_recipe(changes: dict[str, Any], optimizer: str = "adam") -> ResolvedRecipe:
    draw = np.random.default_rng(3)
    images = draw.random((SAMPLES, 1, 8, 10), dtype=np.float32)
    labels = [str(each) for each in draw.integers(0, 3, SAMPLES)]
    training: dict[str, Any] = {
        "epochs": 6,
        "batch_size": 9,
        "optimizer": {"name": optimizer, "learning_rate": 5e-3},
        "schedule": {"name": "cosine"},
    }
    raw = {"seed": 5} | changes | {"training": training | changes.get("training", {})}
    resolved = resolve(Recipe.model_validate(raw), Dataset.from_images("noise", images, labels))
    assert resolved.resolved is not None, resolved
    return resolved.resolved


def learnt(resolved: ResolvedRecipe) -> dict[str, Any]:
    *_, training = train(resolved)
    return dict(training.checkpoint().tensors)


def assert_same(monkeypatch: pytest.MonkeyPatch, resolved: ResolvedRecipe) -> None:
    """Compare with a training in which nothing is captured."""
    monkeypatch.setattr(choice, "machine_for", lambda *_: None)
    wanted = learnt(resolved)
    replays: list[int] = []

    def recorded(_: torch.Generator, step: Step) -> Step:
        def replay() -> None:
            replays.append(1)
            step()

        return replay

    monkeypatch.setattr(batch_program, "CAPTURED_ON", ("cpu",))
    monkeypatch.setattr(graph, "captured", recorded)
    found = learnt(resolved)
    assert replays, "no step was captured: the test says nothing"
    assert found.keys() == wanted.keys()
    for key, value in wanted.items():
        assert np.allclose(found[key], value, rtol=1e-4, atol=2e-5), key


@pytest.mark.parametrize("key", CASES)
def test_what_is_captured_learns_the_same(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    assert_same(monkeypatch, resolved_recipe(CASES[key]))


@pytest.mark.parametrize("name", sorted(OPTIMIZERS.keys() - SCIPY_OPTIMIZERS))
@pytest.mark.parametrize("gan", [False, True])
def test_every_optimiser_takes_a_rate_that_is_a_tensor(
    monkeypatch: pytest.MonkeyPatch, name: str, gan: bool
) -> None:
    assert_same(
        monkeypatch, resolved_recipe({"network": CONV} | ({"gan": {}} if gan else {}), name)
    )
