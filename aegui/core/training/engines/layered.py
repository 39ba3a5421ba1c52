"""The layered engine: generated steps for chains of any layers, including convolutions.

Forward and backward pass of one run are one compiled function, the update of all runs is another,
and a third calls them batch by batch and run by run: many batches are thus one call from Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aegui.core.training.engines.batch_program import (
    BatchProgram,
    GeneratedEngine,
    compiled,
    number_type,
    step_parameters,
)
from aegui.core.training.step.lines import drawn, emit_beta, emit_gradient, emit_penalties
from aegui.core.training.step.primitives import primitives_on
from aegui.core.training.step.program import Source
from aegui.core.training.step.tape import Tape
from aegui.core.training.step.update import emit_update

if TYPE_CHECKING:
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples


_FIRST_PARAMETERS = (
    ("runs", "List[List[Tensor]]"),
    ("drawn", "List[Tensor]"),
    ("t", "List[Tensor]"),
    ("s", "List[List[Tensor]]"),
)
_STEP = """
def step({first_parameters}, {parameters}) -> None:
{draw}
    for run in range(len(runs)):
        x = inputs[min(run, inputs.size(0) - 1)]
        aim = target[min(run, target.size(0) - 1)]
        gradient(runs[run], s, x, aim, position)
    update(t, s, lr)
"""
"""One step: random draws, the gradient of each of the ``runs``, and the update of all runs."""


class LayeredEngine(GeneratedEngine):
    """Trains batch by batch: the gradient of each run, then one update of all."""

    name = "layered"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        super().__init__(resolved, parameters, samples, generator)
        self._update = Source()
        emit_penalties(self._update, resolved, parameters, 0)
        emit_update(
            self._update,
            resolved.recipe.training.optimizer,
            parameters,
            0,
            is_captured=self._is_captured,
        )
        self.prepare()

    def _build(self, width: int, rows: int) -> BatchProgram:
        source, parameters, resolved = Source(), self._parameters, self._resolved
        runs, tape = parameters.layout.runs, Tape(source, primitives_on(parameters.device))
        captured = self._is_captured
        emit_beta(source, resolved.recipe.network.latent, "position", 0, is_captured=captured)
        masks, noise, lines = drawn(resolved, rows, parameters.device)
        mask_buffers = {index: tape.of_run(f"mask{index}_", mask) for index, mask in masks.items()}
        noise_buffer = None if noise is None else tape.of_run("noise_", noise)
        pixels = resolved.layers[0].inputs
        like = torch.empty(rows, pixels, device=parameters.device)
        batch = tape.named("inputs", like), tape.named("target", like)
        emit_gradient(
            tape,
            resolved,
            parameters,
            *batch,
            mask_buffers,
            noise_buffer,
            stacked=False,
            is_captured=captured,
        )
        places = [*masks.values(), *([] if noise is None else [noise])]
        draw = [line.format(f"drawn[{at}]") for at, line in enumerate(lines)]
        step = _STEP.format(
            first_parameters=", ".join(f"{name}: {kind}" for name, kind in _FIRST_PARAMETERS),
            parameters=step_parameters(self.device),
            draw="\n".join("    " + line for line in draw),
        )
        number = number_type(self.device)
        text = "\n".join(
            (
                source.text("gradient", f"inputs: Tensor, target: Tensor, position: {number}"),
                self._update.text("update", f"lr: {number}"),
                step,
            )
        )
        tensors = [tape.tensors(run) for run in range(runs)]
        arguments = tensors, places, self._update.tensors, self._update.lists
        return BatchProgram(compiled(text, _FIRST_PARAMETERS, rows, self.device), arguments)
