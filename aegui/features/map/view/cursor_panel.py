"""The panel of the cursor: the decoded image, its code and the nearest samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import (
    QSizePolicy,
    QWidget,
)

from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import localized, mark, tr
from aegui.features.map.view.insight_figures import InsightFigures
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.layouts import column, dim, held, hint
from aegui.kit.marks import ElidedLabel
from aegui.kit.painted import Painted, PaintedBase
from aegui.kit.placeholder import Placeholder
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme, figures_font
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import draw_picture, label_name, picture_rect, quiet_picture
from aegui.widgets.nearest_strip import NearestStrip, nearest_title
from aegui.widgets.rulers import axis_name
from aegui.widgets.ticks import number_text, numbers_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QFont, QMouseEvent, QResizeEvent

    from aegui.features.map.model.insight_service import PlaceInsight
    from aegui.kit.charts.figure import Figure

_CAPTIONS = (mark("decoded"), mark("thresholded"))
_ITSELF = mark("the sample itself, not the decoded image")
_MOSTLY = 0.5
_LINES = 3
_NUMBER_CHARS = 6
_TALLEST_PX = 420
_MAX_SPOKEN = 8


class CursorPictures(PaintedBase):
    """The decoded image; for glyphs in grey levels and thresholded, side by side at one scale."""

    accessible_role = QAccessible.Role.Graphic

    pixel_activated = Signal(int)
    """Row-major index of the clicked pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.setToolTip(tr("Click a pixel to trace its value back through the network"))
        self.image: NDArray[np.float32] = np.zeros((7, 5), np.float32)
        """The decoded image."""
        self._image_style = GLYPHS
        self._sample: NDArray[np.float32] | None = None
        self._share = 0.0
        self.figures = FigureMenu(self, self.figure, part=self.copied_at)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(tr("Decoded image at the cursor"))

    def set_image_style(self, image_style: ImageStyle) -> None:
        """Set how images are rendered."""
        self._image_style = image_style
        self.updateGeometry()
        self.update()

    def set_image(self, image: NDArray[np.float32]) -> None:
        """Show ``image`` ``[H, W]`` or ``[C, H, W]``."""
        resized = image.shape != self.image.shape
        self.image, self._sample, self._share = image, None, 0.0
        if resized:
            self.updateGeometry()
        self.update()

    def set_sample(self, image: NDArray[np.float32], share: float) -> None:
        """Blend the sample ``image`` over the decoded one with opacity ``share``, 0 to 1."""
        if image.shape == self.image.shape:
            self._sample, self._share = image, share
            self.update()

    def figure(self) -> Figure:
        """Return the decoded image under the cursor as a figure."""
        binary = (self.image > THRESHOLD).astype(np.float32)
        from aegui.widgets.figures.makers import pictures_figure

        images = [self.image, binary][: len(self._captions())]
        title = tr("Decoded under the cursor")
        return pictures_figure(images, self._image_style, "cursor", title, notes=self._captions())

    def _height_at(self, width: int) -> int:
        """Return the height of the images at ``width``; less if the captions need the room."""
        rows, columns = self.image.shape[-2:]
        count = len(self._captions())
        area = QRect(0, 0, (width - (count - 1) * SPACING) // count, _TALLEST_PX)
        return picture_rect(rows, columns, area).height() + self._caption_px() + 1

    def _captions(self) -> tuple[str, ...]:
        """Return the captions of the images; only glyphs have a thresholded image."""
        if self._share >= _MOSTLY:
            return (tr(_ITSELF),)
        return tuple(tr(text) for text in _CAPTIONS[: 2 if self._image_style.glyphs else 1])

    def sizeHint(self) -> QSize:  # noqa: D102
        # No height-for-width: layouts take it as the minimum, which would clip the widgets below.
        return QSize(240, self._height_at(max(240, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        # Small images need more room than glyphs to be legible.
        return QSize(120, (56 if self._image_style.glyphs else 60) + self._caption_px())

    def _caption_px(self) -> int:
        return self.fontMetrics().height() + 4

    def picture_rect(self, index: int) -> QRect:
        """Return the rectangle of image 0 (as decoded) or 1 (thresholded)."""
        height, width = self.image.shape[-2:]
        count = len(self._captions())
        across = (self.width() - (count - 1) * SPACING) // count
        area = QRect(0, 0, across, min(_TALLEST_PX, self.height() - self._caption_px()))
        rect = picture_rect(height, width, area)
        rect.moveTop(self._caption_px())
        if count == 1:
            rect.moveLeft((self.width() - rect.width()) // 2)
            return rect
        middle, apart = self.width() // 2, self._apart(rect.width()) // 2
        rect.moveLeft(middle + apart if index else middle - apart - rect.width())
        return rect

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the image under ``position``, to copy it alone."""
        rects = map(self.picture_rect, range(len(self._captions())))
        return next((rect for rect in rects if rect.contains(position)), None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Emit ``pixel_activated`` for the clicked pixel."""
        height, width = self.image.shape[-2:]
        for index in range(len(self._captions())):
            rect, at = self.picture_rect(index), event.position().toPoint()
            if event.button() == Qt.MouseButton.LeftButton and rect.contains(at):
                row = (at.y() - rect.y()) * height // rect.height()
                column = (at.x() - rect.x()) * width // rect.width()
                self.pixel_activated.emit(row * width + column)

    def _apart(self, width: int) -> int:
        """Return the gap between the images; wider where their captions need more room."""
        widest = max(map(self.fontMetrics().horizontalAdvance, self._captions()))
        most = self.width() - 2 * width
        return max(SPACING, min(widest + SPACING - width, most))

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        binary = (self.image > THRESHOLD).astype(np.float32)
        images, captions = (self.image, binary), self._captions()
        for index, (image, caption) in enumerate(zip(images, captions, strict=False)):
            rect = self.picture_rect(index)
            draw_picture(painter, rect, quiet_picture(image, self._image_style))
            if self._sample is not None:
                painter.setOpacity(self._share)
                draw_picture(painter, rect, quiet_picture(self._sample, self._image_style))
                painter.setOpacity(1.0)
            painter.setPen(QPen(theme.grid, 1))
            painter.drawRect(rect.adjusted(-1, -1, 0, 0))
            is_sample = self._share >= _MOSTLY
            painter.setPen(theme.accent if is_sample else theme.text_dim)
            above = QRect(0, 0, self.width() // len(captions), self._caption_px() - 2)
            above.moveCenter(rect.center())
            above.moveTop(0)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
            end, width = Qt.TextElideMode.ElideRight, above.width()
            painter.drawText(above, flags, self.fontMetrics().elidedText(caption, end, width))


class CodeNumbers(Painted):
    """The numbers of a code in fixed columns, and the epoch of the weights."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(self) -> None:
        super().__init__()
        self.code: tuple[float, ...] = (0.0, 0.0)
        """The displayed code."""
        self._epoch: int | None = None
        self._fonts: tuple[QFont, QFont] | None = None
        self._cell: float | None = None
        self._roomy_for = (0, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(tr("Code"))

    def set_code(self, code: Sequence[float], epoch: int | None) -> None:
        """Show the numbers of ``code`` and the epoch of the weights."""
        is_same_form = (len(code), epoch) == (len(self.code), self._epoch)
        self.code, self._epoch = tuple(code), epoch
        if not is_same_form:
            self._fit_height()
        self.update()

    def _fit_height(self) -> None:
        lines = self._lines(len(self.code)), self._fits_beside()
        if lines != self._roomy_for:
            self._roomy_for = lines
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._fit_height()

    def tip_at(self, position: QPoint) -> str:
        """Return all numbers as text if some are not visible."""
        del position
        return "" if len(self.code) <= self.shown else ", ".join(self.texts())

    def texts(self) -> list[str]:
        """Return name and value of every number."""
        return [f"{axis_name(i)} {number_text(value)}" for i, value in enumerate(self.code)]

    @property
    def shown(self) -> int:
        """The count of numbers that fit."""
        return self._columns() * self._rows()

    def _rows(self) -> int:
        """Return the count of rows that fit; if some do not, one line is left for the epoch."""
        ideal, line = self._lines(len(self.code)), self._line_px()
        if self.height() >= self.sizeHint().height():
            return ideal
        return max(1, min(ideal, self.height() // line - 1))

    def _line_px(self) -> int:
        return self.fontMetrics().height() + 2

    def _columns(self) -> int:
        return max(1, int(self.width() // self._cell_px()))

    def _cell_px(self) -> float:
        # Cached: needed several times per mouse move.
        if self._cell is None:
            metrics = QFontMetricsF(self._two_fonts()[0])
            self._cell = metrics.horizontalAdvance("0" * (_NUMBER_CHARS + 3)) + 2 * SPACING
        return self._cell

    def _two_fonts(self) -> tuple[QFont, QFont]:
        if self._fonts is None:
            self._fonts = figures_font(self.font(), bold=True), figures_font(self.font())
        return self._fonts

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        self._fonts = self._cell = None
        super().changeEvent(event)

    def _lines(self, count: int) -> int:
        return min(_LINES, -(-count // self._columns()))

    def sizeHint(self) -> QSize:  # noqa: D102
        below = 0 if self._fits_beside() else 1
        return QSize(160, (self._lines(len(self.code)) + below) * self._line_px())

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        # One row and the line below it; the tooltip lists the other numbers of a long code.
        return QSize(100, min(2 * self._line_px(), self.sizeHint().height()))

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        bold, regular = self._two_fonts()
        cell, line = self._cell_px(), self._line_px()
        columns, rows = self._columns(), self._rows()
        for index, value in enumerate(self.code[: self.shown]):
            left, top = index % columns * cell, index // columns * line
            painter.setFont(regular)
            painter.setPen(theme.text_dim)
            name = f"{axis_name(index)} "
            painter.drawText(QRectF(left, top, cell, line), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setFont(bold)
            painter.setPen(theme.text)
            number = QRectF(left, top, cell - 2 * SPACING, line)
            sides = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(number, sides, number_text(value))
        painter.setFont(regular)
        painter.setPen(theme.text_dim)
        sides = Qt.AlignmentFlag.AlignVCenter
        if self._fits_beside() and rows == self._lines(len(self.code)):
            rows, sides = rows - 1, sides | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, rows * line, self.width(), line), sides, self._below())

    def _fits_beside(self) -> bool:
        """Return whether the epoch fits at the end of the last line of numbers."""
        most = self._columns() * _LINES
        free = self._columns() - (len(self.code) - 1) % self._columns() - 1
        text = QFontMetricsF(self._two_fonts()[1]).horizontalAdvance(self._epoch_words())
        return len(self.code) <= most and free * self._cell_px() > text

    def _epoch_words(self) -> str:
        if self._epoch is None:
            return ""
        return tr("epoch {epoch}", epoch=localized(self._epoch, ","))

    def _below(self) -> str:
        more = len(self.code) - self.shown
        parts = [tr("and {n:,} more", n=more)] if more > 0 else []
        return " · ".join([*parts, *filter(None, [self._epoch_words()])])


class CursorPanel(QWidget):
    """The image decoded at the cursor with its measurements, or the reason why there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: Sequence[str] = ()
        self._where = self._itself = self._near = ""
        self._near_words = "", ""
        self._code: list[float] = []
        self._insight: PlaceInsight | None = None
        self.pictures = CursorPictures()
        self.numbers = CodeNumbers()
        self.problem = hint()
        self.problem.hide()
        self.figures = InsightFigures()
        self.nearest = NearestStrip(grows=True)
        self._near_title, self._near_unit = dim(ElidedLabel()), dim(ElidedLabel())
        self._name_nearest(GLYPHS)
        self._placeholder = Placeholder(self._filled())
        self.setLayout(column((self._placeholder, 1)))
        self.setAccessibleName(tr("Cursor"))
        self.set_empty(tr("Point at the map to see what the network decodes there."))

    def _filled(self) -> QWidget:
        title = column(self._near_title, self._near_unit)
        widgets = (self.pictures, self.problem, self.figures, self.numbers, title, self.nearest)
        return held(column(*widgets, 1, margins=(SPACING,) * 4))

    def set_samples(
        self, labels: Sequence[str], images: ArrayLike, image_style: ImageStyle = GLYPHS
    ) -> None:
        """Set the samples that the nearest ones are found among.

        Args:
            labels: N labels.
            images: ``[N, H, W]`` or ``[N, C, H, W]``, not copied.
            image_style: How they are rendered.
        """
        self._labels = labels
        self._insight = None
        self.figures.set_insight(None)
        self.pictures.set_image_style(image_style)
        self.nearest.set_nearest((), ())
        self.nearest.set_samples(images, image_style)
        self._name_nearest(image_style)

    def _name_nearest(self, image_style: ImageStyle) -> None:
        unit = tr("different pixels") if image_style.glyphs else tr("mean squared difference")
        self._near_words = nearest_title(image_style), unit
        self._show_title()

    def _show_title(self) -> None:
        """Show the heading of the nearest samples and its unit, in one line or two."""
        title, unit = self._near_words
        together = f"{title} · {unit}"
        available = self.width() - 2 * SPACING
        is_narrow = self._near_title.fontMetrics().horizontalAdvance(together) > available
        self._near_title.setText(title if is_narrow else together)
        self._near_unit.setText(unit if is_narrow else "")
        self._near_unit.setVisible(is_narrow and not self._near_title.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._show_title()
        self._fit_problem()

    def _fit_problem(self) -> None:
        """Reserve the height of all lines of the problem: a low panel would cut them."""
        if self.problem.text():
            width = self.width() - 2 * SPACING
            self.problem.setMinimumHeight(self.problem.heightForWidth(width))

    def set_decoded(self, image: ArrayLike, z: ArrayLike, epoch: int | None = None) -> None:
        """Show a decoded image; the nearest samples shown stay until ``set_nearest`` is called.

        Args:
            image: Levels ``[H, W]`` or ``[C, H, W]`` in 0..1.
            z: The code ``[d]``.
            epoch: Epoch of the weights.
        """
        picture = np.asarray(image, np.float32)
        code = np.asarray(z, np.float64).reshape(-1).tolist()
        self.pictures.set_image(picture)
        self.numbers.set_code(code, epoch)
        self._code, self._where, self._itself = code, _where(code), ""
        self._placeholder.show_content()

    def set_sample(self, index: int, image: ArrayLike, share: float) -> None:
        """Blend in sample ``index``, ``image``, of which the decoded image is a copy."""
        self.pictures.set_sample(np.asarray(image, np.float32), share)
        self._itself = label_name(self._labels[index]) if share >= _MOSTLY else ""

    def set_nearest(self, nearest: Sequence[tuple[str, float]], indices: Sequence[int]) -> None:
        """Show names, distances and indices of the samples nearest to the decoded image."""
        self.nearest.set_nearest(tuple(nearest), indices)
        self._near_title.setVisible(bool(nearest))
        self._show_title()
        self._name(nearest)

    def set_problem(self, problem: str) -> None:
        """Show below the image why the network decodes none that resemble its samples."""
        if problem != self.problem.text():
            self.problem.setText(problem)
            self.problem.setVisible(bool(problem))
            self._fit_problem()
            if not self.is_empty:
                self._describe()

    def set_insight(self, insight: PlaceInsight) -> None:
        """Show the measurements of the place; None clears them."""
        self._insight = insight
        self.figures.set_insight(insight)
        self._describe()

    def set_empty(self, reason: str) -> None:
        """Show ``reason``, why nothing is decoded."""
        self._placeholder.say(reason)
        describe(self, reason)

    @property
    def is_empty(self) -> bool:
        """Whether a reason is shown instead of an image."""
        return bool(self._placeholder.message)

    def _name(self, nearest: Sequence[tuple[str, float]]) -> None:
        """Update the accessible description of the nearest sample."""
        self._near = self.nearest.text_of(0) if nearest else tr("nothing is near")
        self._describe()

    def _describe(self) -> None:
        """Describe the place for screen readers; before it is measured, by its nearest sample."""
        itself, words = "", self._near
        if self._itself:
            itself = tr("{name}: {words}", name=self._itself, words=tr(_ITSELF))
            words = itself
        if self._insight is not None and self._insight.insight.z.tolist() == self._code:
            words = ". ".join(filter(None, (self._insight.words, itself)))
        words = "; ".join(filter(None, (words, self.problem.text())))
        describe(self, tr("Code {where}; {words}", where=self._where, words=words))


def _where(code: Sequence[float]) -> str:
    """Return the first numbers of a code as text."""
    where = numbers_text(code[:_MAX_SPOKEN])
    return f"{where}, ..." if len(code) > _MAX_SPOKEN else where
