"""Codes of more than two dimensions in the window: previews at the sliders, a plane of pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.recipe import LatentSpec, LayerSpec
from aegui.core.recipe.edits import with_values
from aegui.features.making.model.making import Making
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow

FOUR = SMALL.model_copy(
    update={"network": SMALL.network.model_copy(update={"latent": LatentSpec(units=4)})}
)


@pytest.fixture
def wide(app: App, qtbot: QtBot) -> MainWindow:
    """Train a network with four-dimensional codes."""
    assert app.services.workspace.new(FOUR)
    train(qtbot, app.window)
    qtbot.waitUntil(lambda: app.services.shown.codes is not None)
    return app.window


def test_sliders_show_what_is_decoded_at_their_ends(wide: MainWindow, qtbot: QtBot) -> None:
    canvas, services = wide.canvas, wide._services
    canvas.axes.set_axes(0, 1)
    with qtbot.waitSignal(services.latest("aegui-ends").answered) as told:
        canvas.overlays.axes.strip.click()
    assert told.args[0].axes == (2, 3)
    codec = services.shown.codec
    assert codec is not None
    code = canvas.base
    code[2] = canvas.overlays.strip.sliders.limits(2)[0]
    drawn = codec.decode(code).reshape(codec.image_shape).clip(0, 1)
    np.testing.assert_allclose(told.args[0].images[0], drawn, atol=1e-6)
    # Another dimension changes what is decoded at the ends of this one.
    with qtbot.waitSignal(
        services.latest("aegui-ends").answered,
        check_params_cb=lambda ends: not np.allclose(ends.images[0], drawn),
    ):
        canvas.axes.set_base(canvas.base + 1.0)


def test_late_images_of_another_network_are_not_shown(app: App, qtbot: QtBot) -> None:
    window, services = app.window, app.services
    # Large enough that the images are decoded in a thread.
    large = {"network.encoder": (LayerSpec(units=30_000),), "training.epochs": 2}
    assert services.workspace.new(with_values(FOUR, large))
    train(qtbot, window)
    qtbot.waitUntil(lambda: services.shown.codes is not None)
    window.canvas.axes.set_axes(0, 1)
    strip = window.canvas.overlays.strip
    with qtbot.waitSignal(services.latest("aegui-ends").answered) as told:
        window.canvas.overlays.axes.strip.click()
    assert told.args[0].axes == (2, 3)
    with qtbot.waitSignal(strip.sliders.ends_requested):
        window.canvas.axes.set_base(window.canvas.base + 1.0)
    with qtbot.assertNotEmitted(services.latest("aegui-ends").answered):
        assert services.workspace.new(FOUR)
        assert services.latest("aegui-ends").finish(60.0)


def test_the_map_shows_the_plane_through_three_pins(wide: MainWindow, qtbot: QtBot) -> None:
    canvas, services = wide.canvas, wide._services
    axes, kept = canvas.overlays.axes, services.workspace.annotations
    codes = services.shown.codes
    assert codes is not None
    assert not axes.through_pins.isEnabled()
    for index in range(2):
        kept.pin(codes.values[index])
    kept.pin(0.5 * codes.values[0] + 0.5 * codes.values[1])
    assert "one line" in axes.through_pins.toolTip()
    kept.pin(codes.values[2])
    assert not axes.through_pins.isEnabled(), "the first three are still on a line"
    services.of(Making).paths.set_stop(2, False)
    assert axes.through_pins.isEnabled()
    assert "Pin 1, Pin 2, Pin 4" in axes.through_pins.toolTip()
    axes.through_pins.click()
    frame = canvas.scene.projection.frame
    places = np.array([kept.pins[i].z for i in (0, 1, 3)], np.float32)
    on_plane = canvas.scene.projection.project(places)
    np.testing.assert_allclose(frame.codes(*on_plane.T), places, atol=1e-4)
    assert axes.through_pins.isChecked()
    assert not axes.spanned.isChecked()
    assert axes.x_choice.currentIndex() == -1, "a plane through pins is none of two numbers"
    assert canvas.planes.request is not None
    assert canvas.planes.request.frame == frame
    # The codes move during training; the plane stays.
    canvas.show_codes(services.shown.codes)
    assert canvas.scene.projection.frame == frame
    axes.spanned.click()
    assert not axes.through_pins.isChecked()
    assert canvas.scene.projection.axis_names() == ("PC1", "PC2")
    axes.through_pins.click()
    axes.through_pins.click()
    assert canvas.scene.projection.axis_names() == ("z1", "z2")
    axes.through_pins.click()
    canvas.axes.set_base(np.full(4, 7.0, np.float32))
    assert services.workspace.new(FOUR)
    assert not axes.through_pins.isChecked(), "the pins of another document are gone"
    train(qtbot, wide)
    qtbot.waitUntil(lambda: services.shown.codes is not None)
    assert services.shown.codes is not None
    np.testing.assert_array_equal(canvas.base, services.shown.codes.mean)
