"""The table of training charts, and the curves of each computed from a history."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.i18n import mark, percent_sign, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.text_tables import csv_text
from aegui.core.training.cost import measured_rows
from aegui.core.training.record.history import RUN_COLUMNS
from aegui.core.training.terms import TERMS, loss_unit
from aegui.kit.charts.axes import precise
from aegui.kit.charts.lines import Series, dash_style

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.recipe import Recipe
    from aegui.core.training.record.history import HistoryView

_MEAN_PT = 1.5
_PRE_TRAINING = "pre_training"
MAX_SINGLE_RUNS = 16
"""Single runs drawn behind the band; more would only be a grey mass, and slow."""


@dataclass(frozen=True)
class CurveSpec:
    """A curve: the column or term of ``HistoryView`` it shows, its label, its colour in ``series``.

    The column ``_PRE_TRAINING`` is a part of the loss.
    ``dash`` is the index of its dash pattern (0: solid), which distinguishes curves without colour.
    """

    column: str
    label: str
    colour: int
    dash: int = 0


@dataclass(frozen=True)
class ChartSpec:
    """A chart of one or more curves that share a vertical axis."""

    key: str
    """Its name in the settings."""
    title: str
    """Title above the chart, translated where shown."""
    help: str
    """Explanation in plain words."""
    curves: tuple[CurveSpec, ...]
    """In drawing order, the last on top."""
    can_log: bool = False
    """Whether the vertical axis may be logarithmic."""
    from_zero: bool = True
    """Whether a linear axis begins at zero."""
    ceiling: float | None = None
    """Least upper end of a linear axis; None to fit the values."""
    percent: bool = False
    """Whether values are shares, shown as per cent."""
    is_first: bool = False
    """Whether it is shown by default."""
    of_glyphs: bool = False
    """Whether it is informative for binary images only; for others it is hidden until the user
    selects it."""
    unit: str = ""
    """Unit of the vertical axis, where the recipe does not determine it."""
    needs: str = ""
    """Column without which the chart is not informative; "" for none."""
    is_sampled: bool = False
    """Whether its values of a large training set are those of some samples."""
    same_as: str = ""
    """Column that has the values of the chart's first curve under a name of its own, in another
    chart; "" for none."""


def sampled_words(learnt: int) -> str:
    """Return on how many of ``learnt`` training samples charts are measured; "" for all of them."""
    measured = measured_rows(learnt)
    if measured == learnt:
        return ""
    return tr(
        "Of the {total:,} training samples, the same {n:,} are measured each time.",
        n=measured,
        total=learnt,
    )


def _terms(
    chart: str, colours: tuple[int, ...], dashes: tuple[int, ...] = (0, 1, 2)
) -> tuple[CurveSpec, ...]:
    """Return a curve for each term of the table that belongs to ``chart``, the first one on top."""
    terms = [term for term in TERMS.values() if term.chart == chart]
    specs = [
        CurveSpec(term.key, term.label, colour, dash)
        for term, colour, dash in zip(terms, colours, dashes[: len(terms)], strict=True)
    ]
    return tuple(reversed(specs))


CHARTS: tuple[ChartSpec, ...] = (
    ChartSpec(
        "loss",
        mark("Loss"),
        mark("What training minimises: how far the outputs are from the targets."),
        _terms("loss", (0, 1)),
        can_log=True,
        is_first=True,
        # A GAN has two losses, and a chart of both.
        same_as="generator_loss",
        is_sampled=True,
    ),
    ChartSpec(
        "split",
        mark("Parts of the loss"),
        mark(
            "Reconstruction error and the other terms of the loss, unweighted: the divergence of "
            "the code from the prior in nats, edges, and penalties."
        ),
        (
            *_terms("weights", (7, 3), (2, 0)),
            *_terms("penalties", (4, 5, 6), (1, 2, 3)),
            *_terms("split", (0, 2, 1), (0, 2, 1)),
        ),
        needs="reconstruction",
        can_log=True,
        is_first=True,
        is_sampled=True,
    ),
    ChartSpec(
        _PRE_TRAINING,
        mark("Pre-training"),
        mark(
            "How far each layer in turn is from reconstructing its own input: the loss starts anew "
            "with every layer."
        ),
        (CurveSpec(_PRE_TRAINING, mark("Loss of the layer"), 0),),
        can_log=True,
        unit=mark("loss per input"),
        is_first=True,
    ),
    ChartSpec(
        "accuracy",
        mark("Accuracy"),
        mark("Share of the samples classified correctly: training and held-out ones."),
        _terms("accuracy", (0, 1)),
        unit=mark("share of the samples"),
        from_zero=False,
        percent=True,
        is_first=True,
        is_sampled=True,
    ),
    ChartSpec(
        "adversary",
        mark("The two losses"),
        mark(
            "Losses of generator and discriminator: neither should win. At 1.39 the discriminator "
            "only guesses."
        ),
        _terms("adversary", (0, 1)),
        unit=mark("nats"),
        is_first=True,
    ),
    ChartSpec(
        "scores",
        mark("Taken for real"),
        mark(
            "Probability of being real that the discriminator gives to real and to generated "
            "images; ideally both near 0.5."
        ),
        _terms("scores", (2, 3), (0, 1)),
        unit=mark("probability"),
        ceiling=1.0,
        percent=True,
        is_first=True,
    ),
    ChartSpec(
        "adversary_classes",
        mark("Classes in the contest"),
        mark(
            "Cross-entropy of the class of real images, and entropy of the predicted class of "
            "generated ones, in nats; both should become small."
        ),
        _terms("adversary_classes", (0, 1)),
        unit=mark("nats"),
        is_first=True,
    ),
    ChartSpec(
        "wrong",
        mark("Wrong pixels"),
        mark(
            "Pixels per image that differ from the target after thresholding: the mean of the "
            "training images, the worst of them, and the mean of the held-out ones."
        ),
        (
            CurveSpec("wrong_max", mark("Worst"), 1, 1),
            CurveSpec("validation_wrong", mark("Held out"), 2, 2),
            CurveSpec("wrong_mean", mark("Mean"), 0),
        ),
        unit=mark("pixels per image"),
        is_first=True,
        of_glyphs=True,
        is_sampled=True,
    ),
    ChartSpec(
        "share",
        mark("At most 1 wrong"),
        mark("Share of the training images with at most one wrong pixel: the classic goal."),
        (CurveSpec("share_at_most_1", mark("Share"), 2),),
        unit=mark("share of the images"),
        ceiling=1.0,
        percent=True,
        is_first=True,
        of_glyphs=True,
        is_sampled=True,
    ),
    ChartSpec(
        "active",
        mark("Active units"),
        mark("Dimensions of the code that carry information; the others are only noise."),
        _terms("active", (4,)),
        unit=mark("units"),
    ),
    ChartSpec(
        "penalties",
        mark("Penalties of the code"),
        mark("Penalty terms on the code, unweighted."),
        _terms("penalties", (4, 5, 6)),
        can_log=True,
        unit=mark("value"),
    ),
    ChartSpec(
        "weights",
        mark("Size of the weights"),
        mark("Sums over all weights: of absolute values, and of squares."),
        _terms("weights", (5, 6)),
        unit=mark("sum"),
        can_log=True,
    ),
    ChartSpec(
        "evaluations",
        mark("Evaluations"),
        mark("Number of evaluations of the objective by the optimiser."),
        _terms("evaluations", (7,)),
        unit=mark("count"),
    ),
    ChartSpec(
        "rate",
        mark("Learning rate"),
        mark("The size of the steps: it follows the schedule and your changes."),
        (CurveSpec("learning_rate", mark("Learning rate"), 3),),
        unit=mark("rate"),
        can_log=True,
    ),
)


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve ready for drawing; ``runs`` is ``[n, K]``, the others ``[n]`` over the K runs.

    ``emphasised`` is that of the current run. Where no run is finite, mean, low and high are NaN.
    """

    spec: CurveSpec
    runs: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    emphasised: NDArray[np.float64]

    @functools.cached_property
    def series(self) -> Series:
        """Return the series to draw: the mean of all runs with its band, and some single runs."""
        style = dash_style(self.spec.dash)
        name, colour = tr(self.spec.label), self.spec.colour
        if not self.is_band:
            return Series(name, self.mean, colour=colour, style=style)
        runs = self.runs[:, :MAX_SINGLE_RUNS]
        return Series(
            name,
            self.mean,
            self.low,
            self.high,
            runs,
            colour,
            style,
            _MEAN_PT,
            emphasised=self.emphasised,
        )

    @property
    def is_band(self) -> bool:
        """Return whether the curve summarises several runs."""
        return bool(self.runs.shape[1] > 1)


def axis_name(spec: ChartSpec, recipe: Recipe, *, glyphs: bool) -> str:
    """Return the unit of the vertical axis of ``spec`` for a recipe; ``glyphs``: binary pixels."""
    if spec.key in ("loss", "split"):
        return tr(loss_unit(recipe))
    if spec.key == "wrong" and glyphs:
        return tr("pixels per character")
    return tr(spec.unit)


_SHORT_NAMES = {
    mark("pixels per image"): mark("px"),
    mark("pixels per character"): mark("px"),
    mark("nats per pixel"): mark("nats/px"),
    mark("nats per image"): mark("nats"),
    mark("squared error per pixel"): mark("error²/px"),
    mark("squared error per image"): mark("error²"),
    mark("absolute error per pixel"): mark("error/px"),
    mark("absolute error per image"): mark("error"),
}


def short_axis_name(name: str) -> str:
    """Return a short form of what ``axis_name`` returned; "" if there is none."""
    return next((tr(short) for long, short in _SHORT_NAMES.items() if tr(long) == name), "")


def curves_of(chart: ChartSpec, history: HistoryView, run: int = 0) -> tuple[Curve, ...]:
    """Return the recorded curves of ``chart`` over all rows of ``history``.

    ``run`` is the index of the current run.
    """
    found = ((spec, drawn_column(history, spec.column)) for spec in chart.curves)
    return tuple(_curve(spec, values, run) for spec, values in found if values is not None)


def drawn_column(history: HistoryView, name: str) -> NDArray[Any] | None:
    """Return the column or term ``name`` as it is drawn; None if it was not recorded."""
    if name == _PRE_TRAINING:
        return history.pre_training_loss
    return history.trained_loss if name == "loss" else history.column(name)


def applies(chart: ChartSpec, history: HistoryView) -> bool:
    """Return whether ``history`` has finite values, or no rows yet, for any curve of ``chart``."""
    if chart.needs and history.column(chart.needs) is None:
        return False
    columns = (drawn_column(history, spec.column) for spec in chart.curves)
    return any(
        column is not None
        and (np.isfinite(column[-1:]).any() or np.isfinite(column).any() or not len(column))
        for column in columns
    )


def is_repeated(chart: ChartSpec, history: HistoryView) -> bool:
    """Return whether another chart shows the values of ``chart`` under their own name."""
    return bool(chart.same_as) and history.column(chart.same_as) is not None


def _curve(spec: CurveSpec, column: NDArray[Any], run: int) -> Curve:
    values = np.asarray(column, dtype=np.float64)
    if values.ndim == 1:
        values = values[:, np.newaxis]
    if values.shape[1] == 1:
        only = values[:, 0]
        return Curve(spec, values, only, only, only, only)
    finite = np.isfinite(values)
    count = finite.sum(axis=1)
    none = count == 0
    mean = values.sum(axis=1, where=finite) / np.maximum(count, 1)
    low = values.min(axis=1, where=finite, initial=np.inf)
    high = values.max(axis=1, where=finite, initial=-np.inf)
    for array in (mean, low, high):
        array[none] = np.nan
    return Curve(spec, values, mean, low, high, values[:, min(run, values.shape[1] - 1)])


def seeds_csv(history: HistoryView, seeds: tuple[int, ...]) -> str:
    """Return the history as CSV: a row per recorded epoch, a column per value and run (by seed)."""
    names = (*RUN_COLUMNS, *history.extra)
    header = ["epoch", "seconds", "learning_rate"]
    header += [f"{name}_seed_{seed}" for name in names for seed in seeds]
    rows = []
    columns = (history.column(name) for name in names)
    blocks = [column for column in columns if column is not None]
    for row in range(len(history)):
        cells = [
            f"{history.epoch[row]:.12g}",
            f"{history.seconds[row]:.6f}",
            f"{history.learning_rate[row]:.9g}",
        ]
        cells += [f"{value:.9g}" for block in blocks for value in block[row]]
        rows.append(cells)
    return csv_text(header, rows)


def value_text(curve: Curve, row: int, chart: ChartSpec, *, with_range: bool = True) -> str:
    """Format the value of ``curve`` at ``row`` for the current run, with the mean of all runs."""
    factor, unit = (100.0, percent_sign()) if chart.percent else (1.0, "")
    emphasised, mean = (
        precise(factor * float(values[row])) + unit for values in (curve.emphasised, curve.mean)
    )
    if not curve.is_band or not with_range:
        return emphasised
    return tr("{own} (mean {mean})", own=emphasised, mean=mean)
