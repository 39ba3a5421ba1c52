"""Painting of pins, the drawing's code with its trail, the prior, region names and pixmaps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from aegui.kit.theme import blend

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QPixmap

    from aegui.features.map.view.types import RegionName
    from aegui.kit.theme import Theme
    from aegui.widgets.viewport import Viewport

PIN_PX = 18.0
"""Height of a pin above its tip."""
DRAWING_PX = 6.0
"""Radius of the mark at the drawing's code."""
REST_PX = 13.0
"""Reach of the mark of the last decoded place."""
_REST_ARM_PX, _REST_WIDTH_PX = 6.0, 2.0
_HEAD_SHARE = 0.36
"""Radius of a pin's head as a share of its height."""
_TAG_GAP_PX = 3
_PRIOR_CROSS_PX = 5.0
_DIAGONAL = 0.5**0.5
_TRAIL_ALPHA = 0.75
_TRAIL_PARTS = 4
_ARROW_PX = 7.0
_ARROW_LEAST_PX = 5.0
_NAME_SIZES_PX = (30, 22, 16)
"""Font sizes of region names; a size is used if its region has about that much room."""
_HALO_PX, _HALO_ALPHA = 4.0, 0.8
_RIBBON_NAMES_PX = 64.0


def paint_pixmap(painter: QPainter, corner: QPointF, pixmap: QPixmap) -> None:
    """Paint ``pixmap`` with its corner at the device pixel nearest to ``corner``.

    With a fractional ratio ``corner`` may lie between two device pixels, as the widget itself may.
    Qt would blend the edges there, or not, depending on the shape of the region that is repainted:
    a repaint of a part would differ from one of the whole.
    """
    ratio = pixmap.devicePixelRatio()
    if ratio.is_integer():
        painter.drawPixmap(corner, pixmap)
        return
    at = painter.deviceTransform().map(corner)
    nearest = QPointF(math.floor(at.x() + 0.5), math.floor(at.y() + 0.5))
    painter.save()
    painter.scale(1 / ratio, 1 / ratio)
    source = QRectF(pixmap.rect())
    painter.drawPixmap(source.translated(corner * ratio + nearest - at), pixmap, source)
    painter.restore()


def paint_pin(
    painter: QPainter, at: QPointF, name: str, theme: Theme, font: QFont, right: float
) -> None:
    """Paint a pin with its tip at ``at`` and its name beside its head, up to ``right``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = PIN_PX * _HEAD_SHARE
    head = _pin_head(at)
    path = QPainterPath(at)
    path.quadTo(QPointF(at.x() - radius, at.y() - PIN_PX * 0.42), head - QPointF(radius, 0))
    path.arcTo(QRectF(head.x() - radius, head.y() - radius, 2 * radius, 2 * radius), 180, -180)
    path.quadTo(QPointF(at.x() + radius, at.y() - PIN_PX * 0.42), at)
    painter.setPen(QPen(theme.panel, 1.5))
    painter.setBrush(theme.accent)
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.on_accent)
    painter.drawEllipse(head, radius * 0.38, radius * 0.38)
    if name:
        paint_tag(painter, pin_tag_place(at, name, font, right), name, theme, font)


def _pin_head(at: QPointF) -> QPointF:
    return QPointF(at.x(), at.y() - PIN_PX * (1.0 - _HEAD_SHARE))


def pin_tag_place(at: QPointF, name: str, font: QFont, right: float) -> QPointF:
    """Return the middle of the left edge of a pin's name: left of the pin if it would be cut."""
    head, beside = _pin_head(at), PIN_PX * _HEAD_SHARE + _TAG_GAP_PX
    place = QPointF(head.x() + beside, head.y())
    box = tag_rect(place, name, font)
    return place if box.right() < right else QPointF(head.x() - beside - box.width(), head.y())


def paint_tag(
    painter: QPainter, left_middle: QPointF, text: str, theme: Theme, font: QFont
) -> QRectF:
    """Paint ``text`` on a small box with the middle of its left edge at ``left_middle``."""
    box = tag_rect(left_middle, text, font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    painter.setPen(QPen(theme.border, 1))
    painter.setBrush(theme.raised)
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(theme.text)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return box


def tag_rect(left_middle: QPointF, text: str, font: QFont) -> QRectF:
    """Return the box that ``paint_tag`` paints."""
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(text) + 10, metrics.height() + 2
    return QRectF(left_middle.x(), round(left_middle.y() - height / 2) + 0.5, width, height)


def paint_prior(painter: QPainter, view: Viewport, theme: Theme) -> None:
    """Paint the mean of a normal prior and the circles of one and two standard deviations."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    middle = QPointF(view.x_pixel(0.0), view.y_pixel(0.0))
    for radius, style in ((1.0, Qt.PenStyle.SolidLine), (2.0, Qt.PenStyle.DashLine)):
        for colour, width in ((theme.panel, 3.0), (blend(theme.text_dim, theme.panel, 0.7), 1.2)):
            painter.setPen(QPen(colour, width, style))
            painter.drawEllipse(middle, radius * view.sx, radius * view.sy)
    for radius, text in ((1.0, "1σ"), (2.0, "2σ")):
        # Below right of the circle, clear of axes and sample labels.
        side = radius * _DIAGONAL
        at = middle + QPointF(side * view.sx + 3, side * view.sy + 12)
        if view.contains(at.x(), at.y()):
            paint_haloed(painter, at, text, theme.text, theme.panel)
    for colour, width in ((theme.panel, 3.5), (theme.text_dim, 1.5)):
        painter.setPen(QPen(colour, width))
        for dx, dy in ((_PRIOR_CROSS_PX, 0.0), (0.0, _PRIOR_CROSS_PX)):
            painter.drawLine(middle - QPointF(dx, dy), middle + QPointF(dx, dy))


def paint_haloed(painter: QPainter, at: QPointF, text: str, ink: QColor, halo: QColor) -> None:
    """Paint ``text`` from the baseline at ``at``, with an outline in the colour ``halo``."""
    letters = QPainterPath()
    letters.addText(at, painter.font(), text)
    around = QColor(halo)
    around.setAlphaF(_HALO_ALPHA)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.strokePath(letters, QPen(around, _HALO_PX, Qt.PenStyle.SolidLine, cap, join))
    painter.fillPath(letters, ink)


def paint_trail(painter: QPainter, pixels: NDArray[np.float64], theme: Theme) -> None:
    """Paint the trail of the drawing's code: ``pixels`` ``[M, 2]``, oldest first, fading."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    points = [QPointF(x, y) for x, y in pixels.tolist()]
    # A few polylines of decreasing opacity: single lines with their own pens are slow.
    size = -(-len(points) // _TRAIL_PARTS)
    for part, first in enumerate(range(0, len(points) - 1, size), start=1):
        colour = QColor(theme.warn)
        colour.setAlphaF(_TRAIL_ALPHA * part / _TRAIL_PARTS)
        painter.setPen(QPen(colour, 2.0))
        painter.drawPolyline(points[first : first + size + 1])


def paint_drawing(painter: QPainter, at: QPointF, theme: Theme) -> None:
    """Paint the mark at the drawing's code: a diamond in a ring, unlike dots and pins."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((theme.panel, 4.5), (theme.warn, 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(at, DRAWING_PX + 3, DRAWING_PX + 3)
    half = DRAWING_PX - 1
    diamond = QPolygonF([at + QPointF(0, -half), at + QPointF(half, 0)])
    diamond.append(at + QPointF(0, half))
    diamond.append(at + QPointF(-half, 0))
    painter.setPen(QPen(theme.panel, 1.0))
    painter.setBrush(theme.warn)
    painter.drawPolygon(diamond)


def paint_rest(painter: QPainter, at: QPointF, theme: Theme) -> None:
    """Paint the mark of the last decoded place: the centre of the cursor's cross."""
    long, wide = _REST_ARM_PX, _REST_WIDTH_PX
    arms = [QRectF(start, -wide / 2, long, wide) for start in (-REST_PX, REST_PX - long)]
    arms += [QRectF(arm.y(), arm.x(), wide, long) for arm in arms]
    for grown, colour in ((1, theme.panel), (0, theme.accent)):
        for arm in arms:
            painter.fillRect(arm.translated(at).adjusted(-grown, -grown, grown, grown), colour)


def paint_region_names(
    painter: QPainter,
    names: Sequence[RegionName],
    view: Viewport,
    theme: Theme,
    font: QFont,
    *,
    ribbon: bool,
) -> None:
    """Paint the names of regions large enough for them, in a size that suits the region."""
    fonts = {size: _sized(font, size) for size in _NAME_SIZES_PX} if names else {}
    for name in names:
        x, y = view.x_pixel(name.x), view.y_pixel(name.y)
        half = name.half_width * view.sx
        if ribbon:
            y = view.top + _RIBBON_NAMES_PX
        else:
            half = min(half, name.half_height * view.sy)
        size = next((size for size in _NAME_SIZES_PX if size <= half), None)
        if size is None or not view.contains(x, y):
            continue
        text_width = QFontMetricsF(fonts[size]).horizontalAdvance(name.text)
        smallest = fonts[_NAME_SIZES_PX[-1]]
        chosen = fonts[size] if text_width <= 2 * half else smallest
        if QFontMetricsF(chosen).horizontalAdvance(name.text) > 2 * half:
            continue
        painter.setFont(chosen)
        metrics = QFontMetricsF(chosen)
        below = (metrics.ascent() - metrics.descent()) / 2
        at = QPointF(x - metrics.horizontalAdvance(name.text) / 2, y + below)
        paint_haloed(painter, at, name.text, theme.text, theme.panel)


def _sized(font: QFont, size_px: int) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(size_px)
    sized.setBold(True)
    return sized


def paint_arrow(painter: QPainter, begin: QPointF, end: QPointF, theme: Theme) -> None:
    """Paint an arrow between two pixels; a dot if they are very close."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    line = QLineF(begin, end)
    shaft = QLineF(line)
    shaft.setLength(max(0.0, line.length() - _ARROW_PX * 0.6))
    head = QPolygonF([end])
    for turn in (155.0, -155.0):
        side = QLineF.fromPolar(_ARROW_PX, line.angle() + turn)
        head.append(end + side.p2())
    for colour, width in ((theme.panel, 4.5), (theme.text, 1.8)):
        painter.setPen(QPen(colour, width))
        painter.setBrush(colour)
        if line.length() < _ARROW_LEAST_PX:
            painter.drawEllipse(end, 1.5, 1.5)
        else:
            painter.drawLine(shaft)
            painter.drawPolygon(head)
