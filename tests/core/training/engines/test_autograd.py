"""Noise of batches."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import resolve
from aegui.core.recipe import AugmentSpec, CorruptionSpec, DataSpec, Recipe
from aegui.core.training.engines.autograd import Batches
from aegui.core.training.step.augment import augmented
from aegui.core.training.step.samples import Samples

SHAPE = (1, 6, 6)


@pytest.mark.parametrize("fresh", [True, False])
def test_augmented_images_are_spoilt_too(fresh: bool) -> None:
    images = (np.random.default_rng(0).random((50, *SHAPE)) > 0.5).astype(np.float32)
    corruption = CorruptionSpec(kind="flip", level=0.25, fresh=fresh)
    spec = AugmentSpec(flip=True, shift=1)
    recipe = Recipe(data=DataSpec(corruption=corruption, augment=spec))
    resolved = resolve(recipe, Dataset.from_images("bits", images)).resolved
    assert resolved is not None
    samples = Samples(resolved, corruption, torch.device("cpu"))
    generator = torch.Generator().manual_seed(0)
    batches = Batches(samples, generator, runs=2)
    batches.begin(corruption.level)
    inputs, target = batches.next(
        corruption.level, lambda rows: augmented(rows, SHAPE, spec, generator)
    )
    assert inputs.shape == (2, 50, 36)
    assert not torch.equal(target, samples.target)
    for run in inputs:
        assert float((run != target[0]).float().mean()) == pytest.approx(0.25, abs=0.04)
