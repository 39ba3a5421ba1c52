"""Original, corrupted input and reconstruction of many samples; only visible ones are painted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPixmap

from aegui.core.i18n import tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.painted import PaintedArea, paint_focus
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme, figures_font
from aegui.session.data.image_style import GLYPHS, ImageStyle, photo_argb
from aegui.widgets.answer_columns import COLUMNS
from aegui.widgets.cells import Cells
from aegui.widgets.figures.makers import reconstructions_figure
from aegui.widgets.glyphs import argb_image, label_name, label_sign, palette
from aegui.widgets.nearest_strip import error_text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from aegui.kit.charts.figure import Figure
    from aegui.session.pixels.answers import Reconstructions

_MIN_GLYPH_PX = 14
_MAX_GLYPH_PX = 40
_MIN_IMAGE_PX, _MAX_IMAGE_PX = 40, 72
_SEAM = 1
_NEARLY_ALL, _ASKED = 0.95, 200
"""The caption width fits this share of the captions, estimated from about this many of them."""
_HELD_OUT = "◦"
"""Precedes the label of a held-out sample."""
_FEW_WRONG = 1
_MAX_FULL_SCREENS = 2
"""Maximum height of ``full_size``, relative to the longer side of the viewport."""
_MAX_ON_PAPER = 96
"""Maximum number of samples in a figure; more would be illegible."""


@dataclass(frozen=True)
class _PictureLayout:
    """The grid of groups. A group is the two or three images of one sample and a line of text."""

    scale: int
    """Screen pixels per image pixel."""
    columns: int
    """Groups side by side."""
    glyphs: tuple[int, int]
    """Width and height of the images of a group, in image pixels."""
    cell_width: int
    """Width of a group, whose caption may be wider than the images, in image pixels."""
    group: tuple[int, int]
    """Width and height of a group with the gap to the next, in image pixels."""

    @property
    def row_px(self) -> int:
        return self.group[1] * self.scale

    @property
    def inset(self) -> int:
        """Distance of the centred images from the left of their group, in image pixels."""
        return (self.cell_width - self.glyphs[0]) // 2

    def rect(self, index: int) -> QRect:
        """Return the group at ``index`` without gaps, in pixels from the top left of the first."""
        row, column = divmod(index, self.columns)
        return QRect(
            column * self.group[0] * self.scale,
            row * self.row_px,
            self.cell_width * self.scale,
            self.row_px - SPACING // 2,
        )


class ReconstructionsView(Cells, PaintedArea):
    """All groups as one cached pixmap of the visible ones.

    Dragging a group drags its sample.
    """

    sample_activated = Signal(int)
    """With index: a group was clicked, or Enter pressed on it."""
    usual_size = QSize(420, 160)
    least_size = QSize(120, 60)

    def __init__(self) -> None:
        super().__init__()
        self._labels: tuple[str, ...] = ()
        self._rows: Reconstructions | None = None
        self._image_style = GLYPHS
        self._images: tuple[NDArray[np.uint8], ...] = ()
        self._picture: QPixmap | None = None
        self._message = ""
        self._caption_px: int | None = None
        self.figures = FigureMenu(self, self.figure, part=self.copied_at)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Reconstructions"))

    # -- what is shown ---------------------------------------------------------------------------

    def set_rows(self, rows: Reconstructions | None, image_style: ImageStyle = GLYPHS) -> None:
        """Show ``rows`` in their order; None shows the message."""
        images = () if rows is None else (rows.original, rows.corrupted, rows.output)
        shown = tuple(each for each in images if each is not None)
        count = 0 if rows is None else len(rows.labels)
        if count != len(self._labels) or len(shown) != len(self._images):
            self._hovered = None
        self._rows, self._image_style, self._images = rows, image_style, shown
        self._labels = () if rows is None else rows.labels
        self._caption_px = None
        self._current = min(self._current, max(0, count - 1))
        self._update_scroll_bar()
        self._refresh()

    def set_message(self, message: str) -> None:
        """Set the text shown while there are no rows."""
        self._message = message
        self._refresh()

    def figure(self) -> Figure | None:
        """Return a figure of all groups, up to a maximum; None without any."""
        rows = self._rows
        if rows is None or not len(rows.labels):
            return None
        noisy = ("noisy",) if rows.corrupted is not None else ()
        names = [tr(COLUMNS[key]) for key in ("original", *noisy, "answer")]
        images = [list(each[:_MAX_ON_PAPER] / np.float32(255.0)) for each in self._images]
        notes, noted = [], ""
        if rows.wrong is not None:
            notes = [str(count) if count else "" for count in rows.wrong.tolist()[:_MAX_ON_PAPER]]
            noted = tr("wrong pixels")
        named = list(zip(names, images, strict=True))
        title = tr("Reconstructions")
        drawn = reconstructions_figure(named, self._image_style, title, notes=notes, noted=noted)
        return replace(drawn, noisy=rows.corrupted is not None)

    @property
    def current(self) -> int:
        """Place of the keyboard cursor."""
        return self._current

    def text_of(self, index: int) -> str:
        """Return name and error of the group at ``index`` as a sentence."""
        rows = self._rows
        assert rows is not None
        if rows.wrong is not None:
            error = trn("{n} wrong pixel", "{n} wrong pixels", int(rows.wrong[index]))
        else:
            number = error_text(float(rows.error[index]))
            error = tr("mean squared error {error}", error=number)
        text = f"{label_name(self._labels[index])}: {error}"
        return tr("{sample}, held out", sample=text) if self._is_held_out(index) else text

    def _is_held_out(self, index: int) -> bool:
        held_out = None if self._rows is None else self._rows.held_out
        return held_out is not None and bool(held_out[index])

    def count(self) -> int:
        """Return the number of samples shown."""
        return len(self._labels)

    def columns(self) -> int:
        """Return the number of groups side by side."""
        return self._layout().columns

    def activate(self, index: int) -> None:
        """Request the sample at ``index``."""
        if self._rows is not None:
            self.sample_activated.emit(int(self._rows.indices[index]))

    def dragged(self, index: int) -> list[int]:
        """Return the index of the dragged sample, as a list."""
        return [] if self._rows is None else [int(self._rows.indices[index])]

    def image_rect(self, index: int, number: int) -> QRect:
        """Return the rectangle of image ``number`` of the group at ``index``, in the viewport."""
        layout, (height, width) = self._layout(), self._image_shape()
        corner = self.cell_rect(index).topLeft()
        left = (layout.inset + number * (width + _SEAM)) * layout.scale
        return QRect(corner.x() + left, corner.y(), width * layout.scale, height * layout.scale)

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the image under the pointer, or None."""
        index = self.index_at(position)
        if index is None:
            return None
        rects = (self.image_rect(index, number) for number in range(len(self._images)))
        return next((rect for rect in rects if rect.contains(position)), None)

    def cell_rect(self, index: int) -> QRect:
        """Return the rectangle of the group at ``index``, in viewport pixels."""
        return self._layout().rect(index).translated(SPACING, SPACING // 2 - self._scrolled())

    def _scrolled(self) -> int:
        return self.verticalScrollBar().value()

    # -- layout ----------------------------------------------------------------------------------

    def _layout(self) -> _PictureLayout:
        """Return the layout of the largest scale at which all groups fit, else of the smallest."""
        width = self.viewport().width() - 2 * SPACING
        height = self.viewport().height() - SPACING
        image_height, image_width = self._image_shape()
        smallest = _MIN_GLYPH_PX if self._image_style.glyphs else _MIN_IMAGE_PX
        least = max(1, -(-smallest // image_width))
        tallest = _MAX_GLYPH_PX if self._image_style.glyphs else _MAX_IMAGE_PX
        most = max(least, tallest // image_height)
        layout = self._layout_at(least, width)
        for scale in range(most, least, -1):
            candidate = self._layout_at(scale, width)
            rows = -(-len(self._labels) // candidate.columns)
            if rows * candidate.row_px <= height:
                return candidate
        return layout

    def _image_shape(self) -> tuple[int, int]:
        return self._images[0].shape[-2:] if self._images else (7, 5)

    def _layout_at(self, scale: int, width: int) -> _PictureLayout:
        image_height, image_width = self._image_shape()
        count = max(1, len(self._images))
        glyphs = count * image_width + (count - 1) * _SEAM
        text_px = self.fontMetrics().height() + SPACING
        gap = -(-2 * SPACING // scale)
        units = width // scale
        most = max(1, (units + gap) // (glyphs + gap))
        # Legible captions may cost up to half of the columns, but at least two columns remain.
        least = max(min(2, most), -(-most // 2))
        caption = max(glyphs, -(-self._caption() // scale))
        columns = min(most, max(least, (units + gap) // (caption + gap)))
        cell_width = max(glyphs, min(caption, (units + gap) // columns - gap))
        # Spare room widens the gaps, up to twice their width.
        spare = max(0, units + gap - columns * (cell_width + gap)) // max(1, columns - 1)
        group = (cell_width + gap + min(spare, gap), image_height + -(-text_px // scale))
        return _PictureLayout(scale, columns, (glyphs, image_height), cell_width, group)

    def _caption(self) -> int:
        """Return the width that fits nearly all captions, estimated from a sample of them."""
        if self._caption_px is None:
            metrics = QFontMetrics(figures_font(self.font()))
            some = range(0, len(self._labels), max(1, len(self._labels) // _ASKED))
            words = (f"{self._label(index)} {self._error(index)}" for index in some)
            widths = sorted(map(metrics.horizontalAdvance, words))
            self._caption_px = (
                widths[int(_NEARLY_ALL * (len(widths) - 1))] + SPACING if widths else 0
            )
        return self._caption_px

    def _update_scroll_bar(self) -> None:
        layout = self._layout()
        rows = -(-len(self._labels) // layout.columns)
        page = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setPageStep(page)
        bar.setSingleStep(layout.row_px)
        bar.setRange(0, max(0, rows * layout.row_px + SPACING - page))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._update_scroll_bar()
        self._refresh()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: D102
        del dx, dy
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._caption_px = None
            self._update_scroll_bar()
            self._refresh()
        super().changeEvent(event)

    def _refresh(self) -> None:
        self._picture = None
        if self._labels:
            describe(self, self.text_of(self._current), spoken=False)
        self.viewport().update()

    # -- painting --------------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        if not self._labels:
            painter.setPen(current_theme().text_dim)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect(), flags, self._message)
            return
        if self._picture is None:
            self._picture = self._composed()
        painter.drawPixmap(0, 0, self._picture)
        painter.setPen(QPen(current_theme().accent, 1))
        if self._hovered is not None and self._hovered < len(self._labels):
            painter.drawRect(self.cell_rect(self._hovered).adjusted(-4, -3, 3, 0))
        paint_focus(painter, self, self.cell_rect(self._current).adjusted(-4, -3, 4, 0), 2)

    def _composed(self) -> QPixmap:
        """Return a pixmap of the viewport's size with the visible groups and their texts."""
        layout = self._layout()
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.viewport().size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        first = max(0, self._scrolled() // layout.row_px)
        last = (self._scrolled() + self.viewport().height()) // layout.row_px + 1
        indices = range(first * layout.columns, min(len(self._labels), (last + 1) * layout.columns))
        if not indices:
            return picture
        painter = QPainter(picture)
        self._paint_groups(painter, layout, indices)
        painter.end()
        return picture

    def paint_all(self, painter: QPainter) -> None:
        """Paint all groups, also those outside the viewport, up to the height of ``full_size``."""
        layout = self._layout()
        rows = self.full_size.height() // layout.row_px
        painter.translate(0, self._scrolled())
        indices = range(min(len(self._labels), rows * layout.columns))
        if indices:
            self._paint_groups(painter, layout, indices)
        painter.translate(0, -self._scrolled())

    @property
    def full_size(self) -> QSize:
        """Size of all groups in the current layout, limited in height to what is legible."""
        layout, seen = self._layout(), self.viewport().size()
        rows = -(-len(self._labels) // layout.columns)
        most = (_MAX_FULL_SCREENS * max(seen.width(), seen.height()) - SPACING) // layout.row_px
        return QSize(seen.width(), max(1, min(rows, most)) * layout.row_px + SPACING)

    def _paint_groups(self, painter: QPainter, layout: _PictureLayout, indices: range) -> None:
        sheet = argb_image(self._sheet(layout, indices))
        corner = self.cell_rect(indices[0]).topLeft()
        painter.drawImage(QRect(corner, sheet.size() * layout.scale), sheet)
        self._paint_texts(painter, layout, indices)

    def _sheet(self, layout: _PictureLayout, indices: range) -> NDArray[np.uint32]:
        """Return the images of the groups at ``indices``, uint32 premultiplied ARGB at scale 1."""
        theme = current_theme()
        colours = palette(theme.pixel_on, theme.pixel_off)
        height, width = self._image_shape()
        rows = -(-len(indices) // layout.columns)
        group_width, group_height = layout.group
        cells = np.zeros((rows * layout.columns, group_height, group_width), dtype=np.uint32)
        for number, images in enumerate(self._images):
            left = layout.inset + number * (width + _SEAM)
            shown = images[indices.start : indices.stop]
            if self._image_style.glyphs:
                argb = colours[shown]
            else:
                argb = photo_argb(shown[:, np.newaxis] if shown.ndim == 3 else shown)
            cells[: len(indices), :height, left : left + width] = argb
        grid = cells.reshape(rows, layout.columns, group_height, group_width).swapaxes(1, 2)
        return grid.reshape(rows * group_height, layout.columns * group_width)

    def _paint_texts(self, painter: QPainter, layout: _PictureLayout, indices: range) -> None:
        """Paint below each group its label on the left and its error on the right."""
        theme = current_theme()
        painter.setFont(figures_font(self.font()))
        metrics = painter.fontMetrics()
        top = layout.glyphs[1] * layout.scale + 2 + metrics.ascent()
        colours = (theme.text_dim, theme.text, theme.bad)
        severity = self._severity(indices)
        for number, colour in enumerate(colours):
            painter.setPen(colour)
            for index in (np.flatnonzero(severity == number) + indices.start).tolist():
                rect = self.cell_rect(index)
                error = self._error(index)
                available = rect.width() - metrics.horizontalAdvance(error) - SPACING // 2
                label = self._label(index)
                if len(label) > 1:
                    label = metrics.elidedText(
                        label, Qt.TextElideMode.ElideRight, max(0, available)
                    )
                painter.drawText(rect.left(), rect.top() + top, label)
                left = rect.right() + 1 - metrics.horizontalAdvance(error)
                painter.drawText(left, rect.top() + top, error)

    def _label(self, index: int) -> str:
        label = label_sign(self._labels[index])
        return f"{_HELD_OUT} {label}" if self._is_held_out(index) else label

    def _error(self, index: int) -> str:
        rows = self._rows
        assert rows is not None
        if rows.wrong is not None:
            return str(rows.wrong[index])
        return error_text(float(rows.error[index]))

    def _severity(self, indices: range) -> NDArray[np.int64]:
        """Return 0 for no errors, 1 for few, 2 for many; always 1 for images with shades."""
        rows = self._rows
        if rows is None or rows.wrong is None:
            return np.ones(len(indices), np.int64)
        wrong = rows.wrong[indices.start : indices.stop]
        return np.digitize(wrong, [1, _FEW_WRONG + 1])
