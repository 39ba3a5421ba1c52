"""Entries of the menus on the map, with the keys that do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenu


def add_item(menu: QMenu, text: str, then: Callable[[], object], keys: str = "") -> QAction:
    """Add an entry ``text`` to ``menu`` that does ``then``; ``keys`` do it on the map too."""
    # A sample may be called &: no letter of an entry is underlined.
    action = menu.addAction(text.replace("&", "&&"))
    action.triggered.connect(lambda: then())
    show_keys(action, keys)
    return action


def show_keys(action: QAction, keys: str) -> None:
    """Write ``keys`` beside an entry; the map listens to them itself, while it has the focus."""
    if keys:
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setShortcutVisibleInContextMenu(True)
