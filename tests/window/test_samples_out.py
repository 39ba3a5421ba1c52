"""Samples leave the window as images: dragged as PNG files, copied to the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDrag, QDropEvent
from PySide6.QtWidgets import QApplication

from aegui.widgets.dragged_samples import SAMPLES_MIME, drag_samples, samples_of

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow


def test_a_dragged_sample_is_a_png_file_elsewhere(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]] = []
    names: list[str] = []
    kept: list[QMimeData] = []

    def drop(drag: QDrag, *_actions: object) -> Qt.DropAction:
        data = drag.mimeData()
        for url in data.urls():
            names.append(url.fileName())
            with Image.open(url.toLocalFile()) as image:
                read.append(np.asarray(image.convert("L")))
        assert samples_of(data) == (2, 4)
        again = QMimeData()
        again.setData(SAMPLES_MIME, data.data(SAMPLES_MIME))
        again.setUrls(data.urls())
        kept.append(again)
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", drop)
    drag_samples(window.canvas, [2, 4])
    assert names == ["c-3.png", "e-5.png"]
    dataset = window._services.shown.dataset
    for image, index in zip(read, (2, 4), strict=True):
        lit = image == image[dataset.images[index, 0] > 0.5].flat[0]
        np.testing.assert_array_equal(lit, dataset.images[index, 0] > 0.5)
    # Dropped on the window itself they are samples, not files to be read.
    before = window._services.workspace.recipe
    drop_event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        kept[0],
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    drop_event.ignore()
    window.dropEvent(drop_event)
    assert window._services.workspace.recipe == before


def test_what_another_program_takes_stays_where_it_was(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual: list[object] = []

    def moved(_drag: QDrag, *actions: object) -> Qt.DropAction:
        usual.extend(actions[1:])
        return Qt.DropAction.MoveAction

    monkeypatch.setattr(QDrag, "exec", moved)
    monkeypatch.setattr(QDrag, "target", lambda _drag: None)
    assert not drag_samples(window.canvas, [1])
    assert usual == [Qt.DropAction.CopyAction]
    monkeypatch.setattr(QDrag, "target", lambda _drag: window)
    assert drag_samples(window.canvas, [1])


def test_the_image_of_a_sample_is_copied(learnt: MainWindow, qtbot: QtBot) -> None:
    window = learnt
    canvas, services = window.canvas, window._services

    def points_at_a_sample() -> bool:
        codes = services.shown.codes
        if codes is None or canvas.navigation.is_moving:
            return False
        place = canvas.scene.projection.project(codes.values[1])
        canvas.mouse.point_at(QPointF(*canvas.navigation.view.to_pixels(place)[0].tolist()))
        return canvas.cursor_overlay.hovered is not None

    qtbot.waitUntil(points_at_a_sample, timeout=20_000)
    at = canvas.cursor_overlay.pixel(canvas.navigation.view)
    assert at is not None
    menu = canvas.menu.at(at.toPoint())
    hovered = canvas.cursor_overlay.hovered
    assert hovered is not None
    label = services.shown.dataset.labels[hovered]
    (entry,) = [each for each in menu.actions() if each.text() == f"Copy the image of {label}"]
    entry.trigger()
    menu.deleteLater()
    data = QApplication.clipboard().mimeData()
    assert data.imageData().size().toTuple() == (5, 7)
    assert samples_of(data) == (hovered,)
