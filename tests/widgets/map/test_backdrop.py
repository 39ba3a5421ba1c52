"""The decoded plane is never blank: what was known goes on being shown until it is replaced."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.session.looks import GLYPHS, Look
from aegui.session.plane_tiles import Plane
from aegui.widgets.map.types import MapStyle
from tests.widgets.map.canvases import LABELS, images, painted, rgb, ring

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from aegui.widgets.map.canvas import LatentCanvas

BARE = MapStyle(grid=False, points="dots", labels=False, vivid=True, scale=False, minimap=False)


def plane_for(canvas: LatentCanvas, value: int) -> Plane:
    wanted = canvas.request
    assert wanted is not None
    shape = (wanted.rows, wanted.columns, 1, 7, 5)
    return Plane(wanted.rect, np.full(shape, value, np.uint8), 1, wanted.frame)


def lit(image: QImage, canvas: LatentCanvas) -> float:
    """Share of the map that is not the blank ground, away from what stands on it."""
    view = canvas.navigation.view
    seen = rgb(image)[80 : int(view.height), int(view.left) : int(view.left + view.width)]
    blank = (seen == (250, 251, 252)).all(axis=2)
    return float(1.0 - blank.mean())


@pytest.mark.parametrize("look", [GLYPHS, Look(glyphs=False)])
def test_zooming_out_shows_the_whole_map_at_once(canvas: LatentCanvas, look: Look) -> None:
    canvas.set_samples(LABELS, images(), look)
    canvas.set_codes(ring())
    canvas.set_style(BARE)
    canvas.set_plane(plane_for(canvas, 255))
    whole = lit(painted(canvas), canvas)
    assert whole > 0.4
    canvas.navigation.zoom(6.0, 350.0, 240.0)
    canvas.set_plane(plane_for(canvas, 200))
    canvas.navigation.fit(animated=False)
    # The plane of the close view covers but a little of what is seen now.
    assert lit(painted(canvas), canvas) > 0.8 * whole


def test_the_close_plane_lies_over_the_whole_one(canvas: LatentCanvas) -> None:
    canvas.set_samples(LABELS, images(), Look(glyphs=False))
    canvas.set_codes(ring())
    canvas.set_style(BARE)
    canvas.set_plane(plane_for(canvas, 255))
    canvas.navigation.zoom(6.0, 350.0, 240.0)
    canvas.set_plane(plane_for(canvas, 100))
    canvas.navigation.fit(animated=False)
    image = painted(canvas)
    assert image.pixelColor(350, 240).red() == 100
    assert image.pixelColor(560, 400).red() == 255


def test_other_samples_leave_nothing_of_the_old_map(canvas: LatentCanvas) -> None:
    canvas.set_style(BARE)
    canvas.set_plane(plane_for(canvas, 255))
    canvas.set_samples(LABELS, images())
    canvas.set_codes(ring())
    canvas.set_style(replace(BARE, points="dots"))
    assert lit(painted(canvas), canvas) < 0.05
