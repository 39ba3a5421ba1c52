"""Context menu of a field, with entries to vary it in a study."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QMenu, QWidget

from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QPoint


class FieldMenu(QObject):
    """Adds entries to vary a field in a study to all its context menus."""

    vary_requested = Signal(str)
    """Emitted with the path of the field to be varied."""

    def __init__(self, widget: QWidget, paths: Callable[[], dict[str, str]]) -> None:
        """Install the menu on ``widget`` and its line edits and spin boxes.

        Args:
            widget: The field, with its label if it has one.
            paths: Called whenever the menu opens; returns paths that can be varied -> entry text.
        """
        super().__init__(widget)
        self._paths = paths
        self._widget = widget
        typed = (*widget.findChildren(QLineEdit), *widget.findChildren(QAbstractSpinBox))
        # Widgets without a menu of their own pass the event on to their parent.
        for widgets in (widget, *typed):
            if not isinstance(widgets.parent(), QAbstractSpinBox):
                widgets.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
                widgets.customContextMenuRequested.connect(partial(self._open, widgets))

    def _open(self, widget: QWidget, position: QPoint) -> None:
        """Open the menu in place of the standard one, whose actions it includes."""
        menu = self._menu(widget, self._paths())
        if menu.isEmpty():
            menu.deleteLater()
        else:
            menu.popup(widget.mapToGlobal(position))

    def _menu(self, watched: QObject, paths: dict[str, str]) -> QMenu:
        line = _line_of(watched)
        menu = None if line is None else line.createStandardContextMenu()
        menu = QMenu(self._widget) if menu is None else menu
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        first = menu.actions()[0] if menu.actions() else None
        for path, text in paths.items():
            action = menu.addAction(text)
            if first is not None:
                menu.removeAction(action)
                menu.insertAction(first, action)
            action.triggered.connect(
                lambda _checked=False, path=path: self.vary_requested.emit(path)
            )
        if first is not None and paths:
            menu.insertSeparator(first)
        return menu


def _line_of(watched: QObject) -> QLineEdit | None:
    """Return the line edit that the menu was requested on; None for other widgets."""
    if isinstance(watched, QAbstractSpinBox):
        return watched.lineEdit()
    return watched if isinstance(watched, QLineEdit) else None


def vary_words(label: str) -> str:
    """Return the text of the menu entry of a field."""
    return tr("Vary this in a study: {field}", field=label)
