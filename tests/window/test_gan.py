"""New images in the window: explained, live while a GAN learns, and its levers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.recipe import Recipe
from tests.window.conftest import train

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.session.map.decode_service import Decoded
    from aegui.window.main_window import MainWindow

GAN = Recipe.model_validate(
    {
        "name": "gan",
        "data": {"source": "digits"},
        "network": {"encoder": [{"units": 16}], "latent": {"units": 4}},
        "training": {"epochs": 4, "batch_size": 64, "device": "cpu"},
        "gan": {},
    }
)


def begin(window: MainWindow, qtbot: QtBot, recipe: Recipe) -> None:
    """Open the recipe, whose data are read in the background, and look at the panel."""
    workspace = window._services.workspace
    assert workspace.new(recipe)
    qtbot.waitUntil(lambda: workspace.recipe == recipe, timeout=10_000)
    window.docks["gan"].show()
    window.docks["gan"].raise_()


def test_without_a_generator_the_panel_says_how_to_get_one(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = window.panels.gan
    assert "choose “GAN” or “Variational”" in panel._message.text()
    begin(window, qtbot, GAN)
    assert panel._message.text().startswith("Press Train")


def test_a_generator_shows_its_images(window: MainWindow, qtbot: QtBot) -> None:
    panel, services = window.panels.gan, window._services
    begin(window, qtbot, GAN)
    train(qtbot, window)
    sheet = panel.sheet
    qtbot.waitUntil(lambda: sheet.samples is not None and sheet.samples.epoch == 4, timeout=10_000)
    samples, codec = sheet.samples, services.showing.codec
    assert samples is not None
    assert codec is not None
    window.docks["making"].show()
    window.docks["making"].raise_()
    concept = window.panels.making.concept
    qtbot.waitUntil(lambda: "no encoder" in concept._status.toolTip())
    np.testing.assert_array_equal(samples.images.reshape(64, -1), codec.decode(samples.codes))
    assert samples.scores is not None
    assert panel.generator.isVisible()
    assert not panel.generator.isEnabled()
    panel.noise.click()
    qtbot.waitUntil(lambda: sheet.samples is not samples, timeout=10_000)


def test_an_image_is_found_on_the_map(window: MainWindow, qtbot: QtBot) -> None:
    panel, services = window.panels.gan, window._services
    begin(window, qtbot, GAN)
    train(qtbot, window)
    qtbot.waitUntil(lambda: panel.sheet.samples is not None, timeout=10_000)
    samples = panel.sheet.samples
    assert samples is not None
    with qtbot.waitSignal(services.decode.decoded, check_params_cb=_at(samples.codes[5])):
        panel.sheet.sample_activated.emit(5)
    found = window.panels.canvas.cursor_code()
    assert found is not None
    np.testing.assert_allclose(found, samples.codes[5], rtol=1e-5)


def _at(code: NDArray[np.float32]) -> Callable[[Decoded], bool]:
    return lambda decoded: np.allclose(decoded.z, code, rtol=1e-5)


def test_levers_reach_the_training(window: MainWindow, qtbot: QtBot) -> None:
    panel, services = window.panels.gan, window._services
    training = GAN.training.model_copy(update={"epochs": 100_000})
    begin(window, qtbot, GAN.model_copy(update={"training": training}))
    runner = services.runner
    window.actions_table["train"].trigger()
    qtbot.waitUntil(
        lambda: runner.pull() is not None and panel.generator.isEnabled(), timeout=20_000
    )
    worker = runner._worker
    assert worker is not None
    panel.generator.click()
    assert not worker.orders.control.train_generator
    assert worker.orders.control.train_discriminator
    panel.discriminator.click()
    assert worker.orders.control.train_generator
    assert not worker.orders.control.train_discriminator
    with qtbot.waitSignal(runner.finished, timeout=20_000):
        runner.stop()
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: runner.state == "running", timeout=20_000)
    assert panel.generator.isChecked()
    assert panel.discriminator.isChecked()
    with qtbot.waitSignal(runner.finished, timeout=20_000):
        runner.stop()
