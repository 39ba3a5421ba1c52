"""The compiled meter agrees with the one that uses autograd's model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.evaluation.codes import code_statistics
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import CorruptionSpec, Recipe
from aegui.core.training.step import measure
from aegui.core.training.step.measure import CompiledMeter, TermMeter, choose_meter
from aegui.core.training.step.parameters import Parameters, snapshot_of
from aegui.core.training.step.samples import Samples

CPU = torch.device("cpu")
GAUSSIAN: dict[str, Any] = {
    "encoder": [{"units": 12}],
    "latent": {"kind": "gaussian", "units": 3, "beta": 0.5},
}
FREE: dict[str, Any] = {"latent": {"kind": "gaussian", "free_bits": 0.2, "activation": "tanh"}}
WEIGHTS: dict[str, Any] = {"l1": 1e-3, "l2": 1e-2}
NOISE: dict[str, Any] = {"corruption": {"kind": "flip", "level": 0.2}}
KEPT: dict[str, Any] = {"split": {"validation": 0.25}}


def made(
    network: dict[str, Any], training: dict[str, Any], data: dict[str, Any]
) -> tuple[ResolvedRecipe, Parameters, Samples]:
    recipe = Recipe.model_validate(
        {"network": network, "training": training, "data": data, "runs": 2}
    )
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    assert resolved is not None
    parameters = Parameters(resolved, CPU)
    # Codes of fresh weights hardly vary.
    parameters.flat.mul_(3.0)
    return resolved, parameters, Samples(resolved, recipe.data.corruption, CPU)


@pytest.mark.parametrize("network", [{}, GAUSSIAN, FREE], ids=["plain", "gaussian", "free"])
@pytest.mark.parametrize("training", [{}, WEIGHTS, {"loss": "huber"} | WEIGHTS], ids=str)
@pytest.mark.parametrize("data", [{}, NOISE, KEPT, NOISE | KEPT], ids=str)
def test_meters_agree(
    network: dict[str, Any], training: dict[str, Any], data: dict[str, Any]
) -> None:
    parts = made(network, training, data)
    assert isinstance(choose_meter(*parts), CompiledMeter)
    fast, slow = CompiledMeter(*parts).measure(), TermMeter(*parts).measure()
    np.testing.assert_allclose(fast.loss, slow.loss, rtol=1e-5)
    np.testing.assert_array_equal(fast.wrong, slow.wrong)
    assert fast.terms.keys() == slow.terms.keys()
    for key, term in slow.terms.items():
        np.testing.assert_allclose(fast.terms[key], term, rtol=1e-5, atol=1e-6, err_msg=key)


@pytest.mark.parametrize("meter", [CompiledMeter, TermMeter])
def test_contraction_is_measured_on_samples_from_all_over_a_sorted_set(
    meter: type[CompiledMeter] | type[TermMeter],
) -> None:
    """Half of the set saturates the code, whose Jacobian is small there."""
    images = np.zeros((500, 1, 6))
    images[250:] = 1.0
    dataset = Dataset.from_images("sorted", images)
    training = {"contractive": 1.0}
    network = {"encoder": [], "latent": {"units": 3, "activation": "sigmoid"}}
    recipe = Recipe.model_validate({"network": network, "training": training})
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    parameters = Parameters(resolved, CPU)
    parameters.flat.fill_(2.0)
    found = meter(resolved, parameters, Samples(resolved, CorruptionSpec(), CPU)).measure()
    snapshot = snapshot_of(parameters.flat, parameters.buffers, parameters.layout, resolved, 0)
    whole = code_statistics(Codec(recipe, dataset.image_shape, snapshot), dataset).jacobian
    assert found.terms["contractive"][0] == pytest.approx(whole, rel=0.1)


@pytest.mark.parametrize("network", [{}, GAUSSIAN])
@pytest.mark.parametrize("noise", [{}, {"corruption": {"kind": "flip", "level": 0.2}}])
def test_wrong_pixels_held_out_are_those_of_clean_reconstructions(
    network: dict[str, Any], noise: dict[str, Any]
) -> None:
    resolved, parameters, samples = made(network, {}, noise | KEPT)
    found = TermMeter(resolved, parameters, samples).measure().terms["validation_wrong"]
    rows = resolved.dataset.flat()[samples.validation]
    snapshot = snapshot_of(parameters.flat, parameters.buffers, parameters.layout, resolved, 0)
    for run in range(resolved.recipe.runs):
        codec = Codec(resolved.recipe, resolved.dataset.image_shape, snapshot, run)
        expected = wrong_pixels(rows, codec.reconstruct(rows)).mean()
        assert found[run] == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("loss", ["bce", "mse", "mae"])
def test_losses_agree(loss: str) -> None:
    parts = made(GAUSSIAN, {"loss": loss}, {})
    fast, slow = CompiledMeter(*parts).measure(), TermMeter(*parts).measure()
    np.testing.assert_allclose(fast.loss, slow.loss, rtol=1e-5)


def test_a_single_sample_has_no_active_units() -> None:
    recipe = Recipe.model_validate({"network": GAUSSIAN})
    resolved = resolve(recipe, load_builtin("lowercase").subset([3])).resolved
    assert resolved is not None
    parts = resolved, Parameters(resolved, CPU), Samples(resolved, recipe.data.corruption, CPU)
    assert CompiledMeter(*parts).measure().terms["active_units"] == pytest.approx([0.0])


@pytest.mark.parametrize(
    "training",
    [
        {"code_l1": 0.1},
        {"sparsity": {"weight": 0.1}},
        {"code_l1": 0.1, "l1": 0.1},
        {"loss": "mse", "edges": 2.0},
        {"contractive": 0.3},
    ],
    ids=str,
)
@pytest.mark.parametrize("layer", [{"kind": "batch_norm"}, {"kind": "layer_norm"}, {"units": 5}])
def test_penalties_and_norms_are_measured_alike(
    training: dict[str, Any], layer: dict[str, Any]
) -> None:
    network = {"encoder": [{"units": 9}, layer], "latent": {"activation": "sigmoid"}}
    parts = made(network, training, {})
    found, wanted = (kind(*parts).measure() for kind in (CompiledMeter, TermMeter))
    np.testing.assert_allclose(found.loss, wanted.loss, rtol=1e-5)
    for key, values in wanted.terms.items():
        np.testing.assert_allclose(found.terms[key], values, rtol=1e-5)


@pytest.mark.parametrize("units", [2, 6])
@pytest.mark.parametrize("data", [{}, KEPT], ids=str)
def test_a_penalty_that_is_a_gradient_is_measured_alike(units: int, data: dict[str, Any]) -> None:
    """Exactly for a small code, by a random direction for a larger one."""
    parts = made({"latent": {"units": units}}, {"contractive": 0.1}, data)
    assert isinstance(choose_meter(*parts), CompiledMeter)
    found, wanted = (kind(*parts).measure() for kind in (CompiledMeter, TermMeter))
    np.testing.assert_allclose(found.loss, wanted.loss, rtol=1e-5)
    assert wanted.terms["contractive"].min() > 0
    for key, values in wanted.terms.items():
        np.testing.assert_allclose(found.terms[key], values, rtol=1e-5)


def test_many_samples_are_measured_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = made(GAUSSIAN, {}, NOISE)
    whole = TermMeter(*parts).measure()
    monkeypatch.setattr(measure, "MEASURED_NUMBERS", 35 * 9)
    monkeypatch.setattr(measure, "_COMPILED_NUMBERS", 35)
    meter = choose_meter(*parts)
    assert isinstance(meter, TermMeter)
    np.testing.assert_allclose(meter.measure().loss, whole.loss, rtol=1e-4)
    np.testing.assert_array_equal(meter.measure().wrong, whole.wrong)


SPARSE: dict[str, Any] = {"latent": {"activation": "sigmoid", "units": 4}}


@pytest.mark.parametrize(
    ("network", "training"),
    [(SPARSE, {"sparsity": {"weight": 0.5, "rho": 0.3}}), (FREE, {}), (FREE, WEIGHTS)],
    ids=str,
)
@pytest.mark.parametrize("data", [{}, KEPT], ids=str)
def test_terms_of_the_whole_set_are_not_averaged_over_its_parts(
    monkeypatch: pytest.MonkeyPatch,
    network: dict[str, Any],
    training: dict[str, Any],
    data: dict[str, Any],
) -> None:
    parts = made(network, training, data)
    whole = TermMeter(*parts).measure()
    for rows in (1, 9):
        monkeypatch.setattr(measure, "MEASURED_NUMBERS", 35 * rows)
        by_parts = TermMeter(*parts).measure()
        np.testing.assert_allclose(by_parts.loss, whole.loss, rtol=1e-5)
        for key, term in whole.terms.items():
            np.testing.assert_allclose(by_parts.terms[key], term, rtol=1e-5, err_msg=key)
