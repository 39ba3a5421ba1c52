"""How a training gets on: a stepper does a few milliseconds of work and says where it is.

Each family of models has its own; pausing, looking and stopping happen between two calls.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aegui.core.errors import Cancelled
from aegui.core.training.engines.fused import FusedEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.training.engines.autograd import Batches
    from aegui.core.training.engines.choice import Engine

_LAST_RATE = 0.1
CHUNK_SECONDS = 0.008
"""How long a call should take: short beside a frame, long beside its overhead."""
working_time = time.perf_counter if sys.platform == "win32" else time.thread_time
"""Seconds of work of this thread; the clock, where that is told in steps of 16 ms.

Lengths of calls follow it and not the clock: what a call waits for a core, or to get Python's lock
back, would make the next ones shorter, and so have them wait more often.
"""


@dataclass(frozen=True)
class Phase:
    """A part of a training with an objective of its own.

    Attributes:
        start: Epochs done before it.
        stop: Epochs done after it.
        name: What is done, in the person's language; "" for the training proper.
        rate: The learning rate that it begins with; None: that of the recipe, by its schedule.
    """

    start: int
    stop: int
    name: str = ""
    rate: float | None = None

    @property
    def is_preliminary(self) -> bool:
        """Whether the training proper comes later: losses of the two cannot be compared."""
        return self.rate is not None

    def rate_at(self, position: float) -> float:
        """Of a preliminary phase: its rate, falling along a cosine to a tenth."""
        assert self.rate is not None
        share = min(1.0, max(0.0, (position - self.start) / (self.stop - self.start)))
        return self.rate * (_LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * share)))


@dataclass(frozen=True)
class Orders:
    """What a stepper is to do in one call.

    Attributes:
        rate: Learning rate at a position, in epochs.
        level: Level of the noise.
        until: Position not to pass: something is to be recorded there.
        at_most: Epochs to do at most; 1 is the smallest step there is, be it only a batch.
        generator: Whether the generator of a GAN is to learn.
        discriminator: Whether its discriminator is to learn.
        cancelled: Asked within a step that takes long whether to give it up.
    """

    rate: Callable[[float], float]
    level: float
    until: float
    at_most: int
    generator: bool = True
    discriminator: bool = True
    cancelled: IsCancelled | None = None


class Chunk:
    """How many batches, or epochs, are done in one call: as many as fit into the time."""

    def __init__(self) -> None:
        self._most = 1.0

    @property
    def most(self) -> int:
        """How many fit."""
        return int(self._most)

    def places(
        self, batches: Batches, done: int, position: float, orders: Orders
    ) -> Sequence[float]:
        """Where the next batches begin, in epochs, of which ``done`` are behind.

        Whatever the chunks, a batch begins at the very same place, and gets the same rate.
        """
        left = min(orders.until, done + 1.0) - position
        several = math.ceil(left / batches.batch_share - 1e-6)
        count = 1 if orders.at_most == 1 else max(1, min(self.most, several))
        return [done + batches.share_after(ahead) for ahead in range(count)]

    def took(self, count: int, seconds: float) -> None:
        """Note the work, in ``seconds``, of a call that did ``count`` batches, or epochs."""
        worth = count * CHUNK_SECONDS / max(1e-6, seconds)
        self._most = min(2 * self._most, max(1.0, worth))


class Stepper(Protocol):
    """What every family offers.

    Attributes:
        name: Key of the engine.
        rows: Samples of an epoch.
        epochs: Epochs to do in all.
    """

    name: str
    rows: int
    epochs: int

    @property
    def position(self) -> float:
        """Epochs done, with the share of the one under way."""

    @property
    def exhausted(self) -> bool:
        """Whether there is nothing more to gain, whatever the number of epochs."""

    def advance(self, orders: Orders) -> None:
        """Work for some ``CHUNK_SECONDS``, at least one step.

        Raises:
            Cancelled: So it was asked for within a step, which can be done again.
        """

    def state(self) -> dict[str, NDArray[np.generic]]:
        """What continuation needs beside parameters and generator."""

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Go on from ``position``; the generator's state is set afterwards."""


class FusedStepper:
    """Whole epochs, as many in one call as fit into the time."""

    exhausted = False

    def __init__(self, engine: FusedEngine, rows: int, epochs: int) -> None:
        self.name = engine.name
        self.rows = rows
        self.epochs = epochs
        self._engine = engine
        self._chunk = Chunk()

    @property
    def position(self) -> float:
        """Epochs done."""
        return self._engine.epoch

    def advance(self, orders: Orders) -> None:
        """Do a few epochs in one call of the engine."""
        started = working_time()
        done = self._engine.epoch
        count = max(1, min(int(orders.until) - done, orders.at_most, self._chunk.most))
        self._engine.run([orders.rate(epoch) for epoch in range(done, done + count)], orders.level)
        self._chunk.took(count, working_time() - started)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Nothing: it stands between two epochs."""
        return {}

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Go on after ``position`` epochs."""
        self._engine.epoch = int(position)


class BatchLearner(Protocol):
    """What learns from one batch at a time.

    Attributes:
        batches: Where in the epoch it is.
        cancelled: Asked within a step that takes long whether to give it up.
    """

    batches: Batches
    cancelled: IsCancelled | None

    def steps(self, rates: Sequence[float], level: float) -> None:
        """Learn from the next ``len(rates)`` batches of the epoch, each at its learning rate.

        Raises:
            Cancelled: So it was asked for; a step under way is undone.
        """


class BatchEngine(BatchLearner, Protocol):
    """A learner that stays the same for the whole of a training.

    Attributes:
        name: Key of the engine.
        epoch: Whole epochs done; counted by the stepper.
    """

    name: str
    epoch: int


class EpochUnderWay:
    """The batches of one epoch after the other, as many in a call as fit into the time.

    Attributes:
        is_begun: Whether noise and order of an epoch have been drawn, and some of it is left.
    """

    def __init__(self) -> None:
        self.is_begun = False
        self._chunk = Chunk()

    def share(self, learner: BatchLearner) -> float:
        """The part of the epoch that has been done."""
        return learner.batches.share if self.is_begun else 0.0

    def learn(self, learner: BatchLearner, done: int, orders: Orders) -> bool:
        """Learn from the next batches in one call; whether the epoch is over with them.

        Args:
            learner: What learns.
            done: Whole epochs done.
            orders: What is to be done.

        Raises:
            Cancelled: So it was asked for within a step, which can be done again.
        """
        batches, started = learner.batches, working_time()
        learner.cancelled = orders.cancelled
        if not self.is_begun:
            batches.begin(orders.level)
            self.is_begun = True
        places = self._chunk.places(batches, done, done + batches.share, orders)
        try:
            learner.steps([orders.rate(place) for place in places], orders.level)
        except Cancelled:
            if not batches.start:
                # As if the epoch had not begun: it will be, with the same random numbers.
                batches.undo()
                self.is_begun = False
            raise
        self._chunk.took(len(places), working_time() - started)
        self.is_begun = batches.share < 1.0
        return not self.is_begun

    def state(self, learner: BatchLearner) -> dict[str, NDArray[np.generic]]:
        """How the epoch began."""
        return learner.batches.state() if self.is_begun else {}

    def restore(
        self,
        learner: BatchLearner,
        state: Mapping[str, NDArray[np.generic]],
        share: float,
        level: float,
    ) -> None:
        """Go on when that ``share`` of an epoch has been done."""
        self.is_begun = share > 1e-9 and "epoch_generator" in state
        if self.is_begun:
            learner.batches.restore(state, share, level)


class BatchStepper:
    """Batch after batch of an engine, as many as fit into the time."""

    exhausted = False

    def __init__(self, engine: BatchEngine, rows: int, epochs: int) -> None:
        self.name = engine.name
        self.rows = rows
        self.epochs = epochs
        self._engine = engine
        self._under_way = EpochUnderWay()

    @property
    def position(self) -> float:
        """Epochs done, with the share of the one under way."""
        return self._engine.epoch + self._under_way.share(self._engine)

    def advance(self, orders: Orders) -> None:
        """Learn from one batch or more."""
        started = time.perf_counter()
        while True:
            self._learn(orders)
            over = time.perf_counter() - started >= CHUNK_SECONDS
            if over or orders.at_most == 1 or self.position >= orders.until - 1e-9:
                return

    def _learn(self, orders: Orders) -> None:
        """Learn from as many batches as fit into the time, in one call of the engine."""
        if self._under_way.learn(self._engine, self._engine.epoch, orders):
            self._engine.epoch += 1

    def state(self) -> dict[str, NDArray[np.generic]]:
        """How the epoch that is under way began."""
        return self._under_way.state(self._engine)

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Go on from ``position``, within an epoch too."""
        self._engine.epoch = int(position + 1e-9)
        self._under_way.restore(self._engine, state, position - self._engine.epoch, level)


def stepper_of(engine: Engine, rows: int, epochs: int) -> Stepper:
    """The stepper that drives ``engine``."""
    if isinstance(engine, FusedEngine):
        return FusedStepper(engine, rows, epochs)
    return BatchStepper(engine, rows, epochs)
