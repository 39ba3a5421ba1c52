"""The layered engine: generated steps for chains of any layers, convolutions among them.

Forward and backward pass of one run are one compiled function, the update of all runs is another,
and a third calls them batch by batch and run by run: so many batches are one call from Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aegui.core.network.forward import dropout_rate
from aegui.core.network.layers import is_image
from aegui.core.recipe import (
    ConvSpec,
    ConvTransposeSpec,
    DropoutSpec,
    FlattenSpec,
    LatentSpec,
    LayerSpec,
    NormSpec,
    PoolSpec,
    ReshapeSpec,
    UpsampleSpec,
)
from aegui.core.training.batch_program import (
    STEP_PARAMETERS,
    BatchProgram,
    GeneratedEngine,
    compiled,
)
from aegui.core.training.fused import emit_beta
from aegui.core.training.grey_lines import GreyConvolution, GreyTranspose, serves
from aegui.core.training.layer_lines import (
    ConvolutionLines,
    DenseLines,
    DropoutLines,
    LayerLines,
    NormLines,
    PoolLines,
    Scope,
    ShapeLines,
    UpsampleLines,
)
from aegui.core.training.losses import LOSSES
from aegui.core.training.program import Source, emit_loss_gradient, emit_penalties
from aegui.core.training.update import emit_update

if TYPE_CHECKING:
    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.parameters import Parameters
    from aegui.core.training.samples import Samples

_KINDS: dict[type, type[LayerLines]] = {
    LayerSpec: DenseLines,
    LatentSpec: DenseLines,
    ConvSpec: ConvolutionLines,
    ConvTransposeSpec: ConvolutionLines,
    PoolSpec: PoolLines,
    UpsampleSpec: UpsampleLines,
    NormSpec: NormLines,
    DropoutSpec: DropoutLines,
    FlattenSpec: ShapeLines,
    ReshapeSpec: ShapeLines,
}
"""Of a kind that is not here, the step is left to autograd."""


def knows(resolved: ResolvedRecipe) -> bool:
    """Whether the layers of a recipe can be such a program."""
    return (
        all(layer.tied_to is None and type(layer.spec) in _KINDS for layer in resolved.layers)
        and resolved.recipe.network.latent.top_k is None
        and not resolved.parts
    )


_OWN = (
    ("runs", "List[List[Tensor]]"),
    ("drawn", "List[Tensor]"),
    ("t", "List[Tensor]"),
    ("s", "List[List[Tensor]]"),
)
_STEP = """
def step({own}, {parameters}) -> None:
{draw}
    for run in range(len(runs)):
        x = inputs[min(run, inputs.size(0) - 1)]
        wanted = target[min(run, target.size(0) - 1)]
        gradient(runs[run], s, x, wanted, position)
    update(t, s, lr)
"""
"""One step: what is drawn, the gradient of each of the ``runs``, and the update of all."""


class LayeredEngine(GeneratedEngine):
    """Batch after batch; of each run the gradient, then one update of all."""

    name = "layered"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        super().__init__(resolved, parameters, samples, generator)
        self._resolved = resolved
        self._parameters = parameters
        self._update = Source()
        emit_penalties(self._update, resolved.recipe.training, parameters, 0)
        emit_update(self._update, resolved.recipe.training.optimizer, parameters, 0)

    def _build(self, width: int, rows: int) -> BatchProgram:
        source, runs = Source(), self._parameters.layout.runs
        scope = Scope(source, self._parameters, rows)
        # All is drawn before anything is computed, in the order of the autograd engines.
        drawn: list[torch.Tensor] = []
        draw: list[str] = []
        for index, layer in enumerate(self._resolved.layers):
            kept = 1 - dropout_rate(layer.spec)
            if kept < 1:
                draw.append(f"drawn[{len(drawn)}].bernoulli_({kept!r}, generator=g)")
                draw.append(f"drawn[{len(drawn)}].mul_({1 / kept!r})")
                drawn.append(torch.zeros(runs, rows, *layer.output_shape, device=scope.device))
                scope.set_mask(index, drawn[-1])
        latent = self._resolved.recipe.network.latent
        if latent.kind == "gaussian":
            draw.append(f"drawn[{len(drawn)}].normal_(0.0, 1.0, generator=g)")
            drawn.append(torch.zeros(runs, rows, latent.units, device=scope.device))
            scope.set_noise(drawn[-1])
        emit_beta(source, latent, "position", 0)
        self._emit_gradient(scope)
        step = _STEP.format(
            own=", ".join(f"{name}: {kind}" for name, kind in _OWN),
            parameters=STEP_PARAMETERS,
            draw="\n".join("    " + line for line in draw),
        )
        text = "\n".join(
            (
                source.text("gradient", "inputs: Tensor, target: Tensor, position: float"),
                self._update.text("update", "lr: float"),
                step,
            )
        )
        tensors = [scope.tensors(run) for run in range(runs)]
        own = tensors, drawn, self._update.tensors, self._update.lists
        return BatchProgram(compiled(text, _OWN, rows), own)

    def _emit_gradient(self, scope: Scope) -> None:
        layers = self._resolved.layers
        lines = [_lines_of(scope, index, layer) for index, layer in enumerate(layers)]
        x = "inputs"
        if is_image(layers[0].input_shape):
            x = scope.buffer("entered", layers[0].input_shape)
            scope.line(f"{x}.copy_({_as(layers[0].input_shape, 'inputs', scope.rows)})")
        for own in lines:
            x = own.forward(x)
        d = self._emit_loss(scope, x)
        lines[-1].by_pre_activation = bool(LOSSES[self._resolved.recipe.training.loss].of_logits)
        for index in reversed(range(len(lines))):
            d = lines[index].backward(d, wanted=index > 0)

    def _emit_loss(self, scope: Scope, output: str) -> str:
        """Gradient of the mean loss by the output, or with cross-entropy by the pre-activation."""
        training, last = self._resolved.recipe.training, self._resolved.layers[-1]
        shape = last.output_shape
        d = scope.buffer("by_output", shape)
        # Of a gaussian code the loss is a sum over the pixels, see objective.py.
        scale = 1.0 / scope.rows
        if self._resolved.recipe.network.latent.kind != "gaussian":
            scale /= last.outputs
        target = _as(shape, "target", scope.rows)
        emit_loss_gradient(scope.source, training, output, target, d, scale, 0)
        return d


def _lines_of(scope: Scope, index: int, layer: LayerShape) -> LayerLines:
    kind = _KINDS[type(layer.spec)]
    if serves(scope, layer):
        kind = GreyConvolution if isinstance(layer.spec, ConvSpec) else GreyTranspose
    return kind(scope, index, layer)


def _as(shape: tuple[int, ...], rows: str, count: int) -> str:
    """``rows`` as samples of that shape."""
    return f"{rows}.reshape({[count, *shape]})" if is_image(shape) else rows
