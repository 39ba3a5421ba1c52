"""Connects the panel of new images to the generator shown and to its training."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.features.gan.model.inversion_service import InversionService
from aegui.features.gan.model.judge_service import JudgeService
from aegui.features.gan.model.samples_service import SamplesService
from aegui.features.gan.view.panel import GanPanel
from aegui.session.notice import Notice
from aegui.session.shown import GETTING_READY, SUBJECT
from aegui.shell.cost_guard import may_compute
from aegui.shell.dialogs.files import choose_run_file
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.features.gan.model.inversion_service import NearestGenerated
    from aegui.features.gan.model.judge_service import Judges, OfferedJudge
    from aegui.features.gan.model.samples_service import GeneratedSamples
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow


class GanFeature(Feature):
    """Updates the generated images with the weights while their dock is visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._drafted: bool | None = None
        self._panel = window.panel(GanPanel)
        self._connect()
        self._panel.set_count(services.of(SamplesService).count)
        self._show_network()
        self._show_switches()
        self._show_kept()
        followers = services.of(SamplesService), services.of(InversionService)
        self.while_visible("gan", *(one.images.set_active for one in followers))
        self._search()

    def _connect(self) -> None:
        samples, panel = self._services.of(SamplesService), self._panel
        samples.images.answered.connect(self._on_samples_sampled)
        panel.noise.clicked.connect(samples.draw)
        panel.count_chosen.connect(samples.set_count)
        panel.adversaries_chosen.connect(self._on_panel_adversaries_chosen)
        panel.code_activated.connect(self._services.requests.place)
        self._services.runner.started.connect(self._on_runner_started)
        self._services.runner.state_changed.connect(self._show_switches)
        self._services.workspace.recipe_changed.connect(self._on_workspace_recipe_changed)
        inversions = self._services.of(InversionService)
        inversions.began.connect(self._on_inversion_began)
        inversions.images.answered.connect(self._on_inversion_found)
        self._services.drawing.changed.connect(self._search)
        judge = self._services.of(JudgeService)
        judge.follow(self._services)
        panel.judge.button.clicked.connect(self._on_judge_requested)
        panel.judge.judge_chosen.connect(self._on_judge_chosen)
        judge.offered.connect(self._on_judges_offered)
        panel.judge.cancel.clicked.connect(judge.job.cancel)
        judge.job.busy_changed.connect(panel.judge.set_busy)
        judge.job.progressed.connect(panel.judge.set_progress)
        judge.judged.connect(panel.judge.set_trial)
        judge.failed.connect(self._on_judge_failed)

    def _show_kept(self) -> None:
        """Show what another window has computed and set: one of another language or text size."""
        style, inversions = self._services.shown.image_style, self._services.of(InversionService)
        if inversions.target is not None:
            self._panel.nearest.set_target(inversions.target, style)
        if inversions.found is not None:
            self._panel.nearest.set_found(inversions.found, style)
        judge = self._services.of(JudgeService)
        self._panel.judge.set_trial(judge.latest)
        self._panel.judge.set_busy(judge.job.is_busy)
        self._panel.set_switches(*self._services.runner.adversaries)

    @property
    def is_at_work(self) -> bool:
        """Whether a judgement goes on, whose failure is told."""
        return self._services.of(JudgeService).job.is_busy

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update the images and the search if network or data have changed."""
        if changed & SUBJECT:
            self._show_network()
            self._search()
        elif "is_live" in changed and self._panel.sheet.samples is None:
            self._explain()

    def _show_network(self) -> None:
        shown = self._services.shown
        codec = shown.codec if shown.has_prior and shown.fits else None
        self._services.of(SamplesService).set_codec(codec, live=shown.is_learning)
        if codec is None:
            self._explain()

    def _search(self) -> None:
        """Search the generator's image nearest to the drawing, as a GAN has no encoder."""
        shown = self._services.shown
        codec = shown.fitting
        searches = codec is not None and not codec.can_encode and not shown.is_learning
        self._panel.nearest.setVisible(searches and shown.has_prior)
        service = self._services.of(InversionService)
        service.search(codec if searches else None, self._services.drawing.pixels)

    @Slot(object)
    def _on_inversion_began(self, image: NDArray[np.float32]) -> None:
        self._panel.nearest.set_target(image, self._services.shown.image_style)

    @Slot(object)
    def _on_inversion_found(self, found: NearestGenerated) -> None:
        self._panel.nearest.set_found(found, self._services.shown.image_style)

    @Slot()
    def _on_judge_requested(self) -> None:
        codec = self._services.shown.codec
        if codec is not None:
            self._services.of(JudgeService).find(codec)

    @Slot(object)
    def _on_judges_offered(self, judges: Judges) -> None:
        codec, box = self._services.shown.codec, self._panel.judge
        is_for_shown = codec is not None and codec.image_shape == judges.image_shape
        if is_for_shown and box.button.isVisible() and box.button.isEnabled():
            box.offer(judges)

    @Slot(object)
    def _on_judge_chosen(self, judge: OfferedJudge | None) -> None:
        shown = self._services.shown
        codec, dataset = shown.codec, shown.trained_on
        if codec is None or dataset is None or not shown.has_prior:
            return
        window = self._panel.window()
        if judge is None:
            path, name = choose_run_file(window, tr("Open a classifier as the judge")), ""
        else:
            path, name = judge.path, judge.name
        if path:
            may = partial(may_compute, self._services, parent=window)
            service = self._services.of(JudgeService)
            service.judge(codec, shown.recipe, dataset, path, may, name)

    @Slot(object)
    def _on_judge_failed(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, passing=True))

    def _explain(self) -> None:
        """Explain how to train a network that generates images, or say that it is begun."""
        shown = self._services.shown
        if shown.is_live and shown.has_prior:
            self._panel.set_message(tr(GETTING_READY))
            return
        drafted = self._drafted = self._services.workspace.recipe.has_prior
        self._panel.set_message(
            tr("Press Train: this panel shows the images of the same noise at every epoch.")
            if drafted
            else tr(
                "New images are decoded from random codes. That needs a network whose codes are "
                "normally distributed: in the panel “Network”, choose “GAN” or “Variational” as "
                "the kind of model, and press Train."
            )
        )

    @Slot()
    @Slot(str)
    def _show_switches(self, _state: str = "") -> None:
        runner, shown = self._services.runner, self._services.shown
        self._panel.set_adversarial(shown.recipe.gan is not None, runner.is_busy)

    @Slot(object)
    def _on_samples_sampled(self, samples: GeneratedSamples) -> None:
        self._panel.set_samples(samples, self._services.shown.image_style)
        self._show_switches()

    @Slot(int)
    def _on_runner_started(self, _run_id: int) -> None:
        self._panel.set_switches(*self._services.runner.adversaries)

    @Slot(bool, bool)
    def _on_panel_adversaries_chosen(self, generator: bool, discriminator: bool) -> None:
        self._services.runner.set_adversaries(generator=generator, discriminator=discriminator)

    @Slot(object)
    def _on_workspace_recipe_changed(self, resolution: object) -> None:
        drafted = self._services.workspace.recipe.has_prior
        if drafted != self._drafted and self._panel.sheet.samples is None:
            self._explain()
