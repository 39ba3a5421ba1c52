"""The docks around the map, and the ways to arrange them: which lies where, the rooms say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby, repeat
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QWidget

from aegui.core.i18n import tr
from aegui.features.table import dock_specs
from aegui.shell.feature import class_at
from aegui.shell.panel_area import PanelArea

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtWidgets import QMainWindow

    from aegui.shell.feature import DockSpec

Area = Qt.DockWidgetArea

WIDE_PX = 1500
"""From this width of the window on, charts and reconstructions lie side by side."""
NARROW_PX = 1120
"""Below this width of the window, the row below the map reaches below the panels at the right."""
TALL_PX = 960
"""From this height of the window on, the panels at the right lie one below the other."""
_USUAL_PX = 1600
_MOST_COLUMN = 0.34
"""No column beside the map takes more of the window's width."""
LEAST_BOTTOM_PX = 190
"""No row below the map begins lower than this: charts and bars are read in it."""


@dataclass(frozen=True)
class Extent:
    """How much room the places beside and below the map get.

    Attributes:
        left_px: Width of the left column in a window of 1600 px; in wider ones in proportion.
        right_px: Width of the right column, likewise.
        bottom_share: Height of the bottom row, as a share of the window's height.
        weights: Heights of the right column's first places in proportion; those of others are 1.
    """

    left_px: int = 316
    right_px: int = 348
    bottom_share: float = 0.27
    weights: tuple[int, ...] = ()


@dataclass(frozen=True)
class Perspective:
    """Where docks are, from top to bottom; docks of one inner tuple are tabs of one place.

    Attributes:
        left: Docks at the left.
        right: Docks at the right.
        bottom: Docks below the map, from left to right.
        front: Docks that lie before the others of their place; else it is the first.
        closed: Docks that have a place, in which they are hidden at first.
        extent: How much room each side gets.
    """

    left: tuple[tuple[str, ...], ...]
    right: tuple[tuple[str, ...], ...]
    bottom: tuple[tuple[str, ...], ...]
    front: tuple[str, ...]
    extent: Extent
    closed: frozenset[str] = frozenset()


def perspective_of(key: str, specs: Sequence[DockSpec], extent: Extent) -> Perspective:
    """The arrangement ``key``, of the docks that have a spot in it."""
    docks = sorted(
        (spec for spec in specs if key in spec.spots),
        key=lambda spec: (spec.spots[key].place, spec.spots[key].tab, spec.rank),
    )

    def side(name: str) -> tuple[tuple[str, ...], ...]:
        lying = (spec for spec in docks if spec.spots[key].side == name)
        places = groupby(lying, lambda spec: spec.spots[key].place)
        return tuple(tuple(spec.key for spec in place) for _, place in places)

    front = tuple(spec.key for spec in docks if spec.spots[key].in_front)
    closed = frozenset(spec.key for spec in docks if spec.spots[key].closed)
    return Perspective(side("left"), side("right"), side("bottom"), front, extent, closed)


PERSPECTIVES: dict[str, Perspective] = {
    key: perspective_of(key, dock_specs(), extent)
    for key, extent in {
        "wander": Extent(right_px=424),
        "draw": Extent(right_px=440, bottom_share=0.24, weights=(5, 4)),
        "build": Extent(weights=(4, 5)),
        "compare": Extent(bottom_share=0.58),
        "study": Extent(left_px=384, bottom_share=0.56),
    }.items()
}
"""The arrangements; what a person reads of them is in the table of actions."""
DEFAULT_PERSPECTIVE = "wander"
"""The map, and what is decoded under the mouse: what a person sees first."""


def make_docks(
    window: QMainWindow, specs: Sequence[DockSpec], made: Callable[[str], None]
) -> dict[str, QDockWidget]:
    """A dock for each of ``specs``, not yet placed; ``made`` is told the key of a panel."""
    docks = {}
    for spec in specs:
        dock = QDockWidget(tr(spec.title), window)
        dock.setObjectName(f"dock-{spec.key}")
        dock.setAccessibleName(tr(spec.title))
        area = PanelArea(partial(_make_panel, spec), dock)
        area.made.connect(partial(made, spec.key))
        docks[spec.key] = dock
    return docks


def _make_panel(spec: DockSpec) -> QWidget:
    panel = class_at(spec.panel)()
    if not isinstance(panel, QWidget):
        raise TypeError(spec.panel)
    return panel


FORMS = tuple(
    f"{width}-{height}" for width in ("narrow", "middle", "wide") for height in ("low", "tall")
)
"""How much room a window has, as ``form_of`` tells; docks are arranged for each."""


def form_of(size: QSize) -> str:
    """The one of ``FORMS`` that a window of ``size`` has."""
    width = "narrow" if size.width() < NARROW_PX else "middle"
    if size.width() >= WIDE_PX:
        width = "wide"
    return f"{width}-{'tall' if size.height() >= TALL_PX else 'low'}"


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget], perspective: str) -> None:
    """Put ``docks`` where ``perspective`` has them; those it does not name are hidden."""
    wanted = PERSPECTIVES[perspective]
    is_narrow = window.width() < NARROW_PX
    foot_right = Area.BottomDockWidgetArea if is_narrow else Area.RightDockWidgetArea
    for corner, area in (
        (Qt.Corner.TopLeftCorner, Area.LeftDockWidgetArea),
        (Qt.Corner.BottomLeftCorner, Area.LeftDockWidgetArea),
        (Qt.Corner.TopRightCorner, Area.RightDockWidgetArea),
        (Qt.Corner.BottomRightCorner, foot_right),
    ):
        window.setCorner(corner, area)
    take_away(window, docks)
    bottom, right = wanted.bottom, wanted.right
    if window.height() >= TALL_PX and not is_narrow:
        right = tuple(part for place in right for part in _parts(place))
    if window.width() < WIDE_PX and bottom:
        bottom = (tuple(key for place in bottom for key in place),)
    _fill(window, docks, Area.LeftDockWidgetArea, wanted.left, wanted.closed)
    _fill(window, docks, Area.RightDockWidgetArea, right, wanted.closed)
    _fill(window, docks, Area.BottomDockWidgetArea, bottom, wanted.closed)
    for key in wanted.front:
        docks[key].raise_()
    _put_away(window, docks, {key for place in (*wanted.left, *right, *bottom) for key in place})
    _resize(window, docks, wanted, right, bottom)


def _parts(place: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """A place of tabs as two, one below the other: the first, and those behind it."""
    return (place[:1], place[1:]) if len(place) > 1 else (place,)


def take_away(window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
    """Leave no dock in ``window``.

    Before its state is restored too: else Qt forgets the tab bars that there are, and leaves them
    standing where they were.
    """
    for dock in docks.values():
        dock.setFloating(False)
        window.removeDockWidget(dock)


def _put_away(window: QMainWindow, docks: Mapping[str, QDockWidget], shown: set[str]) -> None:
    """Give the docks that are not ``shown`` a place all the same, hidden.

    A dock without a place is missing in the window's state, and restoring that would show it.
    """
    for key, dock in docks.items():
        if key not in shown:
            window.addDockWidget(Area.LeftDockWidgetArea, dock)
            dock.hide()


def _fill(
    window: QMainWindow,
    docks: Mapping[str, QDockWidget],
    area: Qt.DockWidgetArea,
    places: tuple[tuple[str, ...], ...],
    closed: frozenset[str],
) -> None:
    below = area == Area.BottomDockWidgetArea
    orientation = Qt.Orientation.Horizontal if below else Qt.Orientation.Vertical
    for place in places:
        first = docks[place[0]]
        window.addDockWidget(area, first, orientation)
        first.setHidden(place[0] in closed)
        for key in place[1:]:
            window.tabifyDockWidget(first, docks[key])
            docks[key].setHidden(key in closed)
        first.raise_()


def _resize(
    window: QMainWindow,
    docks: Mapping[str, QDockWidget],
    wanted: Perspective,
    right: tuple[tuple[str, ...], ...],
    bottom: tuple[tuple[str, ...], ...],
) -> None:
    horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    extent, wide = wanted.extent, max(1.0, window.width() / _USUAL_PX)
    for places, width in ((wanted.left, extent.left_px), (wanted.right, extent.right_px)):
        if places:
            width_px = min(round(width * wide), round(_MOST_COLUMN * window.width()))
            window.resizeDocks([docks[places[0][0]]], [width_px], horizontal)
    if wanted.right:
        firsts = [docks[place[0]] for place in right]
        weights = [
            weight
            for place, weight in zip(wanted.right, chain(extent.weights, repeat(1)), strict=False)
            for _ in ((place,) if place in right else _parts(place))
        ]
        window.resizeDocks(firsts, [round(100 * weight) for weight in weights], vertical)
    if bottom:
        height = max(LEAST_BOTTOM_PX, round(extent.bottom_share * window.height()))
        window.resizeDocks([docks[place[0]] for place in bottom], [height] * len(bottom), vertical)
    if len(bottom) > 1:
        firsts = [docks[place[0]] for place in bottom]
        window.resizeDocks(firsts, [300] * len(firsts), horizontal)
