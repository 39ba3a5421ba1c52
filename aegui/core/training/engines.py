"""The step engines: three ways of doing the very same epochs.

``fused`` runs a generated step program and is the one to have. ``stacked`` differentiates all runs
together by autograd; ``autograd`` one after the other, exactly as a textbook would. The latter two
serve what the fused step does not know, and as the reference against which it is tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch.nn import functional as F

from aegui.core.network.activations import ACTIVATION_FUNCTIONS
from aegui.core.training.program import (
    Backward,
    Forward,
    Source,
    bind_layers,
    emit_corruption,
    emit_penalties,
    emit_update,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import LayerSpec
    from aegui.core.training.parameters import Parameters
    from aegui.core.training.samples import Samples


class Engine(Protocol):
    """What every engine offers."""

    name: str

    def run(self, rates: list[float], level: float) -> None:
        """Do ``len(rates)`` epochs at these learning rates, with noise of this ``level``."""


def choose_engine(
    resolved: ResolvedRecipe,
    parameters: Parameters,
    samples: Samples,
    generator: torch.Generator,
) -> Engine:
    """The fastest engine that knows everything in the recipe."""
    known = all(shape.spec.activation in ACTIVATION_FUNCTIONS for shape in resolved.layers)
    kind = FusedEngine if known else StackedEngine
    return kind(resolved, parameters, samples, generator)


class FusedEngine:
    """Whole epochs as one call of a compiled step program."""

    name = "fused"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        self._resolved = resolved
        self._parameters = parameters
        self._samples = samples
        self._generator = generator
        self._source = Source()
        self._program = self._build()

    def run(self, rates: list[float], level: float) -> None:
        """Do ``len(rates)`` epochs at these learning rates, with noise of this ``level``."""
        # Without this, torch would note versions for autograd at every operation.
        with torch.no_grad():
            self._program(self._source.tensors, self._source.lists, rates, level, self._generator)

    def _build(self) -> Any:
        source, samples = self._source, self._samples
        bind_layers(source, self._parameters, gradients=True)
        source.bind("target", samples.target)
        source.line("for i in range(len(rates)):", 0)
        source.line("lr = rates[i]", 1)
        inputs = self._emit_noise()
        if samples.full_batch:
            inputs = inputs or source.bind("inputs", self._for_all_runs(samples.inputs))
            self._emit_step(inputs, "target", samples.rows, 1, "")
        else:
            self._emit_batches(inputs or source.bind("inputs", samples.inputs))
        return source.compile("run", "rates: List[float], level: float, g: Generator")

    def _for_all_runs(self, tensor: torch.Tensor) -> torch.Tensor:
        """``[1, rows, D]`` repeated for each run: batched products want it in memory."""
        return tensor.expand(self._parameters.layout.runs, -1, -1).contiguous()

    def _emit_noise(self) -> str | None:
        """Fresh noise for the epoch; the name of the noisy inputs ``[K, rows, D]``."""
        samples = self._samples
        if not samples.fresh_noise:
            return None
        shape = (self._parameters.layout.runs, *samples.target.shape[1:])
        self._source.bind("noisy", torch.empty(shape, device=self._parameters.device))
        emit_corruption(self._source, samples.corruption.kind, "target", "noisy", 1)
        return "noisy"

    def _emit_batches(self, inputs: str) -> None:
        """Shuffle, then a loop over the whole batches, then the smaller last one, if any."""
        source, samples = self._source, self._samples
        device = self._parameters.device
        order = torch.empty(samples.rows, dtype=torch.int64, device=device)
        source.bind("order", order)
        source.line(f"torch.randperm({samples.rows}, generator=g, out=order)", 1)
        batches, rest = divmod(samples.rows, samples.batch_rows)
        source.line(f"for j in range({batches}):", 1)
        self._emit_batch(inputs, f"j * {samples.batch_rows}", samples.batch_rows, 2, "")
        if rest:
            start = str(batches * samples.batch_rows)
            self._emit_batch(inputs, start, rest, 1, "_rest")

    def _emit_batch(self, inputs: str, start: str, rows: int, indent: int, tag: str) -> None:
        source = self._source
        runs, device = self._parameters.layout.runs, self._parameters.device
        pixels = self._samples.target.shape[2]
        source.line(f"index = order.narrow(0, {start}, {rows})", indent)
        batch_target = source.bind(f"batch_target{tag}", torch.empty(1, rows, pixels).to(device))
        source.line(f"torch.index_select(target, 1, index, out={batch_target})", indent)
        width = source.tensor(inputs).shape[0]
        picked = source.bind(f"picked{tag}", torch.empty(width, rows, pixels).to(device))
        source.line(f"torch.index_select({inputs}, 1, index, out={picked})", indent)
        if width != runs:
            spread = source.bind(f"spread{tag}", torch.empty(runs, rows, pixels).to(device))
            source.line(f"{spread}.copy_({picked})", indent)
            picked = spread
        self._emit_step(picked, batch_target, rows, indent, tag)

    def _emit_step(self, inputs: str, target: str, rows: int, indent: int, tag: str) -> None:
        source, training = self._source, self._resolved.recipe.training
        layers = [shape.spec for shape in self._resolved.layers]
        forward = Forward(source, layers, self._parameters, tag)
        forward.emit(inputs, rows, indent, training=True)
        Backward(source, forward, self._resolved).emit(inputs, target, rows, indent)
        emit_penalties(source, training, self._parameters, indent)
        emit_update(source, training.optimizer, self._parameters, indent)


class _AutogradBase:
    """Epochs by autograd; how the losses of the runs are computed is left to the children."""

    name = ""

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        self._layers = [shape.spec for shape in resolved.layers]
        self._training = resolved.recipe.training
        self._parameters = parameters
        self._samples = samples
        self._generator = generator
        source = Source()
        emit_update(source, self._training.optimizer, parameters, 0)
        self._source = source
        self._update = source.compile("update", "lr: float")
        self._runs = parameters.layout.runs

    def run(self, rates: list[float], level: float) -> None:
        """Do ``len(rates)`` epochs at these learning rates, with noise of this ``level``."""
        for rate in rates:
            inputs = self._noisy(level)
            for index in self._batches():
                self._step(inputs[:, index], self._samples.target[:, index], rate)

    def _noisy(self, level: float) -> torch.Tensor:
        """The epoch's inputs ``[K, rows, D]``."""
        samples = self._samples
        if not samples.fresh_noise:
            return samples.inputs.expand(self._runs, -1, -1)
        from aegui.core.data.corruption import corrupt_into

        shape = (self._runs, *samples.target.shape[1:])
        out = torch.empty(shape, device=samples.target.device)
        spec = samples.corruption.model_copy(update={"level": level})
        corrupt_into(samples.target.expand(shape), out, spec, self._generator)
        return out

    def _batches(self) -> Iterator[torch.Tensor | slice]:
        samples = self._samples
        if samples.full_batch:
            yield slice(None)
            return
        order = torch.randperm(
            samples.rows, generator=self._generator, device=self._generator.device
        )
        for start in range(0, samples.rows, samples.batch_rows):
            yield order[start : start + samples.batch_rows]

    def _step(self, inputs: torch.Tensor, target: torch.Tensor, rate: float) -> None:
        leaf = self._parameters.flat.detach().requires_grad_()
        with torch.enable_grad():
            losses = self._losses(leaf, inputs, target)
            (gradient,) = torch.autograd.grad(losses.sum(), leaf)
        self._parameters.grad.copy_(gradient)
        with torch.no_grad():
            self._clip()
            self._update(self._source.tensors, self._source.lists, rate)

    def _losses(
        self, leaf: torch.Tensor, inputs: torch.Tensor, target: torch.Tensor
    ) -> torch.Tensor:
        """The objective of every run, ``[K]``."""
        raise NotImplementedError

    def _penalty(self, leaf: torch.Tensor) -> torch.Tensor:
        weights = leaf[: self._parameters.layout.weights_stop]
        return self._training.l1 * weights.abs().sum() + self._training.l2 / 2 * (
            weights.square().sum()
        )

    def _clip(self) -> None:
        if self._training.clip_norm is None:
            return
        layout, grad = self._parameters.layout, self._parameters.grad
        blocks = [*layout.weight_views(grad), *layout.bias_views(grad)]
        for run in range(self._runs):
            views = [block[run] for block in blocks]
            norm = torch.sqrt(sum((view.square().sum() for view in views), torch.tensor(0.0)))
            scale = torch.clamp(self._training.clip_norm / (norm + 1e-6), max=1.0)
            for view in views:
                view.mul_(scale)

    def _dropout(self, spec: LayerSpec, rows: int) -> torch.Tensor | None:
        """The mask ``[K, rows, units]``, scaled so that the mean stays."""
        if spec.dropout == 0:
            return None
        mask = torch.empty(self._runs, rows, spec.units, device=self._parameters.device)
        mask.bernoulli_(1 - spec.dropout, generator=self._generator)
        return mask.mul_(1 / (1 - spec.dropout))


class StackedEngine(_AutogradBase):
    """Autograd over the parameters of all runs stacked as ``[K, in, out]``."""

    name = "stacked"

    def _losses(
        self, leaf: torch.Tensor, inputs: torch.Tensor, target: torch.Tensor
    ) -> torch.Tensor:
        layout = self._parameters.layout
        pairs = zip(layout.weight_views(leaf), layout.bias_views(leaf), strict=True)
        x = inputs
        for spec, (weight, bias) in zip(self._layers, pairs, strict=True):
            z = torch.baddbmm(bias, x, weight) * spec.slope
            x = ACTIVATION_FUNCTIONS[spec.activation].function(z)
            mask = self._dropout(spec, x.shape[1])
            x = x if mask is None else x * mask
        loss = loss_function(self._training.loss, self._training.huber_delta)
        losses = loss(x, target.expand_as(x)).mean(dim=(1, 2))
        # The penalty is the sum of the runs'; put on the first, it has the same gradient.
        return torch.cat([losses[:1] + self._penalty(leaf), losses[1:]])


class PlainEngine(_AutogradBase):
    """One run after the other, as in a textbook."""

    name = "autograd"

    def _losses(
        self, leaf: torch.Tensor, inputs: torch.Tensor, target: torch.Tensor
    ) -> torch.Tensor:
        layout = self._parameters.layout
        weights, biases = layout.weight_views(leaf), layout.bias_views(leaf)
        masks = [self._dropout(spec, inputs.shape[1]) for spec in self._layers]
        loss = loss_function(self._training.loss, self._training.huber_delta)
        losses = []
        for run in range(self._runs):
            x = inputs[run]
            penalty = torch.zeros((), device=x.device)
            for index, spec in enumerate(self._layers):
                weight = weights[index][run].t()
                x = F.linear(x, weight, biases[index][run, 0])
                x = ACTIVATION_FUNCTIONS[spec.activation].function(x * spec.slope)
                mask = masks[index]
                x = x if mask is None else x * mask[run]
                penalty = penalty + self._training.l1 * weight.abs().sum()
                penalty = penalty + self._training.l2 / 2 * weight.square().sum()
            losses.append(loss(x, target[0]).mean() + penalty)
        return torch.stack(losses)


ENGINES: dict[str, type[FusedEngine | StackedEngine | PlainEngine]] = {
    kind.name: kind for kind in (FusedEngine, StackedEngine, PlainEngine)
}


def loss_function(
    key: str, huber_delta: float
) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """The loss of each pixel, ``(output, target) -> tensor of their shape``."""
    if key == "bce":
        return _cross_entropy
    if key == "mse":
        return lambda output, target: F.mse_loss(output, target, reduction="none")
    if key == "mae":
        return lambda output, target: F.l1_loss(output, target, reduction="none")
    return lambda output, target: F.huber_loss(output, target, reduction="none", delta=huber_delta)


def _cross_entropy(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy that gives NaN for NaN, where torch's own raises."""
    loss = F.binary_cross_entropy(output.nan_to_num(0.5), target, reduction="none")
    return loss + (output - output).detach()
