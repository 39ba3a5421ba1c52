"""Labels of axes are complete, even in low plots."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from aegui.kit.charts.axes import Axis
from aegui.kit.charts.bars import BarPlot
from aegui.kit.charts.figure import Figure, figure_bytes
from aegui.kit.charts.paper import Paper
from aegui.kit.charts.scale import Scale

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

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
