"""A reference line: visible, within the axis, and switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from aegui.features.charts.view.panel import ChartsPanel
from aegui.features.charts.view.plot import PlotView
from aegui.kit.charts.axes import Scale
from aegui.kit.charts.figure import Paper, figure_bytes
from aegui.widgets.charts.curves import CHARTS, curves_of
from aegui.widgets.charts.painting import ChartData, Reference
from tests.widgets.charts.test_curves import some_history

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def panel(qtbot: QtBot) -> ChartsPanel:
    made = ChartsPanel()
    qtbot.addWidget(made)
    made.resize(900, 240)
    made.set_history(some_history(200, 1), (0,))
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: made._views["loss"].has_graph)
    return made


@pytest.mark.parametrize("log", [True, False])
def test_the_line_is_drawn_within_the_axis(panel: ChartsPanel, qtbot: QtBot, log: bool) -> None:
    panel._log_y.setChecked(log)
    QApplication.processEvents()
    view = panel._views["loss"]
    before = view.grab().toImage()
    assert view.data is not None
    value = view.data.y.high * 1.5
    panel.set_references({"loss": Reference(value, "PCA-2: 0.5")})
    QApplication.processEvents()
    assert view.data.reference == Reference(value, "PCA-2: 0.5")
    assert view.data.y.high > value
    assert view.grab().toImage() != before
    other = panel._views["wrong"].data
    assert other is not None
    assert other.reference is None


def test_it_can_be_switched_off_and_that_is_kept(panel: ChartsPanel, qtbot: QtBot) -> None:
    assert not panel._linear.isVisible()
    panel.set_references({"loss": Reference(0.5, "PCA-2: 0.5")})
    assert panel._linear.isVisible()
    with qtbot.waitSignal(panel.choices_changed) as signal:
        panel._linear.click()
    assert signal.args is not None
    assert signal.args[0]["pca"] is False
    data = panel._views["loss"].data
    assert data is not None
    assert data.reference is None
    panel.set_choices({"pca": True})
    data = panel._views["loss"].data
    assert data is not None
    assert data.reference is not None
    figure = panel.figure()
    assert figure is not None
    assert figure_bytes(figure, Paper(), "svg").count(b"PCA-2: 0.5") == 1
    panel.set_references({})
    assert not panel._linear.isVisible()


@pytest.mark.parametrize("share", [0.1, 0.95], ids=["low", "high"])
def test_its_name_stands_whole_in_a_small_chart(qtbot: QtBot, share: float) -> None:
    spec, history = CHARTS[0], some_history(200, 1)
    epoch, x, y = np.asarray(history.epoch, np.float64), Scale(0.0, 2000.0), Scale(0.0, 1.0)
    name = "PCA with 200 numbers: 0.5"
    curves = curves_of(spec, history)
    view = PlotView(spec)
    qtbot.addWidget(view)
    view.resize(view.minimumSizeHint().width(), 160)
    view.set_data(ChartData(spec, epoch, curves, x, y, Reference(y.value(share), name)))
    view.show()
    qtbot.waitUntil(lambda: view.has_graph)
    view.grab()
    graph = view._graph
    assert graph is not None
    label = graph._references[0][1]
    assert label.toPlainText().split() == name.split()
    words = label.mapRectToScene(label.boundingRect())
    plot = graph._box.mapRectToScene(graph._box.boundingRect())
    assert plot.adjusted(-1.0, -1.0, 1.0, 1.0).contains(words)
