"""Connects the selection with all maps, its panel, and the dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from aegui.core.data.builtin import set_title
from aegui.core.i18n import tr, trn
from aegui.features.linked.view.selection_panel import SelectionPanel
from aegui.kit.keys import native_keys
from aegui.session.data.selection import Selection
from aegui.session.shown import SUBJECT
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_FOLLOWING_MS = 400
"""Interval in milliseconds between two updates for a network in training."""


class SelectionFeature(Feature):
    """The selection that the map, the projections and the panel share."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(SelectionPanel)
        self._selection = services.of(Selection)
        self._network = Refresher(
            self._show_network, _FOLLOWING_MS, window.docks["selection"], self
        )
        self._connect()
        self._show_samples()
        self._show_lock()
        self._network.mark()
        self.while_visible("selection", self._selection.groups.set_active)

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update for a change of the displayed network or dataset."""
        if "dataset" in changed:
            self._show_samples()
            self._show_lock()
        if changed & SUBJECT:
            self._network.mark()

    def _connect(self) -> None:
        selection, panel = self._selection, self._panel
        self._services.runner.state_changed.connect(self._show_lock)
        self._services.workspace.dataset_changed.connect(self._show_lock)
        selection.changed.connect(panel.set_selection)
        selection.groups.answered.connect(panel.set_group)
        selection.sets.answered.connect(self._on_selection_taken_out)
        panel.sample_left_out.connect(selection.leave_out)
        panel.cleared.connect(self._on_panel_cleared)
        panel.samples_dropped.connect(self._on_panel_samples_dropped)
        panel.zoom.clicked.connect(self._services.requests.selection_zoom)
        panel.gallery.activated.connect(self._services.requests.sample)
        panel.make_set.clicked.connect(self._on_panel_set_requested)

    @Slot(object)
    def _on_panel_samples_dropped(self, indices: tuple[int, ...]) -> None:
        dropped = np.array(indices, np.int64)
        self._selection.select(np.union1d(self._selection.indices, dropped))

    @Slot()
    def show_panel(self) -> None:
        """Show the dock of the selection and focus its gallery."""
        self.show_dock("selection")
        self._panel.gallery.setFocus()

    def _show_samples(self) -> None:
        shown = self._services.shown
        self._panel.set_samples(shown.dataset, shown.image_style)
        self._panel.set_selection(self._selection.indices)

    def _show_network(self) -> None:
        shown = self._services.shown
        self._selection.set_codec(shown.codec, live=shown.is_learning)

    @Slot()
    def _show_lock(self) -> None:
        reason = ""
        if self._services.runner.is_busy:
            reason = tr("The set can be edited when the training has ended.")
        elif self._services.shown.dataset is not self._services.workspace.dataset:
            reason = tr(
                "These are the samples that the network was trained on; the data chosen now are "
                "others."
            )
        self._panel.set_locked(reason)

    @Slot()
    def _on_panel_cleared(self) -> None:
        self._selection.select(np.zeros(0, np.int64))

    @Slot()
    def _on_panel_set_requested(self) -> None:
        name = set_title(self._services.shown.dataset.name)
        self._selection.take_out(tr("{name} - selection", name=name))

    @Slot(object)
    def _on_selection_taken_out(self, dataset: Dataset) -> None:
        workspace = self._services.workspace
        if not workspace.edits.edit_dataset(dataset, tr("Make the selection the set")):
            return
        workspace.say(
            "info",
            trn(
                "The set is {n:,} sample now. Undo ({keys}) brings the others back.",
                "The set is {n:,} samples now. Undo ({keys}) brings the others back.",
                len(dataset),
                keys=native_keys("Ctrl+Z"),
            ),
        )
