"""The list of operations of a step, with its constants and the layout of its buffers.

Buffers that are written before they are read lie in the arena of a thread or block. Parameters and
optimiser state are copied into the arena and back; everything else is read in place.
"""

from __future__ import annotations

import math
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from aegui.core.light_dataclass import dataclass
from aegui.core.training.step.tape import NotTraced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from aegui.core.training.record.layout import Layout

OF_ONE = (
    "exp",
    "tanh",
    "sigmoid",
    "sqrt",
    "rsqrt",
    "reciprocal",
    "abs",
    "sign",
    "sin",
    "cos",
    "sinh",
    "cosh",
    "erf",
    "silu",
)
"""Unary element-wise operations by torch's name, in the order of ``machine.c``."""
CODES = {
    name: code
    for code, name in enumerate(
        [
            "copy",
            "fill",
            "add",
            "affine",
            "mul",
            "div",
            "addcmul",
            "addcdiv",
            "maximum",
            "minimum",
            "clamp",
            "where",
            "greater",
            "greater_equal",
            "less",
            "less_equal",
            "equal",
            *OF_ONE,
            "gelu",
            "elu",
            "softplus",
            "threshold",
            "leaky",
            "tanh_back",
            "sigmoid_back",
            "silu_back",
            "gelu_back",
            "elu_back",
            "softplus_back",
            "threshold_back",
            "leaky_back",
            "sum",
            "move",
            "pick",
            "product",
            "adam",
        ]
    )
}
"""Operations of the machine, in the order of its own list."""
_FIRST_INPUT, _FIRST_SCALAR, _FIRST_SIZE, _WIDTH = 2, 5, 8, 18
_ALIGNED = 16
"""Alignment of buffers, in numbers."""
_BYTES = 4


@dataclass(frozen=True)
class Symbol:
    """A number whose value is known when a step begins, see ``OperationList.values``.

    Attributes:
        text: Its formula; symbols with equal formulas are the same number.
        value: Computes it for all steps from the known numbers.
    """

    text: str
    value: Callable[[Mapping[str, Any]], Any] = field(compare=False)


def symbol(name: str) -> Symbol:
    """Return the symbol of the known number ``name``."""
    return Symbol(name, lambda known: known[name])


def combined(name: str, function: Callable[..., Any], *numbers: Any) -> Any:
    """Return ``function`` of ``numbers``: a number, or a ``Symbol`` if one of them is one."""
    if not any(isinstance(number, Symbol) for number in numbers):
        return function(*numbers)
    texts = [number.text if isinstance(number, Symbol) else repr(number) for number in numbers]

    def value(known: Mapping[str, Any]) -> Any:
        values = [it.value(known) if isinstance(it, Symbol) else it for it in numbers]
        return function(*values)

    return Symbol(f"{name}({', '.join(texts)})", value)


@dataclass(frozen=True)
class RunView:
    """The part of a tensor that belongs to one run.

    Attributes:
        key: Identifies the memory.
        offset: Index of its first number.
        shape: Sizes.
        strides: Strides, in numbers.
    """

    key: int
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def numbers(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def is_dense(self) -> bool:
        """Whether the elements are contiguous."""
        return is_dense(self.shape, self.strides)


def is_dense(sizes: Sequence[int], strides: Sequence[int]) -> bool:
    """Return whether the elements of a view with these strides are contiguous."""
    step = 1
    for size, stride in zip(reversed(sizes), reversed(strides), strict=True):
        if size != 1 and stride != step:
            return False
        step *= size
    return True


@dataclass(frozen=True, eq=False)
class Moving:
    """A tensor that was drawn ahead and differs between batches.

    Attributes:
        name: Name of the tensor ``[epochs, batches or 1, ...]``.
        of: Owner of each part: ``run``, ``stream``, or ``all``.
        numbers: Size of each owner's part, in units of 4 bytes.
    """

    name: str
    of: str
    numbers: int

    def entry(self, offset: int, buffer: torch.Tensor) -> tuple[int, int, int, int, int]:
        """Return an address in the drawn ``buffer``, and its strides in units of 4 bytes.

        The strides are those between runs, streams, epochs, and the batches of an epoch.
        """
        size = buffer.element_size() // _BYTES
        of_each = {self.of: self.numbers}
        by_batch = buffer.stride(1) * size if buffer.shape[1] > 1 else 0
        strides = of_each.get("run", 0), of_each.get("stream", 0), buffer.stride(0) * size, by_batch
        return buffer.data_ptr() + _BYTES * offset, *strides


@dataclass(frozen=True)
class Carried:
    """Numbers of all runs, one run after the other, and their offset in the arena."""

    outside: int
    offset: int
    length: int
    back: bool


@dataclass(frozen=True)
class Placed:
    """A buffer of the list.

    Attributes:
        moving: The drawn tensor, if its address differs between batches; otherwise None.
        outside: Address of a buffer that is read in place; 0 if it lies in the arena.
        offset: Offset in the arena, or in the memory of ``moving``.
        by_run: Stride between runs, in numbers.
    """

    moving: Moving | None
    outside: int
    offset: int
    by_run: int


@dataclass(frozen=True, eq=False)
class Op:
    """An operation before buffers are placed.

    Attributes:
        code: Key in ``CODES``.
        out: The output.
        inputs: The inputs; those of ``adam`` are partly updated too.
        scalars: Indices of constants, or negative ones of symbols.
        sizes: Sizes and strides, see the machine.
    """

    code: str
    out: RunView
    inputs: Sequence[RunView]
    scalars: Sequence[int]
    sizes: Sequence[int]

    @property
    def read(self) -> set[int]:
        """Keys of the memory that is read."""
        found = {view.key for view in self.inputs}
        return found | {self.out.key} if self.code == "adam" else found

    @property
    def written(self) -> set[int]:
        """Keys of the memory that is written."""
        updated = self.inputs[1:] if self.code == "adam" else ()
        return {self.out.key} | {view.key for view in updated}


@dataclass(frozen=True, eq=False)
class OperationList:
    """A complete list for the machine.

    Attributes:
        ops: int32 ``[n, 18]``, those for full-size batches, then those for the last one.
        full_batch_ops: Number of operations for full-size batches.
        places: The buffers, moving ones first.
        carried: Numbers copied into the arena and back.
        constants: float32.
        symbols: Numbers that differ between steps.
        arena: Size of an arena, in numbers.
        referenced: Tensors that must not be freed while the list is used.
    """

    ops: NDArray[np.int32]
    full_batch_ops: int
    places: Sequence[Placed]
    carried: Sequence[Carried]
    constants: NDArray[np.float32]
    symbols: Sequence[Symbol]
    arena: int
    referenced: Sequence[torch.Tensor]

    @cached_property
    def moving(self) -> int:
        """Number of moving places."""
        return sum(place.moving is not None for place in self.places)

    def values(self, known: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float32]:
        """Return the values of ``symbols`` for the steps, ``[..., steps, symbols]``."""
        shape = np.broadcast_shapes(*(array.shape for array in known.values()))
        found = np.zeros((*shape, max(1, len(self.symbols))), np.float32)
        for column, symbol in enumerate(self.symbols):
            found[..., column] = symbol.value(known)
        return found


class Placing:
    """Assigns buffers to memory, once all operations are known.

    Args:
        ops: Operations for full-size batches, and those for the last one.
        tensors: Tensors by the key of their memory.
        flats: Keys of tensors with the layout of the parameters.
        moving: Drawn tensors by key.
        layout: Layout of the parameters.
        scratch_size: Size of the scratch buffer of products, in numbers.
        device: Where the machine computes.
    """

    def __init__(
        self,
        ops: Sequence[Sequence[Op]],
        tensors: Mapping[int, torch.Tensor],
        flats: set[int],
        moving: Mapping[int, Moving],
        layout: Layout,
        scratch_size: int,
        device: torch.device,
    ) -> None:
        self._ops = [op for part in ops for op in part]
        self._tensors = tensors
        self._flats = flats
        self._moving = moving
        self._layout = layout
        self._written = {key for op in self._ops for key in op.written}
        self._read_first = {key for part in ops for key in _read_first(part)}
        self._device = device
        self._moved: list[torch.Tensor] = []
        self._offsets: dict[int, int] = {}
        self._size = _up(scratch_size)
        self._carried: list[Carried] = []

    def listing(
        self, full_batch_ops: int, constants: Sequence[float], symbols: Sequence[Symbol]
    ) -> OperationList:
        """Return the list; its first ``full_batch_ops`` operations are for full-size batches.

        Raises:
            NotTraced: A buffer other than the parameters keeps values from step to step.
        """
        places: dict[tuple[int, int], Placed] = {}
        for op in self._ops:
            for view in (op.out, *op.inputs):
                if (view.key, view.offset) not in places:
                    places[view.key, view.offset] = self._placed(view)
        ordered = sorted(places, key=lambda place: places[place].moving is None)
        numbers = {place: at for at, place in enumerate(ordered)}
        rows = np.zeros((len(self._ops), _WIDTH), np.int32)
        for row, op in zip(rows, self._ops, strict=True):
            row[0] = CODES[op.code]
            row[1] = numbers[op.out.key, op.out.offset]
            for at, view in enumerate(op.inputs, _FIRST_INPUT):
                row[at] = numbers[view.key, view.offset]
            for at, scalar in enumerate(op.scalars, _FIRST_SCALAR):
                row[at] = scalar if scalar >= 0 else len(constants) - 1 - scalar
            row[_FIRST_SIZE : _FIRST_SIZE + len(op.sizes)] = op.sizes
        return OperationList(
            rows,
            full_batch_ops,
            [places[place] for place in ordered],
            self._carried,
            np.array(constants, np.float32),
            symbols,
            self._size,
            [*self._tensors.values(), *self._moved],
        )

    def _placed(self, view: RunView) -> Placed:
        key, tensor = view.key, self._tensors[view.key]
        if key in self._moving:
            return Placed(self._moving[key], 0, view.offset, 0)
        if key in self._flats:
            return Placed(None, 0, self._arena(key) + self._in_flat(view.offset), 0)
        if key in self._written:
            return Placed(None, 0, self._arena(key) + view.offset, 0)
        if tensor.dtype != torch.float32:
            raise NotTraced("numbers of another kind")
        if tensor.device != self._device:
            # A constant of the step that was made on the CPU.
            whole = tensor.new_empty(0).set_(tensor.untyped_storage()).to(self._device)
            self._moved.append(whole)
            start = whole.data_ptr() + _BYTES * view.offset
        else:
            start = tensor.untyped_storage().data_ptr() + _BYTES * view.offset
        return Placed(None, start, 0, self._by_run(tensor))

    def _by_run(self, tensor: torch.Tensor) -> int:
        stacked = tensor.dim() > 0 and tensor.shape[0] == self._layout.runs > 1
        return tensor.stride(0) if stacked else 0

    def _in_flat(self, offset: int) -> int:
        """Return the offset in one run's parameters of ``offset`` in those of all runs."""
        for block in self._layout.blocks:
            if block.start <= offset < block.stop:
                return block.start // self._layout.runs + offset - block.start
        raise NotTraced("what is no part of the parameters")

    def _arena(self, key: int) -> int:
        """Return the offset in the arena of the memory of one run."""
        if key in self._offsets:
            return self._offsets[key]
        tensor, offset, runs = self._tensors[key], self._size, self._layout.runs
        numbers = tensor.untyped_storage().nbytes() // tensor.element_size()
        is_flat, is_read = key in self._flats, key in self._read_first
        length = numbers // runs if is_flat else (self._by_run(tensor) or numbers)
        self._offsets[key] = offset
        self._size += _up(length)
        if is_read and not is_flat:
            raise NotTraced("what is kept from step to step beside the parameters")
        if is_read:
            start = tensor.untyped_storage().data_ptr()
            for block in self._layout.blocks:
                if block.stop <= numbers:
                    place, size = block.start // runs, (block.stop - block.start) // runs
                    outside = start + _BYTES * block.start
                    back = key in self._written
                    self._carried.append(Carried(outside, offset + place, size, back))
        return offset


def _read_first(ops: Sequence[Op]) -> set[int]:
    """Return the keys of memory that is read before it is written."""
    found: set[int] = set()
    seen: set[int] = set()
    for op in ops:
        found |= op.read - seen
        seen |= op.read | op.written
    return found


def _up(numbers: int) -> int:
    return -(-numbers // _ALIGNED) * _ALIGNED
