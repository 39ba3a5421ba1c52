"""A small canvas with eight samples on a circle, and its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

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
