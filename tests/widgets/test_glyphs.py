"""Glyph images: exact colours, integer scales, and handling of NaN."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from aegui.core.i18n import set_language
from aegui.kit.theme import CONTRAST, DARK, LIGHT
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import (
    GlyphCache,
    draw_glyph,
    fitted_rect,
    glyph_image,
    glyph_pixmap,
    grey_levels,
    label_name,
    label_sign,
    on_panel,
    palette,
    scaled_size,
)

ON, OFF, CLEAR = QColor("#102030"), QColor("#f0e0d0"), QColor(0, 0, 0, 0)


def test_every_pixel_has_the_colour_of_its_level() -> None:
    image = glyph_image([[0.0, 1.0, 0.0], [1.0, 0.0, 0.5]], ON, OFF)
    assert (image.width(), image.height()) == (3, 2)
    assert image.pixelColor(0, 0) == OFF
    assert image.pixelColor(1, 0) == ON
    assert image.pixelColor(0, 1) == ON
    middle = image.pixelColor(2, 1)
    assert middle.red() == pytest.approx((ON.red() + OFF.red()) / 2, abs=1)
    assert middle.blue() == pytest.approx((ON.blue() + OFF.blue()) / 2, abs=1)


def test_values_outside_and_not_a_number_are_clipped() -> None:
    levels = grey_levels([[-3.0, 7.0, float("nan"), float("inf"), float("-inf")]])
    assert levels.tolist() == [[0, 255, 0, 255, 0]]


def test_a_clear_ground_fades_without_a_seam() -> None:
    colours = palette(ON, CLEAR)
    assert colours[0] == 0
    assert colours[-1] == 0xFF102030
    alphas = colours >> 24
    assert np.all(np.diff(alphas.astype(int)) >= 0)


def test_the_image_owns_its_pixels() -> None:
    values = np.zeros((2, 2), dtype=np.float32)
    image = glyph_image(values, ON, OFF)
    values[:] = 1.0
    del values
    assert image.pixelColor(1, 1) == OFF


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 300), st.integers(1, 300))
def test_scales_are_whole_and_the_largest_that_fit(
    height: int, width: int, most_width: int, most_height: int
) -> None:
    size = scaled_size(height, width, QSize(most_width, most_height))
    scale = size.width() // width
    assert size == QSize(width * scale, height * scale)
    assert scale >= 1
    if scale > 1:
        assert size.width() <= most_width
        assert size.height() <= most_height
    assert (scale + 1) * width > most_width or (scale + 1) * height > most_height


def test_a_scaled_glyph_is_crisp(qapp: object) -> None:
    canvas = QImage(70, 70, QImage.Format.Format_ARGB32_Premultiplied)
    canvas.fill(QColor("red"))
    painter = QPainter(canvas)
    bits = np.arange(35).reshape(7, 5) % 3 == 0
    rect = draw_glyph(painter, QRect(0, 0, 70, 70), glyph_image(bits, ON, OFF))
    painter.end()
    assert rect == fitted_rect(7, 5, QRect(0, 0, 70, 70)) == QRect(10, 0, 50, 70)
    for y in range(70):
        for x in range(10, 60):
            expected = ON if bits[y // 10, (x - 10) // 10] else OFF
            assert canvas.pixelColor(x, y) == expected
    assert canvas.pixelColor(9, 0) == QColor("red")


def test_an_image_too_large_is_shrunk_into_its_place(qapp: object) -> None:
    canvas = QImage(20, 20, QImage.Format.Format_ARGB32_Premultiplied)
    canvas.fill(QColor("red"))
    painter = QPainter(canvas)
    draw_glyph(painter, QRect(5, 5, 10, 10), glyph_image(np.ones((64, 64)), ON, OFF))
    painter.end()
    assert canvas.pixelColor(10, 10) == ON
    assert canvas.pixelColor(4, 10) == QColor("red")
    assert canvas.pixelColor(15, 10) == QColor("red")


def test_a_pixmap_has_the_resolution_of_the_screen(qapp: object) -> None:
    pixmap = glyph_pixmap(glyph_image(np.ones((7, 5)), ON, OFF), QSize(16, 16), device_ratio=2.0)
    assert pixmap.size() == QSize(32, 32)
    assert pixmap.deviceIndependentSize().toSize() == QSize(16, 16)
    assert pixmap.toImage().pixelColor(16, 16) == ON


def test_the_cache_makes_each_image_once_per_colour() -> None:
    cache = GlyphCache(np.stack([np.zeros((2, 2)), np.ones((2, 2))]))
    assert len(cache) == 2
    first = cache.image(1, ON, OFF)
    assert first is cache.image(1, ON, OFF)
    assert first.pixelColor(0, 0) == ON
    assert cache.image(1, OFF, ON).pixelColor(0, 0) == OFF
    cache.set_images(np.zeros((1, 2, 2)))
    assert len(cache) == 1


def test_invisible_labels_are_named() -> None:
    assert label_name(" ") == "space"
    assert label_name("\x7f") == "DEL"
    assert label_name("a") == label_sign("a") == "a"
    signs = {label_sign(label) for label in (" ", "\x7f", "")}
    assert len(signs) == 3
    assert all(sign.isprintable() and sign.strip() for sign in signs)


def test_groups_of_emojis_are_told_in_the_language_of_the_person() -> None:
    assert label_name("Food & Drink") == "Food & Drink"
    set_language("es")
    assert label_name("Food & Drink") == "Comida y bebida"
    assert label_sign("green heart") == label_name("green heart") == "corazón verde"
    assert label_name("Coat") == "Abrigo", "a class of a set that ships"
    assert label_name("Lorry") == "Lorry"


def test_a_white_ground_is_quiet_on_a_dark_panel_and_the_rest_as_it_is() -> None:
    levels = np.full((3, 64, 64), 255, np.uint8)
    rows, columns = np.mgrid[:64, :64] - 31.5
    away = np.hypot(rows, columns)
    face = away < 24
    levels[:, face] = np.array([[250], [200], [20]])
    # A white eye, and a white cloth with small gaps in its outline.
    eye = np.hypot(rows + 6, columns) < 4
    levels[:, eye] = 255
    white = ImageStyle(glyphs=False, ground=1.0)
    for theme in (DARK, CONTRAST):
        seen = on_panel(levels, white, theme)
        assert seen[:, 0, 0].max() < 90
        assert seen[:, 0, 0].min() > theme.panel.red()
        assert (seen[:, 24:40, 24:40] == levels[:, 24:40, 24:40]).all()
        far = away > 27
        assert len(np.unique(seen[:, far].T, axis=0)) == 1
        grey = on_panel(levels[:1], white, theme)
        assert grey.shape == (1, 64, 64)
        assert grey[0, 0, 0] < 90
    for image_style, theme in ((white, LIGHT), (ImageStyle(glyphs=False), DARK), (GLYPHS, DARK)):
        assert on_panel(levels, image_style, theme) is levels


def test_a_thing_of_white_whose_outline_has_gaps_stays_white() -> None:
    levels = np.full((1, 64, 64), 255, np.uint8)
    levels[0, 16:48:6, 16:48] = 100
    levels[0, 16:48, [16, 47]] = 100
    seen = on_panel(levels, ImageStyle(glyphs=False, ground=1.0), DARK)
    assert (seen[0, 20:44, 20:44] == levels[0, 20:44, 20:44]).all()
    levels[0, 16:48, 47] = 255
    seen = on_panel(levels, ImageStyle(glyphs=False, ground=1.0), DARK)
    assert (seen[0, 20:44, 20:40] == levels[0, 20:44, 20:40]).all()
    assert seen[0, 2, 2] < 90
