"""Connects the training panel to the draft and to the current terms of the objective."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.training.terms import equations, terms_at
from aegui.features.builder.training import TrainingFeature
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.session.shown import MOMENT, WEIGHTS
from aegui.session.teaching import Teaching
from aegui.shell.feature import Feature
from aegui.shell.refresher import LiveText, Refresher

if TYPE_CHECKING:
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_SECTIONS = "training.sections"


class SettingsFeature(Feature):
    """Shows the training settings and the current values of the objective's terms."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._training = window.feature(TrainingFeature)
        self._panel = window.panel(TrainingPanel)
        self._terms = Refresher(self._show_terms, 0, window.docks["training"], self)
        self._connect()
        sections = services.settings.values.get(_SECTIONS)
        if isinstance(sections, str):
            self._panel.set_open_sections(sections.split())
        self._training.edited.add(self._panel.edited)
        self._show_draft()
        self._show_state()

    def _connect(self) -> None:
        services, panel = self._services, self._panel
        panel.recipe_edited.connect(services.workspace.edit_recipe)
        panel.open_data_requested.connect(services.requests.open_data)
        panel.vary_requested.connect(services.requests.vary)
        services.runner.state_changed.connect(self._show_state)
        self._training.draft_changed.connect(self._show_draft)
        services.of(Teaching).changed.connect(self._show_withheld)
        services.of(LiveText).due.connect(self._terms.now)
        self._show_withheld()

    @Slot()
    def _show_withheld(self) -> None:
        file = self._services.of(Teaching).file
        self._panel.set_withheld(lambda path: file is not None and file.locks(path))

    def keep_layout(self) -> None:
        """Save which sections are unfolded."""
        self._services.settings.keep({_SECTIONS: " ".join(self._panel.open_sections())})

    def show(self, shown: Shown, changed: Changes) -> None:
        """Update the terms of the objective when the moment or the weights shown have changed."""
        # Between two epochs in training they follow with all texts about the epoch.
        if changed & MOMENT or (changed & WEIGHTS and not shown.is_learning):
            self._terms.now()

    @Slot()
    def _show_draft(self) -> None:
        self._panel.set_viewing(self._training.is_viewing)
        self._panel.set_state(*self._training.drafted)
        # The edit itself is painted first.
        self._terms.mark_after_paint()

    @Slot(str)
    def _show_state(self, _state: str = "") -> None:
        self._panel.set_enabled_while_training(not self._services.runner.is_busy)

    def _show_terms(self) -> None:
        """Show the current term values, if the shown run was trained on the draft's objective."""
        shown, draft = self._services.shown, self._services.workspace.recipe
        same = equations(shown.recipe) == equations(draft)
        history, moment = shown.history, shown.moment
        terms = {}
        if same and history is not None and moment is not None:
            terms = terms_at(history, moment.epoch, moment.run)
            if "accuracy" in history.extra and "accuracy" not in terms:
                # Layers that are pre-trained have losses of their own, not that of the formula.
                terms.pop("loss", None)
        self._panel.formula.set_terms(terms)
