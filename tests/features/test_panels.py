"""Properties that all panels share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from aegui.features.table import dock_specs
from aegui.shell.feature import class_at

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.shell.feature import DockSpec


class Opened(QObject):
    """Records the windows that open."""

    def __init__(self) -> None:
        super().__init__()
        self.widgets: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_window = isinstance(watched, QWidget) and watched.isWindow()
        if event.type() == QEvent.Type.Show and is_window:
            self.widgets.append(repr(watched))
        return False


@pytest.mark.parametrize("spec", dock_specs(), ids=lambda spec: spec.key)
def test_no_part_of_a_panel_opens_as_a_window_while_it_is_made(
    spec: DockSpec, qapp: QApplication, qtbot: QtBot
) -> None:
    opened = Opened()
    qapp.installEventFilter(opened)
    try:
        panel = class_at(spec.panel)()
    finally:
        qapp.removeEventFilter(opened)
    assert isinstance(panel, QWidget)
    qtbot.addWidget(panel)
    assert not opened.widgets
