"""The CUDA text of a list of operations: one kernel, a block of threads per network.

A block copies the parameters and moments of its network into shared memory, does all epochs of a
call there, and copies them back. Its arguments are int32 numbers and arrays in the memory of the
GPU; ``Table`` tells what the array of addresses holds. The text needs no header. With
``AEGUI_HOST`` it is C++ for threads of the processor, as the tests run it.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.light_dataclass import dataclass
from aegui.core.training.engines.cuda.formulas import formulas
from aegui.core.training.engines.cuda.schedule import JoinedOps, PhaseSchedule, ScheduledOp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aegui.core.training.engines.operations.listing import OperationList

NAME = "train_networks"
MOVING_NUMBERS = 5
"""Numbers of the table for each moving place: address, strides by run, stream, epoch, batch."""
_TILES = [(tall, wide) for tall in (1, 2, 3, 4, 5, 6, 8) for wide in (1, 2, 3, 4, 5, 6, 8)]
_MAX_SUMS = 12
"""Maximum number of sums that a thread keeps in registers."""
_BEGIN, _STORE, _CHECKED_STORE = 40, 4, 6
"""Instructions of a thread beside the terms of a product: once, and for each sum; estimates."""
_SCHEDULERS = 4
"""Warps of a processor that do an instruction in the same cycle."""
_UNROLLED, _UNROLLED_ALONE = 4, 8
"""Terms of a product that are under way at once; more if no other block could go on meanwhile."""
_TERM = re.compile(r"\b[abc]\[i\]|\b[st]\b")
_SEVERAL = 4
"""Elements of which a thread has the numbers under way at once."""
_SHORT_SUM = 48
"""Terms up to which a thread computes a sum alone."""
_NUMBERS = "#define THREADS {threads}\nconstexpr int UNROLLED = {unrolled};\n"


@dataclass(frozen=True)
class Table:
    """Layout of the array of addresses and strides, int64.

    Attributes:
        values: Index of the stride between the values of two runs, in numbers.
        carried: Index of the first address of what is copied in and back.
        outside: Place -> index of its address.
        moving: Place -> index of its numbers, see ``MOVING_NUMBERS``.
        length: Number of entries.
    """

    values: int
    carried: int
    outside: dict[int, int]
    moving: dict[int, int]
    length: int

    @property
    def addresses(self) -> list[int]:
        """Indices of all entries that are addresses."""
        first = min([*self.outside.values(), *self.moving.values(), self.length])
        return [*range(self.carried, first), *self.outside.values(), *self.moving.values()]

    @classmethod
    def of(cls, listing: OperationList) -> Table:
        """Return the layout for ``listing``."""
        at = 1 + len(listing.carried)
        outside, moving = {}, {}
        for place, it in enumerate(listing.places):
            if it.moving is not None:
                moving[place] = at
                at += MOVING_NUMBERS
            elif it.outside:
                outside[place] = at
                at += 1
        return cls(0, 1, outside, moving, at)


@dataclass(frozen=True)
class KernelText:
    """A kernel.

    Attributes:
        text: The CUDA source.
        numbers: Size of the shared memory of a block, in numbers of 4 bytes.
        far_numbers: Numbers of each network in the memory of the GPU.
        threads: Threads of a block.
    """

    text: str
    numbers: int
    far_numbers: int
    threads: int


def kernel_text(
    listing: OperationList,
    batches: tuple[int, int],
    threads: int,
    warp: int = 32,
    blocks: int = 1,
    *,
    far_moments: bool = False,
) -> KernelText:
    """Return the kernel for epochs of some full-size batches and some smaller ones.

    Args:
        listing: The operations.
        batches: Number of full-size batches of an epoch, and of smaller last ones: 1 or 0.
        threads: Threads of a block, a power of two.
        warp: Threads that are started together.
        blocks: Blocks that share a processor of the GPU.
        far_moments: See ``PhaseSchedule``.

    Raises:
        NotTraced: The source of the operations is missing.
    """
    schedule = PhaseSchedule(listing, far_moments=far_moments)
    return _Printer(listing, schedule, batches, threads, warp, blocks).kernel()


class _Printer:
    """Prints the text of one list."""

    def __init__(
        self,
        listing: OperationList,
        schedule: PhaseSchedule,
        batches: tuple[int, int],
        threads: int,
        warp: int,
        blocks: int,
    ) -> None:
        self._listing = listing
        self._batches = batches
        self._threads = threads
        self._warp = warp
        self._blocks = blocks
        self._schedule = schedule
        self._table = Table.of(listing)
        self._lines: list[str] = []

    def kernel(self) -> KernelText:
        """Return the whole text."""
        self._kernel()
        unrolled = _UNROLLED_ALONE if self._blocks == 1 else _UNROLLED
        numbers = _NUMBERS.format(threads=self._threads, unrolled=unrolled)
        text = "\n".join((numbers, formulas().common, *self._lines, ""))
        return KernelText(text, self._schedule.size, self._schedule.far_size, self._threads)

    def _line(self, text: str, indent: int = 0) -> None:
        self._lines.append("    " * indent + text)

    # --- the kernel ------------------------------------------------------------------------------

    def _kernel(self) -> None:
        """Print the kernel: copies in, loops over epochs and batches, copies back."""
        self._line(f'extern "C" __global__ void __launch_bounds__(THREADS, {self._blocks}) {NAME}(')
        self._line("const int64_t *table, const float *values, const int64_t *streams,", 1)
        self._line("float *memory, int epochs)", 1)
        self._line("{")
        self._line("extern __shared__ float arena[];", 1)
        self._line("const int thread = threadIdx.x, run = blockIdx.x;", 1)
        far_size = self._schedule.far_size
        self._line(f"float *const far = memory + (int64_t)run * {far_size};", 1)
        self._line("const int64_t stream = streams[run];", 1)
        self._line("const float *v = values + run * table[0];", 1)
        self._pointers()
        for place, region in self._schedule.staged.items():
            loop = f"for (int i = thread; i < {region.stop}; i += THREADS)"
            self._line(f"{loop} arena[{region.offset} + i] = p{place}[i];", 1)
        self._carry(back=False)
        self._line("for (int epoch = 0; epoch < epochs; epoch++) {", 1)
        for phases, batches in zip(self._schedule.parts, self._batches, strict=True):
            if batches:
                self._line(f"for (int batch = 0; batch < {batches}; batch++) {{", 2)
                self._batch(phases)
                self._line("}", 2)
        self._line("}", 1)
        self._line("__syncthreads();", 1)
        self._carry(back=True)
        self._line("}")

    def _pointers(self) -> None:
        """Print the addresses of the places outside; those of moving ones at the first batch."""
        for place, at in self._table.outside.items():
            by_run = self._listing.places[place].by_run
            own = f" + (int64_t)run * {by_run}" if by_run else ""
            self._line(f"const float *const p{place} = (const float *)table[{at}]{own};", 1)
        for place, at in self._table.moving.items():
            own = f"run * table[{at + 1}] + stream * table[{at + 2}]"
            self._line(f"const float *const m{place} = (const float *)table[{at}] + {own};", 1)

    def _batch(self, phases: Sequence[Sequence[JoinedOps]]) -> None:
        """Print what is done for one batch."""
        # Loaded before the first barrier, so that nobody waits for them.
        symbols = len(self._listing.symbols)
        for index in range(symbols):
            self._line(f"const float v{index} = v[{index}];", 3)
        self._line(f"v += {max(1, symbols)};", 3)
        for place, at in self._table.moving.items():
            offset = f"epoch * table[{at + 3}] + batch * table[{at + 4}]"
            self._line(f"const float *const p{place} = m{place} + {offset};", 3)
        # Each unit begins with other threads: a processor has several schedulers, and warps of
        # equal number in all its blocks have the same one.
        shift = 0
        for phase in phases:
            self._line("__syncthreads();", 3)
            for unit in phase:
                self._line("{", 3)
                start = f"(thread + {self._threads - shift}) & (THREADS - 1)" if shift else "thread"
                self._line(f"const int t = {start};", 4)
                busy = self._unit(unit)
                self._line("}", 3)
                shift = (shift + -(-busy // self._warp) * self._warp) % self._threads

    def _carry(self, *, back: bool) -> None:
        """Print a loop that copies numbers of the network into its memory, or back."""
        rows = [
            (at, int(region.is_far), (region.offset or 0) + one.offset - region.start, one.length)
            for at, one in enumerate(self._listing.carried, self._table.carried)
            if one.back or not back
            for region in (self._schedule.region_of(one.offset),)
        ]
        if not rows:
            return
        text = ", ".join(f"{{{', '.join(map(str, row))}}}" for row in rows)
        self._line("{", 1)
        self._line(f"static const int rows[{len(rows)}][4] = {{{text}}};", 2)
        self._line(f"for (int row = 0; row < {len(rows)}; row++) {{", 2)
        self._line("const int *n = rows[row];", 3)
        self._line("float *own = (float *)table[n[0]] + (int64_t)run * n[3];", 3)
        self._line("float *here = (n[1] ? far : arena) + n[2];", 3)
        copied = "own[i] = here[i];" if back else "here[i] = own[i];"
        self._line(f"for (int i = thread; i < n[3]; i += THREADS) {copied}", 3)
        self._line("}", 2)
        self._line("}", 1)

    def _at(self, place: int) -> str:
        """Return the address of a place."""
        if place in self._schedule.staged:
            return f"(arena + {self._schedule.staged[place].offset})"
        if place in self._table.moving or place in self._table.outside:
            return f"p{place}"
        start = self._listing.places[place].offset
        region = self._schedule.region_of(start)
        assert region.offset is not None
        memory = "far" if region.is_far else "arena"
        return f"({memory} + {region.offset + start - region.start})"

    def _number(self, scalar: int) -> str:
        """Return a constant, or the value of a symbol for this step."""
        constants = self._listing.constants
        if scalar >= len(constants):
            return f"v{scalar - len(constants)}"
        number = float(constants[scalar])
        if math.isinf(number):
            return "INFINITY" if number > 0 else "-INFINITY"
        text = np.format_float_scientific(np.float32(number), unique=True)
        return f"({text}f)" if number < 0 else f"{text}f"

    # --- units -----------------------------------------------------------------------------------

    def _unit(self, unit: JoinedOps) -> int:
        """Print the operations of a unit; return how many threads it keeps busy."""
        first = unit.ops[0]
        special: dict[str, Callable[[JoinedOps], int]] = {
            "product": self._product,
            "sum": self._sum,
            "adam": self._adam,
        }
        if first.code in special:
            return special[first.code](unit)
        if first.code == "move" and not first.is_dense:
            return self._scatter(first)
        known, stored = self._joined(unit, {})
        targets = [f"{self._at(place)}[i]" for _, place in stored]
        self._each(unit.elements, known, [name for name, _ in stored], targets)
        return unit.elements

    def _each(
        self, count: int, lines: Sequence[str], names: Sequence[str], targets: Sequence[str]
    ) -> None:
        """Print a loop over ``i`` that computes ``lines`` and stores ``names`` to ``targets``.

        The loads of several elements come before the stores of the first.
        """
        several = min(_SEVERAL, -(-count // self._threads))
        indices = f"for (int n = 0, i = base; n < {several}; n++, i += THREADS)"
        inside = "" if count % (several * self._threads) == 0 else f"if (i < {count}) "
        self._line(f"for (int base = t; base < {count}; base += {several} * THREADS) {{", 4)
        for at in range(len(names)):
            self._line(f"float made{at}[{several}];", 5)
        self._line("#pragma unroll")
        self._line(f"{indices} {inside}{{", 5)
        for line in lines:
            self._line(line, 6)
        for at, name in enumerate(names):
            self._line(f"made{at}[n] = {name};", 6)
        self._line("}", 5)
        self._line("#pragma unroll")
        self._line(f"{indices} {inside}{{", 5)
        for at, target in enumerate(targets):
            self._line(f"{target} = made{at}[n];", 6)
        self._line("}", 5)
        self._line("}", 4)

    def _joined(
        self, unit: JoinedOps, known: dict[int, str]
    ) -> tuple[list[str], list[tuple[str, int]]]:
        """Return lines for element ``i``, and the names and places of what has to be stored.

        ``known``: start of a buffer -> the name of its number.
        """
        lines = []
        for at, op in enumerate(unit.ops):
            start = op.uses[0].start
            if start not in known or at:
                lines.append(f"const float x{at} = {self._expression(op, known)};")
                known[start] = f"x{at}"
        places = {op.uses[0].start: op.out for op in unit.ops}
        stored = [
            (known[start], place)
            for start, place in places.items()
            if self._schedule.region_of(start).offset is not None
        ]
        return lines, stored

    def _expression(self, op: ScheduledOp, known: dict[int, str]) -> str:
        """Return the value of ``op`` for element ``i``."""
        if op.code == "pick":
            rows, index = (self._at(place) for place in op.inputs)
            width = op.sizes[1]
            return f"{rows}[((const int64_t *){index})[i / {width}] * {width} + i % {width}]"
        if op.code == "move":
            return f"{self._at(op.inputs[0])}[{_position(op.sizes[:3], op.sizes[6:9])}]"
        texts = dict(zip("st", map(self._number, op.scalars), strict=False))
        for letter, place, use in zip("abc", op.inputs, op.uses[1:], strict=False):
            texts[f"{letter}[i]"] = known.get(use.start) or f"{self._at(place)}[i]"
        return _TERM.sub(lambda found: texts[found[0]], formulas().each[op.code])

    def _scatter(self, op: ScheduledOp) -> int:
        """Print a copy into a view with gaps."""
        sizes = op.sizes[:3]
        count = math.prod(sizes)
        to, source = _position(sizes, op.sizes[3:6]), _position(sizes, op.sizes[6:9])
        target = f"{self._at(op.out)}[{to}]"
        self._each(count, [], [f"{self._at(op.inputs[0])}[{source}]"], [target])
        return count

    def _sum(self, unit: JoinedOps) -> int:
        op = unit.ops[0]
        before, count, after = op.sizes[:3]
        outs, step = before * after, f"{count}, {after}"
        out, numbers = self._at(op.out), self._at(op.inputs[0])
        start = f"{numbers} + (o / {after}) * {count * after} + o % {after}"
        factor = self._number(op.scalars[0])
        if count <= _SHORT_SUM or outs >= self._threads:
            self._line(f"for (int o = t; o < {outs}; o += THREADS)", 4)
            self._line(f"{out}[o] = sum_of<{step}>({start}) * {factor};", 5)
            return outs
        self._line(f"for (int o = t / WARP; o < {outs}; o += THREADS / WARP) {{", 4)
        self._line(f"const float total = warp_sum<{step}>(t % WARP, {start});", 5)
        self._line(f"if (t % WARP == 0) {out}[o] = total * {factor};", 5)
        self._line("}", 4)
        return outs * self._warp

    def _adam(self, unit: JoinedOps) -> int:
        op = unit.ops[0]
        places = (op.out, op.inputs[1], op.inputs[2])
        for name, place in zip(("p", "mean", "square"), places, strict=True):
            self._line(f"float *const __restrict__ {name} = {self._at(place)};", 4)
        gradient = self._at(op.inputs[0])
        self._line(f"const float *const __restrict__ g = {gradient};", 4)
        names = ("step", "root", "left", "take1", "keep2", "take2", "eps")
        for number, name in enumerate(names, op.scalars[0]):
            self._line(f"const float {name} = {self._number(number)};", 4)
        self._line(f"#pragma unroll {_SEVERAL}")
        self._line(f"for (int i = t; i < {op.sizes[0]}; i += THREADS) {{", 4)
        for line in formulas().adam.splitlines():
            self._line(line, 3)
        self._line("}", 4)
        return op.sizes[0]

    def _product(self, unit: JoinedOps) -> int:
        op = unit.ops[0]
        rows, columns, inner, gap, *strides, has_bias = op.sizes[:9]
        tall, wide = _tile(rows, columns, inner, self._threads, self._warp, self._blocks)
        a, b, *bias = (self._at(place) for place in op.inputs)
        lines: list[str] = []
        stored = [("sum", op.out)]
        index = f"row * {gap} + column"
        if unit.elements:
            index = f"row * {columns} + column"
            lines, stored = self._joined(unit, {op.uses[0].start: "sum"})
        numbers = (rows, columns, inner, *strides, tall, wide, len(stored))
        factors = f"{a}, {b}, {bias[0] if has_bias else '(const float *)0'}"
        self._line(f"product<{', '.join(map(str, numbers))}>(t, {factors},", 4)
        self._line("[&](int row, int column, float sum, float *made) {", 5)
        self._line(f"const int i = {index};", 6)
        for line in lines:
            self._line(line, 6)
        for at, (name, _) in enumerate(stored):
            self._line(f"made[{at}] = {name};", 6)
        self._line("},", 5)
        self._line("[&](int row, int column, const float *made) {", 5)
        self._line(f"const int i = {index};", 6)
        for at, (_, place) in enumerate(stored):
            self._line(f"{self._at(place)}[i] = made[{at}];", 6)
        self._line("});", 5)
        return -(-rows // tall) * -(-columns // wide)


def _position(sizes: Sequence[int], strides: Sequence[int]) -> str:
    """Return the position of element ``i`` of three axes in a view with these strides."""
    terms, after = [], math.prod(sizes)
    for axis, (size, stride) in enumerate(zip(sizes, strides, strict=True)):
        after //= size
        if size == 1 or stride == 0:
            continue
        index = "i" if after == 1 else f"i / {after}"
        # Nothing lies before the first axis: its index needs no remainder.
        if math.prod(sizes[:axis]) > 1:
            index = f"{index} % {size}"
        terms.append(f"({index}) * {stride}")
    return " + ".join(terms) or "0"


@cache
def _tile(
    rows: int, columns: int, inner: int, threads: int, warp: int, blocks: int
) -> tuple[int, int]:
    """Return how many rows and columns a thread computes: the estimated fastest."""

    def cycles(tile: tuple[int, int]) -> tuple[float, int]:
        tall, wide = tile
        tiles = -(-rows // tall) * -(-columns // wide)
        warps, rounds = -(-tiles // warp), -(-tiles // threads)
        # A warp does one instruction in a cycle, and all warps together load one number.
        exact = rows % tall == 0 and columns % wide == 0
        once = _BEGIN + tall * wide * (_STORE if exact else _CHECKED_STORE)
        steps = inner * (tall + wide + tall * wide + 1) + once
        loads = inner * warps * (tall + wide)
        busy = max(loads, warps * steps / _SCHEDULERS)
        return max(busy, rounds * steps / blocks), tall * wide

    fitting = [(tall, wide) for tall, wide in _TILES if tall * wide <= _MAX_SUMS]
    return min(fitting, key=cycles)
