"""The phases of a classifier's training in double precision, differentiated by autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aegui.core.data.progress import stop_if
from aegui.core.recipe import OptimizerSpec
from aegui.core.training.engines.autograd import Batches, augmentation_of, clip_each_run
from aegui.core.training.families.classifier import group_loss, penalty, penalty_factors
from aegui.core.training.families.classifier_engines import trained_leaves
from aegui.core.training.families.classifier_phases import groups_of, phases_of
from aegui.core.training.families.classifier_rows import CodeRows, codes_of, corrupted_codes
from aegui.core.training.loop.schedules import Schedule
from aegui.core.training.step.model import Model
from aegui.core.training.step.samples import as_numbers
from aegui.core.training.step.update import ListOptimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.families.classifier_phases import Group
    from aegui.core.training.families.steppers import Phase
    from aegui.core.training.step.model import Leaf
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples


class ClassifierReference:
    """Training phases of one classifier run, each limited to a number of steps."""

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        assert resolved.recipe.classifier is not None
        self.losses: list[float] = []
        """Loss of each step, before its update."""
        self._resolved = resolved
        self._spec = resolved.recipe.classifier
        self._parameters = parameters
        self._samples = samples
        self._draws = generator
        self._model = Model(resolved, parameters, stacked=False)

    def run(self, count: int, cancelled: IsCancelled | None) -> None:
        """Run the first ``count`` steps of each phase, or all of them if there are fewer."""
        *before, proper = phases_of(self._resolved)
        for phase, group in zip(before, groups_of(self._resolved) if before else (), strict=True):
            self._pretrain(phase, group, count, cancelled)
        self._fine_tune(proper, count, cancelled)

    def _pretrain(
        self, phase: Phase, group: Group, count: int, cancelled: IsCancelled | None
    ) -> None:
        rows = _DoubleRows(self._model, self._samples, group.encoder.start)
        while not rows.is_ready:
            rows.prepare()
        batches = Batches(rows, self._draws, 1)
        numbers = {
            index for it in (group.encoder, group.decoder) for index in range(it.start, it.stop)
        }
        leaves = [leaf for leaf in self._model.leaves if leaf.layer in numbers]
        slots = {
            name: [torch.zeros_like(leaf.tensor) for leaf in leaves] for name in ("mean", "square")
        }
        spec = OptimizerSpec(name="adam")
        adam = ListOptimizer(spec, [leaf.tensor for leaf in leaves], slots, torch.zeros(()))
        done = 0
        for epoch in range(phase.stop - phase.start):
            batches.begin(0.0)
            while batches.share < 1.0:
                stop_if(cancelled)
                rate = phase.rate_at(phase.start + epoch + batches.share)
                clean = batches.next(0.0)[0][0]
                noisy = corrupted_codes(
                    clean,
                    self._spec.pretrain.corruption,
                    self._draws,
                    is_bounded=group.is_bounded,
                    image_shape=rows.image_shape,
                )
                loss = group_loss(self._model, 0, group, noisy.double(), clean.double())
                adam.step(self._gradients(loss, leaves), rate)
                self.losses.append(float(loss.detach()))
                done += 1
                if done == count:
                    return

    def _fine_tune(self, phase: Phase, count: int, cancelled: IsCancelled | None) -> None:
        recipe, model = self._resolved.recipe, self._model
        training, level = recipe.training, recipe.data.corruption.level
        leaves = trained_leaves(model, self._resolved)
        slots = {name: [leaf.slots[name] for leaf in leaves] for name in self._parameters.slots}
        tensors = [leaf.tensor for leaf in leaves]
        optimizer = ListOptimizer(training.optimizer, tensors, slots, torch.zeros(()))
        schedule = Schedule(training.schedule, training.epochs)
        batches = Batches(self._samples, self._draws, 1)
        augmentation = augmentation_of(self._resolved, self._draws)
        labels = self._resolved.dataset.class_indices[self._samples.training]
        all_labels = torch.from_numpy(labels)
        done = 0
        for epoch in range(phase.stop - phase.start):
            batches.begin(level)
            while batches.share < 1.0:
                stop_if(cancelled)
                rate = training.optimizer.learning_rate
                rate *= schedule.factor_at(epoch + batches.share)
                inputs, _ = batches.next(level, augmentation)
                loss = self._loss(inputs[0].double(), batches.of_batch(all_labels))
                for key, factor in penalty_factors(training):
                    loss = loss + factor * penalty(key, leaves)
                found = self._gradients(loss, leaves)
                if training.clip_norm is not None:
                    clip_each_run(found, leaves, training.clip_norm)
                optimizer.step(found, rate)
                self.losses.append(float(loss.detach()))
                done += 1
                if done == count:
                    return

    def _loss(self, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the mean cross-entropy of a batch."""
        model, head = self._model, self._model.part("head")
        encoder = slice(0, self._resolved.code_end)
        masks = {**self._masks(len(inputs), head)}
        if self._spec.frozen:
            codes = codes_of(model, 0, inputs, encoder.stop)
        else:
            masks |= self._masks(len(inputs), encoder)
            shaped = model.shaped(inputs, 0)
            codes = model.apply(0, shaped, encoder, training=True, masks=masks)
        scores = model.apply(0, codes, head, training=True, masks=masks)
        smoothing = self._spec.label_smoothing
        return torch.nn.functional.cross_entropy(scores, labels, label_smoothing=smoothing)

    def _masks(self, rows: int, layers: slice) -> dict[int, torch.Tensor]:
        [masks] = self._model.masks(rows, layers, self._draws)
        return {index: mask.double() for index, mask in masks.items()}

    @staticmethod
    def _gradients(loss: torch.Tensor, leaves: Sequence[Leaf]) -> list[torch.Tensor]:
        return list(torch.autograd.grad(loss, [leaf.tensor for leaf in leaves]))


class _DoubleRows(CodeRows):
    """Codes computed in double precision and stored in single precision, as the program does."""

    def prepare(self) -> None:
        """Compute all codes at once."""
        images = as_numbers(self._images[0]).double()
        self.target[0] = codes_of(self._model, 0, images, self._depth)
        self._done = self.rows
