"""A small canvas with eight samples on a circle, its pixels, and events sent to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.features.map.model.plane_tiles import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QColor, QImage

    from aegui.features.map.model.plane_tiles import PlaneRequest
    from aegui.features.map.view.canvas import LatentCanvas

LABELS = tuple("abcdefgh")


def images() -> NDArray[np.float32]:
    rng = np.random.default_rng(3)
    return (rng.random((len(LABELS), 7, 5)) > 0.5).astype(np.float32)


def ring(size: int = 2) -> NDArray[np.float32]:
    """Return eight codes spread on a circle."""
    angle = 2 * np.pi * np.arange(len(LABELS)) / len(LABELS)
    found = np.column_stack([np.cos(angle), np.sin(angle)])
    if size == 1:
        return found[:, :1].astype(np.float32)
    return np.hstack([found, np.full((len(LABELS), size - 2), 0.25)]).astype(np.float32)


def pixel_of(canvas: LatentCanvas, code: NDArray[np.float32]) -> tuple[float, float]:
    x, y = canvas.navigation.view.to_pixels(canvas.scene.projection.project(code))[0].tolist()
    return x, y


def painted(canvas: LatentCanvas) -> QImage:
    return canvas.grab().toImage()


def changed(before: QImage, after: QImage) -> NDArray[np.int64]:
    """Return columns and rows ``[k, 2]`` of the pixels that differ."""
    differs = rgb(before) != rgb(after)
    rows, columns = np.nonzero(differs.any(axis=2))
    return np.column_stack([columns, rows])


def rgb(image: QImage) -> NDArray[np.uint8]:
    """Return the image as ``[H, W, 3]``."""
    from PySide6.QtGui import QImage as Image

    plain = image.convertToFormat(Image.Format.Format_RGB888)
    lines = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), -1)
    return lines[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


LEFT = Qt.MouseButton.LeftButton
NO_BUTTON = Qt.MouseButton.NoButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def place(*numbers: float) -> NDArray[np.float32]:
    return np.array(numbers, np.float32)


def mouse(canvas: LatentCanvas, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton) -> None:
    held = NO_BUTTON if kind == QEvent.Type.MouseButtonRelease else button
    pressed = NO_BUTTON if kind == QEvent.Type.MouseMove else button
    there = QPointF(canvas.mapToGlobal(at))
    event = QMouseEvent(kind, at, there, pressed, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


def move(canvas: LatentCanvas, x: float, y: float, button: Qt.MouseButton = NO_BUTTON) -> None:
    mouse(canvas, QEvent.Type.MouseMove, QPointF(x, y), button)


def click(canvas: LatentCanvas, x: float, y: float) -> None:
    QTest.mouseClick(canvas, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(x), round(y)))


def wheel(canvas: LatentCanvas, x: float, y: float, turns: float) -> None:
    at = QPointF(x, y)
    event = QWheelEvent(
        at,
        QPointF(canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, round(120 * turns)),
        NO_BUTTON,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def plane_for(request: PlaneRequest, value: float = 1.0) -> Plane:
    shape = (request.rows, request.columns, 1, 7, 5)
    return Plane(request.rect, np.full(shape, 255 * value, np.uint8), 1, request.frame)


def told(signal: object) -> list[object]:
    got: list[object] = []
    signal.connect(lambda *values: got.append(values[0] if values else None))  # type: ignore[attr-defined]
    return got


def has(image: QImage, colour: QColor, around: tuple[float, float], reach: int = 8) -> bool:
    x0, y0 = round(around[0]), round(around[1])
    return any(
        image.pixelColor(x, y).rgb() == colour.rgb()
        for x in range(max(0, x0 - reach), min(image.width(), x0 + reach + 1))
        for y in range(max(0, y0 - reach), min(image.height(), y0 + reach + 1))
    )


def on_screen(canvas: LatentCanvas) -> QImage:
    """Return what the screen shows, part of it painted by earlier events."""
    return canvas.screen().grabWindow(canvas.winId()).toImage()
