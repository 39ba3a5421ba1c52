"""Images in figures: pixels are placed exactly, anywhere on a page."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from aegui.core.data.builtin import load_builtin
from aegui.kit.charts.ink import Ink
from aegui.kit.theme import LIGHT
from aegui.session.data.image_style import GLYPHS
from aegui.widgets.figures.images import draw_image

pytestmark = pytest.mark.usefixtures("qapp")


def test_every_pixel_of_a_glyph_is_painted_at_any_place_of_a_page() -> None:
    page = QImage(500, 500, QImage.Format.Format_RGB32)
    images = load_builtin("letters").images.reshape(-1, 7, 5)
    generator = np.random.default_rng(0)
    wrong = []
    for number, image in enumerate(images):
        rect = QRectF(*generator.uniform(0, 200, 2), *generator.uniform(60, 300, 2))
        painter = QPainter(page)
        draw_image(Ink(painter, LIGHT), rect, image, GLYPHS)
        painter.end()
        across, down = rect.width() / 5, rect.height() / 7
        seen = [
            page.pixelColor(
                int(rect.left() + (column + 0.5) * across), int(rect.top() + (row + 0.5) * down)
            )
            == LIGHT.pixel_on
            for row in range(7)
            for column in range(5)
        ]
        if (np.reshape(seen, (7, 5)) != (image > 0.5)).any():
            wrong.append(number)
    assert wrong == []
