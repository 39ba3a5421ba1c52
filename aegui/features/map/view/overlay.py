"""What follows the cursor over the map: cross, coordinates, decoded glyph, the sample meant.

It is painted over the cached picture of the map, and only where it was and where it is now: a move
of the mouse repaints some two thin lines and two small plates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QRegion

from aegui.features.map.view.fan import FanPicture
from aegui.features.map.view.lasso import Lasso
from aegui.features.map.view.marks import paint_arrow, paint_tag, tag_rect
from aegui.kit.theme import RADIUS
from aegui.widgets.glyphs import label_name
from aegui.widgets.rulers import fitting_font, x_pill, y_pill
from aegui.widgets.scatter.stamps import plate_pixmap, plate_size
from aegui.widgets.ticks import place_text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.features.map.view.scene import Scene
    from aegui.kit.theme import Theme
    from aegui.session.data.looks import Look
    from aegui.widgets.viewport import Viewport

PREVIEW_PX = 48
"""Side that a preview of a glyph has about, in logical pixels."""
IMAGE_PREVIEW_PX = 84
"""The same of an image that is no glyph."""
PREVIEW_AWAY_PX = 16.0
"""From the cursor to the nearest corner of the preview."""
_GAP_PX = 9.0
_HOVER_SCALE = 3
_HOVER_PX = 56
_MOST_RINGS = 500


class Overlay:
    """The state of the cursor on the screen, and its painting."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.place: tuple[float, float] | None = None
        self.hovered: int | None = None
        self.marked: NDArray[np.int64] = np.zeros(0, np.int64)
        self.fan = FanPicture()
        self.lasso = Lasso()
        self.drift: tuple[float, float] | None = None
        self._preview: NDArray[np.float32] | None = None
        self._pixmap: tuple[object, QPixmap] | None = None
        self.painted = QRegion()
        """What it took when it was painted last: what has to be painted anew when it changes."""

    def set_preview(self, image: ArrayLike | None) -> None:
        """The decoded image ``[H, W]`` or ``[C, H, W]`` at the cursor."""
        self._preview = None if image is None else np.asarray(image, np.float32)
        self._pixmap = None

    def pixel(self, view: Viewport) -> QPointF | None:
        """Where the cursor is on the screen; on a ribbon in the middle of it."""
        if self.place is None:
            return None
        x, y = view.x_pixel(self.place[0]), view.y_pixel(self.place[1])
        band = self._scene.band(view)
        return QPointF(x, y if band is None else view.top + (band[0] + band[1]) / 2)

    def region(self, view: Viewport, font: QFont) -> QRegion:
        """All that it would paint now."""
        return _around(self._rects(view, font))

    def preview_region(self, view: Viewport) -> QRegion:
        """Where it would paint the preview now."""
        at = self.pixel(view)
        return _around([] if at is None else self._preview_rects(view, at))

    def drawn_region(self, view: Viewport) -> QRegion:
        """Where it would paint the place of the drawing now."""
        rect = self._scene.drawn_rect(view)
        return _around([] if rect.isEmpty() else [rect])

    def drift_region(self, view: Viewport) -> QRegion:
        """Where it would paint the arrow of the drift now."""
        at = self.pixel(view)
        return _around([] if at is None else self._drift_rects(view, at))

    def _rects(self, view: Viewport, font: QFont) -> list[QRectF]:
        rects = self._ring_rects()
        if self.lasso.is_drawn:
            rects.append(self.lasso.rect())
        if self.hovered is not None:
            rects += [self._hover_box(self.hovered), self._hover_tag(self.hovered, font)]
        at = self.pixel(view)
        if at is None:
            return rects
        rects += [QRectF(at.x(), view.top, 1, view.height), *self._pill_rects(view, at, font)]
        if not self._scene.ribbon:
            rects.append(QRectF(view.left, at.y(), view.width, 1))
        rects += [*self._preview_rects(view, at), *self._drift_rects(view, at)]
        return [*rects, *self.fan.rects(view, at, self._look)]

    def _preview_rects(self, view: Viewport, at: QPointF) -> list[QRectF]:
        return [self.preview_rect(view, at)] if self._shows_preview() else []

    def _drift_rects(self, view: Viewport, at: QPointF) -> list[QRectF]:
        end = self._drift_end(view)
        if end is None:
            return []
        return [QRectF(at, end).normalized().adjusted(-8, -8, 8, 8)]

    def _drift_end(self, view: Viewport) -> QPointF | None:
        """The pixel where the image at the cursor would be encoded."""
        if self.drift is None or self._scene.ribbon:
            return None
        x, y = view.x_pixel(self.drift[0]), view.y_pixel(self.drift[1])
        # Far outside, an arrow would cross the map and say nothing but "away".
        return QPointF(x, y) if view.contains(x, y) else None

    def _ring_rects(self) -> list[QRectF]:
        """Around the samples that are marked, those drawn on the screen; of many only some."""
        boxes = (self._scene.points.box(int(index)) for index in self.marked[:_MOST_RINGS])
        return [box.adjusted(-4, -4, 4, 4) for box in boxes if not box.isEmpty()]

    @property
    def _look(self) -> Look:
        return self._scene.points.stamps.look

    def _shows_preview(self) -> bool:
        # The fan has the same image in its middle.
        shown = self._scene.style.preview and not self.fan.is_shown
        return self._preview is not None and shown

    def _pill_rects(self, view: Viewport, at: QPointF, font: QFont) -> list[QRectF]:
        metrics = QFontMetricsF(font)
        texts = self._texts(view)
        pills = [x_pill(view, at.x(), texts[0], metrics)]
        return pills if self._scene.ribbon else [*pills, y_pill(view, at.y(), metrics)]

    def _texts(self, view: Viewport) -> tuple[str, str]:
        x, y = self.place or (0.0, 0.0)
        return place_text(x, view.sx), place_text(y, view.sy)

    def paint(
        self, painter: QPainter, view: Viewport, theme: Theme, ratio: float, font: QFont
    ) -> None:
        """Paint it all."""
        at = self.pixel(view)
        self.painted = self.region(view, font) + self.drawn_region(view)
        painter.save()
        room = QRectF(view.left, view.top, view.width, view.height)
        painter.setClipRect(room, Qt.ClipOperation.IntersectClip)
        self._scene.paint_drawn(painter, view, theme)
        painter.restore()
        self._paint_rings(painter, theme)
        if at is not None:
            self._paint_cross(painter, view, at, theme)
            end = self._drift_end(view)
            if end is not None:
                paint_arrow(painter, at, end, theme)
        if self.hovered is not None:
            self._paint_hovered(painter, self.hovered, theme, ratio, font)
        if at is not None:
            self._paint_pills(painter, view, at, theme, font)
            if self._shows_preview():
                rect = self.preview_rect(view, at)
                painter.drawPixmap(rect.topLeft(), self._preview_pixmap(theme, ratio))
            self.fan.paint(painter, view, at, theme, self._look, ratio)
        self.lasso.paint(painter, theme)

    def _paint_rings(self, painter: QPainter, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rings = self._ring_rects()
        for colour, width in ((theme.panel, 4.0), (theme.accent, 2.0)):
            painter.setPen(QPen(colour, width))
            for ring in rings:
                painter.drawRoundedRect(ring.adjusted(1, 1, -1, -1), 6, 6)

    def _paint_cross(self, painter: QPainter, view: Viewport, at: QPointF, theme: Theme) -> None:
        colour = QColor(theme.accent)
        colour.setAlphaF(0.75)
        x, y = round(at.x()), round(at.y())
        right, bottom = view.left + view.width, view.top + view.height
        if self._scene.ribbon:
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
            painter.fillRect(line, colour)

    def _paint_pills(
        self, painter: QPainter, view: Viewport, at: QPointF, theme: Theme, font: QFont
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rects = self._pill_rects(view, at, font)
        for rect, text in zip(rects, self._texts(view), strict=False):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent)
            painter.drawRoundedRect(rect, 3, 3)
            painter.setPen(theme.on_accent)
            painter.setFont(fitting_font(font, text, rect.width() - 2))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def preview_rect(self, view: Viewport, at: QPointF) -> QRectF:
        """Where the preview is painted for a cursor at ``at``: right below it where it fits."""
        height, width = self._preview_size()
        away = PREVIEW_AWAY_PX
        if not self._scene.points.stamps.look.glyphs:
            # Beside the picture of a sample under the cursor.
            away += _HOVER_PX / 2 - 6
        left, top = at.x() + away, at.y() + away
        if left + width > view.left + view.width:
            left = at.x() - away - width
        if top + height > view.top + view.height:
            top = at.y() - away - height
        return QRectF(round(left), round(top), width, height)

    def _preview_scale(self) -> float:
        assert self._preview is not None
        largest = int(max(self._preview.shape[-2:]))
        if self._scene.points.stamps.look.glyphs:
            return float(max(1, round(PREVIEW_PX / largest)))
        return _image_scale(largest, IMAGE_PREVIEW_PX)

    def _preview_size(self) -> tuple[float, float]:
        assert self._preview is not None
        look = self._scene.points.stamps.look
        size = plate_size(self._preview.shape, self._preview_scale(), look)
        return size.height(), size.width()

    def _preview_pixmap(self, theme: Theme, ratio: float) -> QPixmap:
        assert self._preview is not None
        key = (theme.key, ratio)
        if self._pixmap is None or self._pixmap[0] != key:
            look, scale = self._scene.points.stamps.look, self._preview_scale()
            made = plate_pixmap(self._preview, look, scale, ratio, theme, theme.accent)
            self._pixmap = (key, made)
        return self._pixmap[1]

    def _hover_scale(self) -> float:
        points = self._scene.points
        height, width = points.stamps.image_shape
        if points.stamps.look.glyphs:
            return points.scale or float(max(1, min(_HOVER_SCALE, 48 // height)))
        return max(points.scale, _image_scale(max(height, width), _HOVER_PX))

    def _hover_box(self, index: int) -> QRectF:
        return self._scene.points.box(index, self._hover_scale())

    def hover_rect(self, font: QFont) -> QRectF:
        """What the sample under the cursor takes with its name; empty without one."""
        if self.hovered is None:
            return QRectF()
        return self._hover_box(self.hovered).united(self._hover_tag(self.hovered, font))

    def _hover_tag(self, index: int, font: QFont) -> QRectF:
        box = self._hover_box(index)
        text = label_name(self._scene.points.stamps.names[index])
        rect = tag_rect(QPointF(0, 0), text, font)
        rect.moveCenter(QPointF(box.center().x(), box.top() - rect.height() / 2 - 3))
        return rect

    def _paint_hovered(
        self, painter: QPainter, index: int, theme: Theme, ratio: float, font: QFont
    ) -> None:
        stamps = self._scene.points.stamps
        box = self._hover_box(index)
        sticker = stamps.sticker(index, self._hover_scale(), ratio, theme, theme.accent)
        painter.drawPixmap(box.topLeft(), sticker)
        # A frame: what is meant differs by more than a colour.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((theme.panel, 3.0), (theme.accent, 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        tag = self._hover_tag(index, font)
        left_middle = QPointF(tag.left(), tag.center().y())
        paint_tag(painter, left_middle, label_name(stamps.names[index]), theme, font)


def _image_scale(largest: int, wanted_px: int) -> float:
    """The scale, whole or one over a whole number, that shows ``largest`` pixels nearest to it."""
    if largest <= wanted_px:
        return float(max(1, round(wanted_px / largest)))
    return 1.0 / round(largest / wanted_px)


def _around(rects: list[QRectF]) -> QRegion:
    """Whole pixels, with what smooth edges take beside them."""
    region = QRegion()
    for rect in rects:
        region += rect.toAlignedRect().adjusted(-2, -2, 2, 2)
    return region
