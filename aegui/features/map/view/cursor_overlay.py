"""The overlay at the map cursor: cross, coordinates, decoded glyph and hovered sample.

It is painted over the cached image of the map, and only its old and new regions are repainted: a
mouse move repaints two thin lines and a small card. The card shows one thing at a time: the
hovered sample where it is drawn too small to be legible, else the decoded image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QRegion

from aegui.features.map.view.fan import FanPicture
from aegui.features.map.view.marks import (
    REST_PX,
    paint_arrow,
    paint_drawing,
    paint_pixmap,
    paint_rest,
    paint_tag,
    paint_trail,
    tag_rect,
)
from aegui.features.map.view.select_tool import Lasso
from aegui.kit.theme import RADIUS
from aegui.widgets.glyphs import label_name
from aegui.widgets.rulers import (
    RulerFigure,
    figures_below,
    fitting_font,
    x_figures,
    x_pill,
    y_figures,
    y_pill,
)
from aegui.widgets.scatter.sprites import framed_pixmap, framed_size
from aegui.widgets.ticks import place_text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.features.map.view.ground import Target
    from aegui.features.map.view.scene import Scene
    from aegui.kit.theme import Theme
    from aegui.session.data.image_style import ImageStyle
    from aegui.widgets.viewport import Viewport

PREVIEW_PX = 48
"""Approximate side of the preview of a glyph, in logical pixels."""
IMAGE_PREVIEW_PX = 84
"""The same for other images."""
PREVIEW_AWAY_PX = 16.0
"""Distance from the cursor to the nearest corner of the preview."""
_GAP_PX = 9.0
_NAME_GAP_PX = 3.0
_BESIDE_PX = 6.0
"""Distance between a hovered sample and its card."""
_SEEN_PX = 30.0
"""Samples drawn at least this high are not enlarged on the card."""
_MAX_RINGS = 500


class _Pill(NamedTuple):
    """A coordinate label on a ruler, and the ruler figures that it hides."""

    rect: QRectF
    text: str
    font: QFont
    over: QRectF


class _Layout(NamedTuple):
    """Where the parts that follow the cursor lie."""

    pills: tuple[_Pill, ...]
    """The coordinate labels."""
    card: QRectF
    """The card; empty without one."""
    tag: QRectF
    """The name of the hovered sample above the card; empty without one."""
    rects: list[QRectF]
    """All that they, the cross and the frame of the sample cover."""
    region: QRegion
    """The region around ``rects``."""


class CursorOverlay:
    """State and painting of the cursor overlay."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.position: tuple[float, float] | None = None
        self.rest: NDArray[np.float32] | None = None
        """The code ``[d]`` that is marked while there is no cursor: the last one decoded."""
        self.hovered: int | None = None
        self.marked: NDArray[np.int64] = np.zeros(0, np.int64)
        self.fan = FanPicture()
        self.lasso = Lasso()
        self.drift: tuple[float, float] | None = None
        self._preview: NDArray[np.float32] | None = None
        self._pixmap: tuple[object, QPixmap] | None = None
        self._framed: tuple[object, tuple[float, float]] | None = None
        self._layout_of: tuple[object, _Layout] | None = None
        self._figures_of: tuple[object, list[RulerFigure], list[RulerFigure]] | None = None
        self.painted = QRegion()
        """The region painted last, which has to be repainted when the overlay changes."""
        self.drawing_painted = QRegion()
        """The same of the marks of the drawing, which do not follow the cursor."""

    def set_preview(self, image: ArrayLike | None) -> None:
        """Set the decoded image ``[H, W]`` or ``[C, H, W]`` at the cursor; None removes it."""
        self._preview = None if image is None else np.asarray(image, np.float32)
        self._pixmap = None

    def pixel(self, view: Viewport) -> QPointF | None:
        """Return the cursor position in widget pixels; on a ribbon its vertical centre."""
        return None if self.position is None else self._pixel_of(view, *self.position)

    def _pixel_of(self, view: Viewport, x: float, y: float) -> QPointF:
        """Return the pixel of a place of the plane; on a ribbon its vertical centre."""
        band = self._scene.band(view) if self._scene.projection.ribbon else None
        if band is None:
            return QPointF(view.x_pixel(x), view.y_pixel(y))
        return QPointF(view.x_pixel(x), view.top + (band[0] + band[1]) / 2)

    def region(self, view: Viewport, font: QFont) -> QRegion:
        """Return the region that all but the marks of the drawing would cover."""
        at = self.pixel(view)
        if at is None or len(self.marked) or self.lasso.is_drawn or self.fan.is_shown:
            return _around(self._rects(view, font))
        return self._layout(view, at, font).region + _around(self._drift_rects(view, at))

    def preview_region(self, view: Viewport, font: QFont) -> QRegion:
        """Return the region that the preview card would cover."""
        at = self.pixel(view)
        if at is None:
            return QRegion()
        layout = self._layout(view, at, font)
        return _around([rect for rect in (layout.card, layout.tag) if not rect.isEmpty()])

    def drift_region(self, view: Viewport) -> QRegion:
        """Return the region that the drift arrow would cover."""
        at = self.pixel(view)
        return _around([] if at is None else self._drift_rects(view, at))

    def _rects(self, view: Viewport, font: QFont) -> list[QRectF]:
        rects = self._ring_rects()
        if self.lasso.is_drawn:
            rects.append(self.lasso.rect())
        at = self.pixel(view)
        if at is None:
            return [*rects, *self._spot_rects(), *self._rest_rects(view)]
        rects += [*self._layout(view, at, font).rects, *self._drift_rects(view, at)]
        return (
            [*rects, *self.fan.rects(view, at, self._image_style)] if self.fan.is_shown else rects
        )

    def _layout(self, view: Viewport, at: QPointF, font: QFont) -> _Layout:
        """Return what follows a cursor at ``at``, laid out once for each state of the overlay."""
        scene = self._scene
        shape = None if self._preview is None else self._preview.shape
        state = scene.version, scene.layout, scene.style.preview, self.fan.is_shown
        key = view, font, self.position, self.hovered, shape, state
        if self._layout_of is None or self._layout_of[0] != key:
            pills, (card, tag) = self._pills(view, at, font), self.card_rects(view, at, font)
            rects = [QRectF(at.x(), view.top, 1, view.height)]
            if not scene.projection.ribbon:
                rects.append(QRectF(view.left, at.y(), view.width, 1))
            rects += [pill.rect.united(pill.over) for pill in pills]
            rects += [rect for rect in (card, tag) if not rect.isEmpty()]
            rects += self._spot_rects()
            self._layout_of = key, _Layout(pills, card, tag, rects, _around(rects))
        return self._layout_of[1]

    def _spot_rects(self) -> list[QRectF]:
        return [] if self.hovered is None else [self._spot(self.hovered)]

    def _rest_rects(self, view: Viewport) -> list[QRectF]:
        at = self._rest_pixel(view)
        if at is None:
            return []
        reach = REST_PX + 1
        return [QRectF(at, at).adjusted(-reach, -reach, reach, reach)]

    def _rest_pixel(self, view: Viewport) -> QPointF | None:
        """Return the pixel of ``rest`` while it is marked."""
        projection = self._scene.projection
        if self.position is not None or self.rest is None or len(self.rest) != projection.size:
            return None
        at = self._pixel_of(view, *projection.project(self.rest)[0].tolist())
        # Rounded like the cross, whose thin lines would be blurred between two pixels.
        return QPointF(round(at.x()), round(at.y())) if view.contains(at.x(), at.y()) else None

    def _drift_rects(self, view: Viewport, at: QPointF) -> list[QRectF]:
        end = self._drift_end(view)
        if end is None:
            return []
        return [QRectF(at, end).normalized().adjusted(-8, -8, 8, 8)]

    def _drift_end(self, view: Viewport) -> QPointF | None:
        """Return the pixel where the image at the cursor would be encoded."""
        if self.drift is None or self._scene.projection.ribbon:
            return None
        x, y = view.x_pixel(self.drift[0]), view.y_pixel(self.drift[1])
        # An arrow to a point far outside would cross the map and show only the direction.
        return QPointF(x, y) if view.contains(x, y) else None

    def _ring_rects(self) -> list[QRectF]:
        """Return the rings around highlighted samples that are drawn, at most ``_MAX_RINGS``."""
        boxes = (self._scene.points.box(int(index)) for index in self.marked[:_MAX_RINGS])
        return [box.adjusted(-4, -4, 4, 4) for box in boxes if not box.isEmpty()]

    @property
    def _image_style(self) -> ImageStyle:
        return self._scene.points.sprites.image_style

    def _shows_preview(self) -> bool:
        # The lens already shows the same image in its centre.
        shown = self._scene.style.preview and not self.fan.is_shown
        return self._preview is not None and shown and not self._shows_sample()

    def _shows_sample(self) -> bool:
        """Return whether the card shows the hovered sample because it is drawn too small."""
        if self.hovered is None or self.fan.is_shown:
            return False
        return self._scene.points.box(self.hovered).height() < _SEEN_PX

    def _pills(self, view: Viewport, at: QPointF, font: QFont) -> tuple[_Pill, ...]:
        """Return the coordinate labels on the rulers."""
        metrics = QFontMetricsF(font)
        x, y = self.position or (0.0, 0.0)
        text = place_text(x, view.sx)
        rect = x_pill(view, at.x(), text, metrics)
        if self._figures_of is None or self._figures_of[0] != (view, font):
            figures = x_figures(view, metrics), y_figures(view, metrics)
            self._figures_of = (view, font), *figures
        _, across, up = self._figures_of
        pills = [_Pill(rect, text, font, figures_below(across, rect))]
        if not self._scene.projection.ribbon:
            rect = y_pill(view, at.y(), metrics)
            text = place_text(y, view.sy)
            narrow = fitting_font(font, text, rect.width() - 2)
            pills.append(_Pill(rect, text, narrow, figures_below(up, rect)))
        return tuple(pills)

    def paint(self, painter: QPainter, target: Target, view: Viewport, region: QRegion) -> None:
        """Paint what lies in ``region``, where ``painter`` is clipped to it."""
        at, theme, font = self.pixel(view), target.theme, target.font
        self.painted = self.region(view, font)
        marks = self._scene.drawn_rect(view).toAlignedRect()
        self.drawing_painted = QRegion(marks)
        if region.intersects(marks):
            self._paint_drawing(painter, view, theme)
        if len(self.marked):
            self._paint_rings(painter, theme)
        rest = self._rest_pixel(view)
        if rest is not None:
            paint_rest(painter, rest, theme)
        if at is not None:
            self._paint_cross(painter, view, at, theme)
            end = self._drift_end(view)
            if end is not None:
                paint_arrow(painter, at, end, theme)
        if self.hovered is not None:
            self._paint_spot(painter, self.hovered, theme)
        if at is not None:
            layout = self._layout(view, at, font)
            for pill in layout.pills:
                if region.intersects(_outside(pill.rect.united(pill.over))):
                    _paint_pill(painter, pill, theme)
            if region.intersects(_outside(layout.card.united(layout.tag))):
                self._paint_card(painter, layout, target)
            if self.fan.is_shown:
                self.fan.paint(painter, view, at, theme, self._image_style, target.ratio)
        self.lasso.paint(painter, theme)

    def _paint_drawing(self, painter: QPainter, view: Viewport, theme: Theme) -> None:
        painter.save()
        area = QRectF(view.left, view.top, view.width, view.height)
        painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
        drawn = self._scene.drawn_pixels(view)
        if len(drawn) > 2:
            paint_trail(painter, drawn[:-1], theme)
        paint_drawing(painter, QPointF(*drawn[-1].tolist()), theme)
        painter.restore()

    def _paint_rings(self, painter: QPainter, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rings = self._ring_rects()
        for colour, width in ((theme.panel, 4.0), (theme.accent, 2.0)):
            painter.setPen(QPen(colour, width))
            for ring in rings:
                painter.drawRoundedRect(ring.adjusted(1, 1, -1, -1), 6, 6)

    def _paint_cross(self, painter: QPainter, view: Viewport, at: QPointF, theme: Theme) -> None:
        colour, edge = QColor(theme.accent), QColor(theme.panel)
        colour.setAlphaF(0.75)
        # A contrasting edge on both sides keeps the line visible on images of similar brightness.
        edge.setAlphaF(0.4)
        x, y = round(at.x()), round(at.y())
        right, bottom = view.left + view.width, view.top + view.height
        if self._scene.projection.ribbon:
            painter.fillRect(QRectF(x, view.top, 1, view.height), colour)
            return
        above, before = y - _GAP_PX - view.top, x - _GAP_PX - view.left
        below, behind = bottom - y - _GAP_PX, right - x - _GAP_PX
        for line in (
            QRectF(view.left, y, max(0.0, before), 1),
            QRectF(x + _GAP_PX, y, max(0.0, behind), 1),
            QRectF(x, view.top, 1, max(0.0, above)),
            QRectF(x, y + _GAP_PX, 1, max(0.0, below)),
        ):
            if not line.isEmpty():
                across = (0, 1) if line.height() == 1 else (1, 0)
                painter.fillRect(line.adjusted(-across[0], -across[1], *across), edge)
            painter.fillRect(line, colour)

    def card_rects(self, view: Viewport, at: QPointF, font: QFont) -> tuple[QRectF, QRectF]:
        """Return card and name of the hovered sample above it, for a cursor at ``at``.

        What there is not is empty. The card is below right of the cursor if it fits. Neither card
        nor name covers the hovered sample.
        """
        (width, height), name = self._card_size(), self._name_size(font)
        size = QSizeF(max(width, name.width()), height + name.height())
        if size.isEmpty():
            return QRectF(), QRectF()
        spot = QRectF(at, at) if self.hovered is None else self._spot(self.hovered)
        left, top = at.x() + PREVIEW_AWAY_PX, at.y() + PREVIEW_AWAY_PX
        if self.hovered is not None:
            left = max(left, spot.right() + _BESIDE_PX)
        if left + size.width() > view.left + view.width:
            left = min(at.x() - PREVIEW_AWAY_PX, spot.left() - _BESIDE_PX) - size.width()
        if top + size.height() > view.top + view.height:
            top = at.y() - PREVIEW_AWAY_PX - size.height()
        card = QRectF(round(left), round(max(view.top, top) + name.height()), width, height)
        if name.isEmpty():
            return card, QRectF()
        return card, QRectF(card.topLeft() - QPointF(0.0, name.height()), name)

    def _card_size(self) -> tuple[float, float]:
        if self._shows_sample():
            size = self._scene.points.sprites.sticker_size(self._sample_scale())
            return size.width(), size.height()
        return self._preview_size() if self._shows_preview() else (0.0, 0.0)

    def _name_size(self, font: QFont) -> QSizeF:
        """Return the size of the hovered sample's name above the card, zero without one."""
        if self.hovered is None:
            return QSizeF(0.0, 0.0)
        text = label_name(self._scene.points.sprites.names[self.hovered])
        size = tag_rect(QPointF(0, 0), text, font).size()
        return QSizeF(size.width(), size.height() + _NAME_GAP_PX)

    def _preview_scale(self) -> float:
        assert self._preview is not None
        largest = int(max(self._preview.shape[-2:]))
        if self._scene.points.sprites.image_style.glyphs:
            return float(max(1, round(PREVIEW_PX / largest)))
        return _image_scale(largest, IMAGE_PREVIEW_PX)

    def _preview_size(self) -> tuple[float, float]:
        assert self._preview is not None
        of = self._preview.shape, self._image_style
        if self._framed is None or self._framed[0] != of:
            size = framed_size(self._preview.shape, self._preview_scale(), self._image_style)
            self._framed = of, (size.width(), size.height())
        return self._framed[1]

    def _preview_pixmap(self, theme: Theme, ratio: float) -> QPixmap:
        assert self._preview is not None
        key = (theme.key, ratio)
        if self._pixmap is None or self._pixmap[0] != key:
            image_style, scale = self._scene.points.sprites.image_style, self._preview_scale()
            pixmap = framed_pixmap(self._preview, image_style, scale, ratio, theme, theme.accent)
            self._pixmap = (key, pixmap)
        return self._pixmap[1]

    def _sample_scale(self) -> float:
        """Return the screen pixels per pixel of the sample on the card."""
        sprites = self._scene.points.sprites
        largest = max(sprites.image_shape)
        if sprites.image_style.glyphs:
            return float(max(1, round(PREVIEW_PX / largest)))
        return _image_scale(largest, IMAGE_PREVIEW_PX)

    def _spot(self, index: int) -> QRectF:
        """Return the rectangle of the frame around a sample."""
        return self._scene.points.box(index).adjusted(-3, -3, 3, 3)

    def _paint_spot(self, painter: QPainter, index: int, theme: Theme) -> None:
        # A frame marks the hovered sample by more than colour.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        box = self._spot(index).adjusted(1.5, 1.5, -1.5, -1.5)
        for colour, width in ((theme.panel, 3.0), (theme.accent, 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawRoundedRect(box, RADIUS, RADIUS)

    def _paint_card(self, painter: QPainter, layout: _Layout, target: Target) -> None:
        theme, ratio, corner = target.theme, target.ratio, layout.card.topLeft()
        if self._shows_preview():
            paint_pixmap(painter, corner, self._preview_pixmap(theme, ratio))
        if self.hovered is None:
            return
        sprites, index, tag = self._scene.points.sprites, self.hovered, layout.tag
        if self._shows_sample():
            sticker = sprites.sticker(index, self._sample_scale(), ratio, theme, theme.accent)
            paint_pixmap(painter, corner, sticker)
        left_middle = QPointF(tag.left(), tag.top() + (tag.height() - _NAME_GAP_PX) / 2)
        paint_tag(painter, left_middle, label_name(sprites.names[index]), theme, target.font)


def _paint_pill(painter: QPainter, pill: _Pill, theme: Theme) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # A partly hidden figure beside the label could be misread as another number.
    painter.fillRect(pill.over, theme.panel)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.accent)
    painter.drawRoundedRect(pill.rect, 3, 3)
    painter.setPen(theme.on_accent)
    painter.setFont(pill.font)
    painter.drawText(pill.rect, Qt.AlignmentFlag.AlignCenter, pill.text)


def _image_scale(largest: int, target_px: int) -> float:
    """Return the scale, an integer or 1/integer, that shows ``largest`` pixels close to wanted."""
    if largest <= target_px:
        return float(max(1, round(target_px / largest)))
    return 1.0 / round(largest / target_px)


def _around(rects: list[QRectF]) -> QRegion:
    """Return the region of whole pixels around ``rects``, including antialiased edges."""
    region = QRegion()
    for rect in rects:
        region += _outside(rect)
    return region


def _outside(rect: QRectF) -> QRect:
    return rect.toAlignedRect().adjusted(-2, -2, 2, 2)
