"""The finds page: source of new images, contact sheet, and actions on the finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QPushButton,
    QWidget,
)

from aegui.core.i18n import localized, tr, trn
from aegui.features.making.model.finds_service import COUNTS, DEFAULT_COUNT, SOURCES
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.choosing import offer
from aegui.kit.layouts import column, dim, held, row
from aegui.kit.marks import ElidedLabel, icon_button, show_either
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING, figures_font, icon, icon_size
from aegui.widgets.page import Breaking, pictures
from aegui.widgets.picture_list import PictureList, PictureRows

if TYPE_CHECKING:
    from collections.abc import Sequence

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


_ONE_ROW_PX = 520


class FindsPage(QWidget):
    """Shows a ``FindsResult``. Passive."""

    find_requested = Signal(str, int)
    """Search that source (a key of ``SOURCES``) for so many images."""
    show_requested = Signal(int)
    """Show the find of that number on the map."""
    pin_requested = Signal(object)
    """Pin these finds, a tuple of numbers."""
    draw_requested = Signal(int)
    """Open the find of that number in the editor."""
    join_requested = Signal(object)
    """Add these finds to the data set."""
    save_requested = Signal(object)
    """Save these finds as a data set."""

    def __init__(self) -> None:
        super().__init__()
        self.source = QComboBox()
        self.count = QComboBox()
        self.search = QPushButton(icon("builder-dice", "on_accent"), tr("Find"))
        self.search.setProperty("main", True)
        self.cancel = QPushButton(tr("Cancel"))
        self.status = dim(ElidedLabel())
        self.sheet = FindsSheet()
        self.show_place = icon_button("crosshair", tr("Find on the map"))
        self.pin = icon_button("edit-add", tr("Pin"))
        self.draw = icon_button("draw", tr("Edit"))
        self.join = icon_button("edit-load", tr("Add to the set"))
        self.save = icon_button("export", tr("Save…"))
        words = tr(
            "Press Find: the program searches for images that the network can draw and that "
            "resemble none of its samples."
        )
        self._pages = Placeholder(self.sheet, words)
        self._fill()
        self._build()
        self._connect()
        self.set_busy(False)
        self._show_enabled()

    def _fill(self) -> None:
        self.source.setAccessibleName(tr("Where to look"))
        self.count.setAccessibleName(tr("How many images"))
        self.count.setToolTip(tr("How many images"))
        offer(self.count, ((count, f"{count}") for count in COUNTS), DEFAULT_COUNT)
        self.set_offered(tuple(SOURCES))
        self.search.setIconSize(icon_size())
        self.search.setToolTip(tr("Search for other images each time"))
        self.show_place.setToolTip(tr("Move the cursor of the map there (Enter)"))
        self.pin.setToolTip(tr("Pin the places of the selected images"))
        self.draw.setToolTip(tr("Open the selected image in the pixel editor"))
        self.join.setToolTip(tr("Add the selected images to the training samples"))
        self.save.setToolTip(
            tr("Save the selected images, or all: as JSON, C header, PNG sheet, text art, numpy")
        )

    def _build(self) -> None:
        top = Breaking(_ONE_ROW_PX)
        which = row((self.source, 1), self.count, self.search, self.cancel, spacing=-1)
        top.row.addWidget(held(which), 1)
        top.row.addWidget(self.status, 1)
        actions = Breaking(_ONE_ROW_PX)
        for group in ((self.show_place, self.pin, self.draw), (self.join, self.save)):
            actions.row.addWidget(held(row(*group, 1, spacing=-1)))
        actions.row.addStretch(1)
        parts = (top, (self._pages, 1), actions)
        self.setLayout(column(*parts, spacing=SPACING, margins=(SPACING,) * 4))

    def _connect(self) -> None:
        self.search.clicked.connect(self._on_find_clicked)
        self.sheet.selection_moved.connect(self._show_enabled)
        self.sheet.row_activated.connect(self.show_requested)
        self.source.activated.connect(self._show_help)
        self.show_place.clicked.connect(lambda: self.show_requested.emit(self.sheet.chosen()[0]))
        self.draw.clicked.connect(lambda: self.draw_requested.emit(self.sheet.chosen()[0]))
        self.pin.clicked.connect(lambda: self.pin_requested.emit(self.sheet.chosen()))
        self.join.clicked.connect(lambda: self.join_requested.emit(self._meant()))
        self.save.clicked.connect(lambda: self.save_requested.emit(self._meant()))

    # Display

    def set_offered(self, sources: Sequence[str]) -> None:
        """Offer these keys of ``SOURCES``."""
        rows = ((key, tr(SOURCES[key].label), tr(SOURCES[key].help)) for key in sources)
        offer(self.source, rows)
        self._show_help()

    def set_result(self, result: FindsResult | None, image_style: ImageStyle) -> None:
        """Show the finds; None if there are none."""
        self.sheet.set_result(result, image_style)
        self._pages.show_content_if(result is not None)
        self.show_count()

    def show_count(self) -> None:
        """Show the number of finds and the epoch of the weights."""
        result = self.sheet.result
        if result is None:
            self.set_status("")
            return
        words = trn(
            "{n} image, epoch {epoch:,}",
            "{n} images, epoch {epoch:,}",
            len(result.images),
            epoch=result.epoch,
        )
        self.set_status(words)

    def set_busy(self, busy: bool) -> None:
        """Show whether a search is running."""
        show_either(self.cancel, self.search, first=busy)
        if busy:
            self.set_status(tr("Looking for new images…"))

    def set_status(self, text: str) -> None:
        """Show ``text`` in the status line."""
        self.status.setText(text)
        self.status.setToolTip(text)

    def _show_help(self, _index: int = 0) -> None:
        key = self.source.currentData()
        self.source.setToolTip(tr(SOURCES[key].help) if key else "")

    def _show_enabled(self) -> None:
        chosen, result = len(self.sheet.chosen()), self.sheet.result
        self.show_place.setEnabled(chosen == 1)
        self.draw.setEnabled(chosen == 1)
        self.pin.setEnabled(chosen > 0)
        for button in (self.join, self.save):
            button.setEnabled(result is not None)
        n = len(self._meant())
        if chosen:
            join, save = tr("Add {n} selected", n=n), tr("Save {n} selected…", n=n)
        elif n:
            join, save = tr("Add all {n}", n=n), tr("Save all {n}…", n=n)
        else:
            join, save = tr("Add all"), tr("Save all…")
        self.join.setText(join)
        self.save.setText(save)

    # User input

    def _meant(self) -> tuple[int, ...]:
        """Return the selected finds, or else all."""
        result = self.sheet.result
        count = 0 if result is None else len(result.images)
        return self.sheet.chosen() or tuple(range(count))

    def _on_find_clicked(self) -> None:
        self.find_requested.emit(self.source.currentData(), self.count.currentData())
