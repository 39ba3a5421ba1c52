"""Drawing context of charts: fonts, pens and colours, for a widget or for paper.

On paper lengths are in points (1/72 inch): the painter is scaled so that its unit is a point.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QPaintEngine,
    QPainter,
    QPen,
)

from aegui.kit.theme import DARK, LIGHT, Theme, current_theme, figures_font
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

POINTS_PER_INCH = 72.0
_PX_PER_PT = 96.0 / POINTS_PER_INCH
HAIRLINE = 0.5
TICK_PT = 8.0
NAME_PT = 9.0
TITLE_PT = 10.0
ORIGIN_PT = 6.5
GAP = 4.0
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_FAMILY = "DejaVu Sans"
_RASTER = (QPaintEngine.Type.Raster,)
PAPERS: dict[str, Theme] = {
    "light": replace(LIGHT, panel=QColor("#ffffff"), window=QColor("#ffffff")),
    "dark": DARK,
}
"""Colours of a figure by theme key: those of the window, with a white background if light."""


@cache
def figure_family() -> str:
    """Return the font family of figures, shipped with the program and thus the same everywhere."""
    if _FAMILY not in QFontDatabase.families():
        QFontDatabase.addApplicationFont(str(resources_dir() / "fonts" / "DejaVuSans.ttf"))
    return _FAMILY


class Ink:
    """A painter with the fonts and colours of a chart."""

    def __init__(self, painter: QPainter, theme: Theme, font: QFont | None = None) -> None:
        """Draw in a figure; with ``font`` in a widget of that font."""
        self.painter = painter
        """The painter; an inactive one only measures."""
        self.theme = theme
        """The colours."""
        self._base = font
        self._fonts: dict[tuple[float, bool], QFont] = {}
        self.is_screen = font is not None
        """Whether it draws in a widget; otherwise in a figure."""
        self.text = NAME_PT if self.is_screen else TICK_PT
        """Size of stand-alone labels, in points of paper."""
        self.least = 7.2 if self.is_screen else 5.0
        """Smallest legible size, likewise."""
        self.ground = theme.raised if self.is_screen else theme.panel
        """Background of shaded cells."""
        # On screen a hovered cell and its label must stay visible on the shade.
        self.tint = (0.0, 0.62) if self.is_screen else (0.06, 1.0)
        """Share of the colour in the palest and in the fullest shade."""
        if painter.isActive():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)

    @classmethod
    def of(cls, widget: QWidget, painter: QPainter | None = None) -> Ink:
        """Return the ink of ``widget``; without ``painter`` it only measures."""
        return cls(painter or QPainter(), current_theme(), widget.font())

    @property
    def is_raster(self) -> bool:
        """Return whether the output is a raster image, not vector graphics."""
        return self.painter.paintEngine().type() in _RASTER

    # Text

    def font(self, size: float, *, bold: bool = False) -> QFont:
        """Return the font of ``size`` points; on screen ``NAME_PT`` is the widget's own size."""
        key = size, bold
        if key not in self._fonts:
            self._fonts[key] = self._make_font(size, bold=bold)
        return self._fonts[key]

    def _make_font(self, size: float, *, bold: bool) -> QFont:
        if self._base is not None:
            return figures_font(self._base, scale=size / NAME_PT, bold=bold)
        font = QFont(figure_family())
        # Corrected so that a point is a unit of the painter, whatever resolution the device
        # reports.
        font.setPointSizeF(size * POINTS_PER_INCH / self.painter.device().logicalDpiY())
        font.setBold(bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    def metrics(self, size: float, *, bold: bool = False) -> QFontMetricsF:
        """Return the metrics of the font of ``size`` points."""
        font = self.font(size, bold=bold)
        return QFontMetricsF(font) if self.is_screen else QFontMetricsF(font, self.painter.device())

    def width(self, text: str, size: float) -> float:
        """Return the width of ``text``."""
        return self.metrics(size).horizontalAdvance(text)

    def line(self, size: float) -> float:
        """Return the height of a line of text."""
        return self.metrics(size).height()

    def elided(self, text: str, size: float, width: float) -> str:
        """Return ``text`` elided to the width ``width``."""
        return self.metrics(size).elidedText(text, Qt.TextElideMode.ElideRight, width)

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
        """Write ``text`` on one line, aligned in ``rect`` but not clipped to it."""
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
        # Not drawText(QRectF), which rounds to whole units, too coarse here.
        self._text_at(x, y, text)

    def write_upwards(
        self,
        text: str,
        rect: QRectF,
        size: float,
        colour: QColor,
        flags: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
    ) -> None:
        """Write ``text`` rotated upwards, centred in ``rect`` or aligned to its lower end."""
        painter = self.painter
        painter.save()
        painter.translate(rect.center())
        painter.rotate(-90.0)
        turned = QRectF(-rect.height() / 2, -rect.width() / 2, rect.height(), rect.width())
        self.write(self.elided(text, size, rect.height()), turned, size, colour, flags)
        painter.restore()

    def _text_at(self, x: float, y: float, text: str) -> None:
        if self.is_screen:
            self.painter.drawText(QPointF(round(x), round(y)), text)
            return
        self.painter.save()
        self.painter.translate(x, y)
        self.painter.drawText(0, 0, text)
        self.painter.restore()

    # Colours, lines and images

    def series_colour(self, number: int) -> QColor:
        """Return the colour of the ``number``-th series; beyond the palette they repeat."""
        return self.theme.series[number % len(self.theme.series)]

    def pen(
        self,
        colour: QColor,
        width: float = HAIRLINE,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
    ) -> QPen:
        """Return a pen of ``width`` points; on screen at least one pixel wide."""
        pen = QPen(colour, max(1.0, self.length(width)) if self.is_screen else width, style)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        return pen

    def length(self, points: float) -> float:
        """Convert points of paper to units of the painter: points, or pixels on screen."""
        return _PX_PER_PT * points if self.is_screen else points

    def rule(self, a: QPointF, b: QPointF) -> None:
        """Draw a horizontal or vertical line, aligned to whole pixels on screen."""
        if self.is_screen:
            a, b = (QPointF(int(at.x()) + 0.5, int(at.y()) + 0.5) for at in (a, b))
        self.painter.drawLine(a, b)


def wrapped(
    metrics: QFontMetricsF,
    text: str,
    width: float,
    between: str = " ",
    *,
    most: int = 1_000,
    lines_of_part: int = 1,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> list[str]:
    """Wrap ``text`` at ``between`` to at most ``most`` lines of width ``width``, and elide.

    A part that is wider than a line takes up to ``lines_of_part`` of them, wrapped between words.
    """
    lines: list[str] = []
    for part in text.split(between):
        longer = f"{lines[-1]}{between}{part}" if lines else part
        if lines and (len(lines) == most or metrics.horizontalAdvance(longer) <= width):
            lines[-1] = longer
        elif lines_of_part > 1:
            lines += wrapped(metrics, part, width, most=lines_of_part)
        else:
            lines.append(part)
    return [metrics.elidedText(line, elide, width) for line in lines]
