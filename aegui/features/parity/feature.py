"""Connects the page of published figures with studies, recipes and the library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.data.progress import stop_if
from aegui.core.i18n import tr
from aegui.core.library.library import Library
from aegui.core.parity.reached import kept_entries, parity_csv, parity_html, states_of
from aegui.core.parity.rows import parity_rows
from aegui.features.parity.view.dialog import ParityDialog
from aegui.paths import library_dir
from aegui.session.file_writer import FileWriter
from aegui.session.library_news import LibraryNews
from aegui.session.messages import Messages
from aegui.session.notice import Notice
from aegui.shell.dialogs.files import choose_folder, choose_save_file
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.parity.reached import RowState
    from aegui.core.parity.rows import ParityRow
    from aegui.core.recipe import Recipe
    from aegui.session.messages import Message
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

_CSV = ".csv"


class ParityFeature(Feature):
    """Shows the page in a window of its own; its trainings run in the main window."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._reading = services.latest("aegui-parity", urgent=False)
        self._states: tuple[RowState, ...] = ()
        self._requested: Recipe | None = None
        self.dialog: ParityDialog | None = None
        self._newest: tuple[Message, ...] = ()
        self._reading.answered.connect(self._on_reading_answered)
        self._reading.failed.connect(self._on_reading_failed)
        services.workspace.recipe_changed.connect(self._on_workspace_recipe_changed)
        services.of(LibraryNews).changed.connect(self._on_news_changed)
        services.of(Messages).changed.connect(self._on_messages_changed)

    def open(self) -> None:
        """Show the page."""
        if self.dialog is None:
            self.dialog = dialog = ParityDialog(self._window)
            dialog.run_requested.connect(self.run)
            dialog.own_requested.connect(self.run_on_own)
            dialog.save.clicked.connect(self.save)
            dialog.looked_at.connect(self._refresh)
            dialog.finished.connect(self._on_dialog_finished)
            self._newest = self._services.of(Messages).kept[-1:]
            self._refresh()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    @Slot()
    def _refresh(self) -> None:
        """Read the library again."""
        self._reading.derive(reached_states, object())

    @Slot(object)
    def run(self, row: ParityRow) -> None:
        """Run the study of ``row``, or train its recipe; the result is added to the library."""
        services = self._services
        if services.runner.is_busy:
            self._tell_busy()
            return
        if row.study:
            self._tell(tr("The study is in the window behind; its results appear here too."))
            services.requests.study.emit(row.study)
            return
        self._train(row)

    @Slot(object)
    def run_on_own(self, row: ParityRow) -> None:
        """Train the recipe of ``row`` on the images of a folder that the user chooses."""
        path = choose_folder(self._window, tr("Folder of images"), "", "images")
        if path:
            self._train(row, path)

    def _train(self, row: ParityRow, source: str = "") -> None:
        services = self._services
        if services.runner.is_busy:
            self._tell_busy()
            return
        recipe = row.recipe_on(source)
        self._requested = recipe
        self._tell(tr("The training is in the window behind; its result appears here too."))
        services.requests.line.emit(row.line(source))
        if services.workspace.recipe == recipe:
            self._on_workspace_recipe_changed()

    def _tell(self, text: str) -> None:
        """Show ``text`` in the dialog, which may cover what happens in the window."""
        if self.dialog is not None:
            self.dialog.set_news(text)

    @Slot()
    def _on_messages_changed(self) -> None:
        newest = self._services.of(Messages).kept[-1:]
        if self.dialog is not None and newest != self._newest:
            self._newest = newest
            self._tell(newest[0].notice.text if newest else "")

    def _tell_busy(self) -> None:
        text = tr("A training is running: stop it before you start another one.")
        self.noticed.emit(Notice("info", text, passing=True, about="busy"))

    @Slot(object)
    def _on_workspace_recipe_changed(self, _resolution: object = None) -> None:
        # The recipe is announced unchanged if its data could not be read or reading was cancelled.
        requested, self._requested = self._requested, None
        if requested is not None and self._services.workspace.recipe == requested:
            self._services.requests.train.emit()

    @Slot()
    def save(self) -> None:
        """Ask for a path, and save the page there as HTML or CSV."""
        path = choose_save_file(
            self._window,
            tr("Save the published figures"),
            "parity.html",
            tr("Web pages ({patterns})", patterns="*.html") + f";;CSV (*{_CSV})",
            "tables",
        )
        if not path:
            return
        states = self._states
        text = parity_csv if Path(path).suffix.lower() == _CSV else parity_html
        message = tr("The published figures are saved: {path}", path=path)
        self._services.of(FileWriter).write_bytes(
            path,
            lambda: text(states).encode(),
            Notice("info", message, about="figure", file=Path(path)),
        )

    @Slot(object)
    def _on_reading_answered(self, states: tuple[RowState, ...]) -> None:
        self._states = states
        if self.dialog is not None:
            self.dialog.set_states(states)

    @Slot(object)
    def _on_reading_failed(self, reason: str) -> None:
        if self.dialog is not None:
            self.dialog.summary.setText(tr("The library could not be read."))
        self.noticed.emit(Notice("error", reason, about="library"))

    @Slot()
    def _on_news_changed(self) -> None:
        """Update the page, so that a training that has just ended gets its tick."""
        if self.dialog is not None:
            self._refresh()

    @Slot()
    def _on_dialog_finished(self) -> None:
        self.dialog = None
        self._reading.forget()


def reached_states(_report: Report, cancelled: IsCancelled) -> Iterator[tuple[RowState, ...]]:
    """Yield the state of every row according to the library.

    Raises:
        AeguiError: The library cannot be read.
    """
    rows = parity_rows()
    if not library_dir().exists():
        yield states_of(rows, ())
        return
    with Library(read_only=True, cancelled=cancelled) as library:
        entries = kept_entries(library, cancelled)
    stop_if(cancelled)
    yield states_of(rows, entries)
