"""The tool buttons of the drawing in one row, or in two where it is narrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from aegui.core.i18n import mark, tr
from aegui.widgets.theme import ICON_PX, icon

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

BUTTON_PX = 27


@dataclass(frozen=True)
class Tool:
    """A tool: its key and icon, what it says, and its shortcut while the panel has the focus."""

    key: str
    text: str
    shortcut: str


TOOLS = (
    Tool("undo", mark("Undo"), "Ctrl+Z"),
    Tool("redo", mark("Redo"), "Ctrl+Shift+Z"),
    Tool("clear", mark("Clear the drawing"), "C"),
    Tool("invert", mark("Swap ink and paper"), "I"),
    Tool("flip-horizontal", mark("Mirror left and right"), "H"),
    Tool("flip-vertical", mark("Mirror top and bottom"), "V"),
    Tool("shift-left", mark("Move left by one pixel"), "Ctrl+Left"),
    Tool("shift-right", mark("Move right by one pixel"), "Ctrl+Right"),
    Tool("shift-up", mark("Move up by one pixel"), "Ctrl+Up"),
    Tool("shift-down", mark("Move down by one pixel"), "Ctrl+Down"),
    Tool("copy", mark("Copy the drawing"), "Ctrl+C"),
    Tool("paste", mark("Paste a drawing"), "Ctrl+V"),
)


class ToolRow(QWidget):
    """The buttons of ``TOOLS``.

    Signals:
        used(key): The button of that tool was pressed.
    """

    used = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {tool.key: self._button(tool) for tool in TOOLS}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _button(self, tool: Tool) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(tool.key)
        button.setProperty("flat", True)
        button.setIcon(icon(f"edit-{tool.key}"))
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        native = QKeySequence(tool.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{tr(tool.text)} ({native})")
        button.setAccessibleName(tr(tool.text))
        button.clicked.connect(self._on_button_clicked)
        return button

    def _on_button_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.used.emit(sender.objectName())

    def _columns(self, width: int) -> int:
        """All in one row, or half of them, so that the groups stay together."""
        return len(TOOLS) if width >= len(TOOLS) * BUTTON_PX - 3 else len(TOOLS) // 2

    def hasHeightForWidth(self) -> bool:  # noqa: D102
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: D102
        return len(TOOLS) // self._columns(width) * BUTTON_PX

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(len(TOOLS) * BUTTON_PX, BUTTON_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(len(TOOLS) // 2 * BUTTON_PX, BUTTON_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        columns = self._columns(event.size().width())
        step = min(BUTTON_PX, event.size().width() // columns)
        for place, button in enumerate(self.buttons.values()):
            row, column = divmod(place, columns)
            button.setGeometry(column * step, row * BUTTON_PX, step, BUTTON_PX)
        super().resizeEvent(event)
