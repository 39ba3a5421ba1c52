"""Fixture of a visible canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from aegui.features.map.view.canvas import LatentCanvas
from aegui.kit.theme import LIGHT, apply_theme
from tests.features.map.view.canvases import LABELS, images, ring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[LatentCanvas]:
    apply_theme(QApplication.instance(), LIGHT)  # type: ignore[arg-type]
    made = LatentCanvas()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.set_samples(LABELS, images())
    made.set_codes(ring())
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.navigation.rest()
    apply_theme(QApplication.instance(), LIGHT)  # type: ignore[arg-type]
