"""The cards of the gallery, as a list that flows with the width."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractItemView, QStyle

from aegui.core.cards import CARD_SIZE
from aegui.core.i18n import tr
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import level_image
from aegui.widgets.picture_cards import CardDelegate, CardWords
from aegui.widgets.picture_list import PictureList, PictureRows

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from aegui.features.gallery.model.items import GalleryItem

_NO_GLYPHS = ImageStyle(glyphs=False)


class CardPictures:
    """A cache of card pictures, each loaded on first use."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str, int], tuple[object, QImage]] = {}

    def of(self, item: GalleryItem) -> QImage:
        """Return the picture of a card; a transparent one if there is none."""
        key = (item.what, item.key, id(item.picture))
        if isinstance(item.picture, Path):
            key = (item.what, str(item.picture), 0)
        if key not in self._read:
            # The source is kept too: another one could otherwise have its id later.
            self._read[key] = item.picture, _image(item)
        _, picture = self._read[key]
        return _in_theme(picture) if item.are_pixels else picture


class _CardRows(PictureRows):
    def __init__(
        self, items: Sequence[GalleryItem], favourites: Set[str], pictures: CardPictures
    ) -> None:
        self._items, self._favourites, self._pictures = items, favourites, pictures

    def __len__(self) -> int:
        return len(self._items)

    def picture(self, row: int, size: QSize) -> QImage:
        del size
        return self._pictures.of(self._items[row])

    def caption(self, row: int) -> str:
        return self._items[row].title

    def sentence(self, row: int) -> str:
        item = self._items[row]
        note = tr("in the toolbar") if item.key in self._favourites else ""
        return ". ".join(filter(None, (item.sentence, note)))

    def detail(self, row: int) -> CardWords:
        item = self._items[row]
        lines = (item.kind, item.size)
        is_trained = item.path is not None and item.what == "network"
        return CardWords(
            item.above,
            item.title,
            item.text,
            lines,
            item.mark,
            is_trained,
            item.key in self._favourites,
        )


class CardList(PictureList):
    """Shows ``GalleryItem``s."""

    item_opened = Signal(object)
    """A ``GalleryItem`` was double-clicked, or Enter pressed on it."""
    item_chosen = Signal(object)
    """The selected ``GalleryItem``, or None."""

    def __init__(self, pictures: CardPictures) -> None:
        super().__init__(tr("Cards"))
        self._items: Sequence[GalleryItem] = ()
        self._favourites: Set[str] = frozenset()
        self._pictures = pictures
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.viewport().setAutoFillBackground(False)
        self._dress()
        self.row_activated.connect(lambda row: self.item_opened.emit(self._items[row]))
        self.selection_moved.connect(lambda: self.item_chosen.emit(self.chosen_item()))

    def _dress(self) -> None:
        delegate = CardDelegate(QSize(*CARD_SIZE), self.font(), self)
        self.setItemDelegate(delegate)
        self._cell = delegate.cell()
        self._spread()

    def _spread(self) -> None:
        """Stretch the cards to fill the width of a row."""
        # Qt reserves room for the scroll bar even while it is hidden.
        metric = QStyle.PixelMetric.PM_ScrollBarExtent
        bar = self.style().pixelMetric(metric, None, self.verticalScrollBar())
        width = self.maximumViewportSize().width() - bar - 1
        columns = max(1, width // self._cell.width())
        grid_size = QSize(max(self._cell.width(), width // columns), self._cell.height())
        if grid_size != self.gridSize():
            self.set_sizes(QSize(*CARD_SIZE), grid_size)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the cards to the new width."""
        super().resizeEvent(event)
        self._spread()

    def set_items(
        self, items: Sequence[GalleryItem], favourites: Set[str], chosen: str = ""
    ) -> None:
        """Show ``items``; select the one with key ``chosen``, or else the first."""
        same = [item.key for item in items] == [item.key for item in self._items]
        at = self.verticalScrollBar().value() if same else 0
        self._items, self._favourites = tuple(items), favourites
        with QSignalBlocker(self):
            self.set_rows(_CardRows(self._items, favourites, self._pictures))
            if items:
                keys = [item.key for item in items]
                row = keys.index(chosen) if chosen in keys else 0
                self.setCurrentIndex(self.model().index(row, 0))
        self.verticalScrollBar().setValue(at)
        self.item_chosen.emit(self.chosen_item())

    def chosen_item(self) -> GalleryItem | None:
        """Return the selected item, or None."""
        rows = self.chosen()
        return self._items[rows[0]] if rows else None

    def changeEvent(self, event: QEvent) -> None:
        """Resize the cards with the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.count():
            self._dress()


def _image(item: GalleryItem) -> QImage:
    picture = item.picture
    if isinstance(picture, Path):
        read = QImage(str(picture))
        return _blank() if read.isNull() else read
    if isinstance(picture, bytes):
        return _fitted(QImage.fromData(picture))
    if picture is not None:
        return level_image(_with_channels(picture), _NO_GLYPHS)
    return _blank()


def _blank() -> QImage:
    image = QImage(*CARD_SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(0, 0, 0, 0))
    return image


def _fitted(image: QImage) -> QImage:
    """Return the top of a sheet of samples, in the aspect ratio of a card."""
    if image.isNull():
        return _blank()
    width, height = CARD_SIZE
    return image.copy(0, 0, image.width(), min(image.height(), image.width() * height // width))


def _with_channels(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``levels`` ``[h, w]`` or ``[h, w, 3]`` with the channels first."""
    return levels[None] if levels.ndim == 2 else levels.transpose(2, 0, 1)


def _in_theme(image: QImage) -> QImage:
    """Return a picture of glyphs in the colours of the theme."""
    import numpy as np

    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return level_image(rows[:, : grey.width()].copy(), GLYPHS)
