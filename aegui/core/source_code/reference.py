"""The program's own training of one run in double precision: the reference for generated code.

It uses the autograd engine, against which all engines are tested, with parameters in double
precision: single precision differs from the seventh digit on between libraries, and an optimiser
that divides by the magnitude of the gradient amplifies the difference.
"""

from __future__ import annotations

import copy
from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.data.progress import stop_if
from aegui.core.formula import torch_function
from aegui.core.light_dataclass import dataclass
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.recipe import OptimizerSpec
from aegui.core.seeds import NOISE_STREAM
from aegui.core.training.engines.autograd import (
    AutogradEngine,
    Batches,
    augmentation_of,
    clip_each_run,
)
from aegui.core.training.families.classifier import (
    group_loss,
    groups_of,
    penalty,
    penalty_factors,
    phases_of,
)
from aegui.core.training.families.classifier_engines import trained_leaves
from aegui.core.training.families.classifier_rows import CodeRows, codes_of, corrupted_codes
from aegui.core.training.families.exact_objective import ExactObjective
from aegui.core.training.families.gan import (
    Adversaries,
    class_loss,
    conditional_entropy,
    discriminator_loss,
    generator_loss,
    negative_marginal_entropy,
)
from aegui.core.training.families.second_order import METHODS
from aegui.core.training.loop.schedules import Schedule
from aegui.core.training.step.model import Model
from aegui.core.training.step.objective import Objective
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples, as_numbers
from aegui.core.training.step.update import ListOptimizer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.source_code.subject import CodedRun
    from aegui.core.training.families.classifier import Group
    from aegui.core.training.families.steppers import Phase
    from aegui.core.training.step.model import Leaf


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
        self._report: ReportShare | None = None
        self._expected = 0

    def run(
        self, count: int, report: ReportShare | None = None, cancelled: IsCancelled | None = None
    ) -> None:
        """Run the first ``count`` steps of each phase, or all of them if there are fewer."""
        *before, proper = phases_of(self._resolved)
        self._report, self._expected = report, count * (1 + len(before))
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
                self._record(loss)
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
                self._record(loss)
                done += 1
                if done == count:
                    return

    def _record(self, loss: torch.Tensor) -> None:
        self.losses.append(float(loss.detach()))
        if self._report is not None:
            self._report(len(self.losses) / self._expected)

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

    def run(
        self, count: int, report: ReportShare | None = None, cancelled: IsCancelled | None = None
    ) -> None:
        """Run the first ``count`` steps, or all of them if there are fewer."""
        training = self._resolved.recipe.training
        schedule = Schedule(training.schedule, training.epochs)
        for epoch in range(training.epochs):
            self._batches.begin(0.0)
            while self._batches.share < 1.0:
                stop_if(cancelled)
                self._step(schedule.factor_at(epoch + self._batches.share))
                if report is not None:
                    report(len(self.losses) / count)
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


_CPU = torch.device("cpu")
_ALL_ROWS = 2**62
_NOTHING = np.zeros((0, 0), np.float32)


@dataclass(frozen=True, eq=False)
class StepTaken:
    """The data that one training step learned from, and the loss before its update."""

    loss: float
    """The complete objective of the batch."""
    inputs: NDArray[np.float32]
    """Rows ``[n, D]`` that the encoder received, float32."""
    target: NDArray[np.float32]
    """Target rows ``[n, D]``, float32."""
    masks: Mapping[int, NDArray[np.float32]] = field(default_factory=dict)
    """Dropout masks by layer index."""
    noise: NDArray[np.float32] | None = None
    """Standard normal numbers of the code's shape, ``[n, d]``, or None."""


def steps_of(
    subject: CodedRun,
    count: int,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> list[StepTaken]:
    """Return the first ``count`` steps of the training, or all of them if there are fewer.

    For losses with a form in terms of the logits, that form is evaluated: the program follows its
    gradient, and the two differ only for outputs of exactly 0 or 1.

    Args:
        subject: The run.
        count: Most steps.
        report: Called with the share done, after each step.
        cancelled: Polled for cancellation.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    if report is not None:
        report(0.0)
    if subject.resolved.recipe.training.optimizer.name in SCIPY_OPTIMIZERS:
        return _scipy_steps(subject, count, report, cancelled)
    resolved, recipe = subject.resolved, subject.resolved.recipe
    parameters = _in_double(Parameters(resolved, _CPU))
    corruption = recipe.data.corruption
    samples = Samples(resolved, corruption, _CPU)
    generator = torch.Generator().manual_seed(recipe.seed ^ NOISE_STREAM)
    if recipe.gan is not None:
        adversaries = GanReference(resolved, parameters, samples, generator)
        adversaries.run(count, report, cancelled)
        return [StepTaken(loss, _NOTHING, _NOTHING) for loss in adversaries.losses]
    if recipe.classifier is not None:
        phases = ClassifierReference(resolved, parameters, samples, generator)
        phases.run(count, report, cancelled)
        return [StepTaken(loss, _NOTHING, _NOTHING) for loss in phases.losses]
    engine = _DoubleEngine(resolved, parameters, samples, generator)
    schedule = Schedule(recipe.training.schedule, recipe.training.epochs)
    base = recipe.training.optimizer.learning_rate
    while len(engine.recorded) < count and engine.epoch < recipe.training.epochs:
        engine.batches.begin(corruption.level)
        while engine.batches.share < 1.0 and len(engine.recorded) < count:
            stop_if(cancelled)
            position = engine.epoch + (0.0 if subject.rate_of_epoch else engine.batches.share)
            engine.step(base * schedule.factor_at(position), corruption.level)
            stop_if(cancelled)
            if report is not None:
                report(len(engine.recorded) / count)
        engine.epoch += 1
    return engine.recorded


class _DoubleEngine(AutogradEngine):
    """Training steps in double precision, recording the data and loss of each."""

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        super().__init__(resolved, parameters, samples, generator, stacked=False)
        self._slice_rows = _ALL_ROWS
        self._evaluated = _ObjectiveOfLogits(resolved)
        self._parameters = parameters
        self._step_draws: tuple[list[dict[int, torch.Tensor]], torch.Tensor | None] = ([], None)
        self.recorded: list[StepTaken] = []

    def gradients(self, inputs: torch.Tensor, target: torch.Tensor) -> list[torch.Tensor]:
        """Return the gradient of every leaf and record the step."""
        found = super().gradients(inputs.double(), target.double())
        masks, noise = self._step_draws
        statistics = self._parameters.buffers.clone()
        evaluated = self._evaluated.evaluate(
            self.model,
            0,
            inputs[0].double(),
            target[0].double(),
            beta=self._evaluated.beta(self.epoch + self.batches.share),
            noise=None if noise is None else noise[0],
            masks=masks[0],
            training=True,
        )
        # ``super().gradients`` has already updated the running statistics with this batch.
        self._parameters.buffers.copy_(statistics)
        self.recorded.append(
            StepTaken(
                float(evaluated.loss.detach()),
                inputs[0].float().numpy().copy(),
                target[0].float().numpy().copy(),
                {at: mask.float().numpy() for at, mask in masks[0].items()},
                None if noise is None else noise[0].float().numpy(),
            )
        )
        return found

    def _drawn(
        self, rows: int, device: torch.device
    ) -> tuple[list[dict[int, torch.Tensor]], torch.Tensor | None]:
        masks, noise = super()._drawn(rows, device)
        doubles = [{at: mask.double() for at, mask in of_run.items()} for of_run in masks]
        self._step_draws = doubles, None if noise is None else noise.double()
        return self._step_draws


class _ObjectiveOfLogits(Objective):
    """Objective that computes the reconstruction loss from the logits where it can."""

    _last_code: tuple[Any, Any]

    def _code(self, batch: Any, inputs: torch.Tensor) -> Any:
        self._last_code = batch, super()._code(batch, inputs)
        return self._last_code[1]

    def _reconstruction(self, output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        if not self._loss.of_logits:
            return super()._reconstruction(output, target)
        batch, coded = self._last_code
        logits = self._root(batch, coded.z).flatten(1)
        each: torch.Tensor = torch_function(self._loss.of_logits, "y", "t")(logits, target)
        return each.sum(dim=-1).mean(dim=-1) if self.is_gaussian else each.mean(dim=(-2, -1))


def _in_double(parameters: Parameters) -> Parameters:
    found = copy.copy(parameters)
    found.flat = parameters.flat.double()
    found.buffers = parameters.buffers.double()
    found.grad = torch.zeros_like(found.flat)
    found.slots = {name: slot.double() for name, slot in parameters.slots.items()}
    return found


def _scipy_steps(
    subject: CodedRun, count: int, report: ReportShare | None, cancelled: IsCancelled | None
) -> list[StepTaken]:
    """Return the loss after each iteration of a scipy optimiser."""
    from scipy.optimize import minimize

    resolved, recipe = subject.resolved, subject.resolved.recipe
    parameters = Parameters(resolved, _CPU)
    samples = Samples(resolved, recipe.data.corruption, _CPU)
    objective = ExactObjective(resolved, parameters, samples)
    method = METHODS[recipe.training.optimizer.name]
    losses: list[float] = []

    def answer(vector: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        stop_if(cancelled)
        return objective.loss_and_gradient(0, vector, cancelled)

    def note(reached: NDArray[np.float64]) -> None:
        losses.append(objective.loss(0, reached, cancelled))
        if report is not None:
            report(len(losses) / count)

    call: Any = minimize
    call(
        answer,
        objective.start(0),
        method=method.name,
        jac=True,
        options={**method.options, "maxiter": count},
        callback=note,
    )
    return [StepTaken(loss, _NOTHING, _NOTHING) for loss in losses]
