"""What figures are drawn with: one font, hairlines, colours of a theme, exact images.

Lengths are points (1/72 inch): a painter is set up so that a point is a unit of it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QImage,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPen,
)

from aegui.kit.theme import DARK, LIGHT, Theme
from aegui.paths import resources_dir
from aegui.session.data.looks import grey_levels
from aegui.widgets.glyphs import level_image

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from aegui.session.data.looks import Look

POINTS_PER_INCH = 72.0
HAIRLINE = 0.5
TICK_PT = 8.0
NAME_PT = 9.0
TITLE_PT = 10.0
ORIGIN_PT = 6.5
GAP = 4.0
_FAMILY = "DejaVu Sans"
_MOST_SQUARES = 4096
_LEAST_SIDE = 256
_RASTER = (QPaintEngine.Type.Raster,)
PAPERS: dict[str, Theme] = {
    "light": replace(LIGHT, panel=QColor("#ffffff"), window=QColor("#ffffff")),
    "dark": DARK,
}
"""The colours of a figure by key of the theme: those of the window, on white paper."""


@cache
def figure_family() -> str:
    """The family of all text in figures, which the program brings along: the same everywhere."""
    if _FAMILY not in QFontDatabase.families():
        QFontDatabase.addApplicationFont(str(resources_dir() / "fonts" / "DejaVuSans.ttf"))
    return _FAMILY


class Ink:
    """A painter whose unit is a point, with the fonts and colours of a figure."""

    def __init__(self, painter: QPainter, theme: Theme) -> None:
        self.painter = painter
        self.theme = theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)

    @property
    def is_raster(self) -> bool:
        """Whether pixels are painted, not lines and letters."""
        return self.painter.paintEngine().type() in _RASTER

    # Text

    def font(self, size: float, *, bold: bool = False) -> QFont:
        """The font of ``size`` points."""
        font = QFont(figure_family())
        # So many of the device's dots are units of the painter, whatever the device says of inches.
        font.setPointSizeF(size * POINTS_PER_INCH / self.painter.device().logicalDpiY())
        font.setBold(bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    def metrics(self, size: float, *, bold: bool = False) -> QFontMetricsF:
        """Measures of the font of ``size`` points."""
        return QFontMetricsF(self.font(size, bold=bold), self.painter.device())

    def width(self, text: str, size: float) -> float:
        """How wide ``text`` is."""
        return self.metrics(size).horizontalAdvance(text)

    def line(self, size: float) -> float:
        """How high a line of text is."""
        return self.metrics(size).height()

    def elided(self, text: str, size: float, room: float) -> str:
        """``text``, cut with an ellipsis where there is no more ``room``."""
        return self.metrics(size).elidedText(text, Qt.TextElideMode.ElideRight, room)

    def write(
        self,
        text: str,
        rect: QRectF,
        size: float = TICK_PT,
        colour: QColor | None = None,
        flags: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
        *,
        bold: bool = False,
    ) -> None:
        """Write ``text`` on one line in ``rect``, beyond which it may reach."""
        metrics = self.metrics(size, bold=bold)
        across = metrics.horizontalAdvance(text)
        x = rect.left()
        if flags & Qt.AlignmentFlag.AlignHCenter:
            x = rect.center().x() - across / 2
        elif flags & Qt.AlignmentFlag.AlignRight:
            x = rect.right() - across
        y = rect.center().y() + (metrics.ascent() - metrics.descent()) / 2
        self.painter.setFont(self.font(size, bold=bold))
        self.painter.setPen(colour or self.theme.text)
        # Not drawText(QRectF): it rounds to whole units, which are large here.
        self._text_at(x, y, text)

    def write_upwards(self, text: str, rect: QRectF, size: float, colour: QColor) -> None:
        """Write ``text`` in the middle of ``rect``, from below to the top."""
        painter = self.painter
        painter.save()
        painter.translate(rect.center())
        painter.rotate(-90.0)
        turned = QRectF(-rect.height() / 2, -rect.width() / 2, rect.height(), rect.width())
        self.write(self.elided(text, size, rect.height()), turned, size, colour)
        painter.restore()

    def _text_at(self, x: float, y: float, text: str) -> None:
        self.painter.save()
        self.painter.translate(x, y)
        self.painter.drawText(0, 0, text)
        self.painter.restore()

    # Lines and images

    def pen(
        self,
        colour: QColor,
        width: float = HAIRLINE,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
    ) -> QPen:
        """A pen of ``width`` points."""
        pen = QPen(colour, width, style)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        return pen

    def draw_image(self, rect: QRectF, image: ArrayLike, look: Look) -> None:
        """Paint ``image`` ``[H, W]`` or ``[C, H, W]`` in 0..1 so that its pixels stay squares."""
        array = np.nan_to_num(np.asarray(image, np.float32))
        array = array[0] if array.ndim == 3 and array.shape[0] == 1 else array
        theme, painter = self.theme, self.painter
        painter.save()
        if look.glyphs and array.size <= _MOST_SQUARES and ((array <= 0) | (array >= 1)).all():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, not self.is_raster)
            painter.fillRect(rect, theme.pixel_off)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.pixel_on)
            lit = array > 0.5
            if lit.any():
                painter.drawPath(_outline(rect, lit))
        else:
            made = level_image(grey_levels(array), look, theme.pixel_on, theme.pixel_off)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(rect, made if self.is_raster else enlarged(made))
        painter.restore()


def enlarged(image: QImage) -> QImage:
    """``image`` with squares of pixels for each of its own: who shows it may smooth it."""
    times = max(1, -(-_LEAST_SIDE // max(image.width(), image.height())))
    return image.scaled(image.width() * times, image.height() * times)


def _outline(rect: QRectF, lit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> QPainterPath:
    """The outline of all pixels that are ``lit`` ``[H, W]``: no seams between neighbours."""
    rows, columns = lit.shape
    across, down = rect.width() / columns, rect.height() / rows
    path = QPainterPath()
    for row, line in enumerate(lit):
        edges = np.flatnonzero(np.diff(line.astype(np.int8), prepend=0, append=0))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            path.addRect(
                QRectF(
                    rect.left() + start * across,
                    rect.top() + row * down,
                    (end - start) * across,
                    down,
                )
            )
    return path.simplified()
