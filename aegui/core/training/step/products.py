"""Choice of the library for matrix products, and their rows in the table of primitives.

torch calls MKL, which does not use the widest registers of processors other than Intel's: a product
that takes it 7 ms on one core of a recent AMD takes 3 ms with oneDNN, which torch ships too and
uses for convolutions. On Intel's both take the same time. Therefore both are compared once per
process, and where oneDNN is much faster it computes the large products of training steps. Its call
has no ``out``: a gradient of weights has to be copied into place, which costs little.

The first AMDs with AVX-512 have it by halves: there oneDNN gains 5 to 40% in products of large
batches with weights, too little to be measured in a moment, and is slow at gradients of weights.
These are told by name, because a choice by noise would make two runs of one seed differ.

On those processors MKL is slow too if the contiguous dimension of its result is short and no
multiple of eight: 512 x 128 x 10 takes 90 us, but 21 us with the 512 contiguous; the 9 weights of
a kernel of 16 channels take 1,070 and 130. Such a result is computed transposed and copied, if a
measurement shows that it pays.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

import torch

from aegui.core.light_dataclass import dataclass
from aegui.core.machine import processor
from aegui.core.training.step.tape import Traced, call, traced_of, untraced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Function = Callable[..., Any]

_NARROWEST = 64
"""Minimum rows and columns of a gradient of weights for oneDNN: below, transposing costs more."""
_MAX_RUNS = 16
"""Maximum number of runs that oneDNN is used for: each needs a call of its own in the program."""
_SHAPE = (128, 512, 256)
"""Rows, inner size and columns of the product used for the comparison."""
_TURNS = 10
_MUCH = 1.4
"""Minimum speed-up that counts; the true factor is 2 or 1, anything between is noise."""
_FEWEST_TURNED = 100_000
"""Multiplications of a product from which a transposed result can pay for its copy."""
_NARROW = 64
"""Length of the contiguous dimension from which a result is not narrow."""
_LANES = 8
"""Number of float32 values in a register of AVX2."""
_NARROW_SHAPE = (512, 128, 10)


def has_onednn() -> bool:
    """Return whether this build of torch has oneDNN's matrix product."""
    is_built: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return is_built and hasattr(torch.ops.mkldnn, "_linear_pointwise")


@dataclass(frozen=True)
class OnednnUse:
    """Which products oneDNN computes.

    Attributes:
        fewest: Number of multiplications of the smallest one.
        for_weights: Whether it computes gradients of weights.
    """

    fewest: int
    for_weights: bool


FULL_USE = OnednnUse(fewest=2_000_000, for_weights=True)
PART_USE = OnednnUse(fewest=10_000_000, for_weights=False)


@cache
def onednn_use() -> OnednnUse | None:
    """Return what oneDNN is used for here, if at all; measured in some 10 ms."""
    if not has_onednn():
        return None
    rows, inner, columns = _SHAPE
    a, b = torch.ones(rows, inner), torch.ones(inner, columns)
    if _is_much_faster(lambda: by_onednn(a, b), lambda: torch.mm(a, b)):
        return FULL_USE
    is_wide = torch.backends.cpu.get_cpu_capability() == "AVX512"
    # "AMD EPYC ..." on Linux, "AMD64 Family 25 ..., AuthenticAMD" on Windows, where plain "AMD64"
    # is the architecture of any processor.
    is_amd = processor().startswith("AMD ") or "AuthenticAMD" in processor()
    return PART_USE if is_wide and is_amd else None


@cache
def is_turning_faster() -> bool:
    """Return whether narrow results are faster in column-major order; measured in some 2 ms."""
    rows, inner, columns = _NARROW_SHAPE
    a, b = torch.ones(rows, inner), torch.ones(inner, columns)
    turned, straight = torch.empty(columns, rows).t(), torch.empty(rows, columns)
    return _is_much_faster(
        lambda: straight.copy_(torch.mm(a, b, out=turned)), lambda: torch.mm(a, b, out=straight)
    )


def _is_much_faster(new: Callable[[], object], old: Callable[[], object]) -> bool:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a second thread would have to be waited for
    try:
        least = [_seconds(new), _seconds(old)]
        for _ in range(_TURNS):
            least = [min(least[0], _seconds(new)), min(least[1], _seconds(old))]
    finally:
        torch.set_num_threads(threads)
    return _MUCH * least[0] < least[1]


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def by_onednn(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return ``a @ b`` of two float32 matrices."""
    found: torch.Tensor = torch.ops.mkldnn._linear_pointwise(a, b.t(), None, "none", [], "")
    return found


def product_rows(*, onednn: OnednnUse | None, turning: bool) -> Mapping[Any, Function]:
    """Return the rows of matrix products.

    Args:
        onednn: What oneDNN computes, if anything.
        turning: Whether narrow results are computed transposed.
    """
    rows = _Rows(onednn=onednn, turning=turning)
    return {
        torch.addmm: rows.linear,
        torch.baddbmm: rows.linear,
        torch.mm: rows.product,
        torch.bmm: rows.product,
    }


class _Rows:
    def __init__(self, *, onednn: OnednnUse | None, turning: bool) -> None:
        self._onednn = onednn
        self._turning = turning

    def linear(self, bias: Traced, x: Traced, weight: Traced) -> Traced:
        """Print ``bias + x @ weight``."""
        tape = traced_of(bias, x, weight)
        like = untraced(x) @ untraced(weight)
        if self._is_onednns(x, weight):
            result = tape.moving(_text(x, weight, bias), like, "z")
        else:
            name = "torch.baddbmm" if x.dim() == 3 else "torch.addmm"
            result = self._filled(call(name, bias, x, weight), x, like)

        def rule(d: Traced) -> None:
            self._add(weight, _turned(x), d, is_of_weights=True)
            if bias.needs:
                tape.add(bias, call("torch.sum", d, [d.dim() - 2], bias.dim() == d.dim()))
            self._add(x, d, _turned(weight))

        def vjp(d: Traced) -> Traced:
            return self.product(d, _other(weight))

        return tape.record(result, (bias, x, weight), rule, vjp)

    def product(self, a: Traced, b: Traced) -> Traced:
        """Print ``a @ b``."""
        tape, like = traced_of(a, b), untraced(a) @ untraced(b)
        if self._is_onednns(a, b):
            result = tape.moving(_text(a, b), like, "z")
        else:
            result = self._filled(call(_name(a), a, b), a, like)

        def rule(d: Traced) -> None:
            self._add(a, d, _turned(b))
            self._add(b, _turned(a), d, is_of_weights=True)

        def vjp(d: Traced) -> Traced:
            return self.product(d, _other(b)) if a.inner else self.product(_other(a), d)

        return tape.record(result, (a, b), rule, vjp)

    def _add(self, to: Traced, a: Traced, b: Traced, *, is_of_weights: bool = False) -> None:
        """Emit lines that add ``a @ b`` to the gradient of ``to``."""
        if not to.needs:
            return
        if self._is_onednns(a, b, is_of_weights=is_of_weights):
            to.tape.give(to, to.tape.moving(_text(a, b), untraced(to), "d"))
        elif self._is_turned(a.shape[-1], untraced(to)):
            to.tape.put(
                to, to.tape.filled(call(_name(a), a, b), _laid_otherwise(untraced(to)), "d")
            )
        else:
            to.tape.add(to, call(_name(a), a, b))

    def _filled(self, text: str, a: Traced, like: torch.Tensor) -> Traced:
        """Emit the product ``text`` of ``a``, and return its result."""
        if not self._is_turned(a.shape[-1], like):
            return a.tape.filled(text, like, "z")
        turned = a.tape.filled(text, _laid_otherwise(like), "z")
        result = a.tape.fixed(torch.zeros_like(like), "z")
        a.tape.line(f"{result.name}.copy_({turned.name})")
        return result

    def _is_turned(self, inner: int, like: torch.Tensor) -> bool:
        """Return whether a result like ``like`` is faster if computed transposed."""
        if not self._turning or like.dtype != torch.float32:
            return False
        side, other = like.shape[:-3:-1] if _is_by_rows(like) else like.shape[-2:]
        pays: bool = other % _LANES == 0 or other >= 4 * side
        is_narrow: bool = 1 < side < _NARROW and side % _LANES != 0
        return is_narrow and pays and inner * side * other >= _FEWEST_TURNED

    def _is_onednns(self, a: Traced, b: Traced, *, is_of_weights: bool = False) -> bool:
        use = self._onednn
        if use is None or untraced(a).dtype != torch.float32:
            return False
        runs, (rows, inner), columns = a.shape[:-2].numel(), a.shape[-2:], b.shape[-1]
        if is_of_weights and not (use.for_weights and min(rows, columns) >= _NARROWEST):
            return False
        return rows * inner * columns >= use.fewest and int(runs) <= _MAX_RUNS


def _laid_otherwise(like: torch.Tensor) -> torch.Tensor:
    """Return a buffer of the shape of ``like`` in the opposite (row or column) order."""
    if _is_by_rows(like):
        return like.new_zeros(like.mT.shape).mT
    return like.new_zeros(like.shape)


def _is_by_rows(matrices: torch.Tensor) -> bool:
    """Return whether the matrices are stored in row-major order."""
    return matrices.stride(-1) <= matrices.stride(-2)


def _name(a: Traced) -> str:
    return "torch.bmm" if a.dim() == 3 else "torch.mm"


def _text(a: Traced, b: Traced, bias: Traced | None = None) -> str:
    """Return the text of ``bias + a @ b`` by oneDNN, one run after the other."""
    runs = a.shape[:-2].numel()
    if runs == 1:  # a single result needs no copy into a stack
        return _of_one(a.name, f"{b.name}[0]" if b.dim() == 3 else b.name, bias, "")
    each = (_of_one(f"{a.name}[{k}]", f"{b.name}[{k}]", bias, f"[{k}]") for k in range(runs))
    return f"torch.stack([{', '.join(each)}])"


def _of_one(a: str, b: str, bias: Traced | None, at: str) -> str:
    onto = "None" if bias is None else f"{bias.name}{at}.flatten()"
    return f'torch.ops.mkldnn._linear_pointwise({a}, {b}.t(), {onto}, "none", [], "")'


def _turned(x: Traced) -> Traced:
    """Return the transposed matrices of ``x``, without a gradient."""
    with torch.no_grad():
        return _other(x)


def _other(x: Traced) -> Traced:
    """Return the transposed matrices of ``x``, with a gradient."""
    found: Traced = x.transpose(-1, -2)
    return found
