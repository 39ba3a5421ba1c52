"""A level line to compare with: seen, in reach of the axis, and switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from aegui.features.charts.view.panel import ChartsPanel
from aegui.kit.charts.figure import Paper, figure_bytes
from aegui.widgets.charts.painting import Reference
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
