"""Dialog that lists all shortcuts, and changes them."""

from __future__ import annotations

from itertools import chain, groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QKeySequenceEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
)

from aegui.core.folding import folded
from aegui.core.i18n import tr
from aegui.kit.flow import FlowLayout
from aegui.kit.keys import native_keys
from aegui.kit.layouts import buttons_of, column, dim, held, label_for, open_at, row
from aegui.kit.marks import search_field
from aegui.kit.theme import SPACING, grown_for_text
from aegui.window.search import menu_path, without_mnemonic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from aegui.shell.action_spec import ActionSpec, KeyHint
    from aegui.window.actions import Actions

_KEY = Qt.ItemDataRole.UserRole
_KEYS_PX = 240
_PORTABLE = QKeySequence.SequenceFormat.PortableText


class ShortcutsDialog(QDialog):
    """Actions by menu with their shortcuts, then the keys that panels handle themselves.

    Signals: keys_edited(): Emitted when the shortcuts of an action have changed.
    """

    keys_edited = Signal()

    def __init__(
        self, table: Actions, hints: Sequence[Sequence[KeyHint]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        open_at(self, 720, 620)
        self._table = table
        self._groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self.search = search_field(tr("Search by name or by key"))
        self.list = QTreeWidget()
        self.list.setAccessibleName(tr("Actions and their keys"))
        self.list.setHeaderLabels([tr("Action"), tr("Keys")])
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setStretchLastSection(False)
        self.list.setUniformRowHeights(True)
        self.list.setStyleSheet("QTreeView::item { padding: 4px 8px; }")
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.setAccessibleName(tr("New keys"))
        self.assign = QPushButton(tr("Assign"))
        self.clear = QPushButton(tr("No keys"))
        self.default = QPushButton(tr("As delivered"))
        self.said = dim()
        self.said.setWordWrap(True)
        self._fill(hints)
        self._build()
        self._on_list_current_item_changed()

    def _build(self) -> None:
        label = label_for(tr("New &keys"), self.edit)
        buttons = buttons_of(self, leave=tr("&Close"))
        margins = (2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        self.edit.setMinimumWidth(grown_for_text(_KEYS_PX))
        choice = FlowLayout(SPACING)
        keys = held(row(label, self.edit, spacing=SPACING))
        for part in (keys, self.assign, self.clear, self.default):
            choice.addWidget(part)
        parts = (self.search, (self.list, 1), choice, self.said, buttons)
        self.setLayout(column(*parts, spacing=SPACING, margins=margins))
        self.search.textChanged.connect(self._on_search_text_changed)
        self.list.currentItemChanged.connect(self._on_list_current_item_changed)
        self.assign.clicked.connect(self._on_assign_clicked)
        self.clear.clicked.connect(lambda: self._give(""))
        self.default.clicked.connect(lambda: self._give(None))

    def _fill(self, hints: Sequence[Sequence[KeyHint]]) -> None:
        for menu, specs in groupby(self._table.specs, lambda spec: spec.menu):
            self._begin(menu_path(menu))
            for spec in specs:
                item = self._add([without_mnemonic(tr(spec.text)), ""])
                item.setData(0, _KEY, spec.key)
                item.setToolTip(0, self._table[spec.key].statusTip())
                self._show_keys(item)
        hint_list = list(chain.from_iterable(hints))
        if hint_list:
            self._begin(tr("On the map"))
            for hint in hint_list:
                self._add([tr(hint.text), tr(hint.keys)])
        self.list.expandAll()

    def _add(self, texts: list[str]) -> QTreeWidgetItem:
        """Add a row to the last group."""
        head, items = self._groups[-1]
        items.append(QTreeWidgetItem(head, texts))
        return items[-1]

    def _begin(self, text: str) -> None:
        """Begin a group with the heading ``text``."""
        item = QTreeWidgetItem(self.list, [text])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setFirstColumnSpanned(True)
        font = self.list.font()
        font.setBold(True)
        item.setFont(0, font)
        self._groups.append((item, []))

    def _show_keys(self, item: QTreeWidgetItem) -> None:
        keys = self._table[item.data(0, _KEY)].shortcuts()
        item.setText(1, ", ".join(native_keys(each) for each in keys))

    def _name_of(self, key: str) -> str:
        return without_mnemonic(tr(self._table.spec(key).text))

    def _chosen(self) -> ActionSpec | None:
        item = self.list.currentItem()
        key = None if item is None else item.data(0, _KEY)
        return None if key is None else self._table.spec(key)

    @Slot(str)
    def _on_search_text_changed(self, text: str) -> None:
        words = folded(text).split()
        for head, items in self._groups:
            for item in items:
                said = folded(f"{item.text(0)} {item.text(1)}")
                item.setHidden(not all(word in said for word in words))
            head.setHidden(all(item.isHidden() for item in items))

    @Slot()
    def _on_list_current_item_changed(self) -> None:
        spec = self._chosen()
        self.edit.clear()
        for part in (self.edit, self.assign, self.clear, self.default):
            part.setEnabled(spec is not None)
        self.said.setText(
            tr("Choose an action to give it other keys.") if spec is None else tr(spec.help)
        )

    @Slot()
    def _on_assign_clicked(self) -> None:
        spec, keys = self._chosen(), self.edit.keySequence()
        if spec is None or keys.isEmpty():
            self.said.setText(tr("Press the new keys in the field first."))
            return
        owner = self._table.with_keys(keys)
        if owner is not None and owner != spec.key:
            self.said.setText(
                tr(
                    "{keys} belongs to {action}: give that other keys first.",
                    keys=native_keys(keys),
                    action=self._name_of(owner),
                )
            )
            return
        self._give(keys.toString(_PORTABLE))

    def _give(self, keys: str | None) -> None:
        spec, item = self._chosen(), self.list.currentItem()
        if spec is None or item is None:
            return
        usual = [QKeySequence(each) for each in spec.shortcuts] if keys is None else []
        owners = {self._table.with_keys(each) for each in usual} - {None, spec.key}
        if owners:
            names = ", ".join(self._name_of(str(owner)) for owner in owners)
            self.said.setText(
                tr(
                    "Its default keys are used by {action} now: remove them there first.",
                    action=names,
                )
            )
            return
        self._table.set_keys(spec.key, keys)
        self._show_keys(item)
        self.edit.clear()
        self.said.setText(
            tr("{action} has the keys {keys} now.", action=item.text(0), keys=item.text(1) or "–")
        )
        self.keys_edited.emit()
