"""Random numbers of many epochs, drawn ahead by torch for the machines.

They are drawn in the order of the other engines, so that they are the same, and after a call the
generators are in the same state as without the machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.training.step.program import Source

if TYPE_CHECKING:
    from aegui.core.training.step.samples import Samples

ORDER = "order"
"""Buffer of the order in which batches take the samples, ``[..., rows]``."""
_MAX_NUMBERS = 1 << 20
"""Maximum number of values drawn ahead, so as to stay in a cache, unless an epoch needs more."""


class EpochBatches:
    """Division of an epoch into batches.

    Attributes:
        full_batches: Number of full-size batches.
        rest: Samples of a smaller last batch; 0 if there is none.
        rows: Samples of a full-size batch.
        ends: Position in the epoch at which each batch ends, float64.
    """

    def __init__(self, samples: Samples) -> None:
        self.rows = samples.batch_rows
        self.full_batches, self.rest = divmod(samples.rows, samples.batch_rows)
        ends = np.arange(1, self.count + 1) * self.rows
        self.ends = np.minimum(ends, samples.rows) / samples.rows

    @property
    def count(self) -> int:
        """Number of batches."""
        return self.full_batches + (self.rest > 0)

    @property
    def kinds(self) -> list[tuple[int, str]]:
        """Samples of each kind of batch, and the tag of names made for it."""
        return [(self.rows, "")] + ([(self.rest, "_rest")] if self.rest else [])


class Draws:
    """A program of torch with lines for the draws of an epoch, and for those of each batch."""

    def __init__(self, batches: EpochBatches) -> None:
        self.source = Source()
        self._batches = batches
        self._like: dict[str, tuple[int, torch.Tensor]] = {}
        self._buffers: dict[str, torch.Tensor] = {}
        self._lines: dict[str | None, list[str]] = {None: [], "": [], "_rest": []}
        self._program: Any = None

    def bind_buffer(self, name: str, like: torch.Tensor, tag: str | None = None) -> None:
        """Bind ``name`` to a buffer like ``like``, a different one for each epoch or batch.

        ``tag`` is that of the batches that draw it; None if it is drawn once per epoch.
        """
        many = self._batches.full_batches if tag == "" else 1
        self._like[name] = many, like
        self.source.bind(f"{name}_all", like.new_empty(0, many, *like.shape))
        self.line(f"{name} = {name}_all[i][{'j' if tag == '' else 0}]", tag)

    def line(self, text: str, tag: str | None = None) -> None:
        """Add a statement that draws; ``tag`` as in ``bind_buffer``."""
        self._lines[tag].append(text)

    def compile(self, parameters: str) -> None:
        """Compile the program as a function of ``epochs`` and these ``parameters``."""
        if not self._like:
            return
        source = self.source
        source.line("for i in range(epochs):", 0)
        for text in self._lines[None]:
            source.line(text, 1)
        if self._lines[""]:
            source.line(f"for j in range({self._batches.full_batches}):", 1)
        for text in self._lines[""]:
            source.line(text, 2)
        for text in self._lines["_rest"]:
            source.line(text, 1)
        self._program = source.compile("draw", f"epochs: int, {parameters}")

    @property
    def most_epochs(self) -> int:
        """Maximum number of epochs that are drawn ahead."""
        numbers = sum(many * like.numel() for many, like in self._like.values())
        return max(1, _MAX_NUMBERS // max(1, numbers))

    def draw(self, epochs: int, *arguments: Any) -> dict[str, torch.Tensor]:
        """Return the buffers by name, ``[epochs, batches or 1, ...]``, drawn with ``arguments``."""
        if self._program is None:
            return {}
        for name, (many, like) in self._like.items():
            if name not in self._buffers or len(self._buffers[name]) < epochs:
                self._buffers[name] = like.new_empty(epochs, many, *like.shape)
        buffers = {f"{name}_all": buffer for name, buffer in self._buffers.items()}
        with torch.no_grad():
            self._program(self.source.tensors_with(buffers), self.source.lists, epochs, *arguments)
        return self._buffers | self._orders()

    def _orders(self) -> dict[str, torch.Tensor]:
        """Return the order of the full-size batches and that of the last one, by their tags."""
        order = self._buffers.get(ORDER)
        if order is None:
            return {}
        batches = self._batches
        stop = batches.full_batches * batches.rows
        # A view: [epochs, 1, ..., rows] -> [epochs, batches, ..., rows of one].
        full_order = order[..., :stop].view(*order.shape[:-1], batches.full_batches, batches.rows)
        return {ORDER: full_order.squeeze(1).movedim(-2, 1), f"{ORDER}_rest": order[..., stop:]}
