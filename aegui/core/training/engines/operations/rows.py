"""Translation table: torch functions in the text of a step -> operations of the machine.

A row gets the translation, the output, and torch's arguments. Numbers are plain ones or ``Symbol``;
smaller tensors are broadcast to the result.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import torch

from aegui.core.training.engines.operations.listing import OF_ONE, combined
from aegui.core.training.step.tape import NotTraced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aegui.core.training.engines.operations.translation import Translation

    Row = Callable[..., None]

_COMPARED = {"gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal"}
_FILLED = {"zero": 0.0, "zeros_like": 0.0, "ones_like": 1.0}


def _is_number(value: Any) -> bool:
    return not isinstance(value, torch.Tensor)


def _times(a: Any, b: Any) -> Any:
    """Return the product of two numbers."""
    return combined("mul", operator.mul, a, b)


def _only(values: Sequence[Any], known: Sequence[Any]) -> None:
    """Raise ``NotTraced`` for numbers that the machine does not support."""
    if list(values) != list(known):
        raise NotTraced(f"other numbers than {known}")


def _add(to: Translation, out: Any, a: Any, b: Any, alpha: Any = 1.0) -> None:
    if _is_number(b):
        to.each("affine", out, [a], 1.0, _times(alpha, b))
    elif _is_number(a):
        to.each("affine", out, [b], alpha, a)
    else:
        to.each("add", out, [a, b], alpha)


def _sub(to: Translation, out: Any, a: Any, b: Any, alpha: Any = 1.0) -> None:
    _add(to, out, a, b, _times(-1.0, alpha))


def _mul(to: Translation, out: Any, a: Any, b: Any) -> None:
    if _is_number(a):
        a, b = b, a
    if _is_number(b):
        to.each("affine", out, [a], b, 0.0)
    else:
        to.each("mul", out, [a, b])


def _lerp(to: Translation, out: Any, a: Any, b: Any, weight: Any) -> None:
    if not _is_number(weight):
        raise NotTraced("a weight of each number")
    miss = to.fresh(out.shape)
    to.each("add", miss, [b, a], -1.0)
    if abs(weight) < 0.5:
        to.each("add", out, [a, miss], weight)
    else:
        # From the nearer end, as torch does, so that a weight of 1 gives exactly ``b``.
        to.each("add", out, [b, miss], weight - 1.0)


def _div(to: Translation, out: Any, a: Any, b: Any) -> None:
    if _is_number(b):
        to.each("affine", out, [a], combined("div", operator.truediv, 1.0, b), 0.0)
    else:
        to.each("div", out, [a, b])


def _clamp(
    to: Translation, out: Any, a: Any, low: Any = None, high: Any = None, **ends: Any
) -> None:
    low, high = ends.get("min", low), ends.get("max", high)
    limits = -math.inf if low is None else low, math.inf if high is None else high
    to.each("clamp", out, [a], *limits)


def _compared(code: str) -> Row:
    def row(to: Translation, out: Any, a: Any, b: Any) -> None:
        if _is_number(b):
            to.each(code, out, [a], b)
            return
        miss = to.fresh(out.shape)
        to.each("add", miss, [a, b], -1.0)
        to.each(code, out, [miss], 0.0)

    return row


def _elu(to: Translation, out: Any, a: Any, *numbers: Any) -> None:
    _only(numbers, [1.0, 1.0, 1.0])
    to.each("elu", out, [a])


def _elu_back(to: Translation, out: Any, d: Any, *more: Any) -> None:
    _only(more[:4], [1.0, 1.0, 1.0, True])
    to.each("elu_back", out, [d, more[4]])


def _gelu(to: Translation, out: Any, *tensors: Any, approximate: str) -> None:
    _only([approximate], ["none"])
    to.each("gelu_back" if len(tensors) > 1 else "gelu", out, tensors)


def _softplus(to: Translation, out: Any, *more: Any) -> None:
    tensors, (beta, most) = more[:-2], more[-2:]
    _only([beta], [1.0])
    to.each("softplus_back" if len(tensors) > 1 else "softplus", out, tensors, most)


def _threshold(to: Translation, out: Any, *more: Any) -> None:
    tensors = [value for value in more if not _is_number(value)]
    _only(more[len(tensors) :], [0.0] * (3 - len(tensors)))
    to.each("threshold_back" if len(tensors) > 1 else "threshold", out, tensors)


def _leaky_back(to: Translation, out: Any, d: Any, h: Any, slope: Any, of_result: bool) -> None:
    _only([of_result], [True])
    to.each("leaky_back", out, [d, h], slope)


def _with_bias(to: Translation, out: Any, bias: Any, a: Any, b: Any) -> None:
    if bias is out:
        to.product_onto(out, a, b)
    else:
        to.product(out, a, b, bias)


def _element_wise(code: str) -> Row:
    """Return the row of an operation on tensors only, in the machine's order of arguments."""
    return lambda to, out, *tensors: to.each(code, out, tensors)


def _filled(number: float) -> Row:
    return lambda to, out, _: to.each("fill", out, [], number)


def _summed(mean: bool) -> Row:
    return lambda to, out, x, axes, keep=False: to.sum(out, x, axes, mean=mean)


def _product(to: Translation, out: Any, a: Any, b: Any) -> None:
    to.product(out, a, b, None)


ROWS: dict[str, Row] = {
    **{name: _element_wise(name) for name in (*OF_ONE, "maximum", "minimum", "where")},
    **{name: _compared(code) for name, code in _COMPARED.items()},
    **{name: _filled(number) for name, number in _FILLED.items()},
    "eq": _element_wise("equal"),
    "add": _add,
    "sub": _sub,
    "rsub": lambda to, out, a, b: _sub(to, out, b, a),
    "mul": _mul,
    "div": _div,
    "lerp": _lerp,
    "neg": lambda to, out, a: to.each("affine", out, [a], -1.0, 0.0),
    "square": lambda to, out, a: to.each("mul", out, [a, a]),
    "copy": lambda to, out, _, a: to.each("copy", out, [a]),
    "addcmul": lambda to, out, a, b, c, value=1.0: to.each("addcmul", out, [a, b, c], value),
    "addcdiv": lambda to, out, a, b, c, value=1.0: to.each("addcdiv", out, [a, b, c], value),
    "clamp": _clamp,
    "clip": _clamp,
    "clamp_min": _clamp,
    "elu": _elu,
    "elu_backward": _elu_back,
    "gelu": _gelu,
    "gelu_backward": _gelu,
    "softplus": _softplus,
    "softplus_backward": _softplus,
    "threshold": _threshold,
    "threshold_backward": _threshold,
    "leaky_relu": lambda to, out, a, slope: to.each("leaky", out, [a], slope),
    "leaky_relu_backward": _leaky_back,
    "tanh_backward": _element_wise("tanh_back"),
    "sigmoid_backward": _element_wise("sigmoid_back"),
    "silu_backward": _element_wise("silu_back"),
    "cat": lambda to, out, parts, axis: to.cat(out, parts, axis),
    "sum": _summed(mean=False),
    "mean": _summed(mean=True),
    "mm": _product,
    "bmm": _product,
    "addmm": _with_bias,
    "baddbmm": _with_bias,
}
