"""Plots of an optimiser race: loss over epochs, evaluations or seconds; trajectories in a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import tr, trn
from aegui.core.races.surface import frame_of
from aegui.core.sampled import evenly_spaced
from aegui.core.text_tables import csv_text
from aegui.kit.charts.axes import Axis, around, fitted
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.lines import LinePlot, Series, dash_style
from aegui.kit.charts.surface import SurfacePlot, Trail
from aegui.widgets.figures.race_kinds import CLOCKS, VALUES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.races.optimizers import Lane, RaceState
    from aegui.core.races.surface import LossSurface, WeightPlane
    from aegui.widgets.figures.race_kinds import RaceView

_MAX_PLACES = 4_000
_WIDTH = 1.3


def race_plot(state: RaceState, view: RaceView) -> LinePlot | None:
    """Return a line for each lane, the first on top and first in the legend; None without data."""
    found = [_column(lane, view) for lane in state.lanes]
    clocks = np.concatenate([at for at, _ in found])
    values = np.concatenate([value for _, value in found])
    if view.is_log_clock:
        clocks = clocks[clocks > 0.0]
    clocks = clocks[np.isfinite(clocks)]
    if len(clocks) < 2 or not np.isfinite(values).any():
        return None
    at = np.unique(clocks)
    at = at[evenly_spaced(len(at), _MAX_PLACES)]
    series = []
    for index, (lane, (epochs, value)) in enumerate(zip(state.lanes, found, strict=True)):
        y = np.full(len(at), np.nan)
        if len(epochs):
            y = np.interp(at, epochs, value, left=np.nan, right=np.nan)
        series.append(Series(lane.name, y, colour=index, style=dash_style(index), width=_WIDTH))
    is_log = view.is_log and bool((values[np.isfinite(values)] > 0.0).any())
    x = fitted(at, is_log=True) if view.is_log_clock else around(float(at[0]), float(at[-1]))
    y_axis = fitted(values, is_log=is_log, from_zero=not is_log)
    return LinePlot(
        at,
        Axis(tr(CLOCKS[view.clock].label), x),
        Axis(tr(VALUES[view.value].label), y_axis),
        tuple(reversed(series)),
    )


def _column(lane: Lane, view: RaceView) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    clock: NDArray[np.float64] = getattr(lane, view.clock)
    value: NDArray[np.float64] = getattr(lane, view.value)
    return clock, value


def trails_plot(
    state: RaceState, plane: WeightPlane, surface: LossSurface | None = None
) -> SurfacePlot:
    """Return the trajectories of all lanes in a plane, over the loss surface if it is known."""
    x0, y0, x1, y1 = frame_of(state, plane) if surface is None else surface.rect
    trails = tuple(
        Trail(
            lane.name,
            plane.shadow(lane.trail) if len(lane.trail) else np.zeros((0, 2)),
            index,
        )
        for index, lane in enumerate(state.lanes)
    )
    shades = np.zeros((0, 0))
    lines: tuple[NDArray[np.float64], ...] = ()
    if surface is not None:
        shades = _shades(surface.values)
        lines = tuple(coordinates for _, coordinates in surface.lines)
    return SurfacePlot(
        Axis(tr("First direction of the weights"), around(x0, x1)),
        Axis(tr("Second direction"), around(y0, y1)),
        trails,
        shades,
        lines,
    )


def _shades(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shades by the logarithm of the loss, which resolves the valley; higher is darker."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values)
    known = logs[np.isfinite(logs)]
    if not len(known) or float(np.ptp(known)) == 0.0:
        return np.zeros_like(values)
    shades: NDArray[np.float64] = (logs - known.min()) / float(np.ptp(known))
    return shades


def race_words(state: RaceState) -> str:
    """Return the conditions of a race for a caption."""
    spec = state.spec
    seed = state.recipe.seed if spec.seed is None else spec.seed
    return tr(
        "the same initial weights (seed {seed}); each at most {epochs} and {n:g} s",
        seed=seed,
        epochs=trn("{n:,} epoch", "{n:,} epochs", spec.epochs),
        n=spec.seconds,
    )


def race_figure(state: RaceState, view: RaceView, name: str = "") -> Figure | None:
    """Return the line plot as a figure for export; None without data."""
    plot = race_plot(state, view)
    if plot is None:
        return None
    title = tr("Optimiser race")
    title = tr("{what}: {name}", what=title, name=name) if name else title
    return Figure("race", title, (plot,), race_words(state), race_csv(state))


def trails_figure(
    state: RaceState, plane: WeightPlane, surface: LossSurface | None, name: str = ""
) -> Figure:
    """Return the trajectories as a figure for export, with the description of the plane."""
    title = tr("Trails of an optimiser race")
    title = tr("{what}: {name}", what=title, name=name) if name else title
    plot = trails_plot(state, plane, surface)
    origin = " · ".join([tr("plane: {plane}", plane=plane.words), race_words(state)])
    rows = [
        [lane.key, step, *(f"{value:.7g}" for value in row)]
        for lane in state.lanes
        if len(lane.trail)
        for step, row in enumerate(plane.shadow(lane.trail).tolist())
    ]
    csv = csv_text(["optimiser", "step", "x", "y"], rows)
    return Figure("race-trails", title, (plot,), origin, csv)


def race_csv(state: RaceState) -> str:
    """Return the records of all optimisers as CSV, one row each."""
    rows = [
        [lane.key, *(repr(float(column[at])) for column in columns)]
        for lane in state.lanes
        for columns in [(lane.epochs, lane.evaluations, lane.seconds, lane.loss, lane.wrong)]
        for at in range(len(lane.epochs))
    ]
    return csv_text(["optimiser", "epochs", "evaluations", "seconds", "loss", "wrong"], rows)
