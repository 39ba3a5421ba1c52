"""Samples of a training: which are copied and which are read from their file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from aegui.core.data.byte_images import ByteImages
from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import CorruptionSpec, DataSpec, Recipe, SplitSpec
from aegui.core.training.cost import MEASURED_ROWS
from aegui.core.training.loop.train import train
from aegui.core.training.step import samples as samples_module
from aegui.core.training.step.samples import Samples

if TYPE_CHECKING:
    from pathlib import Path

CPU = torch.device("cpu")


def resolved_for(dataset: Dataset, validation: float = 0.0) -> ResolvedRecipe:
    recipe = Recipe(data=DataSpec(split=SplitSpec(validation=validation)))
    small = recipe.training.model_copy(update={"epochs": 2, "device": "cpu"})
    resolved = resolve(recipe.model_copy(update={"training": small}), dataset).resolved
    assert resolved is not None
    return resolved


def noise(count: int = 40) -> Dataset:
    drawn = np.random.default_rng(0).random((count, 1, 4, 4), dtype=np.float32)
    return Dataset.from_images("noise", drawn)


@pytest.mark.parametrize(("limit", "shared"), [(0, True), (1 << 20, False)])
def test_large_sets_are_in_memory_once_and_are_not_written_to(
    monkeypatch: pytest.MonkeyPatch, limit: int, shared: bool
) -> None:
    monkeypatch.setattr(samples_module, "_COPIED_BYTES", limit)
    dataset = noise()
    before = dataset.images.copy()
    resolved = resolved_for(dataset)
    samples = Samples(resolved, CorruptionSpec(), CPU)
    assert np.shares_memory(samples.clean.numpy(), dataset.images) == shared
    *_, last = train(resolved)
    assert last.finished == "epochs"
    np.testing.assert_array_equal(dataset.images, before)


@pytest.mark.parametrize("are_bytes", [False, True])
def test_what_is_measured_of_a_mapped_set_is_brought_to_the_device(
    tmp_path: Path, are_bytes: bool
) -> None:
    count = 16 * MEASURED_ROWS
    levels = np.rint(noise(count).images * 255).astype(np.uint8)
    np.save(tmp_path / "x.npy", levels if are_bytes else levels.astype(np.float32) / 255)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    dataset = Dataset.over("mapped", ByteImages.over(mapped) if are_bytes else mapped)
    recipe = resolved_for(dataset).recipe
    training = recipe.training.model_copy(update={"batch_size": 100})
    resolved = resolve(recipe.model_copy(update={"training": training}), dataset).resolved
    assert resolved is not None
    samples = Samples(resolved, CorruptionSpec(), torch.device("meta"))
    assert samples.target.device == CPU
    assert (samples.target.dtype == torch.uint8) == are_bytes
    assert samples.eval_clean.device.type == samples.eval_inputs.device.type == "meta"
    assert samples.eval_clean.dtype == torch.float32
    assert samples.eval_clean.shape == (1, MEASURED_ROWS, 16)


def test_a_single_sample_is_learnt_though_a_share_should_be_kept() -> None:
    *_, last = train(resolved_for(noise(1), validation=0.5))
    result = last.result()
    assert result.history.epoch[-1] == 2
    assert np.isfinite(result.history.loss).all()
    assert "validation_loss" not in result.history.extra
