"""The decoded plane is never blank: the old one is shown until it is replaced."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.features.map.model.plane_tiles import Plane
from aegui.features.map.view.backdrop import FADE_S
from aegui.features.map.view.types import MapStyle
from aegui.kit.motion import moves
from aegui.session.data.image_style import GLYPHS, ImageStyle
from tests.features.map.view.canvases import LABELS, images, painted, rgb, ring

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas

BARE = MapStyle(grid=False, points="dots", labels=False, vivid=True, scale=False, minimap=False)


def plane_for(canvas: LatentCanvas, value: int) -> Plane:
    wanted = canvas.planes.request
    assert wanted is not None
    shape = (wanted.rows, wanted.columns, 1, 7, 5)
    return Plane(wanted.rect, np.full(shape, value, np.uint8), 1, wanted.frame)


def lit(image: QImage, canvas: LatentCanvas) -> float:
    """Return the share of the map that is not blank, away from overlays."""
    view = canvas.navigation.view
    seen = rgb(image)[80 : int(view.height), int(view.left) : int(view.left + view.width)]
    blank = (seen == (250, 251, 252)).all(axis=2)
    return float(1.0 - blank.mean())


@pytest.mark.parametrize("image_style", [GLYPHS, ImageStyle(glyphs=False)])
def test_zooming_out_shows_the_whole_map_at_once(
    canvas: LatentCanvas, image_style: ImageStyle
) -> None:
    canvas.set_samples(LABELS, images(), image_style)
    canvas.set_codes(ring())
    canvas.set_style(BARE)
    canvas.set_plane(plane_for(canvas, 255))
    whole = lit(painted(canvas), canvas)
    assert whole > 0.4
    canvas.navigation.zoom(6.0, 350.0, 240.0)
    canvas.set_plane(plane_for(canvas, 200))
    canvas.navigation.fit(animated=False)
    # The plane of the zoomed view covers only a small part of the current one.
    assert lit(painted(canvas), canvas) > 0.8 * whole


def test_the_close_plane_lies_over_the_whole_one(canvas: LatentCanvas) -> None:
    canvas.set_samples(LABELS, images(), ImageStyle(glyphs=False))
    canvas.set_codes(ring())
    canvas.set_style(BARE)
    canvas.set_plane(plane_for(canvas, 255))
    canvas.navigation.zoom(6.0, 350.0, 240.0)
    canvas.scene.backdrop.fades = False
    canvas.set_plane(plane_for(canvas, 100))
    canvas.navigation.fit(animated=False)
    image = painted(canvas)
    assert image.pixelColor(350, 240).red() == 100
    assert image.pixelColor(560, 400).red() == 255
    # They blend without the background showing between them.
    rows = rgb(image)[240, 200:560, 0], rgb(image)[120:400, 350, 0]
    for row in rows:
        assert row.min() == 100
        assert row.max() == 255
        assert set(row.tolist()) <= {100, 255}


def test_planes_of_a_network_that_learns_do_not_fade(canvas: LatentCanvas) -> None:
    canvas.set_samples(LABELS, images(), ImageStyle(glyphs=False))
    canvas.set_codes(ring())
    canvas.set_style(BARE)
    canvas.set_plane(plane_for(canvas, 255))
    canvas.navigation.zoom(6.0, 350.0, 240.0)
    assert canvas.scene.backdrop.fades is moves()
    canvas.surface.set_live(True)
    canvas.set_plane(plane_for(canvas, 100))
    assert not canvas.scene.backdrop.is_fading
    canvas.surface.set_live(False)
    canvas.navigation.fit(animated=False)
    canvas.set_plane(plane_for(canvas, 255))
    assert canvas.scene.backdrop.is_fading is moves()


def test_other_samples_leave_nothing_of_the_old_map(canvas: LatentCanvas) -> None:
    canvas.set_style(BARE)
    canvas.set_plane(plane_for(canvas, 255))
    canvas.set_samples(LABELS, images())
    canvas.set_codes(ring())
    canvas.set_style(replace(BARE, points="dots"))
    assert lit(painted(canvas), canvas) < 0.05


def test_tiles_of_another_size_fade_in(canvas: LatentCanvas) -> None:
    canvas.set_samples(LABELS, images(), ImageStyle(glyphs=False))
    canvas.set_codes(ring())
    canvas.set_style(BARE)
    backdrop, now = canvas.scene.backdrop, [0.0]
    backdrop.clock = lambda: now[0]
    canvas.set_plane(plane_for(canvas, 200))
    assert not backdrop.is_fading
    canvas.navigation.zoom(4.0, 350.0, 240.0)
    canvas.set_plane(plane_for(canvas, 100))
    levels = []
    for share in (0.0, 0.25, 0.75, 1.0):
        now[0] = share * FADE_S
        canvas.surface.redraw()
        levels.append(painted(canvas).pixelColor(350, 240).red())
    assert levels[0] == 200
    assert levels[3] == 100
    assert levels[1] == pytest.approx(175, abs=2)
    assert levels[2] == pytest.approx(125, abs=2)
    assert not backdrop.is_fading


def test_a_fade_goes_on_by_itself_and_ends(qtbot: QtBot, canvas: LatentCanvas) -> None:
    canvas.set_samples(LABELS, images(), ImageStyle(glyphs=False))
    canvas.set_codes(ring())
    canvas.set_plane(plane_for(canvas, 200))
    canvas.navigation.zoom(4.0, 350.0, 240.0)
    canvas.set_plane(plane_for(canvas, 100))
    assert canvas.scene.backdrop.is_fading
    qtbot.waitUntil(lambda: not canvas.scene.backdrop.is_fading)


def test_panning_and_learning_fade_nothing(canvas: LatentCanvas) -> None:
    canvas.set_plane(plane_for(canvas, 200))
    canvas.set_plane(plane_for(canvas, 100))
    assert not canvas.scene.backdrop.is_fading
    canvas.navigation.pan(400.0, 150.0)
    canvas.set_plane(plane_for(canvas, 100))
    assert not canvas.scene.backdrop.is_fading


def test_zooming_in_ends_with_one_tile_in_the_middle_that_fills_the_map(
    canvas: LatentCanvas,
) -> None:
    for _ in range(30):
        canvas.navigation.zoom(1.25, 420.0, 200.0)
    wanted, view = canvas.planes.request, canvas.navigation.view
    assert wanted is not None
    wide = (wanted.rect[2] - wanted.rect[0]) / wanted.columns
    high = (wanted.rect[3] - wanted.rect[1]) / wanted.rows
    share = max(wide * view.sx / view.width, high * view.sy / view.height)
    assert 0.7 < share < 1.2
    # The central glyph is visible, and panning brings the next ones.
    canvas.navigation.pan(0.6 * wide * view.sx, 0.0)
    after = canvas.planes.request
    assert after is not None
    assert (after.rect[0] - wanted.rect[0]) / wide == pytest.approx(
        round((after.rect[0] - wanted.rect[0]) / wide), abs=1e-6
    )
