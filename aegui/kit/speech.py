"""Telling a screen reader what a custom-painted widget shows right now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def describe(widget: QWidget, text: str, *, spoken: bool = True) -> None:
    """Make ``text`` the description of ``widget``, and have it spoken if the widget is in use.

    A painted widget has no parts that a screen reader could visit, so what changed is announced;
    but what changes by itself many times a second is not to be ``spoken``.
    """
    if text == widget.accessibleDescription():
        return
    widget.setAccessibleDescription(text)
    if spoken and QAccessible.isActive() and widget.hasFocus():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
