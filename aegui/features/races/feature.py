"""Connects the panel of races with the network of the builder and its samples."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.cost import Cost
from aegui.core.i18n import tr
from aegui.core.races.optimizers import RaceSpec
from aegui.core.races.smallest import Challenge, default_attempts
from aegui.core.recipe import Recipe
from aegui.core.training.cost import training_cost
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.features.races.model.race_runs import RaceRuns
from aegui.features.races.model.smallest_search import SmallestSearch
from aegui.features.races.view.panel import PAGES, RacesPanel
from aegui.session.notice import Notice
from aegui.shell.cost_guard import may_compute
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher
from aegui.widgets.figures.race_kinds import RaceView

if TYPE_CHECKING:
    from aegui.core.races.smallest import Attempt
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

_PAGE = "races.page"
_SPEC, _RATE, _VIEW, _GOAL = "races.spec.", "races.rate.", "races.view.", "races.goal."
"""Prefixes of settings."""
_FOLLOWING_MS = 300


class RacesFeature(Feature):
    """Optimiser races and the smallest-network search; both continue in a hidden dock."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._races = services.of(RaceRuns)
        self._search = services.of(SmallestSearch)
        self._panel = window.panel(RacesPanel)
        self._sheet = Refresher(self._read_attempts, _FOLLOWING_MS, window.docks["races"], self)
        self._take_settings()
        self._connect()
        self._panel.show_page(services.settings.choice(_PAGE, dict(PAGES), "race"))
        self._sheet.mark()

    @property
    def is_at_work(self) -> bool:
        """Whether a race or a search goes on."""
        return self._races.job.is_busy or self._search.job.is_busy

    def open(self) -> None:
        """Show the dock of the races and focus its tabs."""
        self.show_dock("races", "compare")
        self._panel.tabs.setFocus()

    def _connect(self) -> None:
        races, search, panel = self._races, self._search, self._panel
        for job, page in ((races.job, panel.race), (search.job, panel.smallest)):
            job.progressed.connect(page.set_progress)
            job.busy_changed.connect(page.set_busy)
            page.set_busy(job.is_busy)
        races.changed.connect(panel.race.set_news)
        races.surfaces.answered.connect(panel.race.set_surface)
        search.changed.connect(panel.smallest.set_sheet)
        for service in (races, search):
            service.failed.connect(self._on_service_failed)
        panel.page_chosen.connect(lambda key: self._services.settings.keep({_PAGE: key}))
        panel.race.start_requested.connect(self.start_race)
        panel.race.stop.clicked.connect(races.stop)
        panel.race.plane.edited.connect(races.set_plane)
        panel.race.optimizer_requested.connect(self._on_race_optimizer_requested)
        panel.smallest.shrink_requested.connect(self.shrink)
        panel.smallest.try_requested.connect(self.try_network)
        panel.smallest.stop.clicked.connect(search.stop)
        panel.smallest.goal_edited.connect(self._on_smallest_goal_edited)
        panel.smallest.open_requested.connect(self._on_smallest_open_requested)
        self._services.workspace.recipe_changed.connect(self._sheet.mark)
        panel.race.spec_edited.connect(self._on_race_spec_edited)
        panel.race.view_edited.connect(lambda view: self._services.settings.keep_form(_VIEW, view))
        self._show_kept()

    def _take_settings(self) -> None:
        """Set the fields as they were left."""
        settings, race = self._services.settings, self._panel.race
        rates = ((key, settings.values.get(f"{_RATE}{key}")) for key in race.rates)
        spec = replace(
            settings.form(_SPEC, RaceSpec()),
            rates={key: rate for key, rate in rates if isinstance(rate, float)},
        )
        race.set_spec(spec)
        race.set_view(settings.form(_VIEW, RaceView()))
        self._panel.smallest.form.set_value(settings.form(_GOAL, Challenge()))

    def _show_kept(self) -> None:
        """Show what another window has computed: one of another language or text size."""
        races, search, panel = self._races, self._search, self._panel
        panel.race.plane.set_value(races.plane_key)
        if races.news is not None:
            panel.race.set_news(races.news)
        if races.surface is not None:
            panel.race.set_surface(races.surface)
        if search.sheet is not None:
            panel.smallest.set_sheet(search.sheet)

    @Slot(object)
    def _on_race_spec_edited(self, spec: RaceSpec) -> None:
        settings, rates = self._services.settings, self._panel.race.rates
        settings.keep_form(_SPEC, spec, without=("rates", "seed"))
        settings.keep({f"{_RATE}{key}": field.value() for key, field in rates.items()})

    @Slot(object)
    def _on_smallest_goal_edited(self, goal: Challenge) -> None:
        self._services.settings.keep_form(_GOAL, goal)
        self._sheet.mark()

    # The race

    @Slot(object)
    def start_race(self, spec: RaceSpec) -> None:
        """Race with the network of the builder, after a question if it takes long."""
        workspace = self._services.workspace
        cost = Cost(spec.seconds * len(spec.optimizers))
        if may_compute(self._services, cost, self._window):
            self._races.start(workspace.recipe, workspace.dataset, spec)

    @Slot(str, float)
    def _on_race_optimizer_requested(self, key: str, rate: float) -> None:
        """Use an optimiser of a race in the recipe: its rate, or full batches if it has none."""
        workspace = self._services.workspace
        recipe = workspace.recipe
        optimizer = recipe.training.optimizer.model_copy(update={"name": key})
        changes: dict[str, object] = {"optimizer": optimizer}
        if math.isnan(rate):
            changes["batch_size"] = None
        else:
            changes["optimizer"] = optimizer.model_copy(update={"learning_rate": rate})
        training = recipe.training.model_copy(update=changes)
        text = tr("Optimiser: {name}", name=tr(OPTIMIZERS[key].label))
        workspace.edit_recipe(recipe.model_copy(update={"training": training}), text)

    # The smallest network

    def _read_attempts(self) -> None:
        self._search.read(self._services.workspace.recipe, self._panel.smallest.challenge)

    @Slot(object)
    def shrink(self, challenge: Challenge) -> None:
        """Search for the smallest network, starting with that of the builder."""
        recipe = self._services.workspace.recipe
        if self._may_try(challenge, default_attempts(recipe)):
            self._search.shrink(recipe, challenge)

    @Slot(object)
    def try_network(self, challenge: Challenge) -> None:
        """Try the network of the builder."""
        if self._may_try(challenge, 1):
            self._search.try_network(self._services.workspace.recipe, challenge)

    def _may_try(self, challenge: Challenge, times: int) -> bool:
        """Return whether the trainings are cheap, confirmed, or refused later with a reason."""
        resolved = self._services.workspace.resolution.resolved
        if resolved is None:
            return True
        cost = training_cost(resolved, 0)
        trainings = Cost(cost.seconds * challenge.seeds * times, cost.memory)
        return may_compute(self._services, trainings, self._window)

    @Slot(object)
    def _on_smallest_open_requested(self, attempt: Attempt) -> None:
        """Load a network that was tried into the builder; the rest of the draft stays unchanged."""
        workspace = self._services.workspace
        network = Recipe.model_validate(attempt.recipe).network
        recipe = workspace.recipe.model_copy(update={"network": network})
        workspace.edit_recipe(recipe, tr("Network: {widths}", widths=attempt.widths))

    @Slot(object)
    def _on_service_failed(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, passing=True, about="race"))
