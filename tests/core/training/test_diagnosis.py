"""A training that has come to nothing says so, and says why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.diagnosis import diagnosis, mean_image_loss
from aegui.core.training.train import train


def message(dataset: Dataset, **changes: Any) -> str:
    resolved = resolve(Recipe.model_validate(changes), dataset).resolved
    assert resolved is not None
    *_, last = train(resolved)
    result = last.result()
    assert result.message == diagnosis(resolved, result.history)
    return result.message


def test_a_course_network_that_learns_has_nothing_to_say() -> None:
    assert message(load_builtin("lowercase"), training={"epochs": 400, "device": "cpu"}) == ""


def test_too_high_a_rate_and_too_narrow_a_network_are_named() -> None:
    noise = np.random.default_rng(1).random((30, 1, 12, 12), dtype=np.float32)
    training = {"epochs": 60, "device": "cpu", "optimizer": {"learning_rate": 0.5}}
    network = {
        "encoder": [{"units": 8, "activation": "relu"}],
        "latent": {"kind": "gaussian", "units": 2},
    }
    said = message(Dataset.from_images("noise", noise), network=network, training=training)
    assert "mean image" in said
    assert "learning rate of 0.5" in said
    assert "8 units" in said


def test_for_images_that_are_all_the_same_the_mean_is_no_failure() -> None:
    black = Dataset.from_images("black", np.zeros((4, 1, 8, 8), np.float32))
    assert message(black, training={"epochs": 60, "device": "cpu"}) == ""


@pytest.mark.parametrize("loss", ["bce", "mse", "mae", "huber"])
def test_the_mean_image_is_what_a_network_without_a_code_would_answer(loss: str) -> None:
    """A network of which only the output's bias is used finds that very loss."""
    dataset = load_builtin("lowercase")
    recipe = Recipe.model_validate({"training": {"loss": loss, "huber_delta": 0.3}})
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    mean = dataset.flat().mean(axis=0).astype(np.float64)
    target = dataset.flat().astype(np.float64)
    miss = np.abs(target - mean)
    expected = {
        "bce": -(
            target * np.log(np.clip(mean, 1e-6, 1))
            + (1 - target) * np.log(np.clip(1 - mean, 1e-6, 1))
        ),
        "mse": miss**2,
        "mae": miss,
        "huber": np.where(miss <= 0.3, miss**2 / 2, 0.3 * (miss - 0.15)),
    }[loss]
    assert mean_image_loss(resolved) == pytest.approx(float(expected.mean()), rel=1e-6)
