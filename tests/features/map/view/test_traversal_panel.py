"""The form of a sheet of all dimensions: its options and its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.latent.grids import TraversalSpec
from aegui.features.map.view.grid_panel import TraversalPanel, TraversalRequest
from aegui.widgets.form.fields import ChoiceField

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def shown(qtbot: QtBot, size: int, channels: int = 1, *, cursor: bool = True) -> TraversalPanel:
    request = TraversalRequest(spec=TraversalSpec((0.5,) * size, (2.0,) * size))
    panel = TraversalPanel(request, (channels, 7, 5), has_cursor=cursor)
    qtbot.addWidget(panel)
    panel.resize(800, 400)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def test_every_field_is_told(qtbot: QtBot) -> None:
    panel = shown(qtbot, 3)
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


def test_only_what_there_is_to_choose_is_offered(qtbot: QtBot) -> None:
    panel = shown(qtbot, 3, 3, cursor=False)
    base = panel.form.fields["base"]
    assert isinstance(base, ChoiceField)
    assert not panel.form.fields["ink"].isVisible()
    assert base.findData("cursor") < 0


def test_many_rows_are_scrolled_with_their_names(qtbot: QtBot) -> None:
    panel = shown(qtbot, 64)
    assert panel.preview.height() >= 64 * 16, "rows that can be told apart"
    panel.preview.set_picture(np.full((64 * 8 - 1, 9 * 6 - 1, 3), 255, np.uint8))
    seen = panel.preview.grab().toImage()
    assert not seen.isNull()
