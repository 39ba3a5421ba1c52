"""Combo boxes that are filled without signals, and menus below buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QMenu, QToolButton

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtGui import QAction

    Row = tuple[object, str] | tuple[object, str, str]


def offer(box: QComboBox, rows: Iterable[Row], chosen: object = None) -> None:
    """Replace the rows of ``box``, without emitting a signal.

    Args:
        box: The combo box.
        rows: For each row its data, its text and optionally its tooltip.
        chosen: Data of the row to select; None keeps the selection. If it is not in ``rows``, the
            first row is selected.
    """
    rows = list(rows)
    selected = box.currentData() if chosen is None else chosen
    with QSignalBlocker(box):
        known = [(box.itemData(at), box.itemText(at)) for at in range(box.count())]
        if known != [row[:2] for row in rows]:
            box.clear()
            for row in rows:
                box.addItem(row[1], row[0])
                if len(row) > 2:
                    box.setItemData(box.count() - 1, row[2], Qt.ItemDataRole.ToolTipRole)
        choose(box, selected)


def choose(box: QComboBox, chosen: object) -> None:
    """Select the row with data ``chosen``, or else the first, without emitting a signal."""
    with QSignalBlocker(box):
        box.setCurrentIndex(max(0, box.findData(chosen)))


def on_chosen(box: QComboBox, take: Callable[[Any], object]) -> None:
    """Call ``take`` with the data of every row that the user chooses."""
    box.activated.connect(lambda index: take(box.itemData(index)))


def narrow(box: QComboBox, letters: int = 0) -> None:
    """Limit the preferred width of ``box`` to ``letters`` letters, however long its rows are."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(letters)


def menu_below(button: QToolButton) -> QMenu:
    """Create a menu, with tooltips, that opens on a click on ``button``."""
    menu = QMenu(button)
    menu.setToolTipsVisible(True)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return menu


def tick_entries(menu: QMenu, rows: Iterable[tuple[str, str]]) -> dict[str, QAction]:
    """Add checkable actions for ``rows`` of key and text to ``menu``; return them by key."""
    actions = {}
    for key, text in rows:
        action = actions[key] = menu.addAction(text)
        action.setCheckable(True)
        action.setData(key)
    return actions
