"""Connects the gallery to the document: opening, training and studying its items."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMessageBox

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network.kinds import kind_of
from aegui.core.recipe.file import find_recipe, list_recipes, load_recipe, save_recipe
from aegui.features.gallery.model.items import NO_EXTRAS, network_items, set_items
from aegui.features.gallery.model.previews import extras_of
from aegui.features.gallery.view.dialog import GalleryDialog
from aegui.paths import recipes_dir
from aegui.session.data.data_sources import file_name
from aegui.session.notice import Notice
from aegui.shell.dialogs.questions import ask_user_file
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.features.gallery.model.items import Extras, GalleryItem
    from aegui.session.favourites import Shelf
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

_SECTION = "gallery.section"
_FIRST = "first"
_VARIED = {
    "denoising": "data.corruption.level",
    "sparse": "training.sparsity.weight",
    "contractive": "training.contractive",
}
"""Setting a study varies by default, by kind of network; for others it is the code size."""
_CODE = "network.latent.units"


class GalleryFeature(Feature):
    """Opens the gallery and carries out its requests."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._computing = services.latest("aegui-gallery", urgent=False)
        self._extras: Extras = NO_EXTRAS
        self.dialog: GalleryDialog | None = None
        """The open dialog, or None."""
        self._computing.answered.connect(self._on_computing_answered)
        services.runner.state_changed.connect(self._show_idle)
        services.favourites.changed.connect(self._show_items)

    def ask_for(self, page: str) -> None:
        """Request the gallery through the session, so that other features are notified."""
        self._services.requests.gallery.emit(page)

    def show_page(self, page: str) -> None:
        """Show the gallery at ``page``."""
        if self.dialog is None:
            section = str(self._services.settings.values.get(_SECTION, _FIRST))
            self.dialog = dialog = GalleryDialog(self._window, section)
            dialog.open_requested.connect(self.open_item)
            dialog.train_requested.connect(self.train_item)
            dialog.vary_requested.connect(self.vary_item)
            dialog.favourite_toggled.connect(self._on_dialog_favourite_toggled)
            dialog.remove_requested.connect(self._on_dialog_remove_requested)
            dialog.keep_draft.clicked.connect(self.keep_draft)
            dialog.import_requested.connect(self._on_dialog_import_requested)
            dialog.finished.connect(self._on_dialog_finished)
            self._show_items()
            self._show_idle()
            self._compute_extras()
        self.dialog.show_page(page)
        self.dialog.open()

    # Actions

    @Slot(object)
    def open_item(self, item: GalleryItem) -> None:
        """Open a trained model or a file, load a recipe into the builder, or select a set."""
        if item.what != "set" and item.path is not None:
            self._close()
            if item.what == "network":
                self._services.favourites.use("networks", item.key)
            self._services.requests.file.emit(item.path)
        elif self._services.runner.is_busy:
            return
        elif item.what == "set":
            self._close()
            self._services.requests.data.emit(item.key)
        else:
            self._take(item, lambda: self.show_dock("builder", "build"))

    @Slot(object)
    def train_item(self, item: GalleryItem) -> None:
        """Load the recipe of ``item`` into the builder and train it."""
        self._take(item, self._services.requests.train.emit)

    @Slot(object)
    def vary_item(self, item: GalleryItem) -> None:
        """Load the recipe of ``item`` into the builder and start a study that varies it."""
        if item.recipe is None:
            return
        path = _VARIED.get(kind_of(item.recipe), _CODE)
        if item.recipe.network.latent.top_k is not None:
            path = "network.latent.top_k"
        self._take(item, lambda: self._services.requests.vary.emit(path))

    def keep_draft(self) -> None:
        """Ask for a name and save the builder's recipe among the person's own."""
        recipe = self._services.workspace.recipe
        title = tr("Keep the draft")
        parent, label = self.dialog or self._window, tr("Name of the network")
        chosen = ask_user_file(parent, title, label, recipe.name, _user_recipe_path)
        if chosen is None:
            return
        name, path = chosen
        named = recipe.model_copy(update={"name": name})
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_recipe(path, named)
        except (AeguiError, OSError) as error:
            self.noticed.emit(Notice("error", str(error), about="recipe file"))
            return
        self._services.favourites.changed.emit("networks")
        self._compute_extras()

    def _compute_extras(self) -> None:
        """Compute the slow parts of the cards in the background: those of files first."""
        recent = self._recent()
        self._computing.derive(lambda _report, cancelled: extras_of(recent, cancelled), object())

    def _take(self, item: GalleryItem, then: Callable[[], object] = lambda: None) -> None:
        """Make the recipe of ``item`` the draft; ``then`` is called once its data are loaded."""
        workspace = self._services.workspace
        if self._services.runner.is_busy:
            return
        path = find_recipe(item.key)
        recipe = item.recipe if path is None else load_recipe(path)
        if recipe is None:
            return

        def on_loaded() -> None:
            if item.goal is None:
                self._services.favourites.use("networks", item.key)
            then()

        self._close()
        if self._window.is_wandering:
            # The builder must be visible to show the recipe.
            self._services.requests.arrangement.emit("build")
        text = tr("Recipe “{name}”", name=tr(recipe.name))
        if item.goal is not None:
            workspace.set_up(recipe, item.goal, text, on_loaded)
        elif recipe == workspace.recipe:
            on_loaded()
        else:
            workspace.edit_recipe(recipe, text, on_loaded, is_whole=True)

    # Requests of the dialog

    @Slot(object, bool)
    def _on_dialog_favourite_toggled(self, item: GalleryItem, is_favourite: bool) -> None:
        self._services.favourites.keep(_shelf(item), item.key, kept=is_favourite)

    @Slot(object)
    def _on_dialog_remove_requested(self, item: GalleryItem) -> None:
        if item.what == "file":
            self._services.workspace.file.forget(Path(item.key))
            self._show_items()
            return
        path = find_recipe(item.key)
        if path is None or not item.is_users:
            return
        text = tr("Remove the recipe “{name}” from your own?", name=item.title)
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(self.dialog or self._window, tr("Remove"), text)
        if answer == buttons.Yes:
            path.unlink(missing_ok=True)
            self._services.favourites.changed.emit("networks")

    @Slot(str)
    def _on_dialog_import_requested(self, key: str) -> None:
        self._close()
        self._services.requests.data_import.emit(key)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self.dialog is not None:
            self._services.settings.keep({_SECTION: self.dialog.section})
        self.dialog = None
        self._computing.forget()

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.accept()

    # Display

    @Slot(object)
    def _on_computing_answered(self, extras: Extras) -> None:
        self._extras = extras if extras.figures else _with_figures(extras, self._extras)
        self._show_items()

    @Slot()
    def _show_idle(self) -> None:
        if self.dialog is not None:
            self.dialog.details.set_idle(not self._services.runner.is_busy)

    def _show_items(self) -> None:
        if self.dialog is None:
            return
        networks = network_items(self._extras, self._recent())
        favourites = self._services.favourites
        self.dialog.set_items("networks", networks, frozenset(favourites.kept("networks")))
        sets = set_items(self._extras, networks)
        self.dialog.set_items("data", sets, frozenset(favourites.kept("data")))

    def _recent(self) -> tuple[Path, ...]:
        # Also False if the path is not accessible.
        return tuple(filter(os.path.isfile, self._services.workspace.file.recent))


def _user_recipe_path(name: str) -> Path:
    stem = file_name(name)
    if stem in dict(list_recipes()):
        # An own recipe must not shadow a built-in key.
        stem = f"{stem} 2"
    return recipes_dir() / f"{stem}.json"


def _shelf(item: GalleryItem) -> Shelf:
    return "data" if item.what == "set" else "networks"


def _with_figures(extras: Extras, before: Extras) -> Extras:
    """Return the files of ``extras`` together with the other parts of ``before``."""
    return type(extras)(before.figures, extras.files, before.sheets)
