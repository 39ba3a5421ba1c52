"""The view of a noise sheet: a drawing at rising noise levels, and the networks' answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter

from aegui.core.i18n import localized, tr, trn
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import PaintedBase, fill_and_focus
from aegui.kit.speech import describe
from aegui.kit.theme import current_theme
from aegui.session.data.image_style import ImageStyle
from aegui.widgets.answer_columns import COLUMNS
from aegui.widgets.glyphs import draw_picture, picture, picture_rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.features.drawing.model.noise_sheet import NoiseSheet, SheetRow

_NAME_PX = 120
_HEAD_PX = 24
_FIGURE_PX = 20
_MIN_CELL_PX = 44
_GOOD_CELL_PX = 84
_GAP_PX = 6


class NoiseSheetView(PaintedBase):
    """Paints a ``NoiseSheet``: levels from left to right, networks from top to bottom."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self.sheet: NoiseSheet | None = None
        """The sheet shown, or None."""
        fill_and_focus(self, tr("Answers at rising levels of noise"))
        self.figures = offer_painted(self, "noise-sheet")

    def set_sheet(self, sheet: NoiseSheet | None) -> None:
        """Show ``sheet``; None clears the view."""
        rows = 0 if self.sheet is None else len(self.sheet.rows)
        self.sheet = sheet
        if sheet is not None:
            describe(self, "; ".join(map(self.words_of, sheet.rows)), spoken=False)
            if len(sheet.rows) != rows:
                self.updateGeometry()
        self.update()

    def words_of(self, row: SheetRow) -> str:
        """Return the errors of one network at all levels as text."""
        assert self.sheet is not None
        level_texts = (
            f"{percent_words(level)}: {_figure(row, number)}"
            for number, level in enumerate(self.sheet.levels)
        )
        return f"{row.name}: {', '.join(level_texts)}"

    def _count(self) -> tuple[int, int]:
        """Return the number of rows, including the noisy drawing, and of columns."""
        if self.sheet is None:
            return 1, 8
        return len(self.sheet.rows) + 1, len(self.sheet.levels)

    def sizeHint(self) -> QSize:  # noqa: D102
        return self._size(_GOOD_CELL_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self._size(_MIN_CELL_PX)

    def _size(self, side: int) -> QSize:
        rows, columns = self._count()
        return QSize(_NAME_PX + columns * side, _HEAD_PX + rows * (side + _FIGURE_PX))

    def cell_rect(self, row: int, column: int) -> QRect:
        """Return the rectangle of an image; row 0 is the noisy drawing."""
        rows, columns = self._count()
        cell_width = (self.width() - _NAME_PX) // columns
        cell_height = (self.height() - _HEAD_PX) // rows
        x, y = _NAME_PX + column * cell_width, _HEAD_PX + row * cell_height
        return QRect(x, y, cell_width - _GAP_PX, max(1, cell_height - _FIGURE_PX))

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        sheet = self.sheet
        if sheet is None:
            return
        theme = current_theme()
        painter.setPen(theme.text_dim)
        for column, level in enumerate(sheet.levels):
            cell = self.cell_rect(0, column)
            head = QRect(cell.x(), 0, cell.width(), _HEAD_PX)
            painter.drawText(head, Qt.AlignmentFlag.AlignCenter, percent_words(level))
        image_style = ImageStyle(glyphs=sheet.glyphs)
        self._paint_row(painter, 0, tr(COLUMNS["noisy"]), sheet.noisy, image_style)
        for number, row in enumerate(sheet.rows, 1):
            self._paint_row(painter, number, row.name, row.images, image_style)
            for column in range(len(sheet.levels)):
                self._paint_figure(painter, number, column, row)

    def _paint_row(
        self,
        painter: QPainter,
        row: int,
        name: str,
        images: NDArray[np.float32],
        image_style: ImageStyle,
    ) -> None:
        painter.setPen(current_theme().text)
        first = self.cell_rect(row, 0)
        place = QRect(0, first.y(), _NAME_PX - _GAP_PX, first.height())
        text = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        for column, image in enumerate(images):
            height, width = image.shape[-2:]
            target = picture_rect(height, width, self.cell_rect(row, column))
            draw_picture(painter, target, picture(image, image_style))
            painter.setPen(current_theme().border)
            painter.drawRect(target.adjusted(-1, -1, 0, 0))

    def _paint_figure(self, painter: QPainter, row: int, column: int, of: SheetRow) -> None:
        theme = current_theme()
        cell = self.cell_rect(row, column)
        exact = of.wrong is not None and of.wrong[column] == 0
        painter.setPen(theme.good if exact else theme.text)
        below = QRect(cell.x(), cell.bottom() + 1, cell.width(), _FIGURE_PX - 2)
        text = f"✓ {_short(of, column)}" if exact else _short(of, column)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)


def percent_words(level: float) -> str:
    """Return a noise level in percent as text."""
    return localized(level, ".0%")


def _short(row: SheetRow, column: int) -> str:
    if row.wrong is not None:
        return tr("{n:,} px", n=row.wrong[column])
    return localized(row.error[column], ".2g")


def _figure(row: SheetRow, column: int) -> str:
    if row.wrong is not None:
        return trn("{n} wrong pixel", "{n} wrong pixels", row.wrong[column])
    return tr("mean squared error {error}", error=localized(row.error[column], ".2g"))
