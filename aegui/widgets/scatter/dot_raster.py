"""Raster of very many dots that is moved and scaled with the map until it can be redrawn.

The cost of a frame does not depend on the number of dots: each frame draws a batch in random
order, so that the first batch is already a fair sample. Meanwhile the last complete image is shown,
scaled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage

from aegui.core.colours import DISC
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from aegui.widgets.viewport import Bounds, Viewport

FEW = 20_000
"""Up to this number of dots, dots are larger."""
AT_ONCE = 12_000
"""So many are drawn in one frame."""
MAX_GROWN = 2.0
"""An image is shown enlarged up to that."""
_SPARE = 0.25
_LARGE = (
    ("01110", "11111", "11111", "11111", "01110"),
    ("11111", "11111", "11111", "11111", "11111"),
    ("00100", "01110", "01110", "11111", "11111"),
    ("00100", "01110", "11111", "01110", "00100"),
    ("11111", "11111", "01110", "01110", "00100"),
    ("11011", "11111", "01110", "11111", "11011"),
)
"""Bitmap of each of ``MARKS``."""
_SMALL = ("111", "111", "111")
"""Bitmap of every small mark: their shapes could not be told apart."""


class Dots(Protocol):
    """The dots to draw. An equal ``coordinates_version`` means equal latent positions."""

    @property
    def coordinates_version(self) -> object:
        """Changes whenever positions change."""

    @property
    def colours_version(self) -> object:
        """Changes whenever colours change."""

    def rows(self, rect: Bounds) -> tuple[NDArray[np.int64], ...]:
        """Return the rows to draw, at least all of those in ``rect`` (latent).

        In groups, each painted over those before it; the order within a group is random.
        """

    def drawn(
        self, view: Viewport, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.uint32], NDArray[np.int64]]:
        """Return for ``rows``: widget pixels ``[n, 2]``, opaque ARGB ``[n]``, markers ``[n]``."""


@dataclass(eq=False)
class _Sheet:
    """An image of the dots at one zoom, larger than the window, possibly incomplete."""

    coordinates_version: object
    key: object
    view: Viewport
    ratio: float
    rows: NDArray[np.int64]
    ends: tuple[int, ...]
    buffer: NDArray[np.uint32]
    image: QImage
    border_px: float
    done: int = 0

    @property
    def is_complete(self) -> bool:
        return self.done >= len(self.rows)

    def target(self, view: Viewport) -> QRectF:
        """Return the rectangle of the image in the widget for ``view``."""
        painted = self.view
        left = painted.left - _SPARE * painted.width - self.border_px
        top = painted.top - _SPARE * painted.height - self.border_px
        x, y = painted.to_latent(left, top)
        width, height = (side / self.ratio for side in (self.image.width(), self.image.height()))
        return QRectF(
            view.x_pixel(x),
            view.y_pixel(y),
            width * view.sx / painted.sx,
            height * view.sy / painted.sy,
        )


class DotRaster:
    """Draws dots directly into a cached image."""

    def __init__(self) -> None:
        self._shown: _Sheet | None = None
        self._work: _Sheet | None = None
        self._last_key: object = None
        self._spare: NDArray[np.uint32] | None = None
        self.is_rough = False
        """Whether another paint would add detail."""

    def paint(self, painter: QPainter, view: Viewport, dots: Dots, ratio: float) -> None:
        """Paint ``dots``; where they are incomplete, paint the image of an earlier zoom, scaled."""
        window = (view.width, view.height, view.left, view.top)
        key = (dots.coordinates_version, dots.colours_version, view.sx, view.sy, window, ratio)
        shown = self._shown
        if shown is None or shown.key != key or not shown.is_complete or not _amply(shown, view):
            shown = self._renewed(view, dots, ratio, key)
        self._last_key = key
        self.is_rough = self._work is not None or shown.key != key
        _draw(painter, shown, view)

    def _renewed(self, view: Viewport, dots: Dots, ratio: float, key: object) -> _Sheet:
        """Return the sheet to show in place of a stale one, after drawing a further batch."""
        shown = self._shown
        usable = shown is not None and _serves(shown, view, dots, ratio)
        if shown is not None and usable and key != self._last_key:
            # The zoom is changing: redraw once it has settled.
            self._drop(self._work)
            self._work = None
            return shown
        work = self._work
        if work is None or work.key != key or not _covers(work, view):
            self._drop(work)
            work = _begin(view, dots, ratio, key, self._spare)
            self._spare = None
        _write(work, dots)
        self._work = None if work.is_complete else work
        if shown is None or work.is_complete or not usable:
            before, self._shown = shown, work
            self._drop(before)
            return work
        return shown

    def _drop(self, sheet: _Sheet | None) -> None:
        """Keep the buffer of a sheet for reuse: allocating memory costs more than the dots."""
        if sheet is not None and sheet is not self._shown:
            self._spare = sheet.buffer


def _serves(sheet: _Sheet, view: Viewport, dots: Dots, ratio: float) -> bool:
    """Return whether ``sheet`` can stand in for the dots in ``view`` for a while."""
    grown = view.sx / sheet.view.sx, view.sy / sheet.view.sy
    same = sheet.coordinates_version == dots.coordinates_version and sheet.ratio == ratio
    return same and max(grown) <= MAX_GROWN and _covers(sheet, view)


def _covers(sheet: _Sheet, view: Viewport) -> bool:
    visible = QRectF(view.left, view.top, view.width, view.height)
    return sheet.target(view).contains(visible)


def _amply(sheet: _Sheet, view: Viewport) -> bool:
    """Return whether ``sheet`` covers ``view`` with at least half its margin to spare."""
    x, y = _SPARE / 2 * view.width, _SPARE / 2 * view.height
    visible = QRectF(view.left, view.top, view.width, view.height)
    return sheet.target(view).contains(visible.adjusted(-x, -y, x, y))


def _draw(painter: QPainter, sheet: _Sheet, view: Viewport) -> None:
    target = sheet.target(view)
    if view.sx == sheet.view.sx and view.sy == sheet.view.sy:
        painter.drawImage(QPointF(target.topLeft()), sheet.image)
    else:
        painter.drawImage(target, sheet.image)


def _begin(
    view: Viewport,
    dots: Dots,
    ratio: float,
    key: object,
    spare: NDArray[np.uint32] | None,
) -> _Sheet:
    """Return an empty sheet for ``view``, in the buffer ``spare`` if it fits."""
    x, y = _SPARE * view.width, _SPARE * view.height
    left, top = view.to_latent(view.left - x, view.top - y)
    right, bottom = view.to_latent(view.left + view.width + x, view.top + view.height + y)
    groups = dots.rows((left, bottom, right, top))
    rows = np.concatenate(groups)
    ends = tuple(np.cumsum([len(group) for group in groups]).tolist())
    side = len(_pattern(len(rows), ratio))
    width = round(view.width * (1 + 2 * _SPARE) * ratio)
    height = round(view.height * (1 + 2 * _SPARE) * ratio)
    # A border as wide as a dot avoids clipping each dot.
    shape = (height + 2 * side, width + 2 * side)
    if spare is not None and spare.shape == shape:
        buffer = spare
        buffer.fill(0)
    else:
        buffer = np.zeros(shape, np.uint32)
    image_height, image_width = buffer.shape
    format_ = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(buffer.data, image_width, image_height, 4 * image_width, format_)
    image.setDevicePixelRatio(ratio)
    return _Sheet(
        dots.coordinates_version, key, view, ratio, rows, ends, buffer, image, side / ratio
    )


def _pattern(count: int, ratio: float, mark: int = DISC) -> NDArray[np.bool_]:
    """Return the pixels of one dot, ``[side, side]``."""
    rows = _LARGE[mark] if count <= FEW else _SMALL
    shape = np.array([[sign == "1" for sign in row] for row in rows])
    enlarge = max(1, round(ratio))
    return np.repeat(np.repeat(shape, enlarge, axis=0), enlarge, axis=1)


def _write(sheet: _Sheet, dots: Dots) -> None:
    """Draw the next batch of dots."""
    until = min(sheet.done + AT_ONCE, len(sheet.rows))
    for end in (min(end, until) for end in sheet.ends):
        if end > sheet.done:
            _write_group(sheet, dots, sheet.rows[sheet.done : end])
            sheet.done = end


def _write_group(sheet: _Sheet, dots: Dots, rows: NDArray[np.int64]) -> None:
    """Draw dots in any order."""
    view, ratio, buffer = sheet.view, sheet.ratio, sheet.buffer
    pixels, colours, marks = dots.drawn(view, rows)
    side = len(_pattern(len(sheet.rows), ratio))
    corner = np.array([view.left - _SPARE * view.width, view.top - _SPARE * view.height])
    spots = (pixels - corner) * ratio
    limits = buffer.shape[1] - 2 * side, buffer.shape[0] - 2 * side
    inside = (spots > 0).all(axis=1) & (spots < limits).all(axis=1)
    places = np.rint(spots[inside]).astype(np.int64) + (side - side // 2)
    flat = places[:, 1] * buffer.shape[1] + places[:, 0]
    shown, marks = colours[inside], marks[inside]
    target = buffer.reshape(-1)
    # Small dots all have the same shape and are written in one pass.
    drawn_marks = np.unique(marks).tolist() if len(sheet.rows) <= FEW else [DISC]
    for mark in drawn_marks:
        places, colour = flat, shown
        if len(drawn_marks) > 1:
            of_mark = marks == mark
            places, colour = flat[of_mark], shown[of_mark]
        for row, column in np.argwhere(_pattern(len(sheet.rows), ratio, mark)).tolist():
            target[places + (row * buffer.shape[1] + column)] = colour
