"""Connects the charts to the loss of PCA with the code's size, shown as a reference line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.core.training.terms import TERMS
from aegui.features.charts.model.reference_service import ReferenceService
from aegui.features.charts.view.panel import ChartsPanel
from aegui.kit.charts.scale import precise
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher
from aegui.widgets.charts.painting import Reference

if TYPE_CHECKING:
    from aegui.features.charts.model.reference_service import LinearReference
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow


class ReferenceFeature(Feature):
    """Requests the reference for the network shown, while the charts are visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(ChartsPanel)
        self._refresher = Refresher(self._request, 0, window.docks["charts"], self)
        services.of(ReferenceService).found.connect(self._on_reference_found)
        self._on_reference_found(services.of(ReferenceService).latest)
        self._refresher.mark()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Request the reference again if it may have changed; release its data while hidden."""
        if changed & {"dataset", "network"} and not self._refresher.is_shown:
            self._services.of(ReferenceService).forget()
        if changed & {"dataset", "history", "network"}:
            self._refresher.mark()

    def _request(self) -> None:
        shown = self._services.shown
        # The curves belong to the training set, which need not be the set on the map.
        self._services.of(ReferenceService).request(shown.trained_on or shown.dataset, shown.recipe)

    @Slot(object)
    def _on_reference_found(self, found: LinearReference | None) -> None:
        lines = {}
        if found is not None:
            text = tr("PCA-{k}: {value}", k=found.components, value=precise(found.value))
            lines[TERMS[found.term].chart] = Reference(found.value, text)
        self._panel.set_references(lines)
