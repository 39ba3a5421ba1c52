from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QRegion

from aegui.features.builder.view.band import (
    MIN_SHARE,
    band_edges,
    band_share,
    band_units,
    edge_colour,
    paint_band,
    paint_funnel,
)

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


@given(st.integers(1, 2_000), st.integers(1, 2_000))
def test_a_wider_layer_is_never_drawn_narrower(units: int, widest: int) -> None:
    share = band_share(units, widest)
    assert MIN_SHARE <= share <= 1.0
    assert share <= band_share(units + 1, widest)


@given(st.integers(1, 200))
def test_the_width_tells_the_units_back(units: int) -> None:
    assert band_units(band_share(units, 200), 200) == units or units / 200 < MIN_SHARE**2


def test_bands_are_centred() -> None:
    left, right = band_edges(300.0, 0.5)
    assert left + right == 300.0
    assert right - left == 140.0


def test_no_side_strikes_through_words(qapp: QApplication) -> None:
    area, words = QRectF(0, 0, 200, 60), QRect(120, 20, 80, 20)
    for is_funnel in (False, True):
        image = QImage(200, 60, QImage.Format.Format_RGB32)
        image.fill(0xFFFFFFFF)
        painter = QPainter(image)
        if is_funnel:
            paint_funnel(painter, area, 0.5, 0.5, QRegion(words))
        else:
            paint_band(painter, area, 0.5, QRegion(words), is_code=False)
        painter.end()
        rows = {
            y for y in range(60) for x in range(120, 200) if image.pixelColor(x, y) == edge_colour()
        }
        assert rows
        assert not rows & set(range(20, 40))
