"""A drawing on the clipboard: text art for people and mails, grey levels for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from numpy.typing import NDArray

_INK = "#@1Xx*█"
_PAPER = ".-0 _ "
_THRESHOLD = 0.5


def to_clipboard(pixels: NDArray[np.float32]) -> QMimeData:
    """``pixels`` ``[H, W]`` in 0..1 as text art (``#`` and ``.``) and as a grey picture."""
    height, width = pixels.shape
    levels = np.ascontiguousarray((255.0 * (1.0 - pixels)).round().astype(np.uint8))
    data = QMimeData()
    data.setText("\n".join("".join("#" if v > _THRESHOLD else "." for v in row) for row in pixels))
    data.setImageData(
        QImage(levels.data, width, height, width, QImage.Format.Format_Grayscale8).copy()
    )
    return data


def from_clipboard(data: QMimeData, height: int, width: int) -> NDArray[np.float32] | None:
    """The drawing ``[height, width]`` in ``data``, or None: text art of that size or a picture."""
    if data.hasText():
        drawn = _from_text(data.text(), height, width)
        if drawn is not None:
            return drawn
    image = data.imageData() if data.hasImage() else None
    return _from_image(image, height, width) if isinstance(image, QImage) else None


def _from_text(text: str, height: int, width: int) -> NDArray[np.float32] | None:
    lines = [line.rstrip("\r") for line in text.strip("\n").splitlines()]
    fits = len(lines) == height and all(len(line) <= width for line in lines)
    if not fits or not set("".join(lines)) <= set(_INK + _PAPER):
        return None
    rows = [[float(sign in _INK) for sign in line.ljust(width)] for line in lines]
    return np.array(rows, dtype=np.float32)


def _from_image(image: QImage, height: int, width: int) -> NDArray[np.float32] | None:
    if image.isNull():
        return None
    scaled = image.scaled(
        width,
        height,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(QImage.Format.Format_Grayscale8)
    rows = [
        [scaled.pixelColor(column, row).lightnessF() for column in range(width)]
        for row in range(height)
    ]
    return 1.0 - np.array(rows, dtype=np.float32)
