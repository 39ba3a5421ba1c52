"""Colours and ellipses of the samples on the map of the real window."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QAction

from aegui.core.network.kinds import with_kind
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.features.map.view.canvas import LatentCanvas
    from aegui.window.main_window import MainWindow


def choose(canvas: LatentCanvas, data: str) -> None:
    """Trigger the entry with ``data`` in the map's menu."""
    menu = canvas.overlays.bar.show_menu.menu()
    action = next(each for each in menu.actions() if each.data() == data)
    assert isinstance(action, QAction)
    action.trigger()


def test_samples_are_coloured_by_their_errors(qtbot: QtBot, learnt: MainWindow) -> None:
    window = learnt
    canvas = window.canvas
    colours = canvas.scene.points.colours
    assert colours.value_range is None
    choose(canvas, "error")
    qtbot.waitUntil(lambda: colours.value_range is not None)
    showing = window._services.showing
    assert showing.shown.codec is not None
    images = showing.shown.dataset.flat()
    wrong = ((showing.shown.codec.reconstruct(images) > 0.5) != (images > 0.5)).sum(axis=1)
    low, high = np.percentile(wrong, (2, 98))
    assert colours.value_range == (low, high)
    legend = canvas.overlays.values
    assert legend.isVisible()
    assert legend.words.startswith("Reconstruction error: ")
    choose(canvas, "novelty")
    qtbot.waitUntil(lambda: "Novelty" in legend.words and "computed" not in legend.words)
    choose(canvas, "label")
    assert colours.value_range is None
    assert not legend.isVisible()


def test_posteriors_of_a_variational_code_are_drawn(
    qtbot: QtBot, app: App, window: MainWindow
) -> None:
    assert app.services.workspace.new(with_kind(SMALL, "variational"))
    canvas = window.canvas
    layers = canvas.scene.layers
    train(qtbot, window)
    qtbot.waitUntil(lambda: layers.variances is not None)
    codec = window._services.shown.codec
    assert codec is not None

    def settled() -> bool:
        _, logs = codec.encode_distribution(window._services.shown.dataset.flat())
        assert logs is not None
        known = layers.variances
        return known is not None and bool(np.allclose(known, np.exp(logs), rtol=1e-4))

    qtbot.waitUntil(settled)
    canvas.set_style(replace(canvas.scene.style, ellipses=False))
    canvas.style_changed.emit(canvas.scene.style)
    assert layers.variances is None
