"""The panel of the library: search, table, details of the selection, and actions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QComboBox, QMenu, QPushButton, QWidget

from aegui.core.evaluation.run_figures import run_figure
from aegui.core.i18n import mark, tr
from aegui.core.library.words import column_help, column_title, columns_to_choose, is_figure
from aegui.features.library.model.queries import LibraryView
from aegui.features.library.view.runs_table import RunsTable, with_sort
from aegui.features.library.view.side import EntrySide, found_words, use_help, use_words
from aegui.kit.choosing import choose, menu_below, offer
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import Filling, Sized, column, dim, held, row, scrolled
from aegui.kit.marks import flat_text, search_field
from aegui.kit.placeholder import Placeholder
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING
from aegui.session.jobs.clock import one_shot
from aegui.widgets.progress_strip import WorkBar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aegui.features.library.model.queries import EntryDetails, QueryResult
    from aegui.session.jobs.derived import JobProgress

SHOWN = {
    "all": mark("Runs and studies"),
    "runs": mark("Runs"),
    "studies": mark("Studies"),
    "starred": mark("With a star"),
    "trash": mark("Trash"),
}
COLUMNS = (
    "starred",
    "name",
    "wrong",
    "accuracy",
    "validation_accuracy",
    "loss",
    "runs",
    "data",
    "created",
    "tags",
    "note",
)
"""Columns that are shown until others are chosen."""
GROUPS = ("study", "setting", "data", "kind", "parent", "training.loss", "training.optimizer.name")
"""Columns to group by, besides those that are shown."""
BEST = ("wrong", "worst", "validation_accuracy", "loss", "validation_loss")
"""Figures by which the best run of a study can be chosen."""
EXPORTS = {
    "run": mark("Run &file…"),
    "recipe": mark("&Recipe…"),
    "csv": mark("&Curves as CSV…"),
    "page": mark("&Web page of these maps…"),
    "onnx": mark("&Network as ONNX…"),
    "weights": mark("Wei&ghts as safetensors…"),
    "events": mark("&Event files of TensorBoard…"),
}
_PARTS = (
    mark("Of the entry"),
    mark("Figures"),
    mark("Settings of the recipe"),
    mark("Environment"),
)
_TYPING_MS = 120
_TABLE_PX, _SIDE_PX = 620, 320
_BAR_PX = 72
_NOT_GROUPED_BY = {"starred", "note", "created", "bytes", "tags", "id"}


class LibraryPanel(Sized):
    """Passive view of the library; user actions are emitted as signals."""

    view_changed = Signal(object)
    """Emitted with the ``LibraryView`` to query."""
    chosen_changed = Signal(object)
    """Emitted with a list of the ids of the selected entries."""
    open_requested = Signal(str)
    """Emitted with the id of the entry to open as a document."""
    again_requested = Signal(str)
    """Emitted with the id of the entry whose recipe to train again, with the same seed."""
    fork_requested = Signal(str)
    """Emitted with the id of the entry whose recipe to open as an untrained document."""
    trash_requested = Signal(object)
    """Emitted with the list of ids to move to the trash."""
    restore_requested = Signal(object)
    """Emitted with the list of ids to restore from the trash."""
    export_requested = Signal(object, str)
    """Emitted with the list of ids to export and a key of ``EXPORTS``."""
    undo_requested = Signal()
    """Emitted to revert the last change."""
    best_requested = Signal(str)
    """Emitted with the figure by which to keep only the best run file of each study."""
    usual_size = QSize(900, 400)
    """Room for the table and the details of a row."""

    def __init__(self) -> None:
        super().__init__()
        words = tr("Search: words, #tag, wrong<1, training.loss=mse")
        self.search = search_field(words, tr("Search the library"))
        self.shown = QComboBox()
        self.group = QComboBox()
        self.columns = flat_text(tr("Columns"), tr("Which columns are shown"))
        self.count = dim()
        self.table = RunsTable()
        self.side = EntrySide()
        self.refused = dim()
        self.study = flat_text("", tr("Show all entries again"))
        self.open = QPushButton(tr("Open"))
        self.compare = QPushButton(tr("Compare"))
        self.again = QPushButton(tr("Train again"))
        self.fork = QPushButton(tr("Fork"))
        self.trash = QPushButton(tr("To the trash"))
        self.restore = QPushButton(tr("Restore"))
        self.export = flat_text(tr("Export"), tr("Write it to a file of your own"))
        self.tidy = flat_text(tr("Tidy up"), tr("Disk use, trash, and what is kept"))
        self.keep = QAction(tr("&Keep every training and study"), self)
        self.undo = QAction(tr("&Undo"), self)
        self.empty = QAction(tr("&Empty the trash…"), self)
        self.limit = QAction(tr("&Limit…"), self)
        self.folder = QAction(tr("Open the &folder"), self)
        self.use = dim()
        self.use_bar = WorkBar()
        self.work_bar = WorkBar()
        self.work = dim()
        self.cancel = QPushButton(tr("Cancel"))
        self._working = held(row(self.work_bar, self.work, self.cancel))
        self.placeholder: Placeholder
        self.view = LibraryView(columns=COLUMNS)
        """The current query."""
        self._compared = ""
        self._sheet: QueryResult | None = None
        self._typing = one_shot(self, self._on_typing_timeout, _TYPING_MS)
        self._build()
        self._connect()
        self.set_undo("")
        self.set_progress(None)
        self._show_choice()

    # Building

    def _build(self) -> None:
        splitter = Splitter("library", (self.table, 1), self.side, sizes=(_TABLE_PX, _SIDE_PX))
        # Hidden until there are details, so that the table has all the room.
        self.side.hide()
        self.placeholder = Placeholder(splitter)
        edge = SPACING // 2
        page = column(
            self._head(),
            self.refused,
            (self.placeholder, 1),
            self._foot(),
            margins=(SPACING, edge, SPACING, edge),
        )
        # Scrolls in a narrow dock: its minimum width must not widen the window off the screen.
        self.setLayout(column((scrolled(Filling(page), sideways=True), 1)))

    def _head(self) -> QWidget:
        self.search.setToolTip(
            tr(
                "An entry must contain all of the words (case and accents do not matter); #tag is "
                "a tag, and a figure or a field of a recipe is compared by =, !=, <, <=, > and >=,"
                " or by ~ for a part of it."
            )
        )
        self.shown.setAccessibleName(tr("Which entries are shown"))
        offer(self.shown, ((key, tr(text)) for key, text in SHOWN.items()))
        self.group.setAccessibleName(tr("Group by"))
        self.group.setToolTip(tr("Mean ± standard deviation of all that have the same value"))
        menu_below(self.columns).aboutToShow.connect(self._fill_columns)
        self.study.hide()
        self.refused.setWordWrap(True)
        self.refused.hide()
        self._fill_groups()
        return held(
            row((self.search, 1), self.study, self.shown, self.group, self.columns, self.count)
        )

    def _foot(self) -> QWidget:
        self.open.setToolTip(tr("Open it as a document; of a study show its runs (Enter)"))
        self.compare.setCheckable(True)
        self.compare.setToolTip(
            tr("Settings, figures and curves of two: this entry and the next one that is clicked")
        )
        self.again.setToolTip(tr("Train its recipe again, with the same seed"))
        self.fork.setToolTip(
            tr(
                "Start an untrained document with its recipe, to be changed; it records this entry"
                " as its origin"
            )
        )
        self.trash.setToolTip(tr("Move it to the trash; nothing is removed yet (Delete)"))
        self.restore.setToolTip(tr("Take it out of the trash"))
        menu = menu_below(self.export)
        for key, text in EXPORTS.items():
            menu.addAction(tr(text)).setData(key)
        menu.triggered.connect(self._on_export_triggered)
        self._fill_tidy(menu_below(self.tidy))
        self.use_bar.setFixedWidth(_BAR_PX)
        self.work_bar.setFixedWidth(_BAR_PX)
        self.use_bar.setAccessibleName(tr("Disk use"))
        flow = FlowLayout(SPACING // 2, last_at_right=True)
        for part in (
            self.open,
            self.compare,
            self.again,
            self.fork,
            self.trash,
            self.restore,
        ):
            flow.addWidget(part)
        for tool in (self.export, self.tidy):
            flow.addWidget(tool)
        flow.addWidget(self._working)
        flow.addWidget(held(row(self.use_bar, self.use)))
        return held(flow)

    def _fill_tidy(self, menu: QMenu) -> None:
        menu.addAction(self.undo)
        menu.addSeparator()
        best = menu.addMenu(tr("Keep only the &best of each study, by"))
        for key in BEST:
            best.addAction(tr(run_figure(key).label)).setData(key)
        best.triggered.connect(lambda action: self.best_requested.emit(action.data()))
        menu.addActions((self.empty, self.limit, self.folder))
        menu.addSeparator()
        self.keep.setCheckable(True)
        self.keep.setToolTip(
            tr("Every training of this window is added to the library when it ends")
        )
        menu.addAction(self.keep)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._on_typing_timeout)
        self.shown.activated.connect(
            lambda _at: self._ask(replace(self.view, shown=self.shown.currentData()))
        )
        self.group.activated.connect(
            lambda _at: self._ask(replace(self.view, group=self.group.currentData()))
        )
        self.study.clicked.connect(lambda: self._ask(replace(self.view, study="")))
        header = self.table.horizontalHeader()
        header.sectionClicked.connect(self._on_header_clicked)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_header_menu)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_table_menu)
        self.table.chosen_changed.connect(self._on_table_chosen_changed)
        self.table.opened.connect(self._on_table_opened)
        self.table.trash_requested.connect(self._ask_for_trash)
        self.table.undo_requested.connect(self.undo_requested)
        self.open.clicked.connect(self._on_table_opened)
        self.compare.clicked.connect(self._on_compare_clicked)
        self.again.clicked.connect(lambda: self._of_one(self.again_requested.emit))
        self.fork.clicked.connect(lambda: self._of_one(self.fork_requested.emit))
        self.trash.clicked.connect(self._ask_for_trash)
        self.restore.clicked.connect(lambda: self.restore_requested.emit(self.table.chosen()))
        self.undo.triggered.connect(self.undo_requested)
        find = QAction(self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.triggered.connect(self.search.setFocus)
        self.addAction(find)

    # Display

    def set_view(self, view: LibraryView) -> None:
        """Set the initial query, as it was when the window was last open."""
        self.view = view
        self._show_view()

    def set_sheet(self, sheet: QueryResult) -> None:
        """Show a result; results of older queries are ignored."""
        if sheet.view != self.view:
            return
        self._sheet = sheet
        self.table.set_sheet(sheet)
        self.count.setText(found_words(sheet))
        self.refused.setText(sheet.refused)
        self.refused.setVisible(bool(sheet.refused))
        self.study.setText(tr("Study: {name} ✕", name=sheet.study_name))
        self.study.setVisible(bool(sheet.view.study))
        self.use.setText(use_words(sheet))
        self.use.setToolTip(use_help(sheet))
        self.use.setProperty("state", "warn" if sheet.use.is_over else "")
        self.use.style().polish(self.use)
        self.use_bar.set_progress(min(sheet.use.size, sheet.use.limit), max(1, sheet.use.limit))
        self._show_placeholder(sheet)
        self._show_choice()

    def _show_placeholder(self, sheet: QueryResult) -> None:
        if sheet.total:
            self.placeholder.show_content()
        elif sheet.view.shown == "trash":
            self.placeholder.say(tr("The trash is empty."))
        elif sheet.view.is_narrow:
            self.placeholder.say(tr("Nothing of that kind is in the library."))
        else:
            self.placeholder.say(
                tr(
                    "Every finished training and study is kept here with its recipe, figures and "
                    "curves, to search, compare, open and train again. Train a network to add the "
                    "first one. “Tidy up” turns this off."
                )
            )

    def set_failure(self, reason: str) -> None:
        """Show why the library cannot be read, if nothing of it is displayed yet."""
        if self._sheet is None:
            self.placeholder.say(reason, tr("Try again"))

    def set_details(self, details: EntryDetails) -> None:
        """Show the details of the selected entries; those of an older selection are ignored."""
        ids = [entry.id for entry in details.entries]
        if ids == self.table.chosen():
            self.side.show_details(details)
            self.side.show()

    def set_undo(self, text: str) -> None:
        """Set the description of what undo would revert; empty disables the action."""
        self.undo.setEnabled(bool(text))
        self.undo.setText(tr("&Undo: {what}", what=text) if text else tr("&Undo"))

    def set_progress(self, progress: JobProgress | None) -> None:
        """Show the progress of the running action; None if there is none."""
        self._working.setVisible(progress is not None)
        if progress is not None:
            self.work_bar.set_progress(progress.done, progress.total)
            text = " ".join(part for part in (progress.title, progress.text) if part)
            self.work.setText(text)
            self.work_bar.setAccessibleName(text)

    def _show_view(self) -> None:
        """Update search field, filter and grouping from the query."""
        view = self.view
        if self.search.text() != view.text:
            with QSignalBlocker(self.search):
                self.search.setText(view.text)
        choose(self.shown, view.shown)
        self._fill_groups()

    def _show_choice(self) -> None:
        """Enable the actions that apply to the selection."""
        chosen, sheet = self.table.chosen(), self._sheet
        in_trash = sheet is not None and sheet.view.shown == "trash"
        may_write = sheet is not None and not sheet.read_only
        one = len(chosen) == 1
        is_run = one and self._known(chosen[0]).get("kind") == "run"
        is_group = sheet is not None and bool(sheet.view.group)
        self.open.setEnabled(one or (is_group and bool(self.table.chosen_rows())))
        self.compare.setEnabled(not is_group and len(chosen) in {1, 2})
        self.compare.setChecked(len(chosen) == 2 or bool(self._compared))
        self.again.setEnabled(is_run)
        self.fork.setEnabled(is_run)
        self.export.setEnabled(bool(chosen) and not in_trash)
        self.trash.setEnabled(bool(chosen) and may_write)
        self.restore.setEnabled(bool(chosen) and may_write)
        self.trash.setVisible(not in_trash)
        self.restore.setVisible(in_trash)

    def _known(self, id: str) -> dict[str, object]:
        return self.table.entries.known(self.table.entries.row_of(id))

    # Queries

    def _ask(self, view: LibraryView) -> None:
        self._typing.stop()
        self.view = view
        self._show_view()
        self.view_changed.emit(view)

    def show_study(self, id: str) -> None:
        """Show the runs of a study."""
        self._ask(replace(self.view, study=id, shown="all", text="", group=""))

    def _on_typing_timeout(self) -> None:
        if self.search.text() != self.view.text:
            self._ask(replace(self.view, text=self.search.text()))

    def _on_header_clicked(self, section: int) -> None:
        if self.view.group or section >= len(self.view.columns):
            return
        sort, descending = with_sort(self.view, self.view.columns[section])
        self._ask(replace(self.view, sort=sort, descending=descending))

    def _on_compare_clicked(self, checked: bool) -> None:
        """Compare two selected entries, or let the next click select the other one."""
        chosen = self.table.chosen()
        self._compared = ""
        if len(chosen) == 2:
            self.chosen_changed.emit(chosen)
        elif len(chosen) == 1 and checked:
            self._compared = chosen[0]
            self.side.ask_for_other(str(self._known(chosen[0]).get("name") or chosen[0]))
            self.side.show()
        elif len(chosen) == 1:
            self.chosen_changed.emit(chosen)
        self._show_choice()

    def _on_table_chosen_changed(self) -> None:
        chosen = self.table.chosen()
        first, self._compared = self._compared, ""
        if first and len(chosen) == 1 and chosen[0] != first:
            self.table.choose([first, chosen[0]])
            return
        self._show_choice()
        if len(chosen) not in {1, 2}:
            self.side.clear()
        if not chosen:
            self.side.hide()
        self.chosen_changed.emit(chosen)

    def _on_table_opened(self) -> None:
        if self.view.group:
            self._open_group()
            return
        chosen = self.table.chosen()
        if len(chosen) != 1:
            return
        if self._known(chosen[0]).get("kind") == "study":
            self.show_study(chosen[0])
        else:
            self.open_requested.emit(chosen[0])

    def _open_group(self) -> None:
        """Show the entries of the selected group."""
        indices, sheet = self.table.chosen_rows(), self._sheet
        if not indices or sheet is None:
            return
        by, value = sheet.view.group, sheet.groups[indices[0]].value
        if by == "study" and value:
            self._ask(replace(self.view, group="", study=str(value)))
            return
        text = "none" if value is None else str(value)
        part = f'{by}="{text}"' if " " in text or not text else f"{by}={text}"
        self._ask(replace(self.view, group="", text=f"{self.view.text} {part}".strip()))

    def _of_one(self, ask: Callable[[str], object]) -> None:
        chosen = self.table.chosen()
        if len(chosen) == 1:
            ask(chosen[0])

    def _ask_for_trash(self) -> None:
        chosen = self.table.chosen()
        if chosen and self.trash.isEnabled() and not self.trash.isHidden():
            self.trash_requested.emit(chosen)

    def _on_export_triggered(self, action: QAction) -> None:
        self.export_requested.emit(self.table.chosen(), action.data())

    # Menus

    def _on_table_menu(self, at: QPoint) -> None:
        menu = self.context_menu()
        menu.exec(self.table.viewport().mapToGlobal(at))
        menu.deleteLater()

    def context_menu(self) -> QMenu:
        """Return a menu with the actions of the buttons below the table."""
        menu = QMenu(self)
        for button in (self.open, self.compare, self.again, self.fork):
            action = menu.addAction(button.text())
            action.setEnabled(button.isEnabled())
            action.triggered.connect(button.click)
        menu.addSeparator()
        export = menu.addMenu(tr("Export"))
        export.setEnabled(self.export.isEnabled())
        for key, text in EXPORTS.items():
            export.addAction(tr(text)).setData(key)
        export.triggered.connect(self._on_export_triggered)
        menu.addSeparator()
        for button in (self.trash, self.restore):
            if not button.isHidden():
                action = menu.addAction(button.text())
                action.setEnabled(button.isEnabled())
                action.triggered.connect(button.click)
        menu.addAction(self.undo)
        return menu

    def _on_header_menu(self, at: QPoint) -> None:
        section = self.table.horizontalHeader().logicalIndexAt(at)
        if self.view.group or not 0 <= section < len(self.view.columns):
            return
        key = self.view.columns[section]
        menu = QMenu(self)
        if key not in _NOT_GROUPED_BY and not is_figure(key):
            by = menu.addAction(tr("&Group by this column"))
            by.triggered.connect(lambda: self._ask(replace(self.view, group=key)))
        if len(self.view.columns) > 1:
            hide = menu.addAction(tr("&Hide this column"))
            hide.triggered.connect(lambda: self._toggle_column(key))
        menu.exec(self.table.horizontalHeader().mapToGlobal(at))
        menu.deleteLater()

    def _fill_groups(self) -> None:
        """Offer the visible columns and common ones to group by."""
        keys = [key for key in self.view.columns if key not in _NOT_GROUPED_BY]
        keys = [key for key in keys if not is_figure(key)]
        keys = list(dict.fromkeys((*keys, *GROUPS, *filter(None, (self.view.group,)))))
        rows = ((key, tr("By {column}", column=column_title(key))) for key in keys)
        offer(self.group, (("", tr("Not grouped")), *rows), self.view.group)

    def _fill_columns(self) -> None:
        menu = self.columns.menu()
        menu.clear()
        _fill(menu, columns_to_choose(), self.view.columns, self._toggle_column)
        menu.addSeparator()
        usual = menu.addAction(tr("As at first"))
        usual.triggered.connect(lambda: self._ask(replace(self.view, columns=COLUMNS)))

    def _toggle_column(self, key: str) -> None:
        columns = self.view.columns
        columns = tuple(one for one in columns if one != key) if key in columns else (*columns, key)
        if columns:
            self._ask(replace(self.view, columns=columns))


def _fill(
    menu: QMenu,
    parts: Iterable[Sequence[str]],
    shown: Sequence[str],
    toggle: Callable[[str], object],
) -> None:
    for title, keys in zip(_PARTS, parts, strict=True):
        inner = menu.addMenu(tr(title))
        inner.setToolTipsVisible(True)
        for key in keys:
            action = inner.addAction(column_title(key).replace("&", "&&"))
            action.setToolTip(column_help(key))
            action.setCheckable(True)
            action.setChecked(key in shown)
            action.setData(key)
        inner.triggered.connect(lambda action: toggle(action.data()))
