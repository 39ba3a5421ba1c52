"""The window: menus, toolbar, docks around the map, and what joins them with the session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QTabWidget,
    QToolButton,
    QWidget,
)

from aegui.core.i18n import language, tr
from aegui.widgets.drop_veil import DropVeil
from aegui.widgets.theme import ICON_PX, icon
from aegui.window.actions import ACTIONS, MENUS, Actions
from aegui.window.dialogs import questions
from aegui.window.docks import (
    DEFAULT_PERSPECTIVE,
    DOCKS,
    PERSPECTIVES,
    DockTitles,
    make_docks,
)
from aegui.window.help_viewer import HelpViewer
from aegui.window.layout import Layout
from aegui.window.memory import memory_table
from aegui.window.notifications import Notifications
from aegui.window.panel_focus import PanelFocus
from aegui.window.panels import Panels
from aegui.window.toolbar import MainToolBar
from aegui.window.wiring.answer import AnswerWiring
from aegui.window.wiring.answer_studies import AnswerStudiesWiring
from aegui.window.wiring.classifier import ClassifierWiring
from aegui.window.wiring.code import CodeWiring
from aegui.window.wiring.data import DataWiring
from aegui.window.wiring.document import DocumentWiring
from aegui.window.wiring.drawing import DrawingWiring
from aegui.window.wiring.figures import FiguresWiring
from aegui.window.wiring.gan import GanWiring
from aegui.window.wiring.grid import GridWiring
from aegui.window.wiring.insight import InsightWiring
from aegui.window.wiring.making import MakingWiring
from aegui.window.wiring.map import MapWiring
from aegui.window.wiring.others import OthersWiring
from aegui.window.wiring.points import PointsWiring
from aegui.window.wiring.projections import ProjectionsWiring
from aegui.window.wiring.reference import ReferenceWiring
from aegui.window.wiring.results import ResultsWiring
from aegui.window.wiring.selection import SelectionWiring
from aegui.window.wiring.set import SetWiring
from aegui.window.wiring.shown import ShownWiring
from aegui.window.wiring.sliders import SlidersWiring
from aegui.window.wiring.study import NoiseStudyWiring
from aegui.window.wiring.time import TimeWiring, add_time_bar
from aegui.window.wiring.training import TrainingWiring

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent

    from aegui.session.notice import Notice
    from aegui.session.shown import Changes, Shown
    from aegui.window.services import Services

_SECTIONS = "training.sections"


class MainWindow(QMainWindow):
    """One window on the session. Rebuilt for another language; the session stays."""

    language_requested = Signal(str)
    theme_requested = Signal(str)
    closed = Signal()
    """The person has closed the window, and decided about unsaved work."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._help: HelpViewer | None = None
        self.setObjectName("main")
        self.setWindowIcon(icon("app", "accent"))
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.panels = Panels()
        self.setCentralWidget(self.panels.canvas)
        self.docks = make_docks(self, self.panels.docked())
        self._titles = DockTitles(self, self.docks)
        self.perspective = services.settings.perspective
        if self.perspective not in PERSPECTIVES:
            self.perspective = DEFAULT_PERSPECTIVE
        self.veil = DropVeil(self)
        self.notifications = Notifications(self, self.panels.canvas)
        self._recent = QMenu(tr("Open &recent"), self)
        self._examples = QMenu(tr("Open &example"), self)
        self._build()

    def _build(self) -> None:
        services = self._services
        # Handlers are looked up when an action is triggered: the wirings need the toolbar, which
        # needs the actions.
        handlers = {spec.handler: self._handler(spec.handler) for spec in ACTIONS}
        self.actions_table = Actions(self, handlers)
        self._build_menus()
        self.toolbar = MainToolBar(self.actions_table)
        self.addToolBar(self.toolbar)
        self.time_bar = add_time_bar(self, self.panels.time)
        self.panel_focus = PanelFocus(self, self.docks, (self.toolbar, self.time_bar))
        self._layout = Layout(self, self.docks, services.settings)
        self._layout.restore()
        self._layout.show(self.perspective)
        docks, panels = self.docks, self.panels
        self.training = TrainingWiring(services, panels, docks, self.toolbar, self)
        self.document = DocumentWiring(services, self._recent, self._examples, self)
        self.data = DataWiring(services, panels, docks, self.toolbar, self)
        self.results = ResultsWiring(services, panels, docks, self)
        self.map = MapWiring(services, panels, docks, self)
        self.insight = InsightWiring(services, panels, self)
        self.points = PointsWiring(services, panels, self)
        self.making = MakingWiring(services, panels, docks, self)
        self.sliders = SlidersWiring(services, panels, self)
        self.drawing = DrawingWiring(services, panels, docks, self)
        self.set = SetWiring(services, panels, docks, self)
        self.projections = ProjectionsWiring(services, panels, docks, self)
        self.selection = SelectionWiring(services, panels, docks, self)
        self.others = OthersWiring(services, panels, docks, self)
        self.answer = AnswerWiring(services, panels, docks, self)
        self.answer_studies = AnswerStudiesWiring(services, panels, docks, self.answer, self)
        self.noise_study = NoiseStudyWiring(services, panels, docks, self)
        self.classifier = ClassifierWiring(services, panels, docks, self)
        self.code = CodeWiring(services, panels, docks, self)
        self.gan = GanWiring(services, panels, docks, self)
        self.reference = ReferenceWiring(services, panels, docks, self)
        self.grid = GridWiring(services, panels, self)
        self.figures = FiguresWiring(services, self)
        self.time = TimeWiring(services, panels, docks, self)
        self.shown = ShownWiring(services, self.toolbar, self)
        self._handlers: dict[str, Callable[..., object]] = {
            **self.training.handlers,
            **self.document.handlers,
            **self.data.handlers,
            **self.results.handlers,
            **self.map.handlers,
            **self.grid.handlers,
            **self.noise_study.handlers,
            **self.time.handlers,
            **self.shown.handlers,
            "quit": self.close,
            "perspective": self.set_perspective,
            "reset_layout": self.reset_layout,
            "full_screen": self._set_full_screen,
            "go_to_panel": self.panel_focus.go,
            "theme": self.theme_requested.emit,
            "language": self.language_requested.emit,
            "guide": self.show_guide,
            "about": lambda: questions.show_about(self, memory_table(services)),
        }
        self._connect()
        self._show_conditions()
        self._show_choices()

    def _handler(self, key: str) -> Callable[..., object]:
        return lambda *arguments: self._handlers[key](*arguments)

    def _connect(self) -> None:
        workspace = self._services.workspace
        workspace.noticed.connect(self.notifications.show)
        self.training.noticed.connect(self.notifications.show)
        self.document.noticed.connect(self.notifications.show)
        self.data.noticed.connect(self.notifications.show)
        self.grid.noticed.connect(self.notifications.show)
        self.gan.noticed.connect(self.notifications.show)
        self.data.sample_wanted.connect(self.drawing.load_sample)
        self.classifier.sample_wanted.connect(self.drawing.load_sample)
        self.answer.noticed.connect(self.notifications.show)
        self.answer.way_ended.connect(self.drawing.mark_code)
        self.drawing.edits.run_wanted.connect(lambda: self.others.choose("file"))
        self.set.sample_wanted.connect(self.drawing.load_sample)
        self.set.noticed.connect(self.notifications.show)
        self.panels.draw.set.import_requested.connect(self.data.add_file)
        self.panels.draw.set.export_requested.connect(self.data.export_data)
        self.others.noticed.connect(self.notifications.show)
        self.noise_study.noticed.connect(self.notifications.show)
        self.noise_study.preset_wanted.connect(self.training.take_preset)
        self.noise_study.room_wanted.connect(lambda: self.set_perspective("compare"))
        self.time.noticed.connect(self.notifications.show)
        self.figures.noticed.connect(self.notifications.show)
        self.training.conditions_changed.connect(self._show_conditions)
        self.time.conditions_changed.connect(self._show_conditions)
        self.shown.conditions_changed.connect(self._show_conditions)
        self._services.showing.changed.connect(self._on_showing_changed)
        self._services.runner.started.connect(self.notifications.put_news_away)
        for signal in (
            workspace.undo_stack.indexChanged,
            workspace.document_changed,
            self._services.runner.started,
        ):
            signal.connect(self.notifications.put_past_away)
        sections = self._services.settings.values.get(_SECTIONS)
        if isinstance(sections, str):
            self.panels.training.set_open_sections(sections.split())

    @Slot(object, object)
    def _on_showing_changed(self, shown: Shown, changed: Changes) -> None:
        for part in (
            self.training,
            self.results,
            self.map,
            self.insight,
            self.points,
            self.making,
            self.sliders,
            self.drawing,
            self.set,
            self.projections,
            self.selection,
            self.others,
            self.answer,
            self.answer_studies,
            self.noise_study,
            self.classifier,
            self.code,
            self.gan,
            self.reference,
            self.time,
            self.shown,
        ):
            part.show(shown, changed)
        if changed & {"history", "network"}:
            self._show_conditions()

    # Menus

    def _build_menus(self) -> None:
        menus: dict[str, QMenu] = {}
        for path, text in MENUS.items():
            parent = menus.get(path.rpartition("/")[0])
            menus[path] = (
                self.menuBar().addMenu(tr(text)) if parent is None else QMenu(tr(text), parent)
            )
        for spec in ACTIONS:
            if spec.opens_section:
                menus[spec.menu].addSeparator()
            if spec.menu == "file/export" and menus[spec.menu].isEmpty():
                menus["file"].addMenu(menus[spec.menu])
            menus[spec.menu].addAction(self.actions_table[spec.key])
            if spec.key == "open":
                menus["file"].addMenu(self._recent)
                menus["file"].addMenu(self._examples)
                self._examples.setToolTipsVisible(True)
        menus["view"].addSeparator()
        for path, menu in menus.items():
            menu.setToolTipsVisible(True)
            if path.startswith("view/"):
                menus["view"].addMenu(menu)
        for spec_dock in DOCKS:
            menus["view/panels"].addAction(self.docks[spec_dock.key].toggleViewAction())
        # Kept: PySide would let the widget go.
        self._corner = self._perspective_buttons()
        self.menuBar().setCornerWidget(self._corner)

    def _perspective_buttons(self) -> QWidget:
        """The four arrangements within reach, at the end of the menu bar."""
        holder = QWidget(self.menuBar())
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 2, 8, 0)
        row.setSpacing(2)
        for key in PERSPECTIVES:
            button = QToolButton()
            button.setProperty("flat", True)
            button.setIconSize(QSize(ICON_PX, ICON_PX))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setDefaultAction(self.actions_table[key])
            row.addWidget(button)
        return holder

    @Slot()
    def _show_conditions(self) -> None:
        self.actions_table.set_conditions(
            self.training.conditions
            | self.results.conditions
            | self.grid.conditions
            | self.time.conditions
            | self.shown.conditions
        )
        runner = self._services.runner
        self.actions_table.set_paused(runner.state == "paused")
        self.actions_table.set_checked("slow", runner.slow is not None)

    def _show_choices(self) -> None:
        self.actions_table.set_checked(self.perspective, True)
        self.actions_table.set_checked(f"theme_{self._services.settings.theme}", True)
        self.actions_table.set_checked(f"language_{language()}", True)
        self.actions_table.set_checked("full_screen", self.isFullScreen())

    # Layout

    def set_perspective(self, key: str) -> None:
        """Arrange the docks for ``key`` of ``PERSPECTIVES``, as they were last left there."""
        self._layout.keep()
        focused = self.focusWidget()
        self.perspective = key
        self._services.settings.perspective = key
        self._layout.show(key)
        if focused is None or not focused.isVisible():
            # Else Qt passes the keys on to whatever comes next, such as a button of the menu bar.
            self.panels.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.actions_table.set_checked(key, True)

    def reset_layout(self) -> None:
        """Put the docks back where the perspective has them."""
        self._layout.reset()

    def keep_layout(self) -> None:
        """Remember size, place and docks in the settings."""
        self._layout.keep()
        settings = self._services.settings
        settings.perspective = self.perspective
        settings.set_window_state("geometry", bytes(self.saveGeometry().data()))
        self.data.keep_layout()
        opened = " ".join(self.panels.training.open_sections())
        settings.values = {**settings.values, _SECTIONS: opened}

    def _set_full_screen(self, full: bool) -> None:
        self.setWindowState(
            self.windowState() | Qt.WindowState.WindowFullScreen
            if full
            else self.windowState() & ~Qt.WindowState.WindowFullScreen
        )

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through one panel after the other, whenever their widgets were made."""
        return self.panel_focus.step(forward)

    # Help and messages

    def show_guide(self) -> None:
        """Open the guide beside the window."""
        if self._help is None:
            self._help = HelpViewer(self)
        self._help.show()
        self._help.raise_()

    def notify(self, notice: Notice) -> None:
        """Show a message."""
        self.notifications.show(notice)

    # Files that are dropped

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders, and say what a drop would do."""
        files = _files_of(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.veil.welcome(self.data.drop_words(files))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing will be dropped."""
        self.veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the document, or take in the data, that were dropped."""
        self.veil.hide()
        files = _files_of(event.mimeData())
        if files:
            event.acceptProposedAction()
            # Later: a question in the middle of a drop would hang the program it came from.
            QTimer.singleShot(0, self, lambda: self.take_files(files))

    def take_files(self, files: Sequence[Path]) -> None:
        """Take in the data in ``files``, or open the first of them."""
        if not self.data.take_paths(files):
            self.document.open_path(files[0])

    # The end

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved work first."""
        if not self.document.may_leave():
            event.ignore()
            return
        self.keep_layout()
        event.accept()
        self.closed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Show whether the whole screen is used; look whether another program was at the file."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._services.workspace.look_at_file()
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_table.set_checked("full_screen", self.isFullScreen())

    def dismiss(self) -> None:
        """Go, without a question, for another window that takes its place."""
        self.keep_layout()
        self.hide()
        self.setParent(None)
        self.deleteLater()


def _files_of(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
