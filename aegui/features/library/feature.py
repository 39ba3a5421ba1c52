"""Connects the panel of the library with the services that read and change the library."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QInputDialog, QMessageBox

from aegui.core.atomic import file_name_part
from aegui.core.cost import memory_words
from aegui.core.errors import AeguiError
from aegui.core.evaluation.run_figures import run_figure
from aegui.core.i18n import mark, tr, trn
from aegui.core.library.exports import export_events, export_file, members
from aegui.core.library.query import check_column
from aegui.core.library.words import emptied_words
from aegui.features.library.keeping import KEEPS, keeps
from aegui.features.library.model.keeper import RunKeeper
from aegui.features.library.model.queries import LibraryQueries, LibraryView
from aegui.features.library.model.writer import LibraryWriter
from aegui.features.library.view.panel import COLUMNS, LibraryPanel
from aegui.features.library.view.runs_table import tags_of
from aegui.paths import library_dir
from aegui.session.documents.opening import KeptDocument
from aegui.session.notice import Notice
from aegui.shell.dialogs.files import choose_folder, choose_save_file
from aegui.shell.dialogs.questions import pressed
from aegui.shell.feature import Feature
from aegui.shell.folders import show_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QEvent, QObject

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.library.entry import LibraryEntry
    from aegui.core.library.library import Library
    from aegui.features.library.model.queries import QueryResult
    from aegui.features.library.model.writer import UndoStep
    from aegui.session.services import Services
    from aegui.session.settings import FileKind
    from aegui.shell.feature_window import FeatureWindow

_COLUMNS, _SORT, _DESCENDING = "library.columns", "library.sort", "library.descending"
_MEGABYTE = 1 << 20
_MAX_MEGABYTES = 1 << 24
_EDITS = {
    "name": mark("Name of an entry"),
    "note": mark("Note of an entry"),
    "tags": mark("Tags of an entry"),
}
_PATTERNS = {
    "run": (".aegui", mark("Runs ({patterns})")),
    "recipe": (".json", mark("Recipes ({patterns})")),
    "csv": (".csv", mark("Curves ({patterns})")),
    "page": (".html", mark("Web pages ({patterns})")),
    "onnx": (".onnx", mark("Networks ({patterns})")),
    "weights": (".safetensors", mark("Weights ({patterns})")),
}
_FILE_KINDS: dict[str, FileKind] = {
    "run": "runs",
    "recipe": "recipes",
    "csv": "tables",
    "page": "texts",
    "onnx": "figures",
    "weights": "figures",
}


class LibraryFeature(Feature):
    """The library panel and its actions."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._queries = services.of(LibraryQueries)
        self._writer = services.of(LibraryWriter)
        self._keeper = services.of(RunKeeper)
        self._panel = window.panel(LibraryPanel)
        self._shown_notes: tuple[str, ...] = ()
        self._was_over = False
        self._chosen: list[str] = []
        self._connect()
        self._panel.keep.setChecked(keeps(services))
        self._panel.set_undo(self._writer.undo_text)
        self._panel.set_view(self._usual_view())
        self._panel.installEventFilter(self)
        self._refresh(refresh=True)
        self._queries.set_active(self._panel.isVisible())

    def open(self) -> None:
        """Show the dock of the library and focus its table."""
        self.show_dock("library", "compare")
        self._panel.table.setFocus()

    def _connect(self) -> None:
        queries, writer, panel = self._queries, self._writer, self._panel
        queries.answered.connect(self._on_queries_answered)
        queries.known.connect(self._panel.set_details)
        queries.failed.connect(self._on_queries_failed)
        queries.changed.connect(self._refresh)
        writer.changed.connect(self._refresh)
        writer.undo_changed.connect(panel.set_undo)
        writer.progressed.connect(panel.set_progress)
        writer.busy_changed.connect(self._on_writer_busy_changed)
        panel.view_changed.connect(self._on_panel_view_changed)
        panel.chosen_changed.connect(self._on_panel_chosen_changed)
        panel.table.entries.edited.connect(self._on_panel_edited)
        panel.table.star_toggled.connect(self._on_panel_star_toggled)
        panel.open_requested.connect(self._open)
        panel.again_requested.connect(self._on_panel_again_requested)
        panel.fork_requested.connect(self._on_panel_fork_requested)
        panel.trash_requested.connect(self._on_panel_trash_requested)
        panel.restore_requested.connect(self._on_panel_restore_requested)
        panel.export_requested.connect(self.export)
        panel.undo_requested.connect(writer.undo)
        panel.best_requested.connect(self._on_panel_best_requested)
        panel.empty.triggered.connect(self.empty_trash)
        panel.limit.triggered.connect(self.set_limit)
        panel.folder.triggered.connect(self.open_folder)
        panel.placeholder.offer.clicked.connect(lambda: self._refresh(refresh=True))
        panel.keep.triggered.connect(self._on_panel_keep_toggled)
        panel.cancel.clicked.connect(writer.cancel)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch for changes by other programs while the panel is visible."""
        if event.type() in {event.Type.Show, event.Type.Hide}:
            is_seen = event.type() == event.Type.Show
            self._queries.set_active(is_seen)
            if is_seen:
                self._refresh(refresh=True)
        return super().eventFilter(watched, event)

    # Display

    def _usual_view(self) -> LibraryView:
        """Return a view with the columns and the order of the last time."""
        values = self._services.settings.values
        columns = tuple(filter(_is_column, str(values.get(_COLUMNS, "")).split(","))) or COLUMNS
        sort = str(values.get(_SORT, "created"))
        return LibraryView(
            columns=columns,
            sort=sort if _is_column(sort) else "created",
            descending=bool(values.get(_DESCENDING, True)),
        )

    @Slot()
    def _refresh(self, *, refresh: bool = False) -> None:
        if refresh or self._panel.isVisible():
            self._queries.ask(self._panel.view, refresh=refresh)

    @Slot(object)
    def _on_panel_view_changed(self, view: LibraryView) -> None:
        self._services.settings.keep(
            {_COLUMNS: ",".join(view.columns), _SORT: view.sort, _DESCENDING: view.descending}
        )
        self._refresh()

    @Slot(object)
    def _on_queries_answered(self, sheet: QueryResult) -> None:
        self._panel.set_sheet(sheet)
        for note in sheet.notes:
            if note not in self._shown_notes:
                self._shown_notes = (*self._shown_notes, note)
                self.noticed.emit(Notice("warning", note))
        if sheet.use.is_over and not self._was_over:
            self._tell_size(sheet)
        self._was_over = sheet.use.is_over
        if self._chosen:
            # The details of the selected entries may have changed too.
            self._describe()

    def _tell_size(self, sheet: QueryResult) -> None:
        text = tr(
            "The library uses {size}, more than its limit of {limit}: keep only the best of each "
            "study, empty the trash, or set another limit (Tidy up).",
            size=memory_words(sheet.use.size),
            limit=memory_words(sheet.use.limit),
        )
        self.noticed.emit(Notice("warning", text, about="library"))

    @Slot(object)
    def _on_panel_chosen_changed(self, ids: list[str]) -> None:
        self._chosen = ids if len(ids) in {1, 2} else []
        if self._chosen:
            self._describe()

    def _describe(self) -> None:
        self._queries.describe(self._chosen)

    @Slot(object)
    def _on_queries_failed(self, reason: str) -> None:
        self._panel.set_failure(reason)
        self.noticed.emit(Notice("warning", reason, passing=True, about="library"))

    @Slot(bool)
    def _on_writer_busy_changed(self, busy: bool) -> None:
        if not busy:
            self._panel.set_progress(None)

    # Opening and training

    @Slot(str)
    def _on_panel_again_requested(self, id: str) -> None:
        if self._services.runner.is_busy:
            self._refuse_while_training()
            return
        self._open(id, untrained=True, then=self._services.requests.train.emit)

    @Slot(str)
    def _on_panel_fork_requested(self, id: str) -> None:
        self._open(id, untrained=True, fork=True)

    def _refuse_while_training(self) -> None:
        text = tr("A training is running: stop it before you start another one.")
        self.noticed.emit(Notice("info", text, passing=True, about="busy"))

    def _open(
        self,
        id: str,
        *,
        untrained: bool = False,
        fork: bool = False,
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """Open an entry; if its run file is missing, as an untrained document with its recipe."""

        def read(library: Library, _report: Report, _cancelled: IsCancelled) -> KeptDocument:
            entry = library.entry(id)
            path = library.path(id)
            there = path.exists()
            name = entry.name or id
            if fork:
                name = tr("{name} (fork)", name=name)
            with_run = there and not untrained

            def opened() -> None:
                self._keeper.comes_from(id, with_run=with_run)
                if not there and not untrained:
                    self._tell_no_file(entry)
                then()

            return KeptDocument(
                name,
                path if there else None,
                None if there else library.recipe(id),
                untrained,
                opened,
            )

        title = tr("Looking for {name}", name=id)
        self._writer.do(title, read, self._services.requests.open_entry.emit)

    def _tell_no_file(self, entry: LibraryEntry) -> None:
        text = tr(
            "Only recipe and figures of {name} are left: train it again to see its network.",
            name=entry.name or entry.id,
        )
        self.noticed.emit(Notice("info", text, passing=True, about="library"))

    # Editing

    @Slot(str, str, str)
    def _on_panel_edited(self, id: str, column: str, text: str) -> None:
        value: Any = tags_of(text) if column == "tags" else text
        self._writer.edit([id], {column: value}, tr(_EDITS[column]))

    @Slot(object)
    def _on_panel_star_toggled(self, ids: list[str]) -> None:
        """Star the entries, or unstar them if all have a star."""
        entries = self._panel.table.entries
        starred = not all(entries.known(entries.row_of(id)).get("starred") for id in ids)
        self._writer.edit(ids, {"starred": starred}, tr("Star of an entry"))

    @Slot(object)
    def _on_panel_trash_requested(self, ids: list[str]) -> None:
        message = trn("{n:,} entry is in the trash.", "{n:,} entries are in the trash.", len(ids))
        text = trn("{n:,} entry to the trash", "{n:,} entries to the trash", len(ids))
        self._writer.trash(ids, text, partial(self._offer_undo, message))

    def _offer_undo(self, text: str, step: UndoStep) -> None:
        """Report a completed change with an offer to revert it and no later one."""
        offer, accept = tr("Undo"), partial(self._writer.undo_step, step)
        notice = Notice("info", text, offer, accept, passing=True, about="library")
        self.noticed.emit(notice)

    @Slot(object)
    def _on_panel_restore_requested(self, ids: list[str]) -> None:
        text = trn("{n:,} entry restored", "{n:,} entries restored", len(ids))
        self._writer.restore(ids, text)

    @Slot(str)
    def _on_panel_best_requested(self, key: str) -> None:
        figure = run_figure(key)
        text = tr("Only the best of each study")

        def on_kept(step: UndoStep) -> None:
            words = trn(
                "The file of {n} run is in the trash; its figures stay.",
                "The files of {n} runs are in the trash; their figures stay.",
                len(step.before),
            )
            if step.before:
                self._offer_undo(words, step)
            else:
                self.noticed.emit(Notice("info", words, passing=True, about="library"))

        self._writer.keep_best(key, low=figure.better != "high", text=text, done=on_kept)

    def empty_trash(self) -> None:
        """Delete the entries in the trash, after a question, as this cannot be undone."""
        if not _may_empty(self._panel):
            return

        def on_freed(freed: int) -> None:
            words = emptied_words(freed)
            self.noticed.emit(Notice("info", words, passing=True, about="library"))

        self._writer.empty_trash(on_freed)

    def set_limit(self) -> None:
        """Ask for the size in megabytes above which a warning is shown."""
        sheet = self._panel.table.entries.sheet
        now = 0 if sheet is None else sheet.use.limit // _MEGABYTE
        title, label = tr("Limit of the library"), tr("Warn above this size, in MB:")
        value, accepted = QInputDialog.getInt(
            self._panel, title, label, now, 1, _MAX_MEGABYTES, 256
        )
        if accepted:
            self._writer.do(
                title, lambda library, _report, _cancelled: library.set_limit(value * _MEGABYTE)
            )

    def open_folder(self) -> None:
        """Show the folder of the library in the desktop's file manager, or tell where it is."""
        path = library_dir()
        if not show_folder(path):
            text = tr("No program of this desktop opens folders. The folder is {path}.", path=path)
            self.noticed.emit(Notice("warning", text, about="library"))

    @Slot(bool)
    def _on_panel_keep_toggled(self, keeps: bool) -> None:
        self._services.settings.keep({KEEPS: keeps})

    # Export

    @Slot(object, str)
    def export(self, ids: Sequence[str], kind: str) -> None:
        """Ask for a path, and export entries there; a study is exported as its runs."""
        if not ids:
            return
        if kind == "events":
            folder = choose_folder(
                self._window, tr("Folder of the event files"), "", "events", to_write=True
            )
            if folder:
                message = tr("Event files are written: {path}", path=folder)
                self._write(ids, Path(folder), export_events, message)
            return
        suffix, patterns = _PATTERNS[kind]
        known = self._panel.table.entries.known(self._panel.table.entries.row_of(ids[0]))
        name = file_name_part(str(known.get("name")))
        path = choose_save_file(
            self._window,
            tr("Export"),
            f"{name or ids[0]}{suffix}",
            tr(patterns, patterns=f"*{suffix}"),
            _FILE_KINDS[kind],
        )
        if path:
            self._write(ids, Path(path), export_file, tr("It is written: {path}", path=path))

    def _write(
        self, ids: Sequence[str], path: Path, write: Callable[..., object], message: str
    ) -> None:
        def act(library: Library, report: Report, cancelled: IsCancelled) -> None:
            every = [member for id in ids for member in members(library, id)]
            write(library, list(dict.fromkeys(every)), path, report, cancelled)

        def done(_result: object) -> None:
            self.noticed.emit(Notice("info", message, about="library", file=path))

        self._writer.do(tr("Writing {name}", name=path.name), act, done)


def _is_column(key: str) -> bool:
    try:
        check_column(key)
    except AeguiError:
        return False
    return bool(key)


def _may_empty(panel: LibraryPanel) -> bool:
    box = QMessageBox(panel)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(tr("Empty the trash"))
    box.setText(tr("Remove for good what is in the trash?"))
    box.setInformativeText(tr("This cannot be undone."))
    remove = box.addButton(tr("&Remove"), QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(tr("&Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    return pressed(box) is remove
