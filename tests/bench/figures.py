"""Benchmark results: figures with goals, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes:
        name: What was measured.
        value: The figure.
        unit: Its unit; ``x`` for a ratio within this run.
        goal: The goal in words; empty if there is none.
        met: Whether the goal is met; None if there is none.
    """

    name: str
    value: float
    unit: str
    goal: str = ""
    met: bool | None = None


def at_least(name: str, value: float, unit: str, goal: float) -> Figure:
    """Return a figure with the lower bound ``goal``."""
    return Figure(name, value, unit, f">= {goal:g}", value >= goal)


def at_most(name: str, value: float, unit: str, goal: float) -> Figure:
    """Return a figure with the upper bound ``goal``."""
    return Figure(name, value, unit, f"<= {goal:g}", value <= goal)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the ``percent``-th percentile of ``values``."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as an aligned table."""
    rows = [("figure", "value", "goal", "")]
    marks = {True: "ok", False: "MISSED", None: ""}
    for figure in figures:
        value = f"{figure.value:,.4g} {figure.unit}"
        rows.append((figure.name, value, figure.goal, marks[figure.met]))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def machine() -> dict[str, object]:
    """Return a description of the machine."""
    import torch

    return {
        "python": sys.version.split()[0],
        "torch": torch.__version__,
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


def write_json(path: Path, figures: Sequence[Figure]) -> None:
    """Write the figures, and a description of the machine, as JSON."""
    content = {"machine": machine(), "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
