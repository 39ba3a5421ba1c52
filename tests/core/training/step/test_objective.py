"""Terms of the objective agree with their definitions, and gradients with autograd."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.engines.autograd import AutogradEngine
from aegui.core.training.step.model import Model
from aegui.core.training.step.objective import (
    Objective,
    active_units,
    is_drawn,
    kl_divergence,
    sparsity,
)
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples

CPU = torch.device("cpu")
# torch has not typed it.
JACOBIAN: Any = torch.autograd.functional.jacobian
CONV = {"kind": "conv", "channels": 4, "stride": 2, "activation": "tanh"}
NORM = {"kind": "batch_norm", "activation": "tanh"}
GAUSSIAN = {"kind": "gaussian", "units": 3, "beta": 0.5, "free_bits": 0.01}


def images(channels: int = 1, size: int = 8) -> Dataset:
    draw = np.random.default_rng(3).random((12, channels, size, size), dtype=np.float32)
    return Dataset.from_images("noise", draw, list("aaabbbcccddd"))


def bound(**changes: Any) -> ResolvedRecipe:
    raw: dict[str, Any] = {"seed": 5, "training": {"device": "cpu"}}
    resolution = resolve(Recipe.model_validate(raw | changes), images())
    assert resolution.resolved is not None, resolution.problems
    return resolution.resolved


def model_of(resolved: ResolvedRecipe, *, stacked: bool = False) -> Model:
    return Model(resolved, Parameters(resolved, CPU), stacked=stacked)


NETWORKS: dict[str, dict[str, Any]] = {
    "conv": {"encoder": [CONV, {"kind": "conv", "channels": 6}], "latent": {"units": 3}},
    "pooling": {
        "encoder": [{"kind": "conv", "channels": 4}, {"kind": "max_pool"}, {"kind": "avg_pool"}]
    },
    "norms": {"encoder": [CONV, NORM, {"units": 7}, {"kind": "layer_norm"}]},
    "image norm": {"encoder": [CONV, {"kind": "layer_norm", "activation": "elu"}]},
    "upsampled": {
        "encoder": [{"units": 9}],
        "decoder": [
            {"units": 16, "activation": "elu"},
            {"kind": "reshape", "channels": 1, "height": 4, "width": 4},
            {"kind": "upsample", "mode": "bilinear"},
        ],
    },
    "transposed": {
        "encoder": [{"kind": "conv_transpose", "channels": 2, "activation": "tanh"}, CONV]
    },
    "gaussian": {"encoder": [CONV], "latent": GAUSSIAN},
    "k-sparse": {"encoder": [{"units": 9}], "latent": {"units": 6, "top_k": 2}},
    "tied dense": {"encoder": [{"units": 9}], "tied": True},
    "tied conv": {"encoder": [CONV], "latent": GAUSSIAN, "tied": True},
}
TRAININGS: dict[str, dict[str, Any]] = {
    "mse": {"loss": "mse"},
    "mae": {"loss": "mae"},
    "huber": {"loss": "huber", "huber_delta": 0.1},
    "code l1": {"code_l1": 0.1, "l1": 1e-3, "l2": 1e-2},
    "contractive": {"contractive": 0.3},
    "edges": {"edges": 0.7},
    "edges of squares": {"loss": "mse", "edges": 3.0},
}


def whole_gradient(resolved: ResolvedRecipe, data: torch.Tensor) -> list[torch.Tensor]:
    """Return the gradient of ``Evaluated.loss`` by autograd, with the engine's noise."""
    model, objective = model_of(resolved), Objective(resolved)
    generator = torch.Generator().manual_seed(11)
    noise = None
    if is_drawn(resolved):
        units = resolved.recipe.network.latent.units
        noise = torch.empty(1, len(data), units).normal_(generator=generator)[0]
    seen = objective.evaluate(
        model,
        0,
        data,
        data,
        beta=objective.beta(0),
        noise=noise,
        training=True,
    )
    return list(torch.autograd.grad(seen.loss.sum(), [leaf.tensor for leaf in model.leaves]))


@pytest.mark.parametrize(
    ("network", "training"),
    [
        *((network, {"device": "cpu"}) for network in NETWORKS.values()),
        *((NETWORKS["norms"], training) for training in TRAININGS.values()),
        (
            {"latent": {"units": 3, "activation": "sigmoid"}},
            {"sparsity": {"rho": 0.1, "weight": 0.7}},
        ),
        ({"encoder": [], "latent": {"units": 6, "activation": "sigmoid"}}, {"contractive": 0.3}),
    ],
    ids=str,
)
def test_the_engines_gradient_is_that_of_the_loss(
    network: dict[str, Any], training: dict[str, Any]
) -> None:
    resolved = bound(network=network, training=training)
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    generator = torch.Generator().manual_seed(11)
    engine = AutogradEngine(resolved, parameters, samples, generator, stacked=False)
    mine = engine.gradients(samples.inputs, samples.target)
    expected = whole_gradient(resolved, samples.clean[0])
    assert any(gradient.abs().max() > 1e-6 for gradient in expected)
    for leaf, gradient, wanted in zip(engine.model.leaves, mine, expected, strict=True):
        assert torch.allclose(gradient, wanted, atol=1e-5, rtol=1e-3), (leaf.layer, leaf.name)


@pytest.mark.parametrize("name", ["conv", "norms", "tied conv", "gaussian"])
def test_gradients_against_finite_differences(name: str) -> None:
    """In float64, the derivative along a random direction of all parameters."""
    resolved = bound(network=NETWORKS[name])
    model, objective = model_of(resolved), Objective(resolved)
    data = torch.from_numpy(resolved.dataset.flat().copy()).double()
    for stack in model.stacks:
        for tensors in stack:
            for key, tensor in tensors.items():
                tensors[key] = tensor.detach().double().requires_grad_(tensor.requires_grad)
    leaves = [t for tensors in model.stacks[0] for t in tensors.values() if t.requires_grad]

    def loss() -> torch.Tensor:
        return objective.evaluate(model, 0, data, data, beta=0.5).loss.sum()

    gradients = torch.autograd.grad(loss(), leaves)
    generator = torch.Generator().manual_seed(2)
    directions = [torch.randn(t.shape, generator=generator, dtype=t.dtype) for t in leaves]
    slope = sum(float((g * d).sum()) for g, d in zip(gradients, directions, strict=True))
    ends = []
    for sign in (1, -2):
        with torch.no_grad():
            for leaf, direction in zip(leaves, directions, strict=True):
                leaf.add_(direction, alpha=sign * 1e-6)
        ends.append(float(loss().detach()))
    assert slope == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-4)


def test_kl_is_that_of_monte_carlo() -> None:
    generator = torch.Generator().manual_seed(0)
    mean = torch.tensor([0.7, -1.2], dtype=torch.float64)
    log_variance = torch.tensor([-0.8, 0.5], dtype=torch.float64)
    scale = (log_variance / 2).exp()
    z = mean + scale * torch.randn(400_000, 2, generator=generator, dtype=torch.float64)
    # The logarithms of both densities, but for the constant that they share.
    posterior = -0.5 * ((z - mean) / scale).square() - scale.log()
    prior = -0.5 * z.square()
    estimate = (posterior - prior).mean(dim=0)
    assert torch.allclose(kl_divergence(mean, log_variance), estimate, atol=0.01)


def test_sparsity_is_zero_at_rho_and_grows_away_from_it() -> None:
    assert float(sparsity(torch.full((5,), 0.2), 0.2)) == pytest.approx(0.0, abs=1e-6)
    expected = 0.2 * np.log(0.2 / 0.5) + 0.8 * np.log(0.8 / 0.5)
    assert float(sparsity(torch.full((3,), 0.5), 0.2)) == pytest.approx(3 * expected, rel=1e-5)


def test_active_units_are_those_that_vary() -> None:
    means = torch.zeros(100, 3)
    means[:, 1] = torch.linspace(-1, 1, 100)
    assert float(active_units(means)) == 1.0


@pytest.mark.parametrize(
    "network",
    [
        {"encoder": [], "latent": {"units": 6, "activation": "sigmoid", "slope": 1.5}},
        {"encoder": [], "latent": {"units": 6, "activation": "tanh", "top_k": 2}},
        {"encoder": [{"units": 9}], "latent": {"units": 3, "activation": "tanh"}},
        {"encoder": [CONV], "latent": {"units": 2}},
    ],
    ids=str,
)
def test_the_contractive_term_is_the_jacobians_norm(network: dict[str, Any]) -> None:
    resolved = bound(network=network, training={"contractive": 1.0})
    model, objective = model_of(resolved), Objective(resolved)
    rows = torch.from_numpy(resolved.dataset.flat().copy())

    def encode(row: torch.Tensor) -> torch.Tensor:
        return model.apply(0, model.shaped(row[None], 0), slice(0, resolved.code_end))[0]

    norms = torch.stack([JACOBIAN(encode, row).square().sum() for row in rows])
    mine = objective.jacobian(model, 0, rows, None)
    assert float(mine) == pytest.approx(float(norms.mean()), rel=1e-4)


@pytest.mark.parametrize("kind", ["plain", "gaussian"])
@pytest.mark.parametrize("channels", [1, 3])
def test_edges_are_the_squared_differences_between_neighbours(kind: str, channels: int) -> None:
    recipe = Recipe.model_validate(
        {
            "network": {"latent": {"kind": kind}, "output_activation": "identity"},
            "training": {"loss": "mse", "edges": 0.25, "device": "cpu"},
        }
    )
    resolved = resolve(recipe, images(channels)).resolved
    assert resolved is not None
    rows = torch.from_numpy(resolved.dataset.flat().copy())
    model, objective = model_of(resolved), Objective(resolved)
    with torch.no_grad():
        seen = objective.evaluate(model, 0, rows, rows, beta=0.0)
    assert seen.output is not None
    miss = (seen.output - rows).numpy().reshape(-1, channels, 8, 8)
    squares = [np.square(np.diff(miss, axis=axis)).sum() for axis in (2, 3)]
    wanted = sum(squares) / (len(rows) if kind == "gaussian" else miss.size)
    assert float(seen.terms["edges"]) == pytest.approx(wanted, rel=1e-5)
    sum_ = float(seen.terms["reconstruction"]) + 0.25 * wanted
    assert float(seen.loss) == pytest.approx(sum_, rel=1e-5)


def test_an_image_of_one_row_has_edges_along_it_only() -> None:
    draw = np.random.default_rng(3).random((6, 1, 1, 5), dtype=np.float32)
    training = {"loss": "mse", "edges": 1.0, "device": "cpu"}
    recipe = Recipe.model_validate({"training": training})
    resolved = resolve(recipe, Dataset.from_images("rows", draw)).resolved
    assert resolved is not None
    rows = torch.from_numpy(draw.reshape(6, 5))
    with torch.no_grad():
        seen = Objective(resolved).evaluate(model_of(resolved), 0, rows, rows, beta=0.0)
    assert seen.output is not None
    wanted = np.square(np.diff((seen.output - rows).numpy(), axis=1)).sum() / rows.numel()
    assert float(seen.terms["edges"]) == pytest.approx(wanted, rel=1e-5)


def test_the_estimated_jacobian_of_a_deep_wide_code_is_right_in_the_mean() -> None:
    network = {"encoder": [{"units": 9}], "latent": {"units": 8, "activation": "tanh"}}
    resolved = bound(network=network, training={"contractive": 1.0})
    model, objective = model_of(resolved), Objective(resolved)
    rows = torch.from_numpy(resolved.dataset.flat().copy())

    def encode(row: torch.Tensor) -> torch.Tensor:
        return model.apply(0, row[None], slice(0, resolved.code_end))[0]

    exact = np.mean([float(JACOBIAN(encode, row).square().sum()) for row in rows])
    generator = torch.Generator().manual_seed(1)
    draws = [
        float(objective.jacobian(model, 0, rows, torch.randn(len(rows), 8, generator=generator)))
        for _ in range(300)
    ]
    assert np.mean(draws) == pytest.approx(exact, rel=0.05)


@pytest.mark.parametrize("warmup", [0, 10])
def test_the_kl_is_warmed_up(warmup: int) -> None:
    latent = {"kind": "gaussian", "beta": 2.0, "kl_warmup_epochs": warmup}
    objective = Objective(bound(network={"latent": latent}))
    assert objective.beta(5) == (1.0 if warmup else 2.0)
    assert objective.beta(50) == 2.0


@pytest.mark.parametrize(
    "network",
    [
        {"latent": {"kind": "gaussian"}},
        {"encoder": [{"units": 9}, NORM], "latent": {"units": 5, "top_k": 2}},
        {"encoder": [{"units": 9}, {"kind": "layer_norm"}], "tied": True},
    ],
    ids=str,
)
def test_stacked_runs_are_the_runs_one_by_one(network: dict[str, Any]) -> None:
    changes: dict[str, Any] = {"network": network, "runs": 3}
    changes["training"] = {"clip_norm": 0.05, "l2": 1e-3, "batch_size": 5, "code_l1": 0.01}
    changes["training"]["optimizer"] = {"name": "sgd", "learning_rate": 0.05}
    changes["data"] = {"corruption": {"kind": "gaussian", "level": 0.1}}
    ends = []
    for stacked in (True, False):
        resolved = bound(**changes)
        parameters = Parameters(resolved, CPU)
        samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
        generator = torch.Generator().manual_seed(4)
        engine = AutogradEngine(resolved, parameters, samples, generator, stacked=stacked)
        begun = parameters.flat.clone()
        engine.run([0.05] * 20, 0.1)
        assert not torch.allclose(begun, parameters.flat, atol=1e-4)
        ends.append((parameters.flat, parameters.buffers))
    assert torch.allclose(ends[0][0], ends[1][0], atol=1e-4)
    assert torch.allclose(ends[0][1], ends[1][1], atol=1e-4)
