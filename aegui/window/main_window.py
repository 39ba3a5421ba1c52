"""The main window: menus, toolbar, docks around the map, and their connection to the session."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QMenu,
    QTabWidget,
    QToolBar,
    QToolButton,
    QWidget,
)

from aegui.core.i18n import language, tr
from aegui.features.table import FEATURES, MAP, TIME, dock_specs
from aegui.kit.splitter import Splitter
from aegui.kit.theme import icon
from aegui.session.file_writer import FileWriter
from aegui.session.messages import Messages
from aegui.shell import dialogs
from aegui.shell.feature import Feature, class_at, class_path
from aegui.shell.feature_window import FeatureWindow
from aegui.shell.panel_area import PanelArea
from aegui.widgets.dragged_samples import SAMPLES_MIME
from aegui.widgets.drop_overlay import DropOverlay
from aegui.window.actions import ACTIONS, MENUS, WINDOW_ACTIONS, Actions
from aegui.window.corner import Corner
from aegui.window.dock_titles import DockTitles
from aegui.window.docks import (
    DEFAULT_PERSPECTIVE,
    PERSPECTIVES,
    make_docks,
)
from aegui.window.layout import WindowLayout
from aegui.window.message_list import Bell, MessageList
from aegui.window.names import window_names
from aegui.window.notifications import Notifications
from aegui.window.panel_focus import PanelFocus
from aegui.window.toolbar import MainToolBar
from aegui.window.withheld import WithheldDocks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent

    from aegui.core.window_names import WindowNames
    from aegui.session.notice import Notice
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.dialogs.comfort import ComfortDialog
    from aegui.shell.feature import FeatureSpec
    from aegui.shell.feature_window import AnyFeature, AnyPanel
    from aegui.window.help_viewer import HelpViewer
    from aegui.window.layout import SeenDocks


_KEYS = "keys."
"""Prefix of custom shortcuts in the settings."""
_SPLITS = "split."
"""Prefix of the shares of panels' splitters in the settings."""
_ROUNDED = 0.01
"""Tolerance for the sum of the shares of a splitter."""
MAP_PAGE = "02-map.md"


class MainWindow(FeatureWindow):
    """One window on the session. A change of language replaces it; the session stays."""

    language_requested = Signal(str)
    theme_requested = Signal(str)
    comfort_requested = Signal(object)
    """Emitted with a ``Comfort``."""
    closed = Signal()
    """Emitted when the user has closed the window, after deciding about unsaved work."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.settings = services.settings
        self._help: HelpViewer | None = None
        self.setObjectName("main")
        self.setWindowIcon(icon("app", "accent"))
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._features: dict[str, Feature] = {}
        self._begun: set[str] = set()
        """Places of features that are created or being created."""
        self._is_built = False
        self._is_ready = False
        self._image_shape = services.shown.dataset.image_shape
        """Whether all features of the start have been created."""
        self.canvas = class_at(MAP)()
        self.setCentralWidget(self.canvas)
        docks = dock_specs()
        self.docks = make_docks(self, docks, self._on_panel_created)
        self._specs = {spec.class_path: spec for spec in FEATURES}
        self._panel_docks = {spec.panel: spec.key for spec in docks}
        self._titles = DockTitles(self, self.docks)
        self._withheld = WithheldDocks(self.docks, self)
        self.perspective = services.settings.perspective
        if self.perspective not in PERSPECTIVES:
            self.perspective = DEFAULT_PERSPECTIVE
        self.veil = DropOverlay(self)
        messages = services.of(Messages)
        self.notifications = Notifications(self, self.canvas, messages)
        self.bell = Bell(messages)
        self.menus: dict[str, QMenu] = {}
        self._build()

    def _build(self) -> None:
        services = self._services
        stored = services.settings.values
        chosen = {
            spec.key: str(stored[f"{_KEYS}{spec.key}"])
            for spec in ACTIONS
            if f"{_KEYS}{spec.key}" in stored
        }
        self.actions_table = Actions(self, self._handlers(), keys=chosen)
        self._build_menus()
        self.toolbar = MainToolBar(self.actions_table)
        self.addToolBar(self.toolbar)
        self._time = class_at(TIME)()
        self.time_bar = self._foot(self._time)
        self.panel_focus = PanelFocus(self, self.docks, (self.toolbar, self.time_bar))
        self._layout = WindowLayout(self, self.docks, services.settings)
        self._layout.restore()
        self._layout.show(self.perspective)
        self._is_built = True
        for spec in FEATURES:
            # In this order: a feature may use the panels of those before it.
            if spec.at_start or any(self._has_panel(key) for key in spec.seen_in):
                self._make(spec)
        self._connect()
        self._is_ready = True
        self._show_conditions()
        self._show_choices()

    def _handlers(self) -> dict[str, Callable[..., object]]:
        """Return the callable of each action, by key: a method of the window, or of a feature."""
        handlers: dict[str, Callable[..., object]] = {
            action.key: getattr(self, action.method) for action in WINDOW_ACTIONS
        }
        for spec in FEATURES:
            for action in spec.actions:
                handlers[action.key] = partial(self._ask, spec, action.method)
        return handlers

    def _connect(self) -> None:
        services = self._services
        services.workspace.noticed.connect(self.notifications.show)
        services.of(FileWriter).noticed.connect(self.notifications.show)
        for spec in FEATURES:
            for key, method in spec.requests.items():
                answer = _Answer(partial(self._ask, spec, method), self)
                getattr(services.requests, key).connect(answer.give)
        services.requests.arrangement.connect(self.set_perspective)
        services.requests.action.connect(self.do_action)
        services.showing.changed.connect(self._on_showing_changed)
        services.runner.started.connect(self.notifications.put_news_away)
        for signal in (
            services.workspace.undo_stack.indexChanged,
            services.workspace.document_changed,
            services.runner.started,
        ):
            signal.connect(self.notifications.put_past_away)
        for trigger, subject in (
            (services.workspace.file.saved, "saving"),
            (services.workspace.document_changed, "saving"),
            (services.workspace.document_changed, "document"),
            (services.runner.finished, "busy"),
            (services.runner.started, "training"),
        ):
            # A bare lambda would be kept by the session, and would keep this window alive.
            settling = _Answer(lambda *_, name=subject: self.notifications.settle(name), self)
            trigger.connect(settling.give)

    @Slot(object, object)
    def _on_showing_changed(self, shown: Shown, changed: Changes) -> None:
        for feature in self.features:
            feature.show(shown, changed)
        if "dataset" in changed and shown.dataset.image_shape != self._image_shape:
            self._image_shape = shown.dataset.image_shape
            self._layout.relieve_soon()

    # Features and panels, created when first visible or requested

    @property
    def features(self) -> list[Feature]:
        """Features that have been created, in the order of the table."""
        return [
            self._features[spec.class_path]
            for spec in FEATURES
            if spec.class_path in self._features
        ]

    def feature(self, kind: type[AnyFeature]) -> AnyFeature:
        """Return the feature of this class, creating it if necessary.

        Raises:
            LookupError: There is no such feature.
        """
        spec = self._specs.get(class_path(kind))
        found = None if spec is None else self._make(spec)
        if not isinstance(found, kind):
            raise LookupError(kind)
        return found

    def take_features(self, other: MainWindow) -> None:
        """Create the features of ``other`` that are at work, and those without a panel.

        The others are created with their panels, which takes long if all of them have been seen.
        """
        for spec in FEATURES:
            before = other._features.get(spec.class_path)
            if before is not None and (before.is_at_work or not spec.seen_in):
                self._make(spec)

    @property
    def seen_docks(self) -> SeenDocks:
        """What a person sees of the docks, for ``show_docks`` of the window that replaces this."""
        return self._layout.seen

    def show_docks(self, seen: SeenDocks) -> None:
        """Show the docks that were ``seen``, also if other ones are stored for this text size."""
        self._layout.show_seen(seen)

    def panel(self, kind: type[AnyPanel]) -> AnyPanel:
        """Return the panel of this class, creating it if necessary.

        Raises:
            LookupError: The window has no such panel.
        """
        if isinstance(self._time, kind):
            return self._time
        key = self._panel_docks.get(class_path(kind))
        area = None if key is None else self.docks[key].widget()
        found = area.panel if isinstance(area, PanelArea) else None
        if not isinstance(found, kind):
            raise LookupError(kind)
        return found

    @property
    def names(self) -> WindowNames:
        """The panels, actions and arrangements of the window that files may refer to."""
        return window_names()

    def landmark(self, key: str) -> QWidget | None:
        """Return the widget of ``key``: ``map``, ``time``, a dock, or an action of the toolbar."""
        places: dict[str, QWidget] = {"map": self.canvas, "time": self.time_bar, **self.docks}
        return places.get(key) or self.toolbar.widgetForAction(self.actions_table[key])

    def take_layout(self) -> None:
        """Arrange the panels as stored in the settings."""
        stored = self._services.settings.perspective
        self.perspective = stored if stored in PERSPECTIVES else DEFAULT_PERSPECTIVE
        self._layout.take(self.perspective)
        self.actions_table.set_checked(self.perspective, True)

    def withhold(
        self, panels: Collection[str], hidden: Collection[str], locked: Collection[str]
    ) -> None:
        """Hide these panels and actions, disable the locked ones, and restore all others.

        A panel is hidden with the action that exists to show it, and an action with the panel that
        displays its effect.
        """
        had = self._withheld.panels
        of_hidden = [key for spec in ACTIONS if spec.key in hidden for key in spec.panels]
        panels = {*panels, *of_hidden}
        hidden = {
            *hidden,
            *(spec.key for spec in ACTIONS if panels.intersection((*spec.panels[:1], spec.within))),
        }
        self.actions_table.withhold(hidden, locked)
        self._withheld.set_panels(panels)
        if had and not panels:
            self._layout.show(self.perspective)

    def name_action(self, key: str, words: str) -> None:
        """Set the text of a menu action; "" restores that of its row."""
        self.actions_table.name(key, words)

    def do_action(self, key: str) -> None:
        """Trigger the action ``key``, if it is enabled."""
        self.actions_table[key].trigger()

    def _make(self, spec: FeatureSpec) -> Feature:
        if spec.class_path in self._features:
            return self._features[spec.class_path]
        self._begun.add(spec.class_path)
        feature = class_at(spec.class_path)(self._services, self)
        if not isinstance(feature, Feature):
            raise TypeError(spec.class_path)
        self._features[spec.class_path] = feature
        feature.noticed.connect(self.notifications.show)
        feature.conditions_changed.connect(self._show_conditions)
        self._show_conditions()
        return feature

    def _ask(self, spec: FeatureSpec, method: str, *arguments: object) -> None:
        getattr(self._make(spec), method)(*arguments)

    def _has_panel(self, key: str) -> bool:
        area = self.docks[key].widget()
        return isinstance(area, PanelArea) and area.is_created

    def _on_panel_created(self, key: str) -> None:
        if not self._is_built:
            return
        for spec in FEATURES:
            if key in spec.seen_in and spec.class_path not in self._begun:
                self._make(spec)

    # Menus

    def _build_menus(self) -> None:
        table = self.actions_table
        entries: dict[str, list[tuple[int, QAction]]] = {path: [] for path in MENUS}
        for path, row in MENUS.items():
            parent = path.rpartition("/")[0]
            menu = QMenu(tr(row.text), self.menus.get(parent, self))
            menu.setToolTipsVisible(True)
            self.menus[path] = menu
            if parent:
                entries[parent].append((row.rank, menu.menuAction()))
            else:
                self.menuBar().addMenu(menu)
        for spec in table.specs:
            entries[spec.menu].append((spec.rank, table[spec.key]))
        for path, menu in self.menus.items():
            # Each hundred of the ranks is a section.
            ranked = sorted(entries[path], key=itemgetter(0))
            for index, (rank, action) in enumerate(ranked):
                if index and rank // 100 > ranked[index - 1][0] // 100:
                    menu.addSeparator()
                menu.addAction(action)
        for dock in self.docks.values():
            self.menus["view/panels"].addAction(dock.toggleViewAction())
        search = QToolButton()
        search.setDefaultAction(table["search_commands"])
        self.bell.setDefaultAction(table["messages"])
        arrangements = [table[key] for key in PERSPECTIVES]
        # Kept as an attribute: PySide would delete the widget otherwise.
        self._corner = Corner(self.menuBar(), (self.bell, search), arrangements)

    @Slot()
    def _show_conditions(self) -> None:
        if not self._is_ready:
            return
        conditions = (feature.conditions for feature in self.features)
        self.actions_table.set_conditions(frozenset().union(*conditions))

    def _show_choices(self) -> None:
        self.actions_table.set_checked(self.perspective, True)
        self.actions_table.set_checked(f"theme_{self._services.settings.theme}", True)
        self.actions_table.set_checked(f"language_{language()}", True)
        self.actions_table.set_checked("full_screen", self.isFullScreen())

    def _foot(self, bar: QWidget) -> QToolBar:
        """Add a fixed toolbar with ``bar`` at the bottom of the window."""
        holder = QToolBar(tr("Time"), self)
        holder.setObjectName("timebar")
        holder.setMovable(False)
        holder.toggleViewAction().setVisible(False)
        holder.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        holder.addWidget(bar)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, holder)
        return holder

    # Layout

    def set_perspective(self, key: str) -> None:
        """Arrange the docks for ``key`` of ``PERSPECTIVES``, as they were last left there."""
        self._layout.keep()
        self.notifications.settle("arrangement")
        focused = self.focusWidget()
        self.perspective = key
        self._services.settings.perspective = key
        self._layout.show(key)
        if focused is None or not focused.isVisible():
            # Otherwise Qt moves the focus to the next widget, such as a button of the menu bar.
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.actions_table.set_checked(key, True)

    @property
    def is_wandering(self) -> bool:
        """Whether the arrangement *Wander* is active, in which the map takes most of the window."""
        return self.perspective == "wander"

    def reset_layout(self) -> None:
        """Restore the default places of the docks and the default shares of the splitters."""
        self._layout.reset()
        settings = self._services.settings
        settings.values = {
            key: value for key, value in settings.values.items() if not key.startswith(_SPLITS)
        }
        for splitter in self.findChildren(Splitter):
            splitter.forget()

    def stored_split(self, name: str) -> tuple[float, ...]:
        """Return the stored shares of the splitter ``name``; empty for the default."""
        words = str(self._services.settings.values.get(f"{_SPLITS}{name}", "")).split()
        try:
            shares = tuple(float(word) for word in words)
        except ValueError:
            return ()
        is_valid = all(share >= 0.0 for share in shares) and abs(sum(shares) - 1.0) < _ROUNDED
        return shares if is_valid else ()

    def keep_split(self, name: str, shares: Sequence[float]) -> None:
        """Store the shares of the splitter ``name``."""
        text = " ".join(f"{share:.4f}" for share in shares)
        self._services.settings.keep({f"{_SPLITS}{name}": text})

    def keep_layout(self) -> None:
        """Store size, position and docks in the settings."""
        self._layout.keep()
        self._services.settings.perspective = self.perspective
        for feature in self.features:
            feature.keep_layout()

    def use_full_screen(self, full: bool) -> None:
        """Enter or leave full screen."""
        self.setWindowState(
            self.windowState() | Qt.WindowState.WindowFullScreen
            if full
            else self.windowState() & ~Qt.WindowState.WindowFullScreen
        )

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Move the focus with Tab panel by panel, whenever their widgets were created."""
        return self.panel_focus.step(forward)

    def go_to_panel(self, direction: str) -> None:
        """Move the focus to the ``next`` or ``previous`` visible panel."""
        self.panel_focus.go(direction)

    # Theme, language, help and messages

    def use_theme(self, name: str) -> None:
        """Request another theme."""
        self.theme_requested.emit(name)

    def use_language(self, code: str) -> None:
        """Request another language."""
        self.language_requested.emit(code)

    def set_comfort(self) -> None:
        """Open the dialog for text size, motion and speech."""
        from aegui.shell.dialogs.comfort import ComfortDialog

        dialog = ComfortDialog(self._services.settings.comfort, self)
        dialog.accepted.connect(_Answer(lambda: self._use_comfort(dialog), dialog).give)
        dialog.open()

    def _use_comfort(self, dialog: ComfortDialog) -> None:
        # Deferred: a new window replaces this one, and the dialog is deleted with it.
        comfort = dialog.form.value
        QTimer.singleShot(0, self, lambda: self.comfort_requested.emit(comfort))

    def show_about(self) -> None:
        """Show the version and the memory use."""
        from aegui.window.memory import memory_table

        if dialogs.questions.show_about(self, memory_table(self._services)) == "gpu":
            self.show_gpu()

    def show_gpu(self) -> None:
        """Show whether training uses a graphics card, and how to enable that."""
        dialogs.questions.show_gpu(self)

    def report_problem(self) -> None:
        """Open the dialog that saves a problem report."""
        from aegui.window.problem import ProblemDialog  # rarely used, and imports every library

        dialog = ProblemDialog(self._services.workspace.recipe, self._services.of(FileWriter), self)
        dialog.open()

    def show_guide(self) -> None:
        """Open the guide at the page of the panel with the focus."""
        focused = self.focusWidget()
        pages = (
            spec.guide
            for spec in dock_specs()
            if focused is not None and self.docks[spec.key].isAncestorOf(focused)
        )
        self.show_guide_at(next(pages, MAP_PAGE if focused is self.canvas else ""))

    def show_guide_at(self, page: str, heading: str = "") -> None:
        """Open the guide at the page with this file name, scrolled to ``heading``."""
        if self._help is None:
            from aegui.window.help_viewer import HelpViewer

            self._help = HelpViewer(self)
        self._help.show()
        self._help.raise_()
        self._help.show_at(page, heading)

    def search_commands(self) -> None:
        """Open the search for commands, panels, settings, networks, lessons, samples and help."""
        from aegui.kit.finder import Findable, Finder
        from aegui.window import search

        requests, shown = self._services.requests, self._services.shown
        entries = (
            *search.action_entries(self.actions_table),
            *search.panel_entries(self.docks),
            *search.setting_entries(self.docks, partial(self.set_perspective, "build")),
            *search.recipe_entries(requests.preset.emit),
            *search.lesson_entries(requests.lesson.emit),
            *search.guide_entries(self.show_guide_at),
        )

        def matches_of(query: str) -> list[Findable]:
            pasted = (
                *search.line_entries(query, requests.line.emit),
                *search.figure_entries(query, requests.figure.emit),
            )
            go, glyphs = requests.samples.emit, shown.image_style.glyphs
            return list(pasted) or search.sample_entries(shown.dataset, glyphs, go, query)

        title = tr(
            "Search for commands, panels, settings, networks, lessons, samples of this set, help"
        )
        finder = Finder(entries, title, self, matches_of)
        # Not modal: a click on the window closes it.
        finder.show()
        finder.activateWindow()

    def show_shortcuts(self) -> None:
        """Open the list of shortcuts, in which they can be changed."""
        from aegui.window.shortcuts import ShortcutsDialog

        dialog = ShortcutsDialog(self.actions_table, [spec.keys for spec in FEATURES], self)
        dialog.keys_edited.connect(self._on_keys_edited)
        dialog.open()

    @Slot()
    def _on_keys_edited(self) -> None:
        settings = self._services.settings
        others = {
            name: value for name, value in settings.values.items() if not name.startswith(_KEYS)
        }
        chosen = self.actions_table.chosen_keys
        settings.values = others | {f"{_KEYS}{key}": keys for key, keys in chosen.items()}

    def show_messages(self) -> None:
        """Open the list of messages below the bell, and close the messages on display."""
        self.notifications.close_all()
        MessageList(self._services.of(Messages), self.bell).open_below(self.bell)

    def notify(self, notice: Notice) -> None:
        """Show a message."""
        self.notifications.show(notice)

    # Dropped files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and folders, and show what dropping them would do."""
        files = _files_of(event.mimeData())
        if files:
            event.acceptProposedAction()
            words = (feature.drop_words(files) for feature in self.features)
            self.veil.welcome(next(filter(None, words), ""))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Hide the drop hint."""
        self.veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the document, or load the data, that was dropped."""
        self.veil.hide()
        files = _files_of(event.mimeData())
        if files:
            event.acceptProposedAction()
            # Deferred: a dialog during a drop would block the program that the drag started in.
            QTimer.singleShot(0, self, lambda: self.take_files(files))

    def take_files(self, files: Sequence[Path]) -> None:
        """Load the data in ``files``, or open the first of them."""
        for feature in self.features:
            if feature.take_files(files):
                break

    # Closing

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved work before closing."""
        if not all(feature.may_leave() for feature in self.features):
            event.ignore()
            return
        self.keep_layout()
        event.accept()
        self.closed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Update the full-screen action; once active, check the file for changes from outside."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._services.workspace.file.check()
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_table.set_checked("full_screen", self.isFullScreen())

    def dismiss(self) -> None:
        """Store the layout and delete this window, without a question, for its replacement."""
        self.keep_layout()
        # Offers of this window's messages call objects that are deleted with it.
        self._services.of(Messages).withdraw(lambda _notice: True)
        self.hide()
        self.setParent(None)
        self.deleteLater()


class _Answer(QObject):
    """A receiver of signals of the session; it is deleted, and disconnected, with its parent."""

    def __init__(self, answer: Callable[..., object], parent: QObject) -> None:
        super().__init__(parent)
        self._answer = answer

    def give(self, *arguments: object) -> None:
        """Call the receiver's function."""
        self._answer(*arguments)


def _files_of(data: QMimeData) -> list[Path]:
    if data.hasFormat(SAMPLES_MIME):
        # Samples of the current set are dragged for panels and other programs only.
        return []
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
