"""Measuring a population between epochs: loss of every run, wrong pixels of every sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from aegui.core.training.program import Forward, Source, bind_layers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.parameters import Parameters
    from aegui.core.training.samples import Samples

_LOSS_LINES = {
    # torch's own refuses NaN, which is what a run that has gone astray gives: it must be counted.
    "bce": "loss = -({target} * {output}.log().clamp_min(-100.0)"
    " + (1.0 - {target}) * (-{output}).log1p().clamp_min(-100.0))",
    "mse": "loss = ({output} - {target}).square()",
    "mae": "loss = ({output} - {target}).abs()",
    "huber": "loss = torch.ops.aten.huber_loss({output}, {target}, 0, {delta!r})",
}


@dataclass(frozen=True, eq=False)
class Measured:
    """One measurement.

    Attributes:
        loss: float64 ``[K]``; of a denoiser, over one fixed noisy draw.
        wrong: int64 ``[K, N]``, wrong pixels per sample for the clean input.
    """

    loss: NDArray[np.float64]
    wrong: NDArray[np.int64]


class Meter:
    """A compiled forward pass over the samples and the figures taken from it."""

    def __init__(self, resolved: ResolvedRecipe, parameters: Parameters, samples: Samples) -> None:
        self._resolved = resolved
        self._parameters = parameters
        self._source = Source()
        self._program = self._build(samples)

    def measure(self) -> Measured:
        """Figures of the current weights, without dropout."""
        with torch.no_grad():
            loss, wrong = self._program(self._source.tensors, self._source.lists)
        return Measured(loss.cpu().double().numpy(), wrong.cpu().numpy())

    def _build(self, samples: Samples) -> torch.jit.ScriptFunction:  # type: ignore[type-arg]
        source = self._source
        bind_layers(source, self._parameters, gradients=False)
        output = self._emit_forward(samples.clean, "clean", "")
        source.bind("clean_target", samples.clean)
        # Thresholding both sides also serves targets that are grey levels.
        source.line(f"wrong = torch.ne({output}.gt(0.5), clean_target.gt(0.5)).sum([2])", 0)
        target = "clean_target"
        if samples.noisy_evaluation:
            output = self._emit_forward(samples.eval_inputs, "noisy", "_noisy")
            target = source.bind("noisy_target", samples.eval_target)
        # torch's losses want a target of the output's shape, not one that broadcasts to it.
        source.line(f"target = {target}.expand_as({output})", 0)
        training = self._resolved.recipe.training
        template = _LOSS_LINES[training.loss]
        source.line(template.format(output=output, target="target", delta=training.huber_delta), 0)
        source.line("return loss.mean([1, 2]), wrong", 0)
        return source.compile("measure", "", "Tuple[Tensor, Tensor]")  # type: ignore[no-any-return]

    def _emit_forward(self, inputs: torch.Tensor, name: str, tag: str) -> str:
        """Emit a pass of ``inputs`` ``[1, rows, D]`` through all runs; the output's name."""
        source = self._source
        runs, rows = self._parameters.layout.runs, inputs.shape[1]
        source.bind(name, inputs.expand(runs, -1, -1).contiguous())
        layers = [shape.spec for shape in self._resolved.layers]
        forward = Forward(source, layers, self._parameters, tag)
        forward.emit(name, rows, 0, training=False)
        return forward.outputs[-1]
