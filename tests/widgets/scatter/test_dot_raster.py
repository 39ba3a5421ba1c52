"""Raster of dots: the final image does not depend on the number of frames."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QFont, QImage, QPainter

from aegui.kit.theme import LIGHT
from aegui.widgets.colours import class_colour
from aegui.widgets.scatter.dot_raster import AT_ONCE
from aegui.widgets.scatter.point_layer import PointLayer
from aegui.widgets.viewport import Viewport, bounds_of

VIEW = Viewport(cx=0.0, cy=0.0, sx=100.0, sy=100.0, left=0.0, top=0.0, width=400.0, height=400.0)


def layer_of(count: int) -> PointLayer:
    layer = PointLayer()
    layer.sprites.set_samples(["x"] * count, np.zeros((count, 1, 1), np.float32))
    coordinates = np.random.default_rng(3).uniform(-3.0, 3.0, (count, 2))
    layer.set_coordinates(coordinates, bounds_of(coordinates))
    return layer


def painted(layer: PointLayer, view: Viewport, *, over_field: bool = False) -> np.ndarray:
    layer.lay_out(view, "dots", labels=False, floor=None)
    image = QImage(400, 400, QImage.Format.Format_RGB32)
    image.fill(LIGHT.panel)
    painter = QPainter(image)
    layer.paint(painter, view, LIGHT, 1.0, QFont(), over_field=over_field)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(400, 400).copy()


def settled(layer: PointLayer, view: Viewport) -> np.ndarray:
    picture = painted(layer, view)
    for _ in range(100):
        if not layer.is_rough:
            return picture
        picture = painted(layer, view)
    raise AssertionError("never whole")


@pytest.mark.usefixtures("qapp")
def test_very_many_come_in_several_frames() -> None:
    layer = layer_of(4 * AT_ONCE)
    first = painted(layer, VIEW)
    assert layer.is_rough
    whole = settled(layer, VIEW)
    ground = np.uint32(LIGHT.panel.rgba())
    assert 0.1 < (first != ground).sum() / (whole != ground).sum() < 1.0
    assert not layer.is_rough
    assert np.array_equal(painted(layer, VIEW), whole)


@pytest.mark.usefixtures("qapp")
def test_what_is_selected_lies_over_all_others() -> None:
    layer = layer_of(AT_ONCE)
    chosen = np.arange(0, AT_ONCE, 2)
    layer.colours.set_selection(chosen, AT_ONCE)
    among = settled(layer, VIEW) == LIGHT.series[0].rgba()
    layer.set_coordinates(layer.coordinates[chosen], bounds_of(layer.coordinates), chosen)
    alone = settled(layer, VIEW) == LIGHT.series[0].rgba()
    assert alone.sum() > 1000
    assert np.array_equal(among, alone)


@pytest.mark.usefixtures("qapp")
def test_while_zooming_the_old_image_is_scaled_and_then_replaced() -> None:
    layer = layer_of(2 * AT_ONCE)
    settled(layer, VIEW)
    closer = VIEW.zoomed(1.3, 200, 200)
    scaled = painted(layer, closer)
    assert layer.is_rough
    final = settled(layer, closer)
    assert not np.array_equal(scaled, final)
    assert np.array_equal(final, settled(layer_of(2 * AT_ONCE), closer))
    # No frame is empty.
    ground = np.uint32(LIGHT.panel.rgba())
    assert (scaled != ground).mean() > 0.5 * (final != ground).mean()


@pytest.mark.usefixtures("qapp")
def test_colours_change_in_the_end_and_places_never_wait() -> None:
    layer = layer_of(2 * AT_ONCE)
    settled(layer, VIEW)
    layer.colours.set_values(np.linspace(0, 1, 2 * AT_ONCE))
    fresh = layer_of(2 * AT_ONCE)
    fresh.colours.set_values(np.linspace(0, 1, 2 * AT_ONCE))
    assert np.array_equal(settled(layer, VIEW), settled(fresh, VIEW))
    coordinates = np.random.default_rng(9).uniform(0.5, 1.0, (2 * AT_ONCE, 2))
    layer.set_coordinates(coordinates, bounds_of(coordinates))
    ground = np.uint32(LIGHT.panel.rgba())
    # Nothing is shown at the old positions.
    assert (painted(layer, VIEW)[250:] == ground).all()


@pytest.mark.usefixtures("qapp")
def test_those_that_stand_out_lie_above_the_others() -> None:
    count = AT_ONCE + 500
    layer = layer_of(count)
    layer.set_coordinates(np.zeros((count, 2)), (-1.0, -1.0, 1.0, 1.0))
    layer.colours.set_classes(np.arange(count) % 3)
    for number in range(3):
        layer.colours.set_emphasis(number)
        assert settled(layer, VIEW)[200, 200] == np.uint32(class_colour(number, LIGHT).rgba())
    layer.colours.set_emphasis(None)
    layer.colours.set_selection(np.array([7]), count)
    assert settled(layer, VIEW)[200, 200] == np.uint32(class_colour(1, LIGHT).rgba())


@pytest.mark.usefixtures("qapp")
def test_on_a_screen_of_more_pixels_dots_lie_at_the_same_places() -> None:
    layer = layer_of(3000)
    layer.lay_out(VIEW, "dots", labels=False, floor=None)
    image = QImage(800, 800, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2.0)
    image.fill(LIGHT.panel)
    painter = QPainter(image)
    layer.paint(painter, VIEW, LIGHT, 2.0, QFont())
    painter.end()
    seen = [(x, y) for x, y in layer.pixels.tolist() if 2 < x < 398 and 2 < y < 398]
    on = [image.pixelColor(round(2 * x), round(2 * y)) == LIGHT.series[0] for x, y in seen]
    assert np.mean(on) > 0.98


@pytest.mark.usefixtures("qapp")
def test_very_many_do_not_hide_a_layer_below() -> None:
    layer = layer_of(AT_ONCE)
    plain, ground = settled(layer, VIEW), np.uint32(LIGHT.panel.rgba())
    faint = painted(layer, VIEW, over_field=True)
    red = [(picture >> np.uint32(16)) & np.uint32(255) for picture in (plain, faint)]
    covered = plain != ground
    away = [abs(level[covered].astype(int) - LIGHT.panel.red()).mean() for level in red]
    assert away[1] == pytest.approx(0.3 * away[0], rel=0.05)


@pytest.mark.usefixtures("qapp")
def test_a_long_way_leaves_no_traces() -> None:
    layer = layer_of(2 * AT_ONCE)
    settled(layer, VIEW)
    rng = np.random.default_rng(1)
    view = VIEW
    for number in range(24):
        # Pan within and far beyond the margin, zoom, and interrupt before all dots are drawn.
        view = view.panned(*rng.uniform(-260, 260, 2).tolist())
        if number % 3 == 0:
            view = view.zoomed(float(rng.uniform(0.7, 1.4)), 200, 200)
        painted(layer, view)
    # A panned sheet may be off by half a pixel, so compare at another zoom.
    layer.lay_out(view, "dots", labels=False, floor=None)
    final = settled(layer, view.zoomed(1.01, 200, 200))
    assert np.array_equal(final, settled(layer_of(2 * AT_ONCE), view.zoomed(1.01, 200, 200)))


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("count", [6 * 20, 6 * 2100])
def test_classes_of_one_colour_differ_in_their_marks(count: int) -> None:
    """Classes 0, 10, ..., 50 share a colour, but have six different markers."""
    layer = layer_of(count)
    classes = 10 * (np.arange(count) % 6)
    layer.colours.set_classes(classes)
    outlines = set()
    for number in range(6):
        own = np.flatnonzero(classes == 10 * number)
        layer.set_coordinates(np.zeros((len(own), 2)), (-1.0, -1.0, 1.0, 1.0), own)
        assert layer.colours.class_of(int(own[0])) == 10 * number
        picture = settled(layer, VIEW)
        assert (picture == np.uint32(class_colour(0, LIGHT).rgba())).sum() > 5
        outlines.add(picture.tobytes())
    assert len(outlines) == 6
    # When colours show a value, all markers are discs.
    layer.colours.set_values(np.linspace(0, 1, count))
    assert set(layer.colours.marks(np.arange(count)).tolist()) == {0}
