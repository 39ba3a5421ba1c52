"""Connects the training panel with the mistakes found in its noise settings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.core.study.findings import mistakes
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.features.noise_study.model.noise_study import NoiseStudy
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from aegui.core.study.findings import Finding
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

_FOLLOWING_MS = 300


class FindingsFeature(Feature):
    """Shows mistakes in the noise settings of the training panel, and fixes them on request."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._study = services.of(NoiseStudy)
        self._refresher = Refresher(self._ask, dock=window.docks["training"], parent=self)
        lines = window.panel(TrainingPanel).findings
        self._study.findings_found.connect(lines.set_findings)
        lines.mend_requested.connect(partial(mend, services))
        lines.see_requested.connect(services.requests.mistake)
        services.workspace.recipe_settled.connect(self._mark)
        services.workspace.dataset_changed.connect(self._mark)
        self._mark()

    @Slot()
    def _mark(self) -> None:
        # The edited number itself is painted first.
        self._refresher.mark_behind(_FOLLOWING_MS)

    def _ask(self) -> None:
        workspace = self._services.workspace
        self._study.find_mistakes(workspace.recipe, workspace.dataset)


def mend(services: Services, finding: Finding) -> None:
    """Fix ``finding`` in the draft, if it still applies: the draft may have been edited since."""
    workspace, test = services.workspace, services.of(NoiseStudy).test
    for one in mistakes(workspace.recipe, test):
        if one.key == finding.key and one.mended is not None:
            text = tr("Fix: {mistake}", mistake=one.title)
            workspace.edit_recipe(one.mended, text)
