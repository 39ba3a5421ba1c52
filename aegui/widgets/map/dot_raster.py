"""Very many dots as one image, which moves with the map until it is zoomed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from aegui.widgets.map.viewport import Viewport

FEW = 20_000
"""Up to that many, dots are larger."""
_SPARE = 0.25
_LARGE = ("01110", "11111", "11111", "11111", "01110")
_SMALL = ("111", "111", "111")


class DotRaster:
    """Dots written straight into an image that is wider than the window, and kept.

    (Panning 60,000 of them then is one copy of that image.)
    """

    def __init__(self) -> None:
        self._key: object = None
        self._image = QImage()
        self._buffer: NDArray[np.uint32] = np.zeros((1, 1), np.uint32)
        self._border_px = 0.0
        self._origin = (0.0, 0.0)

    def paint(
        self,
        painter: QPainter,
        view: Viewport,
        dots: Callable[[], tuple[NDArray[np.float64], NDArray[np.uint32]]],
        ratio: float,
        version: object,
    ) -> None:
        """Paint ``dots``: pixels ``[n, 2]`` and opaque ARGB ``[n]``, asked for when drawn.

        ``version`` says when places or colours are other ones; those of an equal version that only
        have moved together are not drawn again.
        """
        key = (version, view.sx, view.sy, view.width, view.height, view.left, view.top, ratio)
        x, y = self._shift(view)
        if key != self._key or abs(x) > _SPARE * view.width or abs(y) > _SPARE * view.height:
            self._key = key
            self._origin = view.cx * view.sx, view.cy * view.sy
            self._render(view, *dots(), ratio)
            x, y = 0.0, 0.0
        left = view.left - _SPARE * view.width - self._border_px + x
        top = view.top - _SPARE * view.height - self._border_px + y
        painter.drawImage(QPointF(left, top), self._image)

    def _shift(self, view: Viewport) -> tuple[float, float]:
        """How far the plane has moved on the screen since it was drawn."""
        return self._origin[0] - view.cx * view.sx, view.cy * view.sy - self._origin[1]

    def _render(
        self,
        view: Viewport,
        pixels: NDArray[np.float64],
        colours: NDArray[np.uint32],
        ratio: float,
    ) -> None:
        pattern = _LARGE if len(pixels) <= FEW else _SMALL
        shape = np.array([[sign == "1" for sign in row] for row in pattern])
        enlarge = max(1, round(ratio))
        shape = np.repeat(np.repeat(shape, enlarge, axis=0), enlarge, axis=1)
        side = len(shape)
        width = round(view.width * (1 + 2 * _SPARE) * ratio)
        height = round(view.height * (1 + 2 * _SPARE) * ratio)
        # A border as wide as a dot saves clipping every one of them.
        buffer = np.zeros((height + 2 * side, width + 2 * side), np.uint32)
        corner = np.array(
            [view.left - _SPARE * view.width, view.top - _SPARE * view.height], np.float64
        )
        spots = (pixels - corner) * ratio
        inside = (spots > 0).all(axis=1) & (spots < (width, height)).all(axis=1)
        places = np.rint(spots[inside]).astype(np.int64) + (side - side // 2)
        flat = places[:, 1] * buffer.shape[1] + places[:, 0]
        shown = colours[inside]
        target = buffer.reshape(-1)
        for row, column in np.argwhere(shape).tolist():
            target[flat + (row * buffer.shape[1] + column)] = shown
        # Border and all: the image is made over the buffer, which is kept for it.
        self._buffer, self._border_px = buffer, side / ratio
        high, wide = buffer.shape
        format_ = QImage.Format.Format_ARGB32_Premultiplied
        self._image = QImage(buffer.data, wide, high, 4 * wide, format_)
        self._image.setDevicePixelRatio(ratio)
