from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.features.drawing.model.noise_sheet import LEVELS, NoiseSheet, SheetRow
from aegui.features.drawing.view.noise_sheet_view import NoiseSheetView
from aegui.kit.theme import current_theme

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_levels_are_columns_and_networks_rows(qtbot: QtBot) -> None:
    view = NoiseSheetView()
    qtbot.addWidget(view)
    count = len(LEVELS)
    images = np.zeros((count, 7, 5), np.float32)
    images[4] = 1.0
    row = SheetRow("mine", images, (0, 0, 0, 0, 35, 0, 0, 1), (0.0,) * count)
    sheet = NoiseSheet("flip", LEVELS, 1.0 - images, (row, row), glyphs=True)
    view.set_sheet(sheet)
    view.resize(view.sizeHint())
    shot = view.grab().toImage()
    theme = current_theme()
    assert shot.pixelColor(view.cell_rect(0, 4).center()) == theme.pixel_off
    assert shot.pixelColor(view.cell_rect(0, 1).center()) == theme.pixel_on
    assert shot.pixelColor(view.cell_rect(2, 4).center()) == theme.pixel_on
    assert shot.pixelColor(view.cell_rect(1, 7).center()) == theme.pixel_off
    words = view.accessibleDescription()
    assert words.startswith("mine: 0%: 0 wrong pixels, 5%: 0 wrong pixels")
    assert "30%: 35 wrong pixels" in words
    assert "90%: 1 wrong pixel;" in words
    view.set_sheet(None)
    view.grab()
