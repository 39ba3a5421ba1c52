"""Steppers: they advance a training by a few milliseconds of work per call.

Each family of models has its own; pausing, measuring and stopping happen between two calls.
"""

from __future__ import annotations

import math
import sys
import time
from typing import TYPE_CHECKING, Protocol

from aegui.core.errors import Cancelled
from aegui.core.light_dataclass import dataclass
from aegui.core.training.engines.fused import CapturedEngine, FusedEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import torch
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.training.engines.autograd import Batches
    from aegui.core.training.engines.choice import Engine

_LAST_RATE = 0.1
CHUNK_SECONDS = 0.008
"""Target duration of a call: short compared with a frame, long compared with its overhead."""
working_time = time.perf_counter if sys.platform == "win32" else time.thread_time
"""CPU time of this thread; wall time on Windows, where CPU time has a resolution of 16 ms.

Chunk sizes follow it rather than wall time: waiting for a core or the GIL would make the next calls
shorter, and so wait more often."""


def clock_on(device: torch.device) -> Callable[[], float]:
    """Return the clock for chunks on ``device``: waiting for a GPU may take no CPU time."""
    return working_time if device.type == "cpu" else time.perf_counter


@dataclass(frozen=True)
class Phase:
    """A part of a training with an objective of its own.

    Attributes:
        start: Epochs done before it.
        stop: Epochs done after it.
        name: Translated name; "" for the main training.
        rate: Its initial learning rate; None for that of the recipe with its schedule.
    """

    start: int
    stop: int
    name: str = ""
    rate: float | None = None

    @property
    def is_preliminary(self) -> bool:
        """Whether the main training comes later: the losses of the two are not comparable."""
        return self.rate is not None

    def rate_at(self, position: float) -> float:
        """Return the rate of a preliminary phase, falling along a cosine to a tenth."""
        assert self.rate is not None
        share = min(1.0, max(0.0, (position - self.start) / (self.stop - self.start)))
        return self.rate * (_LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * share)))


@dataclass(frozen=True)
class Orders:
    """Instructions for one call of a stepper.

    Attributes:
        rate: Learning rate at a position, in epochs.
        level: Level of the noise.
        until: Position not to pass: a row is recorded there.
        at_most: Maximum number of epochs; 1 means the smallest possible step, even a single batch.
        generator: Whether the generator of a GAN is trained.
        discriminator: Whether its discriminator is trained.
        cancelled: Called within long steps to check for cancellation.
    """

    rate: Callable[[float], float]
    level: float
    until: float
    at_most: int
    generator: bool = True
    discriminator: bool = True
    cancelled: IsCancelled | None = None


class Chunk:
    """Number of batches, or epochs, per call, adapted to the target duration."""

    def __init__(self) -> None:
        self._most = 1.0

    @property
    def most(self) -> int:
        """Largest number that fits into the target duration."""
        return int(self._most)

    def positions(
        self, batches: Batches, done: int, position: float, orders: Orders
    ) -> Sequence[float]:
        """Return the positions of the next batches, in epochs; ``done`` are complete.

        A batch has the same position, and so the same rate, whatever the chunks.
        """
        left = min(orders.until, done + 1.0) - position
        several = math.ceil(left / batches.batch_share - 1e-6)
        count = 1 if orders.at_most == 1 else max(1, min(self.most, several))
        return [done + batches.share_after(ahead) for ahead in range(count)]

    def took(self, count: int, seconds: float) -> None:
        """Record that ``count`` batches, or epochs, took ``seconds`` of work."""
        worth = count * CHUNK_SECONDS / max(1e-6, seconds)
        self._most = min(2 * self._most, max(1.0, worth))


class Stepper(Protocol):
    """Interface of all families' steppers.

    Attributes:
        name: Key of the engine.
        rows: Samples of an epoch.
        epochs: Total number of epochs.
    """

    name: str
    rows: int
    epochs: int

    @property
    def position(self) -> float:
        """Epochs done, including the fraction of the current one."""

    @property
    def exhausted(self) -> bool:
        """Whether nothing more can be gained, whatever the number of epochs."""

    def advance(self, orders: Orders) -> None:
        """Work for about ``CHUNK_SECONDS``, at least one step.

        Raises:
            Cancelled: Cancelled within a step, which can be done again.
        """

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return the state needed to continue, beside parameters and generator."""

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Continue from ``position``; the generator's state is set afterwards."""


class FusedStepper:
    """Steps whole epochs, as many per call as fit into the target duration."""

    exhausted = False

    def __init__(self, engine: FusedEngine | CapturedEngine, rows: int, epochs: int) -> None:
        self.name = engine.name
        self.rows = rows
        self.epochs = epochs
        self._engine = engine
        self._chunk = Chunk()
        self._clock = clock_on(engine.device)

    @property
    def position(self) -> float:
        """Epochs done."""
        return self._engine.epoch

    def advance(self, orders: Orders) -> None:
        """Do a few epochs in one call of the engine."""
        started = self._clock()
        done = self._engine.epoch
        count = max(1, min(int(orders.until) - done, orders.at_most, self._chunk.most))
        self._engine.run([orders.rate(epoch) for epoch in range(done, done + count)], orders.level)
        self._chunk.took(count, self._clock() - started)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return nothing: it is always between two epochs."""
        return {}

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Continue after ``position`` epochs."""
        self._engine.epoch = int(position)


class BatchLearner(Protocol):
    """Trains one batch at a time.

    Attributes:
        batches: Position within the epoch.
        cancelled: Called within long steps to check for cancellation.
    """

    batches: Batches
    cancelled: IsCancelled | None

    def steps(self, rates: Sequence[float], level: float) -> None:
        """Train on the next ``len(rates)`` batches of the epoch, each at its learning rate.

        Raises:
            Cancelled: ``cancelled`` returned True; the current step is undone.
        """


class BatchEngine(BatchLearner, Protocol):
    """A learner that stays the same for the whole of a training.

    Attributes:
        name: Key of the engine.
        epoch: Whole epochs done; counted by the stepper.
    """

    name: str
    epoch: int


class EpochRunner:
    """Steps through the batches of epochs, as many per call as fit into the target duration.

    Attributes:
        is_begun: Whether noise and order of an epoch have been drawn, and it is not complete.
    """

    def __init__(self) -> None:
        self.is_begun = False
        self._chunk = Chunk()

    def share(self, learner: BatchLearner) -> float:
        """Return the share of the epoch that has been done."""
        return learner.batches.share if self.is_begun else 0.0

    def learn(self, learner: BatchLearner, done: int, orders: Orders) -> bool:
        """Train on the next batches in one call; return whether the epoch is complete.

        Args:
            learner: The learner.
            done: Whole epochs done.
            orders: The instructions.

        Raises:
            Cancelled: Cancelled within a step, which can be done again.
        """
        batches = learner.batches
        clock = clock_on(batches.device)
        started = clock()
        learner.cancelled = orders.cancelled
        if not self.is_begun:
            batches.begin(orders.level)
            self.is_begun = True
        positions = self._chunk.positions(batches, done, done + batches.share, orders)
        try:
            learner.steps([orders.rate(position) for position in positions], orders.level)
        except Cancelled:
            if not batches.start:
                # The epoch will begin again, with the same random numbers.
                batches.undo()
                self.is_begun = False
            raise
        self._chunk.took(len(positions), clock() - started)
        self.is_begun = batches.share < 1.0
        return not self.is_begun

    def state(self, learner: BatchLearner) -> dict[str, NDArray[np.generic]]:
        """Return the state of the current epoch."""
        return learner.batches.state() if self.is_begun else {}

    def restore(
        self,
        learner: BatchLearner,
        state: Mapping[str, NDArray[np.generic]],
        share: float,
        level: float,
    ) -> None:
        """Continue at this ``share`` of an epoch."""
        self.is_begun = share > 1e-9 and "epoch_generator" in state
        if self.is_begun:
            learner.batches.restore(state, share, level)


class BatchStepper:
    """Steps an engine batch by batch, as many per call as fit into the target duration."""

    exhausted = False

    def __init__(self, engine: BatchEngine, rows: int, epochs: int) -> None:
        self.name = engine.name
        self.rows = rows
        self.epochs = epochs
        self._engine = engine
        self._epoch_runner = EpochRunner()

    @property
    def position(self) -> float:
        """Epochs done, including the fraction of the current one."""
        return self._engine.epoch + self._epoch_runner.share(self._engine)

    def advance(self, orders: Orders) -> None:
        """Train on one batch or more."""
        started = time.perf_counter()
        while True:
            self._learn(orders)
            over = time.perf_counter() - started >= CHUNK_SECONDS
            if over or orders.at_most == 1 or self.position >= orders.until - 1e-9:
                return

    def _learn(self, orders: Orders) -> None:
        """Train on as many batches as fit into the target duration, in one call."""
        if self._epoch_runner.learn(self._engine, self._engine.epoch, orders):
            self._engine.epoch += 1

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return the state of the current epoch."""
        return self._epoch_runner.state(self._engine)

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Continue from ``position``, which may be within an epoch."""
        self._engine.epoch = int(position + 1e-9)
        self._epoch_runner.restore(self._engine, state, position - self._engine.epoch, level)


def stepper_of(engine: Engine, rows: int, epochs: int) -> Stepper:
    """Return the stepper that drives ``engine``."""
    if isinstance(engine, FusedEngine | CapturedEngine):
        return FusedStepper(engine, rows, epochs)
    return BatchStepper(engine, rows, epochs)
