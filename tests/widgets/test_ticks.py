"""Texts of coordinates and ticks."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QFontMetricsF

from aegui.widgets.rulers import fitting_font
from aegui.widgets.ticks import number_text, place_text, tick_text


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.5, 0.5, "0.5"),
        (-2, 1, "−2"),
        (-0.0001, 0.1, "0.0"),
        (0.25, 0.05, "0.25"),
        (1e6, 1, "1e6"),
    ],
)
def test_texts_have_the_decimals_of_the_step(value: float, step: float, text: str) -> None:
    assert tick_text(value, step) == text


def test_numbers_are_finer_where_they_are_small() -> None:
    assert number_text(-1.234) == "−1.23"
    assert number_text(0.0412) == "0.041"
    assert number_text(-0.0001) == "0.00"
    assert number_text(float("nan")) == "nan"


def test_places_have_the_decimals_of_a_pixel() -> None:
    assert place_text(0.12345, 60.0) == "0.12"
    assert place_text(0.12345, 2000.0) == "0.123"
    assert place_text(12.3, 0.5) == "12"


@pytest.mark.usefixtures("qapp")
def test_long_figures_are_written_smaller_where_there_is_little_room() -> None:
    font = QFont()
    needed = QFontMetricsF(font).horizontalAdvance("0.25")
    assert fitting_font(font, "0.25", needed) == font
    small = fitting_font(font, "0.25", 0.8 * needed)
    assert small.pointSizeF() == pytest.approx(0.8 * font.pointSizeF(), rel=0.01)
