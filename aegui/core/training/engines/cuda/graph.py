"""Steps of larger networks as replays of a CUDA graph: one launch instead of one per operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Capture = Callable[[torch.Generator, Callable[[], None]], Callable[[], None]]

_WARM_UP = 4
"""Steps before the capture, in which torch compiles the functions and libraries take their memory,
neither of which a capture permits."""
_NEAR = 0.05
"""Share of a step's length by which its replay may differ: sums in another order, no more."""


def captured(generator: torch.Generator, step: Callable[[], None]) -> Callable[[], None]:
    """Capture ``step`` without running it; return a function that runs it.

    Raises:
        RuntimeError: The step waits for the GPU, or uses what cannot be captured.
    """
    graph, before = torch.cuda.CUDAGraph(), generator.clone_state()
    stream = torch.cuda.current_stream()
    graph.register_generator_state(generator)
    try:
        # Other threads may allocate memory of the GPU meanwhile, as for a training of their own.
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            step()
    except RuntimeError:
        # torch does not end a capture that fails: its stream would stay the current one, and the
        # state of the generator would refuse to draw outside a capture.
        torch.cuda.set_stream(stream)
        generator.graphsafe_set_state(before)
        raise
    return graph.replay


def wait_for(device: torch.device) -> None:
    """Wait for what was launched on ``device``, if it is a GPU."""
    if device.type == "cuda":
        torch.cuda.current_stream(device).synchronize()


class StepGraph:
    """Captures a step after some calls of it, and replays it from then on.

    A graph reads and writes the tensors that it was captured with and draws from ``generator`` as
    the step would; Python numbers of the step are part of it. Its first replay is compared with the
    step itself, from the same weights; one that differs is not used.

    Args:
        generator: The generator that the step draws from.
        changed: The tensors that the step changes.
        capture: Captures a step; None for ``captured``.
    """

    def __init__(
        self,
        generator: torch.Generator,
        changed: Sequence[torch.Tensor],
        capture: Capture | None = None,
    ) -> None:
        self._generator = generator
        self._changed = changed
        self._capture = capture or captured
        self._replay: Callable[[], None] | None = None
        self._steps = 0
        self._is_possible = True

    def run(self, step: Callable[[], None]) -> None:
        """Do ``step``, always the same call."""
        if self._replay is not None:
            self._replay()
            return
        self._steps += 1
        if not self._is_possible or self._steps <= _WARM_UP:
            step()
            return
        before, drawn = self._state()
        step()
        after, drawn_after = self._state()
        try:
            replay = self._capture(self._generator, step)
        except RuntimeError:
            self._is_possible = False
            return
        self._restore(before, drawn)
        replay()
        if self._is_near(before, after):
            self._replay = replay
            return
        self._is_possible = False
        self._restore(after, drawn_after)

    def _state(self) -> tuple[list[torch.Tensor], torch.Tensor]:
        return [tensor.clone() for tensor in self._changed], self._generator.get_state()

    def _restore(self, values: Sequence[torch.Tensor], drawn: torch.Tensor) -> None:
        for tensor, value in zip(self._changed, values, strict=True):
            tensor.copy_(value)
        self._generator.set_state(drawn)

    def _is_near(self, before: Sequence[torch.Tensor], after: Sequence[torch.Tensor]) -> bool:
        """Return whether all tensors are now near ``after``, compared with the step's length."""
        for all_three in zip(self._changed, after, before, strict=True):
            # A run that has diverged is no reason against the others.
            now, then, start = (torch.nan_to_num(tensor.float()) for tensor in all_three)
            if (now - then).abs().sum() > _NEAR * (then - start).abs().sum():
                return False
        return True
