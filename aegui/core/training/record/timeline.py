"""The timeline of a training: weights of many epochs, kept within a byte budget for later review.

Weights are kept where the history has a row, densest in the first epochs (see ``record_stride``).
When they fill the budget, every second frame is dropped, and from then on only every second one is
kept: frames stay spread over the whole training as the rows are. Needs no torch.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import evenly_spaced
from aegui.core.training.record.layout import Layout, as_snapshot
from aegui.core.training.record.snapshot import LayerWeights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe, Shapes
    from aegui.core.training.record.snapshot import Snapshot

BUDGET_BYTES = 64 << 20
"""Default upper bound of the memory for the weights of one timeline."""
SAVED_BYTES = 16 << 20
"""Upper bound of their size in a file, in half precision."""


@dataclass(frozen=True, eq=False)
class TimelineFrame:
    """The weights at one epoch."""

    epoch: float
    """Epochs done; whole except in the first epochs of large sets."""
    row: NDArray[np.floating]
    """Parameters followed by buffers of all runs, ``[n]``, read-only; float32, or float16 if read
    from a file."""


@dataclass(frozen=True, eq=False)
class TimelineView:
    """The weights kept up to one moment, oldest first; immutable."""

    of: ResolvedRecipe | Shapes
    """The network that the weights belong to."""
    runs: int
    """Runs of the population."""
    frames: tuple[TimelineFrame, ...]
    """The kept weights, by increasing epoch."""

    def __len__(self) -> int:
        """The number of frames."""
        return len(self.frames)

    @cached_property
    def epochs(self) -> NDArray[np.float64]:
        """The epoch of each frame, ``[T]``."""
        return np.array([frame.epoch for frame in self.frames], np.float64)

    @property
    def nbytes(self) -> int:
        """Memory used by the weights, in bytes."""
        return sum(frame.row.nbytes for frame in self.frames)

    @cached_property
    def layout(self) -> Layout:
        """Positions of the tensors in each row."""
        return Layout(self.of.all_layers, self.runs)

    def index_at(self, epoch: float) -> int:
        """Return the index of the frame nearest to ``epoch``, the earlier of two as near.

        Raises:
            IndexError: There are no frames.
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
        """Return the weights of frame ``index`` (negative: from the end), as float32."""
        return self.snapshot_of(self.frames[index])

    def snapshot_of(self, frame: TimelineFrame) -> Snapshot:
        """Return the weights of ``frame``, of this or an earlier view, as float32."""
        layout = self.layout
        row = np.asarray(frame.row, np.float32)
        flat, buffers = row[: layout.size], row[layout.size :]
        layers = []
        for learnt, buffer_blocks in zip(layout.parameters, layout.buffers, strict=True):
            tensors = {name: block.array(flat) for name, block in learnt.items()}
            tensors.update((name, block.array(buffers)) for name, block in buffer_blocks.items())
            for tensor in tensors.values():
                tensor.setflags(write=False)
            layers.append(LayerWeights(MappingProxyType(tensors)))
        return as_snapshot(tuple(layers), self.of, int(frame.epoch + 1e-9))

    def until(self, epoch: float) -> TimelineView:
        """Return the frames before ``epoch``."""
        return replace(self, frames=tuple(it for it in self.frames if it.epoch < epoch - 1e-9))

    def thinned(self, most: int) -> TimelineView:
        """Return at most ``most`` (>= 2) frames, spread evenly; the first and the last are kept."""
        if len(self.frames) <= most:
            return self
        indices = evenly_spaced(len(self.frames), most)
        return replace(self, frames=tuple(self.frames[index] for index in indices.tolist()))


@dataclass(frozen=True, eq=False)
class Fork:
    """Start of a training that branches off at an epoch of another one, under other settings.

    The optimiser state is not carried over: its averages start afresh, as do schedule, patience
    and goals.
    """

    epoch: int
    """Epochs done."""
    row: NDArray[np.floating]
    """The weights, as in ``TimelineFrame``."""
    signature: str
    """``ResolvedRecipe.signature`` of the network that they belong to."""


def row_of(snapshot: Snapshot, of: ResolvedRecipe | Shapes) -> NDArray[np.float32] | None:
    """Return the weights of ``snapshot`` as one row, the inverse of ``snapshot_of``.

    None if it lacks a tensor of the network ``of``, or has one of another shape.
    """
    stacks = (snapshot.layers, *(snapshot.parts.get(name, ()) for name in of.parts))
    layers = [layer for stack in stacks for layer in stack]
    layout = Layout(of.all_layers, snapshot.runs)
    if len(layers) != len(layout.parameters):
        return None
    row = np.empty(layout.size + layout.buffer_size, np.float32)
    flat, buffers = row[: layout.size], row[layout.size :]
    for layer, learnt, buffer_blocks in zip(layers, layout.parameters, layout.buffers, strict=True):
        for blocks, numbers in ((learnt, flat), (buffer_blocks, buffers)):
            for name, block in blocks.items():
                tensor = layer.tensors.get(name)
                if tensor is None or tensor.shape != (block.runs, *block.shape):
                    return None
                block.array(numbers)[:] = tensor
    return row


class Timeline:
    """Keeps weights while a training runs; any thread may take a ``view()`` meanwhile.

    Args:
        of: The network being trained.
        runs: Runs of the population.
        budget_bytes: Memory for the weights; if too small for two frames, none are kept.
        before: Frames kept by an earlier part of the training.
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
        """Keep the weights after ``epoch`` epochs, if the current stride selects them.

        Args:
            epoch: Epochs done; frames at or after it are dropped first.
            row: Returns a copy of the weights; called only if they are kept.
        """
        if not self.capacity:
            return
        self._drop(epoch - 1e-9)
        if self._count % self._stride:
            self._count += 1
            return
        self._add(TimelineFrame(epoch, _read_only(row())))

    def finish(self, epoch: float, row: Callable[[], NDArray[np.float32]]) -> None:
        """Keep the final weights, whatever the current stride."""
        if self.capacity and (not self._frames or self._frames[-1].epoch < epoch - 1e-9):
            if len(self._frames) == self.capacity:
                self._thin()
            self._frames.append(TimelineFrame(epoch, _read_only(row())))
            self._numbers.append(self._count)
            self._count += 1

    def cut(self, epoch: float) -> None:
        """Drop the weights kept after ``epoch``."""
        self._drop(epoch + 1e-9)

    def view(self) -> TimelineView:
        """Return the frames kept so far; the same object as long as nothing changes."""
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
        """Drop every second frame, until there is space for another."""
        while len(self._frames) >= self.capacity and len(self._frames) > 1:
            self._stride *= 2
            remaining = [
                index for index, number in enumerate(self._numbers) if not number % self._stride
            ]
            self._replace(
                [self._frames[it] for it in remaining], [self._numbers[it] for it in remaining]
            )

    def _drop(self, epoch: float) -> None:
        """Drop the frames from ``epoch`` on."""
        while self._frames and self._frames[-1].epoch >= epoch:
            self._replace(self._frames[:-1], self._numbers[:-1])
            self._count = self._numbers[-1] + 1 if self._numbers else 0

    def _replace(self, frames: Sequence[TimelineFrame], numbers: Sequence[int]) -> None:
        self._numbers = list(numbers)
        self._frames = list(frames)


def _read_only(row: NDArray[np.float32]) -> NDArray[np.float32]:
    row.setflags(write=False)
    return row
