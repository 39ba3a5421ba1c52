"""Charts side by side as the content of a file: a picture, or a drawing that can be scaled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMargins, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from aegui.core.i18n import tr
from aegui.widgets.charts.painting import ChartPainter
from aegui.widgets.theme import SPACING, current_theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFont

    from aegui.widgets.charts.painting import ChartData

_CHART = QSize(480, 300)
_SCALE = 2.0


def charts_png(charts: Sequence[ChartData], font: QFont) -> bytes:
    """The ``charts`` as they are zoomed, two dots to a pixel."""
    image = QImage(_size(charts) * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(current_theme().panel)
    painter = QPainter(image)
    _paint(painter, charts, font)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


def charts_svg(charts: Sequence[ChartData], font: QFont, dots_per_inch: int) -> bytes:
    """The ``charts`` as they are zoomed; letters are as large as on a screen of that density."""
    size = _size(charts)
    data = QByteArray()
    buffer = QBuffer(data)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    # Letters as large as they were measured for the screen, or nothing stands where it should.
    generator.setResolution(dots_per_inch)
    generator.setTitle(tr("Charts of a training"))
    painter = QPainter(generator)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), current_theme().panel)
    _paint(painter, charts, font)
    painter.end()
    return bytes(data.data())


def _size(charts: Sequence[ChartData]) -> QSize:
    return QSize(_CHART.width() * max(1, len(charts)), _CHART.height())


def _paint(painter: QPainter, charts: Sequence[ChartData], font: QFont) -> None:
    # Needs pyqtgraph, which takes its time to import: not when the window opens.
    from aegui.widgets.charts.graph import paint_chart

    of_theme = ChartPainter(current_theme(), font)
    margins = QMargins(SPACING, SPACING, SPACING, SPACING)
    for index, data in enumerate(charts):
        painter.save()
        painter.translate(index * _CHART.width() + SPACING, SPACING)
        paint_chart(painter, of_theme, data, _CHART.shrunkBy(margins))
        painter.restore()
