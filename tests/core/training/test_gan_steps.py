"""The generated steps of generator and discriminator agree with autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from aegui.core.data.dataset import Dataset
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.engines.autograd import Batches, ByBatches, augmentation_of
from aegui.core.training.families.gan import (
    Adversaries,
    GanEngine,
    class_loss,
    conditional_entropy,
    discriminator_loss,
    generator_loss,
    negative_marginal_entropy,
)
from aegui.core.training.step.model import Model
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Sequence

CPU = torch.device("cpu")
SAMPLES, BATCH = 40, 34
"""Enough for the faster way with grey images, and leaves a rest that is too small for it."""
RATES = [0.03, 0.03, 0.01]
DENSE: dict[str, Any] = {
    "encoder": [{"units": 12, "activation": "leaky_relu"}, {"units": 6, "activation": "tanh"}],
    "latent": {"units": 3},
    "decoder": [{"units": 11, "activation": "silu"}],
}
CONV: dict[str, Any] = {
    "encoder": [
        {"kind": "conv", "channels": 4, "stride": 2, "activation": "leaky_relu"},
        {"kind": "batch_norm"},
        {"kind": "dropout", "rate": 0.3},
    ],
    "latent": {"units": 5},
    "decoder": [
        {"units": 6 * 20, "activation": "identity", "dropout": 0.1},
        {"kind": "reshape", "channels": 6, "height": 4, "width": 5},
        {"kind": "batch_norm", "activation": "relu"},
        {"kind": "conv_transpose", "channels": 4},
    ],
}


def resolved_recipe(network: dict[str, Any], channels: int, **changes: Any) -> ResolvedRecipe:
    draw = np.random.default_rng(3).random((SAMPLES, channels, 8, 10), dtype=np.float32)
    training = {"batch_size": BATCH, "optimizer": {"name": "sgd", "learning_rate": RATES[0]}}
    raw = {"network": network, "runs": 2, "seed": 5} | changes
    raw["training"] = training | changes.get("training", {})
    raw["gan"] = {"learning_rate": 0.02} | changes.get("gan", {})
    images = Dataset.from_images("noise", draw, list("abcd") * (SAMPLES // 4))
    found = resolve(Recipe.model_validate(raw), images)
    assert found.resolved is not None, found
    return found.resolved


class ByAutograd(ByBatches):
    """The same steps as in a textbook, run by run, with SGD."""

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        super().__init__(Batches(samples, generator, resolved.recipe.runs))
        assert resolved.recipe.gan is not None
        self.learns = (True, True)
        self._resolved, self._parameters, self._generator = resolved, parameters, generator
        self._gan = resolved.recipe.gan
        self._model = Model(resolved, parameters, stacked=False)
        self._both = Adversaries(resolved, self._model)
        self._labels = torch.from_numpy(resolved.dataset.class_indices.copy())
        self._turn = 0

    def step(self, rate: float, level: float) -> None:
        _, real = self.batches.next(level, augmentation_of(self._resolved, self._generator))
        runs, gan, rows = range(self._model.runs), self._gan, real.shape[1]
        self._turn += 1
        generating = self.learns[0] and self._turn % gan.steps == 0
        factor = rate / RATES[0]
        sigma = gan.noise * min(1.0, factor)
        codes = self._normal(1.0, rows, self._resolved.recipe.network.latent.units)
        masks = self._masks(rows, self._both.generator)
        fakes = [
            self._both.generate(run, codes[run], training=True, masks=masks[run]) for run in runs
        ]
        judged = self._both.discriminator
        if self.learns[1]:
            own = [self._masks(rows, judged) for _ in range(2)]
            shapes = real.shape[2:], fakes[0].shape[1:]
            noise = [self._normal(sigma, rows, *shape) if sigma else None for shape in shapes]
            for run in runs:
                said, of_fake = [
                    self._scores(run, images, own[at][run], noise[at])
                    for at, images in enumerate((real[0], fakes[run].detach()))
                ]
                loss = discriminator_loss(said[:, 0], of_fake[:, 0], gan.label_smoothing)
                if gan.class_weight:
                    labels = self.batches.of_batch(self._labels)
                    loss = loss + gan.class_weight * class_loss(said, labels)
                self._learn(run, judged, loss, gan.learning_rate * factor)
        if generating:
            masks = self._masks(rows, judged)
            drawn = self._normal(sigma, rows, *fakes[0].shape[1:]) if sigma else None
            for run in runs:
                said = self._scores(run, fakes[run], masks[run], drawn)
                loss = generator_loss(said[:, 0])
                if gan.class_weight:
                    loss = loss + gan.class_weight * (
                        conditional_entropy(said) + negative_marginal_entropy(said)
                    )
                self._learn(run, self._both.generator, loss, rate)
            mean = self._parameters.average
            if mean is not None:
                kept = min(gan.average, self._turn / (self._turn + 10.0))
                mean.copy_(kept * mean + (1.0 - kept) * self._parameters.flat)

    def _masks(self, rows: int, layers: slice) -> Sequence[dict[int, torch.Tensor]]:
        return self._model.masks(rows, layers, self._generator)

    def _normal(self, sigma: float, rows: int, *shape: int) -> torch.Tensor:
        drawn = torch.empty(self._model.runs, rows, *shape)
        return drawn.normal_(generator=self._generator) * sigma

    def _scores(
        self, run: int, images: torch.Tensor, masks: Any, noise: torch.Tensor | None
    ) -> torch.Tensor:
        noisy = images if noise is None else images + noise[run]
        return self._both.scores(run, noisy, training=True, masks=masks)

    def _learn(self, run: int, layers: slice, loss: torch.Tensor, rate: float) -> None:
        own = range(layers.start, layers.stop)
        leaves = [it.tensor for it in self._model.leaves if it.run == run and it.layer in own]
        gradients = torch.autograd.grad(loss, leaves)
        norm = torch.cat([gradient.flatten() for gradient in gradients]).norm()
        limit = self._resolved.recipe.training.clip_norm
        share = 1.0 if limit is None else min(1.0, limit / (float(norm) + 1e-6))
        for leaf, gradient in zip(leaves, gradients, strict=True):
            # Through ``data``: that the weights of one network change must not count as a change
            # of those of the other, which lie in the same memory.
            leaf.data.sub_(rate * share * gradient)


def trained(
    resolved: ResolvedRecipe, kind: type[GanEngine] | type[ByAutograd], learns: tuple[bool, bool]
) -> Parameters:
    torch.set_num_threads(1)
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    engine = kind(resolved, parameters, samples, torch.Generator().manual_seed(11))
    if isinstance(engine, GanEngine):
        engine.set_learning(generator=learns[0], discriminator=learns[1])
    else:
        engine.learns = learns
    engine.run(RATES, 0.0)
    return parameters


def assert_same(resolved: ResolvedRecipe, learns: tuple[bool, bool] = (True, True)) -> None:
    start = Parameters(resolved, CPU)
    wanted, found = (trained(resolved, kind, learns) for kind in (ByAutograd, GanEngine))
    # Every tensor of who learns must have moved, or a gradient that nobody fills would be missed.
    judge = len(resolved.layers)
    for index, blocks in enumerate(wanted.layout.parameters):
        for name, block in blocks.items():
            moved = (block.view(wanted.flat) - block.view(start.flat)).abs().max()
            # The shift before a batch normalisation changes nothing, but for the last bit.
            assert learns[index >= judge] == bool(moved > 0), (index, name)
    assert (wanted.flat - start.flat).abs().max() > 1e-3
    assert torch.allclose(found.flat, wanted.flat, atol=1e-5), (
        (found.flat - wanted.flat).abs().max()
    )
    assert torch.allclose(found.buffers, wanted.buffers, atol=1e-5)
    if wanted.average is not None and found.average is not None:
        assert torch.allclose(found.average, wanted.average, atol=1e-5)
        assert not torch.allclose(found.average, found.flat, atol=1e-4)


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "one run": {"runs": 1},
    "a full batch": {"training": {"batch_size": None}},
    "smoothed labels": {"gan": {"label_smoothing": 0.2}},
    "no smoothing": {"gan": {"label_smoothing": 0.0}},
    "noise that fades": {"gan": {"noise": 0.3}},
    "classes": {"gan": {"class_weight": 1.0}},
    "classes that count less": {"gan": {"class_weight": 0.3, "noise": 0.1}},
    "a running mean": {"gan": {"average": 0.9}},
    "several steps of the discriminator": {"gan": {"steps": 3, "average": 0.5}},
    "clipping": {"training": {"clip_norm": 0.05}},
    "images that are moved": {
        "data": {"augment": {"flip": True, "shift": 1}},
        "gan": {"class_weight": 0.5},
    },
}


@pytest.mark.parametrize(("network", "channels"), [(DENSE, 1), (CONV, 1), (CONV, 3)])
@pytest.mark.parametrize("key", OPTIONS)
def test_every_option(key: str, network: dict[str, Any], channels: int) -> None:
    assert_same(resolved_recipe(network, channels, **OPTIONS[key]))


@pytest.mark.parametrize("learns", [(True, False), (False, True)])
def test_one_of_the_two_alone(learns: tuple[bool, bool]) -> None:
    resolved = resolved_recipe(CONV, 1, gan={"noise": 0.1, "class_weight": 0.5})
    assert_same(resolved, learns)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation: str) -> None:
    # Of what an activation makes of numbers near zero a norm would show the rounding.
    encoder = [
        {"kind": "layer_norm", "activation": activation},
        {"kind": "conv", "channels": 3, "stride": 2, "activation": activation},
        {"units": 6, "activation": activation},
    ]
    assert_same(resolved_recipe({"encoder": encoder, "latent": {"units": 3}}, 1))
