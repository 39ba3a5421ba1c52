"""Estimated cost of a computation, and the limits on it: memory and time.

The one guard of all training and other long computations: whoever starts one makes a ``Cost``,
shows it, and calls ``excess`` to find out whether to ask the user first.

Imports no torch.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from dataclasses import field, replace
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from aegui.core.fields import FieldWords
from aegui.core.i18n import mark, tr, trn
from aegui.core.light_dataclass import dataclass

MAX_MINUTES = 1e6
DEFAULT_MINUTES = 60.0
"""Default limit of time above which the user is asked."""
DEFAULT_MEMORY_SHARE = 0.5
"""Default limit of memory above which the user is asked, as a share of the free memory."""
PARTS = {
    "weights": mark("weights, gradients and optimiser state"),
    "kept": mark("copies of the weights: best, last, checkpoint"),
    "layers": mark("activations of a batch"),
    "data": mark("samples and their noise"),
    "timeline": mark("weights of past epochs"),
    "work": mark("precomputed tables"),
}
"""Uses of memory, by key, in the order in which they are reported."""

_SQUARE, _PRODUCTS = 64, 64
"""Side and number of the matrices whose products are timed: multithreaded libraries keep such small
ones on one core, where they reach 0.86 of the rate of large ones."""
_SMALL_SHARE = 0.86
_REPEATS = 3
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Cost:
    """The estimated cost of a computation."""

    seconds: float
    """Time to its last step; less if it ends early (a goal, patience)."""
    memory: dict[str, int] = field(default_factory=dict)
    """Required bytes, by key of ``PARTS``."""
    held: int = 0
    """Bytes of them that are allocated already."""
    parameters: int = 0
    """Trainable parameters of all runs; 0 if nothing is trained."""
    is_measured: bool = False
    """Whether the time was measured by a trial rather than estimated."""

    @property
    def bytes(self) -> int:
        """Total memory in bytes."""
        return sum(self.memory.values())

    @property
    def new_bytes(self) -> int:
        """Memory in bytes that is not allocated yet."""
        return max(0, self.bytes - self.held)

    def then(self, other: Cost) -> Cost:
        """Return the cost of both in sequence: the second can reuse the memory of the first."""
        larger = max(self, other, key=lambda cost: cost.new_bytes)
        return replace(larger, seconds=self.seconds + other.seconds)


@dataclass(frozen=True)
class Budget:
    """Limits within which the user is not asked."""

    minutes: Annotated[
        float,
        Field(ge=1.0, le=MAX_MINUTES),
        FieldWords("&Time", "Minutes that it may take", step=1.0, suffix=mark(" min")),
    ] = DEFAULT_MINUTES
    """Time."""
    memory_share: Annotated[
        float,
        Field(ge=0.01, le=1.0),
        FieldWords(
            "&Share of the free memory",
            "Share of the memory that is free at the start",
            editor="percent",
        ),
    ] = DEFAULT_MEMORY_SHARE
    """Share of the free memory, 0..1."""


def excess(cost: Cost, budget: Budget, free: int | None = None) -> str:
    """Return a message on what in ``cost`` exceeds ``budget``; empty if nothing does.

    Args:
        cost: Cost of the computation.
        budget: The limits.
        free: Free memory in bytes; None: that of this machine.
    """
    free = free_memory() if free is None else free
    reasons = []
    if free is not None and cost.new_bytes > budget.memory_share * free:
        reasons.append(
            tr(
                "It needs about {memory} of memory, and {free} are free.",
                memory=memory_words(cost.bytes),
                free=memory_words(free),
            )
        )
    if cost.seconds > 60 * budget.minutes:
        reasons.append(
            tr(
                "It takes about {time}, longer than {limit}.",
                time=time_words(cost.seconds),
                limit=time_words(60 * budget.minutes),
            )
        )
    return " ".join(reasons)


def cost_words(cost: Cost) -> str:
    """Format ``~2 min, 140 MB`` for a label."""
    return tr("~{time}, {memory}", time=time_words(cost.seconds), memory=memory_words(cost.bytes))


def memory_lines(cost: Cost) -> list[str]:
    """Return what the memory is for, a line each, the largest first."""
    parts = sorted(cost.memory.items(), key=lambda part: -part[1])
    return [
        tr("{memory}: {what}", memory=memory_words(size), what=tr(PARTS[key]))
        for key, size in parts
        if size >= 1 << 20
    ]


def time_words(seconds: float) -> str:
    """Format a duration approximately: ``1 s``, ``40 s``, ``2 min``, ``5 h``, ``12 days``."""
    if seconds < 1.0:
        return tr("1 s")
    if seconds < 90:
        return tr("{n} s", n=round(seconds))
    if seconds < 3570:
        return tr("{n} min", n=round(seconds / 60))
    if seconds < 36 * 3600:
        return tr("{n:.2g} h", n=seconds / 3600)
    days = seconds / 86_400
    if days < 1000:
        return trn("{n:,} day", "{n:,} days", round(days))
    return tr("years")


def memory_words(size: float) -> str:
    """Format a size as ``140 MB`` or ``7.0 GB``."""
    if size < 1 << 20:
        return tr("1 MB")
    if size < 1 << 30:
        return tr("{n:,} MB", n=round(size / (1 << 20)))
    return tr("{n:,.1f} GB", n=size / (1 << 30))


@cache
def multiplications_per_second() -> float:
    """Measure the peak rate of one core in some milliseconds; cached."""
    a = np.full((_PRODUCTS, _SQUARE, _SQUARE), 0.5, np.float32)
    a @ a
    best = float("inf")
    for _ in range(_REPEATS):
        begun = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - begun)
    return _PRODUCTS * _SQUARE**3 / (_SMALL_SHARE * max(best, 1e-6))


def cores() -> int:
    """Return the number of cores that this process may use."""
    # ``cpu_count`` ignores the affinity mask of the process.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory() -> int | None:
    """Return the free memory in bytes without swapping; None if unknown."""
    if sys.platform == "win32":
        return _free_on_windows()
    found = [size for size in (_free_on_linux(), _free_in_cgroup()) if size is not None]
    if found:
        return min(found)
    try:
        # Free pages are few where files are cached in memory: assume half of all memory.
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (ValueError, OSError, AttributeError):
        return None


def _free_on_linux() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        known = dict(line.split(":", 1) for line in lines if ":" in line)
        return int(known["MemAvailable"].split()[0]) << 10
    except (OSError, KeyError, ValueError):
        return None


def _free_in_cgroup() -> int | None:
    """Return what is left of the memory limit of the cgroup, such as a container's, if any."""
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_CGROUP / "memory.current").read_text(encoding="ascii").strip()
        return None if limit == "max" else max(0, int(limit) - int(used))
    except (OSError, ValueError):
        return None


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        *((name, ctypes.c_ulonglong) for name in ("total", "available", "total_page")),
        *(
            (name, ctypes.c_ulonglong)
            for name in ("available_page", "total_virtual", "available_virtual", "extended")
        ),
    )


def _free_on_windows() -> int | None:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  (it exists on Windows only)
    return status.available if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
