from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from aegui.kit.theme import DARK, LIGHT
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.scatter.sprites import Sprites, sticker_pixmap, sticker_size

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

ON_WHITE, ON_BLACK = ImageStyle(glyphs=False, ground=1.0), ImageStyle(glyphs=False, ground=0.0)

pytestmark = pytest.mark.usefixtures("qapp")


def disc(side: int, channels: int, ground: float) -> np.ndarray:
    """Return a coloured disc with a hole in the background colour at its centre."""
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    away = np.hypot(x, y)
    image = np.full((channels, side, side), ground, np.float32)
    image[:, (away < side / 3) & (away > side / 10)] = 1.0 - ground
    return image


def alpha(image: QImage, x: float, y: float) -> int:
    return image.pixelColor(round(x * (image.width() - 1)), round(y * (image.height() - 1))).alpha()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize(("image_style", "channels"), [(ON_WHITE, 3), (ON_WHITE, 1), (ON_BLACK, 1)])
@pytest.mark.parametrize("scale", [0.25, 0.5, 1.0, 2.0])
def test_a_sticker_has_no_ground_but_what_the_thing_encloses(
    ratio: float, image_style: ImageStyle, channels: int, scale: float
) -> None:
    made = sticker_pixmap(disc(64, channels, image_style.ground), image_style, scale, ratio, LIGHT)
    size = sticker_size((64, 64), scale, image_style)
    assert made.width() == round(size.width() * ratio)
    image = made.toImage()
    for corner in ((0, 0), (1, 0), (0, 1), (1, 1)):
        assert alpha(image, *corner) == 0
    assert alpha(image, 0.5, 0.5) == 255, "a hole is no ground"
    assert alpha(image, 0.5, 0.3) == 255


def test_an_image_that_shows_nothing_keeps_its_ground() -> None:
    image = sticker_pixmap(np.ones((3, 64, 64)), ON_WHITE, 0.5, 1.0, DARK).toImage()
    assert image.pixelColor(image.width() // 2, image.height() // 2) == QColor("#ffffff")
    blank = sticker_pixmap(np.zeros((7, 5)), GLYPHS, 2.0, 1.0, DARK).toImage()
    assert blank.pixelColor(blank.width() // 2, blank.height() // 2) == DARK.raised


def test_grey_images_take_a_tint_of_their_class() -> None:
    red = QColor("#d02020")
    plain, tinted = (
        sticker_pixmap(disc(28, 1, 0.0), ON_BLACK, 2.0, 1.0, LIGHT, rim).toImage()
        for rim in (None, red)
    )
    at = plain.width() // 2, round(plain.height() * 0.3)
    assert plain.pixelColor(*at).saturation() == 0
    assert tinted.pixelColor(*at).saturation() > 40
    assert tinted.pixelColor(*at).red() > tinted.pixelColor(*at).green()


def test_glyphs_keep_square_pixels() -> None:
    glyph = np.zeros((7, 5))
    glyph[3, 2] = 1.0
    image = sticker_pixmap(glyph, GLYPHS, 4.0, 1.0, LIGHT).toImage()
    lit = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y) == LIGHT.pixel_on
    ]
    assert len(lit) == 16
    assert max(x for x, _ in lit) - min(x for x, _ in lit) == 3


@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0, 7.0])
def test_what_the_strokes_of_a_glyph_enclose_is_ground_without_a_rim(scale: float) -> None:
    ring = np.zeros((7, 5), np.float32)
    ring[1:6] = 1.0
    ring[2:5, 1:4] = 0.0
    rim = QColor("#ff00ff")
    image = sticker_pixmap(ring, GLYPHS, scale, 1.0, LIGHT, rim).toImage()
    middle_x, middle_y = image.width() / 2, image.height() / 2
    reach = round(scale)
    for x in range(round(middle_x) - reach, round(middle_x) + reach):
        for y in range(round(middle_y) - reach, round(middle_y) + reach):
            assert image.pixelColor(x, y) == LIGHT.raised


def test_a_long_label_beside_a_dot_is_elided(qapp: QApplication) -> None:
    sprites = Sprites()
    sprites.set_samples(
        ["b", "one that somebody called " + 10 * "very " + "long"], np.ones((2, 7, 5))
    )
    font = qapp.font()
    short, long = (sprites.labelled_dot(index, 1.0, LIGHT, font) for index in range(2))
    assert short.width() < long.width() < 200
