"""Connects the projections panel to the displayed samples and network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.core.latent.projections import ProjectionOptions
from aegui.core.latent.views import VIEWS, Figures, reference_label, views_csv, views_document
from aegui.features.projections.model.projection_service import ProjectionService
from aegui.features.projections.view.panel import DEFAULT_SHOWN, ProjectionsPanel
from aegui.session.data.selection import Selection
from aegui.session.file_writer import FileWriter
from aegui.session.map.others import Others
from aegui.session.notice import Notice
from aegui.session.shown import SUBJECT
from aegui.shell.cost_guard import may_compute
from aegui.shell.dialogs.files import choose_save_file
from aegui.shell.feature import Feature
from aegui.shell.outcome import epoch_words

if TYPE_CHECKING:
    from aegui.core.latent.views import Material
    from aegui.session.map.others import Compared
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_FIRST_AXES = (0, 1)
_SHOWN = "projections.shown"
_OPTIONS = "projections."
_PICTURED = "projections.pictured"
_FILE_KINDS = {"csv": "CSV (*.csv)", "json": "JSON (*.json)"}


class ProjectionsFeature(Feature):
    """Keeps the maps up to date with samples and network while the dock is visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(ProjectionsPanel)
        self._others = services.of(Others)
        self._selection = services.of(Selection)
        self._canvas = self._window.canvas
        self._axes = _FIRST_AXES
        self._maps = services.of(ProjectionService)
        self._maps.budget = lambda: services.settings.budget
        self._connect()
        self._restore()
        self._show_dataset()
        self._show_network()
        of = self._maps.samples
        if of is not None:
            self._on_maps_samples_changed(of)
        for state in self._maps.maps:
            self._panel.set_map(state)
        self._show_references()
        self._show_others()
        self.while_visible("projections", self._set_active)

    def _connect(self) -> None:
        maps, panel = self._maps, self._panel
        maps.samples_changed.connect(self._on_maps_samples_changed)
        maps.map_changed.connect(self._panel.set_map)
        maps.references_changed.connect(self._show_references)
        maps.busy_changed.connect(panel.set_busy)
        panel.shown_changed.connect(self._on_panel_shown_changed)
        panel.form.edited.connect(self._on_form_edited)
        panel.pictured.toggled.connect(
            lambda pictured: self._services.settings.keep({_PICTURED: pictured})
        )
        panel.compute_requested.connect(self._on_panel_compute_requested)
        panel.stop_requested.connect(maps.stop)
        panel.export_requested.connect(self.export)
        panel.axes.edited.connect(self._on_axes_edited)
        panel.sample_hovered.connect(self._canvas.set_marked)
        self._canvas.hovered.connect(self._on_canvas_hovered)
        panel.samples_selected.connect(self._selection.select)
        self._selection.changed.connect(panel.select_samples)
        self._services.requests.selection_zoom.connect(panel.zoom_to_selection)
        panel.other_menu.menu().aboutToShow.connect(self._on_other_menu_requested)
        panel.other_menu.chosen.connect(self._services.requests.other_network)
        self._others.changed.connect(self._show_others)
        self._others.compared.connect(self._show_compared)

    @Slot(bool)
    def _set_active(self, active: bool) -> None:
        self._maps.set_active(active)
        self._others.set_active(active, "projections")

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update samples and network for the fields in ``changed``."""
        if "dataset" in changed:
            self._show_dataset()
        if changed & SUBJECT:
            self._show_network()

    def _show_dataset(self) -> None:
        self._maps.set_dataset(self._services.shown.dataset)
        self._others.set_dataset(self._services.shown.dataset)

    def _show_network(self) -> None:
        codec = self._services.shown.codec
        size = 0 if codec is None else codec.latent_size
        if max(self._axes) >= max(size, len(_FIRST_AXES)):
            self._axes = _FIRST_AXES
        self._panel.set_axes(self._axes, size)
        self._panel.set_encodes(codec is None or codec.can_encode)
        self._maps.set_requested(self._panel.shown)
        self._maps.set_codec(codec, self._axes)

    @Slot(object)
    def _on_axes_edited(self, axes: tuple[int, int]) -> None:
        self._axes = axes
        self._show_network()

    @Slot()
    def _on_panel_compute_requested(self) -> None:
        if may_compute(self._services, self._maps.due_cost, self._window):
            self._maps.compute()

    @Slot(int)
    def _on_canvas_hovered(self, index: int) -> None:
        self._panel.point_at(index if index >= 0 else None)

    @Slot(object)
    def _on_maps_samples_changed(self, of: Material) -> None:
        self._panel.set_samples(self._services.shown.dataset, of)
        self._panel.select_samples(self._selection.indices)
        self._others.set_indices(of.indices)
        # The maps are empty now, even if they are of the same samples as before.
        self._show_compared(self._others.latest)

    # Other networks

    @Slot()
    def _on_other_menu_requested(self) -> None:
        self._services.requests.other_choices.emit(self._panel.other_menu)

    @Slot()
    def _show_others(self) -> None:
        others = self._others.others
        self._panel.set_others([each.name for each in others])
        for number, each in enumerate(others):
            if not each.codec.can_encode:
                self._panel.set_other(
                    number, None, "", tr("A GAN has no encoder: images have no place on its map.")
                )
        self._show_compared(self._others.latest)

    @Slot(object)
    def _show_compared(self, compared: Compared | None) -> None:
        of = self._maps.samples
        if of is None or compared is None or not np.array_equal(of.indices, compared.indices):
            return
        for number, each in enumerate(compared.others):
            if each.coordinates is None:
                continue
            note = epoch_words(float(each.of.codec.epoch))
            if each.space.size > 2:
                note = tr("PCA of {d} numbers, {epoch}", d=each.space.size, epoch=note)
            self._panel.set_other(number, each.coordinates, note)

    # Maps

    @Slot()
    def _show_references(self) -> None:
        size = 0 if self._maps.codec is None else self._maps.codec.latent_size
        rows = [(reference_label(key, size), value) for key, value in self._maps.references.items()]
        self._panel.set_references(rows)

    # Settings

    def _restore(self) -> None:
        values = self._services.settings.values
        shown = str(values.get(_SHOWN, " ".join(DEFAULT_SHOWN))).split()
        self._panel.set_shown([key for key in shown if key in VIEWS])
        options = self._services.settings.form(_OPTIONS, ProjectionOptions())
        self._panel.form.set_value(options)
        self._maps.set_options(options)
        self._maps.set_requested(self._panel.shown)
        self._panel.pictured.setChecked(values.get(_PICTURED) is True)

    @Slot(object)
    def _on_panel_shown_changed(self, chosen: tuple[str, ...]) -> None:
        self._maps.set_requested(self._panel.shown)
        self._services.settings.keep({_SHOWN: " ".join(chosen)})

    @Slot(object)
    def _on_form_edited(self, options: ProjectionOptions) -> None:
        self._maps.set_options(options)
        self._services.settings.keep_form(_OPTIONS, options)

    # Files

    @Slot(str)
    def export(self, kind: str) -> None:
        """Ask for a file name and write the maps to it as ``kind``: "csv" or "json"."""
        of, views = self._maps.samples, self._maps.views
        if of is None or not views:
            return
        name = f"{self._services.workspace.name}.{kind}"
        path = choose_save_file(
            self._window, tr("Save the maps"), name, _FILE_KINDS[kind], "tables"
        )
        if not path:
            return
        dataset, references = self._services.shown.dataset, self._maps.references
        found = {state.key: state.figures or Figures() for state in self._maps.maps}

        def data() -> bytes:
            if kind == "csv":
                return views_csv(dataset, of, views).encode()
            document = views_document(dataset, of, views, found, references)
            return (json.dumps(document, ensure_ascii=False) + "\n").encode()

        message = tr("The maps are saved: {path}", path=path)
        self._services.of(FileWriter).write_bytes(
            path, data, Notice("info", message, about="maps file", file=Path(path))
        )
