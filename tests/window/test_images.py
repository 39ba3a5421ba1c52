"""Images of any size and colour, and codes of any length, in the real window."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from aegui.core.data.dataset import Dataset
from aegui.core.recipe import (
    AnyLayer,
    ConvSpec,
    GanSpec,
    LatentSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Recipe,
    TrainingSpec,
)
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.charts.view.reconstructions_panel import ReconstructionsPanel
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.features.map.view.cursor_panel import CursorPanel
from tests.session.pictures import colour, grey
from tests.window.conftest import train

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.core.recipe import LatentKey
    from aegui.window.main_window import MainWindow


def recipe(latent: int = 2, *, gaussian: bool = False, conv: bool = False) -> Recipe:
    """Return a recipe that trains in an instant."""
    encoder: tuple[AnyLayer, ...] = (LayerSpec(units=12),)
    if conv:
        encoder = (ConvSpec(channels=2, stride=2),)
    kind: LatentKey = "gaussian" if gaussian else "plain"
    return Recipe(
        name="images",
        network=NetworkSpec(encoder=encoder, latent=LatentSpec(kind=kind, units=latent)),
        training=TrainingSpec(epochs=4, optimizer=OptimizerSpec(learning_rate=0.01)),
    )


def learn(qtbot: QtBot, window: MainWindow, data: Dataset, wanted: Recipe) -> None:
    workspace = window._services.workspace
    workspace.edits.edit_dataset(data, "images")
    workspace.edit_recipe(
        wanted.model_copy(update={"data": workspace.recipe.data}), "another network"
    )
    train(qtbot, window)
    qtbot.waitUntil(lambda: window._services.shown.codes is not None)


@pytest.mark.parametrize(
    ("data", "conv"), [(grey(), False), (colour(), False), (grey(), True), (colour(), True)]
)
def test_every_panel_shows_images(
    qtbot: QtBot, window: MainWindow, data: Dataset, conv: bool
) -> None:
    learn(qtbot, window, data, recipe(conv=conv))
    showing = window._services.showing
    codes = showing.shown.codes
    assert codes is not None
    assert codes.values.shape == (len(data), 2)
    canvas = window.canvas

    def shows_this_set() -> bool:
        """Return whether the plane is of this set; that of the previous one may linger."""
        plane = canvas.scene.backdrop.plane
        return plane is not None and plane.images.shape[3:] == data.image_shape[1:]

    qtbot.waitUntil(shows_this_set)
    assert not canvas.overlays.legend.isHidden()
    # The image at the cursor, and the nearest samples.
    view = canvas.navigation.view
    canvas.mouse.point_at(QPointF(view.left + view.width / 2, view.height / 2))
    shape = data.image_shape if data.image_shape[0] == 3 else data.image_shape[1:]
    qtbot.waitUntil(lambda: window.panel(CursorPanel).pictures.image.shape == shape)
    qtbot.waitUntil(lambda: len(window.panel(CursorPanel).nearest._nearest) == 5)
    # A drawing is a sample with its answer and its errors.
    window.set_perspective("draw")
    drawing = window._services.drawing
    window.canvas.sample_activated.emit(3)
    assert np.array_equal(drawing.pixels, data.images[3].reshape(shape))
    qtbot.waitUntil(lambda: window.panel(AnswerPanel).text.startswith("Mean squared error"))
    qtbot.waitUntil(lambda: canvas.scene.drawing is not None)
    # Reconstructions, worst first, then best.
    window.set_perspective("build")
    window.docks["reconstructions"].raise_()
    rows = window.panel(ReconstructionsPanel)
    qtbot.waitUntil(lambda: rows.summary.startswith("mean squared error"))
    assert rows.view.text_of(0).startswith(data.names[0].split()[0])


@pytest.mark.parametrize("size", [1, 3, 16, 64, 128])
def test_codes_of_any_length_are_wandered_over(qtbot: QtBot, window: MainWindow, size: int) -> None:
    data = grey(20, side=16)
    learn(qtbot, window, data, recipe(size))
    canvas, cursor = window.canvas, window.panel(CursorPanel)
    qtbot.waitUntil(lambda: canvas.scene.backdrop.plane is not None)
    assert canvas.scene.projection.size == size
    assert canvas.overlays.axes.isHidden() == (size <= 2)
    if size == 1:
        assert canvas.scene.projection.ribbon
        return
    canvas.overlays.set_strip(True)
    assert canvas.overlays.strip.isVisible()
    codec = window._services.shown.codec
    assert codec is not None
    for spanned in (False, True):
        canvas.axes.set_spanned(spanned)
        code = np.linspace(-1.0, 1.0, size, dtype=np.float32)
        canvas.overlays.strip.sliders.code_edited.emit(code)
        expected = codec.decode(code)[0].reshape(16, 16)
        qtbot.waitUntil(
            lambda expected=expected: (  # type: ignore[misc]
                cursor.pictures.image.shape == (16, 16)
                and np.allclose(cursor.pictures.image, expected, atol=1e-5)
            ),
        )
        request = canvas.planes.request
        assert request is not None
        assert request.frame == canvas.scene.projection.frame
    canvas.overlays.strip.random.click()
    assert not np.array_equal(canvas.base, code)


def test_a_variational_map_shows_its_prior(qtbot: QtBot, window: MainWindow) -> None:
    learn(qtbot, window, grey(20, side=16), recipe(gaussian=True))
    assert window.canvas.scene.has_prior
    learn(qtbot, window, grey(20, side=16), recipe())
    assert not window.canvas.scene.has_prior


def test_a_gan_has_a_map_but_no_samples_on_it_and_says_why(
    qtbot: QtBot, window: MainWindow
) -> None:
    gan = recipe(3).model_copy(update={"gan": GanSpec()})
    learn(qtbot, window, grey(20, side=16), gan)
    canvas = window.canvas
    assert canvas.scene.codes is not None
    assert len(canvas.scene.codes.values) == 0
    qtbot.waitUntil(lambda: canvas.scene.backdrop.plane is not None)
    if canvas.scene.projection.size > 2:
        assert canvas.scene.projection.is_random
        canvas.axes.set_axes(0, 1)
    view = canvas.navigation.view
    assert view.contains(view.x_pixel(2.0), view.y_pixel(-2.0)), "the prior is in sight"
    canvas.overlays.set_strip(True)
    canvas.overlays.strip.random.click()
    qtbot.waitUntil(lambda: not window.panel(CursorPanel).is_empty)
    window.set_perspective("draw")
    qtbot.waitUntil(lambda: "no encoder" in window.panel(AnswerPanel).text)
    window.docks["reconstructions"].raise_()
    rows = window.panel(ReconstructionsPanel).view
    qtbot.waitUntil(lambda: "no encoder" in rows._message)
    assert canvas.scene.drawing is None


@pytest.mark.arrangement("build")
def test_late_reconstructions_of_the_former_set_are_dropped(
    qtbot: QtBot, learnt: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, dock = learnt._services, learnt.docks["reconstructions"]
    rows, gate, panel = services.latest("aegui-rows"), threading.Event(), ReconstructionsPanel
    dock.raise_()
    qtbot.waitUntil(lambda: bool(learnt.panel(panel).summary))
    # As for a network that needs torch: rows are computed in a thread, which is busy.
    monkeypatch.setattr(services.shown.codec, "numpy_work", 0)

    def wait() -> None:
        gate.wait(60.0)

    rows._job.submit(wait)
    learnt.panel(panel).order_chosen.emit("best")
    qtbot.waitUntil(lambda: not rows.is_idle)
    # Nothing else is asked for while the panel is hidden.
    dock.hide()
    images = np.random.default_rng(0).random((4, 1, 7, 5), np.float32)
    services.workspace.edits.edit_dataset(Dataset.from_images("grey", images), "grey")
    assert not services.shown.image_style.glyphs
    with qtbot.assertNotEmitted(rows.answered):
        gate.set()
        qtbot.waitUntil(lambda: rows.is_idle)
    dock.show()
    dock.raise_()
    qtbot.waitUntil(lambda: "squared error" in learnt.panel(panel).summary)


def test_a_large_set_is_shown_in_full_and_what_is_slow_is_done_elsewhere(
    qtbot: QtBot, window: MainWindow
) -> None:
    data = grey(4_000, side=16)
    learn(qtbot, window, data, recipe())
    services, canvas = window._services, window.canvas

    def is_whole() -> bool:
        return services.shown.codes is not None and len(services.shown.codes.values) == len(data)

    qtbot.waitUntil(is_whole)
    assert canvas.overlays.legend.note == ""
    assert len(canvas.scene.points.pixels) == len(data)
    canvas.grab()
    assert not services.shown.nearest.is_quick


def test_what_is_drawn_with_a_brush_is_answered(qtbot: QtBot, window: MainWindow) -> None:
    learn(qtbot, window, colour(), recipe())
    draw, drawing = window.panel(DrawPanel), window._services.drawing
    window.set_perspective("draw")
    assert draw.brush.isVisible()
    assert draw.editor.ink == (0.0, 0.0, 0.0), "the ground of this set is white"
    draw.edit_requested.emit("clear")
    assert (drawing.pixels == 1.0).all()
    draw.editor.set_brush(3)
    draw.editor.stroke_started.emit("Stroke")
    draw.editor.cells_painted.emit([(3, 3), (3, 4)], 0.0)
    draw.editor.stroke_finished.emit()
    assert (drawing.pixels[:, 3, 3:5] == 0.0).all()
    draw.edit_requested.emit("undo")
    assert (drawing.pixels == 1.0).all()
    draw.edit_requested.emit("copy")
    draw.edit_requested.emit("invert")
    draw.edit_requested.emit("paste")
    assert np.allclose(drawing.pixels, 1.0, atol=0.01)
