"""Drawings on the clipboard: exact pixels, text art, and an image for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from aegui.core.pixels.code import read_any_code
from aegui.core.recipe import MAX_IMAGE
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.pixels.transforms import Pixels

PIXELS_MIME = "application/x-aegui-pixels"
"""Channels, height and width in decimal figures, a line feed, and float32 levels."""
_INK = "#@1Xx*█"
_PAPER = ".-0_ "
_THRESHOLD = 0.5
_MIN_ART = 2


def to_clipboard(pixels: NDArray[np.float32], image_style: ImageStyle = GLYPHS) -> QMimeData:
    """Return a drawing ``[H, W]`` or ``[3, H, W]`` in 0..1 as image, and glyphs as text art too.

    Text art is made of ``#`` and ``.``, and the image of a glyph is black ink on white.
    """
    data = QMimeData()
    shape = (1, *pixels.shape) if pixels.ndim == 2 else pixels.shape
    head = " ".join(map(str, shape)).encode()
    data.setData(PIXELS_MIME, head + b"\n" + pixels.astype("<f4").tobytes())
    if image_style.glyphs:
        rows = ("".join("#" if v > _THRESHOLD else "." for v in row) for row in pixels)
        data.setText("\n".join(rows))
        pixels = 1.0 - pixels
    data.setImageData(picture(pixels, ImageStyle(glyphs=False)))
    return data


def from_clipboard(
    data: QMimeData | None, height: int, width: int, kind: Pixels = "binary", ground: float = 0.0
) -> NDArray[np.float32] | None:
    """Return the image in ``data``, or None if there is none that can be drawn.

    Pixels copied from a drawing keep their values and size; text art keeps its rows and columns up
    to the given size; code in text must have that size; an image is copied pixel by pixel if it
    fits, else scaled to the size.

    Args:
        data: The content of the clipboard; None if the system provides none.
        height: Rows of the drawing or of its selection.
        width: Columns of the drawing or of its selection.
        kind: The kind of its pixels.
        ground: The level behind transparent pixels; for glyphs it is white.
    """
    if data is None:
        return None
    copied = _copied(bytes(data.data(PIXELS_MIME).data())) if data.hasFormat(PIXELS_MIME) else None
    if copied is not None:
        return copied
    if data.hasText():
        text = data.text()
        drawn = _from_art(text, height, width) if kind != "colour" else None
        drawn = read_any_code(text, height, width, kind) if drawn is None else drawn
        if drawn is not None:
            return drawn
    image = data.imageData() if data.hasImage() else None
    if not isinstance(image, QImage) or image.isNull():
        return None
    flat = _flat(image, 1.0 if kind == "binary" else ground)
    if flat.height() <= height and flat.width() <= width:
        height, width = flat.height(), flat.width()
    drawn = _from_image(flat, height, width, 3 if kind == "colour" else 1)
    return 1.0 - drawn if kind == "binary" else drawn


def _copied(content: bytes) -> NDArray[np.float32] | None:
    """Return copied pixels, or None; the data may come from any program and are validated."""
    head, _, body = content.partition(b"\n")
    words = head.split()
    if len(words) != 3 or not all(word.isdigit() and len(word) < 4 for word in words):
        return None
    channels, height, width = map(int, words)
    fits = channels in (1, 3) and 0 < height <= MAX_IMAGE and 0 < width <= MAX_IMAGE
    if not fits or len(body) != 4 * channels * height * width:
        return None
    levels = np.frombuffer(body, "<f4").astype(np.float32)
    levels = np.clip(np.nan_to_num(levels), 0.0, 1.0).reshape(channels, height, width)
    return levels[0] if channels == 1 else levels


def _from_art(text: str, height: int, width: int) -> NDArray[np.float32] | None:
    lines = [line.rstrip("\r") for line in text.strip("\n").splitlines()]
    longest = max((len(line) for line in lines), default=0)
    fits = _MIN_ART <= len(lines) <= height and _MIN_ART <= longest <= width
    if not fits or not set("".join(lines)) <= set(_INK + _PAPER):
        return None
    columns = width if len(lines) == height else longest
    rows = [[float(sign in _INK) for sign in line.ljust(columns)] for line in lines]
    return np.array(rows, dtype=np.float32)


def _flat(image: QImage, level: float) -> QImage:
    """Return ``image`` composed over an opaque ground of ``level``."""
    if not image.hasAlphaChannel():
        return image
    flat = QImage(image.size(), QImage.Format.Format_RGB32)
    flat.fill(QColor.fromRgbF(level, level, level))
    painter = QPainter(flat)
    painter.drawImage(flat.rect(), image)
    painter.end()
    return flat


def _from_image(image: QImage, height: int, width: int, channels: int) -> NDArray[np.float32]:
    scaled = image.scaled(
        width,
        height,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(QImage.Format.Format_RGB32)
    shape = (height, scaled.bytesPerLine() // 4, 4)
    argb = np.frombuffer(scaled.constBits(), np.uint8).reshape(shape)[:, :width]
    # QImage stores 32-bit pixels in native byte order: blue, green, red on little-endian machines.
    rgb = argb[..., 2::-1].astype(np.float32) / 255.0
    if channels > 1:
        return np.ascontiguousarray(rgb.transpose(2, 0, 1))
    # HSL lightness, which suits ink on paper.
    return np.asarray((rgb.max(axis=2) + rgb.min(axis=2)) / 2.0, np.float32)
