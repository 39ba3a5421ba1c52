"""What a generated program knows to do: one row each, with its lines and those of its gradient.

A row is named by the function of torch that it stands for; see ``tape.py``. A rule is given the
gradient by the result, which is its own to overwrite, and hands on those by what went in.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional as F

from aegui.core.formula import renamed
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.forward import activated, largest
from aegui.core.network.grey_convolution import sums, taps
from aegui.core.training.tape import NotTraced, Traced, call, plain, text_of, traced_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aegui.core.network.grey_convolution import Geometry

    Function = Callable[..., Any]

_LAST = "contiguous(memory_format=torch.channels_last)"


def _turned(x: Traced) -> Traced:
    """A matrix, or a stack of them, with rows and columns exchanged."""
    with torch.no_grad():
        return x.tape.view(x, lambda t: t.transpose(-1, -2), "{}.transpose(-1, -2)")


def _unary(x: Traced, text: str, like: torch.Tensor, back: Callable[[Traced], str]) -> Traced:
    """What ``text`` makes of ``x``, and the text of the gradient by ``x`` from that by it."""
    result = x.tape.moving(text, like)
    return x.tape.record(result, (x,), lambda d: _hand_on_one(x, back(d)))


def _several(x: Traced, text: str, count: int) -> list[Traced]:
    """The ``count`` results of ``text``, the first of them like ``x``."""
    names = [x.tape.name("v") for _ in range(count)]
    x.tape.line(f"{', '.join(names)} = {text}")
    return [x.tape.named(name, plain(x)) for name in names]


def _hand_on_one(x: Traced, text: str) -> None:
    """Hand on the gradient that ``text`` gives."""
    x.tape.give(x, x.tape.moving(text, plain(x), "d"))


def _hand_on(to: Sequence[Traced], text: str) -> None:
    """Hand on the gradients that ``text`` gives, one for each of ``to``."""
    tape = to[0].tape
    names = [tape.name("d") for _ in to]
    tape.line(f"{', '.join(names)} = {text}")
    for of, name in zip(to, names, strict=True):
        tape.give(of, tape.named(name, plain(of)))


# Products


def _linear(bias: Traced, x: Traced, weight: Traced) -> Traced:
    tape = traced_of(bias, x, weight)
    added, product = ("torch.baddbmm", "torch.bmm") if x.dim() == 3 else ("torch.addmm", "torch.mm")
    like = plain(x) @ plain(weight)
    result = tape.filled(call(added, bias, x, weight), like, "z")

    def rule(d: Traced) -> None:
        if weight.needs:
            tape.add(weight, call(product, _turned(x), d))
        if bias.needs:
            tape.add(bias, call("torch.sum", d, [d.dim() - 2], bias.dim() == d.dim()))
        if x.needs:
            tape.add(x, call(product, d, _turned(weight)))

    return tape.record(result, (bias, x, weight), rule)


def _mm(a: Traced, b: Traced) -> Traced:
    tape = traced_of(a, b)
    result = tape.filled(call("torch.mm", a, b), plain(a) @ plain(b), "z")

    def rule(d: Traced) -> None:
        if a.needs:
            tape.add(a, call("torch.mm", d, _turned(b)))
        if b.needs:
            tape.add(b, call("torch.mm", _turned(a), d))

    return tape.record(result, (a, b), rule)


# Number by number


def _activated(key: str, z: Traced) -> Traced:
    tape, row = z.tape, ACTIVATIONS[key]
    if key == "identity":
        return z
    if row.in_place:
        result = Traced(tape, z.name, z.tensor, fixed=z.fixed)
        tape.line(row.forward(z.name, z.name))
    else:
        result = tape.fixed(torch.zeros_like(plain(z)), "h")
        tape.line(row.forward(z.name, result.name))
    result.of = z

    def rule(d: Traced) -> None:
        tape.line(row.backward(d.name, z.name, result.name))
        tape.give(z, d)

    return tape.record(result, (z,), rule)


def _passed(x: Any, d: Traced, *, owned: bool) -> None:
    """Hand on ``d`` to a summand ``x``, over the places of which it was repeated."""
    if not isinstance(x, Traced) or not x.needs:
        return
    tape = x.tape
    if x.shape == d.shape:
        gradient = d if owned else tape.filled(call("torch.mul", d, 1.0), plain(d), "d")
        tape.give(x, gradient)
        return
    shape = [1] * (d.dim() - x.dim()) + list(x.shape)
    over = [axis for axis, size in enumerate(shape) if size == 1]
    total = f"torch.sum({d.name}, {over}).reshape({list(x.shape)})"
    tape.give(x, tape.moving(total, plain(x), "d"))


def _mul(a: Any, b: Any) -> Traced:
    if not isinstance(a, Traced):
        a, b = b, a
    tape = traced_of(a)
    result = tape.filled(call("torch.mul", a, b), plain(a) * plain(b))
    if not (isinstance(b, Traced) and b.needs) and a.shape == result.shape:
        result.of = a

    def rule(d: Traced) -> None:
        if isinstance(b, Traced) and b.needs:
            _passed(b, tape.filled(call("torch.mul", d, a), plain(d), "d"), owned=True)
        if a.needs:
            tape.line(f"{d.name}.mul_({text_of(b)})")
            _passed(a, d, owned=True)

    return tape.record(result, (a, b), rule)


def _add(a: Any, b: Any) -> Traced:
    tape = traced_of(a, b)
    result = tape.filled(call("torch.add", a, b), plain(a) + plain(b))

    def rule(d: Traced) -> None:
        _passed(b, d, owned=False)
        _passed(a, d, owned=True)

    return tape.record(result, (a, b), rule)


def _div(a: Traced, b: float) -> Traced:
    row: Function = _mul if isinstance(b, int | float) else _plain_row("torch.div")
    found: Traced = row(a, 1.0 / b if isinstance(b, int | float) else b)
    return found


def _of_each(name: str, slope: str) -> Function:
    """A function of each number; ``slope`` multiplies ``d`` with its derivative, of ``x``, ``h``.

    Further arguments are ``{0}`` and so on.
    """

    def row(x: Traced, *args: Any) -> Traced:
        tape = x.tape
        result = tape.filled(call(name, x, *args), plain(x))
        result.of = x

        def rule(d: Traced) -> None:
            text = slope.format(*map(text_of, args))
            tape.line(renamed(text, d=d.name, x=x.name, h=result.name))
            tape.give(x, d)

        return tape.record(result, (x,), rule)

    return row


def _reduction(name: str) -> Function:
    """``torch.sum`` or ``torch.mean``, of all numbers or along axes."""

    def row(x: Traced, dim: Any = None, keepdim: bool = False) -> Traced:
        tape, size = x.tape, list(x.shape)
        axes = [dim] if isinstance(dim, int) else list(dim or range(x.dim()))
        axes = [axis % x.dim() for axis in axes]
        like = getattr(torch, name)(plain(x), axes, keepdim)
        result = tape.filled(call(f"torch.{name}", x, axes, keepdim), like)
        kept = [1 if axis in axes else length for axis, length in enumerate(size)]
        share = 1.0 if name == "sum" else prod(kept) / max(1, prod(size))

        def rule(d: Traced) -> None:
            tape.add(x, f"torch.mul({d.name}.view({kept}).expand({size}), {share!r})")

        return tape.record(result, (x,), rule)

    return row


def _softmax(name: str) -> Function:
    """``softmax`` or ``log_softmax``."""

    def row(x: Traced, dim: int) -> Traced:
        result = x.tape.filled(call(f"torch.{name}", x, dim), plain(x))
        back = f"torch.ops.aten._{name}_backward_data"

        def rule(d: Traced) -> None:
            _hand_on_one(x, f"{back}({d.name}, {result.name}, {dim}, {result.name}.dtype)")

        return x.tape.record(result, (x,), rule)

    return row


def _bce_of_logits(x: Traced, wanted: Traced, **_: Any) -> Traced:
    text = call("torch.binary_cross_entropy_with_logits", x, wanted)
    miss = f"(torch.sigmoid({x.name}) - {wanted.name})"
    return _unary(x, text, x.tensor.mean(), lambda d: f"{miss}.mul_({d.name} / {x.numel()})")


def _cross_entropy(x: Traced, labels: Traced, **_: Any) -> Traced:
    """Of scores ``[n, classes]`` and labels ``[n]``; the mean."""
    hit = f"torch.ops.aten.one_hot({labels.name}, {x.shape[1]})"
    miss = f"(torch.softmax({x.name}, 1) - {hit})"
    text = call("torch.ops.aten.cross_entropy_loss", x, labels)
    return _unary(x, text, x.tensor.mean(), lambda d: f"{miss}.mul_({d.name} / {len(x)})")


def _addcmul(x: Traced, a: Traced, b: Traced) -> Traced:
    """``x + a * b``; no gradient goes to ``a``."""
    tape = x.tape
    result = tape.filled(call("torch.addcmul", x, a, b), torch.zeros_like(plain(b)))

    def rule(d: Traced) -> None:
        tape.add(b, call("torch.mul", d, a))
        tape.give(x, d)

    return tape.record(result, (x, a, b), rule)


def _huber(y: Traced, t: Traced, *, delta: float, **_: Any) -> Traced:
    text = f"torch.ops.aten.huber_loss({y.name}, {t.name}.expand_as({y.name}), 0, {delta!r})"
    return y.tape.filled(text, plain(y))


def _plain_row(name: str, *, is_flat: bool = False) -> Function:
    """A function of torch through which no gradient goes; ``is_flat``: it would be zero."""

    def row(*args: Any, **kwargs: Any) -> Traced:
        tape = traced_of(*args)
        if (
            not is_flat
            and torch.is_grad_enabled()
            and any(isinstance(x, Traced) and x.needs for x in args)
        ):
            raise NotTraced(f"{name} has no gradient")
        function = getattr(torch, name.rpartition(".")[2])
        like = function(*plain(args), **plain(kwargs))
        return tape.filled(call(name, *args, **kwargs), like)

    return row


def _detach(x: Traced) -> Traced:
    with torch.no_grad():
        return Traced(x.tape, x.name, x.tensor, fixed=x.fixed)


def _in_place(name: str) -> Function:
    def row(x: Traced, *args: Any) -> Traced:
        x.tape.line(f"{call(f'{x.name}.{name}', *args)}")
        return x

    return row


def _largest(code: Traced, count: int, *, by_magnitude: bool) -> Traced:
    tape = code.tape
    mask = tape.fixed(torch.zeros_like(plain(code)))
    ranked = f"{code.name}.abs()" if by_magnitude else code.name
    tape.line(f"places = torch.topk({ranked}, {count}, -1)[1]")
    tape.line(f"{mask.name}.zero_().scatter_(-1, places, 1.0)")
    return mask


# Shapes


def _transpose(x: Traced, a: int, b: int) -> Traced:
    way = (lambda t: t.transpose(a, b)), f"{{}}.transpose({a}, {b})"
    return x.tape.view(x, *way, way)


def _t(x: Traced) -> Traced:
    return _transpose(x, 0, 1)


def _permute(x: Traced, *order: int) -> Traced:
    back = [order.index(axis) for axis in range(len(order))]
    undo = (lambda t: t.permute(back)), f"{{}}.permute({back})"
    return x.tape.view(x, lambda t: t.permute(order), f"{{}}.permute({list(order)})", undo)


def _expand(x: Traced, *shape: int) -> Traced:
    sizes = [x.shape[axis - len(shape)] if n == -1 else n for axis, n in enumerate(shape)]
    if tuple(sizes) == tuple(x.shape):
        return x
    if x.needs and torch.is_grad_enabled():
        raise NotTraced("nothing sums the gradient of what is repeated")
    return x.tape.view(x, lambda t: t.expand(sizes), f"{{}}.expand({sizes})")


def _expand_as(x: Traced, other: Traced) -> Traced:
    return _expand(x, *other.shape)


def _reshape(x: Traced, *shape: Any) -> Traced:
    like = plain(x).reshape(shape[0] if not isinstance(shape[0], int) else shape)
    sizes, before = list(like.shape), list(x.shape)
    if sizes == before:
        return x
    if like.data_ptr() == plain(x).data_ptr():
        undo = (lambda t: t.reshape(before)), f"{{}}.reshape({before})"
        return x.tape.view(x, lambda t: t.view(sizes), f"{{}}.view({sizes})", undo)
    text = f"{x.name}.reshape({sizes})"
    return _unary(x, text, like, lambda d: f"{d.name}.reshape({before}).contiguous()")


def _flatten(x: Traced, start: int = 0) -> Traced:
    if x.dim() <= start + 1:
        return x
    sizes = [*x.shape[:start], prod(x.shape[start:])]
    return _as_rows(x, sizes)


def _as_rows(x: Traced, sizes: list[int]) -> Traced:
    """Images as rows, in a buffer of rows: they lie channels last."""
    like = plain(x).reshape(sizes)
    if like.data_ptr() == plain(x).data_ptr() and x.fixed:
        return x.tape.view(x, lambda t: t.view(sizes), f"{{}}.view({sizes})")
    tape, shape = x.tape, list(x.shape)
    rows = tape.fixed(torch.zeros(sizes, device=x.device))
    image = tape.fixed(rows.tensor.view(shape), "w")
    tape.line(f"{image.name}.copy_({x.name})")

    def rule(d: Traced) -> None:
        images = tape.fixed(torch.zeros_like(plain(x)), "d")
        tape.line(f"{images.name}.copy_({d.name}.view({shape}))")
        tape.give(x, images)

    return tape.record(rows, (x,), rule)


def _contiguous(x: Traced, memory_format: Any = torch.contiguous_format) -> Traced:
    like = plain(x).contiguous(memory_format=memory_format)
    if like.data_ptr() == plain(x).data_ptr() and x.fixed:
        return x
    tape = x.tape
    result = tape.fixed(torch.zeros_like(like))
    tape.line(f"{result.name}.copy_({x.name})")
    return tape.record(result, (x,), lambda d: tape.give(x, d))


def _chunk(x: Traced, count: int, dim: int = 0) -> list[Traced]:
    width = x.shape[dim] // count

    def part(at: int) -> Traced:
        start = at * width
        text = f"{{}}.narrow({dim}, {start}, {width})"
        return x.tape.view(x, lambda t: t.narrow(dim, start, width), text)

    parts = [part(at) for at in range(count)]
    for own in parts:
        own.parts = parts
    return parts


def _cat(parts: Sequence[Traced], dim: int = 0) -> Traced:
    tape = traced_of(parts)
    result = tape.filled(call("torch.cat", parts, dim), torch.cat(plain(parts), dim))

    def rule(d: Traced) -> None:
        start = 0
        for part in parts:
            with torch.no_grad():
                width = part.shape[dim]
                own = tape.view(
                    d,
                    lambda t, start=start, width=width: t.narrow(dim, start, width),  # type: ignore[misc]
                    f"{{}}.narrow({dim}, {start}, {width})",
                )
            tape.add(part, call("torch.mul", own, 1.0))
            start += width

    return tape.record(result, parts, rule)


def _getitem(x: Traced, key: Any) -> Traced:
    keys = key if isinstance(key, tuple) else (key,)
    words = [
        "..."
        if k is Ellipsis
        else f"{k.start or ''}:{'' if k.stop is None else k.stop}"
        if isinstance(k, slice)
        else repr(k)
        for k in keys
    ]
    return x.tape.view(x, lambda t: t[key], f"{{}}[{', '.join(words)}]")


# Images


def _conv(x: Traced, weight: Traced, bias: Traced, stride: Any, padding: Any) -> Traced:
    return _convolution(x, weight, bias, stride, padding, None)


def _conv_transpose(
    x: Traced, weight: Traced, bias: Traced, stride: Any, padding: Any, more: Any = 0
) -> Traced:
    return _convolution(x, weight, bias, stride, padding, more)


def _pair(number: Any) -> list[int]:
    return [number, number] if isinstance(number, int) else list(number)


def _convolution(
    x: Traced, weight: Traced, bias: Traced, stride: Any, padding: Any, more: Any
) -> Traced:
    x = _channels_last(x)
    tape, turned = x.tape, more is not None
    sides = [_pair(stride), _pair(padding)]
    function: Any = torch.conv_transpose2d if turned else torch.conv2d
    extra = [_pair(more)] if turned else []
    like: torch.Tensor = function(plain(x), plain(weight), plain(bias), *sides, *extra)
    like = like.contiguous(memory_format=torch.channels_last)
    name = f"torch.{'conv_transpose2d' if turned else 'conv2d'}"
    # Of grey images torch gives some in another order, and its GELU mixes the two up.
    result = tape.moving(f"{call(name, x, weight, bias, *sides, *extra)}.{_LAST}", like, "z")

    def rule(d: Traced) -> None:
        d = _channels_last(d)
        asked = [x.needs, weight.needs, bias.needs]
        given = [d, x, weight, list(bias.shape), *sides, [1, 1], turned, *(extra or [[0, 0]]), 1]
        _hand_on((x, weight, bias), call("torch.ops.aten.convolution_backward", *given, asked))

    return tape.record(result, (x, weight, bias), rule)


def _channels_last(x: Traced) -> Traced:
    """``x`` in the order of memory in which convolutions are up to twice as fast."""
    if plain(x).is_contiguous(memory_format=torch.channels_last):
        return x
    return _contiguous(x, torch.channels_last)


def _pad(x: Traced, sides: Sequence[int], **_: Any) -> Traced:
    like = F.pad(plain(x), list(sides)).contiguous(memory_format=torch.channels_last)
    text, back = "torch.constant_pad_nd({}, {}, 0)." + _LAST, [-side for side in sides]
    return _unary(x, text.format(x.name, list(sides)), like, lambda d: text.format(d.name, back))


def _max_pool(x: Traced, size: Any, **_: Any) -> Traced:
    geometry = [_pair(size), _pair(size), [0, 0], [1, 1], False]
    name, tape = "torch.ops.aten.max_pool2d_with_indices", x.tape
    result, places = _several(x, call(name, x, *geometry), 2)
    result.tensor = F.max_pool2d(plain(x), size)
    back = f"{name}_backward"
    return tape.record(result, (x,), lambda d: _hand_on_one(x, call(back, d, x, *geometry, places)))


def _avg_pool(x: Traced, size: Any, **_: Any) -> Traced:
    geometry = [_pair(size), _pair(size), [0, 0], False, True, None]
    name = "torch.ops.aten.avg_pool2d"
    like = F.avg_pool2d(plain(x), size)
    return _unary(
        x, call(name, x, *geometry), like, lambda d: call(f"{name}_backward", d, x, *geometry)
    )


def _interpolate(
    x: Traced, *, scale_factor: Any, mode: str, align_corners: bool | None = None, **_: Any
) -> Traced:
    x = _channels_last(x)
    like = F.interpolate(
        plain(x), scale_factor=scale_factor, mode=mode, align_corners=align_corners
    )
    size, corners = list(like.shape[2:]), [] if mode == "nearest" else [False]
    name, rest = f"torch.ops.aten.upsample_{mode}2d", [*corners, None, None]
    before = list(x.shape)
    return _unary(
        x,
        call(name, x, size, *rest),
        like,
        lambda d: call(f"{name}_backward", d, size, before, *rest),
    )


def _taps(images: Traced, geometry: Geometry) -> Traced:
    tape = images.tape
    if not images.fixed:
        # Views are made of what stays in its place only.
        images = _held(images)
    seen = _grid(tape, geometry, images.device)
    for (i, j), to, place in geometry.overlaps():
        window = tape.fixed(seen[i, j, :, to[0], to[1]], "w")
        part = tape.fixed(images.tensor[:, 0, place[0], place[1]], "w")
        tape.line(f"{window.name}.copy_({part.name})")
    result = tape.fixed(seen.view(prod(geometry.kernel), -1), "taps")
    return tape.record(result, (images,), lambda d: tape.give(images, _summed(d, geometry)))


def _held(images: Traced) -> Traced:
    tape = images.tape
    held = tape.fixed(torch.zeros_like(plain(images)))
    tape.line(f"{held.name}.copy_({images.name})")
    return tape.record(held, (images,), lambda d: tape.give(images, d))


def _grid(tape: Any, geometry: Geometry, device: torch.device) -> torch.Tensor:
    return torch.zeros(*geometry.kernel, geometry.batch, *geometry.places, device=device)


def _sums(seen: Traced, geometry: Geometry) -> Traced:
    tape = seen.tape
    result = _summed(seen, geometry)

    def rule(d: Traced) -> None:
        with torch.no_grad():
            tape.give(seen, _taps(d, geometry))

    return tape.record(result, (seen,), rule)


def _summed(seen: Traced, geometry: Geometry) -> Traced:
    """The grey image in which every pixel is the sum of all taps that fall on it."""
    tape = seen.tape
    image = tape.fixed(torch.zeros(geometry.batch, 1, *geometry.size, device=seen.device))
    grid = seen.tensor.view(*geometry.kernel, geometry.batch, *geometry.places)
    tape.line(f"{image.name}.fill_(0.0)")
    for (i, j), to, place in geometry.overlaps():
        window = tape.fixed(grid[i, j, :, to[0], to[1]], "w")
        part = tape.fixed(image.tensor[:, 0, place[0], place[1]], "w")
        tape.line(f"{part.name}.add_({window.name})")
    return image


# Normalisations


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
    x = _laid_out(x, is_of_batch=True)
    running, rest = (mean, variance), (training, eps)
    given = [x, weight, bias, *running, training, momentum, eps]
    result, *kept = _several(x, call("torch.native_batch_norm", *given), 3)

    def rule(d: Traced) -> None:
        d = _laid_out(d, is_of_batch=True)
        given = [d, x, weight, *running, *kept, *rest, [x.needs, True, True]]
        _hand_on((x, weight, bias), call("torch.ops.aten.native_batch_norm_backward", *given))

    return x.tape.record(result, (x, weight, bias), rule)


def _group_norm(x: Traced, groups: int, scale: Traced, shift: Traced, eps: float) -> Traced:
    x = _laid_out(x, is_of_batch=False)
    sizes = [len(x), x.shape[1], prod(x.shape[2:]), groups]
    given = [x, scale, shift, *sizes, eps]
    result, *kept = _several(x, call("torch.native_group_norm", *given), 3)

    def rule(d: Traced) -> None:
        d = _laid_out(d, is_of_batch=False)
        # All is asked for: without the first torch 2.13 crashes.
        given = [d, x, *kept, scale, *sizes, [True, True, True]]
        _hand_on((x, scale, shift), call("torch.ops.aten.native_group_norm_backward", *given))

    return x.tape.record(result, (x, scale, shift), rule)


def _laid_out(x: Traced, *, is_of_batch: bool) -> Traced:
    """``x`` in the order of memory in which normalisations want it and its gradient."""
    if x.dim() != 4:
        return x
    # On a GPU torch's layer normalisation takes no images channels last.
    is_last = is_of_batch or x.device.type == "cpu"
    order = torch.channels_last if is_last else torch.contiguous_format
    tape = x.tape
    like = plain(x).contiguous(memory_format=order)
    result = tape.moving(f"{x.name}.contiguous(memory_format={order})", like)
    return tape.record(result, (x,), lambda d: tape.give(x, d))


def _layer_norm(x: Traced, shape: Sequence[int], *, eps: float, **_: Any) -> Traced:
    sizes = list(shape)
    result, *kept = _several(x, call("torch.native_layer_norm", x, sizes, None, None, eps), 3)

    def rule(d: Traced) -> None:
        given = [d, x, sizes, *kept, None, None, [True, False, False]]
        _hand_on_one(x, f"{call('torch.ops.aten.native_layer_norm_backward', *given)}[0]")

    return x.tape.record(result, (x,), rule)


_PLAIN = (
    *("abs", "clip", "sub", "sigmoid", "tanh", "square", "log1p", "where", "minimum", "maximum"),
    *("sin", "cos", "clamp", "reciprocal", "rsub", "stack", "sinh", "cosh", "sqrt"),
)
"""Functions of torch through which no gradient goes, such as those of a loss's formula."""
_FLAT = ("sign", "ge", "gt", "le", "eq", "ones_like", "zeros_like", "full_like")
"""Functions of torch whose gradient is zero."""
_SLOPES = {
    "exp": "d.mul_(h)",
    "log": "d.div_(x)",
    "neg": "d.neg_()",
    "clamp_min": "d.mul_(x >= {0})",
}
"""Functions of each number, and what multiplies the gradient ``d`` with their derivatives."""
_IN_PLACE = ("mul_", "sub_", "add_", "clamp_", "copy_", "zero_", "sign_")

_ROWS: dict[str, Function] = {
    **{name: _plain_row(f"torch.{name}", is_flat=name in _FLAT) for name in _PLAIN + _FLAT},
    **{name: _of_each(f"torch.{name}", slope) for name, slope in _SLOPES.items()},
    **{name: _reduction(name) for name in ("sum", "mean")},
    **{name: _softmax(name) for name in ("softmax", "log_softmax")},
    "mul": _mul,
    "add": _add,
    "div": _div,
}
"""What is a function of torch and a method of its tensors alike."""

PRIMITIVES: dict[Any, Function] = {
    **{
        getattr(of, name): row
        for name, row in _ROWS.items()
        for of in (torch, torch.Tensor)
        if hasattr(of, name)
    },
    **{getattr(torch.Tensor, name): _in_place(name) for name in _IN_PLACE},
    torch.addmm: _linear,
    torch.baddbmm: _linear,
    torch.mm: _mm,
    activated: _activated,
    torch.addcmul: _addcmul,
    F.huber_loss: _huber,
    F.binary_cross_entropy_with_logits: _bce_of_logits,
    F.cross_entropy: _cross_entropy,
    torch.Tensor.detach: _detach,
    largest: _largest,
    torch.Tensor.transpose: _transpose,
    torch.Tensor.t: _t,
    torch.Tensor.permute: _permute,
    torch.Tensor.expand: _expand,
    torch.Tensor.expand_as: _expand_as,
    torch.Tensor.reshape: _reshape,
    torch.Tensor.view: _reshape,
    torch.Tensor.flatten: _flatten,
    torch.Tensor.contiguous: _contiguous,
    torch.chunk: _chunk,
    torch.Tensor.chunk: _chunk,
    torch.cat: _cat,
    torch.Tensor.__getitem__: _getitem,
    torch.conv2d: _conv,
    F.conv2d: _conv,
    torch.conv_transpose2d: _conv_transpose,
    F.conv_transpose2d: _conv_transpose,
    F.pad: _pad,
    F.max_pool2d: _max_pool,
    F.avg_pool2d: _avg_pool,
    F.interpolate: _interpolate,
    taps: _taps,
    sums: _sums,
    F.batch_norm: _batch_norm,
    torch.group_norm: _group_norm,
    F.layer_norm: _layer_norm,
}
"""What torch may be asked to do with a ``Traced`` -> what prints it."""
