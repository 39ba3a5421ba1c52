"""The rulers of the map below the coordinates of the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from aegui.kit.theme import LIGHT
from tests.features.map.view.canvases import painted, rgb

if TYPE_CHECKING:
    from aegui.features.map.view.canvas import LatentCanvas


@pytest.mark.parametrize("ruler", [0, 1], ids=["lower", "left"])
def test_no_half_figure_stands_beside_a_coordinate(canvas: LatentCanvas, ruler: int) -> None:
    overlay, seen = canvas.cursor_overlay, 0
    panel = np.array([LIGHT.panel.red(), LIGHT.panel.green(), LIGHT.panel.blue()])
    for step in range(0, 240, 9):
        QTest.mouseMove(canvas, QPoint(200 + step, 120 + step))
        at = overlay.pixel(canvas.navigation.view)
        assert at is not None
        label = overlay._pills(canvas.navigation.view, at, canvas.surface.font())[ruler]
        pill, over = label.rect, label.over
        if over.isEmpty() or pill.contains(over):
            continue
        seen += 1
        image = rgb(painted(canvas))
        inside, covered = over.toRect().adjusted(1, 1, -1, -1), pill.toAlignedRect()
        for x in range(inside.left(), inside.right() + 1):
            for y in range(inside.top(), inside.bottom() + 1):
                if not covered.adjusted(-1, -1, 1, 1).contains(x, y):
                    assert (image[y, x] == panel).all()
    assert seen, "a figure was partly below it"
