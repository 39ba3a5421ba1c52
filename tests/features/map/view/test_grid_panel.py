"""The forms of a grid and of a sheet of all dimensions: options and requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.core.latent.grids import GridSpec, TraversalSpec
from aegui.features.map.view.grid_panel import (
    GridPanel,
    GridRequest,
    TraversalPanel,
    TraversalRequest,
)
from aegui.widgets.form.editors import RangeField
from aegui.widgets.form.fields import ChoiceField

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[..., GridPanel]:
    def make(size: int, channels: int = 1, *, prior: bool = True, cursor: bool = True) -> GridPanel:
        request = GridRequest(spec=GridSpec(quantiles=prior))
        shape = (channels, 28, 28)
        panel = GridPanel(request, size, shape, has_prior=prior, has_cursor=cursor)
        qtbot.addWidget(panel)
        panel.resize(800, 500)
        panel.show()
        qtbot.waitExposed(panel)
        return panel

    return make


def test_only_what_there_is_to_choose_is_offered(shown: Callable[..., GridPanel]) -> None:
    plane = shown(2)
    assert not plane.axes.isVisible()
    assert not plane.form.fields["base"].isVisible()
    for name in ("spec.rows", "ink", "spec.between"):
        assert plane.form.fields[name].isVisible()
    assert not plane.form.fields["spec.across"].isVisible()
    long = shown(20, 3, cursor=False)
    assert long.axes.count == 20
    base = long.form.fields["base"]
    assert isinstance(base, ChoiceField)
    assert [base.itemData(row) for row in range(base.count())] == ["mean", "zero"]
    assert not long.form.fields["ink"].isVisible()
    ribbon = shown(1, prior=False)
    for name in ("spec.rows", "spec.quantiles", "spec.between", "spec.up"):
        assert not ribbon.form.fields[name].isVisible()
    assert ribbon.form.fields["spec.across"].isVisible()


def test_every_field_is_told(shown: Callable[..., GridPanel]) -> None:
    panel = shown(5)
    told: list[GridRequest] = []
    panel.edited.connect(told.append)
    fields = panel.form.fields
    QTest.keyClick(fields["spec.quantiles"], Qt.Key.Key_Space)
    assert told[-1].spec.quantiles is False
    across, up = fields["spec.across"], fields["spec.up"]
    assert isinstance(across, RangeField)
    assert isinstance(up, RangeField)
    across.ends[0].setValue(-1.5)
    up.ends[1].setValue(4.0)
    assert (told[-1].spec.across, told[-1].spec.up) == ((-1.5, 3.0), (-3.0, 4.0))
    for name, value in (("spec.columns", 7), ("spec.rows", 3)):
        fields[name].edited.emit(value)
    assert (told[-1].spec.columns, told[-1].spec.rows) == (7, 3)
    for choice, axes in ((panel.axes.x_choice, (4, 1)), (panel.axes.y_choice, (1, 4))):
        choice.setCurrentIndex(4)
        choice.activated.emit(4)
        assert told[-1].spec.axes == axes
    QTest.keyClick(fields["ink"], Qt.Key.Key_Space)
    fields["base"].edited.emit("cursor")
    fields["scale"].edited.emit(3)
    assert (told[-1].base, told[-1].scale, told[-1].ink) == ("cursor", 3, True)
    assert panel.request == told[-1]
    # Seven images of 28 pixels with a gap of one pixel, three times as large.
    assert panel._result.text() == "606 × 258 pixels"


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


def traversal(qtbot: QtBot, size: int, channels: int = 1, *, cursor: bool = True) -> TraversalPanel:
    request = TraversalRequest(spec=TraversalSpec((0.5,) * size, (2.0,) * size))
    panel = TraversalPanel(request, (channels, 7, 5), has_cursor=cursor)
    qtbot.addWidget(panel)
    panel.resize(800, 400)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def test_every_field_of_a_traversal_is_told(qtbot: QtBot) -> None:
    panel = traversal(qtbot, 3)
    told: list[TraversalRequest] = []
    panel.edited.connect(told.append)
    fields = panel.form.fields
    for name, value in (("spec.steps", 5), ("spec.reach", 1.5), ("base", "cursor"), ("scale", 4)):
        fields[name].edited.emit(value)
    QTest.keyClick(fields["ink"], Qt.Key.Key_Space)
    request = told[-1]
    assert (request.spec.steps, request.spec.reach, request.base, request.scale) == (
        5,
        1.5,
        "cursor",
        4,
    )
    assert request.ink
    assert request.spec.ends()[0].tolist() == pytest.approx([-2.5, 3.5])
    assert panel.request == request
    assert panel._result.text() == "116 × 92 pixels"


def test_only_what_there_is_to_choose_is_offered_for_a_traversal(qtbot: QtBot) -> None:
    panel = traversal(qtbot, 3, 3, cursor=False)
    base = panel.form.fields["base"]
    assert isinstance(base, ChoiceField)
    assert not panel.form.fields["ink"].isVisible()
    assert base.findData("cursor") < 0


def test_many_rows_are_scrolled_with_their_names(qtbot: QtBot) -> None:
    panel = traversal(qtbot, 64)
    assert panel.preview.height() >= 64 * 16, "rows that can be told apart"
    panel.preview.set_picture(np.full((64 * 8 - 1, 9 * 6 - 1, 3), 255, np.uint8))
    seen = panel.preview.grab().toImage()
    assert not seen.isNull()
