"""Order of the operations on a GPU: what runs between two barriers, and where buffers lie.

The list of a step is in sequence. Operations on the same elements are joined, so that one thread
computes an element of all of them and keeps it in a register; what depends on nothing pending runs
in the same *phase*, and a barrier separates phases. Buffers whose phases do not overlap share
memory.
"""

from __future__ import annotations

import math
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from aegui.core.light_dataclass import dataclass
from aegui.core.training.engines.cuda.formulas import formulas
from aegui.core.training.engines.operations.listing import CODES, is_dense

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aegui.core.training.engines.operations.listing import OperationList

_NAMES = {code: name for name, code in CODES.items()}
_EXPENSIVE = {
    *("exp", "tanh", "sigmoid", "sin", "cos", "sinh", "cosh", "erf", "silu", "gelu", "elu"),
    *("softplus", "silu_back", "gelu_back", "softplus_back"),
}
"""Operations that are better spread over all threads than done by those of a product."""
_MAX_STAGED = 4096
"""Maximum size of samples that are copied into a block, in numbers."""
_ALIGNED = 4
"""Alignment of buffers, in numbers."""


@dataclass(frozen=True)
class Use:
    """The use of a buffer by an operation.

    Attributes:
        place: Index of the place.
        start: First number in the arena; negative for what lies elsewhere and is only read.
        stop: End of the numbers that may be touched.
        written: Whether it is written; if not, it is read.
        aligned: Whether number i belongs to element i of the operation.
    """

    place: int
    start: int
    stop: int
    written: bool
    aligned: bool

    def conflicts_with(self, other: Use) -> bool:
        """Return whether the order of the two matters."""
        is_apart = self.stop <= other.start or other.stop <= self.start
        return (self.written or other.written) and not is_apart

    def is_joined_with(self, other: Use) -> bool:
        """Return whether one thread touches the same number in both, if they have equal sizes."""
        return self.aligned and other.aligned and self.start == other.start


@dataclass(frozen=True, eq=False)
class ScheduledOp:
    """An operation of the list.

    Attributes:
        code: Key in ``CODES``.
        out: Index of the place of the output.
        inputs: Those of the inputs.
        scalars: Indices of its numbers, constants first, then symbols.
        sizes: Sizes and strides, see the machine.
        uses: Uses of buffers.
    """

    code: str
    out: int
    inputs: tuple[int, ...]
    scalars: tuple[int, ...]
    sizes: tuple[int, ...]
    uses: tuple[Use, ...]

    @property
    def elements(self) -> int:
        """Number of elements if each is computed from those at the same index; otherwise 0."""
        n = self.sizes
        if self.code in formulas().each:
            return n[0]
        if self.code == "pick":
            return n[0] * n[1]
        return math.prod(n[:3]) if self.code == "move" and self.is_dense else 0

    @property
    def is_dense(self) -> bool:
        """Whether the result of a move or product has no gaps."""
        n = self.sizes
        if self.code == "product":
            return n[3] == n[1] or n[0] == 1
        return is_dense(n[:3], n[3:6])


@dataclass(eq=False)
class JoinedOps:
    """Operations that a thread does for one element after the other.

    Attributes:
        ops: The operations; the first one may be a product, a sum, or another that is not joined.
        phase: Index of its phase.
    """

    ops: list[ScheduledOp]
    phase: int = 0

    @property
    def uses(self) -> Iterable[Use]:
        """Uses by all operations."""
        return (use for op in self.ops for use in op.uses)

    @property
    def elements(self) -> int:
        """Number of elements; 0 if nothing can be joined to it."""
        first = self.ops[0]
        if first.code == "product" and first.is_dense:
            return first.sizes[0] * first.sizes[1]
        return first.elements

    def conflicts_with(self, op: ScheduledOp) -> bool:
        """Return whether ``op`` has to wait for it."""
        return any(use.conflicts_with(other) for use in op.uses for other in self.uses)

    def takes(self, op: ScheduledOp) -> bool:
        """Return whether ``op`` can be done element by element behind its own operations."""
        if not op.elements or op.elements != self.elements:
            return False
        if self.ops[0].code == "product" and op.code in _EXPENSIVE:
            return False
        return all(
            use.is_joined_with(other)
            for use in op.uses
            for other in self.uses
            if use.conflicts_with(other)
        )


@dataclass(eq=False)
class Region:
    """Connected memory of the arena.

    Attributes:
        start: First number in the arena of the list.
        stop: Its end.
        is_kept: Whether it is copied in before the epochs.
        units: The units that use it.
        is_far: Whether it lies in the memory of the GPU, not in that of a block.
        offset: Offset in its memory; None if its numbers stay in registers.
    """

    start: int
    stop: int
    is_kept: bool
    units: set[JoinedOps] = field(default_factory=set)
    is_far: bool = False
    offset: int | None = None

    @cached_property
    def phases(self) -> tuple[int, int]:
        """First and last phase in which it is used."""
        phases = [unit.phase for unit in self.units]
        return min(phases), max(phases)


class PhaseSchedule:
    """Phases of units, and the memory of a block.

    Args:
        listing: The operations.
        far_moments: Whether the moments of Adam, used once a step, lie in the memory of the GPU:
            then more blocks fit into a processor.

    Attributes:
        parts: Phases of the operations for full-size batches, and of those for the last one.
        regions: Connected memory, by start.
        staged: Place of the samples -> where a block has a copy of them, as products load a number
            many times, and never 32 in a row.
        size: Numbers that a block needs.
        far_size: Numbers that it needs in the memory of the GPU.
    """

    def __init__(self, listing: OperationList, *, far_moments: bool = False) -> None:
        self._listing = listing
        self._extents: dict[int, int] = {}
        stop = listing.full_batch_ops
        parts = [self._units(listing.ops[:stop]), self._units(listing.ops[stop:])]
        self.parts: list[list[list[JoinedOps]]] = []
        first = 0
        for units in parts:
            count = _set_phases(units, first)
            self.parts.append(
                [[it for it in units if it.phase == first + at] for at in range(count)]
            )
            first += count
        self.regions = self._regions([unit for units in parts for unit in units])
        self.staged = {
            place: Region(0, self._extents[place], is_kept=True)
            for place in self._multiplied([unit for units in parts for unit in units])
        }
        for region in self.regions if far_moments else ():
            region.is_far = all(_are_moments(region, unit) for unit in region.units)
        self.far_size = _place([region for region in self.regions if region.is_far])
        near = [region for region in self.regions if not region.is_far]
        self.size = _place([*near, *self.staged.values()])

    def region_of(self, start: int) -> Region:
        """Return the region with number ``start`` of the arena."""
        return next(it for it in self.regions if it.start <= start < it.stop)

    def _units(self, rows: Iterable[Sequence[int]]) -> list[JoinedOps]:
        units: list[JoinedOps] = []
        for row in rows:
            op = self._op([int(number) for number in row])
            last = next((it for it in reversed(units) if it.conflicts_with(op)), None)
            if last is not None and last.takes(op):
                last.ops.append(op)
            else:
                units.append(JoinedOps([op]))
        return units

    def _op(self, row: list[int]) -> ScheduledOp:
        code, n = _NAMES[row[0]], tuple(row[8:])
        out, inputs, scalars = row[1], row[2:5], row[5:8]
        if code == "adam":
            uses = [(place, n[0], place != inputs[0]) for place in (out, *inputs)]
            return self._made(code, out, inputs, scalars, n, uses, aligned=True)
        if code == "sum":
            uses = [(out, n[0] * n[2], True), (inputs[0], n[0] * n[1] * n[2], False)]
            return self._made(code, out, inputs[:1], scalars[:1], n, uses, aligned=False)
        if code == "move":
            extents = [_extent(n[:3], n[3:6]), _extent(n[:3], n[6:9])]
            uses = [(out, extents[0], True), (inputs[0], extents[1], False)]
            return self._made(code, out, inputs[:1], [], n, uses, aligned=is_dense(n[:3], n[3:6]))
        if code == "pick":
            # Rows of any number: too many to be staged.
            uses = [(out, n[0] * n[1], True), (inputs[0], _MAX_STAGED + 1, False)]
            uses.append((inputs[1], 1, False))
            return self._made(code, out, inputs[:2], [], n, uses, aligned=True)
        if code == "product":
            rows, columns, inner = n[:3]
            uses = [
                (out, _extent((rows, columns), (n[3], 1)), True),
                (inputs[0], _extent((rows, inner), n[4:6]), False),
                (inputs[1], _extent((inner, columns), n[6:8]), False),
            ]
            if n[8]:
                uses.append((inputs[2], columns, False))
            aligned = n[3] == columns or rows == 1
            return self._made(code, out, inputs[: 2 + n[8]], [], n, uses, aligned=aligned)
        inputs = inputs[: formulas().operands(code)]
        uses = [(out, n[0], True), *((place, n[0], False) for place in inputs)]
        return self._made(code, out, inputs, scalars, n, uses, aligned=True, all_aligned=True)

    def _made(
        self,
        code: str,
        out: int,
        inputs: Sequence[int],
        scalars: Sequence[int],
        sizes: tuple[int, ...],
        uses: Iterable[tuple[int, int, bool]],
        *,
        aligned: bool,
        all_aligned: bool = False,
    ) -> ScheduledOp:
        """Return an operation; ``aligned`` is its output, and with ``all_aligned`` its inputs."""
        places, found = self._listing.places, []
        for at, (place, extent, written) in enumerate(uses):
            it = places[place]
            is_inside = it.moving is None and not it.outside
            # What lies elsewhere is never written: it has places of its own below zero.
            start = it.offset if is_inside else -2 - 2 * place
            stop = start + (extent if is_inside else 1)
            if it.outside:
                self._extents[place] = max(extent, self._extents.get(place, 0))
            found.append(Use(place, start, stop, written, all_aligned or (aligned and at == 0)))
        return ScheduledOp(code, out, tuple(inputs), tuple(scalars), sizes, tuple(found))

    def _multiplied(self, units: Iterable[JoinedOps]) -> set[int]:
        """Return the places outside, of few numbers, that are factors of products."""
        products = [it.ops[0] for it in units if it.ops[0].code == "product"]
        factors = {place for op in products for place in op.inputs[:2]}
        return {place for place in factors if 0 < self._extents.get(place, 0) <= _MAX_STAGED}

    def _regions(self, units: Iterable[JoinedOps]) -> list[Region]:
        """Return the connected memory that the units, and what is copied in, touch."""
        kept = [(it.offset, it.offset + it.length, None) for it in self._listing.carried]
        used = [(use.start, use.stop, unit) for unit in units for use in unit.uses]
        found: list[Region] = []
        for start, stop, unit in sorted((*kept, *used), key=lambda it: it[:2]):
            if start < 0:
                continue
            if not found or start >= found[-1].stop:
                found.append(Region(start, stop, is_kept=False))
            region = found[-1]
            region.stop = max(region.stop, stop)
            region.is_kept |= unit is None
            if unit is not None:
                region.units.add(unit)
        return found


def _set_phases(units: Sequence[JoinedOps], first: int) -> int:
    """Set the phase of each unit, as early as possible from ``first`` on; return their number."""
    for at, unit in enumerate(units):
        waits = [it.phase + 1 for it in units[:at] if any(map(it.conflicts_with, unit.ops))]
        unit.phase = max(waits, default=first)
    return max((unit.phase + 1 for unit in units), default=first) - first


def _place(regions: Iterable[Region]) -> int:
    """Set the offsets of the regions, and return the size of the memory."""
    placed: list[Region] = []
    for region in sorted(regions, key=lambda it: (not it.is_kept, it.start - it.stop)):
        if not region.is_kept and _stays_in_registers(region):
            continue
        offset = 0
        for other in sorted(placed, key=lambda it: it.offset or 0):
            assert other.offset is not None
            if _share_a_phase(region, other) and other.offset < offset + _length(region):
                offset = max(offset, other.offset + _length(other))
        region.offset = offset
        placed.append(region)
    return max((it.offset + _length(it) for it in placed if it.offset is not None), default=0)


def _are_moments(region: Region, unit: JoinedOps) -> bool:
    """Return whether ``unit`` is an update by Adam that has its moments in ``region``."""
    op = unit.ops[0]
    moments = op.inputs[1:] if op.code == "adam" else ()
    used = [use for use in unit.uses if use.start < region.stop and use.stop > region.start]
    return all(use.place in moments for use in used)


def _length(region: Region) -> int:
    return -(-(region.stop - region.start) // _ALIGNED) * _ALIGNED


def _share_a_phase(a: Region, b: Region) -> bool:
    if a.is_kept or b.is_kept:
        return True
    return a.phases[0] <= b.phases[1] and b.phases[0] <= a.phases[1]


def _stays_in_registers(region: Region) -> bool:
    """Return whether all its numbers are used by the thread that computed them."""
    if len(region.units) != 1:
        return False
    (unit,) = region.units
    uses = [use for use in unit.uses if use.start >= region.start and use.stop <= region.stop]
    return all(use.aligned and use.start == region.start for use in uses) and unit.elements > 0


def _extent(sizes: Sequence[int], strides: Sequence[int]) -> int:
    """Return how many numbers a view with these strides spans."""
    return 1 + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
