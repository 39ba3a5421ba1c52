"""A new activation, loss, optimiser or noise takes one table row; a layer takes two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted, parse_corruption
from aegui.core.data.noises import CORRUPTIONS, Noise
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.noise import noisy_score
from aegui.core.latent.pca import pca_reference
from aegui.core.network.activations import ACTIVATIONS, Activation
from aegui.core.network.forward import COMPUTED
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import parse_recipe, recipe_json
from aegui.core.recipe.layers import LayerKind, LayerPart
from aegui.core.source_code.check import STEPS, check_code
from aegui.core.source_code.make import make_code
from aegui.core.source_code.subject import CodedRun
from aegui.core.training.engines.autograd import AutogradEngine
from aegui.core.training.engines.choice import choose_engine, make_engine
from aegui.core.training.loop.diagnosis import best_loss, mean_image_loss
from aegui.core.training.losses import LOSSES, Loss
from aegui.core.training.optimizers import OPTIMIZERS, Optimizer
from aegui.core.training.step.measure import TermMeter, choose_meter
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples
from aegui.core.training.terms import equations, loss_unit
from aegui.core.web_page.exhibit import layer_settings
from tests.core.evaluation.test_noise import copying_codec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.network.layers import LayerShape
    from aegui.core.source_code.forms import DialectKey

CPU = torch.device("cpu")
LETTERS = load_builtin("lowercase")
SGD = {"optimizer": {"name": "sgd", "learning_rate": 0.05}}

SOFTSIGN = Activation(
    "softsign",
    "Softsign",
    "Like Tanh, but slower.",
    formula="z / (1 + abs(z))",
    slope="1 / square(1 + abs(z))",
)
LOG_COSH = Loss(
    "log_cosh",
    "Log cosh",
    "Nearly Huber.",
    formula="log(cosh(y - t))",
    slope="tanh(d)",
    symbol="LC",
    meaning="Log cosh of each pixel.",
    per_pixel="log cosh per pixel",
    per_image="log cosh per image",
)
SIGNS = Optimizer(
    "signs",
    "Signs",
    "Steps of one size.",
    ("momentum",),
    slots=("rolling",),
    lines=(
        "torch._foreach_lerp_(rolling, gradients, 1.0 - {momentum})",
        "torch._foreach_add_(tensors, torch._foreach_sign(rolling), alpha=-lr)",
    ),
)
FADE = Noise(
    "fade",
    "Fade",
    "Every pixel loses a random part of its light.",
    ("level",),
    lines=("out.uniform_(0.0, 1.0, generator=g).mul_(-level).add_(1.0).mul_(clean)",),
    formula="x * (1 - level * u)",
)


class ScaleSpec(LayerPart):
    """A layer that multiplies by a factor."""

    rows: ClassVar[tuple[LayerKind, ...]] = (LayerKind("scale", "Scale", "Every number times it."),)
    on_rows: ClassVar[bool] = True
    kind: Literal["scale"] = "scale"
    factor: float = 0.5

    def mirrored_layer(self, before: Any, after: Any, activation: Any) -> Any:
        return ScaleSpec(factor=1 / self.factor)


def scaled(layer: LayerShape, tensors: object, x: torch.Tensor, training: bool) -> torch.Tensor:
    spec: LayerPart = layer.spec
    assert isinstance(spec, ScaleSpec)
    return x * spec.factor


@pytest.fixture(autouse=True)
def _added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, SOFTSIGN.key, SOFTSIGN)
    monkeypatch.setitem(LOSSES, LOG_COSH.key, LOG_COSH)
    monkeypatch.setitem(OPTIMIZERS, SIGNS.key, SIGNS)
    monkeypatch.setitem(CORRUPTIONS, FADE.key, FADE)
    monkeypatch.setitem(COMPUTED, "scale", scaled)


def resolved_recipe(raw: Mapping[str, Any]) -> ResolvedRecipe:
    found = resolve(Recipe.model_validate({"runs": 2, "seed": 5, **raw}), LETTERS).resolved
    assert found is not None
    return found


def trained(resolved: ResolvedRecipe, engine: str) -> tuple[Parameters, torch.Tensor]:
    """Return the parameters after some epochs, and the measurements then."""
    torch.set_num_threads(1)
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    generator = torch.Generator().manual_seed(11)
    stepper = make_engine(engine, resolved, parameters, samples, generator)
    rate = resolved.recipe.training.optimizer.learning_rate
    stepper.run([rate] * 20, resolved.recipe.data.corruption.level)
    loss = choose_meter(resolved, parameters, samples).measure().loss
    return parameters, torch.from_numpy(loss)


ADDED: dict[str, dict[str, Any]] = {
    "activation": {
        "network": {
            "encoder": [{"units": 9, "activation": "softsign", "slope": 0.7}],
            "latent": {"units": 2, "activation": "softsign"},
        },
        "training": SGD,
    },
    "activation of a contractive code": {
        "network": {
            "encoder": [{"units": 9, "activation": "softsign", "slope": 0.7}],
            "latent": {"units": 2, "activation": "softsign"},
        },
        "training": {**SGD, "contractive": 0.1},
    },
    "loss": {"training": {**SGD, "loss": "log_cosh"}},
    "optimiser": {"training": {"optimizer": {"name": "signs", "learning_rate": 1e-3}}},
    "noise": {"data": {"corruption": {"kind": "fade", "level": 0.4}}, "training": SGD},
}


NOT_BY_HAND = {("activation of a contractive code", "numpy"), ("optimiser", "numpy")}
"""What NumPy has not got, and says so: second derivatives, and optimisers of one's own."""


@pytest.mark.parametrize("key", ADDED)
def test_every_engine_trains_it_alike(key: str) -> None:
    resolved = resolved_recipe(ADDED[key])
    wanted, loss = trained(resolved, "autograd")
    assert (wanted.flat - Parameters(resolved, CPU).flat).abs().max() > 1e-3
    for engine in ("stacked", "fused", "batched", "layered"):
        found, other = trained(resolved, engine)
        assert torch.allclose(found.flat, wanted.flat, atol=2e-4), engine
        assert torch.allclose(other, loss, atol=1e-5), engine


@pytest.mark.parametrize("dialect", ["torch", "numpy", "notebook"])
@pytest.mark.parametrize("key", ADDED)
def test_its_code_follows_and_learns_the_same(key: str, dialect: DialectKey) -> None:
    subject = CodedRun.of(resolved_recipe(ADDED[key]), "One more")
    verdict = check_code(subject, dialect)
    if (key, dialect) in NOT_BY_HAND:
        assert verdict.state == "incomparable"
        assert "PyTorch" in verdict.reason
        return
    assert verdict.state == "same", verdict
    assert len(set(verdict.own)) == STEPS, "nothing was learnt"
    assert (verdict.gradient is not None) == (dialect == "numpy")


def test_a_contractive_code_whose_slope_has_no_traced_gradient_trains_by_autograd(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd = replace(SOFTSIGN, slope="minimum(1 / square(1 + abs(z)), 2 - 0 * z)")
    monkeypatch.setitem(ACTIVATIONS, SOFTSIGN.key, odd)
    resolved = resolved_recipe(ADDED["activation of a contractive code"])
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    engine = choose_engine(resolved, parameters, samples, torch.Generator())
    assert isinstance(engine, AutogradEngine)
    assert isinstance(choose_meter(resolved, parameters, samples), TermMeter)


def test_a_slope_may_divide(monkeypatch: pytest.MonkeyPatch) -> None:
    slope = "(1 + abs(z)) / (square(1 + abs(z)) * (1 + abs(z)))"
    monkeypatch.setitem(ACTIVATIONS, SOFTSIGN.key, replace(SOFTSIGN, slope=slope))
    resolved = resolved_recipe(ADDED["activation of a contractive code"])
    wanted, _ = trained(resolved, "autograd")
    found, _ = trained(resolved, "layered")
    assert torch.allclose(found.flat, wanted.flat, atol=2e-4)


def test_a_layer_is_its_part_of_the_schema_and_what_it_computes() -> None:
    plain = Recipe.model_validate(
        {"network": {"encoder": [{"units": 9}], "latent": {"units": 2}}, "training": SGD}
    )
    encoder = (ScaleSpec(), *plain.network.encoder, ScaleSpec(factor=4.0))
    network = plain.network.model_copy(update={"encoder": encoder})
    resolved = resolve(plain.model_copy(update={"network": network}), LETTERS).resolved
    assert resolved is not None
    specs: list[LayerPart] = [layer.spec for layer in resolved.layers]
    factors = [spec.factor for spec in specs if isinstance(spec, ScaleSpec)]
    assert factors == [0.5, 4.0, 0.25, 2.0]
    wanted, _ = trained(resolved, "autograd")
    found, _ = trained(resolved, "layered")
    assert torch.allclose(found.flat, wanted.flat, atol=2e-4)
    assert (wanted.flat - Parameters(resolved, CPU).flat).abs().max() > 1e-3
    # What would leave it out without a word says so instead.
    with pytest.raises(AeguiError, match="kind scale cannot be written as code"):
        make_code(CodedRun.of(resolved), "torch", "network")
    own: Any = ScaleSpec()
    with pytest.raises(AeguiError, match="kind scale cannot be part of a web page"):
        layer_settings(own)


def test_a_recipe_may_name_it_and_knows_no_other() -> None:
    with pytest.raises(RecipeError, match='Did you mean "softsign"'):
        parse_recipe(recipe_json(Recipe()).replace('"identity"', '"softsin"'))
    recipe = Recipe.model_validate(ADDED["activation"])
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


def test_numpy_computes_the_activation_and_its_slope_as_torch_does() -> None:
    z = torch.linspace(-3, 3, 21, requires_grad=True)
    result = SOFTSIGN.function(z)
    (slope,) = torch.autograd.grad(result.sum(), z)
    x = z.detach().numpy()
    np.testing.assert_allclose(SOFTSIGN.values(x), result.detach(), atol=1e-6)
    np.testing.assert_allclose(SOFTSIGN.slopes(x), slope, atol=1e-6)
    assert SOFTSIGN.values(x).dtype == SOFTSIGN.slopes(x).dtype == np.float32


def test_what_is_said_of_the_loss_follows() -> None:
    resolved = resolved_recipe(ADDED["loss"])
    (equation,) = equations(resolved.recipe)
    assert r"\op{LC}" in equation.summands[0].formula
    assert loss_unit(resolved.recipe) == "log cosh per pixel"
    rows = LETTERS.flat()
    constant = float(np.log(np.cosh(rows.mean(axis=0) - rows)).mean())
    assert mean_image_loss(resolved) == pytest.approx(constant, rel=1e-6)
    assert 0 < pca_reference(rows, 2, "log_cosh") < constant


def test_a_drawing_gets_the_noise_too() -> None:
    spec = parse_corruption("fade:0.5")
    noisy = corrupted(np.ones((200, 10), np.float32), spec, 3)
    assert noisy.min() >= 0.5
    assert noisy.mean() == pytest.approx(0.75, abs=0.02)


def test_no_best_answer_is_claimed_of_a_noise_whose_chances_are_not_known() -> None:
    spec = parse_corruption("fade:0.5")
    with pytest.raises(AeguiError, match="not known for this noise: Fade"):
        limit(LETTERS.flat(), spec)
    assert noisy_score(copying_codec(35), LETTERS, spec, 100, seed=0).limit is None
    assert best_loss(resolved_recipe(ADDED["noise"])) is None
