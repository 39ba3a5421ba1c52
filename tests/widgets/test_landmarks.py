"""Landmark images in a dense map: not overlapping, and stable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtGui import QFont, QImage, QPainter

from aegui.kit.theme import LIGHT
from aegui.session.data.image_style import ImageStyle
from aegui.widgets.landmarks import GAP_PX, MAX_TESTED, Landmarks, apart
from aegui.widgets.scatter.point_layer import LANDMARK_PX, MAX_PIXMAPS, PointLayer
from aegui.widgets.viewport import Viewport, bounds_of
from tests.features.map.view.canvases import rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

VIEW = Viewport(cx=0.0, cy=0.0, sx=100.0, sy=100.0, left=0.0, top=0.0, width=400.0, height=400.0)
SPRITE = (34.0, 30.0)


def crowd(count: int = 500) -> NDArray[np.float64]:
    return np.random.default_rng(5).normal(scale=0.6, size=(count, 2))


def photographs(count: int = 500, labels: int = 1) -> PointLayer:
    """Return a layer of white images of 16 x 16 pixels, too many to show all."""
    layer = PointLayer()
    image_style = ImageStyle(glyphs=False, ground=0.0)
    names = [str(i % labels) for i in range(count)]
    layer.sprites.set_samples(names, np.ones((count, 16, 16), np.float32), image_style)
    coordinates = crowd(count)
    layer.set_coordinates(coordinates, bounds_of(coordinates))
    return layer


def painted(layer: PointLayer) -> QImage:
    """Return the layer painted with all its images, which may take several frames."""
    for _ in range(200):
        image = QImage(400, 400, QImage.Format.Format_RGB32)
        image.fill(LIGHT.panel)
        painter = QPainter(image)
        layer.paint(painter, VIEW, LIGHT, 1.0, QFont())
        painter.end()
        if not layer.is_rough:
            return image
    raise AssertionError("images are missing still")


def test_landmarks_do_not_meet_and_leave_no_gap_for_another() -> None:
    coordinates = crowd()
    rows = Landmarks().rows(coordinates, 1, VIEW, SPRITE)
    assert len(rows) > 20
    pixels = VIEW.to_pixels(coordinates)
    away = np.abs(pixels[:, np.newaxis] - pixels[rows])
    meets = (away[..., 0] < SPRITE[0]) & (away[..., 1] < SPRITE[1])
    assert meets[rows].sum() == len(rows)
    near = (away[..., 0] < 1.2 * (SPRITE[0] + GAP_PX)) & (away[..., 1] < 1.2 * (SPRITE[1] + GAP_PX))
    assert near.any(axis=1).all()


def test_panning_changes_no_landmark_and_coming_closer_brings_more() -> None:
    coordinates, chooser = crowd(), Landmarks()
    rows = chooser.rows(coordinates, 1, VIEW, SPRITE)
    assert chooser.rows(coordinates, 1, VIEW.panned(70.0, -9.0), SPRITE) is rows
    nearer = chooser.rows(coordinates, 1, VIEW.zoomed(3.0, 10, 10), SPRITE)
    assert len(nearer) > 2 * len(rows)
    assert np.isin(rows, nearer).all()


def test_moving_a_little_leaves_most_landmarks() -> None:
    coordinates, chooser = crowd(), Landmarks()
    rows = chooser.rows(coordinates, 1, VIEW, SPRITE)
    moved = coordinates + np.random.default_rng(1).normal(scale=0.005, size=coordinates.shape)
    assert np.isin(rows, chooser.rows(moved, 2, VIEW, SPRITE)).mean() > 0.8


def test_codes_that_are_no_numbers_are_none() -> None:
    coordinates = crowd(4)
    coordinates[1] = np.nan
    assert 1 not in Landmarks().rows(coordinates, 1, VIEW, SPRITE)
    assert len(Landmarks().rows(np.full((5, 2), np.nan), 1, VIEW, SPRITE)) == 0
    assert len(Landmarks().rows(np.zeros((0, 2)), 1, VIEW, SPRITE)) == 0


def test_the_first_offered_is_taken() -> None:
    coordinates = np.array([[0.0, 0.0], [0.9, 0.0], [1.1, 0.0], [-0.4, 0.99], [-0.4, 1.0]])
    assert apart(coordinates).tolist() == [0, 2, 4]


def test_of_very_many_some_may_become_one() -> None:
    rows = Landmarks().rows(crowd(20_000) * 50, 1, VIEW, SPRITE)
    assert 300 < len(rows) <= MAX_TESTED
    assert len(np.unique(rows)) == len(rows)


@pytest.mark.parametrize("count", [500, MAX_PIXMAPS + 500])
@pytest.mark.usefixtures("qapp")
def test_images_are_painted_among_the_dots_and_are_pointed_at(count: int) -> None:
    layer = photographs(count)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    assert layer.scale == 0
    assert len(layer.marked) > 10
    seen = rgb(painted(layer))
    coordinates = layer.pixels[layer.marked]
    within = ((coordinates > 20) & (coordinates < 380)).all(axis=1)
    rows = layer.marked[np.flatnonzero(within)].tolist()
    assert len(rows) > 10
    for row in rows:
        x, y = np.rint(layer.pixels[row]).astype(int).tolist()
        assert (seen[y - 12 : y + 12, x - 12 : x + 12] == 255).all()
        # The whole image is hit, whatever dot is below.
        assert layer.hit(x + 12, y - 12) == row
        assert layer.box(row).width() >= LANDMARK_PX
    layer.lay_out(VIEW, "dots", labels=True, floor=None)
    assert len(layer.marked) == 0


def test_what_is_selected_is_seen_in_images() -> None:
    layer = photographs(MAX_PIXMAPS)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    before = layer.marked
    chosen = np.arange(0, MAX_PIXMAPS, 40)
    layer.colours.set_selection(chosen, MAX_PIXMAPS)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    assert len(layer.marked) > 10
    assert np.isin(layer.marked, chosen).all()
    layer.colours.set_selection(None, MAX_PIXMAPS)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    assert len(layer.marked) > 0.7 * len(before)
    # Without samples none is highlighted.
    layer.set_coordinates(np.zeros((0, 2)), None)
    layer.lay_out(VIEW, "auto", labels=True, floor=None)
    assert len(layer.marked) == 0


def test_labels_that_tell_nothing_are_left_out() -> None:
    for labels, shown in ((1, False), (2, True)):
        layer = photographs(40, labels)
        layer.lay_out(VIEW, "dots", labels=True, floor=None)
        assert layer.labelled is shown
