"""The docks around the map, and three ways to arrange them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QFrame, QScrollArea, QWidget

from aegui.core.i18n import mark, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QMainWindow

Area = Qt.DockWidgetArea

WIDE_PX = 1500
"""From this width of the window on, charts and reconstructions lie side by side."""


@dataclass(frozen=True)
class DockSpec:
    """A dock: key, title, and whether its panel needs scroll bars of the dock's."""

    key: str
    title: str
    scrolls: bool = False


DOCKS: tuple[DockSpec, ...] = (
    DockSpec("builder", mark("Network")),
    DockSpec("training", mark("Training")),
    DockSpec("cursor", mark("Cursor"), scrolls=True),
    DockSpec("draw", mark("Draw")),
    DockSpec("answer", mark("Answer"), scrolls=True),
    DockSpec("charts", mark("Charts")),
    DockSpec("reconstructions", mark("Reconstructions")),
)


@dataclass(frozen=True)
class Perspective:
    """Where docks are, from top to bottom; docks of one inner tuple are tabs of one place.

    Attributes:
        left: Docks at the left.
        right: Docks at the right.
        bottom: Docks below the map, from left to right.
        left_px: Width of the left column.
        right_px: Width of the right column, as a share of the window's width.
        bottom_px: Height of the bottom row, as a share of the window's height.
        weights: Heights of the right column's places in proportion.
    """

    left: tuple[tuple[str, ...], ...]
    right: tuple[tuple[str, ...], ...]
    bottom: tuple[tuple[str, ...], ...]
    left_px: int = 316
    right_px: int = 348
    bottom_px: float = 0.27
    weights: tuple[int, ...] = (1,)


PERSPECTIVES: dict[str, Perspective] = {
    "wander": Perspective(
        left=(),
        right=(("cursor",), ("draw", "answer")),
        bottom=(),
        right_px=380,
        weights=(5, 6),
    ),
    "draw": Perspective(
        left=(),
        right=(("draw",), ("answer",)),
        bottom=(("reconstructions", "charts"),),
        right_px=440,
        bottom_px=0.24,
        weights=(5, 4),
    ),
    "build": Perspective(
        left=(("builder", "training"),),
        right=(("cursor",), ("draw", "answer")),
        bottom=(("charts",), ("reconstructions",)),
        weights=(5, 6),
    ),
}
DEFAULT_PERSPECTIVE = "build"


def make_docks(window: QMainWindow, panels: Mapping[str, QWidget]) -> dict[str, QDockWidget]:
    """A dock for each of ``panels`` (by key of ``DOCKS``), not yet placed."""
    docks = {}
    for spec in DOCKS:
        dock = QDockWidget(tr(spec.title), window)
        dock.setObjectName(f"dock-{spec.key}")
        dock.setAccessibleName(tr(spec.title))
        panel = panels[spec.key]
        dock.setWidget(_scrolled(panel) if spec.scrolls else panel)
        docks[spec.key] = dock
    return docks


def _scrolled(panel: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(panel)
    return area


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget], perspective: str) -> None:
    """Put ``docks`` where ``perspective`` has them; those it does not name are hidden."""
    wanted = PERSPECTIVES[perspective]
    for corner, area in (
        (Qt.Corner.TopLeftCorner, Area.LeftDockWidgetArea),
        (Qt.Corner.BottomLeftCorner, Area.LeftDockWidgetArea),
        (Qt.Corner.TopRightCorner, Area.RightDockWidgetArea),
        (Qt.Corner.BottomRightCorner, Area.RightDockWidgetArea),
    ):
        window.setCorner(corner, area)
    for dock in docks.values():
        dock.setFloating(False)
        window.removeDockWidget(dock)
    bottom = wanted.bottom
    if window.width() < WIDE_PX and bottom:
        bottom = (tuple(key for place in bottom for key in place),)
    _fill(window, docks, Area.LeftDockWidgetArea, wanted.left, Qt.Orientation.Vertical)
    _fill(window, docks, Area.RightDockWidgetArea, wanted.right, Qt.Orientation.Vertical)
    _fill(window, docks, Area.BottomDockWidgetArea, bottom, Qt.Orientation.Horizontal)
    _resize(window, docks, wanted, bottom)


def _fill(
    window: QMainWindow,
    docks: Mapping[str, QDockWidget],
    area: Qt.DockWidgetArea,
    places: tuple[tuple[str, ...], ...],
    orientation: Qt.Orientation,
) -> None:
    for place in places:
        first = docks[place[0]]
        window.addDockWidget(area, first, orientation)
        first.show()
        for key in place[1:]:
            window.tabifyDockWidget(first, docks[key])
            docks[key].show()
        first.raise_()


def _resize(
    window: QMainWindow,
    docks: Mapping[str, QDockWidget],
    wanted: Perspective,
    bottom: tuple[tuple[str, ...], ...],
) -> None:
    horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    wide = max(1.0, window.width() / 1600)
    for places, width in ((wanted.left, wanted.left_px), (wanted.right, wanted.right_px)):
        if places:
            window.resizeDocks([docks[places[0][0]]], [round(width * wide)], horizontal)
    if wanted.right:
        firsts = [docks[place[0]] for place in wanted.right]
        window.resizeDocks(firsts, [100 * weight for weight in wanted.weights], vertical)
    if bottom:
        height = round(wanted.bottom_px * window.height())
        window.resizeDocks([docks[place[0]] for place in bottom], [height] * len(bottom), vertical)
    if len(bottom) > 1:
        firsts = [docks[place[0]] for place in bottom]
        window.resizeDocks(firsts, [300] * len(firsts), horizontal)
