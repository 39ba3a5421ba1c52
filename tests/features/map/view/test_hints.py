"""Hints are placed on the map where nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QFrame

from aegui.features.map.hints import HINTS
from aegui.features.map.view.hints import MapHints
from aegui.kit.overlay_area import overlay_area_of

if TYPE_CHECKING:
    from aegui.features.map.view.canvas import LatentCanvas


@pytest.mark.parametrize("width", [560, 800, 1100])
def test_they_keep_off_legend_scale_and_overview(canvas: LatentCanvas, width: int) -> None:
    canvas.resize(width, 560)
    hints = MapHints(HINTS, canvas.overlays, canvas)
    hints.set_left(tuple(HINTS))
    canvas.set_classes([f"Faces of kind {number}" for number in range(8)], np.arange(8))
    canvas.navigation.zoom(4.0, 300.0, 200.0)
    corners = canvas.overlays.corners
    assert len(corners) == 3
    met = [corner for corner in corners if corner.intersects(hints.geometry())]
    assert not (met and hints.isVisible())
    assert hints.isVisible() or width < 1100


def test_they_give_way_while_the_legend_is_open(canvas: LatentCanvas) -> None:
    canvas.resize(860, 560)
    hints = MapHints(HINTS, canvas.overlays, canvas)
    hints.set_left(tuple(HINTS))
    canvas.set_classes([f"Faces of the kind {number}" for number in range(8)], np.arange(8))
    legend = canvas.overlays.legend
    assert legend.is_compact
    before = hints.geometry()
    canvas.activateWindow()
    legend.setFocus()
    assert not legend.is_compact
    assert not (hints.isVisible() and hints.geometry().intersects(legend.geometry()))
    canvas.setFocus()
    assert legend.is_compact
    assert hints.isVisible()
    assert hints.geometry() == before


def test_they_keep_off_what_was_there_before_them(canvas: LatentCanvas) -> None:
    canvas.resize(1100, 560)
    hints = MapHints(HINTS, canvas.overlays, canvas)
    hints.set_left(tuple(HINTS))
    before, room = hints.geometry(), overlay_area_of(canvas)
    room.set_occupied(hints, True)
    assert not hints.isVisible()
    offer = QFrame(canvas)
    offer.setGeometry(300, before.bottom() - 30, 500, 34)
    room.keep_clear([offer])
    offer.show()
    room.set_occupied(hints, False)
    assert hints.isVisible()
    assert not hints.geometry().intersects(offer.geometry())
    offer.hide()
    assert hints.geometry() == before
