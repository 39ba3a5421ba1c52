"""Which library multiplies matrices, and the rows of products of the table of primitives.

torch calls MKL, which has no code for the widest registers of processors that are not Intel's: of a
product that takes 7 ms there on one core of a recent AMD, oneDNN, which torch brings too and
convolutions use anyway, takes 3. On Intel's both take the same. So the two are compared once in a
process, and where oneDNN is much faster it multiplies what is large in the steps of trainings.
Its call has no ``out``: what becomes a gradient of weights is copied there, which costs little.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

import torch

from aegui.core.training.tape import Traced, call, plain, traced_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Function = Callable[..., Any]

FEWEST = 2_000_000
"""Multiplications of a product from which on another library can pay."""
_NARROWEST = 64
"""Rows and columns of a gradient of weights likewise: turning what it is of costs as much."""
_MOST_RUNS = 16
"""Of more runs the program would be long."""
_SHAPE = (128, 512, 256)
"""Rows, inner size and columns of the product that both are tried with."""
_TURNS = 10
_MUCH = 1.4
"""How many times as fast oneDNN has to be, which is 2 or 1: other factors are noise."""


def has_onednn() -> bool:
    """Whether this torch brings oneDNN's product."""
    is_built: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return is_built and hasattr(torch.ops.mkldnn, "_linear_pointwise")


@cache
def is_onednn_faster() -> bool:
    """Whether oneDNN multiplies large matrices much faster here; found out in some 10 ms."""
    if not has_onednn():
        return False
    rows, inner, columns = _SHAPE
    a, b = torch.ones(rows, inner), torch.ones(inner, columns)
    least = [_seconds(torch.mm, a, b), _seconds(by_onednn, a, b)]
    for _ in range(_TURNS):
        least[0] = min(least[0], _seconds(torch.mm, a, b))
        least[1] = min(least[1], _seconds(by_onednn, a, b))
    return least[0] > _MUCH * least[1]


def _seconds(product: Function, a: torch.Tensor, b: torch.Tensor) -> float:
    started = time.perf_counter()
    product(a, b)
    return time.perf_counter() - started


def by_onednn(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """``a @ b`` of two matrices of float32."""
    found: torch.Tensor = torch.ops.mkldnn._linear_pointwise(a, b.t(), None, "none", [], "")
    return found


def product_rows(*, onednn: bool) -> Mapping[Any, Function]:
    """The rows of products; with ``onednn`` it multiplies what is large."""
    rows = _Rows(onednn=onednn)
    return {
        torch.addmm: rows.linear,
        torch.baddbmm: rows.linear,
        torch.mm: rows.product,
        torch.bmm: rows.product,
    }


class _Rows:
    def __init__(self, *, onednn: bool) -> None:
        self._onednn = onednn

    def linear(self, bias: Traced, x: Traced, weight: Traced) -> Traced:
        """``bias + x @ weight``."""
        tape = traced_of(bias, x, weight)
        like = plain(x) @ plain(weight)
        if self._is_onednns(x, weight):
            result = tape.moving(_text(x, weight, bias), like, "z")
        else:
            name = "torch.baddbmm" if x.dim() == 3 else "torch.addmm"
            result = tape.filled(call(name, bias, x, weight), like, "z")

        def rule(d: Traced) -> None:
            self._add(weight, _turned(x), d, _NARROWEST)
            if bias.needs:
                tape.add(bias, call("torch.sum", d, [d.dim() - 2], bias.dim() == d.dim()))
            self._add(x, d, _turned(weight))

        def pull(d: Traced) -> Traced:
            return self.product(d, _other(weight))

        return tape.record(result, (bias, x, weight), rule, pull)

    def product(self, a: Traced, b: Traced) -> Traced:
        """``a @ b``."""
        tape, like = traced_of(a, b), plain(a) @ plain(b)
        if self._is_onednns(a, b):
            result = tape.moving(_text(a, b), like, "z")
        else:
            result = tape.filled(call(_name(a), a, b), like, "z")

        def rule(d: Traced) -> None:
            self._add(a, d, _turned(b))
            self._add(b, _turned(a), d, _NARROWEST)

        def pull(d: Traced) -> Traced:
            return self.product(d, _other(b)) if a.inner else self.product(_other(a), d)

        return tape.record(result, (a, b), rule, pull)

    def _add(self, to: Traced, a: Traced, b: Traced, narrowest: int = 1) -> None:
        """Lines that add ``a @ b`` to the gradient of ``to``."""
        if not to.needs:
            return
        if self._is_onednns(a, b, narrowest):
            to.tape.give(to, to.tape.moving(_text(a, b), plain(to), "d"))
        else:
            to.tape.add(to, call(_name(a), a, b))

    def _is_onednns(self, a: Traced, b: Traced, narrowest: int = 1) -> bool:
        if not self._onednn or plain(a).dtype != torch.float32:
            return False
        runs, (rows, inner), columns = a.shape[:-2].numel(), a.shape[-2:], b.shape[-1]
        is_large: bool = rows * inner * columns >= FEWEST and min(rows, columns) >= narrowest
        return is_large and int(runs) <= _MOST_RUNS


def _name(a: Traced) -> str:
    return "torch.bmm" if a.dim() == 3 else "torch.mm"


def _text(a: Traced, b: Traced, bias: Traced | None = None) -> str:
    """``bias + a @ b`` by oneDNN, one run after the other."""
    runs = a.shape[:-2].numel()
    if runs == 1:  # nothing is copied to be one of several
        return _of_one(a.name, f"{b.name}[0]" if b.dim() == 3 else b.name, bias, "")
    each = (_of_one(f"{a.name}[{k}]", f"{b.name}[{k}]", bias, f"[{k}]") for k in range(runs))
    return f"torch.stack([{', '.join(each)}])"


def _of_one(a: str, b: str, bias: Traced | None, at: str) -> str:
    onto = "None" if bias is None else f"{bias.name}{at}.flatten()"
    return f'torch.ops.mkldnn._linear_pointwise({a}, {b}.t(), {onto}, "none", [], "")'


def _turned(x: Traced) -> Traced:
    """A matrix, or a stack of them, with rows and columns exchanged; no gradient goes through."""
    with torch.no_grad():
        return _other(x)


def _other(x: Traced) -> Traced:
    """The same, and one does."""
    found: Traced = x.transpose(-1, -2)
    return found
