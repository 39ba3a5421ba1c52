"""Connects the classifier panel to the network and the samples shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from aegui.core.cost import cost_words, excess
from aegui.core.i18n import tr
from aegui.features.classifier.model.classifier_service import ClassifierService, Judged
from aegui.features.classifier.view.panel import PAGES, ClassifierPanel
from aegui.session.shown import GETTING_READY, SUBJECT
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.core.cost import Cost
    from aegui.features.classifier.model.classifier_service import Evaluation
    from aegui.session.jobs.derived import JobProgress
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_PAGE = "classifier.page"


class ClassifierFeature(Feature):
    """Evaluates the classifier while its dock is visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._drafted: bool | None = None
        self._panel = window.panel(ClassifierPanel)
        self._judge = services.of(ClassifierService)
        self._judge.budget = lambda: services.settings.budget
        self._connect()
        self._show_parts()
        self._on_judge_evaluated(self._judge.latest)
        self._show_network()
        self._panel.show_page(services.settings.choice(_PAGE, PAGES, PAGES[0]))
        self._panel.choose_cell(self._judge.cell)
        self.while_visible("classifier", self._judge.job.set_active)

    def _connect(self) -> None:
        judge, panel = self._judge, self._panel
        judge.evaluated.connect(self._on_judge_evaluated)
        judge.failed.connect(self._panel.set_message)
        judge.held.connect(self._on_judge_held)
        panel.placeholder.offer.clicked.connect(judge.allow)
        judge.parts_changed.connect(self._show_parts)
        judge.job.progressed.connect(self._on_job_progressed)
        judge.job.busy_changed.connect(self._on_job_busy_changed)
        panel.page_chosen.connect(lambda key: self._services.settings.keep({_PAGE: key}))
        panel.part_chosen.connect(self._on_panel_part_chosen)
        panel.sample_activated.connect(self._on_panel_sample_activated)
        self._services.workspace.recipe_changed.connect(self._on_workspace_recipe_changed)

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Evaluate the classifier again if the network or the samples have changed."""
        if changed & SUBJECT:
            self._show_network()
        elif "is_live" in changed and self._panel.evaluation is None:
            self._explain()
        if "history" in changed:
            self._show_note()

    def keep_layout(self) -> None:
        """Keep the chosen cell for a window of another language or text size."""
        self._judge.cell = self._panel.cell

    def _show_network(self) -> None:
        shown = self._services.shown
        codec, learnt = shown.codec, shown.trained_on
        if codec is None or learnt is None or not codec.can_classify:
            self._judge.set_judged(None)
            self._explain()
            return
        self._judge.set_judged(Judged(codec, shown.recipe, learnt, shown.dataset, shown.is_live))
        if self._panel.evaluation is None:
            self._explain()

    def _explain(self) -> None:
        """Say what is being computed or why nothing is, or how to train a classifier."""
        shown, judge = self._services.shown, self._judge
        if shown.codec is not None and shown.codec.can_classify:
            if judge.waiting is not None:
                self._on_judge_held(judge.waiting)
            else:
                self._panel.set_message(judge.failure or tr("The samples are being classified…"))
            return
        if shown.is_live and shown.recipe.classifier is not None:
            self._panel.set_message(tr(GETTING_READY))
            return
        drafted = self._drafted = self._services.workspace.recipe.classifier is not None
        self._panel.set_message(
            tr("Press Train: the classifier is evaluated here while it learns.")
            if drafted
            else tr(
                "This network is no classifier. In the panel “Network”, choose “Classifier” as the"
                " kind of model, use data with labels, such as the digits, and press Train: this "
                "panel shows its confusions and mistakes."
            )
        )

    @Slot()
    def _show_parts(self) -> None:
        self._panel.set_parts(self._judge.parts, self._judge.part)

    @Slot(object)
    def _on_judge_evaluated(self, evaluation: Evaluation | None) -> None:
        if evaluation is None:
            self._explain()
        else:
            self._panel.set_evaluation(evaluation)
            self._show_note()

    @Slot(object)
    def _on_judge_held(self, cost: Cost) -> None:
        offer = tr("Classify anyway ({cost})", cost=cost_words(cost))
        self._panel.set_message(excess(cost, self._services.settings.budget), offer)

    @Slot(object)
    def _on_job_progressed(self, progress: JobProgress) -> None:
        self._panel.set_note(progress.text or progress.title)

    @Slot(bool)
    def _on_job_busy_changed(self, busy: bool) -> None:
        if not busy:
            self._show_note()

    @Slot()
    def _show_note(self) -> None:
        """Note that accuracy is at chance level as long as pre-training uses no labels."""
        history = self._services.shown.history
        accuracy = None if history is None else history.extra.get("accuracy")
        waits = accuracy is not None and len(accuracy) and not np.isfinite(accuracy[-1]).any()
        text = tr("still pre-training: no label has been learnt from yet") if waits else ""
        self._panel.set_note(text if self._panel.evaluation is not None else "")

    @Slot(str)
    def _on_panel_part_chosen(self, key: str) -> None:
        self._judge.set_part(key)
        self._show_parts()

    @Slot(int)
    def _on_panel_sample_activated(self, index: int) -> None:
        evaluation = self._panel.evaluation
        if evaluation is not None and evaluation.dataset is self._services.shown.dataset:
            self._services.requests.sample.emit(index)

    @Slot(object)
    def _on_workspace_recipe_changed(self, resolution: object) -> None:
        drafted = self._services.workspace.recipe.classifier is not None
        if drafted != self._drafted and self._panel.evaluation is None and not self._judge.parts:
            self._explain()
