"""The cards of the gallery, the details of the selected one, and buttons for its actions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QFrame,
    QLabel,
    QPushButton,
    QStyle,
)

from aegui.core.cards import CARD_SIZE
from aegui.core.i18n import tr
from aegui.kit.layouts import column, dim, held, scrolled
from aegui.kit.marks import wrapped_label
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import SPACING, current_theme, grown_for_text
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import draw_glyph, level_image
from aegui.widgets.picture_cards import CardDelegate, CardWords
from aegui.widgets.picture_list import PictureList, PictureRows

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from aegui.features.gallery.model.items import GalleryItem

_NO_GLYPHS = ImageStyle(glyphs=False)
_WIDTH_PX, _MAX_WIDTH_PX = 260, 340


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


class _Picture(PaintedBase):
    """The picture of a card, scaled to the room."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, pictures: CardPictures) -> None:
        super().__init__()
        self._pictures = pictures
        self._item: GalleryItem | None = None
        self.setFixedHeight(_width_px() * CARD_SIZE[1] // CARD_SIZE[0])

    def set_item(self, item: GalleryItem | None) -> None:
        self._item = item
        self.setAccessibleName("" if item is None else tr("Picture: {name}", name=item.title))
        self.update()

    def paint(self, painter: QPainter) -> None:
        if self._item is None:
            return
        painter.fillRect(self.rect(), current_theme().pixel_off)
        image = self._pictures.of(self._item)
        if self._item.are_pixels:
            draw_glyph(painter, self.rect(), image)
            return
        size = QSize(image.size()).scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(self.rect().center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, image)


class Details(QFrame):
    """Shows the selected card in full."""

    def __init__(self, pictures: CardPictures) -> None:
        super().__init__()
        self._item: GalleryItem | None = None
        self._is_idle = True
        self.setFixedWidth(_width_px() + SPACING)
        self._picture = _Picture(pictures)
        self._title = wrapped_label()
        font = self._title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self._title.setFont(font)
        self._above, self._text, self._notes = wrapped_label(), wrapped_label(), wrapped_label()
        dim(self._above)
        dim(self._notes)
        self._facts = {key: QLabel() for key in ("kind", "size", "time")}
        self._names = {
            "kind": dim(tr("Kind")),
            "size": dim(tr("Size")),
            "time": dim(tr("Training")),
        }
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(2)
        # Large fonts leave no room beside the names.
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for key, label in self._facts.items():
            label.setWordWrap(True)
            self._names[key].setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            form.addRow(self._names[key], label)
        self._form = form
        words = held(
            column(
                self._above,
                self._title,
                self._text,
                form,
                self._notes,
                1,
                spacing=SPACING,
                margins=(0, 0, 4, 0),
            )
        )
        self._scroll = scrolled(words)
        self._build_buttons()
        self.setLayout(
            column(
                self._picture,
                (self._scroll, 1),
                self._busy,
                self.open,
                self.train,
                self.vary,
                self.networks,
                self.keep,
                self.remove,
                spacing=SPACING,
                margins=(SPACING, 0, 0, 0),
            )
        )
        self.set_item(None, is_favourite=False)

    def _build_buttons(self) -> None:
        self.open, self.train, self.vary = QPushButton(), QPushButton(), QPushButton()
        self.networks = QPushButton(tr("Networks that learn it"))
        self.keep = QPushButton(tr("Keep in the toolbar"))
        self.keep.setCheckable(True)
        self.keep.setToolTip(tr("It is first in the list of the toolbar"))
        self.remove = QPushButton()
        self.open.setProperty("main", True)
        self.open.setDefault(True)
        self.vary.setText(tr("Vary in a study"))
        self.vary.setToolTip(tr("Compare variants of this network over several seeds"))
        self._busy = wrapped_label(
            tr("A training is running: stop it before you start another one.")
        )
        dim(self._busy)

    def set_idle(self, idle: bool) -> None:
        """Set whether the draft may be changed; it may not during a training."""
        self._is_idle = idle
        self._show_ability()

    def set_item(self, item: GalleryItem | None, *, is_favourite: bool) -> None:
        """Show ``item``, and whether the toolbar offers it; None clears the details."""
        self._item = item
        self._picture.set_item(item)
        self._picture.setVisible(item is not None)
        self._scroll.setVisible(item is not None)
        self.keep.setChecked(is_favourite)
        if item is not None:
            self._title.setText(item.title)
            self._above.setText(item.above)
            self._text.setText(item.text)
            self._notes.setText(item.notes)
            time = _trained_words(item) if item.what == "network" else ""
            is_set = item.what == "set"
            self._names["kind"].setText(tr("Networks") if is_set else tr("Kind"))
            self._names["size"].setText(tr("Samples") if is_set else tr("Size"))
            values = {"kind": item.kind, "size": item.size, "time": time}
            for key, label in self._facts.items():
                label.setText(values[key])
                self._form.setRowVisible(label, bool(values[key]))
        self._show_ability()

    def _show_ability(self) -> None:
        item = self._item
        is_network = item is not None and item.what == "network"
        is_set = item is not None and item.what == "set"
        is_file = item is not None and item.what == "file"
        is_trained = is_network and item is not None and item.path is not None
        opens = tr("&Open") if is_file or is_trained else tr("&Open in the builder")
        self.open.setText(tr("&Take these images") if is_set else opens)
        self.open.setToolTip(_open_words(item))
        self.train.setText(tr("&Train it again") if is_trained else tr("&Train it"))
        self.open.setVisible(item is not None)
        self.train.setVisible(is_network)
        self.vary.setVisible(is_network and item is not None and can_vary(item))
        self.networks.setVisible(is_set and item is not None and bool(item.kind))
        self.keep.setVisible(is_network or is_set)
        is_removable = is_file or (is_network and item is not None and item.is_users)
        self.remove.setVisible(is_removable)
        self.remove.setText(tr("Forget") if is_file else tr("Remove…"))
        # Opening a document asks about the training; loading into the builder waits for its end.
        self.open.setEnabled(self._is_idle or is_file or is_trained)
        for button in (self.train, self.vary):
            button.setEnabled(self._is_idle)
        self._busy.setVisible(item is not None and not self._is_idle)


def _width_px() -> int:
    """Return the width for the current font size, within bounds."""
    return min(_MAX_WIDTH_PX, grown_for_text(_WIDTH_PX))


def can_vary(item: GalleryItem) -> bool:
    """Return whether studies can train the item's network."""
    return item.recipe is not None and item.recipe.gan is None


def _trained_words(item: GalleryItem) -> str:
    # Keep numbers and units on one line.
    time = item.time.replace(" ", "\N{NO-BREAK SPACE}")
    if item.path is None:
        return tr("{time} on this machine", time=time) if time else ""
    if not time:
        return item.mark
    return tr("{mark}; again {time} on this machine", mark=item.mark, time=time)


def _open_words(item: GalleryItem | None) -> str:
    if item is None:
        return ""
    if item.what == "set":
        return tr("Make these images the data of the network in the builder")
    if item.path is not None:
        return tr("Open the trained network: the map shows it at once")
    return tr("Put this network into the builder, to inspect, edit and train it")
