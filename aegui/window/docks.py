"""The docks around the map, and their arrangements; the features say where each dock is placed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain, groupby, repeat
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QWidget

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.features.table import dock_specs
from aegui.kit.theme import for_text, grown_for_text
from aegui.shell.feature import class_at
from aegui.shell.panel_area import MIN, PanelArea, is_in_sight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtWidgets import QMainWindow

    from aegui.shell.feature import DockSpec

Area = Qt.DockWidgetArea
_Places = tuple[tuple[str, ...], ...]
"""Places from top to bottom, or from left to right; docks of one inner tuple are tabs."""

MIN_WIDE_PX = 1500
"""Window width from which on charts and reconstructions are side by side."""
NARROW_PX = 1120
"""Window width below which the bottom row extends below the panels at the right."""
CRAMPED_PX = 800
"""Window width below which columns at both sides of the map would cut their panels."""
TALL_PX = 960
"""Window height from which on the panels at the right are stacked."""
SHORT_PX = 740
"""Window height below which panels that need height become tabs of one place."""
_USUAL_PX = 1600
_MAX_COLUMN = 0.3
"""Upper bound of a column's width, as a share of the window; arrangements may override it."""
_MIN_LEFT_PX = 308
"""Least width of the left column in a narrow window, at which cards of the builder fit ..."""
_MAX_LEFT = 0.4
"""... and its upper bound for larger text, as a share of the window's width."""
_MAX_ALONE = 0.55
"""The same if there is no column at the other side."""
MIN_MAP_PX = 256
"""Least width of the map between the columns at both sides."""
COLUMN_PX = 312
"""Width of the column at the edge of the window."""
_OPENED_SHARE = 0.4
"""Height of a dock opened above or below others, as a share of the window, if needed."""
MIN_BOTTOM_PX = 190
"""Least height of the bottom row, for charts and bars to be readable."""


@dataclass(frozen=True)
class Extent:
    """The sizes of the areas beside and below the map."""

    left_px: int = 316
    """Width of the left column in a window of 1600 px; it grows with wider ones."""
    right_px: int = 348
    """Width of the right column, likewise."""
    most_right: float = _MAX_COLUMN
    """Upper bound of the right column, as a share of the window's width."""
    bottom_share: float = 0.27
    """Height of the bottom row, as a share of the window's height."""
    tall_bottom_share: float = 0.0
    """The same in a window of ``TALL_PX`` or more; 0 for no difference."""
    beside_share: float = 0.56
    """Width of docks beside the map, as a share of the window's width."""
    below_share: float = 0.58
    """Height of the same docks below the map, as a share of the window's height."""
    weights: tuple[int, ...] = ()
    """Relative heights of the right column's first places; others have 1."""
    gathers: bool = False
    """Whether all docks at the right become tabs of one place in a low window, and of the left
    column in a cramped one."""
    map_px: int = 360
    """Least width of the map if there is a column at the edge too."""


@dataclass(frozen=True)
class Perspective:
    """The places of docks, from top to bottom; docks of one inner tuple are tabs."""

    left: _Places
    """Docks in the left column."""
    right: _Places
    """Docks in the right column."""
    bottom: _Places
    """Docks below the map, from left to right."""
    beside: _Places
    """Docks that take half of the window: at the right of the map, or below it."""
    column: _Places
    """Docks in a separate column at the right edge of the window."""
    front: tuple[str, ...]
    """Docks that are the current tab of their place, by default the first."""
    extent: Extent
    """The sizes of the areas."""
    closed: frozenset[str] = frozenset()
    """Docks that have a place, but are hidden at first."""

    @property
    def places(self) -> _Places:
        """All places of docks."""
        return (*self.left, *self.right, *self.bottom, *self.beside, *self.column)

    @property
    def opened(self) -> frozenset[str]:
        """Docks that are open at first, as the current tab or another one."""
        return frozenset(dock for place in self.places for dock in place) - self.closed


def perspective_of(key: str, specs: Sequence[DockSpec], extent: Extent) -> Perspective:
    """Return the arrangement ``key`` of all docks with a spot in it."""
    docks = sorted(
        (spec for spec in specs if key in spec.spots),
        key=lambda spec: (spec.spots[key].place, spec.spots[key].tab, spec.rank),
    )

    def side(name: str) -> _Places:
        lying = (spec for spec in docks if spec.spots[key].side == name)
        places = groupby(lying, lambda spec: spec.spots[key].place)
        return tuple(tuple(spec.key for spec in place) for _, place in places)

    front = tuple(spec.key for spec in docks if spec.spots[key].in_front)
    closed = frozenset(spec.key for spec in docks if spec.spots[key].closed)
    sides = (side("left"), side("right"), side("bottom"), side("beside"), side("column"))
    return Perspective(*sides, front, extent, closed)


PERSPECTIVES: dict[str, Perspective] = {
    key: perspective_of(key, dock_specs(), extent)
    for key, extent in {
        "wander": Extent(right_px=424, most_right=0.34, bottom_share=0.42, map_px=680),
        "draw": Extent(right_px=440, most_right=0.42, bottom_share=0.38),
        "build": Extent(weights=(4, 5), gathers=True, tall_bottom_share=0.33),
        "compare": Extent(bottom_share=0.36),
        "study": Extent(left_px=348, beside_share=0.5, below_share=0.56),
    }.items()
}
"""The arrangements; their texts are in the table of actions."""
DEFAULT_PERSPECTIVE = "wander"
"""The first arrangement: the map, and the image decoded under the mouse."""


def make_docks(
    window: QMainWindow, specs: Sequence[DockSpec], on_created: Callable[[str], None]
) -> dict[str, QDockWidget]:
    """Create a dock for each of ``specs``, without placing it.

    ``on_created`` is called with the key of a dock once its panel is created.
    """
    docks = {}
    for spec in specs:
        dock = QDockWidget(tr(spec.title), window)
        dock.setObjectName(f"dock-{spec.key}")
        dock.setAccessibleName(tr(spec.title))
        area = PanelArea(partial(_make_panel, spec), dock)
        area.created.connect(partial(on_created, spec.key))
        # Qt shows a dock that is opened in the menu, but leaves its tab behind the others.
        dock.toggleViewAction().triggered.connect(partial(_bring_to_front, dock))
        docks[spec.key] = dock
    return docks


def _bring_to_front(dock: QDockWidget) -> None:
    if not dock.isHidden():
        dock.raise_()


def _make_panel(spec: DockSpec) -> QWidget:
    panel = class_at(spec.panel)()
    if not isinstance(panel, QWidget):
        raise TypeError(spec.panel)
    return panel


FORMS = tuple(
    f"{width}-{height}"
    for width in ("cramped", "narrow", "middle", "wide")
    for height in ("short", "low", "tall")
)
"""Size classes of a window, from ``form_of``; docks are arranged for each."""


def form_of(size: QSize) -> str:
    """Return the entry of ``FORMS`` for a window of ``size``; larger text needs a larger window."""
    width = "narrow" if size.width() < grown_for_text(NARROW_PX) else "middle"
    if size.width() >= grown_for_text(MIN_WIDE_PX):
        width = "wide"
    elif size.width() < grown_for_text(CRAMPED_PX):
        width = "cramped"
    height = "short" if size.height() < grown_for_text(SHORT_PX) else "low"
    if size.height() >= grown_for_text(TALL_PX):
        height = "tall"
    return f"{width}-{height}"


def arrange(
    window: QMainWindow,
    docks: Mapping[str, QDockWidget],
    perspective: str,
    *,
    column: bool = False,
) -> None:
    """Place ``docks`` as in ``perspective``, and hide all others.

    ``column`` opens the column at the edge of the window.
    """
    arrangement = _gathered(window, PERSPECTIVES[perspective])
    right, bottom, below_right = _places(window, arrangement)
    foot_right = Area.BottomDockWidgetArea if below_right else Area.RightDockWidgetArea
    for corner, area in (
        (Qt.Corner.TopLeftCorner, Area.LeftDockWidgetArea),
        (Qt.Corner.BottomLeftCorner, Area.LeftDockWidgetArea),
        (Qt.Corner.TopRightCorner, Area.RightDockWidgetArea),
        (Qt.Corner.BottomRightCorner, foot_right),
    ):
        window.setCorner(corner, area)
    take_away(window, docks)
    _fill(window, docks, Area.LeftDockWidgetArea, arrangement.left, arrangement.closed)
    _fill(window, docks, Area.RightDockWidgetArea, right, arrangement.closed)
    _fill(window, docks, Area.BottomDockWidgetArea, bottom, arrangement.closed)
    # If the bottom row extends below the right column, the left edge has more height.
    edge = Area.LeftDockWidgetArea if below_right else Area.RightDockWidgetArea
    at_edge = arrangement.column if column else ()
    for place in at_edge:
        window.addDockWidget(edge, docks[place[0]], Qt.Orientation.Horizontal)
        docks[place[0]].show()
    for key in arrangement.front:
        docks[key].raise_()
    places = (*arrangement.left, *right, *bottom, *at_edge)
    _discard_widget(window, docks, {key for place in places for key in place})
    _resize(window, docks, arrangement, right, bottom)


def give_sizes(window: QMainWindow, docks: Mapping[str, QDockWidget], perspective: str) -> None:
    """Resize docks that are placed as in ``perspective`` to the sizes defined there."""
    arrangement = _gathered(window, PERSPECTIVES[perspective])
    right, bottom, _ = _places(window, arrangement)
    _resize(window, docks, arrangement, right, bottom)


def _gathered(window: QMainWindow, arrangement: Perspective) -> Perspective:
    """Return ``arrangement`` with a single column if the window is too narrow for two."""
    is_cramped = form_of(window.size()).startswith("cramped")
    if not is_cramped or not arrangement.extent.gathers or not arrangement.left:
        return arrangement
    return replace(arrangement, left=_as_one((*arrangement.left, *arrangement.right)), right=())


def _places(window: QMainWindow, arrangement: Perspective) -> tuple[_Places, _Places, bool]:
    """Return the places at the right and below the map, and whether these reach below the right."""
    width, height = form_of(window.size()).split("-")
    is_narrow, is_tall = width in ("cramped", "narrow"), height == "tall"
    # A narrow window has no room beside the map; a low one has none below it. In a cramped one,
    # docks beside the map would be cut.
    is_below = is_narrow and (is_tall or width == "cramped")
    bottom, right = arrangement.bottom, arrangement.right
    if arrangement.extent.gathers and height == "short":
        right = _as_one(right)
    elif is_tall and not is_narrow:
        right = tuple(part for place in right for part in _parts(place))
    right += () if is_below else arrangement.beside
    bottom = (*arrangement.beside, *bottom) if is_below else bottom
    if width != "wide":
        bottom = _as_one(bottom)
    return right, bottom, is_below or (is_narrow and arrangement.extent.gathers)


def _as_one(places: _Places) -> _Places:
    """Return all ``places`` as tabs of a single one."""
    return (tuple(key for place in places for key in place),) if places else ()


def _parts(place: tuple[str, ...]) -> _Places:
    """Split a place of tabs into two below each other: the first tab, and the others."""
    return (place[:1], place[1:]) if len(place) > 1 else (place,)


def take_away(window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
    """Remove all docks from ``window``.

    This is needed before a state is restored as well: Qt would lose track of the existing tab bars,
    and leave them visible.
    """
    for dock in docks.values():
        if dock.isFloating():
            dock.setFloating(False)
        window.removeDockWidget(dock)
    # Immediately: docks that return to the same tabs before the window has processed this event get
    # no tab bar.
    QCoreApplication.sendPostedEvents(window, QEvent.Type.LayoutRequest)


def _discard_widget(window: QMainWindow, docks: Mapping[str, QDockWidget], shown: set[str]) -> None:
    """Give docks that are not ``shown`` a place too, hidden.

    A dock without a place is missing in the saved state, and restoring that state would show it.
    """
    for key, dock in docks.items():
        if key not in shown:
            window.addDockWidget(Area.LeftDockWidgetArea, dock)
            dock.hide()


def _fill(
    window: QMainWindow,
    docks: Mapping[str, QDockWidget],
    area: Qt.DockWidgetArea,
    places: _Places,
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


def give_column(window: QMainWindow, docks: Mapping[str, QDockWidget], perspective: str) -> None:
    """Resize the column at the edge, if visible, and the columns beside it.

    The map keeps a usable width: the column at its right is narrowed first.
    """
    arrangement = PERSPECTIVES[perspective]
    column = next((docks[key] for place in arrangement.column for key in place), None)
    if column is None or column.isHidden() or column.isFloating():
        return
    width = min(for_text(COLUMN_PX), round(_MAX_COLUMN * window.width()))
    left, right = (
        _seen_in(window, docks, area, column)
        for area in (Area.LeftDockWidgetArea, Area.RightDockWidgetArea)
    )
    rest = window.width() - width - arrangement.extent.map_px
    # Sizes as without the column: the current ones were squeezed when it opened.
    left_px, right_px = _usual_left(window, arrangement) if left else 0, 0
    if right:
        right_px = max(MIN.width(), min(_usual_right(window, arrangement), rest - left_px))
    sizes = [(column, width), (right, right_px)]
    if left:
        sizes.append((left, max(MIN.width(), min(left_px, rest - right_px))))
    areas: dict[Area, tuple[list[QDockWidget], list[int]]] = {}
    for dock, dock_width in sizes:
        if dock is not None:
            lying, widths = areas.setdefault(window.dockWidgetArea(dock), ([], []))
            lying.append(dock)
            widths.append(dock_width)
    for lying, widths in areas.values():
        window.resizeDocks(lying, widths, Qt.Orientation.Horizontal)


def enlarge_opened(
    window: QMainWindow, docks: Mapping[str, QDockWidget], perspective: str, key: str
) -> None:
    """Enlarge a dock that was opened beside the map to what its panel needs.

    If the arrangement has no place for it, it becomes a tab of the column that it opens in, which
    is widened: the column at the other side keeps its width, and the map its minimum. The height of
    others is changed if docks are above or below them.
    """
    dock = docks[key]
    area, side = dock.widget(), window.dockWidgetArea(dock)
    opposite = {
        Area.LeftDockWidgetArea: Area.RightDockWidgetArea,
        Area.RightDockWidgetArea: Area.LeftDockWidgetArea,
    }
    if side not in opposite or not isinstance(area, PanelArea) or not area.is_in_sight:
        return
    is_foreign = key not in _named(PERSPECTIVES[perspective])
    around = (it for it in docks.values() if it.isVisible() and not it.isFloating())
    column = [it for it in around if window.dockWidgetArea(it) == side and it.x() == dock.x()]
    if is_foreign and len(column) > 1 and not window.tabifiedDockWidgets(dock):
        # A tab has the height of its column; squeezed below others the panel would scroll.
        others = (it for it in column if it is not dock)
        window.tabifyDockWidget(max(others, key=QDockWidget.height), dock)
        dock.raise_()
    if is_foreign:
        bar = area.verticalScrollBar().sizeHint().width()
        needed = max(for_text(COLUMN_PX), area.panel.minimumSizeHint().width() + bar)
        other = _seen_in(window, docks, opposite[side], dock)
        rest = window.width() - (0 if other is None else other.width()) - MIN_MAP_PX
        if dock.width() < min(needed, rest):
            window.resizeDocks([dock], [min(needed, rest)], Qt.Orientation.Horizontal)
    if len(column) > 1 and not window.tabifiedDockWidgets(dock):
        share = round(_OPENED_SHARE * (window.height() - window.menuBar().height()))
        height = min(share, area.panel.sizeHint().height())
        if dock.height() < height:
            window.resizeDocks([dock], [height], Qt.Orientation.Vertical)


def relieve_squeezed(window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
    """Give panels that would scroll the height that the docks above and below can spare."""
    columns: dict[tuple[Area, int], list[tuple[QDockWidget, int]]] = {}
    for dock in docks.values():
        area, side = dock.widget(), window.dockWidgetArea(dock)
        is_stacked = side in (Area.LeftDockWidgetArea, Area.RightDockWidgetArea)
        if (
            is_stacked
            and not dock.isFloating()
            and isinstance(area, PanelArea)
            and is_in_sight(dock)
        ):
            lacking = area.lacking_height
            columns.setdefault((side, dock.x()), []).append((dock, lacking))
    for column in columns.values():
        needed = sum(max(0, lacking) for _, lacking in column)
        spare = sum(max(0, -lacking) for _, lacking in column)
        if not 0 < needed <= spare:
            continue
        heights = [
            dock.height() + (lacking if lacking > 0 else lacking * needed // spare)
            for dock, lacking in column
        ]
        window.resizeDocks([dock for dock, _ in column], heights, Qt.Orientation.Vertical)


def _named(arrangement: Perspective) -> set[str]:
    """Return the docks that have a place in an arrangement, open or closed."""
    return {key for place in arrangement.places for key in place}


def _seen_in(
    window: QMainWindow, docks: Mapping[str, QDockWidget], area: Area, column: QDockWidget
) -> QDockWidget | None:
    """Return a visible dock in ``area`` other than ``column``; None if there is none."""
    return next(
        (
            dock
            for dock in docks.values()
            if dock is not column
            and window.dockWidgetArea(dock) == area
            and dock.isVisible()
            and not dock.isFloating()
        ),
        None,
    )


def _usual_left(window: QMainWindow, arrangement: Perspective) -> int:
    """Return the default width of the left column."""
    usual_px = arrangement.extent.left_px
    scale = max(1.0, window.width() / _USUAL_PX)
    share = _MAX_LEFT if arrangement.right or arrangement.beside else _MAX_ALONE
    large_px = min(grown_for_text(_MIN_LEFT_PX), share * window.width())
    most = max(_MAX_COLUMN * window.width(), _MIN_LEFT_PX, large_px)
    return round(min(max(usual_px * scale, grown_for_text(usual_px)), most))


def _usual_right(window: QMainWindow, arrangement: Perspective) -> int:
    """Return the default width of the right side if there is no column at the edge."""
    extent, scale = arrangement.extent, max(1.0, window.width() / _USUAL_PX)
    if arrangement.beside:
        return round(extent.beside_share * window.width())
    preferred_px = max(extent.right_px * scale, grown_for_text(extent.right_px))
    return round(min(preferred_px, extent.most_right * window.width()))


def _resize(
    window: QMainWindow,
    docks: Mapping[str, QDockWidget],
    arrangement: Perspective,
    right: _Places,
    bottom: _Places,
) -> None:
    horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    extent = arrangement.extent
    is_beside = bool(arrangement.beside) and arrangement.beside[0] in right
    columns: list[tuple[str, float]] = []
    if arrangement.left:
        columns.append((arrangement.left[0][0], _usual_left(window, arrangement)))
    if is_beside:
        rest = window.width() - sum(width_px for _, width_px in columns) - MIN_MAP_PX
        beside_px = min(extent.beside_share * window.width(), rest)
        columns.append((arrangement.beside[0][0], beside_px))
    elif right:
        columns.append((right[0][0], _usual_right(window, replace(arrangement, beside=()))))
    for key, width_px in columns:
        window.resizeDocks([docks[key]], [round(width_px)], horizontal)
    if right:
        firsts = [docks[place[0]] for place in right]
        weights = [
            weight
            for place, weight in zip(
                arrangement.right, chain(extent.weights, repeat(1)), strict=False
            )
            for _ in ((place,) if place in right else _parts(place))
        ]
        heights = [
            round(100 * weight)
            for weight, _ in zip(chain(weights, repeat(1)), firsts, strict=False)
        ]
        window.resizeDocks(firsts, heights, vertical)
    if bottom:
        share = extent.bottom_share
        if arrangement.beside and not is_beside:
            share = extent.below_share
        elif form_of(window.size()).endswith("tall"):
            share = extent.tall_bottom_share or share
        height = max(MIN_BOTTOM_PX, round(share * window.height()))
        window.resizeDocks([docks[place[0]] for place in bottom], [height] * len(bottom), vertical)
    if len(bottom) > 1:
        firsts = [docks[place[0]] for place in bottom]
        window.resizeDocks(firsts, [300] * len(firsts), horizontal)
