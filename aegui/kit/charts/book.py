"""Several figures as one PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QSizeF
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter

from aegui import __version__
from aegui.kit.charts.figure import paint_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.kit.charts.figure import Figure, Paper


def book_pdf(figures: Sequence[Figure], paper: Paper, title: str) -> bytes:
    """Return a PDF with one page of size ``paper`` for each of ``figures``; text stays text."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(72)
    writer.setTitle(title)
    writer.setCreator(f"aegui {__version__}")
    writer.setPageSize(QPageSize(QSizeF(*paper.checked().size_pt), QPageSize.Unit.Point))
    writer.setPageMargins(QMarginsF(0.0, 0.0, 0.0, 0.0))
    painter = QPainter(writer)
    for place, figure in enumerate(figures):
        if place:
            writer.newPage()
        paint_figure(painter, figure, paper)
    painter.end()
    buffer.close()
    return bytes(data.data())
