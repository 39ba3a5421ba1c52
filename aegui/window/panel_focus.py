"""Keyboard navigation: Tab from widget to widget, F6 from panel to panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
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
    """The places of a window in reading order: toolbar, panels around the map, time bar."""

    def __init__(
        self, window: QMainWindow, docks: Mapping[str, QDockWidget], bars: Sequence[QToolBar]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._docks = tuple(docks.values())
        self._bars = tuple(bars)
        self._left: QWidget | None = None
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_application_focus_changed)

    @Slot(QWidget, QWidget)
    def _on_application_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Note the last focus: a field of a form that is disabled as a whole has no heir."""
        if now is not None and now.window() is self._window:
            self._left = now

    def places(self) -> list[QWidget]:
        """Return the visible bars, the map and the visible docks, in reading order."""
        docks = [dock for dock in self._docks if is_in_sight(dock)]
        every = [*self._bars, self._window.centralWidget(), *docks]
        visible = [place for place in every if place is not None and place.isVisible()]
        return sorted(visible, key=self._order)

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
        """Return the place that contains ``widget``; for a tab bar of docks, its current dock."""
        return None if widget is None else _place_among(self.places(), widget)

    def stops(self) -> list[QWidget]:
        """Return the widgets that Tab reaches, panel by panel, in reading order."""
        return self._in_order(None)

    def _in_order(self, current: QWidget | None) -> list[QWidget]:
        """Return the stops, including ``current`` even if Tab does not reach it."""
        window = self._window
        read = _as_read(window, current)
        found = [widget for widget in read if widget is current or is_stop(widget, window)]
        places = self.places()

        def order(stop: QWidget) -> int:
            place = _place_among(places, stop)
            return len(places) if place is None else places.index(place)

        return sorted(found, key=order)

    def _current(self) -> QWidget | None:
        """Return the widget with the focus; where there is none, the last one."""
        current = self._window.focusWidget()
        if current is None and self._left is not None and shiboken6.isValid(self._left):
            return self._left
        return current

    def step(self, forward: bool) -> bool:
        """Move the focus to the next or the previous stop; return whether there is one."""
        current = self._current()
        stops = self._in_order(current)
        if not any(stop is not current for stop in stops):
            return False
        step = 1 if forward else -1
        if current in stops:
            # This includes a button that has just been hidden: its neighbour is next.
            index = (stops.index(current) + step) % len(stops)
        else:
            index = self._nearest(stops, current, forward)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[index].setFocus(reason)
        return True

    def _nearest(self, stops: Sequence[QWidget], current: QWidget | None, forward: bool) -> int:
        """Return the index of a stop in the place of ``current``, which is on a hidden page."""
        places = self.places()
        place = None if current is None else _place_among(places, current)
        if place is not None:
            mine = [at for at, stop in enumerate(stops) if _place_among(places, stop) is place]
            if mine:
                return mine[0] if forward else mine[-1]
        return 0 if forward else len(stops) - 1

    def go(self, direction: str) -> None:
        """Move to the ``next`` or ``previous`` panel, to the last focus in it; announce it."""
        places = self.places()
        current = self.place_of(self._current())
        step = 1 if direction == "next" else -1
        at = (places.index(current) + step) % len(places) if current in places else 0
        self.enter(places[at])

    def enter(self, place: QWidget) -> None:
        """Move the focus to ``place``, and announce its name to screen readers."""
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
        """Return the first stop of a place: its panel's ``first_stop``, else the topmost."""
        first = inner.first_stop if isinstance(inner, PanelArea) else None
        return next((stop for stop in stops if stop is first), next(iter(stops), inner))


def name_of(place: QWidget) -> str:
    """Return the title or accessible name of a place."""
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
    """Yield the visible descendants of ``widget`` row by row, each before its own descendants.

    ``also`` is included at its place even if it is hidden.

    WORKAROUND: Qt's own focus chain cannot be walked from Python. PySide makes the widget returned
    by nextInFocusChain() a child of the widget that was asked; when that is deleted, the wrappers
    of all that follow in the chain are invalid ("Internal C++ object already deleted").
    """
    inner = [it for it in widget.children() if isinstance(it, QWidget) and not it.isWindow()]
    for child in _in_rows([it for it in inner if it is also or not it.isHidden()]):
        yield child
        if not child.isHidden():
            yield from _as_read(child, also)


def _in_rows(widgets: list[QWidget]) -> list[QWidget]:
    """Return siblings from top to bottom, and from left to right within a row."""
    rows: list[list[QWidget]] = []
    for widget in sorted(widgets, key=QWidget.y):
        if rows and widget.y() <= rows[-1][0].geometry().center().y():
            rows[-1].append(widget)
        else:
            rows.append([widget])
    return [widget for row in rows for widget in sorted(row, key=QWidget.x)]


def _delegates_focus(widget: QWidget) -> bool:
    """Whether ``widget`` passes the focus on to another widget.

    WORKAROUND: the line edit of a spin box is not queried. PySide makes the widget returned by
    focusProxy() a child of the widget that was asked: box and line edit would keep each other
    alive.
    """
    is_line = isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)
    return is_line or widget.focusProxy() is not None


def is_stop(widget: QWidget, window: QWidget) -> bool:
    """Return whether Tab currently reaches ``widget``."""
    return (
        bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and not _delegates_focus(widget)
        and widget.isEnabled()
        and widget.isVisibleTo(window)
        and widget.window() is window
        # Qt keeps unused tab bars of docks, without a visible region.
        and not (isinstance(widget, QTabBar) and widget.visibleRegion().isEmpty())
    )
