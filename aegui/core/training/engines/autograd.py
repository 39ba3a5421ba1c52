"""The autograd engine: any network and objective, one batch at a time.

*stacked* differentiates all runs together as batched products; *autograd* one after the other, as
in a textbook, which also supports convolutions. Both are also the reference against which the fused
engine is tested.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from aegui.core.data.corruption import corrupt_into
from aegui.core.training.record.checkpoint_check import restore_generator
from aegui.core.training.step.augment import augmented
from aegui.core.training.step.cancellation import ChangedTensors, LongSteps
from aegui.core.training.step.model import Model
from aegui.core.training.step.objective import Objective, is_drawn
from aegui.core.training.step.samples import as_numbers, pick_into
from aegui.core.training.step.slices import is_long, slice_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.step.model import Leaf
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Rows, Samples

    Augmentation = Callable[[torch.Tensor], torch.Tensor]
    """A function of targets ``[1, rows, D]``."""


class Batches:
    """Order of the samples in an epoch, and the position within it.

    Attributes:
        start: Rows of this epoch that have been taken.
        index: Indices of the rows of the last batch; None if it is all of them, in order.
        runs: Number of runs that get each batch.
    """

    def __init__(self, samples: Rows, generator: torch.Generator, runs: int) -> None:
        self._samples = samples
        self._generator = generator
        self.runs = runs
        self._order: torch.Tensor | None = None
        self._inputs = samples.inputs
        self._begun = generator.get_state()
        self.start = 0
        self.index: torch.Tensor | None = None
        self._picked: dict[tuple[bool, int], torch.Tensor] = {}

    @property
    def share(self) -> float:
        """Share of the epoch that has been done."""
        return self.start / self._samples.rows

    @property
    def batch_share(self) -> float:
        """Share of the epoch that a full-size batch makes up."""
        return self._samples.batch_rows / self._samples.rows

    def share_after(self, count: int) -> float:
        """Return the share of the epoch done after ``count`` more batches."""
        rows = self._samples.rows
        return min(self.start + count * self._samples.batch_rows, rows) / rows

    def of_batch(self, labels: torch.Tensor) -> torch.Tensor:
        """Return those of ``labels`` ``[n]``, one per sample, that belong to the last batch."""
        if self.index is not None:
            return labels[self.index.to(labels.device) % len(labels)]
        return labels.repeat(max(1, self._samples.rows // len(labels)))

    def begin(self, level: float) -> None:
        """Draw the noise and the order of a new epoch."""
        self._begun = self._generator.get_state()
        self._draw(level)
        self.start = 0

    def undo(self) -> None:
        """Undo the draws of ``begin``; call it before any batch has been taken."""
        self._generator.set_state(self._begun)

    def _draw(self, level: float) -> None:
        samples = self._samples
        self._inputs = samples.inputs
        if samples.fresh_noise and not samples.noise_per_batch:
            self._inputs = self._noisy(samples.target, level)
        self._order = None
        if not samples.full_batch:
            self._order = torch.randperm(
                samples.rows, generator=self._generator, device=self._generator.device
            )

    def _noisy(self, target: torch.Tensor, level: float) -> torch.Tensor:
        """Return ``target`` with fresh noise, ``[K, rows, D]``."""
        samples, target = self._samples, as_numbers(target)
        shape = (self.runs, *target.shape[1:])
        out = torch.empty(shape, device=target.device)
        spec = samples.corruption.model_copy(update={"level": level})
        corrupt_into(target.expand(shape), out, spec, self._generator, samples.image_shape)
        return out

    def next(
        self, level: float, augment: Augmentation | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the next batch: inputs ``[1 or K, rows, D]``, targets mostly ``[1, rows, D]``.

        They are read-only: they may be the samples themselves, and the next batch overwrites them.
        """
        samples = self._samples
        stop = min(self.start + samples.batch_rows, samples.rows)
        if self._order is None:
            self.index = None
            inputs, target = self._inputs, samples.target
        else:
            index = self._order[self.start : stop].to(samples.target.device)
            self.index = index
            target = self._pick(samples.target, index)
            same = self._inputs is samples.target
            inputs = target if same else self._pick(self._inputs, index)
        self.start = stop
        inputs, target = inputs.to(samples.device), target.to(samples.device)
        if augment is not None:
            inputs = target = augment(target)
        # With augmentation noise is always drawn anew: fixed noise would not move along.
        is_noisy = samples.corruption.kind != "none"
        if is_noisy and (augment is not None or (samples.noise_per_batch and samples.fresh_noise)):
            inputs = self._noisy(target, level)
        return inputs, inputs if samples.noisy_target else target

    @property
    def left(self) -> int:
        """Number of batches left of the epoch; the last one may be smaller."""
        return math.ceil((self._samples.rows - self.start) / self._samples.batch_rows)

    @property
    def device(self) -> torch.device:
        """Device that the batches are used on."""
        return self._samples.device

    @property
    def full_batches(self) -> int:
        """Number of next batches that are of full size and only have to be picked by ``order``.

        It is 0 if noise is drawn per batch, or if the samples are on another device.
        """
        samples = self._samples
        noisy = samples.noise_per_batch and samples.fresh_noise
        away = samples.target.device.type != samples.device.type
        if self._order is None or noisy or away:
            return 0
        return (samples.rows - self.start) // samples.batch_rows

    def pass_over(self, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Take ``count`` full-size batches at once.

        Returns:
            The indices ``[count * batch_rows]`` of their samples, and the inputs ``[1 or K, n, D]``
            and targets that they refer to.
        """
        assert self._order is not None
        stop = self.start + count * self._samples.batch_rows
        indices = self._order[self.start : stop]
        self.start, self.index = stop, indices
        inputs, target = self._inputs, self._samples.target
        return indices, inputs, inputs if self._samples.noisy_target else target

    def _pick(self, rows: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
        """Return the ``rows`` at ``index`` in a reused buffer: fresh memory pages are slow."""
        key = rows is self._samples.target, len(index)
        shape = (rows.shape[0], len(index), rows.shape[2])
        buffer = self._picked.get(key)
        if buffer is None or buffer.shape != shape or buffer.device != rows.device:
            buffer = self._picked[key] = torch.empty(shape, device=rows.device)
        pick_into(rows, index, buffer)
        return buffer

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return the state needed to continue within an epoch."""
        return {"epoch_generator": self._begun.numpy().copy()}

    def restore(self, state: Mapping[str, NDArray[np.generic]], share: float, level: float) -> None:
        """Continue at this ``share`` of the epoch; the generator's own state is set afterwards.

        A file may contain any share: at least one row is left.
        """
        restore_generator(self._generator, state, "epoch_generator")
        self._begun = self._generator.get_state()
        self._draw(level)
        rows = self._samples.rows
        self.start = min(round(share * rows), rows - 1)


def augmentation_of(resolved: ResolvedRecipe, generator: torch.Generator) -> Augmentation | None:
    """Return the augmentation for ``Batches.next``: a function of the targets, or None."""
    spec, shape = resolved.recipe.data.augment, resolved.dataset.image_shape
    if not spec.active:
        return None
    return lambda target: augmented(target, shape, spec, generator)


class ByBatches:
    """Common base of all engines that train batch by batch.

    Attributes:
        name: Key of the engine.
        epoch: Whole epochs done; set from outside, for the warm-up of the KL.
        batches: Position within the epoch.
        cancelled: Called within long steps to check for cancellation; set from outside.
    """

    name = ""
    cancelled: IsCancelled | None = None

    def __init__(self, batches: Batches) -> None:
        self.epoch = 0
        self.batches = batches

    def run(self, rates: list[float], level: float) -> None:
        """Do ``len(rates)`` epochs at these learning rates, with noise of this ``level``."""
        for rate in rates:
            self.batches.begin(level)
            while self.batches.share < 1.0:
                self.step(rate, level)
            self.epoch += 1

    def steps(self, rates: Sequence[float], level: float) -> None:
        """Train on the next ``len(rates)`` batches of the epoch, each at its learning rate.

        Raises:
            Cancelled: ``cancelled`` returned True within a step; its batch is still to be done,
                and the same random numbers will be drawn for it.
        """
        for rate in rates:
            self.step(rate, level)

    def step(self, rate: float, level: float) -> None:
        """Train on the next batch; raise ``Cancelled`` as ``steps`` does."""
        raise NotImplementedError


class AutogradEngine(ByBatches):
    """Steps by autograd, one batch at a time.

    Attributes:
        model: The population as leaves.
    """

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
        *,
        stacked: bool,
    ) -> None:
        super().__init__(Batches(samples, generator, parameters.layout.runs))
        self.name = "stacked" if stacked else "autograd"
        self.model = Model(resolved, parameters, stacked=stacked)
        self._objective = Objective(resolved)
        self._clip_norm = resolved.recipe.training.clip_norm
        self._latent = resolved.recipe.network.latent.units
        self._is_drawn = is_drawn(resolved)
        self._chain = slice(0, len(resolved.layers))
        self._augmentation = augmentation_of(resolved, generator)
        self._generator = generator
        self._tensors = [leaf.tensor for leaf in self.model.leaves]
        self._slice_rows = slice_rows(resolved, parameters.device)
        self._long = LongSteps(
            self.batches,
            generator,
            ChangedTensors([parameters.buffers]),
            is_long=is_long(resolved, parameters.device),
        )
        self._optimizer = self.model.optimizer(resolved.recipe.training.optimizer)

    def step(self, rate: float, level: float) -> None:
        """Train on the next batch; raise ``Cancelled`` as ``steps`` does."""
        with self._long.one(self.cancelled):
            inputs, target = self.batches.next(level, self._augmentation)
            gradients = self.gradients(inputs, target)
        if self._clip_norm is not None:
            self._clip(gradients, self._clip_norm)
        self._optimizer.step(gradients, rate)

    def gradients(self, inputs: torch.Tensor, target: torch.Tensor) -> list[torch.Tensor]:
        """Return the gradient of every leaf, for inputs and targets ``[1 or K, n, D]``.

        For very many rows it is the mean over slices.
        """
        model, rows = self.model, inputs.shape[1]
        masks, noise = self._drawn(rows, inputs.device)
        if rows <= self._slice_rows:
            return self._gradients_of(inputs, target, noise, masks)
        sums: list[torch.Tensor] = []
        for start in range(0, rows, self._slice_rows):
            part = slice(start, min(start + self._slice_rows, rows))
            place = (slice(None), part) if model.stacked else (part,)
            found = self._gradients_of(
                inputs[:, part],
                target[:, part],
                None if noise is None else noise[:, part],
                [{layer: mask[place] for layer, mask in run_masks.items()} for run_masks in masks],
            )
            share = (part.stop - part.start) / rows
            if sums:
                torch._foreach_add_(sums, found, alpha=share)
            else:
                torch._foreach_mul_(found, share)
                sums = found
        return sums

    def _drawn(
        self, rows: int, device: torch.device
    ) -> tuple[list[dict[int, torch.Tensor]], torch.Tensor | None]:
        """Draw dropout masks, and noise of the code's shape ``[K, rows, d]``."""
        masks = self.model.masks(rows, self._chain, self._generator)
        noise = None
        if self._is_drawn:
            noise = torch.empty(self.model.runs, rows, self._latent, device=device)
            noise.normal_(generator=self._generator)
        return masks, noise

    def _gradients_of(
        self,
        inputs: torch.Tensor,
        target: torch.Tensor,
        noise: torch.Tensor | None,
        masks: Sequence[Mapping[int, torch.Tensor]],
    ) -> list[torch.Tensor]:
        model, runs = self.model, self.model.runs
        beta = self._objective.beta(self.epoch + self.batches.share)
        with torch.enable_grad():
            roots = [
                root
                for stack in range(len(model.stacks))
                for root in self._objective.roots(
                    model,
                    stack,
                    inputs.expand(runs, -1, -1)
                    if model.stacked
                    else inputs[stack if len(inputs) == runs else 0],
                    target if model.stacked else target[stack if len(target) == runs else 0],
                    beta=beta,
                    noise=noise if noise is None or model.stacked else noise[stack],
                    masks=masks[stack],
                )
            ]
            for stack in range(len(model.stacks)):
                roots += self._objective.weight_roots(model, stack)
            # Summed to a scalar: for gradients along directions torch imports its compiler, which a
            # frozen app lacks.
            parts = [
                (tensor * (direction * factor).detach()).sum()
                for tensor, direction, factor in roots
            ]
            return list(torch.autograd.grad(torch.stack(parts).sum(), self._tensors))

    def _clip(self, gradients: list[torch.Tensor], limit: float) -> None:
        """Clip the norm of each run's gradient."""
        if self.model.stacked:
            squares = [gradient.flatten(1).square().sum(dim=1) for gradient in gradients]
            scale = _clip_scale(torch.stack(squares).sum(dim=0), limit)
            for gradient in gradients:
                gradient.mul_(scale.view(-1, *[1] * (gradient.dim() - 1)))
            return
        clip_each_run(gradients, self.model.leaves, limit)


def clip_each_run(gradients: list[torch.Tensor], leaves: Sequence[Leaf], limit: float) -> None:
    """Clip the norm of each run's gradient, in place; ``leaves`` tell the run of each."""
    for run in dict.fromkeys(leaf.run for leaf in leaves):
        run_gradients = [
            gradient for gradient, leaf in zip(gradients, leaves, strict=True) if leaf.run == run
        ]
        total = torch.stack([gradient.square().sum() for gradient in run_gradients]).sum()
        torch._foreach_mul_(run_gradients, _clip_scale(total, limit))


def _clip_scale(squares: torch.Tensor, limit: float) -> torch.Tensor:
    return (limit / (squares.sqrt() + 1e-6)).clamp(max=1.0)
