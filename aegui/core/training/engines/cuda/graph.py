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
_EQUAL = 3
"""Steps with equal numbers after which a capture pays: it takes as long as some steps."""
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


class StepGraph:
    """Captures a step, and replays it as long as its numbers stay the same.

    A graph reads and writes the tensors that it was captured with, draws from ``generator`` as the
    step would, and contains all Python numbers of the step: they are its key. Its first replay is
    compared with the step itself, from the same weights; one that differs is not used.

    Args:
        generator: The generator that the step draws from.
        changed: The tensors that the step changes.
        capture: Captures a step, see ``captured``.
    """

    def __init__(
        self,
        generator: torch.Generator,
        changed: Sequence[torch.Tensor],
        capture: Capture = captured,
    ) -> None:
        self._generator = generator
        self._changed = changed
        self._capture = capture
        self._replay: Callable[[], None] | None = None
        self._key: object = None
        self._last: object = None
        self._steps = self._equal = 0
        self._is_possible = True

    def run(self, key: object, step: Callable[[], None]) -> None:
        """Do ``step``; steps with equal keys must be the same calls."""
        if self._replay is not None and key == self._key:
            self._replay()
            return
        self._equal = self._equal + 1 if key == self._last else 1
        self._steps, self._last = self._steps + 1, key
        if not self._is_possible or self._steps <= _WARM_UP or self._equal <= _EQUAL:
            step()
            return
        before, drawn = self._state()
        step()
        after, drawn_after = self._state()
        try:
            replay = self._capture(self._generator, step)
        except RuntimeError:
            self._is_possible, self._replay = False, None
            return
        self._restore(before, drawn)
        replay()
        if self._is_near(before, after):
            self._replay, self._key = replay, key
            return
        self._is_possible, self._replay = False, None
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
