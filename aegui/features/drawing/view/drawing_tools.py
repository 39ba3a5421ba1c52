"""The table of drawing tools, which defines tool row, menu, shortcuts and spoken names."""

from __future__ import annotations

from typing import Literal

from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass

Kind = Literal["brush", "switch", "edit"]
"""A brush is selected exclusively, a switch is toggled, and an edit is applied at once."""


@dataclass(frozen=True)
class Tool:
    """A drawing tool."""

    key: str
    """Its key; its icon is ``edit-<key>``."""
    text: str
    """What it does."""
    shortcut: str
    """Its shortcut while the panel has the focus."""
    group: str
    """Tools of a group are adjacent."""
    kind: Kind = "edit"
    """How it is used."""
    step: str = ""
    """Name of its stroke in the history; only of brushes that change pixels."""
    in_row: bool = True
    """Whether it has a button of its own; all tools are in the menu."""


TOOLS = (
    Tool("pencil", mark("Pencil"), "P", "draw", "brush", mark("Stroke")),
    Tool("eraser", mark("Eraser"), "E", "draw", "brush", mark("Erase")),
    Tool("line", mark("Straight line"), "T", "draw", "brush", mark("Line")),
    Tool("rectangle", mark("Rectangle"), "R", "draw", "brush", mark("Rectangle")),
    Tool("area", mark("Filled rectangle"), "Shift+R", "draw", "brush", mark("Filled rectangle")),
    Tool("fill", mark("Fill the connected area of one colour"), "F", "draw", "brush", mark("Fill")),
    Tool("noise", mark("Noise brush"), "B", "draw", "brush", mark("Noise")),
    Tool("pick", mark("Take up a colour"), "K", "draw", "brush"),
    Tool("move", mark("Move the drawing or the selection"), "M", "draw", "brush", mark("Move")),
    Tool("select", mark("Select a part"), "S", "draw", "brush", mark("Move")),
    Tool("mirror-across", mark("Mirror left and right while drawing"), "X", "mirror", "switch"),
    Tool("mirror-down", mark("Mirror up and down while drawing"), "Y", "mirror", "switch"),
    Tool("undo", mark("Undo"), "Ctrl+Z", "history"),
    Tool("redo", mark("Redo"), "Ctrl+Shift+Z", "history"),
    Tool("history", mark("History of the drawing"), "Ctrl+H", "history"),
    Tool("cut", mark("Cut the drawing or the selection"), "Ctrl+X", "clipboard"),
    Tool("copy", mark("Copy the drawing or the selection"), "Ctrl+C", "clipboard"),
    Tool("paste", mark("Paste an image, text art or code"), "Ctrl+V", "clipboard"),
    Tool("copy-code", mark("Copy as hex or C"), "Ctrl+Shift+C", "clipboard", in_row=False),
    Tool("clear", mark("Clear the drawing"), "C", "change"),
    Tool("invert", mark("Swap ink and paper"), "I", "change"),
    Tool("flip-horizontal", mark("Mirror left and right"), "H", "change"),
    Tool("flip-vertical", mark("Mirror top and bottom"), "V", "change"),
    Tool("rotate-left", mark("Turn left"), ",", "change"),
    Tool("rotate-right", mark("Turn right"), ".", "change"),
    Tool("shift-left", mark("Shift left by one pixel"), "Ctrl+Left", "shift"),
    Tool("shift-right", mark("Shift right by one pixel"), "Ctrl+Right", "shift"),
    Tool("shift-up", mark("Shift up by one pixel"), "Ctrl+Up", "shift"),
    Tool("shift-down", mark("Shift down by one pixel"), "Ctrl+Down", "shift"),
    Tool("wrap", mark("Wrap around at the edges"), "W", "shift", "switch", in_row=False),
    Tool("new", mark("New drawing or other size…"), "Shift+N", "sheet", in_row=False),
    Tool("select-all", mark("Select all"), "Ctrl+A", "sheet", in_row=False),
    Tool("grid", mark("Show the grid"), "G", "view", "switch", in_row=False),
    Tool("zoom-in", mark("Zoom in"), "+", "view", in_row=False),
    Tool("zoom-out", mark("Zoom out"), "-", "view", in_row=False),
    Tool("zoom-fit", mark("Zoom: all of it"), "0", "view", in_row=False),
)
SUBMENUS = {"shift": mark("Shift"), "view": mark("Grid and zoom")}
"""Groups with a submenu: a single menu of all tools would be higher than a small screen."""
TOOL_OF = {tool.key: tool for tool in TOOLS}
ON_AT_FIRST = frozenset({"pencil", "wrap", "grid"})
"""Brush and switches that are initially on."""


def spoken(tool: Tool, on: bool) -> str:
    """Return the announcement when ``tool`` is selected, or switched on or off."""
    if tool.kind == "brush":
        return tr("Tool: {tool}", tool=tr(tool.text))
    return tr("{tool}: on", tool=tr(tool.text)) if on else tr("{tool}: off", tool=tr(tool.text))
