"""The form of a grid: what is offered for which network, and what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from aegui.core.latent.grids import GridSpec
from aegui.features.map.view.grid_panel import GridPanel, GridRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[..., GridPanel]:
    def make(size: int, channels: int = 1, *, prior: bool = True, cursor: bool = True) -> GridPanel:
        panel = GridPanel()
        qtbot.addWidget(panel)
        panel.set_network(size, (channels, 28, 28), has_prior=prior, has_cursor=cursor)
        panel.set_request(GridRequest(GridSpec(quantiles=prior)))
        panel.resize(800, 500)
        panel.show()
        qtbot.waitExposed(panel)
        return panel

    return make


def test_only_what_there_is_to_choose_is_offered(shown: Callable[..., GridPanel]) -> None:
    plane = shown(2)
    assert not plane._x.isVisible()
    assert not plane._base.isVisible()
    assert plane._rows.isVisible()
    assert plane._ink.isVisible()
    assert not plane._x_range.isVisible()
    long = shown(20, 3, cursor=False)
    assert long._x.count() == long._y.count() == 20
    assert [long._base.itemData(row) for row in range(long._base.count())] == ["mean", "zero"]
    assert not long._ink.isVisible()
    ribbon = shown(1, prior=False)
    assert not ribbon._rows.isVisible()
    assert ribbon._places.count() == 1
    assert ribbon._x_range.isVisible()
    assert not ribbon._y_range.isVisible()


def test_every_field_is_told(shown: Callable[..., GridPanel], qtbot: QtBot) -> None:
    panel = shown(5)
    told: list[GridRequest] = []
    panel.edited.connect(told.append)
    panel._places.setCurrentIndex(1)
    assert told[-1].spec.quantiles is False
    panel._x_ends[0].setValue(-1.5)
    panel._y_ends[1].setValue(4.0)
    assert (told[-1].spec.across[0], told[-1].spec.up[1]) == (-1.5, 4.0)
    panel._columns.setValue(7)
    panel._rows.setValue(3)
    assert (told[-1].spec.columns, told[-1].spec.rows) == (7, 3)
    panel._x.setCurrentIndex(4)
    assert told[-1].spec.axes == (4, 1)
    panel._y.setCurrentIndex(4)
    assert told[-1].spec.axes == (1, 4)
    panel._base.setCurrentIndex(panel._base.findData("cursor"))
    panel._scale.setValue(3)
    panel._ink.setChecked(True)
    assert (told[-1].base, told[-1].scale, told[-1].ink) == ("cursor", 3, True)
    # Seven images of 28 pixels with a pixel between them, three times as large.
    assert panel._result.text() == "606 × 258 pixels"
    count = len(told)
    panel.set_request(told[0])
    assert panel.request == told[0]
    assert len(told) == count


def test_the_preview_keeps_the_proportions(shown: Callable[..., GridPanel]) -> None:
    panel = shown(2)
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, 40:] = (255, 0, 0)
    panel.preview.set_picture(pixels)
    QApplication.processEvents()
    seen = panel.preview.grab().toImage()
    middle = seen.height() // 2
    ratio = seen.devicePixelRatio()
    assert seen.pixelColor(int(seen.width() * 0.75), middle).red() == 255
    assert seen.pixelColor(int(seen.width() * 0.25), middle).red() == 0
    above = middle - int((panel.preview.width() / 4 + 8) * ratio)
    assert seen.pixelColor(int(seen.width() * 0.75), above).green() > 0
