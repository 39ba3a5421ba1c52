"""The timeline of a training: weights of many epochs within a byte budget, to look back at.

Weights are kept where the history has a row, densest in the first epochs (see ``record_stride``).
When they fill the budget every second row is given up, and from then on only every second one is
kept: they stay spread over the whole training as the rows are. Needs no torch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.sampled import spread_over
from aegui.core.training.record.layout import Layout, as_snapshot
from aegui.core.training.record.snapshot import LayerWeights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe, Shapes
    from aegui.core.training.record.snapshot import Snapshot

BUDGET_BYTES = 64 << 20
"""Memory that the weights of one timeline take at most, unless another budget is set."""
SAVED_BYTES = 16 << 20
"""What they take at most in a file, in half precision."""


@dataclass(frozen=True, eq=False)
class TimelineFrame:
    """The weights of one moment.

    Attributes:
        epoch: Epochs done; whole but for the first epochs of large sets.
        row: Parameters and then buffers of all runs, ``[n]``, read-only; float32, or float16 as
            read from a file.
    """

    epoch: float
    row: NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class TimelineView:
    """The weights kept at one moment, oldest first; immutable.

    Attributes:
        of: What the weights are of.
        runs: Runs of the population.
        frames: The moments, by growing epoch.
    """

    of: ResolvedRecipe | Shapes
    runs: int
    frames: tuple[TimelineFrame, ...]

    def __len__(self) -> int:
        """The number of moments."""
        return len(self.frames)

    @cached_property
    def epochs(self) -> NDArray[np.float64]:
        """The epoch of each moment, ``[T]``."""
        return np.array([frame.epoch for frame in self.frames], np.float64)

    @property
    def nbytes(self) -> int:
        """Memory that the weights take."""
        return sum(frame.row.nbytes for frame in self.frames)

    @cached_property
    def layout(self) -> Layout:
        """Where the tensors lie in each row."""
        return Layout(self.of.all_layers, self.runs)

    def index_at(self, epoch: float) -> int:
        """The moment nearest to ``epoch``; of two that are as near the earlier one.

        Raises:
            IndexError: There is none.
        """
        if not self.frames:
            raise IndexError(epoch)
        after = int(np.searchsorted(self.epochs, epoch))
        if after == 0:
            return 0
        if after == len(self.frames):
            return after - 1
        before, there = self.epochs[after - 1 : after + 1]
        return after if there - epoch < epoch - before else after - 1

    def snapshot(self, index: int) -> Snapshot:
        """The weights of moment ``index`` (negative: from the end), as float32."""
        return self.snapshot_of(self.frames[index])

    def snapshot_of(self, frame: TimelineFrame) -> Snapshot:
        """The weights of ``frame``, one of these or an earlier one of this training, as float32."""
        layout = self.layout
        row = np.asarray(frame.row, np.float32)
        flat, buffers = row[: layout.size], row[layout.size :]
        layers = []
        for learnt, kept in zip(layout.learnt, layout.kept, strict=True):
            tensors = {name: block.array(flat) for name, block in learnt.items()}
            tensors.update((name, block.array(buffers)) for name, block in kept.items())
            for tensor in tensors.values():
                tensor.setflags(write=False)
            layers.append(LayerWeights(MappingProxyType(tensors)))
        return as_snapshot(tuple(layers), self.of, int(frame.epoch + 1e-9))

    def until(self, epoch: float) -> TimelineView:
        """What was kept before ``epoch``."""
        return replace(self, frames=tuple(it for it in self.frames if it.epoch < epoch - 1e-9))

    def thinned(self, most: int) -> TimelineView:
        """At most ``most`` (>= 2) moments, spread evenly; the first and the last stay."""
        if len(self.frames) <= most:
            return self
        places = spread_over(len(self.frames), most)
        return replace(self, frames=tuple(self.frames[place] for place in places.tolist()))


@dataclass(frozen=True, eq=False)
class Fork:
    """Where a training begins that goes on from an epoch of another one under other settings.

    The optimiser remembers nothing: its averages begin anew, as do schedule, patience and goals.

    Attributes:
        epoch: Epochs done.
        row: The weights, as in ``TimelineFrame``.
        signature: ``ResolvedRecipe.signature`` of the network that they are of.
    """

    epoch: int
    row: NDArray[np.floating]
    signature: str


def row_of(snapshot: Snapshot, of: ResolvedRecipe | Shapes) -> NDArray[np.float32] | None:
    """The weights of ``snapshot`` as one row, the inverse of ``snapshot_of``.

    None where it lacks a tensor of the network ``of``, or has one of another shape.
    """
    stacks = (snapshot.layers, *(snapshot.parts.get(name, ()) for name in of.parts))
    layers = [layer for stack in stacks for layer in stack]
    layout = Layout(of.all_layers, snapshot.runs)
    if len(layers) != len(layout.learnt):
        return None
    row = np.empty(layout.size + layout.buffer_size, np.float32)
    flat, buffers = row[: layout.size], row[layout.size :]
    for layer, learnt, kept in zip(layers, layout.learnt, layout.kept, strict=True):
        for blocks, numbers in ((learnt, flat), (kept, buffers)):
            for name, block in blocks.items():
                tensor = layer.tensors.get(name)
                if tensor is None or tensor.shape != (block.runs, *block.shape):
                    return None
                block.array(numbers)[:] = tensor
    return row


class Timeline:
    """Keeps weights while a training writes; any thread may take a ``view()`` meanwhile.

    Args:
        of: What is trained.
        runs: Runs of the population.
        budget_bytes: Memory that the weights may take; too small for two moments keeps none.
        before: What an earlier part of the training has kept.
    """

    def __init__(
        self,
        of: ResolvedRecipe | Shapes,
        runs: int,
        budget_bytes: int = BUDGET_BYTES,
        before: TimelineView | None = None,
    ) -> None:
        layout = Layout(of.all_layers, runs)
        self._view = TimelineView(of, runs, ())
        self.row_bytes = 4 * (layout.size + layout.buffer_size)
        capacity = budget_bytes // max(1, self.row_bytes)
        self.capacity = capacity if capacity >= 2 else 0
        self._stride = 1
        self._count = 0
        self._numbers: list[int] = []
        self._frames: list[TimelineFrame] = []
        if before is not None and self.capacity:
            for frame in before.frames:
                self._add(frame)

    def record(self, epoch: float, row: Callable[[], NDArray[np.float32]]) -> None:
        """Keep the weights after ``epoch`` epochs, if it is their turn.

        Args:
            epoch: Epochs done; an earlier one than before gives up what lies after it.
            row: Makes a copy of the weights; called only if they are kept.
        """
        if not self.capacity:
            return
        while self._frames and self._frames[-1].epoch >= epoch - 1e-9:
            self._cut(self._frames[:-1], self._numbers[:-1])
            self._count = self._numbers[-1] + 1 if self._numbers else 0
        if self._count % self._stride:
            self._count += 1
            return
        self._add(TimelineFrame(epoch, _read_only(row())))

    def finish(self, epoch: float, row: Callable[[], NDArray[np.float32]]) -> None:
        """Keep the last weights of all, whether it is their turn or not."""
        if self.capacity and (not self._frames or self._frames[-1].epoch < epoch - 1e-9):
            if len(self._frames) == self.capacity:
                self._thin()
            self._frames.append(TimelineFrame(epoch, _read_only(row())))
            self._numbers.append(self._count)
            self._count += 1

    def view(self) -> TimelineView:
        """What is kept at present; the same object as long as nothing changes."""
        # The list is only appended to, or replaced as a whole.
        frames = self._frames
        if len(frames) != len(self._view.frames) or (
            frames and frames[-1] is not self._view.frames[-1]
        ):
            self._view = replace(self._view, frames=tuple(frames))
        return self._view

    def _add(self, frame: TimelineFrame) -> None:
        if len(self._frames) == self.capacity:
            self._thin()
        if self._count % self._stride == 0:
            self._frames.append(frame)
            self._numbers.append(self._count)
        self._count += 1

    def _thin(self) -> None:
        """Give up every second row, until there is room for another."""
        while len(self._frames) >= self.capacity and len(self._frames) > 1:
            self._stride *= 2
            kept = [
                place for place, number in enumerate(self._numbers) if not number % self._stride
            ]
            self._cut([self._frames[it] for it in kept], [self._numbers[it] for it in kept])

    def _cut(self, frames: Sequence[TimelineFrame], numbers: Sequence[int]) -> None:
        self._numbers = list(numbers)
        self._frames = list(frames)


def _read_only(row: NDArray[np.float32]) -> NDArray[np.float32]:
    row.setflags(write=False)
    return row
