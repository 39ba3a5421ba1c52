"""The tool buttons of the drawing, wrapped into rows, with a menu of all tools."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from aegui.core.i18n import tr
from aegui.features.drawing.view.drawing_tools import (
    ON_AT_FIRST,
    SUBMENUS,
    TOOL_OF,
    TOOLS,
    Tool,
)
from aegui.kit.keys import native_keys
from aegui.kit.marks import flat_button
from aegui.kit.theme import icon, icon_px

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QAction, QResizeEvent

BUTTON_PX = 27
_GAP_PX = 6
_NARROWEST = 8
"""Minimum number of buttons per row."""


class ToolRow(QWidget):
    """The buttons of ``TOOLS``, and a menu of all tools."""

    used = Signal(str)
    """With key: the edit ``key`` was requested."""
    brush_chosen = Signal(str)
    """With key: the brush ``key`` was selected."""
    switched = Signal(str, bool)
    """With key, on: the switch ``key`` was turned on or off."""

    def __init__(self) -> None:
        super().__init__()
        self.menu = QMenu(self)
        self.brush = "pencil"
        """The selected brush."""
        self._on = {tool.key: tool.key in ON_AT_FIRST for tool in TOOLS if tool.kind == "switch"}
        self.buttons = {tool.key: self._button(tool) for tool in TOOLS if tool.in_row}
        self._more = self._more_button()
        self._groups = [
            [self.buttons[tool.key] for tool in group]
            for _, group in groupby(
                (tool for tool in TOOLS if tool.in_row), key=lambda tool: tool.group
            )
        ] + [[self._more]]
        self._actions = self._fill_menu()
        self._side = icon_px(BUTTON_PX)
        self._narrowest = _NARROWEST * self._side
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._show_state()

    def _button(self, tool: Tool) -> QToolButton:
        text, keys = tr(tool.text), native_keys(tool.shortcut)
        button = flat_button(
            f"edit-{tool.key}", f"{text} ({keys})", self, name=text, pixels=icon_px()
        )
        button.setObjectName(tool.key)
        button.setCheckable(tool.kind != "edit")
        # The focus stays on the drawing: by keyboard, tools have shortcuts and the menu.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(partial(self._on_tool_used, tool.key))
        return button

    def _more_button(self) -> QToolButton:
        tip = tr("All tools, size, grid and zoom")
        button = flat_button("builder-more", tip, self, name=tr("All tools"), pixels=icon_px())
        button.setMenu(self.menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        return button

    def _fill_menu(self) -> dict[str, QAction]:
        actions = {}
        for key, group in groupby(TOOLS, key=lambda tool: tool.group):
            self.menu.addSeparator()
            menu = self.menu.addMenu(tr(SUBMENUS[key])) if key in SUBMENUS else self.menu
            for tool in group:
                actions[tool.key] = self._action(tool, menu)
        return actions

    def _action(self, tool: Tool, menu: QMenu) -> QAction:
        # Shortcuts are only displayed: the panel with the focus handles them.
        action = menu.addAction(f"{tr(tool.text)}\t{native_keys(tool.shortcut)}")
        action.setObjectName(tool.key)
        action.setCheckable(tool.kind != "edit")
        if tool.in_row:
            action.setIcon(icon(f"edit-{tool.key}"))
        action.triggered.connect(partial(self._on_tool_used, tool.key))
        return action

    def _on_tool_used(self, key: str, _checked: bool = False) -> None:
        self.use(key)

    def use(self, key: str) -> None:
        """Activate the tool ``key`` as a click does; do nothing if it is disabled."""
        tool = TOOL_OF[key]
        if not self._actions[key].isEnabled():
            return
        if tool.kind == "brush":
            self.brush = key
            self.brush_chosen.emit(key)
        elif tool.kind == "switch":
            self._on[key] = not self._on[key]
            self.switched.emit(key, self._on[key])
        else:
            self.used.emit(key)
        self._show_state()

    def is_on(self, key: str) -> bool:
        """Return whether the switch ``key`` is on."""
        return self._on[key]

    def set_enabled(self, key: str, enabled: bool) -> None:
        """Enable or disable the tool ``key``."""
        self._actions[key].setEnabled(enabled)
        if key in self.buttons:
            self.buttons[key].setEnabled(enabled)

    def _show_state(self) -> None:
        for key, action in self._actions.items():
            tool = TOOL_OF[key]
            if tool.kind == "edit":
                continue
            on = key == self.brush if tool.kind == "brush" else self._on[key]
            action.setChecked(on)
            if key in self.buttons:
                self.buttons[key].setChecked(on)

    # -- the rows --------------------------------------------------------------------------------

    def _rows(self, width: int) -> list[list[list[QToolButton]]]:
        """Return the groups of each row; only groups wider than a row are split."""
        rows: list[list[list[QToolButton]]] = []
        left, most = 0, max(1, width // self._side)
        for group in self._parts(most):
            needed = len(group) * self._side
            if rows and left + _GAP_PX + needed <= width:
                rows[-1].append(group)
                left += _GAP_PX + needed
            else:
                rows.append([group])
                left = needed
        return rows

    def _parts(self, most: int) -> Iterator[list[QToolButton]]:
        """Yield the groups, split into parts of at most ``most`` buttons."""
        for group in self._groups:
            for at in range(0, len(group), most):
                yield group[at : at + most]

    def heightForWidth(self, width: int) -> int:  # noqa: D102
        return len(self._rows(width)) * self._side

    def sizeHint(self) -> QSize:  # noqa: D102
        width = 16 * self._side
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._narrowest, self.heightForWidth(max(self.width(), self._narrowest)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        for row, groups in enumerate(self._rows(event.size().width())):
            x = 0
            for group in groups:
                for button in group:
                    button.setGeometry(QRect(x, row * self._side, self._side, self._side))
                    x += self._side
                x += _GAP_PX
        super().resizeEvent(event)
        if self.heightForWidth(event.size().width()) != self.heightForWidth(
            event.oldSize().width()
        ):
            # The minimum height has changed; without this the widgets below would be squeezed.
            self.updateGeometry()
