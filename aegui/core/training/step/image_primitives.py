"""Primitives of generated programs for images and normalisation; rows as in ``primitives.py``."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.nn import functional as F

from aegui.core.network.forward import linear
from aegui.core.network.grey_convolution import sums, taps_and_ones
from aegui.core.training.step.rules import hand_on, hand_on_one, linear_map, several
from aegui.core.training.step.tape import NotTraced, Traced, call, untraced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aegui.core.network.grey_convolution import Geometry

_LAST = "contiguous(memory_format=torch.channels_last)"


def _conv(x: Traced, weight: Traced, bias: Traced, stride: Any, padding: Any) -> Traced:
    return _convolution(x, weight, bias, stride, padding, None)


def _conv_transpose(
    x: Traced, weight: Traced, bias: Traced, stride: Any, padding: Any, more: Any = 0
) -> Traced:
    return _convolution(x, weight, bias, stride, padding, more)


def _pair(number: Any) -> list[int]:
    return [number, number] if isinstance(number, int) else list(number)


def _convolution(
    x: Traced, weight: Traced, bias: Traced | None, stride: Any, padding: Any, more: Any
) -> Traced:
    x = _channels_last(x)
    tape, turned = x.tape, more is not None
    sides = [_pair(stride), _pair(padding)]
    function: Any = torch.conv_transpose2d if turned else torch.conv2d
    extra = [_pair(more)] if turned else []
    like: torch.Tensor = function(untraced(x), untraced(weight), untraced(bias), *sides, *extra)
    like = like.contiguous(memory_format=torch.channels_last)
    name = f"torch.{'conv_transpose2d' if turned else 'conv2d'}"
    # For grey images torch returns another memory order, and its GELU confuses the two.
    result = tape.moving(f"{call(name, x, weight, bias, *sides, *extra)}.{_LAST}", like, "z")

    def rule(d: Traced) -> None:
        d = _channels_last(d)
        if bias is not None:
            # oneDNN adds up the gradient of a transposed convolution's bias with long strides: up
            # to two thirds of the time of the whole gradient.
            tape.add(bias, call("torch.sum", d, [0, 2, 3]))
        arguments = [d, x, weight, None, *sides, [1, 1], turned, *(extra or [[0, 0]]), 1]
        asked = [x.needs, weight.needs, False]
        hand_on((x, weight, None), call("torch.ops.aten.convolution_backward", *arguments, asked))

    def vjp(d: Traced) -> Traced:
        if turned:
            return _convolution(d, weight, None, stride, padding, None)
        spans = zip(d.shape[2:], *sides, weight.shape[2:], strict=True)
        reached = [(n - 1) * step - 2 * edge + size for n, step, edge, size in spans]
        rest = [size - at for size, at in zip(x.shape[2:], reached, strict=True)]
        return _convolution(d, weight, None, stride, padding, rest)

    return tape.record(result, (x, weight, bias), rule, vjp)


def _channels_last(x: Traced) -> Traced:
    """Return ``x`` in channels-last order, in which convolutions are up to twice as fast."""
    if _is_channels_last(x):
        return x
    found: Traced = x.contiguous(memory_format=torch.channels_last)
    return found


def _linear(bias: Traced, x: Traced, weight: Traced, shape: Sequence[int] = ()) -> Traced:
    """Print ``bias + x @ weight`` of rows or images; the result has images of a ``shape``, if any.

    Images are taken, and made, in the order of their memory where there are more of them than the
    layer has units, or inputs: the rows, or columns, of ``weight`` are then copied into that order,
    and their gradient back, which is less.
    """
    (inputs, units), rows = weight.shape, x
    if x.dim() == 4 and len(x) > units and _is_channels_last(x):
        count, channels, *size = x.shape
        rows = x.permute(0, 2, 3, 1).reshape(count, -1)
        weight = weight.reshape(channels, prod(size), units).transpose(0, 1).contiguous()
        weight = weight.reshape(-1, units)
    is_turned = bool(shape) and len(x) > inputs
    if is_turned:
        split = (shape[0], prod(shape[1:]))
        weight = weight.reshape(inputs, *split).transpose(1, 2).contiguous().reshape(inputs, -1)
        bias = bias.reshape(*split).transpose(0, 1).contiguous().reshape(-1)
    result: Traced = x.tape.primitive(torch.addmm)(bias, rows.flatten(1), weight)
    if is_turned:
        return cast("Traced", result.reshape(-1, *shape[1:], shape[0]).permute(0, 3, 1, 2))
    return cast("Traced", result.reshape(-1, *shape)) if shape else result


def _is_channels_last(x: Traced) -> bool:
    is_last: bool = untraced(x).is_contiguous(memory_format=torch.channels_last)
    return is_last


def _pad(x: Traced, sides: Sequence[int], **_: Any) -> Traced:
    like = F.pad(untraced(x), list(sides)).contiguous(memory_format=torch.channels_last)
    text, there = "torch.constant_pad_nd({}, {}, 0)." + _LAST, list(sides)
    back = [-side for side in there]
    return linear_map(
        x, like, lambda x: text.format(x.name, there), lambda d: text.format(d.name, back)
    )


def _max_pool(x: Traced, size: Any, **_: Any) -> Traced:
    geometry = [_pair(size), _pair(size), [0, 0], [1, 1], False]
    name, tape = "torch.ops.aten.max_pool2d_with_indices", x.tape
    result, indices = several(x, call(name, x, *geometry), 2)
    result.tensor = F.max_pool2d(untraced(x), size)
    seen = list(result.shape)

    def back(d: Traced) -> str:
        return call(f"{name}_backward", d, x, *geometry, indices)

    def there(d: Traced) -> str:
        flat = f"{indices.name}.flatten(2)"
        return f"torch.gather({d.name}.flatten(2), 2, {flat}).view({seen}).{_LAST}"

    return tape.record(
        result,
        (x,),
        lambda d: hand_on_one(x, back(d)),
        lambda d: linear_map(d, untraced(x), back, there),
    )


def _avg_pool(x: Traced, size: Any, **_: Any) -> Traced:
    geometry = [_pair(size), _pair(size), [0, 0], False, True, None]
    name = "torch.ops.aten.avg_pool2d"
    like = F.avg_pool2d(untraced(x), size)
    return linear_map(
        x,
        like,
        lambda x: call(name, x, *geometry),
        lambda d: call(f"{name}_backward", d, x, *geometry),
    )


def _interpolate(
    x: Traced, *, scale_factor: Any, mode: str, align_corners: bool | None = None, **_: Any
) -> Traced:
    x = _channels_last(x)
    like = F.interpolate(
        untraced(x), scale_factor=scale_factor, mode=mode, align_corners=align_corners
    )
    size, corners = list(like.shape[2:]), [] if mode == "nearest" else [False]
    name, rest = f"torch.ops.aten.upsample_{mode}2d", [*corners, None, None]
    before = list(x.shape)
    return linear_map(
        x,
        like,
        lambda x: call(name, x, size, *rest),
        lambda d: call(f"{name}_backward", d, size, before, *rest),
    )


def _taps_and_ones(images: Traced, geometry: Geometry) -> Traced:
    return _taps(images, geometry, with_ones=True)


def _taps(images: Traced, geometry: Geometry, *, with_ones: bool = False) -> Traced:
    tape = images.tape
    if not images.fixed:
        # Only tensors at a fixed address can be viewed in advance.
        images = _held(images)
    seen, grid = geometry.grid(untraced(images), with_ones=with_ones)
    for (i, j), to, place in geometry.overlaps():
        window = tape.fixed(grid[i, j, :, to[0], to[1]], "w")
        part = tape.fixed(images.tensor[:, 0, place[0], place[1]], "w")
        tape.line(f"{window.name}.copy_({part.name})")
    result = tape.fixed(seen, "taps")

    def of_taps(d: Traced) -> Traced:
        return d[:-1] if with_ones else d

    def rule(d: Traced) -> None:
        with torch.no_grad():
            tape.give(images, _summed(of_taps(d), geometry))

    return tape.record(result, (images,), rule, lambda d: _sums(of_taps(d), geometry))


def _held(images: Traced) -> Traced:
    tape = images.tape
    held = tape.fixed(torch.zeros_like(untraced(images)))
    tape.line(f"{held.name}.copy_({images.name})")
    return tape.record(held, (images,), lambda d: tape.give(images, d), lambda d: d)


def _sums(taps: Traced, geometry: Geometry) -> Traced:
    tape = taps.tape
    result = _summed(taps, geometry)

    def rule(d: Traced) -> None:
        with torch.no_grad():
            tape.give(taps, _taps(d, geometry))

    return tape.record(result, (taps,), rule, lambda d: _taps(d, geometry))


def _summed(taps: Traced, geometry: Geometry) -> Traced:
    """Return the grey image in which every pixel is the sum of all taps that cover it."""
    tape = taps.tape
    image = tape.fixed(taps.tensor.new_zeros(geometry.batch, 1, *geometry.size))
    shape = [*geometry.kernel, geometry.batch, *geometry.places]
    grid: Traced = taps.view(shape)
    tape.line(f"{image.name}.fill_(0.0)")
    for (i, j), to, place in geometry.overlaps():
        if grid.fixed:
            window = tape.fixed(grid.tensor[i, j, :, to[0], to[1]], "w").name
        else:
            window = f"{grid.name}[{i}, {j}, :, {_slice_text(to[0])}, {_slice_text(to[1])}]"
        part = tape.fixed(image.tensor[:, 0, place[0], place[1]], "w")
        tape.line(f"{part.name}.add_({window})")
    return image


def _slice_text(part: slice) -> str:
    return f"{part.start}:{part.stop}:{part.step or 1}"


# Normalisation


def _batch_norm(
    x: Traced,
    mean: Traced,
    variance: Traced,
    *,
    weight: Traced,
    bias: Traced,
    training: bool,
    momentum: float,
    eps: float,
) -> Traced:
    x = _with_layout(x, is_of_batch=True)
    running, rest = (mean, variance), (training, eps)
    arguments = [x, weight, bias, *running, training, momentum, eps]
    result, *statistics = several(x, call("torch.native_batch_norm", *arguments), 3)

    def rule(d: Traced) -> None:
        d = _with_layout(d, is_of_batch=True)
        arguments = [d, x, weight, *running, *statistics, *rest, [x.needs, True, True]]
        hand_on((x, weight, bias), call("torch.ops.aten.native_batch_norm_backward", *arguments))

    def vjp(d: Traced) -> Traced:
        axes = [axis for axis in range(x.dim()) if axis != 1]
        d = d * _of_channels(weight, x)
        if training:
            return _by_normalised(d, x, axes, eps)
        return d * _of_channels((variance + eps).rsqrt(), x)

    return x.tape.record(result, (x, weight, bias), rule, vjp)


def _of_channels(numbers: Traced, x: Traced) -> Traced:
    """Reshape one number per channel to broadcast over images, or rows."""
    found: Traced = numbers.reshape([-1, *[1] * (x.dim() - 2)])
    return found


def _by_normalised(d: Traced, x: Traced, axes: list[int], eps: float) -> Traced:
    """Return the gradient by ``x`` from ``d``, that by ``x`` normalised along ``axes``.

    It is ``(d - mean d - y mean(d y)) / s``, where ``y`` is the normalised ``x`` and ``s`` the
    standard deviation of ``x`` (Ioffe and Szegedy 2015, section 3).
    """
    centred = x - x.mean(axes, keepdim=True)
    share = (centred.square().mean(axes, keepdim=True) + eps).rsqrt()
    y = centred * share
    inside = d - d.mean(axes, keepdim=True) - y * (d * y).mean(axes, keepdim=True)
    found: Traced = inside * share
    return found


def _group_norm(x: Traced, groups: int, scale: Traced, shift: Traced, eps: float) -> Traced:
    x = _with_layout(x, is_of_batch=False)
    sizes = [len(x), x.shape[1], prod(x.shape[2:]), groups]
    arguments = [x, scale, shift, *sizes, eps]
    result, *statistics = several(x, call("torch.native_group_norm", *arguments), 3)

    def rule(d: Traced) -> None:
        d = _with_layout(d, is_of_batch=False)
        # All three gradients are requested: without the first torch 2.13 crashes.
        arguments = [d, x, *statistics, scale, *sizes, [True, True, True]]
        hand_on((x, scale, shift), call("torch.ops.aten.native_group_norm_backward", *arguments))

    def vjp(d: Traced) -> Traced:
        if groups != 1:
            raise NotTraced("the gradient of a normalisation of groups has none itself")
        return _by_normalised(d * _of_channels(scale, x), x, list(range(1, x.dim())), eps)

    return x.tape.record(result, (x, scale, shift), rule, vjp)


def _with_layout(x: Traced, *, is_of_batch: bool) -> Traced:
    """Return ``x`` in the memory order that normalisations need for it and its gradient."""
    if x.dim() != 4:
        return x
    # On a GPU torch's layer normalisation does not accept channels-last images.
    is_last = is_of_batch or x.device.type == "cpu"
    order = torch.channels_last if is_last else torch.contiguous_format
    tape = x.tape
    like = untraced(x).contiguous(memory_format=order)
    result = tape.moving(f"{x.name}.contiguous(memory_format={order})", like)
    return tape.record(result, (x,), lambda d: tape.give(x, d), lambda d: d)


def _layer_norm(x: Traced, shape: Sequence[int], *, eps: float, **_: Any) -> Traced:
    sizes = list(shape)
    result, *statistics = several(x, call("torch.native_layer_norm", x, sizes, None, None, eps), 3)

    def rule(d: Traced) -> None:
        arguments = [d, x, sizes, *statistics, None, None, [True, False, False]]
        hand_on_one(x, f"{call('torch.ops.aten.native_layer_norm_backward', *arguments)}[0]")

    axes = list(range(x.dim() - len(sizes), x.dim()))
    return x.tape.record(result, (x,), rule, lambda d: _by_normalised(d, x, axes, eps))


OF_IMAGES: dict[Any, Callable[..., Any]] = {
    torch.conv2d: _conv,
    F.conv2d: _conv,
    torch.conv_transpose2d: _conv_transpose,
    F.conv_transpose2d: _conv_transpose,
    F.pad: _pad,
    F.max_pool2d: _max_pool,
    F.avg_pool2d: _avg_pool,
    F.interpolate: _interpolate,
    linear: _linear,
    taps_and_ones: _taps_and_ones,
    sums: _sums,
    F.batch_norm: _batch_norm,
    torch.group_norm: _group_norm,
    F.layer_norm: _layer_norm,
}
"""Functions of torch on images, or norms -> the rows that print them for a ``Traced``."""
