"""The list of pins: order, names, and which ones are on the path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QDropEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
)

from aegui.core.i18n import tr
from aegui.kit.layouts import Sized, column, heading, row
from aegui.kit.marks import flat_button
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import current_theme, for_text
from aegui.widgets.glyphs import glyph_pixmap
from aegui.widgets.page import pictures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.run_file.document import PinnedCode
    from aegui.session.data.image_style import ImageStyle

_ICON_PX = QSize(18, 18)
_ROWS = 5
"""Visible pins if there is room; more are scrolled."""
_ROW_PX = 20
_NUMBER = Qt.ItemDataRole.UserRole


class _List(QListWidget):
    """List that emits requests to remove a pin, and reordering by drag and drop."""

    remove_requested = Signal()
    ordered = Signal()

    def sizeHint(self) -> QSize:
        """Return a size for some pins."""
        return QSize(160, _ROWS * for_text(_ROW_PX) + 2 * self.frameWidth())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Emit ``remove_requested`` for Delete and Backspace."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.remove_requested.emit()
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Emit ``ordered`` after a pin has been moved."""
        super().dropEvent(event)
        self.ordered.emit()


class PinList(Sized):
    """Shows pins. Passive."""

    renamed = Signal(int, str)
    """Rename the pin of that index."""
    toggled = Signal(int, bool)
    """Whether the pin of that index is on the path."""
    removed = Signal(int)
    """Remove the pin of that index."""
    ordered = Signal(object)
    """The indices in their new order, a tuple."""
    activated = Signal(int)
    """Show the pin of that index on the map."""
    usual_size = QSize(220, 150)
    """Room for some pins."""

    def __init__(self) -> None:
        super().__init__()
        self._fitting: tuple[bool, ...] = ()
        self._places: tuple[PinnedCode, ...] = ()
        self._stops: tuple[bool, ...] = ()
        self.all_fit = True
        """Whether all pins have the code size of the current network."""
        self.list = _List()
        self.list.setAccessibleName(tr("Pins"))
        self.list.setIconSize(_ICON_PX)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.add = flat_button("edit-add", tr("Pin the place of the cursor (Enter on the map)"))
        self.up = flat_button("edit-shift-up", tr("Earlier on the path"))
        self.down = flat_button("edit-shift-down", tr("Later on the path"))
        self.rename = flat_button("draw", tr("Rename (F2)"))
        self.remove = flat_button("builder-remove", tr("Remove the pin (Del)"))
        words = tr(
            "P over the map, or a double click beside its samples, pins a place: a path leads from "
            "pin to pin."
        )
        self._pages = Placeholder(self.list, words)
        title = heading(tr("Pins"))
        buttons = (self.add, self.up, self.down, self.rename, self.remove)
        header = row(title, 1, *buttons, spacing=0)
        self.setLayout(column(header, (self._pages, 1)))
        self._connect()
        self._show_enabled()

    def _connect(self) -> None:
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        self.rename.clicked.connect(lambda: self.list.editItem(self.list.currentItem()))
        self.remove.clicked.connect(self._on_remove)
        self.list.remove_requested.connect(self._on_remove)
        self.list.ordered.connect(self._on_list_ordered)
        self.list.itemChanged.connect(self._on_list_item_changed)
        self.list.itemActivated.connect(self._on_list_item_activated)
        self.list.currentRowChanged.connect(self._show_enabled)

    # Display

    def set_pins(
        self, pins: Sequence[PinnedCode], stops: Sequence[bool], fitting: Sequence[bool]
    ) -> None:
        """Show ``pins``.

        Args:
            pins: The pins in their order.
            stops: Which of them are on the path.
            fitting: Which of them have the code size of the current network.
        """
        self._fitting = tuple(fitting)
        current = self.list.currentRow()
        resized = len(pins) != len(self._places)
        self._places, self._stops = tuple(pins), tuple(stops)
        self.all_fit = all(fitting)
        with QSignalBlocker(self.list):
            if resized:
                self.list.clear()
                for _ in pins:
                    self.list.addItem(QListWidgetItem())
            for row, pin in enumerate(pins):
                self._show(row, pin, stops[row], fitting[row])
            self._dim()
            if pins:
                self.list.setCurrentRow(min(max(current, 0), len(pins) - 1))
        self._pages.show_content_if(bool(pins))
        self._show_enabled()

    def set_pictures(
        self, images: Sequence[NDArray[np.float32] | None], image_style: ImageStyle
    ) -> None:
        """Set the decoded image of each pin, ``[C, H, W]``; None for a pin without one."""
        ratio = self.devicePixelRatioF()
        with QSignalBlocker(self.list):
            for row, image in enumerate(images[: self.list.count()]):
                icon = QIcon()
                if image is not None:
                    picture = pictures(image[np.newaxis], image_style)[0]
                    icon = QIcon(glyph_pixmap(picture, _ICON_PX, device_ratio=ratio))
                self.list.item(row).setIcon(icon)

    def _show(self, row: int, pin: PinnedCode, stop: bool, fits: bool) -> None:
        item = self.list.item(row)
        item.setSizeHint(QSize(0, for_text(_ROW_PX)))
        item.setText(pin.name)
        item.setData(_NUMBER, row)
        flags = Qt.ItemFlag
        item.setFlags(
            flags.ItemIsSelectable
            | flags.ItemIsEnabled
            | flags.ItemIsEditable
            | flags.ItemIsDragEnabled
            | (flags.ItemIsUserCheckable if fits else flags.NoItemFlags)
        )
        item.setCheckState(Qt.CheckState.Checked if stop else Qt.CheckState.Unchecked)
        item.setToolTip(
            tr("Ticked pins are on the path. Enter or a double click finds the pin on the map.")
            if fits
            else tr("This place belongs to a network with codes of another size.")
        )

    def _dim(self) -> None:
        """Dim pins of another code size in the colours of the current theme."""
        for number, fits in enumerate(self._fitting):
            colour = None if fits else QBrush(current_theme().text_dim)
            self.list.item(number).setData(Qt.ItemDataRole.ForegroundRole, colour)

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            with QSignalBlocker(self.list):
                self._dim()

    def _show_enabled(self, _row: int = 0) -> None:
        row, count = self.list.currentRow(), len(self._places)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)
        self.rename.setEnabled(row >= 0)
        self.remove.setEnabled(row >= 0)

    # User input

    def _move(self, step: int) -> None:
        row = self.list.currentRow()
        order = list(range(len(self._places)))
        order[row], order[row + step] = order[row + step], order[row]
        with QSignalBlocker(self.list):
            self.list.setCurrentRow(row + step)
        self.ordered.emit(tuple(order))

    def _on_remove(self) -> None:
        if self.list.currentRow() >= 0:
            self.removed.emit(self.list.currentRow())

    def _on_list_ordered(self) -> None:
        rows = range(self.list.count())
        self.ordered.emit(tuple(int(self.list.item(row).data(_NUMBER)) for row in rows))

    def _on_list_item_changed(self, item: QListWidgetItem) -> None:
        row = int(item.data(_NUMBER))
        if item.text() != self._places[row].name:
            self.renamed.emit(row, item.text())
        elif (item.checkState() is Qt.CheckState.Checked) != self._stops[row]:
            self.toggled.emit(row, item.checkState() is Qt.CheckState.Checked)

    def _on_list_item_activated(self, item: QListWidgetItem) -> None:
        self.activated.emit(self.list.row(item))
