"""Step programs: a whole training step with its hand-derived gradient, written out as source text.

Tiny networks are bound by the cost of *calling* operations. So the step of a given network is
generated as straight-line code of in-place operations on preallocated buffers, and compiled by
``torch.jit.CompilationUnit``: many epochs are then one call from Python, run by torch's own
interpreter, which is about 1.6 times faster than the same lines run by Python, and which does not
hold Python's global lock, so that a busy window and a training hardly feel each other.

(``torch.jit.script`` would need the source file of a function, which a frozen app has not got;
text works everywhere.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from aegui.core.data.corruption import known_shape
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.formula import renamed
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.forward import dropout_rate
from aegui.core.recipe import LatentSpec, LayerSpec
from aegui.core.training.gaussian_lines import GaussianCode
from aegui.core.training.losses import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import TrainingSpec
    from aegui.core.training.parameters import Parameters


class Source:
    """Lines of one function and the tensors that its names stand for."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self.tensors: list[torch.Tensor] = []
        self.lists: list[list[torch.Tensor]] = []
        self._lines: list[str] = []

    def bind(self, name: str, tensor: torch.Tensor) -> str:
        """Let ``name`` stand for ``tensor``, and give the name back.

        Raises:
            ValueError: The name stands for another tensor already.
        """
        if name in self._names:
            bound = self.tensor(name)
            if bound.data_ptr() != tensor.data_ptr() or bound.shape != tensor.shape:
                raise ValueError(f"{name} is bound already")
            return name
        self._names[name] = len(self.tensors)
        self.tensors.append(tensor)
        return name

    def __contains__(self, name: str) -> bool:
        """Whether ``name`` stands for a tensor."""
        return name in self._names

    def tensor(self, name: str) -> torch.Tensor:
        """The tensor that ``name`` stands for."""
        return self.tensors[self._names[name]]

    def tensors_with(self, others: Mapping[str, torch.Tensor]) -> list[torch.Tensor]:
        """``tensors`` with some names standing for other ones."""
        tensors = list(self.tensors)
        for name, tensor in others.items():
            tensors[self._names[name]] = tensor
        return tensors

    def bind_list(self, *tensors: torch.Tensor) -> str:
        """An expression for the list of ``tensors``.

        Operations that mutate the tensors of a list must get the list from outside: torch's
        interpreter takes changes of a list made inside for dead code, and leaves them out.
        """
        self.lists.append(list(tensors))
        return f"s[{len(self.lists) - 1}]"

    def line(self, text: str, indent: int) -> None:
        """Add a statement ``indent`` levels deep in the function."""
        if text:
            self._lines.append("    " * (indent + 1) + text)

    def text(self, name: str, parameters: str, result: str = "None") -> str:
        """The function, to be called with ``tensors``, ``lists`` and ``parameters``."""
        header = f"def {name}(t: List[Tensor], s: List[List[Tensor]], {parameters}) -> {result}:"
        unpack = [f"    {key} = t[{index}]" for key, index in self._names.items()]
        return "\n".join([header, *unpack, *self._lines]) + "\n"

    def compile(self, name: str, parameters: str, result: str = "None") -> Any:
        """The function, compiled."""
        return getattr(torch.jit.CompilationUnit(self.text(name, parameters, result)), name)


def emit_corruption(
    source: Source,
    kind: str,
    clean: str,
    out: str,
    indent: int,
    image_shape: tuple[int, int, int] | None = None,
) -> None:
    """Lines that write the corrupted ``clean`` to ``out``; ``level`` and ``g`` are in scope.

    They draw and compute exactly what ``corrupt_into`` of ``core/data/corruption.py`` does.
    """
    noise = CORRUPTIONS[kind]
    if noise.neighbours:
        channels, height, width = known_shape(image_shape)
        source.line(f"channels, height, width = {channels}, {height}, {width}", indent)
    for text in noise.lines:
        source.line(renamed(text, clean=clean, out=out), indent)


def is_gaussian(spec: LayerSpec | LatentSpec) -> bool:
    """Whether a layer gives a code that is drawn."""
    return isinstance(spec, LatentSpec) and spec.kind == "gaussian"


def dense_specs(resolved: ResolvedRecipe) -> list[LayerSpec | LatentSpec]:
    """The layers of a chain of dense layers, all that a step program knows."""
    return [
        layer.spec for layer in resolved.layers if isinstance(layer.spec, LayerSpec | LatentSpec)
    ]


class Forward:
    """Emits the forward pass of ``rows`` samples of all runs through a chain of dense layers.

    After ``emit``, ``outputs[i]`` names the output of layer i (after dropout; of a gaussian code
    what is drawn), ``activations[i]`` and ``pre[i]`` what its backward line needs (of a gaussian
    code its mean), and ``drawn[i]`` is there where layer i gives a gaussian code.
    """

    def __init__(
        self,
        source: Source,
        layers: Sequence[LayerSpec | LatentSpec],
        parameters: Parameters,
        tag: str = "",
    ) -> None:
        self._source = source
        self._layers = layers
        self._parameters = parameters
        self._tag = tag
        self.pre: list[str] = []
        self.activations: list[str] = []
        self.outputs: list[str] = []
        self.masks: list[str | None] = []
        self.drawn: dict[int, GaussianCode] = {}

    def emit(self, inputs: str, rows: int, indent: int) -> None:
        """Add the lines of a step, with dropout and a code that is drawn, both from ``g``."""
        # All is drawn before anything is computed, in the order of the autograd engines.
        self.masks = [self._emit_mask(index, rows, indent) for index in range(len(self._layers))]
        noises = [self._emit_noise(index, rows, indent) for index in range(len(self._layers))]
        self._emit_layers(inputs, rows, noises, indent)

    def emit_use(self, inputs: str, rows: int, indent: int, noise: torch.Tensor | None) -> None:
        """Add the lines of a pass without dropout, and with this ``noise`` of a gaussian code."""
        self.masks = [None] * len(self._layers)
        noises: list[str | None] = [None] * len(self._layers)
        if noise is not None:
            name = self._source.bind(f"noise{self._tag}", noise)
            noises = [name if is_gaussian(spec) else None for spec in self._layers]
        self._emit_layers(inputs, rows, noises, indent)

    def _emit_layers(
        self, inputs: str, rows: int, noises: Sequence[str | None], indent: int
    ) -> None:
        for index, noise in enumerate(noises):
            if noise is None:
                self._emit_layer(index, inputs, rows, indent)
            else:
                self._emit_gaussian(index, inputs, rows, noise, indent)
            inputs = self.outputs[-1]

    def _emit_noise(self, index: int, rows: int, indent: int) -> str | None:
        """Draw what a gaussian code is made of; None for any other layer."""
        spec = self._layers[index]
        if not is_gaussian(spec):
            return None
        noise = self._buffer(f"noise{index}_", rows, spec.units)
        self._source.line(f"{noise}.normal_(0.0, 1.0, generator=g)", indent)
        return noise

    def _buffer(self, name: str, rows: int, units: int) -> str:
        runs = self._parameters.layout.runs
        tensor = torch.zeros(runs, rows, units, device=self._parameters.device)
        return self._source.bind(f"{name}{self._tag}", tensor)

    def _emit_mask(self, index: int, rows: int, indent: int) -> str | None:
        """Draw what dropout keeps of a layer's output, scaled so that the mean stays."""
        spec = self._layers[index]
        rate = dropout_rate(spec)
        if rate == 0.0:
            return None
        mask = self._buffer(f"mask{index}_", rows, spec.units)
        self._source.line(f"{mask}.bernoulli_({1 - rate!r}, generator=g)", indent)
        self._source.line(f"{mask}.mul_({1 / (1 - rate)!r})", indent)
        return mask

    def _emit_product(self, index: int, inputs: str, rows: int, units: int, indent: int) -> str:
        """The pre-activation of a layer."""
        z = self._buffer(f"z{index}_", rows, units)
        self._source.line(f"torch.baddbmm(b{index}, {inputs}, w{index}, out={z})", indent)
        if self._layers[index].slope != 1.0:
            self._source.line(f"{z}.mul_({self._layers[index].slope!r})", indent)
        return z

    def _emit_activation(self, index: int, z: str, rows: int, indent: int) -> str:
        spec = self._layers[index]
        activation = ACTIVATIONS[spec.activation]
        h = z if activation.in_place else self._buffer(f"h{index}_", rows, spec.units)
        self._source.line(activation.forward(z, h), indent)
        self.pre.append(z)
        self.activations.append(h)
        return h

    def _emit_layer(self, index: int, inputs: str, rows: int, indent: int) -> None:
        spec = self._layers[index]
        z = self._emit_product(index, inputs, rows, spec.units, indent)
        output = h = self._emit_activation(index, z, rows, indent)
        mask = self.masks[index]
        if mask is not None:
            output = self._buffer(f"kept{index}_", rows, spec.units)
            self._source.line(f"torch.mul({h}, {mask}, out={output})", indent)
        self.outputs.append(output)

    def _emit_gaussian(self, index: int, inputs: str, rows: int, noise: str, indent: int) -> None:
        both = self._emit_product(index, inputs, rows, 2 * self._layers[index].units, indent)
        code = GaussianCode(self._source, self._layers[index], both, noise, f"{index}_{self._tag}")
        self.outputs.append(code.emit_forward(indent))
        self.pre.append(code.pre)
        self.activations.append(code.mean)
        self.drawn[index] = code


def bind_layers(source: Source, parameters: Parameters, *, gradients: bool) -> None:
    """Bind weights ``w<i>`` and biases ``b<i>`` and, if asked, ``wt<i>``, ``gw<i>``, ``gb<i>``."""
    layout = parameters.layout
    weights, biases = layout.weight_views(parameters.flat), layout.bias_views(parameters.flat)
    for index, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        source.bind(f"w{index}", weight)
        source.bind(f"b{index}", bias)
        if gradients and index:
            source.bind(f"wt{index}", weight.transpose(1, 2))
    if gradients:
        views = zip(
            layout.weight_views(parameters.grad), layout.bias_views(parameters.grad), strict=True
        )
        for index, (weight, bias) in enumerate(views):
            source.bind(f"gw{index}", weight)
            source.bind(f"gb{index}", bias)


class Backward:
    """Emits the gradient of the mean loss of every run with respect to all its parameters."""

    def __init__(self, source: Source, forward: Forward, resolved: ResolvedRecipe) -> None:
        self._source = source
        self._forward = forward
        self._training = resolved.recipe.training
        self._layers = dense_specs(resolved)

    def emit(self, inputs: str, target: str, rows: int, indent: int) -> None:
        """Add the lines that fill ``gw<i>`` and ``gb<i>`` after a forward pass from ``inputs``."""
        last = len(self._layers) - 1
        gradient = self._buffer_like(self._forward.outputs[last])
        self._emit_loss(gradient, target, rows, indent)
        for index in range(last, -1, -1):
            below = inputs if index == 0 else self._forward.outputs[index - 1]
            below = self._transposed(below, indent)
            self._source.line(f"torch.bmm({below}, {gradient}, out=gw{index})", indent)
            self._source.line(f"torch.sum({gradient}, [1], True, out=gb{index})", indent)
            if index:
                upper, gradient = gradient, self._buffer_like(self._forward.outputs[index - 1])
                self._source.line(f"torch.bmm({upper}, wt{index}, out={gradient})", indent)
                if index - 1 in self._forward.drawn:
                    code = self._forward.drawn[index - 1]
                    gradient = code.emit_backward(gradient, rows, indent)
                else:
                    self._emit_activation(index - 1, gradient, indent)

    def _buffer_like(self, name: str) -> str:
        return self._source.bind(f"d_{name}", torch.zeros_like(self._source.tensor(name)))

    def _transposed(self, name: str, indent: int) -> str:
        """``name`` with rows and columns exchanged; parameters of the function have no buffer."""
        if name in self._source:
            return self._source.bind(f"t_{name}", self._source.tensor(name).transpose(1, 2))
        self._source.line(f"t_{name} = {name}.transpose(1, 2)", indent)
        return f"t_{name}"

    def _emit_activation(self, index: int, gradient: str, indent: int) -> None:
        """From the gradient by a layer's output to that by its pre-activation, in place."""
        spec = self._layers[index]
        mask = self._forward.masks[index]
        if mask is not None:
            self._source.line(f"{gradient}.mul_({mask})", indent)
        pre, output = self._forward.pre[index], self._forward.activations[index]
        self._source.line(ACTIVATIONS[spec.activation].backward(gradient, pre, output), indent)
        if spec.slope != 1.0:
            self._source.line(f"{gradient}.mul_({spec.slope!r})", indent)

    def _emit_loss(self, gradient: str, target: str, rows: int, indent: int) -> None:
        """Gradient of the mean loss by the last pre-activation."""
        last = len(self._layers) - 1
        spec = self._layers[last]
        output = self._forward.outputs[last]
        # Of a gaussian code the loss is a sum over the pixels, see objective.py.
        is_by_logits = bool(LOSSES[self._training.loss].of_logits)
        scale = 1.0 / (rows if self._forward.drawn else rows * spec.units)
        if is_by_logits:
            scale *= spec.slope
        emit_loss_gradient(self._source, self._training, output, target, gradient, scale, indent)
        if not is_by_logits:
            self._emit_activation(last, gradient, indent)


def emit_loss_gradient(
    source: Source,
    spec: TrainingSpec,
    output: str,
    target: str,
    gradient: str,
    scale: float,
    indent: int,
) -> None:
    """Lines that write ``scale`` times the gradient of the summed loss by the output.

    Of a loss of chances it is that by what the output's sigmoid takes, without a division.
    """
    lines = LOSSES[spec.loss].gradient_lines(output, target, gradient, scale, spec.huber_delta)
    for text in lines:
        source.line(text, indent)


def emit_penalties(source: Source, spec: TrainingSpec, parameters: Parameters, indent: int) -> None:
    """Lines that add the L1 and L2 terms to the gradient and clip it, run by run."""
    stop = parameters.layout.weights_stop
    if spec.l1 or spec.l2:
        source.bind("flat_w", parameters.flat[:stop])
        source.bind("grad_w", parameters.grad[:stop])
    if spec.l2:
        source.line(f"grad_w.add_(flat_w, alpha={spec.l2!r})", indent)
    if spec.l1:
        source.line(f"grad_w.add_(flat_w.sign(), alpha={spec.l1!r})", indent)
    if spec.clip_norm is None:
        return
    runs = parameters.layout.runs
    blocks = [
        source.bind(f"clipped{at}", parameters.grad[block.start : block.stop].view(runs, -1))
        for at, block in enumerate(parameters.layout.blocks)
    ]
    squares = " + ".join(f"torch.sum({block}.square(), [1], True)" for block in blocks)
    source.line(f"norm = torch.sqrt({squares})", indent)
    source.line(f"clip = ({spec.clip_norm!r} / (norm + 1e-6)).clamp_(max=1.0)", indent)
    for block in blocks:
        source.line(f"{block}.mul_(clip)", indent)
