"""What a person chooses from: drop-down lists that are filled quietly, menus below buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QMenu, QToolButton

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QAction

    Row = tuple[object, str] | tuple[object, str, str]


def offer(box: QComboBox, rows: Iterable[Row], chosen: object = None) -> None:
    """Have ``box`` offer ``rows`` and no others, without a signal.

    Args:
        box: Where they are chosen.
        rows: Of each what it stands for, its words, and what its tooltip says, if anything.
        chosen: What is shown as chosen; None: what was. The first row, where that is not offered.
    """
    rows = list(rows)
    wanted = box.currentData() if chosen is None else chosen
    with QSignalBlocker(box):
        known = [(box.itemData(at), box.itemText(at)) for at in range(box.count())]
        if known != [row[:2] for row in rows]:
            box.clear()
            for row in rows:
                box.addItem(row[1], row[0])
                if len(row) > 2:
                    box.setItemData(box.count() - 1, row[2], Qt.ItemDataRole.ToolTipRole)
        choose(box, wanted)


def choose(box: QComboBox, chosen: object) -> None:
    """Show ``chosen``, or the first row where it is not offered, without a signal."""
    with QSignalBlocker(box):
        box.setCurrentIndex(max(0, box.findData(chosen)))


def narrow(box: QComboBox, letters: int = 0) -> None:
    """Have ``box`` ask for the width of so many letters, however long its rows are."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(letters)


def menu_below(button: QToolButton) -> QMenu:
    """A menu, with tooltips, that a click on ``button`` opens."""
    menu = QMenu(button)
    menu.setToolTipsVisible(True)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return menu


def tick_entries(menu: QMenu, rows: Iterable[tuple[str, str]]) -> dict[str, QAction]:
    """Entries of ``menu`` that can be ticked, by their keys: ``rows`` of key and words."""
    made = {}
    for key, text in rows:
        action = made[key] = menu.addAction(text)
        action.setCheckable(True)
        action.setData(key)
    return made
