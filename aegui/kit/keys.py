"""Keyboard shortcuts as text, in the user's language and the system's notation."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence


def native_keys(keys: QKeySequence | str) -> str:
    """Return ``keys``, such as ``Ctrl+Shift+Z``, as a menu shows them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
