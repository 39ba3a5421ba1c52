"""Joins the charts with the best linear code of the same size: PCA as a line to compare with."""

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
    """Asks for the reference of the network that is shown, while the charts can be seen."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(ChartsPanel)
        self._refresher = Refresher(self._request, 0, window.docks["charts"], self)
        services.of(ReferenceService).found.connect(self._on_reference_found)
        self._on_reference_found(services.of(ReferenceService).latest)
        self._refresher.mark()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Follow what is shown."""
        if changed & {"dataset", "network"} and not self._refresher.is_shown:
            self._services.of(ReferenceService).forget()
        if changed & {"dataset", "history", "network"}:
            self._refresher.mark()

    def _request(self) -> None:
        shown = self._services.shown
        # The curves are those of the set that the network was trained on, whatever the map shows.
        self._services.of(ReferenceService).request(shown.trained_on or shown.dataset, shown.recipe)

    @Slot(object)
    def _on_reference_found(self, found: LinearReference | None) -> None:
        lines = {}
        if found is not None:
            text = tr("PCA-{k}: {value}", k=found.components, value=precise(found.value))
            lines[TERMS[found.term].chart] = Reference(found.value, text)
        self._panel.set_references(lines)
