"""Entries of the map menus with their keyboard shortcuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenu


def add_item(menu: QMenu, text: str, then: Callable[[], object], keys: str = "") -> QAction:
    """Add an entry ``text`` to ``menu`` that calls ``then``; ``keys`` is shown as its shortcut."""
    # Sample names may contain ``&``: entries have no mnemonics.
    action = menu.addAction(text.replace("&", "&&"))
    action.triggered.connect(lambda: then())
    show_keys(action, keys)
    return action


def show_keys(action: QAction, keys: str) -> None:
    """Show ``keys`` beside an entry; the focused map handles the keys itself."""
    if keys:
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setShortcutVisibleInContextMenu(True)
