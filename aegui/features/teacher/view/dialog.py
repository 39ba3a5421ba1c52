"""The dialog that creates a teacher file: hidden and locked parts, and the initial state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
)

from aegui.core.folding import folded, has_words
from aegui.core.i18n import LANGUAGES, tr
from aegui.core.lessons.lesson import lesson_cards
from aegui.core.recipe.settings import SECTIONS
from aegui.core.teacher import ALWAYS, TeacherFile, Withheld, Word, field_paths
from aegui.kit.choosing import offer
from aegui.kit.layouts import buttons_of, column, dim, open_at
from aegui.kit.marks import search_field, wrapped_label
from aegui.kit.theme import CONTROL_PX, SPACING, for_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from aegui.core.recipe import Recipe
    from aegui.core.window_names import WindowNames

_NAME, _HIDDEN, _LOCKED = range(3)
_KEY = Qt.ItemDataRole.UserRole
_WIDTH_PX, _HEIGHT_PX = 640, 620


class TeacherDialog(QDialog):
    """Asks for all fields of a teacher file; ``file`` returns the file.

    Args:
        names: Names of the parts of the window.
        menu_words: Returns the title of a menu, given its path.
        recipe: The recipe of the builder; None if its data cannot be read from a file.
        parent: The window.
    """

    def __init__(
        self,
        names: WindowNames,
        menu_words: Callable[[str], str],
        recipe: Recipe | None,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Teacher file"))
        open_at(self, for_text(_WIDTH_PX), for_text(_HEIGHT_PX))
        self._names = names
        self._recipe = recipe
        self.title = QLineEdit()
        self.title.setPlaceholderText(tr("Title in the window, such as the name of the class"))
        self.title.setMaxLength(200)
        self.language = QComboBox()
        offer(self.language, (("", tr("As it is on the computer")), *LANGUAGES.items()))
        self.lesson = QComboBox()
        lessons = ((card.key, card.title) for card in lesson_cards())
        offer(self.lesson, (("", tr("No lesson")), *lessons))
        self.begins = QCheckBox(tr("Start with the network and the data of the builder"))
        self.begins.setEnabled(recipe is not None)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([tr("Name"), tr("Hidden"), tr("Locked")])
        self.tree.setAccessibleName(tr("What is hidden or locked"))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for section in (_HIDDEN, _LOCKED):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setUniformRowHeights(True)
        self.filter = search_field(tr("Search panels, commands and settings"))
        self.filter.textChanged.connect(self._on_filter_text_changed)
        self._panels = self._group(tr("Panels"))
        self._actions = self._group(tr("Commands"))
        self._fields = self._group(tr("Settings of network and training"))
        self._fill(menu_words)
        self.word = QLineEdit()
        self.word.setEchoMode(QLineEdit.EchoMode.Password)
        self.word.setPlaceholderText(tr("Without one anyone can leave it"))
        self._honest = dim(
            wrapped_label(
                tr(
                    "The file contains only a hash of the password. This is no security against "
                    "somebody who edits the settings of the program: it only prevents leaving by "
                    "accident."
                )
            )
        )
        self._lay_out()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow(tr("Title"), self.title)
        form.addRow(tr("Language"), self.language)
        form.addRow(tr("Lesson"), self.lesson)
        form.addRow("", self.begins)
        last = QFormLayout()
        last.addRow(tr("Password to leave"), self.word)
        take = QPushButton(tr("&Save…"))
        take.setDefault(True)
        buttons = buttons_of(self, take=take, leave=tr("&Cancel"))
        edge = (2 * SPACING,) * 4
        parts = (form, self.filter, (self.tree, 1), last, self._honest, buttons)
        self.setLayout(column(*parts, spacing=SPACING, margins=edge))
        self.tree.itemChanged.connect(self._on_tree_item_changed)

    def _group(self, name: str) -> QTreeWidgetItem:
        group = QTreeWidgetItem(self.tree, [name])
        # With uniform row heights, the first row determines the height of all.
        group.setSizeHint(_NAME, QSize(0, for_text(CONTROL_PX)))
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        group.setExpanded(True)
        return group

    def _add(self, group: QTreeWidgetItem, name: str, key: str, *columns: int) -> None:
        item = QTreeWidgetItem(group, [name])
        item.setSizeHint(_NAME, QSize(0, for_text(CONTROL_PX)))
        item.setData(_NAME, _KEY, key)
        item.setFlags(
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsUserCheckable
        )
        for place in columns:
            item.setCheckState(place, Qt.CheckState.Unchecked)

    def _fill(self, menu_words: Callable[[str], str]) -> None:
        for key, title in self._names.docks.items():
            self._add(self._panels, tr(title), key, _HIDDEN)
        for key, action in self._names.actions.items():
            if key not in ALWAYS:
                text = tr(action.text).replace("&", "").rstrip("…")
                name = f"{menu_words(action.menu)} › {text}"
                self._add(self._actions, name, key, _HIDDEN, _LOCKED)
        self._add(self._fields, tr("The whole network"), "network", _LOCKED)
        known = field_paths()
        for section in SECTIONS:
            for setting in section.settings:
                if setting.path in known:
                    name = f"{tr(section.title)} › {tr(setting.field.label)}"
                    self._add(self._fields, name, setting.path, _LOCKED)

    @Slot(QTreeWidgetItem, int)
    def _on_tree_item_changed(self, item: QTreeWidgetItem, index: int) -> None:
        """Untick the other column: a hidden command need not be locked."""
        if item.checkState(index) != Qt.CheckState.Checked or item.parent() is not self._actions:
            return
        other = _LOCKED if index == _HIDDEN else _HIDDEN
        item.setCheckState(other, Qt.CheckState.Unchecked)

    @Slot(str)
    def _on_filter_text_changed(self, query: str) -> None:
        for group in (self._panels, self._actions, self._fields):
            for item in _children(group):
                item.setHidden(not has_words(folded(item.text(_NAME)), query))

    def choose(self, key: str, *, locked: bool = False) -> None:
        """Tick the row with ``key``."""
        for group in (self._panels, self._actions, self._fields):
            for item in _children(group):
                if item.data(_NAME, _KEY) == key:
                    item.setCheckState(_LOCKED if locked else _HIDDEN, Qt.CheckState.Checked)

    def _ticked(self, group: QTreeWidgetItem, index: int) -> tuple[str, ...]:
        return tuple(
            str(item.data(_NAME, _KEY))
            for item in _children(group)
            if item.data(index, Qt.ItemDataRole.CheckStateRole) is not None
            and item.checkState(index) == Qt.CheckState.Checked
        )

    @property
    def file(self) -> TeacherFile:
        """Return the configured file."""
        word = self.word.text().strip()
        begins = self.begins.isChecked() and self._recipe is not None
        return TeacherFile(
            title=self.title.text().strip(),
            language=self.language.currentData(),
            lesson=self.lesson.currentData(),
            recipe=self._recipe.model_dump(mode="json") if begins and self._recipe else "",
            hidden=Withheld(
                panels=self._ticked(self._panels, _HIDDEN),
                actions=self._ticked(self._actions, _HIDDEN),
            ),
            locked=Withheld(
                actions=self._ticked(self._actions, _LOCKED),
                fields=self._ticked(self._fields, _LOCKED),
            ),
            word=Word.of(word) if word else None,
        )


def _children(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    items = (group.child(index) for index in range(group.childCount()))
    return [item for item in items if item is not None]
