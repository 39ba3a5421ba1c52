"""Lines of a step program for every kind of layer, images and normalisations among them.

Each layer of a chain emits its forward line, keeps the names that its gradient needs, and emits its
backward lines later. Samples are rows ``[B, n]`` or images ``[B, C, H, W]`` that lie in memory
channels last; a gradient that a layer is given is its own to overwrite.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import torch

from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.forward import BATCH_MOMENTUM, NORM_EPS
from aegui.core.network.layers import conv_padding, is_image, uneven_padding
from aegui.core.recipe import (
    ConvSpec,
    ConvTransposeSpec,
    LatentSpec,
    LayerSpec,
    PoolSpec,
    UpsampleSpec,
    pair,
)
from aegui.core.training.gaussian_lines import GaussianCode

if TYPE_CHECKING:
    from aegui.core.network.layers import LayerShape, Shape
    from aegui.core.recipe import Sides
    from aegui.core.training.parameters import Parameters
    from aegui.core.training.program import Source


class Scope:
    """What the lines of all layers share: the source, the batch, and the tensors of each run.

    The lines are those of one run. Tensors that every run has for itself are bound with all runs'
    values, and ``tensors`` gives the list for one of them.

    Attributes:
        source: Where the lines go.
        rows: Samples of the batch.
    """

    def __init__(self, source: Source, parameters: Parameters, rows: int) -> None:
        self.source = source
        self.rows = rows
        self._parameters = parameters
        self._of_runs: dict[str, torch.Tensor] = {}
        self._masks: dict[int, str] = {}
        self._noise = ""

    @property
    def device(self) -> torch.device:
        """Where everything is."""
        return self._parameters.device

    def line(self, text: str) -> None:
        """Add a statement."""
        self.source.line(text, 0)

    def rows_buffer(self, name: str, *shape: int) -> str:
        """A buffer ``[*shape]``, zero at first."""
        return self.source.bind(name, torch.zeros(*shape, device=self.device))

    def buffer(self, name: str, shape: Shape) -> str:
        """A buffer for samples of ``shape``, images of which lie channels last."""
        tensor = torch.zeros(self.rows, *shape, device=self.device)
        if is_image(shape):
            tensor = tensor.contiguous(memory_format=torch.channels_last)
        return self.source.bind(name, tensor)

    def of_runs(self, name: str, stacked: torch.Tensor) -> str:
        """Let ``name`` stand for ``stacked[run]``."""
        self._of_runs[name] = stacked
        return self.source.bind(name, stacked[0])

    def learnt(self, index: int, tensor: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Values and gradients ``[K, ...]`` of a tensor of layer ``index``."""
        block = self._parameters.layout.learnt[index][tensor]
        return block.view(self._parameters.flat), block.view(self._parameters.grad)

    def bind_learnt(self, index: int, tensor: str, name: str) -> tuple[str, str]:
        """Names of a learnt tensor and of its gradient."""
        value, gradient = self.learnt(index, tensor)
        return self.of_runs(f"{name}{index}", value), self.of_runs(f"g{name}{index}", gradient)

    def bind_kept(self, index: int, tensor: str) -> str:
        """Name of a buffer of layer ``index``, such as a running mean."""
        block = self._parameters.layout.kept[index][tensor]
        return self.of_runs(f"{tensor}{index}", block.view(self._parameters.buffers))

    def set_mask(self, index: int, stacked: torch.Tensor) -> None:
        """What dropout of layer ``index`` multiplies with, ``[K, rows, *shape]``."""
        self._masks[index] = self.of_runs(f"mask{index}", stacked)

    def set_noise(self, stacked: torch.Tensor) -> None:
        """What a gaussian code is drawn from, ``[K, rows, d]``."""
        self._noise = self.of_runs("noise", stacked)

    @property
    def noise(self) -> str:
        """Name of what a gaussian code is drawn from."""
        return self._noise

    def mask(self, index: int) -> str | None:
        """Name of the mask of layer ``index``, if it drops anything."""
        return self._masks.get(index)

    def tensors(self, run: int) -> list[torch.Tensor]:
        """What the compiled function is to be called with for ``run``."""
        return self.source.tensors_with(
            {name: stacked[run] for name, stacked in self._of_runs.items()}
        )


class LayerLines:
    """One layer. Subclasses say how it is computed, and what its gradient is.

    Attributes:
        by_pre_activation: Whether ``backward`` is given the gradient by what the activation takes.
    """

    def __init__(self, scope: Scope, index: int, layer: LayerShape) -> None:
        self.by_pre_activation = False
        self._scope = scope
        self._index = index
        self._layer = layer
        self._x = self._z = self._h = ""

    def forward(self, x: str) -> str:
        """Lines that compute the output from ``x``; its name."""
        return self._emit_forward(x)

    def backward(self, d: str, *, wanted: bool) -> str:
        """Lines that fill the gradients of what is learnt from ``d``, that by the output.

        Returns the name of the gradient by the input, or "" unless that is ``wanted``.
        """
        return self._emit_backward(d, wanted=wanted)

    def _emit_forward(self, x: str) -> str:
        raise NotImplementedError

    def _emit_backward(self, d: str, *, wanted: bool) -> str:
        raise NotImplementedError

    def _name(self, stem: str) -> str:
        return f"{stem}{self._index}"

    def _activated(self, z: str) -> str:
        activation = ACTIVATIONS[getattr(self._layer.spec, "activation", "identity")]
        h = z
        if not activation.in_place:
            h = self._scope.buffer(self._name("h"), self._layer.output_shape)
        self._scope.line(activation.forward(z, h))
        self._z, self._h = z, h
        return h

    def _deactivated(self, d: str) -> None:
        """From the gradient by the activation's output to that by what it takes, in place."""
        if self.by_pre_activation:
            return
        activation = ACTIVATIONS[getattr(self._layer.spec, "activation", "identity")]
        self._scope.line(activation.backward(d, self._z, self._h))

    def _dropped(self, h: str) -> str:
        mask = self._scope.mask(self._index)
        if mask is None:
            return h
        kept = self._scope.buffer(self._name("kept"), self._layer.output_shape)
        self._scope.line(f"torch.mul({h}, {mask}, out={kept})")
        return kept

    def _undropped(self, d: str) -> None:
        mask = self._scope.mask(self._index)
        if mask is not None:
            self._scope.line(f"{d}.mul_({mask})")

    def _as_rows(self, image: str, shape: Shape, stem: str) -> str:
        """A buffer of rows with the numbers of ``image``."""
        rows = self._scope.buffer(self._name(stem), (prod(shape),))
        tensor = self._scope.source.tensor(rows)
        view = self._scope.source.bind(f"{rows}_image", tensor.view(len(tensor), *shape))
        self._scope.line(f"{view}.copy_({image})")
        return rows

    def _as_image(self, rows: str, shape: Shape, stem: str) -> str:
        """A buffer of images, channels last, with the numbers of ``rows``."""
        image = self._scope.buffer(self._name(stem), shape)
        sizes = ", ".join(map(str, (self._scope.rows, *shape)))
        self._scope.line(f"{image}.copy_({rows}.reshape([{sizes}]))")
        return image


class DenseLines(LayerLines):
    """``activation(slope * (x W + b))``, then dropout; or a gaussian code."""

    def _emit_forward(self, x: str) -> str:
        spec, scope = self._layer.spec, self._scope
        assert isinstance(spec, LayerSpec | LatentSpec)
        weight, self._weight_gradient = scope.bind_learnt(self._index, "weight", "w")
        bias, self._bias_gradient = scope.bind_learnt(self._index, "bias", "b")
        shape = self._layer.input_shape
        self._x = self._as_rows(x, shape, "flat") if is_image(shape) else x
        drawn = isinstance(spec, LatentSpec) and spec.kind == "gaussian"
        z = scope.buffer(self._name("z"), (2 * spec.units if drawn else spec.units,))
        scope.line(f"torch.addmm({bias}, {self._x}, {weight}, out={z})")
        if spec.slope != 1.0:
            scope.line(f"{z}.mul_({spec.slope!r})")
        self._code = None
        if drawn:
            self._code = GaussianCode(scope.source, spec, z, scope.noise, str(self._index))
            return self._code.emit_forward(0)
        return self._dropped(self._activated(z))

    def _emit_backward(self, d: str, *, wanted: bool) -> str:
        spec, scope = self._layer.spec, self._scope
        assert isinstance(spec, LayerSpec | LatentSpec)
        if self._code is not None:
            d = self._code.emit_backward(d, scope.rows, 0)
        else:
            self._undropped(d)
            self._deactivated(d)
            if spec.slope != 1.0:
                scope.line(f"{d}.mul_({spec.slope!r})")
        scope.line(f"torch.mm({self._x}.t(), {d}, out={self._weight_gradient})")
        scope.line(f"torch.sum({d}, [0], out={self._bias_gradient})")
        if not wanted:
            return ""
        weight, _ = scope.learnt(self._index, "weight")
        turned = scope.of_runs(self._name("wt"), weight.transpose(1, 2))
        shape = self._layer.input_shape
        below = scope.buffer(self._name("dx"), (prod(shape),))
        scope.line(f"torch.mm({d}, {turned}, out={below})")
        return self._as_image(below, shape, "dxi") if is_image(shape) else below


class ConvolutionLines(LayerLines):
    """A convolution or a transposed one, as torch computes it."""

    def _emit_forward(self, x: str) -> str:
        spec, scope = self._layer.spec, self._scope
        assert isinstance(spec, ConvSpec | ConvTransposeSpec)
        self._x, self._more = x, uneven_padding(spec)
        sides = _pair(spec.stride), _pair(conv_padding(spec))
        self._weight, self._weight_gradient = scope.bind_learnt(self._index, "weight", "w")
        bias, self._bias_gradient = scope.bind_learnt(self._index, "bias", "b")
        z = self._name("z")
        if isinstance(spec, ConvSpec):
            if any(self._more):
                padded = self._name("padded")
                scope.line(f"{padded} = torch.constant_pad_nd({x}, {self._uneven(1)}, 0)")
                self._x = x = padded
            called, self._transposed, more = "conv2d", False, "[0, 0]"
        else:
            more = _pair(spec.output_padding)
            called, self._transposed = "conv_transpose2d", True
        self._geometry = f"{sides[0]}, {sides[1]}, [1, 1], {self._transposed}, {more}, 1"
        arguments = f"{x}, {self._weight}, {bias}, {sides[0]}, {sides[1]}"
        arguments += f", {more}" if self._transposed else ""
        # Of grey images torch gives some in another order, and its GELU mixes the two up.
        order = "contiguous(memory_format=torch.channels_last)"
        result = f"torch.{called}({arguments})"
        if any(self._more) and self._transposed:
            result = f"torch.constant_pad_nd({result}, {self._uneven(-1)}, 0)"
        scope.line(f"{z} = {result}.{order}")
        return self._activated(z)

    def _uneven(self, sign: int) -> str:
        """What is added, or with ``sign`` -1 cut off, at the right and the bottom."""
        below, right = self._more
        return f"[0, {sign * right}, 0, {sign * below}]"

    def _emit_backward(self, d: str, *, wanted: bool) -> str:
        self._deactivated(d)
        below, kernel, offset = (self._name(stem) for stem in ("dx", "dk", "dc"))
        if any(self._more) and self._transposed:
            whole = self._name("dw")
            self._scope.line(f"{whole} = torch.constant_pad_nd({d}, {self._uneven(1)}, 0)")
            d = whole
        self._scope.line(
            f"{below}, {kernel}, {offset} = torch.ops.aten.convolution_backward({d}, {self._x}, "
            f"{self._weight}, [{self._layer.output_shape[0]}], {self._geometry}, "
            f"[{wanted}, True, True])"
        )
        self._scope.line(f"{self._weight_gradient}.copy_({kernel})")
        self._scope.line(f"{self._bias_gradient}.copy_({offset})")
        if wanted and any(self._more) and not self._transposed:
            seen = self._name("dv")
            cut = f"torch.constant_pad_nd({below}, {self._uneven(-1)}, 0)"
            self._scope.line(f"{seen} = {cut}.contiguous(memory_format=torch.channels_last)")
            below = seen
        return below if wanted else ""


class PoolLines(LayerLines):
    """The largest or the mean number of each square."""

    def _emit_forward(self, x: str) -> str:
        spec = self._layer.spec
        assert isinstance(spec, PoolSpec)
        self._x, out, self._places = x, self._name("z"), self._name("places")
        size = _pair(spec.size)
        if spec.kind == "max_pool":
            self._geometry = f"{size}, {size}, [0, 0], [1, 1], False"
            self._scope.line(
                f"{out}, {self._places} = torch.ops.aten.max_pool2d_with_indices({x}, "
                f"{self._geometry})"
            )
        else:
            self._geometry = f"{size}, {size}, [0, 0], False, True, None"
            self._scope.line(f"{out} = torch.ops.aten.avg_pool2d({x}, {self._geometry})")
        return out

    def _emit_backward(self, d: str, *, wanted: bool) -> str:
        if not wanted:
            return ""
        below, is_max = self._name("dx"), self._layer.spec.kind == "max_pool"
        called = "max_pool2d_with_indices_backward" if is_max else "avg_pool2d_backward"
        last = f", {self._places}" if is_max else ""
        arguments = f"{d}, {self._x}, {self._geometry}{last}"
        self._scope.line(f"{below} = torch.ops.aten.{called}({arguments})")
        return below


class UpsampleLines(LayerLines):
    """Every row and column several times, copied or interpolated."""

    def _emit_forward(self, x: str) -> str:
        spec, out = self._layer.spec, self._name("z")
        assert isinstance(spec, UpsampleSpec)
        corners = "" if spec.mode == "nearest" else "False, "
        self._called = f"upsample_{spec.mode}2d"
        self._corners = corners
        self._scope.line(
            f"{out} = torch.ops.aten.{self._called}({x}, {self._size()}, {corners}None, None)"
        )
        return out

    def _emit_backward(self, d: str, *, wanted: bool) -> str:
        if not wanted:
            return ""
        below = self._name("dx")
        shape = [self._scope.rows, *self._layer.input_shape]
        self._scope.line(
            f"{below} = torch.ops.aten.{self._called}_backward({d}, {self._size()}, {shape}, "
            f"{self._corners}None, None)"
        )
        return below

    def _size(self) -> str:
        return str(list(self._layer.output_shape[1:]))


class NormLines(LayerLines):
    """Batch or layer normalisation with a learnt scale and shift, then the activation."""

    def _emit_forward(self, x: str) -> str:
        scope, index, out = self._scope, self._index, self._name("z")
        x = self._x = self._laid(x, "seen")
        self._scale, self._scale_gradient = scope.bind_learnt(index, "scale", "w")
        shift, self._shift_gradient = scope.bind_learnt(index, "bias", "b")
        self._kept = f"{self._name('centre')}, {self._name('spread')}"
        if self._is_of_batch():
            running = f"{scope.bind_kept(index, 'mean')}, {scope.bind_kept(index, 'variance')}"
            # Of a single number there is no variance: then the running ones serve.
            self._training = scope.rows * prod(self._layer.input_shape[1:]) > 1
            self._arguments = f"{running}, {self._kept}, {self._training}, {NORM_EPS!r}"
            call = (
                f"torch.native_batch_norm({x}, {self._scale}, {shift}, {running}, "
                f"{self._training}, {BATCH_MOMENTUM!r}, {NORM_EPS!r})"
            )
        else:
            channels, places = self._layer.input_shape[0], prod(self._layer.input_shape[1:])
            self._arguments = f"{scope.rows}, {channels}, {places}, 1"
            call = (
                f"torch.native_group_norm({x}, {self._scale}, {shift}, {self._arguments}, "
                f"{NORM_EPS!r})"
            )
        scope.line(f"{out}, {self._kept} = {call}")
        return self._activated(out)

    def _emit_backward(self, d: str, *, wanted: bool) -> str:
        self._deactivated(d)
        d = self._laid(d, "laid")
        below, scale, shift = (self._name(stem) for stem in ("dx", "dk", "dc"))
        # Of a layer normalisation all is asked for: without the first torch 2.13 crashes.
        asked = f"[{wanted or not self._is_of_batch()}, True, True]"
        if self._is_of_batch():
            call = f"batch_norm_backward({d}, {self._x}, {self._scale}, {self._arguments}, {asked})"
        else:
            call = (
                f"group_norm_backward({d}, {self._x}, {self._kept}, {self._scale}, "
                f"{self._arguments}, {asked})"
            )
        self._scope.line(f"{below}, {scale}, {shift} = torch.ops.aten.native_{call}")
        self._scope.line(f"{self._scale_gradient}.copy_({scale})")
        self._scope.line(f"{self._shift_gradient}.copy_({shift})")
        return below if wanted else ""

    def _laid(self, x: str, stem: str) -> str:
        """``x`` in the order of memory in which the operations want it and its gradient."""
        if not is_image(self._layer.input_shape):
            return x
        # On a GPU torch's layer normalisation takes no images channels last.
        is_last = self._is_of_batch() or self._scope.device.type == "cpu"
        order = "channels_last" if is_last else "contiguous_format"
        laid = self._name(stem)
        self._scope.line(f"{laid} = {x}.contiguous(memory_format=torch.{order})")
        return laid

    def _is_of_batch(self) -> bool:
        return self._layer.spec.kind == "batch_norm"


class DropoutLines(LayerLines):
    """Each number is dropped at random."""

    def _emit_forward(self, x: str) -> str:
        return self._dropped(x)

    def _emit_backward(self, d: str, *, wanted: bool) -> str:
        self._undropped(d)
        return d if wanted else ""


class ShapeLines(LayerLines):
    """Images as rows, or rows as images."""

    def _emit_forward(self, x: str) -> str:
        return self._turned(x, self._layer.input_shape, self._layer.output_shape, "z")

    def _emit_backward(self, d: str, *, wanted: bool) -> str:
        if not wanted:
            return ""
        return self._turned(d, self._layer.output_shape, self._layer.input_shape, "dx")

    def _turned(self, x: str, source: Shape, target: Shape, stem: str) -> str:
        if is_image(source) == is_image(target):
            return x
        turn = self._as_rows if is_image(source) else self._as_image
        return turn(x, source if is_image(source) else target, stem)


def _pair(sides: Sides) -> str:
    return str(list(pair(sides)))
