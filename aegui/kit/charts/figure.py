"""Figures and their rendering to PNG, SVG and PDF."""

from __future__ import annotations

import html
import math
import re
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from aegui import __version__
from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.ink import (
    GAP,
    LEFT,
    NAME_PT,
    ORIGIN_PT,
    PAPERS,
    TITLE_PT,
    Ink,
    figure_family,
    wrapped,
)
from aegui.kit.charts.paper import Paper as Paper
from aegui.kit.tiles import columns_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MARGIN = 6.0
_SHAPE = 1.5
_MAX_TITLE_LINES = 2
_MAX_ORIGIN_LINES, _ORIGIN_SHARE = 4, 0.25
"""Lines that one part of the text below a figure takes, while all take this share of the height."""


class Content(Protocol):
    """A plot that can be painted in a rectangle; one of several may have a ``title``."""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint the plot in ``rect``, in points."""


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure that can be exported."""

    name: str
    """Proposed file name, in ASCII."""
    title: str
    """The title."""
    parts: tuple[Content, ...]
    """One or more plots or sheets."""
    origin: str = ""
    """What it was computed from: run, seed, epoch, weights, data, seed of the noise."""
    csv: str = ""
    """Its numbers as CSV, or empty."""
    table: str = ""
    """The same to be pasted into a spreadsheet; empty to use ``csv``."""
    noisy: bool = False
    """Whether it depends on the noise that the window applies."""
    covers_run: bool = False
    """Whether it covers a training run, rather than the epoch shown in the window."""
    screen_dpi: int = 72
    """Dots per inch of the screen, for widgets that paint themselves."""
    of: str = ""
    """Subject that the file name begins with; empty for the open document."""
    note: str = ""
    """What has to be known about its numbers, stated after the origin."""

    @property
    def made_from(self) -> str:
        """The origin and the note in one line."""
        return " · ".join(filter(None, (self.origin, self.note)))


def figure_bytes(figure: Figure, paper: Paper | None, form: str) -> bytes:
    """Return the content of a file of ``figure``.

    Args:
        figure: The figure.
        paper: Size and colours; None for the defaults.
        form: One of ``FORMS``.

    Raises:
        AeguiError: The paper is too small or too large.
    """
    paper = (paper or Paper()).checked()
    return {"png": _png, "svg": _svg, "pdf": _pdf}[form](figure, paper)


def figure_image(figure: Figure, paper: Paper, width_px: int | None = None) -> QImage:
    """Render ``figure`` as an image; with ``width_px`` as a preview of that width.

    Raises:
        AeguiError: The image would have too many pixels.
    """
    if width_px is None:
        size = QSize(*paper.checked().pixels())
    else:
        size = QSize(width_px, max(1, round(width_px * paper.height_cm / paper.width_cm)))
    image = QImage(size, QImage.Format.Format_RGB32)
    # Report the screen's resolution to fonts and scale the painter: sizes match other devices.
    image.setDotsPerMeterX(round(figure.screen_dpi / 0.0254))
    image.setDotsPerMeterY(round(figure.screen_dpi / 0.0254))
    points = QSizeF(*paper.size_pt)
    # An image that is deleted while being painted would crash the process: "with" ends it always.
    with QPainter(image) as painter:
        painter.scale(size.width() / points.width(), size.height() / points.height())
        paint_figure(painter, figure, paper)
    image.setDotsPerMeterX(round(paper.dpi / 0.0254))
    image.setDotsPerMeterY(round(paper.dpi / 0.0254))
    image.setText("Title", figure.title)
    image.setText("Description", figure.made_from)
    image.setText("Software", f"aegui {__version__}")
    return image


def paint_figure(painter: QPainter, figure: Figure, paper: Paper) -> None:
    """Paint ``figure`` with a ``painter`` whose unit is a point."""
    size = QSizeF(*paper.size_pt)
    ink = Ink(painter, PAPERS[paper.theme])
    painter.fillRect(QRectF(0.0, 0.0, size.width(), size.height()), ink.theme.panel)
    rect = QRectF(_MARGIN, _MARGIN, size.width() - 2 * _MARGIN, size.height() - 2 * _MARGIN)
    if paper.title and figure.title:
        line = ink.line(TITLE_PT)
        metrics = ink.metrics(TITLE_PT, bold=True)
        for text in wrapped(metrics, figure.title, rect.width(), most=_MAX_TITLE_LINES):
            box = QRectF(rect.left(), rect.top(), rect.width(), line)
            ink.write(text, box, TITLE_PT, ink.theme.text, LEFT, bold=True)
            rect.setTop(rect.top() + line)
        rect.setTop(rect.top() + GAP)
    if paper.origin and figure.made_from:
        lines = _origin_lines(ink, figure.made_from, rect)
        line = ink.line(ORIGIN_PT)
        rect.setBottom(rect.bottom() - line * len(lines) - GAP / 2)
        for index, text in enumerate(lines):
            box = QRectF(rect.left(), rect.bottom() + GAP / 2 + index * line, rect.width(), line)
            ink.write(text, box, ORIGIN_PT, ink.theme.text_dim, LEFT)
    for part, area in zip(figure.parts, panel_rects(len(figure.parts), rect), strict=True):
        paint_titled(ink, part, area, titled=len(figure.parts) > 1)


def _origin_lines(ink: Ink, origin: str, rect: QRectF) -> list[str]:
    """Return the lines below a figure in ``rect``: long parts are wrapped while there is room."""
    metrics = ink.metrics(ORIGIN_PT)
    lines = wrapped(metrics, origin, rect.width(), " · ", lines_of_part=_MAX_ORIGIN_LINES)
    if len(lines) * ink.line(ORIGIN_PT) <= _ORIGIN_SHARE * rect.height():
        return lines
    return wrapped(metrics, origin, rect.width(), " · ")


def paint_titled(ink: Ink, part: Content, area: QRectF, *, titled: bool = True) -> None:
    """Paint ``part`` in ``area``, below its title if it has one and ``titled``."""
    name: str = getattr(part, "title", "") if titled else ""
    if name:
        line = ink.line(NAME_PT)
        box = QRectF(area.left(), area.top(), area.width(), line)
        title = ink.elided(name, NAME_PT, area.width())
        ink.write(title, box, NAME_PT, ink.theme.text, LEFT, bold=True)
        area = area.adjusted(0.0, line + GAP / 2, 0.0, 0.0)
    ink.painter.save()
    part.paint(ink, area)
    ink.painter.restore()


def panel_rects(count: int, rect: QRectF, good_shape: float = _SHAPE) -> list[QRectF]:
    """Divide ``rect`` into ``count`` rectangles with an aspect ratio near ``good_shape``."""
    columns = columns_for(count, rect.size(), good_shape)
    rows = max(1, math.ceil(count / columns))
    gap = 3 * GAP
    across = (rect.width() - gap * (columns - 1)) / columns
    down = (rect.height() - gap * (rows - 1)) / rows
    return [
        QRectF(
            rect.left() + (index % columns) * (across + gap),
            rect.top() + (index // columns) * (down + gap),
            across,
            down,
        )
        for index in range(count)
    ]


def _buffered(write: Callable[[QBuffer], object]) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    write(buffer)
    buffer.close()
    return bytes(data.data())


def _png(figure: Figure, paper: Paper) -> bytes:
    image = figure_image(figure, paper)
    return _buffered(lambda buffer: image.save(buffer, "PNG"))  # type: ignore[call-overload]


def _svg(figure: Figure, paper: Paper) -> bytes:
    size = QSizeF(*paper.size_pt)

    def write(buffer: QBuffer) -> None:
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setResolution(figure.screen_dpi)
        generator.setSize(QSize(math.ceil(size.width()), math.ceil(size.height())))
        generator.setTitle(html.escape(figure.title, quote=False))
        generator.setDescription(html.escape(figure.made_from, quote=False))
        with QPainter(generator) as painter:
            paint_figure(painter, figure, paper)

    return _with_size(_buffered(write).decode("utf-8"), paper).encode("utf-8")


def _with_size(text: str, paper: Paper) -> str:
    """Set the exact size, which Qt rounds to whole points, and fallback fonts in the SVG.

    Images are marked to be scaled without smoothing.
    """
    size = QSizeF(*paper.size_pt)
    head = (
        f'<svg width="{paper.width_cm:g}cm" height="{paper.height_cm:g}cm"\n'
        f' viewBox="0 0 {size.width():.3f} {size.height():.3f}"\n'
    )
    text = re.sub(r'<svg width="[^"]*" height="[^"]*"\s*', head, text, count=1)
    fonts = rf'font-family="{figure_family()}, Verdana, Arial, sans-serif"'
    text = re.sub(r'font-family="[^"]*"', fonts, text)
    return text.replace("<image ", '<image style="image-rendering:pixelated" ')


def _pdf(figure: Figure, paper: Paper) -> bytes:
    return book_pdf((figure,), paper, figure.title, figure.made_from)


def book_pdf(figures: Sequence[Figure], paper: Paper, title: str, origin: str = "") -> bytes:
    """Return a PDF with a page for each of ``figures``; they share one ``screen_dpi``.

    Raises:
        AeguiError: The paper is too small or too large.
    """
    points = QSizeF(*paper.checked().size_pt)
    dpi = figures[0].screen_dpi
    page = QSizeF(math.ceil(points.width()), math.ceil(points.height()))

    def write(buffer: QBuffer) -> None:
        writer = QPdfWriter(buffer)
        writer.setResolution(dpi)
        writer.setTitle(title)
        writer.setCreator(f"aegui {__version__}" + (f": {origin}" if origin else ""))
        size = QPageSize(page, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
        writer.setPageSize(size)
        writer.setPageMargins(QMarginsF(0.0, 0.0, 0.0, 0.0))
        with QPainter(writer) as painter:
            painter.scale(dpi / 72.0, dpi / 72.0)
            for index, figure in enumerate(figures):
                if index:
                    writer.newPage()
                paint_figure(painter, figure, paper)

    return _with_box(_buffered(write), points, page)


def _with_box(data: bytes, points: QSizeF, page: QSizeF) -> bytes:
    """Set the exact page size in the PDF, which Qt rounds to ``page`` points.

    The replaced box has the same length in bytes, as the PDF lists the offsets of all objects.
    """
    low = page.height() - points.height()
    box = f"/MediaBox [0 {low:.3f} {points.width():.3f} {page.height():.0f}]".encode()

    def replaced(found: re.Match[bytes]) -> bytes:
        return found[0] if len(box) > len(found[0]) else box.ljust(len(found[0]))

    return re.sub(rb"/MediaBox \[[^\]]*\]", replaced, data)
