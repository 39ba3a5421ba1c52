"""Connects the code panel to the network and the samples shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.features.code.model.code_service import CodeService, CodeSubject
from aegui.features.code.view.panel import CodePanel
from aegui.session.shown import SUBJECT
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.features.code.model.code_service import CodeAnalysis, Traversal
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow


class CodeFeature(Feature):
    """Analyses the code while its dock is visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(CodePanel)
        self._code = services.of(CodeService)
        self._is_chosen_by_user = False
        code, panel = self._code, self._panel
        code.analysed.connect(self._on_code_analysed)
        code.strips.answered.connect(self._on_code_traversed)
        panel.bars.dimension_activated.connect(self._on_panel_dimension_chosen)
        panel.figures.keep.clicked.connect(self._on_panel_keep_requested)
        panel.figures.forget.clicked.connect(self._on_panel_forget_requested)
        self._panel.set_reference(self._code.reference)
        self._show_network()
        if self._code.latest is not None:
            self._on_code_analysed(self._code.latest)
            self._code.set_dimension(self._code.dimension)
        self.while_visible("code", self._code.set_active)

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Analyse the code again if the network or the samples have changed."""
        if changed & SUBJECT:
            self._show_network()

    def _show_network(self) -> None:
        shown = self._services.shown
        codec, reason = shown.codec, self._why_nothing()
        if codec is None or reason:
            self._code.set_subject(None)
            self._panel.set_message(reason)
            return
        self._code.set_subject(CodeSubject(codec, shown.dataset, shown.recipe, shown.is_learning))
        if self._code.latest is None:
            self._panel.set_message(tr("Analysing the codes of the samples…"))

    def _why_nothing(self) -> str:
        """Return why there is nothing to show; empty if there is something."""
        shown = self._services.shown
        if shown.codec is not None and not shown.codec.can_encode:
            return tr(
                "A GAN has no encoder: images have no codes to analyse. The panel “New images” "
                "shows the images of random codes."
            )
        return shown.why_nothing(tr("Press Train to see what each dimension of the code does."))

    @Slot(object)
    def _on_code_analysed(self, analysis: CodeAnalysis) -> None:
        self._panel.set_analysis(analysis)
        dimension, used = self._code.dimension, analysis.figures.used
        # Another network's code may have fewer dimensions than the chosen one.
        is_there = dimension is not None and dimension < len(used)
        if not (is_there and (self._is_chosen_by_user or used[dimension])):
            # Select the dimension with the largest value initially, so that a traversal is shown.
            values = np.nan_to_num(np.abs(analysis.values(self._panel.shown_measure)))
            self._is_chosen_by_user = False
            self._code.set_dimension(int(values.argmax()))

    @Slot(object)
    def _on_code_traversed(self, traversal: Traversal) -> None:
        if self._panel.analysis is not None:
            self._panel.set_traversal(traversal, self._services.shown.image_style)

    @Slot(int)
    def _on_panel_dimension_chosen(self, dimension: int) -> None:
        self._is_chosen_by_user = True
        self._code.set_dimension(dimension)

    @Slot()
    def _on_panel_keep_requested(self) -> None:
        self._code.keep()
        self._panel.set_reference(self._code.reference)

    @Slot()
    def _on_panel_forget_requested(self) -> None:
        self._code.reference = None
        self._panel.set_reference(None)
