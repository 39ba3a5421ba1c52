"""The gallery dialog: sections, cards, and details of the selected card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QTabBar,
    QWidget,
)

from aegui.core.i18n import mark, tr, trn
from aegui.features.gallery.model.items import (
    EVERYTHING,
    data_filters,
    kind_filters,
    network_sections,
    set_sections,
)
from aegui.features.gallery.view.details import CardList, CardPictures, Details
from aegui.kit.choosing import offer
from aegui.kit.layouts import column, dim, held, row
from aegui.kit.marks import search_field
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING, current_theme, for_text

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from aegui.features.gallery.model.items import GalleryItem

PAGES = {"networks": mark("Networks"), "data": mark("Data")}
"""The pages: key -> label."""
WAYS = {
    "data_folder": mark("Folder of images…"),
    "data_images": mark("Image files…"),
    "data_file": mark("File of data…"),
}
"""Ways to import other data: action key -> label."""
_FIRST = "first"
_SECTIONS_PX = 184
_SECTION_PX = 28
_WIDEST_PX, _HIGHEST_PX = 1500, 1000
_AROUND_PX = 32
_KEY_ROLE = Qt.ItemDataRole.UserRole
_WORDS_ROLE = _KEY_ROLE + 1
_MOVES = frozenset((Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp))
_ACROSS = frozenset((Qt.Key.Key_Left, Qt.Key.Key_Right))


class GalleryDialog(QDialog):
    """Shows the items it is given; passive but for its signals."""

    open_requested = Signal(object)
    train_requested = Signal(object)
    """With GalleryItem: open or train the item."""
    vary_requested = Signal(object)
    """With GalleryItem: start a study of the item."""
    favourite_toggled = Signal(object, bool)
    """With GalleryItem, bool: pin the item to the toolbar, or unpin it."""
    remove_requested = Signal(object)
    """With GalleryItem: remove a recipe of the person's own, or forget a file."""
    import_requested = Signal(str)
    """Import data by a key of ``WAYS``."""

    def __init__(self, parent: QWidget, section: str = _FIRST) -> None:
        """Start at ``section`` of the networks."""
        super().__init__(parent)
        self.setObjectName("gallery")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(tr("Gallery"))
        self._items: dict[str, Sequence[GalleryItem]] = dict.fromkeys(PAGES, ())
        self._favourites: dict[str, Set[str]] = {page: frozenset() for page in PAGES}
        self._section = {"networks": section, "data": EVERYTHING}
        self._pictures = CardPictures()
        self._build()
        top = row(self.pages, (self.line, 1), self.kind, self.data, spacing=SPACING)
        left = column((self.sections, 1), self.keep_draft, *self.ways.values())
        middle = row(held(left), (self.found, 1), self.details, spacing=SPACING)
        margins = (SPACING, SPACING, SPACING, SPACING)
        foot = row(self.count, 1, self.shut)
        self.setLayout(column(top, (middle, 1), foot, spacing=SPACING, margins=margins))
        self._connect()
        window_size = parent.window().size()
        self.resize(
            min(_WIDEST_PX, window_size.width() - 2 * _AROUND_PX),
            min(_HIGHEST_PX, window_size.height() - 2 * _AROUND_PX),
        )

    def _build(self) -> None:
        self.pages = QTabBar()
        self.pages.setDrawBase(False)
        self.pages.setExpanding(False)
        for words in PAGES.values():
            self.pages.addTab(tr(words))
        self.line = search_field(tr("Search, for example: noise"), tr("Search"))
        self.line.setTextMargins(SPACING // 2, 0, 0, 0)
        self.line.installEventFilter(self)
        self.kind = _filter(tr("All kinds"), tr("Kind of network"), kind_filters())
        self.data = _filter(tr("All data"), tr("Data that it learns"), data_filters())
        self.sections = QListWidget()
        self.sections.setAccessibleName(tr("Sections"))
        self.sections.setMinimumWidth(_SECTIONS_PX)
        # As wide as the buttons below.
        self.sections.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.sections.setFrameShape(QListWidget.Shape.NoFrame)
        self.sections.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sections.viewport().setAutoFillBackground(False)
        self.cards = CardList(self._pictures)
        self.cards.installEventFilter(self)
        self.found = Placeholder(self.cards)
        self.count = dim()
        self.details = Details(self._pictures)
        self.keep_draft = QPushButton(tr("Keep the draft here…"))
        self.keep_draft.setToolTip(tr("Add the network of the builder to your own in the gallery"))
        self.ways = {key: QPushButton(tr(words)) for key, words in WAYS.items()}
        self.shut = QPushButton(tr("Close"))
        for button in (self.keep_draft, *self.ways.values(), self.shut):
            button.setAutoDefault(False)

    def _connect(self) -> None:
        self.pages.currentChanged.connect(self._on_pages_current_changed)
        self.line.textChanged.connect(self._on_line_text_changed)
        self.kind.currentIndexChanged.connect(self._show_cards)
        self.data.currentIndexChanged.connect(self._show_cards)
        self.sections.currentItemChanged.connect(self._on_sections_current_item_changed)
        self.cards.item_chosen.connect(self._on_cards_item_chosen)
        self.cards.item_opened.connect(self.open_requested)
        self.found.offer.clicked.connect(self.clear)
        self.shut.clicked.connect(self.reject)
        for key, button in self.ways.items():
            button.clicked.connect(lambda _checked=False, key=key: self.import_requested.emit(key))
        details = self.details
        for signal, target in (
            (details.open.clicked, self.open_requested),
            (details.train.clicked, self.train_requested),
            (details.vary.clicked, self.vary_requested),
            (details.remove.clicked, self.remove_requested),
        ):
            signal.connect(
                lambda _checked=False, target=target: target.emit(self.cards.chosen_item())
            )
        details.keep.clicked.connect(
            lambda is_favourite: self.favourite_toggled.emit(self.cards.chosen_item(), is_favourite)
        )
        details.networks.clicked.connect(self._on_details_networks_requested)

    # Display

    @property
    def page(self) -> str:
        """The shown page: a key of ``PAGES``."""
        return tuple(PAGES)[self.pages.currentIndex()]

    @property
    def section(self) -> str:
        """The last shown section of the networks."""
        return self._section["networks"]

    def show_page(self, page: str) -> None:
        """Show ``page`` and focus the search field."""
        if page != self.page:
            self.pages.setCurrentIndex(tuple(PAGES).index(page))
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_items(self, page: str, items: Sequence[GalleryItem], favourites: Set[str]) -> None:
        """Set the items of ``page``, and the keys of those kept in the toolbar."""
        self._items[page], self._favourites[page] = items, favourites
        if page == self.page:
            self._show_page()

    @Slot()
    def clear(self) -> None:
        """Clear search and filters."""
        self.kind.setCurrentIndex(0)
        self.data.setCurrentIndex(0)
        self.line.clear()
        self._choose_section(EVERYTHING)

    def _show_page(self) -> None:
        page = self.page
        is_networks = page == "networks"
        for widget in (self.kind, self.data, self.keep_draft):
            widget.setVisible(is_networks)
        for button in self.ways.values():
            button.setVisible(not is_networks)
        sections = (network_sections if is_networks else set_sections)(self._items[page])
        section_key = self._section[page]
        with QSignalBlocker(self.sections):
            self.sections.clear()
            for key, words, _ in sections:
                item = QListWidgetItem()
                item.setData(_KEY_ROLE, key)
                item.setData(_WORDS_ROLE, words)
                item.setSizeHint(QSize(0, for_text(_SECTION_PX)))
                self.sections.addItem(item)
            self._choose_section(section_key)
        self._section[page] = (
            self.sections.currentItem().data(_KEY_ROLE) if sections else section_key
        )
        self._show_cards()

    def _choose_section(self, key: str) -> None:
        """Select the section ``key``, or the first if it does not exist."""
        keys = [self.sections.item(at).data(_KEY_ROLE) for at in range(self.sections.count())]
        if keys:
            self.sections.setCurrentRow(keys.index(key) if key in keys else 0)

    @Slot()
    def _show_cards(self) -> None:
        is_networks = self.page == "networks"
        kind = str(self.kind.currentData()) if is_networks else ""
        data = str(self.data.currentData()) if is_networks else ""
        section, query = self._section[self.page], self.line.text()
        # Of all sections, so that each tells how many cards it has left.
        found = [
            item for item in self._items[self.page] if item.fits(query, EVERYTHING, kind, data)
        ]
        self._count_sections(found)
        fitting = [item for item in found if item.fits("", section, "", "")]
        before = self.cards.chosen_item()
        favourites = self._favourites[self.page]
        self.cards.set_items(fitting, favourites, "" if before is None else before.key)
        if fitting:
            self.found.show_content()
        else:
            self.found.say(tr("No matches. Try another word."), tr("Show everything"))
        self.count.setText(trn("{n:,} card", "{n:,} cards", len(fitting)))

    def _count_sections(self, found: Sequence[GalleryItem]) -> None:
        """Show beside each section how many of the cards ``found`` it has; dim those of none."""
        for at in range(self.sections.count()):
            row = self.sections.item(at)
            count = sum(item.fits("", row.data(_KEY_ROLE), "", "") for item in found)
            row.setText(tr("{section} ({n:,})", section=row.data(_WORDS_ROLE), n=count))
            dim_text = None if count else current_theme().text_dim
            row.setData(Qt.ItemDataRole.ForegroundRole, dim_text)

    @Slot()
    def _on_pages_current_changed(self) -> None:
        self.line.clear()
        self._show_page()

    @Slot(str)
    def _on_line_text_changed(self, text: str) -> None:
        if text.strip() and self._section[self.page] != EVERYTHING:
            # A search covers all sections.
            self._choose_section(EVERYTHING)
        self._show_cards()

    @Slot()
    def _on_sections_current_item_changed(self) -> None:
        item = self.sections.currentItem()
        if item is not None:
            self._section[self.page] = item.data(_KEY_ROLE)
            self._show_cards()

    @Slot(object)
    def _on_cards_item_chosen(self, item: GalleryItem | None) -> None:
        is_favourite = item is not None and item.key in self._favourites[self.page]
        self.details.set_item(item, is_favourite=is_favourite)

    @Slot()
    def _on_details_networks_requested(self) -> None:
        """Show the networks trained on the selected set."""
        item = self.cards.chosen_item()
        if item is None:
            return
        self._section["networks"] = EVERYTHING
        self.pages.setCurrentIndex(0)
        self.kind.setCurrentIndex(0)
        self.data.setCurrentIndex(max(0, self.data.findData(item.data)))

    # Keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Forward navigation keys from the search field to the cards, and typed letters back."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self.line and self._goes(event):
                QCoreApplication.sendEvent(self.cards, event)
                return True
            if watched is self.cards and _is_letter(event):
                self.line.setFocus(Qt.FocusReason.OtherFocusReason)
                QCoreApplication.sendEvent(self.line, event)
                return True
        return super().eventFilter(watched, event)

    def _goes(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self.cards.chosen_item() is not None
        # Left and right move between cards only if the search field is empty.
        return key in _MOVES or (key in _ACROSS and not self.line.text())


def _filter(every: str, name: str, choices: Sequence[tuple[str, str]]) -> QComboBox:
    box = QComboBox()
    offer(box, (("", every), *choices))
    box.setAccessibleName(name)
    box.setToolTip(name)
    return box


def _is_letter(event: QKeyEvent) -> bool:
    """Return whether the key types a character and is no shortcut."""
    commands = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    text = event.text()
    is_command = bool(event.modifiers() & commands)
    return bool(text) and text.isprintable() and not text.isspace() and not is_command
