"""The grid of decoded images: from the menu to the picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog

from aegui.core.recipe.edits import with_value
from aegui.features.map.grid_dialog import GridDialog
from aegui.features.map.view.grid_panel import GridPanel, TraversalPanel
from aegui.kit.charts.figure import Paper, figure_bytes
from aegui.shell import dialogs
from aegui.widgets.form.editors import RangeField
from tests.window.conftest import train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow


def opened(qtbot: QtBot, window: MainWindow) -> GridDialog:
    window.actions_table["export_grid"].trigger()
    dialogs = window.findChildren(GridDialog)
    assert dialogs
    dialog = dialogs[-1]
    qtbot.waitUntil(lambda: not dialog.panel.preview.picture.isNull())
    return dialog


def test_without_a_network_there_is_no_grid(window: MainWindow) -> None:
    assert not window.actions_table["export_grid"].isEnabled()


def test_a_grid_is_chosen_seen_and_saved(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = window._services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, "network.latent.units", 3), "three")
    train(qtbot, window)
    dialog = opened(qtbot, window)
    panel = dialog.panel
    assert isinstance(panel, GridPanel)
    # A plain code has no prior: the range is that of the codes.
    assert panel.request.spec.quantiles is False
    codes = window._services.shown.codes
    assert codes is not None
    across = panel.request.spec.across
    assert across[0] < float(codes.mean[0]) < across[1]
    assert panel.request.ink
    np.testing.assert_array_equal(dialog.base, codes.mean)
    large = (("spec.columns", 50), ("spec.rows", 50))
    for name, value in (*large, ("spec.columns", 4), ("spec.rows", 3), ("scale", 2)):
        panel.form.fields[name].edited.emit(value)
    qtbot.waitUntil(lambda: panel.preview.picture.width() == 4 * 6 - 1)
    assert window._services.latest("aegui-grid").finish(60.0)
    assert panel.preview.picture.width() == 4 * 6 - 1, "the large sheets are no longer drawn"
    path = tmp_path / "grid"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(dialog.finished):
        dialog.save.click()
        assert not dialog.save.isEnabled()
    with Image.open(f"{path}.png") as picture:
        assert picture.size == (2 * (4 * 6 - 1), 2 * (3 * 8 - 1))
    assert "grid.png" in window.notifications.shown[-1].text
    again = opened(qtbot, window)
    assert isinstance(again.panel, GridPanel)
    assert again.panel.request.spec.columns == 4
    again.reject()


def test_a_failure_is_told_in_the_dialog_which_stays(
    qtbot: QtBot, learnt: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = learnt
    dialog = opened(qtbot, window)
    path = tmp_path / "no" / "grid.png"
    monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_: str(path))
    dialog.save.click()
    qtbot.waitUntil(lambda: "grid.png" in dialog.problem.text())
    assert dialog.isVisible()
    assert dialog.save.isEnabled()
    path = tmp_path / "grid.png"
    dialog.panel.form.fields["spec.columns"].edited.emit(50)
    dialog.panel.form.fields["scale"].edited.emit(99)
    dialog.save.click()
    qtbot.waitUntil(lambda: "pixels large" in dialog.problem.text())
    assert not path.exists()
    dialog.reject()


def test_every_number_of_the_code_is_seen_and_saved(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = window._services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, "network.latent.units", 3), "three")
    train(qtbot, window)
    # From the strip of the sliders; the main menu and the map's menu lead there too.
    window.canvas.overlays.strip.sheet.click()
    dialog = window.findChildren(GridDialog)[-1]
    panel = dialog.panel
    assert isinstance(panel, TraversalPanel)
    width = panel.request.spec.steps * 6 - 1
    qtbot.waitUntil(lambda: panel.preview.picture.width() == width)
    codec, codes = window._services.shown.codec, window._services.shown.codes
    assert codec is not None
    assert codes is not None
    # The last image of row 2: all code dimensions at the mean but the second.
    code = codes.mean.copy()
    code[1] += 2.0 * codes.spread[1]
    drawn = 1.0 - codec.decode(code).reshape(7, 5).clip(0, 1)
    seen = panel.preview.picture
    grey = [seen.pixelColor(width - 5 + x, 8).red() / 255 for x in range(5)]
    np.testing.assert_allclose(grey, drawn[0], atol=0.01)
    panel.form.fields["spec.steps"].edited.emit(4)
    panel.form.fields["scale"].edited.emit(3)
    qtbot.waitUntil(lambda: panel.preview.picture.width() == 4 * 6 - 1)
    path = tmp_path / "all"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(dialog.finished):
        dialog.save.click()
    with Image.open(f"{path}.png") as picture:
        assert picture.size == (3 * (4 * 6 - 1), 3 * (3 * 8 - 1))
    window.actions_table["export_traversal"].trigger()
    again = window.findChildren(GridDialog)[-1]
    assert isinstance(again.panel, TraversalPanel)
    assert again.panel.request.spec.steps == 4
    again.reject()


def test_a_range_of_quantiles_is_chosen_and_a_figure_has_its_values(
    qtbot: QtBot, window: MainWindow
) -> None:
    workspace = window._services.workspace
    recipe = with_value(workspace.recipe, "network.latent.kind", "gaussian")
    workspace.edit_recipe(recipe, "variational")
    train(qtbot, window)
    dialog = opened(qtbot, window)
    panel = dialog.panel
    assert isinstance(panel, GridPanel)
    assert panel.request.spec.quantiles
    fields = panel.form.fields
    fields["spec.columns"].edited.emit(3)
    fields["spec.rows"].edited.emit(3)
    between = fields["spec.between"]
    assert isinstance(between, RangeField)
    between.ends[0].setValue(5.0)
    between.ends[1].setValue(95.0)
    assert panel.request.spec.between == pytest.approx((0.05, 0.95))
    between.ends[0].setValue(99.0)
    assert panel.request.spec.between == pytest.approx((0.05, 0.95)), "no range is none"
    assert between.ends[0].value() == 5.0
    assert dialog.figure() is None, "the sheet is drawn in the background"
    qtbot.waitUntil(lambda: dialog.figure() is not None)
    figure = dialog.figure()
    assert figure is not None
    assert figure.csv.splitlines()[1].split(",")[2] == "-1.644854"
    root = ET.fromstring(figure_bytes(figure, Paper(), "svg"))
    texts = {"".join(node.itertext()).strip() for node in root.iter()}
    assert {"z1", "z2", "−1.64", "0.00", "1.64"} <= texts
    dialog.reject()
