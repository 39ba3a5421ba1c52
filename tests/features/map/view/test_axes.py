"""The decoded background of the map, and axes of codes of one or many dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from aegui.core.latent.frame import axes_frame
from aegui.features.map.model.plane_tiles import Plane
from aegui.features.map.view.controls import AxesBar
from aegui.features.map.view.types import MapStyle
from aegui.kit.theme import LIGHT
from aegui.session.map.codes_service import described
from tests.features.map.view.canvases import has, move, painted, place, plane_for, ring, told

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas


# The decoded background


def test_a_plane_is_asked_for_when_needed_and_not_before(canvas: LatentCanvas) -> None:
    got = told(canvas.view_changed)
    first = canvas.planes.request
    assert first is not None
    assert first.frame == axes_frame((0, 1), [0.0, 0.0])
    canvas.navigation.pan(6, 3)
    assert got == [], "there is a margin to pan over"
    canvas.navigation.pan(200, 0)
    assert len(got) == 1
    canvas.navigation.zoom(3.0, 300, 200)
    assert len(got) == 2
    request = canvas.planes.request
    assert request is not None
    x0, y0, x1, y1 = canvas.navigation.view.bounds
    assert request.rect[0] <= x0 <= x1 <= request.rect[2]
    assert request.rect[1] <= y0 <= y1 <= request.rect[3]


def test_the_plane_is_painted_softly_and_never_goes_blank(canvas: LatentCanvas) -> None:
    assert canvas.planes.request is not None
    blank = painted(canvas)
    canvas.set_plane(plane_for(canvas.planes.request))

    def field(image: QImage) -> int:
        cells = ((x, y) for x in range(60, 690, 3) for y in range(60, 470, 3))
        return sum(image.pixelColor(x, y) != blank.pixelColor(x, y) for x, y in cells)

    shown = field(painted(canvas))
    assert shown > 3000
    canvas.navigation.pan(30, 20)
    assert field(painted(canvas)) > 0.9 * shown
    canvas.navigation.zoom(1.3, 300, 200)
    assert field(painted(canvas)) > 0.7 * shown
    lit = painted(canvas).pixelColor(300, 200).lightness()
    assert lit > 150, "far paler than a glyph"
    canvas.set_style(MapStyle(plane=False))
    assert has(painted(canvas), LIGHT.panel, (200, 250), 3)


def test_a_plane_that_was_switched_off_is_asked_for_again(canvas: LatentCanvas) -> None:
    got = told(canvas.view_changed)
    canvas.set_style(MapStyle(plane=False))
    assert got == []
    canvas.set_style(MapStyle())
    assert len(got) == 1


def test_a_plane_goes_with_its_network(canvas: LatentCanvas) -> None:
    assert canvas.planes.request is not None
    canvas.set_codes(None)
    empty = painted(canvas)
    canvas.set_codes(ring())
    canvas.set_plane(plane_for(canvas.planes.request))
    assert painted(canvas) != empty
    canvas.set_codes(None)
    assert painted(canvas) == empty


def test_a_plane_of_other_axes_is_not_shown(canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(4))
    canvas.axes.set_axes(0, 1)
    assert canvas.planes.request is not None
    canvas.set_plane(plane_for(canvas.planes.request))
    with_plane = painted(canvas)
    canvas.axes.set_axes(2, 3)
    canvas.axes.set_axes(0, 1)
    assert painted(canvas) == with_plane
    other = axes_frame((1, 0), canvas.base)
    canvas.set_plane(
        Plane(canvas.planes.request.rect, np.full((2, 2, 1, 7, 5), 255, np.uint8), 1, other)
    )
    assert painted(canvas) != with_plane


# Codes of one dimension, and of more than two


def test_one_number_is_a_ribbon(canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(1))
    request = canvas.planes.request
    assert request is not None
    assert request.rows == 1
    got = told(canvas.cursor_moved)
    move(canvas, 300, 120)
    z = got[0]
    assert isinstance(z, np.ndarray)
    assert z.tolist() == pytest.approx([canvas.navigation.view.to_latent(300, 0)[0]], abs=1e-6)
    canvas.set_plane(plane_for(request))
    band = canvas.scene.band(canvas.navigation.view)
    assert band is not None
    image = painted(canvas)
    middle = round(sum(band) / 2)
    lit = sum(image.pixelColor(x, middle) != LIGHT.panel for x in range(700))
    assert lit > 450
    assert (canvas.scene.points.pixels[:, 1] < band[0]).all()
    with pytest.raises(ValueError, match="no axes"):
        canvas.axes.set_axes(0, 1)
    canvas.navigation.zoom(6.0, 300, 120)
    nearer = canvas.scene.band(canvas.navigation.view)
    assert nearer is not None
    assert nearer[1] - nearer[0] > 2 * (band[1] - band[0])
    canvas.scene.lay_out(canvas.navigation.view)
    assert (canvas.scene.points.pixels[:, 1] < nearer[0]).all()
    asked = canvas.planes.request
    assert asked is not None
    assert asked.columns < request.columns


def test_the_choice_of_axes_fits_into_the_room_that_there_is(qtbot: QtBot) -> None:
    bar = AxesBar()
    qtbot.addWidget(bar)
    bar.set_state((0, 1), 4, spanned=False)
    bar.show()
    heights = []
    for width in (2000, 360, 200):
        bar.set_width(width)
        assert bar.width() <= width
        heights.append(bar.height())
        for part in (bar.x_choice, bar.y_choice, bar.spanned, bar.through_pins, bar.strip):
            assert bar.rect().contains(part.geometry())
    assert heights == sorted(set(heights)), "one row, two, three"


def test_the_choice_of_axes_shows_its_words_whole_once_planes_are_random(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    around.show()
    bar = AxesBar(around)
    bar.set_state((0, 1), 4, spanned=False)
    bar.set_random(False)
    bar.show()
    bar.set_width(300)
    bar.set_random(True)
    bar.set_width(300)
    QApplication.processEvents()
    for button in (bar.shuffle, bar.through_pins, bar.strip):
        assert button.width() >= button.sizeHint().width()


def test_more_than_two_numbers_have_axes_to_choose(canvas: LatentCanvas) -> None:
    assert not canvas.overlays.axes.isVisible()
    canvas.set_codes(ring(5))
    bar = canvas.overlays.axes
    assert bar.isVisible()
    assert canvas.base.tolist() == pytest.approx([0, 0, 0.25, 0.25, 0.25], abs=1e-6)
    got = told(canvas.cursor_moved)
    move(canvas, 300, 200)
    z = got[0]
    assert isinstance(z, np.ndarray)
    assert z[2:].tolist() == [0.25, 0.25, 0.25]
    bar.x_choice.setCurrentIndex(1)
    bar.x_choice.activated.emit(1)
    assert canvas.scene.projection.axes == (1, 0), "the same number twice swaps the two"
    assert canvas.planes.request is not None
    assert canvas.planes.request.frame == axes_frame((1, 0), canvas.base)


def test_codes_of_more_than_two_numbers_begin_in_the_plane_of_most_difference(
    canvas: LatentCanvas,
) -> None:
    values = ring(4)
    values[:, 2] = np.linspace(-50.0, 50.0, len(values))
    canvas.set_codes(values)
    axes = canvas.overlays.axes
    assert axes.spanned.isChecked()
    assert axes.shuffle.isHidden()
    assert canvas.planes.request is not None
    assert abs(canvas.planes.request.frame.across[2]) > 0.9
    axes.axes_edited.emit(0, 1)
    assert not axes.spanned.isChecked()
    canvas.set_codes(ring(5))
    assert axes.spanned.isChecked(), "another network begins anew"


def test_without_samples_the_first_plane_goes_through_random_codes(canvas: LatentCanvas) -> None:
    canvas.set_prior(True)
    canvas.show_codes(described(np.zeros((0, 16), np.float32), np.zeros(0, np.int64), 40))
    axes = canvas.overlays.axes
    assert axes.spanned.isHidden()
    assert axes.shuffle.isVisible()
    assert canvas.planes.request is not None
    first = canvas.planes.request.frame
    assert np.count_nonzero(first.across) == 16
    QTest.mouseClick(axes.shuffle, Qt.MouseButton.LeftButton)
    assert canvas.planes.request.frame != first
    assert axes.x_choice.currentIndex() == -1, "no number of the code goes across"
    axes.x_choice.setCurrentIndex(4)
    axes.x_choice.activated.emit(4)
    assert canvas.planes.request.frame == axes_frame((4, 1), canvas.base)
    assert (axes.x_choice.currentIndex(), axes.y_choice.currentIndex()) == (4, 1)
    canvas.axes.shuffle()
    canvas.set_codes(ring(5))
    assert axes.spanned.isChecked(), "another network has a plane of its own"
    assert not canvas.scene.projection.is_random


def test_the_view_begins_where_most_codes_are_and_fit_shows_all(canvas: LatentCanvas) -> None:
    count = 80
    canvas.set_samples(["a"] * count, np.zeros((count, 7, 5), np.float32))
    values = np.random.default_rng(3).normal(0.0, 0.2, (count, 2)).astype(np.float32)
    values[0] = (30.0, -40.0)
    canvas.set_codes(values)
    left, bottom, right, top = canvas.navigation.view.bounds
    assert right - left < 20
    assert not (left <= 30.0 <= right and bottom <= -40.0 <= top)
    canvas.navigation.fit(animated=False)
    left, bottom, right, top = canvas.navigation.view.bounds
    assert left <= 30.0 <= right
    assert bottom <= -40.0 <= top


def test_the_other_numbers_follow_the_mean_until_they_are_set(canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(4))
    canvas.axes.set_axes(0, 1)
    canvas.set_codes(ring(4) + 2.0)
    assert canvas.base.tolist() == pytest.approx([2, 2, 2.25, 2.25], abs=1e-6)
    assert canvas.overlays.strip.sliders.code.tolist() == canvas.base.tolist()
    assert canvas.planes.request is not None
    assert canvas.planes.request.frame == axes_frame((0, 1), canvas.base)
    canvas.axes.set_base(place(0.0, 0.0, 0.5, 0.5))
    canvas.set_codes(ring(4) + 3.0)
    assert canvas.base.tolist() == [0, 0, 0.5, 0.5]
    canvas.overlays.strip.mean.click()
    canvas.set_codes(ring(4))
    assert canvas.base.tolist() == pytest.approx([0, 0, 0.25, 0.25], abs=1e-6)


def test_the_other_numbers_can_be_set(canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(4))
    canvas.overlays.axes.strip.click()
    strip = canvas.overlays.strip
    assert strip.isVisible()
    # Not that of the cursor, which stands in its panel.
    assert "Plane" in {label.text() for label in strip.findChildren(QLabel)}
    assert canvas.navigation.view.width < 700 - strip.width() + 1
    requests, told_codes = told(canvas.view_changed), told(canvas.cursor_moved)
    QTest.keyClick(strip.sliders, Qt.Key.Key_PageDown)
    QTest.keyClick(strip.sliders, Qt.Key.Key_Home)
    assert told_codes == [], "it has been the mean already"
    strip.sliders.code_edited.emit(place(0.0, 0.0, 0.25, 0.75))
    assert canvas.base.tolist() == pytest.approx([0, 0, 0.25, 0.75], abs=1e-6)
    assert len(requests) == 1
    z = told_codes[-1]
    assert isinstance(z, np.ndarray)
    assert z[3] == 0.75, "what the sliders say is decoded"
    strip.mean.click()
    assert canvas.base.tolist() == pytest.approx([0, 0, 0.25, 0.25], abs=1e-6)
    assert strip.sliders.code[3] == 0.25
    strip.zero.click()
    assert not canvas.base.any()
    strip.random.click()
    assert canvas.base[0] != 0.0
    with pytest.raises(ValueError, match="no axes"):
        canvas.axes.set_axes(1, 1)
