"""Training of a stacked autoencoder and the classifier on its code, in phases."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

import torch

from aegui.core.network.forward import apply_layers
from aegui.core.training.families.classifier_engines import FineTuneEngine, PretrainEngine
from aegui.core.training.families.classifier_phases import groups_of
from aegui.core.training.families.steppers import CHUNK_SECONDS, BatchLearner, EpochRunner
from aegui.core.training.losses import LOSSES
from aegui.core.training.step.model import Model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import TrainingSpec
    from aegui.core.training.families.classifier_phases import Group
    from aegui.core.training.families.steppers import Orders, Phase
    from aegui.core.training.step.model import Leaf
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples

    _State = dict[str, NDArray[np.generic]]


class _Engine(BatchLearner, Protocol):
    """The engine of one phase."""

    @property
    def is_ready(self) -> bool:
        """Whether steps can be done."""

    def make_ready(self) -> None:
        """Do a part of the preparation before the first step."""

    def state(self) -> _State:
        """Return the state needed to continue, beside the order of the batches."""

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Restore what ``state`` returned."""


def group_loss(
    model: Model,
    stack: int,
    group: Group,
    noisy: torch.Tensor,
    clean: torch.Tensor,
    *,
    training: bool = True,
) -> torch.Tensor:
    """Return the mean loss between the output for ``noisy`` and ``clean``, rows ``[n, D]``."""
    x = model.shaped(noisy, group.encoder.start)
    code = model.apply(stack, x, group.encoder, training=training)
    tensors = model.tensors(stack)[group.decoder]
    output = apply_layers(group.mirror, tensors, code, training=training).flatten(1)
    return LOSSES[group.loss].function(1.0)(output, clean).mean()


def penalty_factors(training: TrainingSpec) -> list[tuple[str, float]]:
    """Return keys and factors of the recipe's penalties on the weights."""
    factors = (("l1", training.l1), ("l2", training.l2 / 2))
    return [(key, factor) for key, factor in factors if factor]


def penalty(key: str, leaves: Sequence[Leaf]) -> torch.Tensor:
    """Return the sum of absolute (``l1``) or squared (``l2``) weights among ``leaves``."""
    weights = [leaf.tensor for leaf in leaves if leaf.is_weight]
    sizes = [weight.abs() if key == "l1" else weight.square() for weight in weights]
    return torch.stack([size.sum() for size in sizes]).sum()


class ClassifierStepper:
    """Trains batch by batch, phase after phase.

    Attributes:
        name: Key of the engine.
        rows: Samples of an epoch of fine-tuning.
        epochs: Epochs of all phases together.
    """

    name = "layered"
    exhausted = False

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
        phases: Sequence[Phase],
    ) -> None:
        self.rows = samples.rows
        self.epochs = phases[-1].stop
        self.model = Model(resolved, parameters, stacked=False)
        self._resolved = resolved
        self._parameters = parameters
        self._samples = samples
        self._generator = generator
        self._phases = phases
        self._groups = groups_of(resolved) if len(phases) > 1 else ()
        self._done = 0
        self._epoch_runner = EpochRunner()
        self._engine: _Engine | None = None

    @property
    def position(self) -> float:
        """Epochs done, including the fraction of the current one."""
        share = 0.0 if self._engine is None else self._epoch_runner.share(self._engine)
        return self._done + share

    def advance(self, orders: Orders) -> None:
        """Train on one batch or more, or prepare for it."""
        started = time.perf_counter()
        while True:
            engine = self._present()
            if engine.is_ready:
                self._step(engine, orders)
                if orders.at_most == 1:
                    return
            else:
                engine.make_ready()
            over = time.perf_counter() - started >= CHUNK_SECONDS
            if (over and orders.at_most > 1) or self.position >= orders.until - 1e-9:
                return

    def _present(self) -> _Engine:
        """Return the engine of the current phase."""
        if self._engine is None:
            number = next(n for n, phase in enumerate(self._phases) if self._done < phase.stop)
            common = self.model, self._resolved, self._parameters, self._samples, self._generator
            if number < len(self._phases) - 1:
                self._engine = PretrainEngine(*common, self._groups[number])
            else:
                self._engine = FineTuneEngine(*common)
        return self._engine

    def _step(self, engine: _Engine, orders: Orders) -> None:
        if self._epoch_runner.learn(engine, self._done, orders):
            self._done += 1
            if any(phase.stop == self._done for phase in self._phases):
                self._engine = None

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return the state of the current phase and of its epoch."""
        if self._engine is None:
            return {}
        return {**self._engine.state(), **self._epoch_runner.state(self._engine)}

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Continue from ``position``, which may be within an epoch."""
        self._done = int(position + 1e-9)
        self._engine = None
        self._epoch_runner = EpochRunner()
        if self._done >= self.epochs:
            return
        engine = self._present()
        engine.restore(state)
        self._epoch_runner.restore(engine, state, position - self._done, level)
