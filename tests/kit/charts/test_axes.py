"""Labels of axes are complete, even in low plots."""

from __future__ import annotations

import html
import math
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegui.kit.charts.axes import Axis, Scale, figure, fitted, on_scale, precise, tick_step, ticks
from aegui.kit.charts.bars import BarPlot
from aegui.kit.charts.figure import Figure, figure_bytes
from aegui.kit.charts.paper import Paper

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def share(scale: Scale, value: float) -> float:
    low, high = scale.ends()
    return (float(on_scale([value], is_log=scale.is_log)[0]) - low) / (high - low)


@given(
    st.floats(1e-6, 1e6),
    st.floats(1.5, 1e6),
    st.booleans(),
    st.floats(0.0, 1.0),
)
def test_value_is_the_inverse_of_its_place(
    low: float, ratio: float, is_log: bool, at: float
) -> None:
    scale = Scale(low, low * ratio, is_log)
    assert share(scale, scale.value(at)) == pytest.approx(at, abs=1e-6)


def test_zero_lies_below_a_logarithmic_axis() -> None:
    scale = Scale(0.01, 1.0, True)
    assert scale.ends() == pytest.approx((-2.0, 0.0))
    found = on_scale([0.0, -3.0, 0.01, 1.0], is_log=True)
    assert np.isfinite(found).all()
    assert (found[:2] < scale.ends()[0] - 1.0).all()
    assert found[2:].tolist() == pytest.approx([-2.0, 0.0])
    assert np.isnan(on_scale([math.nan], is_log=True)).all()


@given(st.floats(1e-5, 1e5), st.floats(1.1, 1e7), st.booleans(), st.integers(2, 12))
def test_ticks_are_within_and_ascend(low: float, ratio: float, is_log: bool, most: int) -> None:
    scale = Scale(low, low * ratio, is_log)
    ticks = scale.ticks(most)
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= 2 * most + 1
    for tick in ticks:
        assert -1e-6 <= share(scale, tick) <= 1 + 1e-6


@pytest.mark.parametrize(
    ("scale", "most", "ticks"),
    [
        (Scale(0, 10), 5, [0, 2, 4, 6, 8, 10]),
        (Scale(0, 1), 2, [0, 0.5, 1.0]),
        (Scale(0.001, 1, True), 4, [0.001, 0.01, 0.1, 1]),
        (Scale(1, 10, True), 4, [1, 2, 5, 10]),
        (Scale(0.012, 0.5, True), 3, [0.03, 0.1, 0.3]),
        (Scale(1, 1e6, True), 3, [1, 1000, 1_000_000]),
    ],
)
def test_ticks_are_round(scale: Scale, most: int, ticks: list[float]) -> None:
    assert scale.ticks(most) == pytest.approx(ticks)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_ticks_lie_inside_and_are_no_more_than_wished(low: float, span: float, most: int) -> None:
    values, step = ticks(low, low + span, most)
    assert len(values) <= most + 1
    assert all(low - 1e-6 * step <= v <= low + span + 1e-6 * step for v in values)
    assert span / step <= most * (1 + 1e-6)


@pytest.mark.parametrize(
    ("span", "most", "step"), [(10, 10, 1), (10, 5, 2), (10, 4, 5), (0.3, 3, 0.1), (7, 3, 5)]
)
def test_steps_are_round(span: float, most: int, step: float) -> None:
    assert tick_step(span, most) == pytest.approx(step)


def test_zoom_keeps_the_place_under_the_pointer() -> None:
    for scale in (Scale(0, 100), Scale(1, 10_000, True)):
        zoomed = scale.zoomed(0.5, 0.25)
        assert zoomed.value(0.25) == pytest.approx(scale.value(0.25))
        assert zoomed.is_log == scale.is_log
    moved = Scale(0, 100).moved(0.1)
    assert (moved.low, moved.high) == pytest.approx((10.0, 110.0))


def test_fitted_leaves_air_and_skips_what_is_no_number() -> None:
    scale = fitted([1.0, math.nan, 3.0, math.inf])
    assert scale.low < 1.0 < 3.0 < scale.high
    assert fitted([2.0, 4.0], from_zero=True).low == 0.0
    log = fitted([0.0, 0.01, 1.0], is_log=True)
    assert 0.0 < log.low < 0.01
    assert log.high > 1.0


@pytest.mark.parametrize("values", [[], [math.nan], [5.0], [0.0, 0.0], [-2.0]])
@pytest.mark.parametrize("is_log", [True, False])
def test_fitted_always_has_a_length(values: list[float], is_log: bool) -> None:
    scale = fitted(values, is_log=is_log)
    assert scale.high > scale.low
    assert np.isfinite([scale.low, scale.high]).all()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.002, "0.002"),
        (0.00003, "3e-5"),
        (1.5, "1.5"),
        (999, "999"),
        (999.9, "1k"),
        (999_950, "1M"),
        (-999.9, "-1k"),
        (0.0009999, "0.001"),
        (999.9e9, "1e12"),
        (20_000, "20k"),
        (1_500_000, "1.5M"),
        (math.nan, "–"),
        (-0.5, "-0.5"),
    ],
)
def test_figures(value: float, text: str) -> None:
    assert figure(value) == text


def test_precise() -> None:
    assert precise(12_345.0) == "12,345"
    assert precise(0.123456) == "0.1235"
    assert precise(math.inf) == "–"


_UNIT = "Error cuadrático por imagen"
_NAMES = tuple(f"Máscaras y criaturas {number}" for number in range(16))


def written(plot: BarPlot, paper: Paper) -> list[str]:
    text = figure_bytes(Figure("errors", "Errors", (plot,), "origin"), paper, "svg").decode()
    return [html.unescape(one).strip() for one in re.findall(r"<text[^>]*>([^<]*)", text)]


def test_what_is_along_a_low_axis_reaches_beyond_it(qapp: QApplication) -> None:
    values = tuple(float(number) for number in range(16))
    plot = BarPlot(_NAMES, "class", Axis(_UNIT, Scale(0.0, 16.0)), (("clean", values, 0),))
    for high in (8.8, 6.5):
        shown = written(plot, Paper(20.0, high))
        assert _UNIT in shown, high
    assert set(_NAMES) <= set(written(plot, Paper(20.0, 8.8)))
