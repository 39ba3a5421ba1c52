"""Telling a screen reader what a custom-painted widget shows right now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

ROLE = "accessible_role"
"""The name in a class of painted widgets that says what they are to a screen reader."""


def spoken_role(widget: QWidget) -> QAccessible.Role | None:
    """What a painted widget is to a screen reader; None of one that Qt knows by itself."""
    role = getattr(widget, ROLE, None)
    return role if isinstance(role, QAccessible.Role) else None


def describe(widget: QWidget, text: str, *, spoken: bool = True) -> None:
    """Make ``text`` the description of ``widget``, and have it spoken if the widget is in use.

    What changed is announced at once; but what changes by itself many times a second is not to be
    ``spoken``.
    """
    if text == widget.accessibleDescription():
        return
    widget.setAccessibleDescription(text)
    if spoken and widget.hasFocus():
        announce(widget, text)


def announce(widget: QWidget, text: str) -> None:
    """Have ``text`` said when a screen reader is silent next; nothing where there is none."""
    if QAccessible.isActive() and text:
        event = QAccessibleAnnouncementEvent(widget, text)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        QAccessible.updateAccessibility(event)
