"""Keys as the menus write them: in the person's language, and with the signs of the system."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence


def native_keys(keys: QKeySequence | str) -> str:
    """``keys``, such as ``Ctrl+Shift+Z``, as a menu writes them beside its entry."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
