"""Check of a window for accessibility: names, roles and keyboard access of its widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QTabBar, QWidget

from aegui.kit.accessible import Parts
from aegui.widgets.drop_overlay import DropOverlay
from aegui.widgets.focus_ring import FocusRing

if TYPE_CHECKING:
    from collections.abc import Container

    from PySide6.QtGui import QAccessibleInterface

_NOTHING = frozenset({QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Window})
"""Roles that say nothing of what a widget is."""
_DECORATION = (FocusRing, DropOverlay)
"""Painted over what has a name of its own."""


def problems(root: QWidget, stops: Container[QWidget] | None = None) -> list[str]:
    """Return the accessibility problems of ``root`` and its visible descendants.

    ``stops`` are the widgets reached by Tab, if known.
    """
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        if _counts(widget, root):
            found += [f"{_path(widget)}: {each}" for each in _missing(widget, stops)]
    return found


def _counts(widget: QWidget, root: QWidget) -> bool:
    """Return whether a widget must be accessible: it takes focus, or paints content itself."""
    if not widget.isVisible() or (widget.isWindow() and widget is not root):
        return False
    if widget.focusProxy() is not None or isinstance(widget, _DECORATION):
        return False
    if isinstance(widget, QLabel) and not widget.text():
        return False
    # Qt keeps tab bars of docks that are no longer needed, without geometry.
    if isinstance(widget, QTabBar) and widget.visibleRegion().isEmpty():
        return False
    return _takes_keys(widget) or _is_painted(widget)


def _takes_keys(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled()


def _is_painted(widget: QWidget) -> bool:
    ours = (kind for kind in type(widget).__mro__ if kind.__module__.startswith("aegui"))
    return any("paintEvent" in vars(kind) for kind in ours)


def _missing(widget: QWidget, stops: Container[QWidget] | None) -> list[str]:
    access = QAccessible.queryAccessibleInterface(widget)
    missing = []
    if not access.text(QAccessible.Text.Name).strip():
        missing.append("no name")
    if access.role() in _NOTHING:
        missing.append(f"no role but {access.role().name}")
    if stops is not None and _takes_keys(widget) and widget not in stops:
        missing.append("Tab does not come here")
    if isinstance(widget, Parts) and widget.part_count():
        missing += _missing_of_parts(widget, access)
    return missing


def _missing_of_parts(widget: Parts, access: QAccessibleInterface) -> list[str]:
    """Return the accessibility problems of the first and the last part."""
    count = widget.part_count()
    if access.childCount() < count:
        return ["its parts are no children"]
    missing = []
    for place in (access.childCount() - count, access.childCount() - 1):
        part = access.child(place)
        if not part.text(QAccessible.Text.Name).strip():
            missing.append(f"part {place} has no name")
        if part.rect().isEmpty():
            missing.append(f"part {place} is nowhere")
        if access.indexOfChild(part) != place:
            missing.append(f"part {place} is not found again")
    return missing


def _path(widget: QWidget) -> str:
    around = widget.parentWidget()
    within = f" in {type(around).__name__}" if around is not None else ""
    return f"{type(widget).__name__}{within} {widget.objectName()}".strip()
