"""Plane and points: pixels and positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPixmap

from aegui.core.latent.frame import axes_frame
from aegui.features.map.model.plane_tiles import Plane
from aegui.features.map.view.backdrop import PlaneLayer
from aegui.features.map.view.photo_plane import PhotoPlane
from aegui.kit.theme import LIGHT, Theme
from aegui.session.data.image_style import ImageStyle
from aegui.widgets.colours import class_colour
from aegui.widgets.scatter import point_layer
from aegui.widgets.scatter.point_layer import MAX_PIXMAPS, MIN_STICKERS, PointLayer, stack
from aegui.widgets.viewport import Viewport, bounds_of
from tests.features.map.view.canvases import rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

XY = axes_frame((0, 1), [0.0, 0.0])
ON, OFF = QColor("#000000"), QColor("#ffffff")
VIEW = Viewport(cx=0.0, cy=0.0, sx=100.0, sy=100.0, left=0.0, top=0.0, width=400.0, height=400.0)


def some_plane(rows: int = 2, columns: int = 2) -> Plane:
    """Return a plane over [-1, 1] x [-1, 1], dark except for the lower left tile."""
    images = np.zeros((rows, columns, 1, 7, 5), np.uint8)
    images[0, 0] = 255
    return plane_of(images)


def plane_of(images: NDArray[np.uint8], y: float = 1.0) -> Plane:
    return Plane((-1.0, -y, 1.0, y), images, 3, XY)


def dark(image: QImage) -> tuple[int, int, int, int]:
    """Return the bounding box of all pixels of colour ON: left, top, right, bottom."""
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
    # The tile fills [-1, 0] x [-1, 0]: x pixels 100..200, y pixels 200..300; scale 12.
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
    layer.set_plane(plane_of(np.full((2, 2, 1, 7, 5), 255, np.uint8)))
    image = layer.image(VIEW, ON, OFF, 1.0)
    assert all(image.pixelColor(x, 5) == OFF for x in range(400))
    assert image.pixelColor(150, 150) == ON


def test_every_pixel_of_a_tile_is_as_wide_as_the_others() -> None:
    images = np.zeros((1, 1, 1, 7, 5), np.uint8)
    images[0, 0, 0, :, ::2] = 255
    layer = PlaneLayer()
    layer.set_plane(plane_of(images))
    image = layer.image(VIEW.zoomed(0.613, 200, 200), ON, OFF, 1.0)
    row = [image.pixelColor(x, 200) == ON for x in range(400)]
    runs = "".join("#" if on else "." for on in row).strip(".")
    widths = {len(run) for run in runs.replace(".", " ").split()}
    assert len(widths) == 1
    assert runs.count("#") * 2 == (len(runs) - runs.count("#")) * 3


def test_images_larger_than_their_tiles_are_shrunk() -> None:
    layer = PlaneLayer()
    layer.set_plane(plane_of(np.full((8, 8, 1, 64, 64), 255, np.uint8)))
    image = layer.image(VIEW, ON, OFF, 1.0)
    lit = sum(image.pixelColor(x, 200 + x % 50) == ON for x in range(100, 300))
    assert lit > 150


def test_device_pixels_are_used() -> None:
    layer = PlaneLayer()
    layer.set_plane(some_plane())
    image = layer.image(VIEW, ON, OFF, 2.0)
    assert (image.width(), image.devicePixelRatio()) == (800, 2.0)


def test_a_ribbon_lies_in_its_band() -> None:
    images = np.full((1, 2, 1, 7, 5), 255, np.uint8)
    layer = PlaneLayer()
    layer.set_plane(plane_of(images, 0.5))
    _, top, _, bottom = dark(layer.image(VIEW, ON, OFF, 1.0, band=(300.0, 350.0)))
    assert top >= 300
    assert bottom < 350


def test_a_row_of_photographs_is_never_squeezed() -> None:
    images = np.zeros((1, 2, 1, 20, 20), np.uint8)
    # A dark frame of one pixel around a white square, which must stay square.
    images[..., 5:15, 5:15] = 255
    layer = PhotoPlane()
    layer.set_plane(plane_of(images, 0.5))
    for tall, left, right in ((60.0, 120, 179), (160.0, 100, 199)):
        image = layer.image(VIEW, QColor("#ff0000"), 1.0, 1.0, band=(200.0, 200.0 + tall))
        rgb = [image.pixelColor(x, round(200 + tall / 2)) for x in range(100, 200)]
        seen = [x for x, colour in enumerate(rgb, start=100) if colour != QColor("#ff0000")]
        assert (min(seen), max(seen)) == pytest.approx((left, right), abs=1)
        light = sum(colour.lightness() > 128 for colour in rgb)
        assert light == pytest.approx(tall / 2, abs=2)


def points(count: int, images: int = 7) -> PointLayer:
    rng = np.random.default_rng(5)
    layer = PointLayer()
    pictures = (rng.random((count, images, 5)) > 0.5).astype(np.float32)
    layer.sprites.set_samples([str(i % 10) for i in range(count)], pictures)
    coordinates = rng.uniform(-1.9, 1.9, (count, 2))
    layer.set_coordinates(coordinates, bounds_of(coordinates))
    return layer


def test_glyphs_where_there_is_room_and_dots_where_not() -> None:
    few, many = points(20), points(1500)
    few.lay_out(VIEW, "auto", labels=True, floor=None)
    many.lay_out(VIEW, "auto", labels=True, floor=None)
    assert few.image_scale >= 2
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
    scale, marked = layer.image_scale, layer.marked.tolist()
    for dx in range(0, 400, 40):
        layer.lay_out(VIEW.panned(dx, dx / 2), "auto", labels=True, floor=None)
        assert layer.image_scale == scale
        assert layer.marked.tolist() == marked
    layer.lay_out(VIEW.zoomed(4.0, 200, 200), "auto", labels=True, floor=None)
    assert layer.image_scale > scale


@pytest.mark.parametrize("count", [20, 60, 300])
def test_images_never_cover_one_another(count: int) -> None:
    layer = points(count)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    rows = layer.marked.tolist() if len(layer.marked) else range(count)
    assert len(rows) > 5
    boxes = [layer.box(row).adjusted(1, 1, -1, -1) for row in rows]
    for one, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[:one])


def test_all_samples_are_images_where_they_lie_apart() -> None:
    layer = points(9)
    layer.set_coordinates(
        np.array([[x, y] for x in (-1, 0, 1) for y in (-1, 0, 1)], float), (-1, -1, 1, 1)
    )
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    assert layer.scale >= 2
    assert not len(layer.marked)


def test_pointing_finds_the_sample_that_is_drawn_there() -> None:
    layer = points(30)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    x, y = layer.pixels[7].tolist()
    assert layer.hit(x, y) == layer.nearest(x, y) == 7
    assert layer.hit(-500.0, -500.0) is None
    assert layer.nearest(-500.0, -500.0) is not None


def test_codes_that_are_not_finite_are_not_found() -> None:
    layer = points(3)
    layer.set_coordinates(
        np.array([[np.nan, 0.0], [0.5, 0.5], [np.inf, 1.0]]), (0.5, 0.5, 0.5, 0.5)
    )
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    assert layer.nearest(0.0, 0.0) == 1
    layer.set_coordinates(np.full((3, 2), np.nan), None)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    assert layer.nearest(0.0, 0.0) is None


@pytest.mark.parametrize("count", [100, MAX_PIXMAPS + 500])
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


# Images other than glyphs

PHOTO = ImageStyle(glyphs=False)


def photos(count: int, side: int = 28, channels: int = 1) -> PointLayer:
    rng = np.random.default_rng(5)
    layer = PointLayer()
    pictures = rng.random((min(count, 500), channels, side, side), dtype=np.float32)
    every = pictures[np.arange(count) % len(pictures)] if count < 2000 else pictures
    layer.sprites.set_samples(["x"] * len(every), every, PHOTO)
    coordinates = rng.uniform(-1.9, 1.9, (count, 2))
    layer.set_coordinates(coordinates, bounds_of(coordinates))
    return layer


@pytest.mark.parametrize(("side", "scale"), [(16, 4.0), (28, 2.0), (64, 1.0), (256, 1 / 4)])
def test_large_images_are_reduced_and_small_ones_enlarged(side: int, scale: float) -> None:
    layer = photos(3, side)
    layer.lay_out(VIEW.zoomed(3.0, 200, 200), "auto", labels=True, floor=None)
    assert layer.scale == scale
    around = 6
    assert layer.box(1).height() == side * scale + around


def test_images_become_dots_where_there_are_many_and_come_back_on_zooming_in() -> None:
    layer = photos(60_000)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    assert layer.scale == 0
    few = layer.rows_in(VIEW, QRectF(0, 0, 400, 400)).size / max(1, len(layer.marked))
    near = VIEW.zoomed(60.0, 200, 200)
    layer.lay_out(near, "auto", labels=True, floor=None)
    inside = layer.rows_in(near, QRectF(0, 0, 400, 400))
    assert len(inside) / max(1, np.isin(inside, layer.marked).sum()) < few


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("count", [60, 12_000])
def test_dots_have_the_colours_of_their_classes_and_fade_beside_one_that_stands_out(
    count: int,
) -> None:
    layer = photos(count)
    classes = np.arange(count) % 3
    layer.colours.set_classes(classes)
    layer.lay_out(VIEW, "dots", labels=False, floor=None)

    def coloured(number: int) -> int:
        image = QImage(400, 400, QImage.Format.Format_RGB32)
        image.fill(LIGHT.panel)
        painter = QPainter(image)
        layer.paint(painter, VIEW, LIGHT, 1.0, QFont())
        painter.end()
        wanted = class_colour(number, LIGHT)
        spots = layer.pixels[classes == number][:400]
        return sum(image.pixelColor(round(x), round(y)) == wanted for x, y in spots.tolist())

    each = [coloured(number) for number in range(3)]
    assert min(each) >= (0.9 * count / 3 if count < 100 else 100)
    layer.colours.set_emphasis(1)
    assert coloured(1) >= each[1] * 0.8
    assert coloured(0) == 0


@pytest.mark.usefixtures("qapp")
def test_many_dots_move_with_the_view_as_they_are() -> None:
    layer = photos(20_000)

    def painted(view: Viewport) -> NDArray[np.uint8]:
        layer.lay_out(view, "dots", labels=False, floor=None)
        image = QImage(400, 400, QImage.Format.Format_RGB32)
        image.fill(LIGHT.panel)
        painter = QPainter(image)
        layer.paint(painter, view, LIGHT, 1.0, QFont())
        painter.end()
        return np.frombuffer(image.constBits(), np.uint8).reshape(400, 400, 4).copy()

    first = painted(VIEW)
    while layer.is_rough:
        first = painted(VIEW)
    moved = painted(VIEW.panned(31, -17))
    assert np.array_equal(moved[:383, 31:], first[17:, :369])
    far = VIEW.panned(180, 40)
    fresh = photos(20_000)
    layer, stale = fresh, painted(far)
    assert np.array_equal(painted(far), stale)


def test_samples_without_a_code_have_no_place() -> None:
    layer = photos(10)
    coordinates = np.array([[0.0, 0.0], [1.0, 1.0]])
    layer.set_coordinates(coordinates, bounds_of(coordinates), np.array([3, 7]))
    layer.lay_out(VIEW, "dots", labels=False, floor=None)
    x, y = layer.pixels[1].tolist()
    assert layer.hit(x, y) == 7
    assert layer.row_of(7) == 1
    assert layer.row_of(4) is None
    assert layer.box(4).isEmpty()


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("channels", [1, 3])
def test_tiles_of_images_fill_the_plane_without_gaps(channels: int) -> None:
    images = np.full((2, 2, channels, 28, 28), 40, np.uint8)
    images[0, 0] = 200
    layer = PhotoPlane()
    layer.set_plane(plane_of(images))
    image = layer.image(VIEW, OFF, 1.0, 1.0)
    assert image.pixelColor(150, 250) == QColor(200, 200, 200)
    assert image.pixelColor(150, 150) == QColor(40, 40, 40)
    assert image.pixelColor(50, 50) == OFF
    row = [image.pixelColor(x, 150).red() for x in range(102, 298)]
    assert set(row) == {40}
    half = layer.image(VIEW, OFF, 0.5, 1.0)
    assert half.pixelColor(150, 250).red() == pytest.approx(228, abs=2)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("copies", [True, False])
def test_a_plane_that_is_moved_about_looks_as_one_seen_for_the_first_time(copies: bool) -> None:
    images = np.random.default_rng(3).integers(0, 255, (5, 5, 3, 16, 16), dtype=np.uint8)
    layer, fresh = PhotoPlane(), PhotoPlane()
    layer.copies = copies
    layer.set_plane(plane_of(images))
    for way in (0.0, 7.0, 7.0, -20.0):
        fresh.set_plane(plane_of(images))
        view = VIEW.panned(way, 0)
        moved, first = (rgb(each.image(view, OFF, 0.7, 1.0)).astype(int) for each in (layer, fresh))
        np.testing.assert_allclose(moved, first, atol=2)
    layer.set_plane(plane_of(images[::-1]))
    fresh.set_plane(plane_of(images[::-1]))
    moved, first = (rgb(each.image(VIEW, OFF, 0.7, 1.0)) for each in (layer, fresh))
    np.testing.assert_array_equal(moved, first)


@pytest.mark.usefixtures("qapp")
def test_light_images_on_dark_can_be_drawn_as_ink() -> None:
    images = np.zeros((1, 1, 1, 8, 8), np.uint8)
    images[..., 4:] = 255
    layer = PhotoPlane()
    layer.set_plane(plane_of(images))
    image = layer.image(VIEW, OFF, 0.5, 1.0, ink=ON)
    assert image.pixelColor(120, 200) == OFF
    assert image.pixelColor(280, 200) == ON
    moved = layer.image(VIEW.panned(10, 0), OFF, 0.5, 1.0, ink=ON)
    assert moved.pixelColor(290, 200) == ON


@pytest.mark.usefixtures("qapp")
def test_very_many_new_plates_come_over_several_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(point_layer, "MAKING_SECONDS", 0.0)
    layer = photos(3 * MIN_STICKERS)
    layer.lay_out(VIEW, "glyphs", labels=False, floor=None)
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    frames = 0
    while frames == 0 or layer.is_rough:
        painter = QPainter(image)
        layer.paint(painter, VIEW, LIGHT, 1.0, QFont())
        painter.end()
        frames += 1
    assert frames == 3


@pytest.mark.usefixtures("qapp")
def test_a_picture_that_is_not_made_yet_has_the_colour_of_its_class(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(point_layer, "MAKING_SECONDS", 0.0)
    monkeypatch.setattr(point_layer, "MIN_STICKERS", 0)
    seen: list[QColor | None] = []
    layer = photos(4)
    layer.lay_out(VIEW, "glyphs", labels=False, floor=None)
    dot = layer.sprites.dot

    def noted(ratio: float, theme: Theme, colour: QColor | None = None) -> QPixmap:
        seen.append(colour)
        return dot(ratio, theme, colour)

    monkeypatch.setattr(layer.sprites, "dot", noted)

    def colours() -> list[str]:
        seen.clear()
        image = QImage(40, 40, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        layer.paint(painter, VIEW, LIGHT, 1.0, QFont())
        painter.end()
        return [colour.name() if colour is not None else "" for colour in seen]

    assert set(colours()) == {LIGHT.text_dim.name()}
    layer.colours.set_classes(np.array([1, 2, 1, 2]))
    assert set(colours()) <= {class_colour(1, LIGHT).name(), class_colour(2, LIGHT).name()}
