"""What is drawn: the charts as a table, and the numbers behind each from a history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import mark, tr
from aegui.widgets.charts.scale import precise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.training.history import HistoryView

MOST_SINGLE_RUNS = 16
"""Single runs drawn behind the band; more would only be a grey mass, and slow."""


@dataclass(frozen=True)
class CurveSpec:
    """A curve: the column of ``HistoryView`` it shows, its label, its place in ``series``.

    A dashed one is told from the others without colours.
    """

    column: str
    label: str
    colour: int
    dashed: bool = False


@dataclass(frozen=True)
class ChartSpec:
    """A chart of one or more curves that share a vertical axis.

    Attributes:
        key: Its name in settings.
        title: Above it, translated where shown.
        help: What it says, in plain words.
        curves: In the order of drawing, the last on top.
        can_log: Whether the vertical axis may be logarithmic.
        from_zero: Whether a linear axis begins at zero.
        ceiling: Where a linear axis ends at least; None for what the values need.
        percent: Whether values are shares, read as per cent.
    """

    key: str
    title: str
    help: str
    curves: tuple[CurveSpec, ...]
    can_log: bool = False
    from_zero: bool = True
    ceiling: float | None = None
    percent: bool = False


CHARTS: tuple[ChartSpec, ...] = (
    ChartSpec(
        "loss",
        mark("Loss"),
        mark("What training makes smaller: how far the answers are from the targets."),
        (CurveSpec("loss", mark("Loss"), 0),),
        can_log=True,
    ),
    ChartSpec(
        "wrong",
        mark("Wrong pixels"),
        mark(
            "Pixels per character that differ from the target once black or white: the mean of "
            "all characters, and the worst of them."
        ),
        (
            CurveSpec("wrong_max", mark("Worst"), 1, dashed=True),
            CurveSpec("wrong_mean", mark("Mean"), 0),
        ),
    ),
    ChartSpec(
        "share",
        mark("At most 1 wrong"),
        mark("Share of the characters with no more than one wrong pixel: the classic goal."),
        (CurveSpec("share_at_most_1", mark("Share"), 2),),
        ceiling=1.0,
        percent=True,
    ),
    ChartSpec(
        "rate",
        mark("Learning rate"),
        mark("The size of the steps: it follows the schedule, and your hand."),
        (CurveSpec("learning_rate", mark("Learning rate"), 3),),
        can_log=True,
    ),
)


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve ready for drawing; ``runs`` is ``[n, K]``, the others ``[n]`` over the K runs.

    Where no run has a finite value, mean, low and high are NaN.
    """

    spec: CurveSpec
    runs: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def is_band(self) -> bool:
        """Whether several runs are behind it."""
        return bool(self.runs.shape[1] > 1)


def curves_of(chart: ChartSpec, history: HistoryView) -> tuple[Curve, ...]:
    """The curves of ``chart`` over all rows of ``history``."""
    return tuple(_curve(spec, history) for spec in chart.curves)


def _curve(spec: CurveSpec, history: HistoryView) -> Curve:
    values = np.asarray(getattr(history, spec.column), dtype=np.float64)
    if values.ndim == 1:
        values = values[:, np.newaxis]
    if values.shape[1] == 1:
        only = values[:, 0]
        return Curve(spec, values, only, only, only)
    finite = np.isfinite(values)
    count = finite.sum(axis=1)
    none = count == 0
    mean = values.sum(axis=1, where=finite) / np.maximum(count, 1)
    low = values.min(axis=1, where=finite, initial=np.inf)
    high = values.max(axis=1, where=finite, initial=-np.inf)
    for array in (mean, low, high):
        array[none] = np.nan
    return Curve(spec, values, mean, low, high)


def finite_pieces(y: NDArray[np.float64]) -> list[slice]:
    """The stretches of ``y`` without a gap; a curve is not drawn across NaN."""
    good = np.isfinite(y)
    if good.all():
        return [slice(0, len(y))] if len(y) else []
    edges = np.flatnonzero(np.diff(good.astype(np.int8), prepend=0, append=0))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def history_csv(history: HistoryView, seeds: tuple[int, ...]) -> str:
    """The history as CSV: a row per recorded epoch, a column per value and run (by its seed)."""
    names = ("loss", "wrong_mean", "wrong_max", "share_at_most_1")
    header = ["epoch", "seconds", "learning_rate"]
    header += [f"{name}_seed_{seed}" for name in names for seed in seeds]
    lines = [",".join(header)]
    blocks = [getattr(history, name) for name in names]
    for row in range(len(history)):
        cells = [
            str(int(history.epoch[row])),
            f"{history.seconds[row]:.6f}",
            f"{history.learning_rate[row]:.9g}",
        ]
        cells += [f"{value:.9g}" for block in blocks for value in block[row]]
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


def value_text(curve: Curve, row: int, chart: ChartSpec, *, with_range: bool = True) -> str:
    """The value of ``curve`` at ``row``: of the one run, or mean (least to most) of all runs."""
    factor, unit = (100.0, "\u00a0%") if chart.percent else (1.0, "")
    mean, low, high = (
        precise(factor * float(values[row])) for values in (curve.mean, curve.low, curve.high)
    )
    if not curve.is_band or not with_range:
        return mean + unit
    return tr("{mean} ({low} to {high})", mean=mean, low=low, high=high + unit)
