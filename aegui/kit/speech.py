"""Descriptions and announcements of custom-painted widgets for screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

ROLE = "accessible_role"
"""Class attribute by which a painted widget declares its accessible role."""


def spoken_role(widget: QWidget) -> QAccessible.Role | None:
    """Return the accessible role that a painted widget declares; None for Qt's own widgets."""
    role = getattr(widget, ROLE, None)
    return role if isinstance(role, QAccessible.Role) else None


def describe(widget: QWidget, text: str, *, spoken: bool = True) -> None:
    """Set the accessible description of ``widget``, and announce it if the widget has focus.

    Pass ``spoken=False`` for text that changes by itself many times a second.
    """
    if text == widget.accessibleDescription():
        return
    widget.setAccessibleDescription(text)
    if spoken and widget.hasFocus():
        announce(widget, text)


def announce(widget: QWidget, text: str) -> None:
    """Announce ``text`` politely, after the current speech; no-op without a screen reader."""
    if QAccessible.isActive() and text:
        event = QAccessibleAnnouncementEvent(widget, text)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        QAccessible.updateAccessibility(event)
