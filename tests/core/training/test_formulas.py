"""The objective against closed forms in numpy, and every engine's gradient against their slopes.

All engines share the formulas of ``objective.py``: that they agree with one another does not say
that these are right. Nothing of the package but weights and data goes into what is expected here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from scipy.integrate import trapezoid

from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.engines.choice import make_engine
from aegui.core.training.step.model import Model
from aegui.core.training.step.objective import Objective, kl_divergence, sparsity, sparsity_slope
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CPU = torch.device("cpu")
SEED, SAMPLES, UNITS = 11, 9, 4
ENGINES = ("autograd", "stacked", "layered", "fused", "batched")
RATE = 0.5
GAUSSIAN = {"kind": "gaussian", "units": UNITS}
CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "mean squared error": {"training": {"loss": "mse"}},
    "L1 of the code": {"latent": {"activation": "tanh"}, "training": {"code_l1": 0.3}},
    "sparsity": {
        "latent": {"activation": "sigmoid"},
        "training": {"sparsity": {"rho": 0.15, "weight": 0.4}},
    },
    "k-sparse": {"latent": {"activation": "tanh", "top_k": 2}},
    "k-sparse by magnitude": {
        "latent": {"activation": "tanh", "top_k": 2, "top_by": "magnitude"},
        "training": {"code_l1": 0.2},
    },
    "weights": {"training": {"l1": 0.01, "l2": 0.05}},
    "KL": {"latent": GAUSSIAN | {"beta": 0.7}},
    "free bits, of which two of the four are used up": {"latent": GAUSSIAN | {"free_bits": 0.065}},
}


def bound(key: str) -> ResolvedRecipe:
    case = CASES[key]
    draw = np.random.default_rng(3).random((SAMPLES, 1, 2, 3), dtype=np.float32)
    training = {"optimizer": {"name": "sgd", "learning_rate": RATE}, "batch_size": None}
    network = {
        "encoder": [{"units": 5, "activation": "tanh"}],
        "latent": {"units": UNITS} | case.get("latent", {}),
        "decoder": [],
    }
    raw = {"network": network, "training": training | case.get("training", {}), "seed": 5}
    found = resolve(Recipe.model_validate(raw), Dataset.from_images("noise", draw))
    assert found.resolved is not None, found.problems
    return found.resolved


def sigmoid(x: Array) -> Array:
    found: Array = 1.0 / (1.0 + np.exp(-x))
    return found


class Formulas:
    """The objective of three dense layers, from its definitions."""

    def __init__(self, resolved: ResolvedRecipe, noise: Array | None) -> None:
        self.x = resolved.dataset.flat().astype(np.float64)
        self.training = resolved.recipe.training
        self.latent = resolved.recipe.network.latent
        self.noise = noise
        layout = Parameters(resolved, CPU).layout
        self.blocks = layout.parameters

    def terms(self, flat: Array) -> dict[str, float]:
        """Return every term, unweighted, and ``loss``, their weighted sum."""
        weights = [self._of(flat, index, "weight") for index in range(3)]
        biases = [self._of(flat, index, "bias") for index in range(3)]
        x, rows = self.x, len(self.x)
        z = np.tanh(x @ weights[0] + biases[0]) @ weights[1] + biases[1]
        found: dict[str, float] = {}
        extra = 0.0
        if self.latent.kind == "gaussian":
            mean, log_variance = z[:, :UNITS], z[:, UNITS:]
            # KL(N(m, v) || N(0, 1)) = log(1 / s) + (v + m^2) / 2 - 1 / 2
            each = -np.log(np.sqrt(np.exp(log_variance))) + (np.exp(log_variance) + mean**2 - 1) / 2
            by_dimension = each.mean(axis=0)
            found["kl"] = float(by_dimension.sum())
            extra += self.latent.beta * np.maximum(by_dimension, self.latent.free_bits or -1).sum()
            code = mean
            if self.noise is not None:
                code = mean + np.exp(log_variance) ** 0.5 * self.noise
        else:
            code = mean = self._code(z)
        output = sigmoid(code @ weights[2] + biases[2])
        if self.training.loss == "mse":
            pixels = (output - x) ** 2
        else:
            pixels = -x * np.log(output) - (1 - x) * np.log(1 - output)
        gaussian = self.latent.kind == "gaussian"
        found["reconstruction"] = float(pixels.sum() / rows if gaussian else pixels.mean())
        found["code_l1"] = float(np.abs(mean).sum() / rows)
        rho, active = self.training.sparsity.rho, mean.mean(axis=0)
        if self.training.sparsity.weight:
            chances = np.stack([active, 1 - active]), np.array([[rho], [1 - rho]])
            found["sparsity"] = float((chances[1] * np.log(chances[1] / chances[0])).sum())
            extra += self.training.sparsity.weight * found["sparsity"]
        found["l1"] = float(sum(np.abs(weight).sum() for weight in weights))
        found["l2"] = float(sum((weight**2).sum() for weight in weights))
        extra += self.training.code_l1 * found["code_l1"]
        extra += self.training.l1 * found["l1"] + self.training.l2 / 2 * found["l2"]
        found["loss"] = found["reconstruction"] + float(extra)
        return found

    def slopes(self, flat: Array, step: float = 1e-6) -> Array:
        """Return the gradient of ``loss`` by central differences."""
        above, below = (
            np.array([self.terms(flat + way * unit)["loss"] for unit in np.eye(len(flat))])
            for way in (step, -step)
        )
        slopes: Array = (above - below) / (2 * step)
        return slopes

    def _of(self, flat: Array, index: int, name: str) -> Array:
        block = self.blocks[index][name]
        found: Array = flat[block.start : block.stop].reshape(block.shape)
        return found

    def _code(self, z: Array) -> Array:
        code: Array = z
        if self.latent.activation != "identity":
            code = np.tanh(z) if self.latent.activation == "tanh" else sigmoid(z)
        if self.latent.top_k is None:
            return code
        ranked = np.abs(code) if self.latent.top_by == "magnitude" else code
        kept = np.zeros_like(code)
        for row, order in enumerate(np.argsort(-ranked, axis=1)[:, : self.latent.top_k]):
            kept[row, order] = 1.0
        found: Array = code * kept
        return found


def noise_of(resolved: ResolvedRecipe) -> torch.Tensor | None:
    """Return the noise that an engine draws for the code in its first step."""
    if resolved.recipe.network.latent.kind != "gaussian":
        return None
    drawn = torch.empty(1, SAMPLES, UNITS)
    return drawn.normal_(generator=torch.Generator().manual_seed(SEED))[0]


def formulas_of(resolved: ResolvedRecipe, noise: torch.Tensor | None) -> Formulas:
    return Formulas(resolved, None if noise is None else noise.double().numpy())


@pytest.mark.parametrize("key", CASES)
def test_every_term_is_its_formula(key: str) -> None:
    resolved = bound(key)
    noise, parameters = noise_of(resolved), Parameters(resolved, CPU)
    wanted = formulas_of(resolved, noise).terms(parameters.flat.double().numpy())
    rows = torch.from_numpy(resolved.dataset.flat().copy())
    objective = Objective(resolved)
    with torch.no_grad():
        model = Model(resolved, parameters, stacked=False)
        beta = resolved.recipe.network.latent.beta
        seen = objective.evaluate(model, 0, rows, rows, beta=beta, noise=noise)
    assert float(seen.loss) == pytest.approx(wanted["loss"], rel=1e-5)
    for term, value in seen.terms.items():
        assert float(value) == pytest.approx(wanted[term], rel=1e-5), term


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("key", CASES)
def test_every_engine_goes_down_the_slope_of_the_formula(key: str, engine: str) -> None:
    torch.set_num_threads(1)
    resolved = bound(key)
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    generator = torch.Generator().manual_seed(SEED)
    begun = parameters.flat.double().numpy().copy()
    make_engine(engine, resolved, parameters, samples, generator).run([RATE], 0.0)
    found = (begun - parameters.flat.double().numpy()) / RATE
    wanted = formulas_of(resolved, noise_of(resolved)).slopes(begun)
    assert np.abs(wanted).max() > 1e-3
    np.testing.assert_allclose(found, wanted, atol=2e-6, rtol=1e-4)


def test_the_kl_is_the_integral_that_it_stands_for() -> None:
    z = np.linspace(-30.0, 30.0, 600_001)
    prior = -0.5 * z**2 - 0.5 * np.log(2 * np.pi)
    for mean, log_variance in ((0.0, 0.0), (0.7, -0.8), (-1.2, 0.5), (2.0, 1.5)):
        scale = np.exp(log_variance / 2)
        posterior = -0.5 * ((z - mean) / scale) ** 2 - np.log(scale) - 0.5 * np.log(2 * np.pi)
        integral = trapezoid(np.exp(posterior) * (posterior - prior), z)
        mine = kl_divergence(torch.tensor(mean).double(), torch.tensor(log_variance).double())
        assert float(mine) == pytest.approx(integral, abs=1e-7)


def test_the_slope_of_sparsity_is_its_derivative() -> None:
    rho, step = 0.15, 1e-5
    activity = torch.tensor([0.05, 0.15, 0.4, 0.9]).double()
    slopes = [
        (sparsity(activity + step * unit, rho) - sparsity(activity - step * unit, rho)) / (2 * step)
        for unit in torch.eye(len(activity)).double()
    ]
    assert torch.allclose(sparsity_slope(activity, rho), torch.stack(slopes), rtol=1e-6, atol=1e-7)
    beyond = torch.tensor([-0.2, 0.0, 1.0, 1.3]).double()
    assert torch.equal(sparsity_slope(beyond, rho), torch.zeros(4).double())
