"""Overview and scale bar: shown when useful, and correct."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.features.map.view.overlays import LONGEST_PX, round_below
from aegui.features.map.view.types import MapStyle
from tests.features.map.view.canvases import ring

if TYPE_CHECKING:
    from aegui.features.map.view.canvas import LatentCanvas


def test_the_overview_is_seen_while_a_part_is_shown(canvas: LatentCanvas) -> None:
    overview = canvas.overlays.minimap
    assert not overview.isVisible()
    canvas.navigation.zoom(4.0, 300.0, 200.0)
    assert overview.isVisible()
    whole = overview.rect()
    seen = overview.visible_rect()
    # The circle is 2 wide, the window a quarter of what shows all of it.
    assert seen.width() < 0.6 * whole.width()
    canvas.set_style(MapStyle(minimap=False))
    assert not overview.isVisible()
    canvas.set_style(MapStyle())
    assert overview.isVisible()
    canvas.navigation.fit(animated=False)
    assert not overview.isVisible()


def test_a_click_on_the_overview_goes_there(canvas: LatentCanvas) -> None:
    canvas.navigation.zoom(4.0, 300.0, 200.0)
    overview = canvas.overlays.minimap
    corner = QPoint(overview.width() - 6, 6)
    QTest.mouseClick(overview, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, corner)
    view = canvas.navigation.view
    assert (view.cx, view.cy) == pytest.approx((1.0, 1.0), abs=0.03)
    assert overview.visible_rect().center().x() == pytest.approx(overview.width() - 6, abs=2)
    assert not canvas.navigation.following


def test_the_overview_has_a_dot_for_each_sample(canvas: LatentCanvas) -> None:
    canvas.navigation.zoom(4.0, 300.0, 200.0)
    overview = canvas.overlays.minimap
    before = overview.grab().toImage()
    canvas.set_codes(ring()[::-1] * (1.0, 0.01))
    assert overview.grab().toImage() != before


@pytest.mark.parametrize(
    ("length", "wanted"), [(1.0, 1.0), (0.99, 0.5), (0.02, 0.02), (730.0, 500.0), (4.9, 2.0)]
)
def test_the_bar_is_as_long_as_a_round_number(length: float, wanted: float) -> None:
    assert round_below(length) == pytest.approx(wanted)


def test_the_scale_bar_tells_units_and_zoom(canvas: LatentCanvas) -> None:
    bar = canvas.overlays.scale
    assert bar.isVisible()
    view = canvas.navigation.view
    units = float(bar.text.split()[0])
    assert units * view.sx == pytest.approx(bar.length_px)
    assert 0.4 * LONGEST_PX < bar.length_px <= LONGEST_PX
    assert "×" not in bar.text
    canvas.navigation.zoom(8.0, 300.0, 200.0)
    assert bar.text.endswith("×8")
    canvas.navigation.zoom(250.0, 300.0, 200.0)
    assert bar.text.endswith("×2,000")
    canvas.navigation.zoom(1 / 250.0, 300.0, 200.0)
    assert float(bar.text.split()[0]) * canvas.navigation.view.sx == pytest.approx(bar.length_px)
    canvas.set_style(replace(MapStyle(), scale=False))
    assert not bar.isVisible()


def test_a_map_of_one_number_has_a_flat_overview(canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(1))
    canvas.navigation.zoom(6.0, 300.0, 200.0)
    overview = canvas.overlays.minimap
    assert overview.isVisible()
    assert overview.visible_rect().height() >= overview.height() - 8
    assert np.isfinite(overview.visible_rect().width())
