"""Connects the document's data to the toolbar and to all ways of importing data."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QInputDialog

from aegui.core.data.builtin import is_builtin
from aegui.core.errors import AeguiError
from aegui.core.i18n import sentences, tr, trn
from aegui.features.data.data_menu import icon_of
from aegui.paths import documents_dir
from aegui.session.data.data_sources import (
    DRAWINGS,
    entries,
    keep_drawing,
    user_path,
)
from aegui.session.data.data_view import (
    edited_words,
    source_words,
    view_of,
)
from aegui.session.documents.draft import with_chars, with_source
from aegui.session.documents.suggestions import length_words, suggestion
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from aegui.shell import dialogs
from aegui.shell.feature import Feature
from aegui.widgets.progress_strip import ProgressStrip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import DataSpec, Recipe
    from aegui.features.data.import_dialog import ImportDialog
    from aegui.session.data.data_edits import DownloadNeed
    from aegui.session.data.data_sources import DataEntry
    from aegui.session.documents.draft import DraftState
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

_USUAL = ("lowercase", "letters", "emoji", "digits", "mnist", "fashion")
"""Sets offered as long as none has been used."""


class DataFeature(Feature):
    """Selects, imports, downloads and saves data."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._source = ("", "")
        self._connect()
        self._show_sources()

    def _connect(self) -> None:
        services, workspace = self._services, self._services.workspace
        workspace.data_taken.connect(self._on_workspace_data_taken)
        workspace.dataset_changed.connect(self._show_chosen)
        workspace.recipe_settled.connect(self._show_chosen)
        workspace.download_needed.connect(self.offer_download)
        writer, saving = services.of(FileWriter), workspace.file.saving
        for job, cancel in (
            (workspace.loading, self._cancel_loading),
            (saving, saving.cancel_all),
            (writer, writer.cancel),
        ):
            strip = ProgressStrip(self._window, self._window.canvas)
            strip.follow(job)
            strip.button.clicked.connect(cancel)
        services.favourites.changed.connect(self._on_favourites_changed)
        self._window.toolbar.data_chosen.connect(self._on_toolbar_data_chosen)
        self._window.toolbar.data_requested.connect(self.bring)

    # Import

    @property
    def ways(self) -> dict[str, Callable[[], object]]:
        """The entries of data menus besides the sets, by the keys of their actions."""
        return {
            "data_folder": self.open_folder,
            "data_images": self.open_images,
            "data_file": self.open_file,
            "gallery": partial(self._services.requests.gallery.emit, "data"),
        }

    @Slot(str)
    def take_source(self, source: str) -> None:
        """Make a built-in set or a file the draft's data, without the edits of its samples.

        A file in use is read again, since its content may have changed.
        """
        workspace, text = self._services.workspace, tr("Data: {name}", name=source_words(source))
        is_known = source == workspace.recipe.data.source
        use = partial(self._services.favourites.use, "data", source)
        if is_known and workspace.dataset.whole is not None:
            workspace.edits.read_anew(text)
            use()
        else:
            again = is_known and (workspace.draft.is_edited or not is_builtin(source))
            recipe = with_source(workspace.recipe, source)
            workspace.edit_recipe(recipe, text, use, again=again)

    @Slot(str)
    def _on_toolbar_data_chosen(self, source: str) -> None:
        workspace = self._services.workspace
        # The entry of the set in use is also that of its edits: choosing it must not discard them.
        if source != workspace.recipe.data.source or workspace.dataset.whole is not None:
            self.take_source(source)

    def open_folder(self) -> None:
        """Ask for a folder of images and preview their import."""
        path = dialogs.files.choose_folder(
            self._window, tr("Folder of images"), self.folder(), "images"
        )
        if path:
            self.import_images([Path(path)])

    def open_images(self) -> None:
        """Ask for image files and preview their import."""
        paths = dialogs.files.choose_images(self._window, self.folder())
        if paths:
            self.import_images([Path(path) for path in paths])

    def open_file(self) -> None:
        """Ask for a data file and make it the draft's data."""
        path = dialogs.files.choose_data_file(self._window, self.folder())
        if path:
            self.take_files([Path(path)])

    def add_file(self) -> None:
        """Ask for a data file and append its samples to the draft's data."""
        path = dialogs.files.choose_data_file(self._window, self.folder())
        if path:
            self._services.workspace.edits.add_file(Path(path))

    def import_images(self, paths: Sequence[Path]) -> ImportDialog:
        """Open a dialog that previews the import of ``paths``, and import them if accepted."""
        from aegui.features.data.import_dialog import ImportDialog

        codec = self._services.shown.codec
        shape = None if codec is None else codec.image_shape
        data = self._services.workspace.recipe.data
        dialog = ImportDialog(paths, data, self._window, shape)
        dialog.imported.connect(self._on_dialog_imported)
        dialog.open()
        return dialog

    def take_files(self, files: Sequence[Path]) -> bool:
        """Import data from ``files``; return False for documents, which the caller must open."""
        from aegui.features.data.model.image_import import kind_of_drop

        try:
            kind = kind_of_drop(files)
        except AeguiError as error:
            self.noticed.emit(Notice("error", str(error), passing=True))
            return True
        if kind == "document":
            return False
        if self._services.runner.is_busy:
            text = tr("Data can be changed when the training has ended.")
            self.noticed.emit(Notice("warning", text, about="busy"))
        elif kind == "images":
            self.import_images(files)
        else:
            self._services.workspace.open(files[0])
        return True

    def drop_words(self, files: Sequence[Path]) -> str:
        """Return a description of what dropping ``files`` would do."""
        from aegui.features.data.model.image_import import kind_of_drop

        name = files[0].name
        try:
            kind = kind_of_drop(files)
        except AeguiError as error:
            return str(error)
        if kind == "document":
            return tr("Drop to open {name}", name=name)
        if self._services.runner.is_busy:
            return tr("Data can be changed when the training has ended.")
        if kind == "images":
            n = len(files)
            return trn("Drop to import {name}", "Drop to import {n:,} files", n, name=name)
        return tr("Drop to use the data of {name}", name=name)

    @Slot(object)
    def offer_download(self, need: DownloadNeed) -> None:
        """Offer to download requested data, and repeat the request once they have arrived."""
        from aegui.features.data.download_dialog import DownloadDialog
        from aegui.features.data.model.data_service import DataService

        for older in self._window.findChildren(DownloadDialog):
            older.close()
        dialog = DownloadDialog(need.key, self._services.of(DataService), self._window)
        dialog.arrived.connect(self._show_sources)
        dialog.arrived.connect(lambda: need.retry())
        dialog.show()

    # Selection of samples

    def choose_characters(self) -> None:
        """Ask which characters of the set to train on."""
        view = view_of(self._services.workspace.draft)
        pool = view.pool
        if not view.has_characters:
            # Other sets are filtered by class and by name in the data panel.
            self._services.requests.data_search.emit()
            return
        labels = self._services.workspace.dataset.labels
        images = pool.images.mean(axis=1)
        chosen = dialogs.questions.choose_characters(self._window, pool.labels, images, labels)
        if chosen is not None:
            every = chosen == tuple(dict.fromkeys(pool.labels))
            recipe = self._services.workspace.recipe
            chars = None if every else "".join(chosen)
            self.edit(with_chars(recipe, chars), tr("Choose characters"))

    def edit(self, recipe: Recipe, text: str) -> bool:
        """Make ``recipe`` the draft, with ``text`` naming the undo step; False if it is refused."""
        return self._services.workspace.edit_recipe(recipe, text)

    # Saving

    def export_data(self) -> None:
        """Ask for a path and save the samples; the format follows the file extension."""
        dataset = self._services.workspace.dataset
        path = dialogs.files.choose_set_file(self._window, str(Path(self.folder()) / dataset.name))
        if path:
            message = tr("The set is saved: {path}", path=path)
            self._write(path, dataset, Notice("info", message, about="set file", file=Path(path)))

    def keep_set(self) -> None:
        """Ask for a name and save the samples among the person's own sets."""
        dataset = self._services.workspace.dataset
        title = tr("Keep the set")
        chosen = dialogs.questions.ask_user_file(
            self._window, title, tr("Name of the set"), dataset.name, user_path
        )
        if chosen is not None:
            _, path = chosen
            path.parent.mkdir(parents=True, exist_ok=True)
            message = tr("“{name}” was added to your sets.", name=path.stem)
            notice = Notice("info", message, about="set file")
            if self._services.workspace.draft.is_edited:
                # Studies, for example, read the samples of a file, but not those edited here.
                use = partial(self.take_source, str(path))
                notice = replace(notice, offer=tr("Use this set"), accept=use, passing=True)
            self._write(str(path), dataset, notice)
            # List the new set in the toolbar.
            self._services.favourites.use("data", str(path))

    @Slot()
    def keep_drawing(self) -> None:
        """Ask for a label and add the drawing to the person's drawings."""
        drawing = self._services.drawing
        title = tr("Keep the drawing")
        label, is_ok = QInputDialog.getText(
            self._window, title, tr("What is it?"), text=drawing.label
        )
        if not is_ok or not label:
            return
        try:
            drawings = keep_drawing(drawing.pixels, label)
        except (AeguiError, OSError) as error:
            self.noticed.emit(Notice("error", str(error), about="set file"))
            return
        message = trn(
            "It is kept: you have {n:,} drawing.",
            "It is kept: you have {n:,} drawings.",
            len(drawings),
        )
        source = str(user_path(DRAWINGS))
        self._services.favourites.use("data", source)
        self._show_sources()
        self.noticed.emit(
            Notice(
                "info",
                message,
                tr("Learn my drawings"),
                lambda: self.take_source(source),
                about="set file",
            )
        )

    def _write(self, path: str, dataset: Dataset, notice: Notice) -> None:
        from aegui.core.data.writers import write_dataset

        writing = self._services.of(FileWriter).write(
            path, lambda: write_dataset(path, dataset), notice
        )
        writing.written.connect(self._show_sources)

    def folder(self) -> str:
        """Return the folder where file dialogs start."""
        recent = self._services.workspace.file.recent
        return str(recent[0].parent if recent else documents_dir())

    # Events of the session

    @Slot(object, object)
    def _on_workspace_data_taken(self, before: DraftState, after: DraftState) -> None:
        pace = ""
        if before.recipe.network == after.recipe.network:
            # With another network the epochs come from its recipe, not from the number of samples.
            pace = length_words(before.recipe.training, after.recipe.training, len(after.dataset))
        offered = None if self._was_trained_on(after) else suggestion(before, after)
        if offered is None:
            if pace:
                self.noticed.emit(Notice("info", pace, passing=True))
            return
        _, height, width = after.dataset.image_shape
        message = tr(
            "The images are {width} × {height} now; the network was made for others.",
            width=width,
            height=height,
        )
        text = sentences(message, pace)
        self.noticed.emit(
            Notice(
                "info",
                text,
                offered.text,
                lambda: self._take_network(offered.recipe),
                passing=True,
            )
        )

    def _was_trained_on(self, draft: DraftState) -> bool:
        """Return whether the run of the document has the network and image size of ``draft``."""
        run = self._services.workspace.run
        return (
            run is not None
            and run.recipe.network == draft.recipe.network
            and run.dataset.image_shape == draft.dataset.image_shape
        )

    def _take_network(self, requested: Recipe) -> None:
        recipe = self._services.workspace.recipe
        update = {"network": requested.network, "training": requested.training}
        self.edit(recipe.model_copy(update=update), tr("Network for these images"))

    @Slot()
    def _show_chosen(self) -> None:
        if self.shown_data() != self._source:
            self._show_sources()

    @Slot()
    def _cancel_loading(self) -> None:
        self._services.workspace.loading.cancel()
        self._services.workspace.announce_recipe()

    @Slot(object)
    def _on_dialog_imported(self, data: DataSpec) -> None:
        recipe = self._services.workspace.recipe
        text = tr("Data: {name}", name=source_words(data.source))
        edited = recipe.model_copy(update={"data": data})
        self._services.workspace.edit_recipe(edited, text, again=True)

    @Slot(str)
    def bring(self, key: str) -> None:
        """Run the import ``key``, a key of ``ways``."""
        self.ways[key]()

    @Slot(str)
    def _on_favourites_changed(self, shelf: str) -> None:
        if shelf == "data":
            self._show_sources()

    # Display

    @Slot()
    def _show_sources(self) -> None:
        source, edited = self._source = self.shown_data()
        offered = [(entry, icon_of(entry)) for entry in self.offered()]
        self._window.toolbar.set_data(offered, source, source_words(source), edited)

    def offered(self) -> list[DataEntry]:
        """Return the sets of the short list: favourites, recently used and usual ones."""
        known = {entry.key: entry for entry in entries()}
        short = self._services.favourites.short("data", list(known), _USUAL)
        return sorted((known[key] for key in short), key=lambda entry: entry.is_users)

    def shown_data(self) -> tuple[str, str]:
        """Return the source of the draft's data, and the name of edited data, else ""."""
        draft = self._services.workspace.draft
        source = draft.recipe.data.source
        if not draft.is_edited:
            return source, ""
        return source, edited_words(source, len(draft.dataset))
