"""The program's own training of one run in double precision: the reference for generated code.

It uses the autograd engine, against which all engines are tested, with parameters in double
precision: single precision differs from the seventh digit on between libraries, and an optimiser
that divides by the magnitude of the gradient amplifies the difference.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.data.progress import stop_if
from aegui.core.formula import torch_function
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.seeds import NOISE_STREAM
from aegui.core.source_code.reference_classifier import ClassifierReference
from aegui.core.source_code.reference_gan import GanReference
from aegui.core.training.engines.autograd import AutogradEngine
from aegui.core.training.families.exact_objective import ExactObjective
from aegui.core.training.families.second_order import METHODS
from aegui.core.training.loop.schedules import Schedule
from aegui.core.training.step.objective import Objective
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.source_code.subject import CodedRun

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
    cancelled: IsCancelled | None = None,
) -> list[StepTaken]:
    """Return the first ``count`` steps of the training, or all of them if there are fewer.

    For losses with a form in terms of the logits, that form is evaluated: the program follows its
    gradient, and the two differ only for outputs of exactly 0 or 1.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    if subject.resolved.recipe.training.optimizer.name in SCIPY_OPTIMIZERS:
        return _scipy_steps(subject, count, cancelled)
    resolved, recipe = subject.resolved, subject.resolved.recipe
    parameters = _in_double(Parameters(resolved, _CPU))
    corruption = recipe.data.corruption
    samples = Samples(resolved, corruption, _CPU)
    generator = torch.Generator().manual_seed(recipe.seed ^ NOISE_STREAM)
    if recipe.gan is not None:
        adversaries = GanReference(resolved, parameters, samples, generator)
        adversaries.run(count, cancelled)
        return [StepTaken(loss, _NOTHING, _NOTHING) for loss in adversaries.losses]
    if recipe.classifier is not None:
        phases = ClassifierReference(resolved, parameters, samples, generator)
        phases.run(count, cancelled)
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


def _scipy_steps(subject: CodedRun, count: int, cancelled: IsCancelled | None) -> list[StepTaken]:
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
