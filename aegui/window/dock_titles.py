"""Title bars of docks: as high as tabs, with buttons of sufficient size."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QTabBar, QWidget

from aegui.core.i18n import tr
from aegui.kit.layouts import dim, heading, row
from aegui.kit.marks import flat_button
from aegui.kit.theme import SPACING, for_text
from aegui.session.jobs.clock import one_shot
from aegui.window.layout import fitted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QDockWidget, QMainWindow

_USUAL_PX = 100
_STEP_PX = 32
_DIRECTLY = Qt.FindChildOption.FindDirectChildrenOnly


class DockTitle(QWidget):
    """The title bar of a dock that is not tabbed.

    Mouse events are left to the dock, which is dragged by this bar; Qt's own bar has buttons of 14
    pixels.
    """

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        title = heading(dim(dock.windowTitle()))
        name = dock.windowTitle()
        loose = flat_button("dock-float", tr("Make “{name}” a window of its own", name=name))
        close = flat_button("close", tr("Close “{name}”", name=name))
        loose.clicked.connect(partial(_make_loose, dock))
        close.clicked.connect(dock.close)
        for button in (loose, close):
            # As in Qt's own title bar; the menu of panels does the same by keyboard.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        margins = (SPACING, 0, SPACING // 2, 0)
        self.setLayout(row((title, 1), loose, close, spacing=0, margins=margins))


def _make_loose(dock: QDockWidget) -> None:
    """Make ``dock`` a window of its own, a little beside its place: there it would seem docked."""
    dock.setFloating(True)
    step = for_text(_STEP_PX)
    place = dock.frameGeometry().translated(-step, step)
    dock.move(fitted(place, dock.screen().availableGeometry()).topLeft())


class DockTitles(QObject):
    """Sets the title bars of docks; tabbed docks get none, because the tab shows the title.

    A floating dock gets Qt's title bar. A closed dock gets none before it is opened.
    """

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._docks = tuple(docks.values())
        # Deferred, and for all docks at once: Qt does not support a change during a drag.
        self._later = one_shot(self, self._on_later_timeout)
        for dock in self._docks:
            dock.dockLocationChanged.connect(self._later.start)
            dock.topLevelChanged.connect(self._later.start)
            dock.visibilityChanged.connect(self._later.start)
            dock.visibilityChanged.connect(partial(self._on_dock_visibility_changed, dock))

    def _on_dock_visibility_changed(self, dock: QDockWidget, visible: bool) -> None:
        # At once, so that Qt's own bar is never painted.
        if visible and dock.titleBarWidget() is None:
            self._give(dock)

    @Slot()
    def _on_later_timeout(self) -> None:
        if for_text(_USUAL_PX) > _USUAL_PX:
            for bar in self._window.findChildren(QTabBar, options=_DIRECTLY):
                # With large text, tabs would be elided to two letters: the bar scrolls instead.
                bar.setUsesScrollButtons(True)
                bar.setElideMode(Qt.TextElideMode.ElideNone)
        for dock in self._docks:
            if not dock.isHidden() or dock.titleBarWidget() is not None:
                self._give(dock)

    def _give(self, dock: QDockWidget) -> None:
        """Set the title bar of ``dock`` as it is now: alone, in tabs, or floating."""
        tabs = [other for other in self._window.tabifiedDockWidgets(dock) if not other.isHidden()]
        kind = DockTitle if not tabs else QWidget
        before = dock.titleBarWidget()
        if dock.isFloating():
            if before is None:
                return
            dock.setTitleBarWidget(None)  # type: ignore[arg-type]
        elif type(before) is not kind:
            dock.setTitleBarWidget(kind(dock))
        else:
            return
        if before is not None:
            before.deleteLater()
