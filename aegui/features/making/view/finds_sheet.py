"""A contact sheet of new images with a selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView

from aegui.core.i18n import localized, tr
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.theme import figures_font
from aegui.widgets.page import pictures
from aegui.widgets.picture_list import PictureList, PictureRows

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QImage, QResizeEvent

    from aegui.features.making.model.finds_service import FindsResult
    from aegui.session.data.image_style import ImageStyle

_SIDES_PX = (128, 112, 96, 84, 64, 56, 48)
"""Image sides, largest first: the first at which all images are visible, or the last."""
_ROUND_PX = QSize(20, 30)
"""Space around an image, including its caption."""
_SMALL = 0.85


class _FindRows(PictureRows):
    def __init__(self, result: FindsResult, image_style: ImageStyle) -> None:
        self._result, self._image_style = result, image_style
        self._words = result.words
        self._pictures = pictures(result.images, image_style)

    def __len__(self) -> int:
        return len(self._words)

    def picture(self, row: int, size: QSize) -> QImage:
        """Return the image; photographs are scaled to ``size``, glyph pixels are not."""
        find = self._pictures[row]
        return find if self._image_style.glyphs else _filling(find, size)

    def caption(self, row: int) -> str:
        """Return the novelty ratio, as in the cursor panel, and the novelty in words."""
        return f"{localized(float(self._result.ratio[row]), '.2f')} · {self._words[row]}"

    def sentence(self, row: int) -> str:
        """Describe novelty and entropy of a find."""
        return tr(
            "{n}: {words}; novelty {ratio:.1f}; entropy {entropy:.2f} bits per pixel",
            n=row + 1,
            words=self._words[row],
            ratio=float(self._result.ratio[row]),
            entropy=float(self._result.entropy[row]),
        )


class FindsSheet(PictureList):
    """Shows a ``FindsResult`` with a selection."""

    def __init__(self) -> None:
        super().__init__(tr("New images that were found"))
        self.result: FindsResult | None = None
        """The displayed finds."""
        self._image_style: ImageStyle | None = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.viewport().setAutoFillBackground(False)
        self._fit()
        self.setFont(figures_font(self.font(), scale=_SMALL))
        self.figures = offer_painted(self, "finds")

    def set_result(self, result: FindsResult | None, image_style: ImageStyle) -> None:
        """Show ``result``, its images rendered as ``image_style`` says; None clears the sheet."""
        self.result, self._image_style = result, image_style
        self.set_rows(None if result is None else _FindRows(result, image_style))
        self._fit()

    def _fit(self) -> None:
        """Choose the largest image size at which all images are visible."""
        available = self.viewport().size()
        cells = {side: QSize(side, side) + _ROUND_PX for side in _SIDES_PX}
        fitting = (
            side
            for side, cell in cells.items()
            if (available.width() // cell.width()) * (available.height() // cell.height())
            >= self.count()
        )
        side = next(fitting, _SIDES_PX[-1])
        self.set_sizes(side, cells[side])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Adapt the image size."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Rebuild the images after a theme change, keeping the selection."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange and self._image_style is not None:
            chosen = self.chosen()
            self.set_result(self.result, self._image_style)
            self.choose(chosen)


def _filling(image: QImage, size: QSize) -> QImage:
    return image.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
