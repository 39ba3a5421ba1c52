"""The header of a chart in the space available."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

from aegui.kit.charts.axes import Scale
from aegui.kit.theme import LIGHT, figures_font
from aegui.widgets.charts.curves import CHARTS, curves_of
from aegui.widgets.charts.painting import ChartData, ChartPainter, fitted_y
from tests.widgets.charts.test_curves import some_history, with_options

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


class Recorder(QPainter):
    """A painter that also lists the texts that it has drawn."""

    def __init__(self, image: QImage) -> None:
        super().__init__(image)
        self.texts: list[str] = []

    def drawText(self, *arguments: Any) -> None:  # type: ignore[override]
        self.texts.append(str(arguments[-1]))
        super().drawText(*arguments)


def adversaries() -> ChartData:
    """Return the chart of both losses of a GAN, of one run."""
    history = with_options(3, generator_loss=[0.75] * 3, discriminator_loss=[1.25] * 3)
    spec = next(chart for chart in CHARTS if chart.key == "adversary")
    curves = curves_of(spec, history)
    epoch = np.asarray(history.epoch, np.float64)
    x = Scale(0.0, 3.0, is_log=False)
    return ChartData(spec, epoch, curves, x, fitted_y(spec, epoch, curves, x, is_log=False))


def test_names_of_curves_are_cut_short_before_they_are_left_out(qapp: QApplication) -> None:
    data = adversaries()
    font = QFont(qapp.font())
    painter = ChartPainter(LIGHT, font)
    metrics = QFontMetricsF(figures_font(font))
    whole = painter.header_texts(data, 2, 1_000.0)
    assert whole == ["Discriminator 1.25", "Generator 0.75"]
    wide = sum(map(metrics.horizontalAdvance, whole))
    cut = painter.header_texts(data, 2, 0.8 * wide)
    assert [text[:3] for text in cut] == ["Dis", "Gen"]
    assert [text.rpartition(" ")[2] for text in cut] == ["1.25", "0.75"]
    assert "…" in cut[0]
    assert sum(map(metrics.horizontalAdvance, cut)) <= 0.8 * wide
    figures = ["1.25", "0.75"]
    narrow = sum(map(metrics.horizontalAdvance, figures))
    assert painter.header_texts(data, 2, narrow + 1.0) == figures
    assert painter.header_texts(data, 2, narrow - 1.0) == []


@pytest.mark.parametrize("free", [10.0, 1_000.0])
def test_one_curve_needs_no_name(qapp: QApplication, free: float) -> None:
    history = some_history(3, 1)
    spec = next(chart for chart in CHARTS if chart.key == "rate")
    curves = curves_of(spec, history)
    epoch = np.asarray(history.epoch, np.float64)
    x = Scale(0.0, 3.0, is_log=False)
    data = ChartData(spec, epoch, curves, x, fitted_y(spec, epoch, curves, x, is_log=False))
    texts = ChartPainter(LIGHT, QFont(qapp.font())).header_texts(data, 2, free)
    assert texts == ([] if free < 100.0 else [f"{history.learning_rate[2]:g}"])


@pytest.mark.parametrize("last", [710.0, 3_500.0, 50_000.0])
def test_a_small_chart_has_two_figures_below_it_beside_the_name_of_its_axis(
    qapp: QApplication, last: float
) -> None:
    charts, bounds = ChartPainter(LIGHT, QFont(qapp.font())), QRectF(0, 0, 200, 130)
    data = replace(adversaries(), x=Scale(0.0, last, is_log=False))
    plot = charts.plot_rect(bounds, data)
    ticks = charts.x_ticks(bounds, plot, data)
    assert len(ticks) >= 2
    coordinates = [data.x.share(tick) * plot.width() for tick, _ in ticks]
    halves = [charts._tick_metrics.horizontalAdvance(text) / 2 for _, text in ticks]
    for place in range(1, len(ticks)):
        free = coordinates[place] - halves[place] - coordinates[place - 1] - halves[place - 1]
        assert free > 4, "they stand apart"


def test_a_low_chart_still_names_its_curves(qapp: QApplication) -> None:
    charts, data = ChartPainter(LIGHT, QFont(qapp.font())), adversaries()
    low, lower = QRectF(0, 0, 280, 90), QRectF(0, 0, 280, 60)
    single_px = charts.header_px(low)
    charts.has_names = True
    assert charts.header_px(low) > single_px, "names and values have a line of their own"
    assert charts.header_px(lower) == single_px, "unless the curves have no room then"
    image = QImage(280, 90, QImage.Format.Format_ARGB32_Premultiplied)
    painter = Recorder(image)
    charts.paint_header(painter, low, data, None)
    painter.end()
    assert painter.texts[1:] == ["Discriminator 1.25", "Generator 0.75"]
