"""Going through the window by keys: Tab from stop to stop, F6 from panel to panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QMainWindow,
    QTabBar,
    QToolBar,
    QWidget,
)

from aegui.shell.panel_area import PanelArea, is_in_sight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_RANKS = {
    Qt.DockWidgetArea.LeftDockWidgetArea: 1,
    Qt.DockWidgetArea.RightDockWidgetArea: 3,
    Qt.DockWidgetArea.BottomDockWidgetArea: 4,
}
_MAP_RANK, _FLOATING_RANK, _FOOT_RANK = 2, 5, 6


class PanelFocus(QObject):
    """Knows the places of one window in reading order: toolbar, panels around the map, time."""

    def __init__(
        self, window: QMainWindow, docks: Mapping[str, QDockWidget], bars: Sequence[QToolBar]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._docks = tuple(docks.values())
        self._bars = tuple(bars)

    def places(self) -> list[QWidget]:
        """What can be gone to: bars, the map and the docks that are in sight, in reading order."""
        docks = [dock for dock in self._docks if is_in_sight(dock)]
        every = [*self._bars, self._window.centralWidget(), *docks]
        seen = [place for place in every if place is not None and place.isVisible()]
        return sorted(seen, key=self._order)

    def _order(self, place: QWidget) -> tuple[int, int, int]:
        if isinstance(place, QToolBar):
            is_foot = self._window.toolBarArea(place) == Qt.ToolBarArea.BottomToolBarArea
            return (_FOOT_RANK if is_foot else 0, 0, 0)
        rank = _MAP_RANK
        if isinstance(place, QDockWidget):
            area = self._window.dockWidgetArea(place)
            rank = _FLOATING_RANK if place.isFloating() else _RANKS.get(area, _FLOATING_RANK)
        return (rank, place.y(), place.x())

    def place_of(self, widget: QWidget | None) -> QWidget | None:
        """The place that ``widget`` lies in; of the tabs of docks, the dock in front."""
        return None if widget is None else _place_among(self.places(), widget)

    def stops(self) -> list[QWidget]:
        """Where Tab stops in the window: panel after panel, each as it is read."""
        return self._in_order(None)

    def _in_order(self, here: QWidget | None) -> list[QWidget]:
        """The stops, and ``here`` among them even where it is none, or none any more."""
        window = self._window
        read = _as_read(window, here)
        found = [widget for widget in read if widget is here or is_stop(widget, window)]
        places = self.places()

        def order(stop: QWidget) -> int:
            place = _place_among(places, stop)
            return len(places) if place is None else places.index(place)

        return sorted(found, key=order)

    def step(self, forward: bool) -> bool:
        """Go to the next stop, or the one before; whether there is one."""
        here = self._window.focusWidget()
        stops = self._in_order(here)
        if not any(stop is not here for stop in stops):
            return False
        step = 1 if forward else -1
        if here in stops:
            # Also from a button that has just been hidden: the next one is beside it.
            wanted = (stops.index(here) + step) % len(stops)
        else:
            wanted = self._nearest(stops, here, forward)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[wanted].setFocus(reason)
        return True

    def _nearest(self, stops: Sequence[QWidget], here: QWidget | None, forward: bool) -> int:
        """The stop of the place where the keys are, seen from a widget on a hidden page."""
        place = self.place_of(here)
        if place is not None:
            mine = [at for at, stop in enumerate(stops) if self.place_of(stop) is place]
            if mine:
                return mine[0] if forward else mine[-1]
        return 0 if forward else len(stops) - 1

    def go(self, way: str) -> None:
        """Go to the ``next`` or ``previous`` panel, where the keys were in it, and say which."""
        places = self.places()
        here = self.place_of(self._window.focusWidget())
        step = 1 if way == "next" else -1
        at = (places.index(here) + step) % len(places) if here in places else 0
        self.enter(places[at])

    def enter(self, place: QWidget) -> None:
        """Give the keys to ``place``, and have its name said."""
        inner = place.widget() if isinstance(place, QDockWidget) else place
        last = inner.focusWidget()
        if last is None or not is_stop(last, self._window):
            stops = [it for it in self.stops() if it is place or place.isAncestorOf(it)]
            last = place if place in stops else self._first_of(inner, stops)
        if place.isWindow():
            place.activateWindow()
        last.setFocus(Qt.FocusReason.ShortcutFocusReason)
        said = QAccessibleAnnouncementEvent(last, name_of(place))
        QAccessible.updateAccessibility(said)

    @staticmethod
    def _first_of(inner: QWidget, stops: Sequence[QWidget]) -> QWidget:
        """Where the keys begin in what a place holds: where its panel says, else at the top."""
        wanted = inner.first_stop if isinstance(inner, PanelArea) else None
        return next((stop for stop in stops if stop is wanted), next(iter(stops), inner))


def name_of(place: QWidget) -> str:
    """What a place is called."""
    return place.windowTitle() or place.accessibleName()


def _place_among(places: Sequence[QWidget], widget: QWidget) -> QWidget | None:
    for place in places:
        if place is widget or place.isAncestorOf(widget):
            return place
    if not isinstance(widget, QTabBar):
        return None
    below = widget.geometry().center() + QPoint(0, widget.height())
    return next((place for place in places if place.geometry().contains(below)), None)


def _as_read(widget: QWidget, also: QWidget | None = None) -> Iterator[QWidget]:
    """What is shown within ``widget``, row by row, and what lies within that at its place.

    ``also`` is read at its place even when it is hidden.

    WORKAROUND: Qt's own chain cannot be walked from Python. PySide takes what nextInFocusChain()
    returns for a child of the one that was asked, and when that one is deleted the wrappers of all
    that follow in the chain are invalid ("Internal C++ object already deleted").
    """
    inner = [it for it in widget.children() if isinstance(it, QWidget) and not it.isWindow()]
    for child in _in_rows([it for it in inner if it is also or not it.isHidden()]):
        yield child
        if not child.isHidden():
            yield from _as_read(child, also)


def _in_rows(widgets: list[QWidget]) -> list[QWidget]:
    """Siblings from top to bottom and, where one begins beside another, from left to right."""
    rows: list[list[QWidget]] = []
    for widget in sorted(widgets, key=QWidget.y):
        if rows and widget.y() <= rows[-1][0].geometry().center().y():
            rows[-1].append(widget)
        else:
            rows.append([widget])
    return [widget for row in rows for widget in sorted(row, key=QWidget.x)]


def _hands_on(widget: QWidget) -> bool:
    """Whether the keys go on to another where ``widget`` is given them.

    WORKAROUND: the line within a spin box is not asked. PySide takes what focusProxy() returns for
    a child of the one that was asked: the box would be held by what it holds, for ever.
    """
    is_line = isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)
    return is_line or widget.focusProxy() is not None


def is_stop(widget: QWidget, window: QWidget) -> bool:
    """Whether Tab comes to ``widget``, as it is now."""
    return (
        bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and not _hands_on(widget)
        and widget.isEnabled()
        and widget.isVisibleTo(window)
        and widget.window() is window
        # Qt keeps tab bars of docks that it needs no more, without a place.
        and not (isinstance(widget, QTabBar) and widget.visibleRegion().isEmpty())
    )
