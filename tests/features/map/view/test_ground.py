"""Layers added to the map by others: positioned correctly, moving with the view."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication

from aegui.core.latent.frame import axes_frame
from aegui.features.map.view.ground import Ground, Target
from aegui.features.map.view.types import FieldPicture, MapStyle, RegionName
from aegui.kit.theme import LIGHT
from tests.features.map.view.canvases import changed, painted, pixel_of, rgb, ring

if TYPE_CHECKING:
    from aegui.features.map.view.canvas import LatentCanvas

NOTHING = MapStyle(grid=False, plane=False, points="dots", labels=False, ellipses=True)


def field(size: int = 2, *, smooth: bool = True) -> FieldPicture:
    """Return a field that is red in the upper right quarter of [-2, 2] x [-2, 2], else clear."""
    image = np.zeros((4, 4, 4), np.uint8)
    image[2:, 2:] = (255, 0, 0, 255)
    frame = axes_frame((0, 1), np.zeros(size))
    return FieldPicture(image, (-2.0, -2.0, 2.0, 2.0), frame, smooth)


def point_at(canvas: LatentCanvas, x: float, y: float) -> None:
    at = QPointF(x, y)
    nothing = Qt.MouseButton.NoButton
    plain = Qt.KeyboardModifier.NoModifier
    there = QPointF(canvas.mapToGlobal(at))
    event = QMouseEvent(QEvent.Type.MouseMove, at, there, nothing, nothing, plain)
    QApplication.sendEvent(canvas, event)


def colour_at(canvas: LatentCanvas, x: float, y: float) -> QColor:
    px, py = pixel_of(canvas, np.array([x, y], np.float32))
    return painted(canvas).pixelColor(round(px), round(py))


def test_a_field_lies_under_the_samples_where_its_rectangle_is(canvas: LatentCanvas) -> None:
    canvas.set_style(NOTHING)
    ground = colour_at(canvas, 0.4, 0.4)
    sample = colour_at(canvas, *ring()[1].tolist())
    canvas.set_field(field(smooth=False))
    assert colour_at(canvas, 0.4, 0.4) == QColor(255, 0, 0)
    assert colour_at(canvas, 0.4, -0.4) == ground
    assert colour_at(canvas, -0.4, 0.4) == ground
    assert colour_at(canvas, *ring()[1].tolist()) == sample
    canvas.set_field(None)
    assert colour_at(canvas, 0.4, 0.4) == ground


def test_a_field_moves_with_the_view_and_goes_with_other_axes(canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(3))
    canvas.set_style(NOTHING)
    canvas.set_field(field(3, smooth=False))
    canvas.navigation.pan(-60.0, 30.0)
    x, y = canvas.navigation.view.to_pixels([[0.4, 0.4]])[0].tolist()
    assert painted(canvas).pixelColor(round(x), round(y)) == QColor(255, 0, 0)
    canvas.axes.set_axes(0, 2)
    assert not (rgb(painted(canvas)) == (255, 0, 0)).all(axis=2).any()


def test_lines_of_a_field_are_drawn_where_they_are(canvas: LatentCanvas) -> None:
    canvas.set_style(NOTHING)
    clear = FieldPicture(
        np.zeros((1, 1, 4), np.uint8), (-1.0, -1.0, 1.0, 1.0), axes_frame((0, 1), [0.0, 0.0])
    )
    before = painted(canvas)
    canvas.set_field(replace(clear, lines=(np.array([[-0.5, 0.2], [0.5, 0.2]]),)))
    pixels = changed(before, painted(canvas))
    y = canvas.navigation.view.y_pixel(0.2)
    assert len(pixels) > 100
    assert np.abs(pixels[:, 1] - y).max() <= 2


def test_a_path_goes_through_its_codes(canvas: LatentCanvas) -> None:
    before = painted(canvas)
    canvas.set_path([[-0.5, 0.0], [0.0, 0.4], [0.5, 0.0]])
    pixels = changed(before, painted(canvas))
    x, y = pixel_of(canvas, np.array([0.0, 0.4], np.float32))
    assert np.hypot(*(pixels - (x, y)).T).min() < 2
    canvas.set_path(None)
    assert not len(changed(before, painted(canvas)))
    canvas.set_path([[0.0, 0.0, 0.0]])
    assert not len(changed(before, painted(canvas)))


@pytest.mark.parametrize("count", [3, 4000])
def test_a_ghost_is_seen_pale_under_the_samples(canvas: LatentCanvas, count: int) -> None:
    canvas.set_style(NOTHING)
    before = painted(canvas)
    spots = np.random.default_rng(0).uniform(-0.5, 0.5, (count, 2)).astype(np.float32)
    canvas.set_ghost(spots)
    after = painted(canvas)
    pixels = changed(before, after)
    x, y = canvas.navigation.view.to_pixels(spots[:3]).T
    for at_x, at_y in zip(x.tolist(), y.tolist(), strict=True):
        assert np.hypot(*(pixels - (at_x, at_y)).T).min() < 2
    # Samples are painted over it.
    canvas.set_ghost(ring())
    at = [round(value) for value in pixel_of(canvas, ring()[2])]
    assert painted(canvas).pixelColor(*at) == before.pixelColor(*at)
    canvas.set_ghost(None)
    assert not len(changed(before, painted(canvas)))


def test_a_ghost_of_one_number_lies_below_the_ribbon(canvas: LatentCanvas) -> None:
    canvas.set_style(NOTHING)
    canvas.set_codes(ring(1))
    canvas.navigation.rest()
    before = painted(canvas)
    canvas.set_ghost([[-0.4], [0.1], [0.1], [np.nan], [99.0]])
    pixels = changed(before, painted(canvas))
    view = canvas.navigation.view
    band = canvas.scene.band(view)
    assert band is not None
    assert (pixels[:, 1] > view.top + band[1]).all()
    wanted = view.to_pixels([[-0.4, 0.0], [0.1, 0.0]])[:, 0]
    away = np.abs(pixels[:, :1] - wanted)
    assert (away.min(axis=1) < 3).all()
    assert (away.min(axis=0) < 2).all()


def test_marked_samples_get_a_ring(canvas: LatentCanvas) -> None:
    before = painted(canvas)
    canvas.set_marked(2)
    pixels = changed(before, painted(canvas))
    x, y = pixel_of(canvas, ring()[2])
    assert len(pixels)
    assert np.hypot(*(pixels - (x, y)).T).max() < 60
    canvas.set_marked([0, 4])
    pixels = changed(before, painted(canvas))
    assert np.ptp(pixels[:, 0]) > 200
    canvas.set_marked(None)
    assert not len(changed(before, painted(canvas)))


def test_who_is_under_the_cursor_is_told_once(canvas: LatentCanvas) -> None:
    told: list[int] = []
    canvas.hovered.connect(told.append)
    x, y = pixel_of(canvas, ring()[3])
    point_at(canvas, x, y)
    point_at(canvas, x + 1, y)
    point_at(canvas, *pixel_of(canvas, np.zeros(2, np.float32)))
    assert told == [3, -1]


def test_a_fan_is_a_plate_beside_the_cursor(canvas: LatentCanvas) -> None:
    point_at(canvas, 200.0, 150.0)
    before = painted(canvas)
    fan = np.zeros((5, 5, 7, 5), np.float32)
    fan[4, 4] = 1.0
    canvas.set_fan(fan, 0.1)
    after = painted(canvas)
    pixels = changed(before, after)
    assert pixels[:, 0].max() > 350
    assert pixels[:, 1].max() > 300
    # Row 4 is at the top: the lit image is in the upper right corner.
    look = canvas.scene.points.sprites.image_style
    rect = canvas.cursor_overlay.fan.rect(canvas.navigation.view, QPointF(200, 150), look)
    dark = rgb(after).astype(int).sum(axis=2) < 200
    rows, columns = np.nonzero(
        dark[round(rect.top()) : round(rect.bottom()), round(rect.left()) : round(rect.right())]
    )
    assert columns.mean() > 0.75 * rect.width()
    assert rows.mean() < 0.25 * rect.height()
    canvas.set_fan(None)
    assert not len(changed(before, painted(canvas)))


def test_a_fan_of_one_row_is_a_low_plate(canvas: LatentCanvas) -> None:
    point_at(canvas, 200.0, 150.0)
    fan, look = canvas.cursor_overlay.fan, canvas.scene.points.sprites.image_style
    canvas.set_fan(np.zeros((5, 5, 7, 5), np.float32), 0.1)
    square = fan.rect(canvas.navigation.view, QPointF(200, 150), look)
    canvas.set_fan(np.zeros((1, 5, 7, 5), np.float32), 0.1)
    row = fan.rect(canvas.navigation.view, QPointF(200, 150), look)
    assert row.width() == square.width()
    assert row.height() < square.height() / 4
    assert len(fan.coordinates(canvas.navigation.view, QPointF(200, 150))) == 5
    painted(canvas)


def test_names_of_regions_are_written_where_there_is_room(canvas: LatentCanvas) -> None:
    def named(room: float) -> FieldPicture:
        name = RegionName("Q", 0.0, 0.0, room, room)
        image = np.zeros((2, 2, 4), np.uint8)
        return FieldPicture(
            image, (-9.0, -9.0, 9.0, 9.0), canvas.scene.projection.frame, names=(name,)
        )

    canvas.set_style(MapStyle(grid=False, plane=False, points="dots", scale=False))
    canvas.set_field(named(0.001))
    before = painted(canvas)
    canvas.set_field(named(0.2))
    pixels = changed(before, painted(canvas))
    x, y = pixel_of(canvas, np.zeros(2, np.float32))
    assert len(pixels) > 30
    assert abs(pixels[:, 0].mean() - x) < 4
    assert abs(pixels[:, 1].mean() - y) < 6


def test_values_colour_the_samples(canvas: LatentCanvas) -> None:
    canvas.set_values("error", [0.0, 1, 2, 3, 4, 5, 6, np.nan])
    at = ring()[6].tolist()
    by_label = colour_at(canvas, *at)
    canvas.set_style(replace(NOTHING, colour="error"))
    low, high = colour_at(canvas, *ring()[0].tolist()), colour_at(canvas, *at)
    assert high != by_label
    # viridis: violet for low, yellow for high values.
    assert low.blue() > low.green()
    assert high.green() > high.blue()
    canvas.set_values("error", None)
    assert canvas.scene.points.colours.value_range is None
    with pytest.raises(ValueError, match="do not fit"):
        canvas.set_values("error", [1.0])


def test_a_selection_stands_out(canvas: LatentCanvas) -> None:
    canvas.set_style(NOTHING)
    one, other = ring()[1].tolist(), ring()[5].tolist()
    before = colour_at(canvas, *one), colour_at(canvas, *other)
    canvas.set_selection([1, 2])
    assert canvas.selection.tolist() == [1, 2]
    assert colour_at(canvas, *one) == before[0]
    assert colour_at(canvas, *other) != before[1]
    canvas.set_selection(None)
    assert colour_at(canvas, *other) == before[1]


def test_posteriors_are_ellipses_as_wide_as_their_deviation(canvas: LatentCanvas) -> None:
    canvas.set_style(NOTHING)
    before = painted(canvas)
    variances = np.zeros((8, 2))
    variances[0] = (0.09, 0.01)
    canvas.set_variances(variances)
    pixels = changed(before, painted(canvas))
    x, y = pixel_of(canvas, ring()[0])
    near = pixels[np.hypot(*(pixels - (x, y)).T) < 150]
    view = canvas.navigation.view
    assert np.abs(near[:, 0] - x).max() == pytest.approx(0.3 * view.sx, abs=3)
    assert np.abs(near[:, 1] - y).max() == pytest.approx(0.1 * view.sy, abs=3)
    on_paper = view.placed(0.0, 0.0, 2 * view.width, 2 * view.height)
    on_paper = replace(on_paper, sx=2 * view.sx, sy=2 * view.sy)
    size = QSize(round(on_paper.width), round(on_paper.height))
    paper = Target(on_paper, size, 1.0, LIGHT, canvas.font())
    with_it = Ground(canvas.scene).image(paper)
    canvas.set_style(replace(NOTHING, ellipses=False))
    assert not len(changed(before, painted(canvas)))
    without = Ground(canvas.scene).image(paper)
    pixels = changed(without, with_it)
    near = pixels[np.hypot(*(pixels - on_paper.to_pixels(ring()[:1])).T) < 300]
    assert np.abs(near.mean(axis=0) - on_paper.to_pixels(ring()[:1])[0]).max() < 3


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 1.75])
def test_the_picture_covers_the_last_device_pixel_of_the_map(
    canvas: LatentCanvas, ratio: float
) -> None:
    view, font = canvas.navigation.view, canvas.surface.font()
    for width in range(701, 705):
        pixmap = Target(view, QSize(width, 500), ratio, LIGHT, font).fitting(QPixmap())
        assert width * ratio <= pixmap.width() < width * ratio + 1
