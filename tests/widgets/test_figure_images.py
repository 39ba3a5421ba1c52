"""Images in vector figures: each pixel is a square of its exact colour."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage

from aegui.widgets.figures.images import enlarged
from aegui.widgets.glyphs import argb_image

OPAQUE = 0xFF << 24


@pytest.mark.parametrize("colours", [1, 2, 200, 256, 257, 3000])
@pytest.mark.parametrize("is_clear", [False, True])
def test_an_enlarged_image_keeps_every_colour(colours: int, is_clear: bool) -> None:
    draw = np.random.default_rng(colours)
    table = draw.integers(0, 1 << 24, colours, dtype=np.uint32) | np.uint32(OPAQUE)
    if is_clear:
        table[0] = 0
    pixels = table[np.arange(64 * 64).reshape(64, 64) % colours].astype(np.uint32)
    image = argb_image(pixels)
    found = enlarged(image)
    assert (found.width(), found.height()) == (256, 256)
    assert found.convertToFormat(image.format()) == image.scaled(256, 256)
    # With few colours the image is indexed.
    has_table = found.format() == QImage.Format.Format_Indexed8
    assert has_table == (colours <= 256 and not is_clear)
