"""The corner of the menu bar: messages, search, and the arrangements of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QMenuBar, QToolButton, QWidget

from aegui.kit.layouts import row
from aegui.kit.theme import icon_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QAction


class Corner(QWidget):
    """Buttons at the end of the menu bar; they drop their labels if the menus need the room."""

    def __init__(
        self, bar: QMenuBar, first: Sequence[QToolButton], arrangements: Sequence[QAction]
    ) -> None:
        """Add ``first``, and then a button for each of ``arrangements``, to ``bar``."""
        super().__init__(bar)
        self._bar = bar
        self._named: list[QToolButton] = []
        self._named_px = 0
        for action in arrangements:
            button = QToolButton()
            button.setDefaultAction(action)
            self._named.append(button)
        for button in (*first, *self._named):
            button.setProperty("flat", True)
            button.setIconSize(icon_size())
        self.setLayout(row(*first, *self._named, spacing=2, margins=(0, 2, 8, 0)))
        self._set_named(True)
        bar.setCornerWidget(self)
        bar.installEventFilter(self)

    @property
    def is_named(self) -> bool:
        """Whether the buttons of the arrangements show labels beside their icons."""
        return not self._named_px

    def _set_named(self, named: bool) -> None:
        styles = Qt.ToolButtonStyle
        style = styles.ToolButtonTextBesideIcon if named else styles.ToolButtonIconOnly
        for button in self._named:
            button.setToolButtonStyle(style)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show or hide the labels when the menu bar is resized."""
        if watched is self._bar and event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        width = self._bar.width()
        if self.is_named and self._bar.sizeHint().width() > width:
            self._named_px = self._bar.sizeHint().width()
            self._set_named(False)
        elif self._named_px and width >= self._named_px:
            self._named_px = 0
            self._set_named(True)
        else:
            return
        # The menu bar places this widget right after its resize event.
        self.adjustSize()
