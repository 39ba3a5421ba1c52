"""The details of the selected card, and buttons for its actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QPushButton

from aegui.core.cards import CARD_SIZE
from aegui.core.i18n import tr
from aegui.kit.layouts import column, dim, held, scrolled
from aegui.kit.marks import wrapped_label
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import SPACING, current_theme, grown_for_text
from aegui.widgets.glyphs import draw_glyph

if TYPE_CHECKING:
    from aegui.features.gallery.model.items import GalleryItem
    from aegui.features.gallery.view.card_list import CardPictures

_WIDTH_PX, _MAX_WIDTH_PX = 260, 340


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
