"""Cancellation between two operations of torch within one long call.

A compiled program, or a backward pass of autograd, returns only when it is done: for a huge batch
after many seconds. torch's ``TorchDispatchMode`` intercepts each operation of both before it runs.
Here it is used to check for cancellation and to split large products. The same operations are done
in the same order; the interception costs some microseconds per operation.
"""

from __future__ import annotations

from contextlib import contextmanager
from math import prod
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from aegui.core.errors import Cancelled
from aegui.core.light_dataclass import dataclass
from aegui.core.training.step.products import has_onednn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aegui.core.data.progress import IsCancelled
    from aegui.core.training.engines.autograd import Batches

PART_WORK = 4_000_000_000
"""Multiplications of an operation that are done at a time: a tenth of a second on one core."""


@contextmanager
def cancellable(
    cancelled: IsCancelled | None,
    restored: Sequence[torch.Tensor] = (),
    until: Sequence[torch.Tensor] = (),
) -> Iterator[None]:
    """Make the code within cancellable between any two operations of torch.

    Args:
        cancelled: Called before each operation; if None, nothing is intercepted.
        restored: Tensors that are restored if it is cancelled.
        until: Tensors written at the end: from the first write to one of them on, ``cancelled`` is
            not called any more.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    if cancelled is None:
        yield
        return
    before = [tensor.detach().clone() for tensor in restored]
    mode = _CancellationMode(cancelled, until)
    try:
        with mode:
            yield
    except (Cancelled, RuntimeError) as error:
        # A compiled program re-raises our exception as a RuntimeError.
        if not mode.was_cancelled:
            raise
        with torch.no_grad():
            for tensor, value in zip(restored, before, strict=True):
                tensor.copy_(value)
        raise Cancelled from error


@dataclass(frozen=True, eq=False)
class ChangedTensors:
    """What a step changes.

    Attributes:
        restored: Tensors that it changes before it ends: restored if it is cancelled.
        until: Tensors that it writes at its end, see ``cancellable``.
    """

    restored: Sequence[torch.Tensor]
    until: Sequence[torch.Tensor] = ()


class LongSteps:
    """Makes long steps cancellable; a cancelled step is undone as if it had not begun.

    Args:
        batches: Position within the epoch.
        generator: Source of the steps' random numbers.
        changed: Tensors that a step changes.
        is_long: Whether steps are long; others are not cancellable.
    """

    def __init__(
        self,
        batches: Batches,
        generator: torch.Generator,
        changed: ChangedTensors,
        *,
        is_long: bool,
    ) -> None:
        self._is_long = is_long
        self._batches = batches
        self._generator = generator
        self._changed = changed

    @contextmanager
    def one(self, cancelled: IsCancelled | None) -> Iterator[None]:
        """Run one step within; raise ``Cancelled`` if ``cancelled`` returned True."""
        if not self._is_long or cancelled is None:
            yield
            return
        start, drawn = self._batches.start, self._generator.get_state()
        try:
            with cancellable(cancelled, self._changed.restored, self._changed.until):
                yield
        except Cancelled:
            self._batches.start = start
            self._generator.set_state(drawn)
            raise


class _CancellationMode(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Checks before each operation whether to cancel.

    Attributes:
        was_cancelled: Whether the operation was cancelled.
    """

    def __init__(self, cancelled: IsCancelled, until: Sequence[torch.Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._cancelled = cancelled
        self._until = {_memory(tensor) for tensor in until}
        self._is_asked = True
        self.was_cancelled = False

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Return False: nothing to skip, and the default imports all of torch's compiler."""
        return False

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run the requested operation, unless cancelled."""
        kwargs = kwargs or {}
        self._is_asked = self._is_asked and not self._ends(function, args, kwargs)
        self._ask()
        in_parts = _IN_PARTS.get(function)
        return in_parts(self._ask, *args, **kwargs) if in_parts else function(*args, **kwargs)

    def _ask(self) -> None:
        if self._is_asked and self._cancelled():
            self.was_cancelled = True
            raise Cancelled

    def _ends(self, function: Any, args: Sequence[Any], kwargs: Any) -> bool:
        """Return whether ``function`` writes to one of the tensors written at the end."""
        return bool(self._until) and any(
            _memory(tensor) in self._until for tensor in _written(function, args, kwargs)
        )


def _memory(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def _written(function: Any, args: Sequence[Any], kwargs: Any) -> Iterator[torch.Tensor]:
    """Yield the tensors among the arguments that ``function`` mutates."""
    for at, argument in enumerate(function._schema.arguments):
        if argument.alias_info is None or not argument.alias_info.is_write:
            continue
        value = args[at] if at < len(args) else kwargs.get(argument.name)
        for tensor in value if isinstance(value, list | tuple) else [value]:
            if isinstance(tensor, torch.Tensor):
                yield tensor


def _parts(count: int, work: int, ask: Callable[[], None]) -> Iterator[slice]:
    """Yield slices of ``count`` rows, where each row takes ``work`` multiplications."""
    rows = max(1, PART_WORK // max(1, work))
    for start in range(0, count, rows):
        ask()
        yield slice(start, start + rows)


def _product(ask: Callable[[], None], a: Any, b: Any, *, out: Any = None) -> Any:
    """Compute ``a @ b`` of matrices or stacks of them, some rows at a time."""
    rows, work = a.shape[-2], prod(a.shape[:-2]) * b.shape[-2] * b.shape[-1]
    function = torch.ops.aten.mm if a.dim() == 2 else torch.ops.aten.bmm
    if rows * work <= PART_WORK:
        return function(a, b) if out is None else function.out(a, b, out=out)
    out = a.new_empty(*a.shape[:-1], b.shape[-1]) if out is None else out
    for part in _parts(rows, work, ask):
        function.out(a[..., part, :], b, out=out[..., part, :])
    return out


def _product_onto(
    ask: Callable[[], None],
    onto: Any,
    a: Any,
    b: Any,
    *,
    beta: float = 1,
    alpha: float = 1,
    out: Any = None,
) -> Any:
    """Compute ``beta * onto + alpha * a @ b``, some rows at a time."""
    rows, work = a.shape[-2], prod(a.shape[:-2]) * b.shape[-2] * b.shape[-1]
    function = torch.ops.aten.addmm if a.dim() == 2 else torch.ops.aten.baddbmm
    factors = {"beta": beta, "alpha": alpha}
    if rows * work <= PART_WORK:
        if out is None:
            return function(onto, a, b, **factors)
        return function.out(onto, a, b, **factors, out=out)
    out = a.new_empty(*a.shape[:-1], b.shape[-1]) if out is None else out
    onto = onto.expand(out.shape)
    for part in _parts(rows, work, ask):
        rows_of_part = onto[..., part, :], a[..., part, :], b
        function.out(*rows_of_part, **factors, out=out[..., part, :])
    return out


def _linear_map(ask: Callable[[], None], x: Any, weight: Any, *more: Any) -> Any:
    """Compute ``x @ weight.t() + bias`` by oneDNN, some rows at a time."""
    rows, work, function = x.shape[-2], weight.numel(), torch.ops.mkldnn._linear_pointwise
    if rows * work <= PART_WORK:
        return function(x, weight, *more)
    parts = _parts(rows, work, ask)
    return torch.cat([function(x[..., part, :], weight, *more) for part in parts], -2)


def _convolution(ask: Callable[[], None], x: Any, weight: Any, *more: Any) -> Any:
    """Compute a convolution, some images at a time."""
    function, work = torch.ops.aten.convolution, _of_an_image(x, weight)
    if len(x) * work <= PART_WORK:
        return function(x, weight, *more)
    out = None
    for part in _parts(len(x), work, ask):
        out = _put(out, part, function(x[part], weight, *more), len(x))
    return out


def _convolution_backward(
    ask: Callable[[], None], gradient: Any, x: Any, weight: Any, *more: Any
) -> Any:
    """Return a convolution's gradients by images, weight and bias; the latter two are summed."""
    function, work = torch.ops.aten.convolution_backward, 2 * _of_an_image(x, weight)
    if len(x) * work <= PART_WORK:
        return function(gradient, x, weight, *more)
    by_images, sums = None, [None, None]
    for part in _parts(len(x), work, ask):
        of_images, *of_others = function(gradient[part], x[part], weight, *more)
        by_images = _put(by_images, part, of_images, len(x))
        sums = [
            new if old is None else old.add_(new) for old, new in zip(sums, of_others, strict=True)
        ]
    return by_images, *sums


def _put(out: Any, part: slice, images: Any, count: int) -> Any:
    """Write ``images`` to ``part`` of ``out``, which is allocated for ``count`` if None."""
    if images is None:
        return None
    if out is None:
        turned = images.is_contiguous(memory_format=torch.channels_last)
        order = torch.channels_last if turned else torch.contiguous_format
        out = torch.empty(
            count, *images.shape[1:], dtype=images.dtype, device=images.device, memory_format=order
        )
    out[part] = images
    return out


def _of_an_image(x: Any, weight: Any) -> int:
    """Return the approximate multiplications of a convolution of one image, an upper bound."""
    return int(prod(x.shape[2:]) * weight.numel())


_IN_PARTS: dict[Any, Callable[..., Any]] = {
    torch.ops.aten.mm.default: _product,
    torch.ops.aten.mm.out: _product,
    torch.ops.aten.bmm.default: _product,
    torch.ops.aten.bmm.out: _product,
    torch.ops.aten.addmm.default: _product_onto,
    torch.ops.aten.addmm.out: _product_onto,
    torch.ops.aten.baddbmm.default: _product_onto,
    torch.ops.aten.baddbmm.out: _product_onto,
    torch.ops.aten.convolution.default: _convolution,
    torch.ops.aten.convolution_backward.default: _convolution_backward,
}
"""Operations that take long with many rows, and their implementations in parts."""
if has_onednn():
    _IN_PARTS[torch.ops.mkldnn._linear_pointwise.default] = _linear_map
