"""Connects the toolbar chip to the displayed run and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.session.shown import MOMENT, WEIGHTS
from aegui.shell.feature import Feature
from aegui.shell.outcome import (
    brief_weights_words,
    in_whole_epochs,
    moment_words,
    weights_words,
)
from aegui.shell.refresher import LiveText
from aegui.shell.run_choice import ANY_RUN, RUN, run_choices, run_of

if TYPE_CHECKING:
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow


class ShownFeature(Feature):
    """Lets the user choose the displayed run and weights, and shows them in the toolbar chip."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._chip = window.toolbar.chip
        services.of(LiveText).due.connect(self._show)
        services.runner.state_changed.connect(self._show)
        self._chip.run.menu().aboutToShow.connect(self._offer_runs)
        self._chip.weights.menu().aboutToShow.connect(self._offer_weights)
        self._chip.run_chosen.connect(self.choose_run)
        self._chip.weights_chosen.connect(self.choose_weights)
        self._show()

    def choose_any_run(self) -> None:
        """Ask which run to show."""
        self.choose_run(ANY_RUN)

    def choose_best(self) -> None:
        """Show the best weights."""
        self.choose_weights("best")

    def choose_last(self) -> None:
        """Show the last weights."""
        self.choose_weights("last")

    @Slot(str)
    def choose_run(self, key: str) -> None:
        """Show the run of a menu key, or one that the user is asked for."""
        run = run_of(key, self._services, self._window)
        if run is not None:
            self._services.showing.choose_run(run)

    @Slot(str)
    def choose_weights(self, key: str) -> None:
        """Show the ``best`` or the ``last`` weights."""
        self._services.showing.choose_weights("last" if key == "last" else "best")
        self._show()

    @Slot()
    def _offer_runs(self) -> None:
        moment = self._services.shown.moment
        shown = "" if moment is None else f"{RUN}{moment.run}"
        self._chip.set_runs(run_choices(self._services.shown), shown)

    @Slot()
    def _offer_weights(self) -> None:
        shown = self._services.shown
        moment = shown.moment
        why = shown.why_no_last
        choices = [("best", tr("&Best weights"), why), ("last", tr("&Last weights"), why)]
        if why:
            choices.append(("", why, why))
        self._chip.set_weights(choices, "" if moment is None else moment.weights)

    def show(self, shown: Shown, changed: Changes) -> None:
        """Update chip and conditions for the fields in ``changed``."""
        if changed & MOMENT or (changed & WEIGHTS and not shown.is_learning):
            self._show()
        if changed & {"history", "network", "dataset"}:
            self._show_ability()

    @Slot()
    def _show(self) -> None:
        moment = self._services.shown.moment
        if moment is None:
            self._chip.set_shown("", "", "", "")
            self._show_ability()
            return
        run = ""
        if moment.runs > 1:
            run = tr(
                "seed {seed} ({run:,} of {runs:,})",
                seed=moment.seed,
                run=moment.run + 1,
                runs=moment.runs,
            )
        whole = in_whole_epochs(moment)
        self._chip.set_shown(
            run, weights_words(whole), brief_weights_words(whole), moment_words(moment)
        )
        self._show_ability()

    def _show_ability(self) -> None:
        shown, has_moment = self._services.shown, self._services.shown.moment is not None
        self.set_conditions(
            has_runs=has_moment and len(shown.seeds) > 1,
            can_choose_weights=has_moment and not shown.why_no_last,
            has_history=shown.history is not None and len(shown.history) > 0,
        )
