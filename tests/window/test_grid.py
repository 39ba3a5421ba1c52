"""The grid of decodes: from the menu to the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from aegui.widgets.builder.edits import with_value
from aegui.window import wiring_grid
from aegui.window.grid_dialog import GridDialog
from tests.window.conftest import train

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow


def opened(qtbot: QtBot, window: MainWindow) -> GridDialog:
    window.actions_table["export_grid"].trigger()
    dialogs = window.findChildren(GridDialog)
    assert dialogs
    dialog = dialogs[-1]
    qtbot.waitUntil(lambda: not dialog.panel.preview.picture.isNull(), timeout=10_000)
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
    # A plain code has no prior: the ends are where the codes are.
    assert panel.wish.spec.quantiles is False
    codes = window._services.showing.codes
    assert codes is not None
    across = panel.wish.spec.across
    assert across[0] < float(codes.mean[0]) < across[1]
    assert panel.wish.ink
    np.testing.assert_array_equal(dialog.base, codes.mean)
    panel._columns.setValue(4)
    panel._rows.setValue(3)
    panel._scale.setValue(2)
    qtbot.waitUntil(lambda: panel.preview.picture.width() == 4 * 6 - 1, timeout=10_000)
    path = tmp_path / "grid"
    monkeypatch.setattr(wiring_grid, "choose_save_file", lambda *_: str(path))
    with qtbot.waitSignal(dialog.finished, timeout=10_000):
        dialog.save.click()
        assert not dialog.save.isEnabled()
    with Image.open(f"{path}.png") as picture:
        assert picture.size == (2 * (4 * 6 - 1), 2 * (3 * 8 - 1))
    assert "grid.png" in window.notifications.shown[-1].text
    again = opened(qtbot, window)
    assert again.panel.wish.spec.columns == 4
    again.reject()


def test_a_failure_is_told_in_the_dialog_which_stays(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window)
    dialog = opened(qtbot, window)
    path = tmp_path / "no" / "grid.png"
    monkeypatch.setattr(wiring_grid, "choose_save_file", lambda *_: str(path))
    dialog.save.click()
    qtbot.waitUntil(lambda: bool(dialog.problem.text()), timeout=10_000)
    assert dialog.isVisible()
    assert dialog.save.isEnabled()
    dialog.reject()
