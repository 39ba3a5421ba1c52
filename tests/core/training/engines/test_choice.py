"""All engines agree with plain autograd on weights, and so on losses and gradients."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.engines.choice import engine_name, make_engine
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.step.measure import choose_meter
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples

GRADUAL = sorted(OPTIMIZERS.keys() - SCIPY_OPTIMIZERS)
STEPS = 20
FEW_STEPS = 10
CPU = torch.device("cpu")


def resolved_recipe(**changes: Any) -> ResolvedRecipe:
    """Return the course network with keys changed: ``training={...}`` and the like."""
    raw: dict[str, Any] = {"runs": 2, "seed": 5}
    recipe = Recipe.model_validate(raw | changes)
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    assert resolved is not None
    return resolved


def trained(
    resolved: ResolvedRecipe, engine: str, steps: int = STEPS
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return parameters and losses after ``steps`` epochs."""
    torch.set_num_threads(1)
    corruption = resolved.recipe.data.corruption
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, corruption, CPU)
    generator = torch.Generator().manual_seed(11)
    stepper = make_engine(engine, resolved, parameters, samples, generator)
    rate = resolved.recipe.training.optimizer.learning_rate
    stepper.run([rate] * steps, corruption.level)
    losses = choose_meter(resolved, parameters, samples).measure().loss
    return parameters.flat, torch.from_numpy(losses)


def assert_same(resolved: ResolvedRecipe, steps: int = STEPS) -> None:
    flat, loss = trained(resolved, "autograd", steps)
    start = Parameters(resolved, CPU).flat
    assert not torch.allclose(flat, start, atol=1e-4), "nothing was learnt: the test says nothing"
    for engine in ("stacked", "fused", "batched"):
        other_flat, other_loss = trained(resolved, engine, steps)
        assert torch.allclose(other_loss, loss, atol=5e-6), engine
        assert torch.allclose(other_flat, flat, atol=1e-4), engine


# A gentle rate: what is compared is the mathematics, and a chaotic path multiplies the last bit.
GENTLE = {"optimizer": {"name": "sgd", "learning_rate": 0.05}}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation: str) -> None:
    layers = [
        {"units": 12, "activation": activation, "slope": 0.7},
        {"units": 6, "activation": activation},
    ]
    assert_same(resolved_recipe(network={"encoder": layers}, training=GENTLE))


OUTPUTS = [(loss, "sigmoid") for loss in LOSSES] + [
    (loss, output) for loss in LOSSES if loss != "bce" for output in ("identity", "silu")
]


@pytest.mark.parametrize(("loss", "output"), OUTPUTS)
def test_every_loss(loss: str, output: str) -> None:
    network = {"output_activation": output, "output_slope": 1.5}
    training = GENTLE | {"loss": loss, "huber_delta": 0.3}
    assert_same(resolved_recipe(network=network, training=training))


@pytest.mark.parametrize("name", GRADUAL)
def test_every_optimizer(name: str) -> None:
    rate = 0.05 if name in {"sgd", "momentum", "nesterov"} else 1e-3
    assert_same(resolved_recipe(training={"optimizer": {"name": name, "learning_rate": rate}}))


OF_TORCH: dict[str, Any] = {
    "sgd": torch.optim.SGD,
    "momentum": lambda p, rate: torch.optim.SGD(p, rate, momentum=0.9),
    "nesterov": lambda p, rate: torch.optim.SGD(p, rate, momentum=0.9, nesterov=True),
    "rmsprop": torch.optim.RMSprop,
    "adagrad": lambda p, rate: torch.optim.Adagrad(p, rate, eps=1e-8),
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}
"""Those that torch has too."""


@pytest.mark.parametrize("name", OF_TORCH)
def test_optimizers_are_those_of_torch(name: str) -> None:
    rate = 0.05 if name in {"sgd", "momentum", "nesterov"} else 1e-3
    spec = {"name": name, "learning_rate": rate}
    resolved = resolved_recipe(runs=1, training={"optimizer": spec})
    parameters, _ = trained(resolved, "fused")
    torch.manual_seed(5)
    sizes = resolved.sizes
    modules: list[torch.nn.Module] = []
    for index, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        modules.append(torch.nn.Linear(inputs, outputs))
        if index not in {2, 5}:
            modules.append(torch.nn.Tanh())
    modules.append(torch.nn.Sigmoid())
    model = torch.nn.Sequential(*modules)
    optimizer = OF_TORCH[name](model.parameters(), rate)
    target = torch.from_numpy(resolved.dataset.flat().copy())
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy(model(target), target)
        torch.autograd.backward(loss)
        optimizer.step()
    linear = [module for module in modules if isinstance(module, torch.nn.Linear)]
    weights = [layer.weight.t().reshape(-1) for layer in linear]
    biases = [layer.bias for layer in linear]
    assert torch.allclose(torch.cat([*weights, *biases]), parameters, atol=1e-4)


@pytest.mark.parametrize("kind", CORRUPTIONS)
@pytest.mark.parametrize("fresh", [True, False])
def test_every_corruption(kind: str, fresh: bool) -> None:
    corruption = {"kind": kind, "level": 0.2, "copies": 2, "fresh": fresh}
    assert_same(resolved_recipe(data={"corruption": corruption}, training=GENTLE))


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("batch", [None, 12])
def test_a_noisy_target(fresh: bool, batch: int | None) -> None:
    corruption = {"kind": "flip", "level": 0.2, "copies": 2, "fresh": fresh, "clean_target": False}
    training = GENTLE | {"batch_size": batch}
    noisy = resolved_recipe(data={"corruption": corruption}, training=training)
    assert_same(noisy, FEW_STEPS)
    clean = resolved_recipe(
        data={"corruption": corruption | {"clean_target": True}}, training=training
    )
    learnt, wanted = (trained(one, "fused", FEW_STEPS)[1] for one in (noisy, clean))
    assert not torch.allclose(learnt, wanted, atol=1e-4)


@pytest.mark.parametrize(
    "training",
    [
        {"batch_size": 8},
        {"batch_size": 5},
        {"l1": 1e-4, "l2": 1e-3},
        {"clip_norm": 0.01},
        {"batch_size": 7, "l2": 1e-3, "clip_norm": 0.05},
    ],
    ids=str,
)
@pytest.mark.parametrize("noisy", [False, True])
def test_batches_penalties_and_clipping(training: dict[str, Any], noisy: bool) -> None:
    level = 0.1 if noisy else 0.0
    corruption = {"kind": "flip" if noisy else "none", "level": level}
    resolved = resolved_recipe(data={"corruption": corruption}, training=GENTLE | training)
    assert_same(resolved, FEW_STEPS if "batch_size" in training else STEPS)


def test_dropout() -> None:
    layers = [{"units": 16, "dropout": 0.3}, {"units": 8, "activation": "gelu", "dropout": 0.1}]
    assert_same(resolved_recipe(network={"encoder": layers}, training=GENTLE))


OTHERS: dict[str, dict[str, Any]] = {
    "tied": {"encoder": [{"units": 9, "activation": "silu"}, {"units": 6}], "tied": True},
    "k-sparse": {"encoder": [{"units": 9}], "latent": {"units": 6, "top_k": 2}},
    "norms": {
        "encoder": [
            {"units": 12},
            {"kind": "batch_norm", "activation": "relu"},
            {"kind": "dropout", "rate": 0.1},
            {"units": 6},
            {"kind": "layer_norm", "activation": "tanh"},
        ]
    },
    "a tied gaussian code": {
        "encoder": [{"units": 9}],
        "latent": {"kind": "gaussian", "units": 3, "activation": "tanh"},
        "tied": True,
    },
}


@pytest.mark.parametrize("key", OTHERS)
@pytest.mark.parametrize("batch", [None, 12])
def test_other_chains_of_rows(key: str, batch: int | None) -> None:
    gentle = {"optimizer": {"name": "sgd", "learning_rate": 5e-3}, "batch_size": batch}
    resolved = resolved_recipe(network=OTHERS[key], training=gentle | {"l2": 1e-3})
    assert engine_name(resolved, len(resolved.dataset)) == "fused"
    assert_same(resolved, FEW_STEPS)


@pytest.mark.parametrize(
    "penalty",
    [
        {"code_l1": 0.05},
        {"sparsity": {"weight": 0.2, "rho": 0.1}},
        {"edges": 0.5},
        {"loss": "mse", "edges": 0.5},
    ],
    ids=str,
)
def test_penalties_on_code_and_image(penalty: dict[str, Any]) -> None:
    network = {"latent": {"units": 5, "activation": "sigmoid"}}
    assert_same(resolved_recipe(network=network, training=GENTLE | penalty), FEW_STEPS)


CONTRACTIVE = GENTLE | {"contractive": 0.05}
ENCODERS: dict[str, dict[str, Any]] = {
    "a single layer": {"encoder": [], "latent": {"activation": "sigmoid", "slope": 1.5}},
    "a single layer with dropout": {"encoder": [], "latent": {"dropout": 0.2}},
    "a single layer that is k-sparse": {
        "encoder": [],
        "latent": {"units": 6, "activation": "tanh", "top_k": 2},
    },
    "deep": {"encoder": [{"units": 12}, {"units": 6, "slope": 0.7}]},
    "deep with dropout": {"encoder": [{"units": 12, "dropout": 0.2}], "latent": {"dropout": 0.1}},
    "a deep wide code": {"encoder": [{"units": 9}], "latent": {"units": 6, "activation": "tanh"}},
    "a deep code that is k-sparse": {
        "encoder": [{"units": 9}],
        "latent": {"units": 6, "top_k": 2, "activation": "silu"},
    },
    "norms": OTHERS["norms"],
    "tied": OTHERS["tied"],
}


@pytest.mark.parametrize("key", ENCODERS)
@pytest.mark.parametrize("batch", [None, 12])
def test_contractive_codes(key: str, batch: int | None) -> None:
    rate = {"optimizer": {"name": "sgd", "learning_rate": 5e-3}} if key == "norms" else {}
    training = CONTRACTIVE | {"batch_size": batch} | rate
    resolved = resolved_recipe(network=ENCODERS[key], training=training)
    assert engine_name(resolved, len(resolved.dataset)) == "fused"
    assert_same(resolved, FEW_STEPS)


@pytest.mark.parametrize("is_deep", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_contractive_codes_of_every_activation(activation: str, is_deep: bool) -> None:
    layers = [{"units": 9, "activation": activation, "slope": 0.7}] if is_deep else []
    network = {"encoder": layers, "latent": {"units": 3, "activation": activation}}
    assert_same(resolved_recipe(network=network, training=CONTRACTIVE), FEW_STEPS)


GAUSSIANS: list[dict[str, Any]] = [
    {},
    {"beta": 0.3, "free_bits": 0.25},
    {"beta": 4.0, "kl_warmup_epochs": 12},
    {"activation": "tanh", "slope": 0.7},
    {"activation": "silu", "units": 3, "free_bits": 0.1},
]


@pytest.mark.parametrize("latent", GAUSSIANS, ids=str)
@pytest.mark.parametrize("batch", [None, 12])
def test_gaussian_codes(latent: dict[str, Any], batch: int | None) -> None:
    layers = [{"units": 12, "dropout": 0.1}, {"units": 7, "activation": "relu"}]
    training = {"optimizer": {"name": "sgd", "learning_rate": 2e-3}, "batch_size": batch}
    network = {"encoder": layers, "latent": {"kind": "gaussian"} | latent}
    corruption = {"kind": "flip", "level": 0.1}
    assert_same(
        resolved_recipe(network=network, training=training, data={"corruption": corruption})
    )


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_losses_of_gaussian_codes(loss: str) -> None:
    network = {"latent": {"kind": "gaussian"}, "output_activation": "identity"}
    training = {"optimizer": {"name": "sgd", "learning_rate": 1e-3}, "loss": loss}
    assert_same(resolved_recipe(network=network, training=training))


def test_a_run_of_a_population_is_the_run_of_its_seed() -> None:
    together, losses = trained(resolved_recipe(runs=3, seed=7), "fused")
    for run in range(3):
        _, alone = trained(resolved_recipe(runs=1, seed=7 + run), "fused")
        assert torch.allclose(alone[0], losses[run], atol=1e-5)
    assert len(together) == 3 * len(trained(resolved_recipe(runs=1), "fused", steps=0)[0])
