"""Edits of the samples of the draft's data on the page of the set, and continued training."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.features.drawing.feature import SetFeature
from aegui.features.drawing.model.set_edits import (
    MAX,
    duplicated,
    moved,
    redrawn,
    renamed,
    without,
)
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.session.data.image_style import image_style_of
from aegui.session.notice import Notice
from aegui.session.pixels.answers import one_image, title
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.data.dataset import Dataset
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow


class SetPageFeature(Feature):
    """Edits the draft's samples; each edit can be undone with the draft."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._page = window.panel(DrawPanel).set
        self._set = window.feature(SetFeature)
        self._set.page = self._page
        self._samples = Refresher(self._show_samples, dock=window.docks["draw"], parent=self)
        self._connect()
        self._samples.mark()
        self._show_change()

    def _connect(self) -> None:
        services, page = self._services, self._page
        page.moved.connect(self._on_page_moved)
        page.duplicate_requested.connect(self._on_page_duplicate_requested)
        page.delete_requested.connect(self._on_page_delete_requested)
        page.redraw_requested.connect(self._on_page_redraw_requested)
        page.renamed.connect(self._on_page_renamed)
        page.gallery.picked.connect(self._on_gallery_picked)
        page.train_on.clicked.connect(self._set.train_on)
        page.import_requested.connect(services.requests.add_data)
        page.export_requested.connect(services.requests.export_data)
        services.workspace.dataset_changed.connect(self._on_workspace_dataset_changed)
        services.workspace.run_changed.connect(self._show_change)
        services.workspace.document_changed.connect(self._show_change)
        services.runner.state_changed.connect(self._show_change)

    # Display

    @Slot(object)
    def _on_workspace_dataset_changed(self, _dataset: Dataset) -> None:
        self._samples.mark()
        self._show_change()

    def _show_samples(self) -> None:
        dataset = self._services.workspace.dataset
        image_style = image_style_of(dataset)
        labels = dataset.labels if image_style.glyphs else dataset.names
        self._page.set_samples(labels, dataset.images, image_style)
        self._show_known()
        self._show_lock()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update whether the samples on the page are the ones shown."""
        if "dataset" in changed:
            self._show_known()

    def _show_known(self) -> None:
        services = self._services
        self._page.gallery.set_known(services.shown.dataset is services.workspace.dataset)

    def _show_lock(self) -> None:
        reason = ""
        if self._services.runner.is_busy:
            reason = tr("The set can be edited when the training has ended.")
        elif len(self._services.workspace.dataset) > MAX:
            reason = tr("Sets of more than {n:,} samples are not edited one by one.", n=MAX)
        self._page.set_locked(reason)

    @Slot()
    def _show_change(self) -> None:
        change, can_continue = self._set.change()
        words = "" if change is None else change.words
        self._page.set_change(words, can_continue=can_continue)
        self._show_lock()

    # Edits

    def _edit(self, edit: Callable[[Dataset], Dataset], text: str) -> bool:
        workspace = self._services.workspace
        try:
            dataset = edit(workspace.dataset)
        except AeguiError as error:
            self.noticed.emit(Notice("warning", str(error), passing=True))
            return False
        return workspace.edits.edit_dataset(dataset, text)

    def _name(self, index: int) -> str:
        dataset = self._services.workspace.dataset
        return title(dataset, index, image_style_of(dataset))

    @Slot(int, int)
    def _on_page_moved(self, index: int, place: int) -> None:
        edit = partial(moved, index=index, position=place)
        if self._edit(edit, tr("Move “{label}”", label=self._name(index))):
            self._page.gallery.set_current(place)

    @Slot(int)
    def _on_page_duplicate_requested(self, index: int) -> None:
        edit = partial(duplicated, index=index)
        if self._edit(edit, tr("Duplicate “{label}”", label=self._name(index))):
            self._page.gallery.set_current(index + 1)

    @Slot(int)
    def _on_page_delete_requested(self, index: int) -> None:
        self._edit(partial(without, index=index), tr("Delete “{label}”", label=self._name(index)))

    @Slot(int)
    def _on_page_redraw_requested(self, index: int) -> None:
        edit = partial(redrawn, index=index, image=self._services.drawing.pixels)
        self._edit(edit, tr("Redraw “{label}”", label=self._name(index)))

    @Slot(int, str)
    def _on_page_renamed(self, index: int, label: str) -> None:
        # For images that are not characters the page shows the name instead of the label.
        by_name = not image_style_of(self._services.workspace.dataset).glyphs
        edit = partial(renamed, index=index, label=label, by_name=by_name)
        self._edit(edit, tr("Rename “{label}”", label=self._name(index)))

    @Slot(int)
    def _on_gallery_picked(self, index: int) -> None:
        services, dataset = self._services, self._services.workspace.dataset
        if services.shown.dataset is dataset:
            self._services.requests.sample.emit(index)
            return
        image_style = image_style_of(dataset)
        image = one_image(dataset.images[index], dataset)
        paper = image_style.paper(dataset.image_shape[0])
        services.drawing.load(image, title(dataset, index, image_style), None, paper)
