"""Connects the charts to the history of the network shown, and to the loss of a PCA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.data.split import split_indices
from aegui.core.i18n import tr
from aegui.core.training.terms import TERMS
from aegui.features.charts.model.reference_service import ReferenceService
from aegui.features.charts.view.panel import ChartsPanel
from aegui.kit.charts.axes import precise
from aegui.session.shown import MOMENT, WEIGHTS
from aegui.shell.feature import Feature
from aegui.shell.refresher import LiveText, Refresher
from aegui.widgets.charts.curves import CHARTS, axis_name, sampled_words
from aegui.widgets.charts.painting import Reference

if TYPE_CHECKING:
    from aegui.core.recipe import SplitSpec
    from aegui.features.charts.model.reference_service import LinearReference
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_CHARTS_MS = 300
_CHOICE = "charts."


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


class ChartsFeature(Feature):
    """Redraws the charts only while they are visible and only when they have changed."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(ChartsPanel)
        self._learnt = 0
        self._sampled_of: tuple[int, SplitSpec] | None = None
        """Number of samples and split that the number of training samples was computed for."""
        self._charts = Refresher(self._show_charts, _CHARTS_MS, window.docks["charts"], self)
        self._panel.epoch_chosen.connect(services.requests.epoch)
        self._panel.choices_changed.connect(self._on_panel_choices_changed)
        self._panel.set_choices(self._choices())
        self._charts.mark()
        self._show_marker()
        services.of(LiveText).due.connect(self._show_values)
        services.runner.state_changed.connect(self._charts.mark)

    def export_charts(self, kind: str) -> None:
        """Export the current charts, or all recorded numbers, as ``kind``."""
        self._charts.flush()
        self._show_charts()
        self._panel.figures.bring(kind)

    def show(self, shown: Shown, changed: Changes) -> None:
        """Update the charts, and the epoch marker in them."""
        if changed & {"history", "network", "dataset"}:
            self._charts.mark()
        if changed & (MOMENT | WEIGHTS | {"history"}):
            self._show_marker()
            if changed & MOMENT or not shown.is_learning:
                self._show_values()

    def _show_marker(self) -> None:
        shown = self._services.shown
        is_chosen = shown.past_epoch is not None
        self._panel.set_epoch_marker(_marked_epoch(shown), is_chosen=is_chosen)

    @Slot()
    def _show_values(self) -> None:
        """Show the values of the weights in training: the newest rows are ahead of them."""
        shown = self._services.shown
        moment, history = shown.moment, shown.history
        row = None
        if moment is not None and moment.weights == "live" and self._charts.is_shown:
            row = None if history is None else history.nearest(moment.epoch)
        self._panel.set_run(0 if moment is None else moment.run)
        self._panel.set_values_of(row)

    def _show_charts(self) -> None:
        shown = self._services.shown
        charts, moment = self._panel, shown.moment
        charts.set_has_glyphs(shown.image_style.glyphs)
        charts.set_training(self._services.runner.is_busy)
        charts.set_run(0 if moment is None else moment.run)
        names = {
            spec.key: axis_name(spec, shown.recipe, glyphs=shown.image_style.glyphs)
            for spec in CHARTS
        }
        charts.set_units(names)
        charts.set_sampled(self._sampled_words())
        charts.set_history(shown.history, shown.seeds)

    def _sampled_words(self) -> str:
        """Return on how many of the training samples the charts are measured; "" for all."""
        shown = self._services.shown
        if shown.trained_on is None or shown.recipe.gan is not None:
            return ""
        of = len(shown.trained_on), shown.recipe.data.split
        if of != self._sampled_of:
            self._sampled_of, self._learnt = of, len(split_indices(*of)[0])
        return sampled_words(self._learnt)

    def _choices(self) -> dict[str, bool]:
        values = self._services.settings.values
        return {
            name.removeprefix(_CHOICE): bool(value)
            for name, value in values.items()
            if name.startswith(_CHOICE)
        }

    @Slot(object)
    def _on_panel_choices_changed(self, choices: dict[str, bool]) -> None:
        self._services.settings.keep({f"{_CHOICE}{name}": value for name, value in choices.items()})


def _marked_epoch(shown: Shown) -> float | None:
    """Return the epoch to mark: that shown, unless it is the newest row or still training."""
    moment, history = shown.moment, shown.history
    if moment is None or history is None or not len(history) or moment.weights == "live":
        return None
    is_newest = abs(moment.epoch - float(history.epoch[-1])) < 1e-6
    return None if is_newest and shown.past_epoch is None else moment.epoch
