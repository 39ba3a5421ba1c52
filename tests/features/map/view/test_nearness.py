"""Images decoded far from all samples are drawn pale."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from aegui.core.latent.frame import axes_frame
from aegui.features.map.model.plane_tiles import Plane
from aegui.features.map.view.nearness import FAINT, Nearness
from aegui.features.map.view.photo_plane import PhotoPlane
from aegui.widgets.viewport import Viewport

CROWD = (-1.0, -1.0, 1.0, 1.0)


def test_tiles_at_samples_are_strong_and_far_ones_faint() -> None:
    rng = np.random.default_rng(0)
    coordinates = np.concatenate([rng.uniform(-1, 1, (400, 2)), [[7.5, 7.5], [np.nan, 0.0]]])
    shares = Nearness(coordinates, CROWD).shares((-10.0, -10.0, 10.0, 10.0), 20, 20)
    assert shares[9:11, 9:11].tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert shares[17, 17] == 1.0, "a sample by itself counts too"
    assert shares[0, 0] == pytest.approx(FAINT)
    middle = shares[10, 10:17]
    assert (np.diff(middle[:4]) <= 0).all()
    # Tiles of any size that contain a sample are at full strength.
    assert Nearness(coordinates, CROWD).shares((-10.0, -10.0, 10.0, 10.0), 2, 2).min() == 1.0


def test_the_ground_comes_through_where_no_samples_are() -> None:
    layer = PhotoPlane()
    tiles = np.zeros((1, 2, 3, 8, 8), np.uint8)
    layer.set_plane(Plane((-10.0, -1.0, 10.0, 1.0), tiles, 1, axes_frame((0, 1), np.zeros(2))))
    layer.nearness = Nearness(np.array([[-5.0, 0.0]] * 4), CROWD)
    view = Viewport(0.0, 0.0, 10.0, 100.0).placed(0.0, 0.0, 200.0, 200.0)
    image = layer.image(view, QColor("white"), 1.0, 1.0)
    assert image.pixelColor(50, 100).red() < 8
    assert image.pixelColor(150, 100).red() > 180


def test_a_plane_that_has_moved_on_looks_as_one_that_is_new() -> None:
    rng = np.random.default_rng(0)
    tiles = rng.integers(0, 256, (9, 12, 3, 8, 8)).astype(np.uint8)
    nearness = Nearness(rng.uniform(0.0, 12.0, (6, 2)), (0.0, 0.0, 12.0, 9.0))
    view = Viewport(6.0, 4.5, 20.0, 20.0).placed(0.0, 0.0, 240.0, 180.0)
    frame = axes_frame((0, 1), np.zeros(2))

    def part(bottom: int, left: int, columns: int = 8) -> Plane:
        rect = (float(left), float(bottom), float(left + columns), bottom + 6.0)
        return Plane(rect, tiles[bottom : bottom + 6, left : left + columns], 1, frame)

    def picture(layer: PhotoPlane, plane: Plane) -> bytes:
        layer.nearness = nearness
        layer.set_plane(plane)
        return bytes(layer.image(view, QColor("white"), 1.0, 1.0).constBits())

    moved = PhotoPlane()
    for plane in (part(0, 0), part(1, 2), part(3, 4, 5), part(0, 0)):
        assert picture(moved, plane) == picture(PhotoPlane(), plane)
