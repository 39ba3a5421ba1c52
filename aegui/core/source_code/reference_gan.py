"""Training steps of a GAN in double precision, differentiated by autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aegui.core.data.progress import stop_if
from aegui.core.training.engines.autograd import Batches, augmentation_of, clip_each_run
from aegui.core.training.families.gan import (
    Adversaries,
    class_loss,
    conditional_entropy,
    discriminator_loss,
    generator_loss,
    negative_marginal_entropy,
)
from aegui.core.training.loop.schedules import Schedule
from aegui.core.training.step.model import Model
from aegui.core.training.step.update import ListOptimizer

if TYPE_CHECKING:
    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples


class GanReference:
    """The training of one GAN run, with the same batches and updates as ``GanEngine``."""

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        assert resolved.recipe.gan is not None
        self.losses: list[float] = []
        """Sum of the losses of both networks, per step."""
        self._resolved = resolved
        self._gan = resolved.recipe.gan
        self._draws = generator
        self._batches = Batches(samples, generator, 1)
        self._augmentation = augmentation_of(resolved, generator)
        model = Model(resolved, parameters, stacked=False)
        self._both = Adversaries(resolved, model)
        labels = resolved.dataset.class_indices[samples.training]
        self._labels = torch.from_numpy(labels)
        judge = self._both.discriminator
        self._leaves = (
            [leaf for leaf in model.leaves if leaf.layer < judge.start],
            [leaf for leaf in model.leaves if judge.start <= leaf.layer < judge.stop],
        )
        spec = resolved.recipe.training.optimizer
        specs = spec, spec.model_copy(update={"beta1": self._gan.beta1})
        # All leaves share one version counter, and generated images are differentiated after the
        # discriminator's update: ``data`` has a counter of its own.
        self._optimizers = [
            ListOptimizer(
                spec_of_part,
                [leaf.tensor.data for leaf in leaves],
                {name: [leaf.slots[name] for leaf in leaves] for name in parameters.slots},
                torch.zeros(()),
            )
            for spec_of_part, leaves in zip(specs, self._leaves, strict=True)
        ]

    def run(self, count: int, cancelled: IsCancelled | None) -> None:
        """Run the first ``count`` steps, or all of them if there are fewer."""
        training = self._resolved.recipe.training
        schedule = Schedule(training.schedule, training.epochs)
        for epoch in range(training.epochs):
            self._batches.begin(0.0)
            while self._batches.share < 1.0:
                stop_if(cancelled)
                self._step(schedule.factor_at(epoch + self._batches.share))
                if len(self.losses) >= count:
                    return

    def _step(self, factor: float) -> None:
        _, target = self._batches.next(0.0, self._augmentation)
        both, gan, rows = self._both, self._gan, target.shape[1]
        noise = gan.noise * min(1.0, factor)
        real = target[0].double()
        codes = torch.empty(rows, self._resolved.recipe.network.latent.units)
        codes.normal_(generator=self._draws)
        generator_masks = self._masks(rows, both.generator)
        fakes = both.generate(0, codes.double(), training=True, masks=generator_masks)
        masks = [self._masks(rows, both.discriminator) for _ in range(2)]
        said, of_fake = [
            both.scores(0, self._noisy(images, noise), training=True, masks=judge_masks)
            for images, judge_masks in zip((real, fakes.detach()), masks, strict=True)
        ]
        loss = discriminator_loss(said[:, 0], of_fake[:, 0], gan.label_smoothing)
        if gan.class_weight:
            labels = self._batches.of_batch(self._labels)
            loss = loss + gan.class_weight * class_loss(said, labels)
        self._learn(1, loss, gan.learning_rate * factor)
        total = float(loss.detach())
        if (len(self.losses) + 1) % gan.steps == 0:
            judge_masks = self._masks(rows, both.discriminator)
            said = both.scores(0, self._noisy(fakes, noise), training=True, masks=judge_masks)
            loss = generator_loss(said[:, 0])
            if gan.class_weight:
                loss = loss + gan.class_weight * (
                    conditional_entropy(said) + negative_marginal_entropy(said)
                )
            rate = self._resolved.recipe.training.optimizer.learning_rate
            self._learn(0, loss, rate * factor)
            total += float(loss.detach())
        self.losses.append(total)

    def _learn(self, which: int, loss: torch.Tensor, rate: float) -> None:
        leaves, clip = self._leaves[which], self._resolved.recipe.training.clip_norm
        found = list(torch.autograd.grad(loss, [leaf.tensor for leaf in leaves], retain_graph=True))
        if clip is not None:
            clip_each_run(found, leaves, clip)
        self._optimizers[which].step(found, rate)

    def _masks(self, rows: int, layers: slice) -> dict[int, torch.Tensor]:
        [masks] = self._both.model.masks(rows, layers, self._draws)
        return {index: mask.double() for index, mask in masks.items()}

    def _noisy(self, images: torch.Tensor, noise: float) -> torch.Tensor:
        if not self._gan.noise:
            return images
        drawn = torch.empty(images.shape).normal_(0.0, noise, generator=self._draws)
        return images + drawn
