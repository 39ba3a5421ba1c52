"""Accessibility of custom-painted widgets: a role, and parts that a screen reader can visit.

Qt provides name, role and children of its own widgets, but knows nothing about the content of a
custom-painted one. ``install`` registers a factory that adds this. A widget states its role in the
class attribute ``accessible_role``, and its content through the methods of ``Parts``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractScrollArea, QAccessibleWidget, QScrollArea, QWidget

from aegui.kit.speech import spoken_role

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QWindow


@runtime_checkable
class Parts(Protocol):
    """A painted widget with parts: cells, bars, points, rows."""

    def part_count(self) -> int:
        """Return the number of parts."""

    def part_words(self, index: int) -> str:
        """Return the spoken text of a part."""

    def part_rect(self, index: int) -> QRect:
        """Return the rectangle of a part, in pixels of the painted surface."""

    def current_part(self) -> int | None:
        """Return the part under the keyboard cursor; None if none."""


@runtime_checkable
class LocatedParts(Parts, Protocol):
    """Parts that are found by their position without asking each for its rectangle."""

    def index_at(self, position: QPoint) -> int | None:
        """Return the part at ``position`` on the painted surface; None between parts."""


class _Part(QAccessibleInterface):
    """Accessible interface of one part; valid while the widget has that many parts."""

    def __init__(self, widget: QWidget, parts: Parts, index: int) -> None:
        super().__init__()
        self._widget, self._parts, self.index = widget, parts, index

    def isValid(self) -> bool:
        return shiboken6.isValid(self._widget) and self.index < self._parts.part_count()

    def object(self) -> QObject:
        # A part is no QObject; the binding's stub declares that there always is one.
        return None  # type: ignore[return-value]

    def window(self) -> QWindow:
        return self._widget.window().windowHandle()

    def text(self, kind: QAccessible.Text) -> str:
        is_name = kind == QAccessible.Text.Name and self.isValid()
        return self._parts.part_words(self.index) if is_name else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Do nothing: the text of a part is read-only."""

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        ground = surface_of(self._widget)
        where = self._parts.part_rect(self.index)
        return QRect(ground.mapToGlobal(where.topLeft()), where.size())

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._widget)

    def child(self, index: int) -> QAccessibleInterface:
        del index
        return None  # type: ignore[return-value]

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        del x, y
        return None  # type: ignore[return-value]

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        del child
        return -1

    def focusChild(self) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        return QAccessible.State()

    def foregroundColor(self) -> QColor:
        return self._widget.palette().windowText().color()

    def backgroundColor(self) -> QColor:
        return self._widget.palette().window().color()


class _PaintedAccess(QAccessibleWidget):
    """Accessible interface of a painted widget: child widgets come first, then its parts."""

    def __init__(self, widget: QWidget, role: QAccessible.Role) -> None:
        super().__init__(widget, role)
        self._widget = widget
        self._parts = widget if isinstance(widget, Parts) else None
        self._accessibles: dict[int, _Part] = {}
        _keep(self, widget)

    def forget(self) -> None:
        """Unregister the interfaces of the parts when the widget is destroyed."""
        for part in self._accessibles.values():
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(part))
        self._accessibles.clear()

    def _part_count(self) -> int:
        return 0 if self._parts is None else self._parts.part_count()

    def childCount(self) -> int:
        return super().childCount() + self._part_count()

    def child(self, index: int) -> QAccessibleInterface:
        part_index = index - super().childCount()
        if part_index < 0 or self._parts is None:
            return super().child(index)
        if part_index not in self._accessibles:
            part = self._accessibles[part_index] = _Part(self._widget, self._parts, part_index)
            QAccessible.registerAccessibleInterface(part)
        return self._accessibles[part_index]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if isinstance(child, _Part):
            return super().childCount() + child.index
        return super().indexOfChild(child)

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        if self._parts is not None:
            at = surface_of(self._widget).mapFromGlobal(QPoint(x, y))
            index = _index_at(self._parts, at)
            if index is not None:
                return self.child(super().childCount() + index)
        return super().childAt(x, y)

    def focusChild(self) -> QAccessibleInterface:
        current = None if self._parts is None else self._parts.current_part()
        if current is not None and self._widget.hasFocus() and current < self._part_count():
            return self.child(super().childCount() + current)
        return super().focusChild()


def _index_at(parts: Parts, at: QPoint) -> int | None:
    if isinstance(parts, LocatedParts):
        return parts.index_at(at)
    places = range(parts.part_count())
    return next((index for index in places if parts.part_rect(index).contains(at)), None)


class _ScrollAccess(QAccessibleWidget):
    """Scroll areas without a name take that of the nearest named ancestor."""

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area, QAccessible.Role.Pane)
        self._area = area
        _keep(self, area)

    def text(self, kind: QAccessible.Text) -> str:
        found = super().text(kind)
        around = self._area.parentWidget()
        while kind == QAccessible.Text.Name and not found and around is not None:
            found = around.accessibleName() or around.windowTitle()
            around = around.parentWidget()
        return found


_interfaces: dict[int, QAccessibleWidget] = {}
"""Keeps the interfaces alive, by address of the widget: Qt holds no Python reference."""


def _keep(access: QAccessibleWidget, widget: QWidget) -> None:
    key = int(shiboken6.getCppPointer(widget)[0])
    _interfaces[key] = access
    widget.destroyed.connect(partial(_forget, key))


def surface_of(widget: QWidget) -> QWidget:
    """Return the widget that ``widget`` paints on: its viewport if it is a scroll area."""
    return widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget


def install() -> None:
    """Register the factory for painted widgets; may be called more than once."""
    QAccessible.installFactory(_interface_for)


def _interface_for(_key: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, QWidget):
        return None
    if isinstance(thing, QScrollArea):
        return _ScrollAccess(thing)
    role = spoken_role(thing)
    return None if role is None else _PaintedAccess(thing, role)


def _forget(key: int, _widget: QObject | None = None) -> None:
    access = _interfaces.pop(key, None)
    if isinstance(access, _PaintedAccess):
        access.forget()
