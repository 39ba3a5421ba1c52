"""Scatter plot of samples with their letters, images or class colours."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from aegui.core.colours import CLASS_MARKS, DISC, MAX_LOOKS, marks_of
from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.axes import Axis, PlotArea, framed, shaped
from aegui.kit.charts.ink import TICK_PT
from aegui.kit.charts.legend import LegendEntry, paint_legend
from aegui.session.data.image_style import GLYPHS
from aegui.widgets.colours import MAX_CLASSES, class_colour, paint_mark
from aegui.widgets.figures.images import draw_image
from aegui.widgets.landmarks import MAX_TESTED, apart
from aegui.widgets.scatter.sprites import sticker_image, sticker_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from aegui.kit.charts.ink import Ink
    from aegui.session.data.image_style import ImageStyle

MAX_SIGNS = 150
"""Samples of which each has its letter; of more they would cover one another."""
_MAX_VECTOR = 4_000
_RASTER_SCALE = 300 / 72
_DOT = 1.8
_MANY_DOT = 0.9
_FEW = 500
_SWATCH = 2.2
_SPRITES = (15.0, 12.0, 9.5)
_STAMP_GAP = 1.0
_CUT_GAP = 2.5
"""Gap between cut-out images: their backgrounds may overlap, their content may not."""
_PIXELS = 96 / 72
"""Screen pixels of a sticker per point."""
_REACHES = (0.0, 5.0, 11.0, 18.0)
_SIDES = ((1, -1), (1, 0), (1, 1), (-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1))
_NOBODY = np.zeros(0, np.int64)
_NO_COLOURS = np.zeros(0, np.uint32)


@dataclass(frozen=True, eq=False)
class PointPlot:
    """Scatter plot of samples."""

    coordinates: NDArray[np.float64]
    """Positions, float64 ``[n, 2]``."""
    x: Axis
    """The horizontal axis."""
    y: Axis
    """The vertical axis."""
    signs: tuple[str, ...] = ()
    """A letter for each sample, or empty."""
    classes: NDArray[np.int64] = field(default_factory=lambda: _NOBODY)
    """Class of each sample, int64 ``[n]``; empty if there are none."""
    class_names: tuple[str, ...] = ()
    """Names by class."""
    colours: NDArray[np.uint32] = field(default_factory=lambda: _NO_COLOURS)
    """Colour of each sample, uint32 ARGB ``[n]``; empty to use those of the classes."""
    marks: NDArray[np.int64] = field(default_factory=lambda: _NOBODY)
    """Marker of each sample beside ``colours``, indices of ``MARKS``, int64 ``[n]``; empty for
    discs."""
    image_of: Callable[[int], NDArray[np.float32]] | None = None
    """Returns the image of a sample by index; images are shown for samples far enough apart not to
    overlap. None to show all as dots."""
    image_style: ImageStyle = GLYPHS
    """How images are rendered."""
    cut_out: bool = False
    """Whether images are drawn without their background, as on the map; else framed."""
    equal: bool = False
    """Whether both axes have the same unit length."""
    title: str = ""
    """Title above the plot, used if there are several."""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint legend, axes and samples."""
        top = self._paint_legend(ink, rect)
        rect = rect.adjusted(0.0, top, 0.0, 0.0)
        if self.equal:
            (x0, x1), (y0, y1) = self.x.scale.ends(), self.y.scale.ends()
            rect = shaped(ink, rect, self.x, self.y, (x1 - x0) / (y1 - y0))
        self.paint_in(ink, framed(ink, rect, self.x, self.y))

    def paint_in(self, ink: Ink, frame: PlotArea) -> None:
        """Paint the samples into existing axes."""
        shown, pixels = self._pixels(frame)
        if len(shown) > _MAX_VECTOR and not ink.is_raster:
            # More than 4,000 vector circles make a file that few programs can open.
            self._paint_as_image(ink, frame, shown, pixels)
        else:
            self._paint_dots(ink.painter, ink, shown, pixels)
        if self.image_of is not None:
            self._paint_sprites(ink, shown, pixels, self.image_of)
        elif self.signs and len(shown) <= MAX_SIGNS:
            self._paint_signs(ink, frame, shown, pixels)

    @property
    def _coloured(self) -> bool:
        return len(self.classes) > 0 and 1 < len(self.class_names) <= MAX_CLASSES

    def _pixels(self, frame: PlotArea) -> tuple[NDArray[np.int64], list[QPointF]]:
        """Return the samples inside the axes, and their positions."""
        (x0, x1), (y0, y1) = frame.x.scale.ends(), frame.y.scale.ends()
        x, y = self.coordinates[:, 0], self.coordinates[:, 1]
        with np.errstate(invalid="ignore"):
            shown = np.flatnonzero((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1))
        plot = frame.plot
        across = plot.left() + (x[shown] - x0) / (x1 - x0) * plot.width()
        up = plot.bottom() - (y[shown] - y0) / (y1 - y0) * plot.height()
        return shown, [QPointF(a, b) for a, b in zip(across.tolist(), up.tolist(), strict=True)]

    def _paint_legend(self, ink: Ink, rect: QRectF) -> float:
        return paint_classes(ink, rect, self.class_names) if self._coloured else 0.0

    def _paint_as_image(
        self, ink: Ink, frame: PlotArea, shown: NDArray[np.int64], pixels: Sequence[QPointF]
    ) -> None:
        plot = frame.plot.adjusted(-_DOT, -_DOT, _DOT, _DOT)
        size = (QSizeF(plot.size()) * _RASTER_SCALE).toSize()
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size.width() / plot.width(), size.height() / plot.height())
        painter.translate(-plot.topLeft())
        self._paint_dots(painter, ink, shown, pixels)
        painter.end()
        ink.painter.drawImage(plot, image)

    def _paint_dots(
        self,
        painter: QPainter,
        ink: Ink,
        shown: NDArray[np.int64],
        pixels: Sequence[QPointF],
    ) -> None:
        radius = _DOT if len(shown) <= _FEW else _MANY_DOT
        painter.setPen(Qt.PenStyle.NoPen)
        for group, colour, mark in self._marks(ink, shown):
            painter.setBrush(colour)
            for index in group.tolist():
                paint_mark(painter, pixels[index], radius, mark)

    def _marks(
        self, ink: Ink, shown: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], QColor, int]]:
        """Yield groups with the same look: positions in ``shown``, colour and marker."""
        if len(self.colours):
            marks = self.marks if len(self.marks) else np.full(len(self.colours), DISC)
            looks = np.stack([self.colours[shown], marks[shown]], axis=1)
            known, of_shown = np.unique(looks, axis=0, return_inverse=True)
            for number, (rgba, mark) in enumerate(known.tolist()):
                yield np.flatnonzero(of_shown == number), QColor.fromRgba(rgba), mark
        elif self._coloured:
            marks = marks_of(np.arange(len(self.class_names)))
            for number, mark in enumerate(marks.tolist()):
                group = np.flatnonzero(self.classes[shown] == number)
                yield group, class_colour(number, ink.theme), mark
        else:
            yield np.arange(len(shown)), ink.theme.accent, DISC

    def _paint_sprites(
        self,
        ink: Ink,
        shown: NDArray[np.int64],
        pixels: Sequence[QPointF],
        image_of: Callable[[int], NDArray[np.float32]],
    ) -> None:
        """Paint the images of some samples, each with a rim in the colour of its class."""
        drawn = np.random.default_rng(0).permutation(len(shown))[:MAX_TESTED]
        if not len(drawn):
            return
        height, width = image_of(int(shown[drawn[0]])).shape[-2:]
        coordinates = np.array([(pixels[row].x(), pixels[row].y()) for row in drawn.tolist()])
        size, apart_rows = QSizeF(), np.zeros(0, np.int64)
        scale = 0.0
        for side in _SPRITES if len(shown) <= MAX_SIGNS else _SPRITES[:1]:
            scale = side / max(height, width)
            size = QSizeF(width * scale, height * scale)
            gap = _CUT_GAP if self.cut_out else _STAMP_GAP
            apart_rows = apart(coordinates / (size.width() + gap, size.height() + gap))
            # Of few samples all are shown, at a smaller size if necessary.
            if len(apart_rows) == len(drawn):
                break
        if self.cut_out:
            size = sticker_size((height, width), _PIXELS * scale, self.image_style) / _PIXELS
        alike = len(self.colours) > 0 and bool((self.colours == self.colours[0]).all())
        for row in drawn[apart_rows].tolist():
            sample = int(shown[row])
            corner = pixels[row] - QPointF(size.width() / 2, size.height() / 2)
            box, colour = QRectF(corner, size), None
            if len(self.colours) and not alike:
                colour = QColor.fromRgba(int(self.colours[sample]))
            elif self._coloured:
                colour = class_colour(int(self.classes[sample]), ink.theme)
            if self.cut_out:
                image = image_of(sample)
                sharp = _RASTER_SCALE / _PIXELS
                sticker = sticker_image(
                    image, self.image_style, _PIXELS * scale, sharp, ink.theme, colour
                )
                ink.painter.drawImage(box, sticker)
                continue
            draw_image(ink, box, image_of(sample), self.image_style)
            ink.painter.setPen(ink.pen(colour or ink.theme.border, 0.7))
            ink.painter.setBrush(Qt.BrushStyle.NoBrush)
            ink.painter.drawRect(box)

    def _paint_signs(
        self, ink: Ink, frame: PlotArea, shown: NDArray[np.int64], pixels: Sequence[QPointF]
    ) -> None:
        """Paint a letter beside each point without overlaps; a hairline leads to a distant one."""
        metrics = ink.metrics(TICK_PT)
        occupied = [QRectF(at.x() - _DOT, at.y() - _DOT, 2 * _DOT, 2 * _DOT) for at in pixels]
        inner = frame.plot.adjusted(1.0, 1.0, 0.0, -1.0)
        for sample, at in zip(shown.tolist(), pixels, strict=True):
            sign = self.signs[sample]
            size = QSizeF(metrics.horizontalAdvance(sign), 0.8 * metrics.ascent())
            box, reach = _free(at, size, occupied, inner)
            occupied.append(box)
            if reach:
                ink.painter.setPen(ink.pen(ink.theme.text_dim, 0.35))
                ink.painter.drawLine(at, _nearest(box, at))
            ink.write(sign, box, TICK_PT, ink.theme.text)


def paint_classes(ink: Ink, rect: QRectF, names: Sequence[str]) -> float:
    """Paint the legend of classes along the top of ``rect``; return its height."""

    def entry(number: int, name: str) -> LegendEntry:
        def paint_sign(box: QRectF) -> None:
            ink.painter.setPen(Qt.PenStyle.NoPen)
            ink.painter.setBrush(class_colour(number, ink.theme))
            paint_mark(ink.painter, box.center(), _SWATCH, CLASS_MARKS[number % MAX_LOOKS])

        return LegendEntry(name, 2 * _SWATCH, paint_sign)

    return paint_legend(ink, rect, [entry(number, name) for number, name in enumerate(names)])


def _free(
    at: QPointF, size: QSizeF, occupied: Sequence[QRectF], inner: QRectF
) -> tuple[QRectF, float]:
    """Return the nearest box beside ``at`` that overlaps no other, and its distance."""
    fewest: tuple[int, QRectF, float] | None = None
    for reach in _REACHES:
        for side in _SIDES:
            box = _beside(at, size, side, reach)
            if not inner.contains(box):
                continue
            met = sum(box.intersects(other) for other in occupied)
            if not met:
                return box, reach
            if fewest is None or met < fewest[0]:
                fewest = met, box, reach
    return (fewest[1], fewest[2]) if fewest else (_beside(at, size, (1, -1), 0.0), 0.0)


def _beside(at: QPointF, size: QSizeF, side: tuple[int, int], reach: float) -> QRectF:
    across, down = side
    away = _DOT + 0.8 + reach
    width, height = size.width(), size.height()
    x = at.x() + across * (away + width / 2)
    # In the corners a letter needs less vertical distance.
    y = at.y() + down * ((away if not across else 0.4 * away) + height / 2)
    return QRectF(x - width / 2, y - height / 2, width, height)


def _nearest(box: QRectF, at: QPointF) -> QPointF:
    return QPointF(
        min(max(at.x(), box.left()), box.right()), min(max(at.y(), box.top()), box.bottom())
    )
