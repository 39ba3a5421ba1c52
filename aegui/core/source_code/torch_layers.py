"""Each kind of layer in PyTorch: the line that creates it and the lines that apply it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from aegui.core.errors import AeguiError
from aegui.core.formula import renamed, torch_text
from aegui.core.i18n import tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.shapes import is_image
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
    pair,
)
from aegui.core.recipe.layers import conv_padding, uneven_padding

if TYPE_CHECKING:
    from aegui.core.network.shapes import Shape
    from aegui.core.source_code.subject import CodedRun


@cache
def activation_text(key: str, z: str) -> str:
    """Return source for the activation ``key`` applied to ``z``.

    The function of ``torch.nn.functional`` of the same name if there is one, else the formula.
    """
    from torch.nn import functional

    formula = ACTIVATIONS[key].formula
    if formula == "z":
        return z
    is_call = formula == f"{formula.partition('(')[0]}(z)"
    if not is_call and hasattr(functional, key):
        return f"F.{key}({z})"
    return renamed(torch_text(formula), z=z)


def shape_note(shape: Shape) -> str:
    """Return a shape as written in comments: ``[n, 25]``."""
    return f"[n, {', '.join(map(str, shape))}]"


def module_text(subject: CodedRun, index: int) -> str:
    """Return the expression that creates a layer; empty for a layer without state."""
    layer = subject.layers[index]
    spec = layer.spec
    if isinstance(spec, LayerSpec | LatentSpec):
        outputs = spec.units * (2 if getattr(spec, "kind", "") == "gaussian" else 1)
        return f"nn.Linear({layer.inputs}, {outputs})"
    if isinstance(spec, ConvSpec | ConvTransposeSpec):
        kind = "Conv2d" if isinstance(spec, ConvSpec) else "ConvTranspose2d"
        sizes = f"{layer.input_shape[0]}, {spec.channels}, {_sides(spec.kernel)}"
        return f"nn.{kind}({sizes}{_places(spec)})"
    if isinstance(spec, NormSpec):
        width = layer.input_shape[0]
        if spec.kind == "batch_norm":
            return f"nn.BatchNorm{'2' if is_image(layer.input_shape) else '1'}d({width})"
        return (
            f"nn.GroupNorm(1, {width})" if is_image(layer.input_shape) else f"nn.LayerNorm({width})"
        )
    return ""


def _sides(value: int | tuple[int, int]) -> str:
    rows, columns = pair(value)
    return str(rows) if rows == columns else str((rows, columns))


def _places(spec: ConvSpec | ConvTransposeSpec) -> str:
    """Return the stride and padding arguments that differ from torch's defaults."""
    found = ""
    if pair(spec.stride) != (1, 1):
        found += f", stride={_sides(spec.stride)}"
    if conv_padding(spec) != (0, 0):
        found += f", padding={_sides(conv_padding(spec))}"
    if isinstance(spec, ConvTransposeSpec) and pair(spec.output_padding) != (0, 0):
        found += f", output_padding={_sides(spec.output_padding)}"
    return found


def tied_weight(subject: CodedRun, index: int) -> str:
    """Return the expression for the weight that a tied layer shares with another layer."""
    tied = subject.layers[index].tied_to
    assert tied is not None
    origin = subject.layers[tied].spec
    name = f"self.{subject.names[tied]}.weight"
    if isinstance(origin, LatentSpec) and origin.kind == "gaussian":
        name += f"[:{origin.units}]"
    return f"{name}.t()" if isinstance(origin, LayerSpec | LatentSpec) else name


def applied(subject: CodedRun, index: int, h: str) -> str:
    """Return the expression that applies a layer with weights to ``h``, without its activation."""
    layer, name = subject.layers[index], subject.names[index]
    spec = layer.spec
    if layer.tied_to is None:
        return f"self.{name}({h})"
    weight, bias = tied_weight(subject, index), f"self.{name}_bias"
    if isinstance(spec, LayerSpec):
        return f"F.linear({h}, {weight}, {bias})"
    assert isinstance(spec, ConvSpec | ConvTransposeSpec)
    kind = "conv2d" if isinstance(spec, ConvSpec) else "conv_transpose2d"
    return f"F.{kind}({h}, {weight}, {bias}{_places(spec)})"


def forward_lines(
    subject: CodedRun, index: int, *, activated: bool = True
) -> list[tuple[str, str]]:
    """Return the statements that apply a layer to ``h``, with comments and without dropout.

    With ``activated`` False they stop before the activation.
    """
    layer = subject.layers[index]
    spec, note = layer.spec, shape_note(layer.output_shape)
    if not activated:
        spec = spec.model_copy(update={"activation": "identity"})
    match spec:
        case LatentSpec() if spec.kind == "gaussian":
            return _gaussian(subject, index, spec, note)
        case LayerSpec() | LatentSpec():
            z = applied(subject, index, _row(subject, index))
            z = z if spec.slope == 1.0 else f"{spec.slope!r} * {z}"
            lines = _activated(spec.activation, z, note)
            if isinstance(spec, LatentSpec) and spec.top_k is not None and spec.top_k < spec.units:
                lines += _largest(spec)
            return lines
        case ConvSpec():
            below, right = uneven_padding(spec)
            lines = (
                [] if not below and not right else [(f"h = F.pad(h, (0, {right}, 0, {below}))", "")]
            )
            return [*lines, *_activated(spec.activation, applied(subject, index, "h"), note)]
        case ConvTransposeSpec():
            z, (below, right) = applied(subject, index, "h"), uneven_padding(spec)
            if below or right:
                rows, columns = layer.output_shape[1:]
                z = f"{z}[..., :{rows}, :{columns}]"
            return _activated(spec.activation, z, note)
        case NormSpec() if subject.normalises_one(index):
            parameters = "norm.running_mean, norm.running_var, norm.weight, norm.bias"
            z, activation = (
                f"F.batch_norm(h, {parameters}, many)",
                activation_text(spec.activation, "z"),
            )
            lines = [
                (f"norm = self.{subject.names[index]}", ""),
                ("many = self.training and len(h) > 1", tr("one sample has no spread")),
            ]
            if activation == "z":
                return [*lines, (f"h = {z}", note)]
            return [*lines, (f"z = {z}", ""), (f"h = {activation}", note)]
        case NormSpec():
            return _activated(spec.activation, applied(subject, index, "h"), note)
        case PoolSpec():
            return [(f"h = F.{spec.kind}2d(h, {spec.size})", note)]
        case UpsampleSpec():
            how = ', mode="bilinear", align_corners=False' if spec.mode == "bilinear" else ""
            return [(f"h = F.interpolate(h, scale_factor={spec.factor}{how})", note)]
        case ReshapeSpec():
            return [(f"h = h.reshape(-1, {', '.join(map(str, layer.output_shape))})", note)]
        case FlattenSpec():
            return [("h = h.flatten(1)", note)]
        case DropoutSpec():
            return []
    raise AeguiError(tr("A layer of the kind {kind} cannot be written as code.", kind=spec.kind))


def _row(subject: CodedRun, index: int) -> str:
    """Return the expression for a dense layer's input, flattened unless it is a row."""
    begins = index == 0 and subject.code_end > 0
    is_row = begins or not is_image(subject.layers[index].input_shape)
    return "h" if is_row else "h.flatten(1)"


def _activated(key: str, z: str, note: str) -> list[tuple[str, str]]:
    """Return the statements of an activation; ``z`` is computed once, even if used repeatedly."""
    if activation_text(key, "\0").count("\0") > 1:
        return [(f"z = {z}", ""), (f"h = {activation_text(key, 'z')}", note)]
    return [(f"h = {activation_text(key, z)}", note)]


def _gaussian(subject: CodedRun, index: int, spec: LatentSpec, note: str) -> list[tuple[str, str]]:
    z = applied(subject, index, _row(subject, index))
    z = z if spec.slope == 1.0 else f"({spec.slope!r} * {z})"
    lines = [(f"mean, log_variance = {z}.chunk(2, dim=1)", f"{note} {note}")]
    if spec.activation != "identity":
        lines.append((f"mean = {activation_text(spec.activation, 'mean')}", ""))
    return lines


def _largest(spec: LatentSpec) -> list[tuple[str, str]]:
    of = "h.abs()" if spec.top_by == "magnitude" else "h"
    return [
        (f"kept = {of}.detach().topk({spec.top_k}, dim=1).indices", ""),
        ("h = h * torch.zeros_like(h).scatter(1, kept, 1.0)", ""),
    ]


def single_slope(subject: CodedRun) -> list[tuple[str, str]]:
    """Return the statements for the derivative of each code unit of a one-layer encoder."""
    spec = subject.resolved.recipe.network.latent
    sums = "sums" if spec.slope == 1.0 else f"({spec.slope!r} * sums)"
    lines = [
        ("sums = model.code(x)", ""),
        (f"h = {activation_text(spec.activation, sums)}", ""),
    ]
    if spec.top_k is not None and spec.top_k < spec.units:
        lines += _largest(spec)
    derivative = "torch.autograd.grad(h.sum(), sums, create_graph=True)[0]"
    return [*lines, (f"slope = {derivative}", "")]
