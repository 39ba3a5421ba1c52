"""The primitives of generated programs: one row each, which prints its lines and its gradient's.

A row is keyed by the torch function that it stands for; see ``tape.py``. A rule gets the gradient
by the result, which it may overwrite, and passes on the gradients by the inputs. Operations between
samples and code also have a vector-Jacobian product (``vjp``), which returns the gradient by the
input in terms of these primitives, so that it can be differentiated again.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional as F

from aegui.core.formula import renamed, torch_function
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.forward import activated, largest
from aegui.core.training.step.image_primitives import OF_IMAGES
from aegui.core.training.step.products import is_turning_faster, onednn_use, product_rows
from aegui.core.training.step.rules import hand_on_one, linear_map, unary
from aegui.core.training.step.tape import NotTraced, Traced, call, text_of, traced_of, untraced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Function = Callable[..., Any]
    Vjp = Callable[[Traced], Traced]


# Element-wise operations


def _activated(key: str, z: Traced) -> Traced:
    tape, row = z.tape, ACTIVATIONS[key]
    if key == "identity":
        return z
    if row.in_place and not z.inner:
        result = Traced(tape, z.name, z.tensor, fixed=z.fixed)
        tape.line(row.forward(z.name, z.name))
    else:
        result = tape.fixed(torch.zeros_like(untraced(z)), "h")
        tape.line(row.forward(z.name, result.name))
    result.of = z

    def rule(d: Traced) -> None:
        tape.line(row.backward(d.name, z.name, result.name))
        tape.give(z, d)

    slopes: list[Traced] = []

    def vjp(d: Traced) -> Traced:
        if not slopes:
            slopes.append(torch_function(row.slope, "z")(z))
        return _mul(d, slopes[0])

    return tape.record(result, (z,), rule, vjp)


def _passed(x: Any, d: Traced, *, owned: bool, sign: float = 1.0) -> None:
    """Pass on ``d`` to a summand ``x``, summed over the axes along which ``x`` was broadcast."""
    if not isinstance(x, Traced) or not x.needs:
        return
    tape = x.tape
    if not owned and (sign < 0 or x.shape == d.shape):
        d = tape.filled(call("torch.mul", d, sign), untraced(d), "d")
    if x.shape == d.shape:
        tape.give(x, d)
        return
    shape = [1] * (d.dim() - x.dim()) + list(x.shape)
    over = [axis for axis, size in enumerate(shape) if size == 1]
    total = f"torch.sum({d.name}, {over}).reshape({list(x.shape)})"
    tape.give(x, tape.moving(total, untraced(x), "d"))


def _mul(a: Any, b: Any) -> Traced:
    if not isinstance(a, Traced):
        a, b = b, a
    tape = traced_of(a)
    result = tape.filled(call("torch.mul", a, b), untraced(a) * untraced(b))
    if not (isinstance(b, Traced) and b.needs) and a.shape == result.shape:
        result.of = a

    def rule(d: Traced) -> None:
        if isinstance(b, Traced) and b.needs:
            _passed(b, tape.filled(call("torch.mul", d, a), untraced(d), "d"), owned=True)
        if a.needs:
            tape.line(f"{d.name}.mul_({text_of(b)})")
            _passed(a, d, owned=True)

    def vjp(d: Traced) -> Traced:
        return _mul(d, b if a.inner else a)

    return tape.record(result, (a, b), rule, _if_alike((a, b), result, vjp))


def _if_alike(inputs: Sequence[Any], result: Traced, vjp: Vjp) -> Vjp | None:
    """Return ``vjp`` if its input was not broadcast in the ``result``, else None."""
    inner = [x for x in inputs if isinstance(x, Traced) and x.inner]
    return vjp if all(x.shape == result.shape for x in inner) else None


def _sum(name: str) -> Function:
    """Return the row of ``torch.add``, ``torch.sub``, or ``torch.rsub`` (second minus first)."""
    first, second = {"add": (1.0, 1.0), "sub": (1.0, -1.0), "rsub": (-1.0, 1.0)}[name]

    def row(a: Any, b: Any) -> Traced:
        tape = traced_of(a, b)
        result = tape.filled(call(f"torch.{name}", a, b), untraced(a) + untraced(b))

        def rule(d: Traced) -> None:
            _passed(b, d, owned=False, sign=second)
            if first < 0:
                tape.line(f"{d.name}.neg_()")
            _passed(a, d, owned=True)

        def vjp(d: Traced) -> Traced:
            return _mul(d, first if isinstance(a, Traced) and a.inner else second)

        return tape.record(result, (a, b), rule, _if_alike((a, b), result, vjp))

    return row


def _div(a: Any, b: Any) -> Traced:
    if isinstance(b, int | float):
        return _mul(a, 1.0 / b)
    if torch.is_grad_enabled() and any(isinstance(x, Traced) and x.needs for x in (a, b)):
        return _mul(a, torch.reciprocal(b))
    found: Traced = _torch_row("torch.div")(a, b)
    return found


def _of_each(name: str, slope: str) -> Function:
    """Return the row of an element-wise function; ``slope`` multiplies ``d`` by its derivative.

    ``slope`` uses ``x`` for the input, ``h`` for the result, and ``{0}`` etc. for further
    arguments.
    """

    def row(x: Traced, *args: Any, **kwargs: Any) -> Traced:
        tape = x.tape
        result = tape.filled(call(name, x, *args, **kwargs), untraced(x))
        result.of = x

        def rule(d: Traced) -> None:
            text = slope.format(*map(text_of, args))
            tape.line(renamed(text, d=d.name, x=x.name, h=result.name))
            tape.give(x, d)

        return tape.record(result, (x,), rule)

    return row


def _reduction(name: str) -> Function:
    """Return the row of ``torch.sum`` or ``torch.mean``, of all numbers or along axes."""

    def row(x: Traced, dim: Any = None, keepdim: bool = False) -> Traced:
        tape, size = x.tape, list(x.shape)
        axes = [dim] if isinstance(dim, int) else list(dim or range(x.dim()))
        axes = [axis % x.dim() for axis in axes]
        like = getattr(torch, name)(untraced(x), axes, keepdim)
        result = tape.filled(call(f"torch.{name}", x, axes, keepdim), like)
        reduced = [1 if axis in axes else length for axis, length in enumerate(size)]
        share = 1.0 if name == "sum" else prod(reduced) / max(1, prod(size))

        def rule(d: Traced) -> None:
            tape.add(x, f"torch.mul({d.name}.view({reduced}).expand({size}), {share!r})")

        return tape.record(result, (x,), rule)

    return row


def _softmax(name: str) -> Function:
    """Return the row of ``softmax`` or ``log_softmax``."""

    def row(x: Traced, dim: int) -> Traced:
        result = x.tape.filled(call(f"torch.{name}", x, dim), untraced(x))
        back = f"torch.ops.aten._{name}_backward_data"

        def rule(d: Traced) -> None:
            hand_on_one(x, f"{back}({d.name}, {result.name}, {dim}, {result.name}.dtype)")

        return x.tape.record(result, (x,), rule)

    return row


def _bce_of_logits(x: Traced, target: Traced, **_: Any) -> Traced:
    text = call("torch.binary_cross_entropy_with_logits", x, target)
    miss = f"(torch.sigmoid({x.name}) - {target.name})"
    return unary(x, text, x.tensor.mean(), lambda d: f"{miss}.mul_({d.name} / {x.numel()})")


def _cross_entropy(x: Traced, labels: Traced, **_: Any) -> Traced:
    """Mean cross-entropy of scores ``[n, classes]`` and labels ``[n]``."""
    hit = f"torch.ops.aten.one_hot({labels.name}, {x.shape[1]})"
    miss = f"(torch.softmax({x.name}, 1) - {hit})"
    text = call("torch.ops.aten.cross_entropy_loss", x, labels)
    return unary(x, text, x.tensor.mean(), lambda d: f"{miss}.mul_({d.name} / {len(x)})")


def _addcmul(x: Traced, a: Traced, b: Traced) -> Traced:
    """Print ``x + a * b``; no gradient goes to ``a``."""
    tape = x.tape
    result = tape.filled(call("torch.addcmul", x, a, b), torch.zeros_like(untraced(b)))

    def rule(d: Traced) -> None:
        tape.add(b, call("torch.mul", d, a))
        tape.give(x, d)

    return tape.record(result, (x, a, b), rule)


def _huber(y: Traced, t: Traced, *, delta: float, **_: Any) -> Traced:
    text = f"torch.ops.aten.huber_loss({y.name}, {t.name}.expand_as({y.name}), 0, {delta!r})"
    return y.tape.filled(text, untraced(y))


def _flattened(args: Sequence[Any]) -> Iterator[Any]:
    """Yield ``args``, with nested lists flattened."""
    for each in args:
        if isinstance(each, list | tuple):
            yield from _flattened(each)
        else:
            yield each


def _torch_row(name: str, *, is_flat: bool = False) -> Function:
    """Return the row of a torch function without gradient; ``is_flat``: its gradient is zero."""

    def row(*args: Any, **kwargs: Any) -> Traced:
        tape = traced_of(*args)
        if (
            not is_flat
            and torch.is_grad_enabled()
            and any(isinstance(x, Traced) and x.needs for x in _flattened(args))
        ):
            raise NotTraced(f"{name} has no gradient")
        function = getattr(torch, name.rpartition(".")[2])
        like = function(*untraced(args), **untraced(kwargs))
        return tape.filled(call(name, *args, **kwargs), like)

    return row


def _where(condition: Traced, a: Any, b: Any) -> Traced:
    """Print ``torch.where``, without gradient; torch has no ``out`` if an argument is a number."""
    if torch.is_grad_enabled() and any(isinstance(x, Traced) and x.needs for x in (a, b)):
        raise NotTraced("torch.where has no gradient")
    like = torch.where(untraced(condition), untraced(a), untraced(b))
    return condition.tape.moving(call("torch.where", condition, a, b), like)


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
    mask = tape.fixed(torch.zeros_like(untraced(code)))
    ranked = f"{code.name}.abs()" if by_magnitude else code.name
    tape.line(f"places = torch.topk({ranked}, {count}, -1)[1]")
    tape.line(f"{mask.name}.zero_().scatter_(-1, places, 1.0)")
    return mask


# Shapes


def _transpose(x: Traced, a: int, b: int) -> Traced:
    transposed = (lambda t: t.transpose(a, b)), f"{{}}.transpose({a}, {b})"
    return x.tape.view(x, *transposed, transposed, lambda d: _transpose(d, a, b))


def _t(x: Traced) -> Traced:
    return _transpose(x, 0, 1)


def _permute(x: Traced, *order: int) -> Traced:
    back = [order.index(axis) for axis in range(len(order))]
    undo = (lambda t: t.permute(back)), f"{{}}.permute({back})"
    text = f"{{}}.permute({list(order)})"
    return x.tape.view(x, lambda t: t.permute(order), text, undo, lambda d: _permute(d, *back))


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
    like = untraced(x).reshape(shape[0] if not isinstance(shape[0], int) else shape)
    sizes, before = list(like.shape), list(x.shape)
    if sizes == before:
        return x
    if like.data_ptr() == untraced(x).data_ptr():
        undo = (lambda t: t.reshape(before)), f"{{}}.reshape({before})"
        text = f"{{}}.view({sizes})"
        return x.tape.view(x, lambda t: t.view(sizes), text, undo, lambda d: _reshape(d, before))
    return linear_map(
        x,
        like,
        lambda x: f"{x.name}.reshape({sizes})",
        lambda d: f"{d.name}.reshape({before}).contiguous()",
    )


def _flatten(x: Traced, start: int = 0) -> Traced:
    if x.dim() <= start + 1:
        return x
    sizes = [*x.shape[:start], prod(x.shape[start:])]
    return _as_rows(x, sizes)


def _as_rows(x: Traced, sizes: list[int]) -> Traced:
    """Flatten images into a new buffer of rows, as they are stored channels last."""
    like = untraced(x).reshape(sizes)
    if like.data_ptr() == untraced(x).data_ptr() and x.fixed:
        return _reshape(x, sizes)
    tape, shape = x.tape, list(x.shape)
    rows = tape.fixed(torch.zeros_like(like))
    image = tape.fixed(rows.tensor.view(shape), "w")
    tape.line(f"{image.name}.copy_({x.name})")

    def rule(d: Traced) -> None:
        images = tape.fixed(torch.zeros_like(untraced(x)), "d")
        tape.line(f"{images.name}.copy_({d.name}.view({shape}))")
        tape.give(x, images)

    return tape.record(rows, (x,), rule, lambda d: _reshape(d, shape))


def _contiguous(x: Traced, memory_format: Any = torch.contiguous_format) -> Traced:
    like = untraced(x).contiguous(memory_format=memory_format)
    if like.data_ptr() == untraced(x).data_ptr() and x.fixed:
        return x
    tape = x.tape
    result = tape.fixed(torch.zeros_like(like))
    tape.line(f"{result.name}.copy_({x.name})")
    return tape.record(result, (x,), lambda d: tape.give(x, d), lambda d: d)


def _part(x: Traced, view: Callable[[torch.Tensor], torch.Tensor], text: str) -> Traced:
    """Return a view of part of ``x``; its gradient is placed there, with zeros around it."""
    tape = x.tape

    def vjp(d: Traced) -> Traced:
        full = tape.fixed(torch.zeros_like(untraced(x)))
        with torch.no_grad():
            tape.line(f"{tape.view(full, view, text).name}.copy_({d.name})")
        return tape.record(full, (d,), lambda by: tape.give(d, tape.view(by, view, text)))

    return tape.view(x, view, text, vjp=vjp)


def _chunk(x: Traced, count: int, dim: int = 0) -> list[Traced]:
    width = x.shape[dim] // count

    def part(at: int) -> Traced:
        start = at * width
        text = f"{{}}.narrow({dim}, {start}, {width})"
        return _part(x, lambda t: t.narrow(dim, start, width), text)

    parts = [part(at) for at in range(count)]
    for each in parts:
        each.parts = parts
    return parts


def _cat(parts: Sequence[Traced], dim: int = 0) -> Traced:
    tape = traced_of(parts)
    result = tape.filled(call("torch.cat", parts, dim), torch.cat(untraced(parts), dim))

    def rule(d: Traced) -> None:
        start = 0
        for part in parts:
            with torch.no_grad():
                width = part.shape[dim]
                piece = tape.view(
                    d,
                    lambda t, start=start, width=width: t.narrow(dim, start, width),  # type: ignore[misc]
                    f"{{}}.narrow({dim}, {start}, {width})",
                )
            tape.add(part, call("torch.mul", piece, 1.0))
            start += width

    return tape.record(result, parts, rule)


def _stack(parts: Sequence[Traced], dim: int = 0) -> Traced:
    tape = traced_of(parts)
    result = tape.filled(call("torch.stack", parts, dim), torch.stack(untraced(parts), dim))

    def rule(d: Traced) -> None:
        for at, part in enumerate(parts):
            with torch.no_grad():
                piece = tape.view(
                    d,
                    lambda t, at=at: t.select(dim, at),  # type: ignore[misc]
                    f"{{}}.select({dim}, {at})",
                )
            tape.add(part, call("torch.mul", piece, 1.0))

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
    return _part(x, lambda t: t[key], f"{{}}[{', '.join(words)}]")


def _gradient(
    outputs: tuple[Traced], inputs: tuple[Traced], *, grad_outputs: Traced, **_: Any
) -> tuple[Traced]:
    """Print a gradient that is part of the computation, and differentiable itself."""
    (result,), (by,) = outputs, inputs
    return (result.tape.gradient(result, by, grad_outputs),)


_WITHOUT_GRADIENT = ("log1p", "minimum", "maximum")
"""Functions of torch without a gradient here, such as those of a loss's formula."""
_ZERO_GRADIENT = ("sign", "ge", "gt", "le", "eq", "ones_like", "zeros_like", "full_like")
"""Functions of torch whose gradient is zero."""
_SLOPES = {
    "abs": "d.mul_(torch.sign(x))",
    "clamp": "d.mul_(x.eq(h))",
    "clamp_min": "d.mul_(x >= {0})",
    "clip": "d.mul_(x.eq(h))",
    "cos": "d.mul_(torch.sin(x)).neg_()",
    "cosh": "d.mul_(torch.sinh(x))",
    "erf": "d.mul_(torch.exp(-x.square())).mul_(1.1283791670955126)",
    "exp": "d.mul_(h)",
    "log": "d.div_(x)",
    "neg": "d.neg_()",
    "reciprocal": "d.mul_(h.square()).neg_()",
    "rsqrt": "d.mul_(h * h * h).mul_(-0.5)",
    "sigmoid": "torch.ops.aten.sigmoid_backward(d, h, grad_input=d)",
    "sin": "d.mul_(torch.cos(x))",
    "sinh": "d.mul_(torch.cosh(x))",
    "sqrt": "d.div_(h).mul_(0.5)",
    "square": "d.mul_(x).mul_(2.0)",
    "tanh": "torch.ops.aten.tanh_backward(d, h, grad_input=d)",
}
"""Element-wise functions -> statement that multiplies the gradient ``d`` by their derivative."""
_IN_PLACE = ("mul_", "sub_", "add_", "clamp_", "copy_", "zero_", "sign_")

_ROWS: dict[str, Function] = {
    **{
        name: _torch_row(f"torch.{name}", is_flat=name in _ZERO_GRADIENT)
        for name in _WITHOUT_GRADIENT + _ZERO_GRADIENT
    },
    **{name: _of_each(f"torch.{name}", slope) for name, slope in _SLOPES.items()},
    **{name: _reduction(name) for name in ("sum", "mean")},
    **{name: _softmax(name) for name in ("softmax", "log_softmax")},
    **{name: _sum(name) for name in ("add", "sub", "rsub")},
    "mul": _mul,
    "div": _div,
    "where": _where,
}
"""Rows that are both a function of torch and a method of its tensors."""

PRIMITIVES: dict[Any, Function] = {
    **{
        getattr(of, name): row
        for name, row in _ROWS.items()
        for of in (torch, torch.Tensor)
        if hasattr(of, name)
    },
    **{getattr(torch.Tensor, name): _in_place(name) for name in _IN_PLACE},
    **product_rows(onednn=None, turning=False),
    torch.autograd.grad: _gradient,
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
    torch.stack: _stack,
    torch.Tensor.__getitem__: _getitem,
    **OF_IMAGES,
}
"""Functions of torch -> the rows that print them for a ``Traced``."""


def primitives_on(device: torch.device) -> Mapping[Any, Function]:
    """Return the primitives for programs on ``device``, with its fastest matrix products."""
    if device.type != "cpu":
        return PRIMITIVES
    rows = product_rows(onednn=onednn_use(), turning=is_turning_faster())
    return {**PRIMITIVES, **rows}
