"""A drawing on the clipboard: text art for people and mails, grey levels for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QImage

from aegui.session.looks import GLYPHS, Look
from aegui.widgets.glyphs import picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

_INK = "#@1Xx*█"
_PAPER = ".-0 _ "
_THRESHOLD = 0.5


def to_clipboard(pixels: NDArray[np.float32], look: Look = GLYPHS) -> QMimeData:
    """A drawing ``[H, W]`` or ``[3, H, W]`` in 0..1 as a picture; glyphs as text art too.

    Text art is made of ``#`` and ``.``, and the picture of a glyph is black ink on white.
    """
    data = QMimeData()
    if look.glyphs:
        rows = ("".join("#" if v > _THRESHOLD else "." for v in row) for row in pixels)
        data.setText("\n".join(rows))
        pixels = 1.0 - pixels
    data.setImageData(picture(pixels, Look(glyphs=False)))
    return data


def from_clipboard(
    data: QMimeData, height: int, width: int, channels: int = 1, look: Look = GLYPHS
) -> NDArray[np.float32] | None:
    """The drawing in ``data``, or None: text art of that size, or a picture of any size.

    It is ``[height, width]``, or ``[channels, height, width]`` where there are several.
    """
    if data.hasText() and channels == 1:
        drawn = _from_text(data.text(), height, width)
        if drawn is not None:
            return drawn
    image = data.imageData() if data.hasImage() else None
    if not isinstance(image, QImage) or image.isNull():
        return None
    drawn = _from_image(image, height, width, channels)
    return 1.0 - drawn if look.glyphs else drawn


def _from_text(text: str, height: int, width: int) -> NDArray[np.float32] | None:
    lines = [line.rstrip("\r") for line in text.strip("\n").splitlines()]
    fits = len(lines) == height and all(len(line) <= width for line in lines)
    if not fits or not set("".join(lines)) <= set(_INK + _PAPER):
        return None
    rows = [[float(sign in _INK) for sign in line.ljust(width)] for line in lines]
    return np.array(rows, dtype=np.float32)


def _from_image(image: QImage, height: int, width: int, channels: int) -> NDArray[np.float32]:
    scaled = image.scaled(
        width,
        height,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(QImage.Format.Format_RGB32)
    shape = (height, scaled.bytesPerLine() // 4, 4)
    argb = np.frombuffer(scaled.constBits(), np.uint8).reshape(shape)[:, :width]
    # Bytes lie in the order blue, green, red on every machine that Qt runs on here.
    rgb = argb[..., 2::-1].astype(np.float32) / 255.0
    if channels > 1:
        return np.ascontiguousarray(rgb.transpose(2, 0, 1))
    # Lightness as HSL has it: that of ink on paper.
    return np.asarray((rgb.max(axis=2) + rgb.min(axis=2)) / 2.0, np.float32)
