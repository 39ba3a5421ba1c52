"""The dock layout of a window: restored by arrangement and window size, and kept."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import shiboken6
from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, QSize, QTimer, Slot
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QToolBar

from aegui.kit.theme import for_text
from aegui.session.jobs.clock import one_shot
from aegui.shell.panel_area import PanelArea, is_in_sight
from aegui.window.docks import (
    FORMS,
    PERSPECTIVES,
    arrange,
    enlarge_opened,
    form_of,
    give_column,
    give_sizes,
    relieve_squeezed,
    take_away,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PySide6.QtWidgets import QDockWidget, QMainWindow

    from aegui.session.settings import Settings

LAYOUT_VERSION = 8
_FIRST_SIZE = QSize(1720, 1000)
_TOGGLED = (QEvent.Type.Show, QEvent.Type.Hide)
_COLUMN = "layout.column"
"""Settings key: whether the column at the edge of the window is open."""
_REST_MS = 120
"""Docks are arranged once the mouse has stopped resizing the window for this time."""
_RELIEF_MS = 60
"""Delay after which panels have been laid out for their new content."""


class SeenDocks(NamedTuple):
    """What a person sees of the docks of a window, wherever they are."""

    shown: dict[str, bool]
    """Whether each dock is open, perhaps behind another tab."""
    front: list[str]
    """The docks that are not behind another tab."""
    floating: dict[str, QRect]
    """The places of undocked ones on the screen."""


class WindowLayout(QObject):
    """Arranges docks as they were last left, and keeps the window within its screen.

    Each arrangement is stored once for each form of the window (``form_of``), so that a layout from
    a large screen does not squeeze a small one.
    """

    def __init__(
        self, window: QMainWindow, docks: Mapping[str, QDockWidget], settings: Settings
    ) -> None:
        super().__init__(window)
        self._window = window
        self._docks = docks
        self._settings = settings
        self._columns = list(
            {key: docks[key] for one in PERSPECTIVES.values() for (key,) in one.column}.values()
        )
        """Docks at the edge of the window."""
        self._has_column = settings.values.get(_COLUMN) is True
        self._is_arranging = False
        self._perspective = ""
        self._form = ""
        self._is_restored = False
        self._seen_before: SeenDocks | None = None
        self._screen: QScreen | None = None
        self._stored_size: QSize | None = None
        """The stored size of the window until it is shown; None if there is none."""
        self._forced_sizes: tuple[QSize, QSize] | None = None
        """Size that the layout has enforced, and the one before or the stored one; else None."""
        self._rest = one_shot(self, self._on_rest_timeout, _REST_MS)
        self._relief = one_shot(self, self._on_relief_timeout, _RELIEF_MS)
        for watched in (window, *docks.values()):
            watched.installEventFilter(self)

    @property
    def is_settled(self) -> bool:
        """Whether resizing has ended, so that no arranging is pending."""
        return not self._rest.isActive() and not self._relief.isActive()

    # Size and position

    def restore(self) -> None:
        """Restore size and position of the window, or set the defaults."""
        geometry = self._settings.window_state("geometry")
        if geometry is None or not self._window.restoreGeometry(QByteArray(geometry)):
            available = self._window.screen().availableSize() - QSize(0, 40)
            self._window.resize(available.boundedTo(_FIRST_SIZE))
        else:
            self._stored_size = self._window.size()

    def fit_screen(self) -> None:
        """Shrink the window to its screen if necessary, and move it there."""
        window = self._window
        if window.isMaximized() or window.isFullScreen():
            return
        frame = window.frameGeometry()
        target = fitted(frame, window.screen().availableGeometry())
        if target.size() != frame.size():
            window.resize(window.size() - (frame.size() - target.size()))
        if target.topLeft() != frame.topLeft():
            window.move(target.topLeft())

    # Docks

    def show(self, perspective: str) -> None:
        """Arrange the docks for ``perspective`` as they were last left in a window of this form."""
        if self._perspective:
            self._store_column_state()
        self._perspective = perspective
        self._form = form_of(self._window.size())
        self._paint_once_laid_out()
        with self._held():
            self._is_restored = self._restore_docks()
            if not self._is_restored:
                self._arrange()

    def _paint_once_laid_out(self) -> None:
        """Paint the window only when the docks are laid out, their tabs included.

        Qt lays them out in a later turn of the event loop, and would paint before: half of each
        panel, for a second or two while the panels are created on a busy machine.
        """
        if self._window.isVisible() and self._window.updatesEnabled():
            self._window.setUpdatesEnabled(False)
            QTimer.singleShot(0, self, partial(self._window.setUpdatesEnabled, True))

    def take(self, perspective: str) -> None:
        """Arrange the docks for ``perspective`` as stored, whatever is open now."""
        self._has_column = self._settings.values.get(_COLUMN) is True
        self._perspective = ""
        with self._held():
            for dock in self._columns:
                dock.setVisible(self._has_column)
        self.show(perspective)

    def reset(self) -> None:
        """Restore the default places of the arrangement, and fit the window to its screen."""
        for form in FORMS:
            self._settings.set_window_state(self._name(form), None)
        self.fit_screen()
        self._form = form_of(self._window.size())
        with self._held():
            self._arrange()

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Prevent panels from being created: arranging makes every dock visible for a moment.

        The window may have to be larger until its docks are laid out, as when it is first shown.
        """
        before = self._window.size()
        areas = [
            area for dock in self._docks.values() if isinstance(area := dock.widget(), PanelArea)
        ]
        floating = {
            dock: dock.geometry()
            for dock in self._columns
            if dock.isFloating() and dock.isVisible()
        }
        for area in areas:
            area.hold(True)
        self._is_arranging = True
        try:
            yield
            for dock, place in floating.items():
                dock.setFloating(True)
                dock.setGeometry(place)
                dock.show()
        finally:
            self._is_arranging = False
            for area in areas:
                area.hold(False)
            if self._window.isVisible() and self._window.size() != before:
                sizes = self._forced_sizes
                wanted = before if sizes is None or sizes[0] != before else sizes[1]
                self._forced_sizes = self._window.size(), wanted

    def keep(self) -> None:
        """Store the places of the docks, and size and position of the window."""
        geometry = bytes(self._window.saveGeometry().data())
        self._settings.set_window_state("geometry", geometry)
        if self._store_column_state():
            # Deferred: the docks are about to be arranged for the other state of the column.
            QTimer.singleShot(0, self, lambda: self._again(self._at_edge))
            return
        state = self._window.saveState(LAYOUT_VERSION).data()
        self._settings.set_window_state(self._name(self._form), bytes(state))

    def _name(self, form: str) -> str:
        """Return the settings key for the docks of the arrangement in a window of this ``form``.

        It depends on the text size too, which changes the widths of columns.
        """
        size = for_text(100)
        letters = "" if size == 100 else f"-{size}"
        return f"docks-{self._perspective}-{form}{'-column' if self._has_column else ''}{letters}"

    def _restore_docks(self) -> bool:
        state = self._settings.window_state(self._name(self._form))
        if state is None:
            return False
        take_away(self._window, self._docks)
        # Toolbars that are shown by the program stay as they are, unlike those of the user.
        bars = {
            bar: not bar.isHidden()
            for bar in self._window.findChildren(QToolBar)
            if not bar.toggleViewAction().isVisible()
        }
        is_restored = self._window.restoreState(QByteArray(state), LAYOUT_VERSION)
        for bar, is_shown in bars.items():
            bar.setVisible(is_shown)
        return is_restored

    # A window of another size, or on another screen

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrange the docks again after a resize, or when a dock is opened or closed."""
        # Asked once: it sees some thousand events of twenty docks while a window is made.
        kind = event.type()
        is_moved = kind == QEvent.Type.Move and watched is self._window
        if (kind == QEvent.Type.Resize or is_moved) and self._perspective:
            self._rest.start()
        elif watched is self._window and kind == QEvent.Type.Show and self._screen is None:
            handle = self._window.windowHandle()
            handle.screenChanged.connect(self._on_handle_screen_changed)
            self._follow(handle.screen())
            if self._stored_size is not None and not (
                self._window.isMaximized() or self._window.isFullScreen()
            ):
                # On a smaller screen than before the window is smaller, and stays so.
                size = self._window.size()
                self._forced_sizes = size, size.boundedTo(self._stored_size)
            if not self._is_restored:
                # Docks of a window that was not visible do not accept sizes.
                self._give_first_sizes()
        elif kind in _TOGGLED and watched in self._columns and not self._is_arranging:
            # Deferred to the event loop: the dock is being shown or hidden at this moment.
            QTimer.singleShot(0, self, self._follow_column)
        elif kind == QEvent.Type.Show and not self._is_arranging and self._perspective:
            opened = next((key for key, dock in self._docks.items() if dock is watched), "")
            if opened:
                QTimer.singleShot(0, self, partial(self._enlarge_opened, opened))
        return False

    def _give_first_sizes(self) -> None:
        """Set the sizes of docks, or arrange them again if the form of the window has changed."""
        if form_of(self._window.size()) != self._form:
            self._form = form_of(self._window.size())
            with self._held():
                self._arrange()
            if self._seen_before is not None:
                self.show_seen(self._seen_before)
            return
        give_sizes(self._window, self._docks, self._perspective)
        self.relieve_soon()
        if self._has_column:
            self._give_column_soon()

    def _enlarge_opened(self, key: str) -> None:
        """Enlarge a dock that was opened outside its arrangement."""
        dock = self._docks[key]
        if dock.isVisible() and not dock.isFloating() and not self._is_arranging:
            enlarge_opened(self._window, self._docks, self._perspective, key)
            self.relieve_soon()

    def relieve_soon(self) -> None:
        """Give panels that would scroll what others can spare, once their sizes are known.

        For images of another size, which panels need more height for.
        """
        self._relief.start()

    @Slot()
    def _on_relief_timeout(self) -> None:
        if self._window.isVisible() and not self._is_arranging:
            relieve_squeezed(self._window, self._docks)

    @Slot()
    def _follow_column(self) -> None:
        """Arrange the docks again when the column at the edge is opened or closed."""
        if self._perspective and self._store_column_state():
            self._again(self._at_edge)

    @property
    def _at_edge(self) -> set[str]:
        return {dock.objectName() for dock in self._columns}

    def _is_column_open(self) -> bool:
        return any(not dock.isHidden() and not dock.isFloating() for dock in self._columns)

    def _store_column_state(self) -> bool:
        """Store whether the column at the edge is open; return whether that has changed."""
        before, self._has_column = self._has_column, self._is_column_open()
        self._settings.keep({_COLUMN: self._has_column})
        return before != self._has_column

    def _arrange(self) -> None:
        arrange(self._window, self._docks, self._perspective, column=self._has_column)
        self.relieve_soon()
        if self._has_column:
            self._give_column_soon()

    def _give_column_soon(self) -> None:
        self._give_column()
        # Sizes take effect once the docks are laid out.
        QTimer.singleShot(0, self, self._give_column)

    @Slot()
    def _give_column(self) -> None:
        give_column(self._window, self._docks, self._perspective)

    @Slot()
    def _on_rest_timeout(self) -> None:
        """Arrange the docks again if the window has another form.

        Docks keep whether they are shown, closed or in front.
        """
        window = self._window
        if not window.isVisible():
            return
        self._restore_size()
        if form_of(window.size()) == self._form:
            # Stored now: after a change of form, the docks have been squeezed into it.
            self.keep()
            return
        if any(dock.isVisible() and dock.isFloating() for dock in self._docks.values()):
            # Arranging would dock what the user has undocked.
            return
        self._again(set())

    def _restore_size(self) -> None:
        """Restore the size, if the window had to be larger until its docks were laid out."""
        sizes, self._forced_sizes = self._forced_sizes, None
        if sizes is not None and self._window.size() == sizes[0]:
            self._window.resize(sizes[1])

    def _again(self, but: set[str]) -> None:
        """Arrange the docks again; all ``but`` some stay shown, closed or in front."""
        seen = self.seen
        self.show(self._perspective)
        self._show_seen(seen, but)

    @property
    def seen(self) -> SeenDocks:
        """Which docks are shown, and which of them in front or undocked."""
        docks = self._docks.items()
        return SeenDocks(
            {key: not dock.isHidden() for key, dock in docks},
            [key for key, dock in docks if is_in_sight(dock)],
            {
                key: dock.geometry()
                for key, dock in docks
                if dock.isFloating() and not dock.isHidden()
            },
        )

    def show_seen(self, seen: SeenDocks) -> None:
        """Show, close and raise the docks as ``seen`` in the window that this one replaces."""
        self._seen_before = seen
        with self._held():
            for key, dock in self._docks.items():
                if dock.isFloating() and key not in seen.floating:
                    dock.setFloating(False)
            self._show_seen(seen, set())
            for key, place in seen.floating.items():
                dock = self._docks[key]
                # Hidden first: a dock that is undocked while shown does not signal it.
                dock.hide()
                dock.setFloating(True)
                dock.setGeometry(place)
                dock.show()

    def _show_seen(self, seen: SeenDocks, but: set[str]) -> None:
        for key, dock in self._docks.items():
            if dock.objectName() not in but:
                dock.setVisible(seen.shown[key])
        front = seen.front
        # Where several of them have become tabs of one place, the first in the arrangement stays in
        # front: it is raised last.
        places = PERSPECTIVES[self._perspective].places
        order = [key for place in places for key in place]
        known = [key for key in reversed(order) if key in front]
        for key in (*(key for key in front if key not in known), *known):
            self._docks[key].raise_()

    def _follow(self, screen: QScreen) -> None:
        if self._screen is not None and shiboken6.isValid(self._screen):
            self._screen.availableGeometryChanged.disconnect(self._on_screen_changed)
        self._screen = screen
        screen.availableGeometryChanged.connect(self._on_screen_changed)

    @Slot(QScreen)
    def _on_handle_screen_changed(self, screen: QScreen) -> None:
        self._follow(screen)
        self.fit_screen()

    @Slot(QRect)
    def _on_screen_changed(self, available: QRect) -> None:
        self.fit_screen()


def fitted(frame: QRect, available: QRect) -> QRect:
    """Return ``frame`` shrunk to the size of ``available``, and moved into it."""
    size = frame.size().boundedTo(available.size())
    left = max(
        available.left(), min(frame.left(), available.left() + available.width() - size.width())
    )
    top = max(
        available.top(), min(frame.top(), available.top() + available.height() - size.height())
    )
    return QRect(left, top, size.width(), size.height())
