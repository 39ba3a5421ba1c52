"""Plane and points as pixels and places."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from aegui.session.plane_service import Plane
from aegui.widgets.map.plane_layer import PlaneLayer
from aegui.widgets.map.point_layer import MOST_PIXMAPS, PointLayer, stack
from aegui.widgets.map.viewport import Viewport, bounds_of
from aegui.widgets.theme import LIGHT

ON, OFF = QColor("#000000"), QColor("#ffffff")
VIEW = Viewport(cx=0.0, cy=0.0, sx=100.0, sy=100.0, left=0.0, top=0.0, width=400.0, height=400.0)


def some_plane(rows: int = 2, columns: int = 2) -> Plane:
    """All dark but the tile at the lower left, over [-1, 1] x [-1, 1]."""
    images = np.zeros((rows, columns, 7, 5), np.float32)
    images[0, 0] = 1.0
    return Plane((-1.0, -1.0, 1.0, 1.0), images, epoch=3)


def dark(image: QImage) -> tuple[int, int, int, int]:
    """The rectangle around all pixels of colour ON: left, top, right, bottom."""
    found = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y) == ON
    ]
    xs, ys = [x for x, _ in found], [y for _, y in found]
    return min(xs), min(ys), max(xs), max(ys)


def test_tiles_lie_where_they_were_decoded() -> None:
    layer = PlaneLayer()
    layer.set_plane(some_plane())
    left, top, right, bottom = dark(layer.image(VIEW, ON, OFF, 1.0))
    # The tile fills [-1, 0] x [-1, 0]: pixels 100..200 across, 200..300 down; scale 12.
    assert (right - left + 1, bottom - top + 1) == (5 * 12, 7 * 12)
    assert (left + right + 1) / 2 == pytest.approx(150, abs=1)
    assert (top + bottom + 1) / 2 == pytest.approx(250, abs=1)


def test_a_plane_moves_with_the_view_until_the_next_comes() -> None:
    layer = PlaneLayer()
    layer.set_plane(some_plane())
    before = dark(layer.image(VIEW, ON, OFF, 1.0))
    after = dark(layer.image(VIEW.panned(17.0, -9.0), ON, OFF, 1.0))
    assert np.subtract(after, before).tolist() == [17, -9, 17, -9]


def test_beyond_the_plane_is_blank() -> None:
    layer = PlaneLayer()
    layer.set_plane(Plane((-1.0, -1.0, 1.0, 1.0), np.ones((2, 2, 7, 5), np.float32), epoch=0))
    image = layer.image(VIEW, ON, OFF, 1.0)
    assert all(image.pixelColor(x, 5) == OFF for x in range(400))
    assert image.pixelColor(150, 150) == ON


def test_every_pixel_of_a_tile_is_as_wide_as_the_others() -> None:
    images = np.zeros((1, 1, 7, 5), np.float32)
    images[0, 0, :, ::2] = 1.0
    layer = PlaneLayer()
    layer.set_plane(Plane((-1.0, -1.0, 1.0, 1.0), images, epoch=0))
    image = layer.image(VIEW.zoomed(0.613, 200, 200), ON, OFF, 1.0)
    row = [image.pixelColor(x, 200) == ON for x in range(400)]
    runs = "".join("#" if on else "." for on in row).strip(".")
    widths = {len(run) for run in runs.replace(".", " ").split()}
    assert len(widths) == 1
    assert runs.count("#") * 2 == (len(runs) - runs.count("#")) * 3


def test_images_larger_than_their_tiles_are_shrunk() -> None:
    layer = PlaneLayer()
    layer.set_plane(Plane((-1.0, -1.0, 1.0, 1.0), np.ones((8, 8, 64, 64), np.float32), epoch=0))
    image = layer.image(VIEW, ON, OFF, 1.0)
    lit = sum(image.pixelColor(x, 200 + x % 50) == ON for x in range(100, 300))
    assert lit > 150


def test_device_pixels_are_used() -> None:
    layer = PlaneLayer()
    layer.set_plane(some_plane())
    image = layer.image(VIEW, ON, OFF, 2.0)
    assert (image.width(), image.devicePixelRatio()) == (800, 2.0)


def test_a_ribbon_lies_in_its_band() -> None:
    images = np.ones((1, 2, 7, 5), np.float32)
    layer = PlaneLayer()
    layer.set_plane(Plane((-1.0, -0.5, 1.0, 0.5), images, epoch=0))
    _, top, _, bottom = dark(layer.image(VIEW, ON, OFF, 1.0, band=(300.0, 350.0)))
    assert top >= 300
    assert bottom < 350


def points(count: int, images: int = 7) -> PointLayer:
    rng = np.random.default_rng(5)
    layer = PointLayer()
    pictures = (rng.random((count, images, 5)) > 0.5).astype(np.float32)
    layer.stamps.set_samples([str(i % 10) for i in range(count)], pictures)
    places = rng.uniform(-1.9, 1.9, (count, 2))
    layer.set_places(places, bounds_of(places))
    return layer


def test_glyphs_where_there_is_room_and_dots_where_not() -> None:
    few, many = points(20), points(1500)
    few.lay_out(VIEW, "auto", labels=True, floor=None)
    many.lay_out(VIEW, "auto", labels=True, floor=None)
    assert few.scale >= 2
    assert many.scale == 0
    assert not many.labelled
    few.lay_out(VIEW, "dots", labels=True, floor=None)
    assert few.scale == 0
    assert few.labelled
    many.lay_out(VIEW, "glyphs", labels=True, floor=None)
    assert many.scale >= 1


def test_panning_never_changes_sizes() -> None:
    layer = points(60)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    scale = layer.scale
    for dx in range(0, 400, 40):
        layer.lay_out(VIEW.panned(dx, dx / 2), "auto", labels=True, floor=None)
        assert layer.scale == scale
    layer.lay_out(VIEW.zoomed(4.0, 200, 200), "auto", labels=True, floor=None)
    assert layer.scale > scale


def test_pointing_finds_the_sample_that_is_drawn_there() -> None:
    layer = points(30)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    x, y = layer.pixels[7].tolist()
    assert layer.hit(x, y) == layer.nearest(x, y) == 7
    assert layer.hit(-500.0, -500.0) is None
    assert layer.nearest(-500.0, -500.0) is not None


def test_codes_that_are_not_finite_are_not_found() -> None:
    layer = points(3)
    layer.set_places(np.array([[np.nan, 0.0], [0.5, 0.5], [np.inf, 1.0]]), (0.5, 0.5, 0.5, 0.5))
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    assert layer.nearest(0.0, 0.0) == 1
    layer.set_places(np.full((3, 2), np.nan), None)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    assert layer.nearest(0.0, 0.0) is None


@pytest.mark.parametrize("count", [100, MOST_PIXMAPS + 500])
@pytest.mark.usefixtures("qapp")
def test_dots_are_painted_at_their_places(count: int) -> None:
    layer = points(count)
    layer.lay_out(VIEW, "dots", labels=False, floor=None)
    image = QImage(400, 400, QImage.Format.Format_RGB32)
    image.fill(LIGHT.panel)
    painter = QPainter(image)
    layer.paint(painter, VIEW, LIGHT, 1.0, QFont())
    painter.end()
    hits = 0
    for x, y in layer.pixels.tolist():
        hits += image.pixelColor(round(x), round(y)) == LIGHT.series[0]
    assert hits >= 0.95 * count


def test_a_stack_has_no_overlaps_and_no_gaps() -> None:
    x = np.random.default_rng(1).uniform(0, 300, 60)
    heights = stack(x, 20.0, 30.0)
    levels = (heights / 30.0).astype(int)
    for level in range(levels.max() + 1):
        row = np.sort(x[levels == level])
        assert len(row)
        assert (np.diff(row) >= 20.0 - 1e-9).all()


def test_a_ribbon_stacks_its_samples_above_the_floor() -> None:
    layer = points(40)
    layer.lay_out(VIEW, "auto", labels=True, floor=300.0)
    assert (layer.pixels[:, 1] < 300.0).all()
    assert (layer.pixels[:, 1] >= 0.0).all()
