"""Epochs that begin again: nothing that was recorded after their start remains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import CorruptionSpec, Recipe
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train
from aegui.core.training.record.history import LONG_EPOCH_ROWS


@pytest.fixture(scope="module")
def many() -> ResolvedRecipe:
    """Samples for rows within the first epochs; augmented, so that batches are single steps."""
    images = np.random.default_rng(0).random((LONG_EPOCH_ROWS, 2, 2)).astype(np.float32)
    recipe = Recipe.model_validate(
        {
            "data": {"augment": {"flip": True}},
            "network": {"encoder": [{"units": 2}]},
            "training": {"epochs": 2, "batch_size": 2000, "device": "cpu", "loss": "mse"},
        }
    )
    resolved = resolve(recipe, Dataset.from_images("grey", images)).resolved
    assert resolved is not None
    return resolved


QUARTERS = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]


def test_another_kind_of_noise_within_an_epoch(many: ResolvedRecipe) -> None:
    control = Control(max_chunk=1)
    seen = []
    for training in train(many, control):
        seen.append(training.position)
        if control.corruption is None and training.position == pytest.approx(0.6):
            held = training.history.view()
            control.corruption = CorruptionSpec(kind="gaussian", level=0.1)
    assert seen != sorted(seen)
    result = training.result()
    assert result.history.epoch.tolist() == QUARTERS
    assert result.timeline is not None
    assert result.timeline.epochs.tolist() == QUARTERS
    assert held.epoch.tolist() == QUARTERS[:3]


@pytest.mark.parametrize("stop_at", [0.5, 0.6, 0.75])
def test_another_kind_of_device(many: ResolvedRecipe, stop_at: float) -> None:
    stopped = next(
        it for it in train(many, Control(max_chunk=1)) if it.position == pytest.approx(stop_at)
    )
    checkpoint, history = stopped.checkpoint(), stopped.history.view()
    tensors = {**checkpoint.tensors, "generator": np.zeros(16, np.uint8)}
    *_, last = train(
        many, None, replace(checkpoint, tensors=tensors), history, stopped.timeline.view()
    )
    result = last.result()
    assert result.history.epoch.tolist() == QUARTERS
    assert result.history.loss[0] == history.loss[0]
    assert result.timeline is not None
    assert result.timeline.epochs.tolist() == QUARTERS
