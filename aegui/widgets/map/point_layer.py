"""The samples on the map: where they lie on the screen, how they are drawn, which one is meant."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from aegui.widgets.map.stamps import DOT_PX, Stamps

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QFont

    from aegui.widgets.map.viewport import Bounds, Viewport
    from aegui.widgets.theme import Theme

GLYPH_SHARE = 0.11
"""Plates may cover about this share of the room that the codes take."""
LARGEST_SCALE = 6
"""Largest screen pixels per glyph pixel on a plate."""
LEAST_SCALE = 2
"""Below that, automatic drawing shows dots."""
MOST_GLYPHS = 2500
"""More samples than that are always dots."""
MOST_PIXMAPS = 2000
"""More dots than that are written straight into an image, as squares."""
LABEL_SHARE = 0.25
"""Labels may cover about this share of the room that the codes take."""
HIT_PX = 8.0
"""How far beside a sample one may point and still mean it."""
LEVEL_GAP_PX = 3.0
_LABEL_PX2 = 20.0 * 14.0
_MOST_STACKED = 3000


class PointLayer:
    """Draws samples as plates with their glyphs, or as dots with labels where room is short."""

    def __init__(self) -> None:
        self.stamps = Stamps()
        self._places: NDArray[np.float64] = np.zeros((0, 2))
        self._pixels: NDArray[np.float64] = np.zeros((0, 2))
        self._bounds: Bounds | None = None
        self._scale = 0
        self._labelled = False

    @property
    def scale(self) -> int:
        """Screen pixels per glyph pixel of the plates; 0 where dots are drawn."""
        return self._scale

    @property
    def labelled(self) -> bool:
        """Whether the dots carry labels."""
        return self._labelled

    @property
    def pixels(self) -> NDArray[np.float64]:
        """Where the samples lie in the widget, ``[N, 2]``; NaN for codes that are not finite."""
        return self._pixels

    def set_places(self, places: NDArray[np.float64], bounds: Bounds | None) -> None:
        """The samples' places ``[N, 2]`` in latent coordinates, and the rectangle around them."""
        self._places = places
        self._bounds = bounds

    def lay_out(self, view: Viewport, points: str, *, labels: bool, floor: float | None) -> None:
        """Decide how to draw in ``view``, and where.

        Args:
            view: What is seen.
            points: A key of ``POINTS``.
            labels: Whether dots may carry labels.
            floor: For a ribbon: the pixel row on which samples are stacked; None: y counts.
        """
        self._scale = self._glyph_scale(view, points, ribbon=floor is not None)
        room = self._room_px2(view)
        self._labelled = (
            labels and self._scale == 0 and len(self._places) * _LABEL_PX2 < LABEL_SHARE * room
        )
        self._pixels = view.to_pixels(self._places)
        if floor is not None:
            size = self._stamp_size()
            heights = stack(self._pixels[:, 0], *size)
            # A pile higher than the room is pressed together rather than lost above it.
            room = max(size[1], floor - view.top - size[1])
            heights *= min(1.0, room / max(room, float(heights.max(initial=0.0))))
            self._pixels[:, 1] = floor - size[1] / 2 - heights

    def _stamp_size(self) -> tuple[float, float]:
        if self._scale == 0:
            return DOT_PX + 1, DOT_PX + 1
        size = self.stamps.plate_size(self._scale)
        return size.width() + 1, size.height() + LEVEL_GAP_PX

    def _room_px2(self, view: Viewport) -> float:
        """Pixels that the codes spread over at this zoom, whether seen or not.

        So the sizes depend on the zoom alone: panning never makes them jump.
        """
        if self._bounds is None:
            return 0.0
        x0, y0, x1, y1 = self._bounds
        wide = max((x1 - x0) * view.sx, view.width / 4)
        high = max((y1 - y0) * view.sy, view.height / 4)
        return wide * high

    def _glyph_scale(self, view: Viewport, points: str, *, ribbon: bool) -> int:
        count = len(self._places)
        if points == "dots" or count == 0 or count > MOST_GLYPHS:
            return 0
        height, width = self.stamps.image_shape
        share = 2 * GLYPH_SHARE if ribbon else GLYPH_SHARE
        budget = share * self._room_px2(view) / count
        scale = math.floor(math.sqrt(budget / ((width + 2) * (height + 2))))
        # Images of many pixels are large enough at 1.
        least = LEAST_SCALE if height <= 16 else 1
        if points == "auto" and scale < least:
            return 0
        return min(self._largest_scale(), max(least, scale))

    def _largest_scale(self) -> int:
        height, _ = self.stamps.image_shape
        return max(1, min(LARGEST_SCALE, 64 // height))

    def paint(
        self, painter: QPainter, view: Viewport, theme: Theme, ratio: float, font: QFont
    ) -> None:
        """Paint all samples that are seen, later ones over earlier ones."""
        seen = self._seen(view)
        if self._scale > 0:
            self._paint_plates(painter, seen, theme, ratio)
        elif len(seen) > MOST_PIXMAPS:
            self._paint_squares(painter, view, seen, theme, ratio)
        else:
            self._paint_dots(painter, seen, theme, ratio, font)

    def _seen(self, view: Viewport) -> NDArray[np.int64]:
        # Wide enough for a label that begins outside.
        spare = 64.0
        x, y = self._pixels[:, 0], self._pixels[:, 1]
        inside = (x > view.left - spare) & (x < view.left + view.width + spare)
        inside &= (y > view.top - spare) & (y < view.top + view.height + spare)
        return np.flatnonzero(inside)

    def _paint_plates(
        self, painter: QPainter, seen: NDArray[np.int64], theme: Theme, ratio: float
    ) -> None:
        size = self.stamps.plate_size(self._scale)
        half = np.array([size.width() / 2, size.height() / 2])
        corners = np.rint(self._pixels[seen] - half).astype(int).tolist()
        for index, (x, y) in zip(seen.tolist(), corners, strict=True):
            plate = self.stamps.plate(index, self._scale, ratio, theme, marked=False)
            painter.drawPixmap(x, y, plate)

    def _paint_dots(
        self, painter: QPainter, seen: NDArray[np.int64], theme: Theme, ratio: float, font: QFont
    ) -> None:
        half = DOT_PX / 2 + 1
        corners = (self._pixels[seen] - half).tolist()
        for index, (x, y) in zip(seen.tolist(), corners, strict=True):
            if self._labelled:
                pixmap = self.stamps.labelled_dot(index, ratio, theme, font)
                top = y + half - pixmap.height() / ratio / 2
                painter.drawPixmap(QPointF(x, top), pixmap)
            else:
                painter.drawPixmap(QPointF(x, y), self.stamps.dot(ratio, theme))

    def _paint_squares(
        self,
        painter: QPainter,
        view: Viewport,
        seen: NDArray[np.int64],
        theme: Theme,
        ratio: float,
    ) -> None:
        width, height = round(view.width * ratio), round(view.height * ratio)
        side = max(2, round(3 * ratio))
        # A border as wide as a square saves clipping every one of them.
        buffer = np.zeros((height + 2 * side, width + 2 * side), np.uint32)
        corner = np.array([view.left, view.top])
        spots = np.rint((self._pixels[seen] - corner) * ratio).astype(np.int64) + side // 2
        x, y = spots[:, 0], spots[:, 1]
        inside = (x >= 0) & (x < width + side) & (y >= 0) & (y < height + side)
        flat = y[inside] * buffer.shape[1] + x[inside]
        colour = theme.series[0].rgba()
        pixels = buffer.reshape(-1)
        for dy in range(side):
            for dx in range(side):
                pixels[flat + (dy * buffer.shape[1] + dx)] = colour
        image = QImage(
            buffer.data,
            buffer.shape[1],
            buffer.shape[0],
            4 * buffer.shape[1],
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(view.left - side / ratio, view.top - side / ratio), image)

    def box(self, index: int, scale: int | None = None) -> QRectF:
        """Where sample ``index`` is painted; ``scale``: as a plate of that scale instead."""
        x, y = self._pixels[index].tolist()
        scale = self._scale if scale is None else scale
        if scale == 0:
            return QRectF(x - DOT_PX / 2, y - DOT_PX / 2, DOT_PX, DOT_PX)
        size = self.stamps.plate_size(scale)
        return QRectF(
            round(x - size.width() / 2), round(y - size.height() / 2), size.width(), size.height()
        )

    def hit(self, x: float, y: float) -> int | None:
        """The sample meant by pointing at (``x``, ``y``): the nearest whose picture is there."""
        index = self.nearest(x, y)
        if index is None:
            return None
        box = self.box(index).adjusted(-HIT_PX, -HIT_PX, HIT_PX, HIT_PX)
        return index if box.contains(x, y) else None

    def nearest(self, x: float, y: float) -> int | None:
        """The sample nearest to pixel (``x``, ``y``), however far; None without any."""
        if not len(self._pixels):
            return None
        distance = ((self._pixels - (x, y)) ** 2).sum(axis=1)
        if np.isnan(distance).all():
            return None
        return int(np.nanargmin(distance))


def stack(x: NDArray[np.float64], width: float, height: float) -> NDArray[np.float64]:
    """Heights ``[N]`` at which things of ``width`` centred at ``x`` do not overlap.

    Each takes the lowest free level, from left to right; levels are ``height`` apart. Very many
    are not stacked at all.
    """
    heights = np.zeros(len(x))
    if len(x) > _MOST_STACKED:
        return heights
    ends: list[float] = []
    for index in np.argsort(x, kind="stable").tolist():
        at = float(x[index])
        level = next((i for i, end in enumerate(ends) if at - end >= width), len(ends))
        if level == len(ends):
            ends.append(at)
        ends[level] = at
        heights[index] = level * height
    return heights
