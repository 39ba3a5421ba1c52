"""Connects the reconstructions panel to the network and the samples shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.core.latent.decoder_fit import decoder_problem
from aegui.features.charts.view.reconstructions_panel import ReconstructionsPanel
from aegui.session.pixels.answers import (
    Reconstructions,
    corrupted_inputs,
    is_shown_at_once,
    measured_samples,
    reconstructions,
)
from aegui.session.shown import SUBJECT
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.session.pixels.answers import Order
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_ROWS_MS = 400


class ReconstructionsFeature(Feature):
    """Computes the network's reconstructions of the samples while the panel is visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(ReconstructionsPanel)
        self._rows = Refresher(self._show_rows, _ROWS_MS, window.docks["reconstructions"], self)
        self._rows_of: Dataset | None = None
        services.latest("aegui-rows").answered.connect(self._on_rows_answered)
        self._panel.order_chosen.connect(self._rows.mark)
        self._panel.view.sample_activated.connect(services.requests.sample)
        self._rows.mark()

    def show(self, shown: Shown, changed: Changes) -> None:
        """Request new reconstructions if the network or the samples have changed."""
        if "dataset" in changed:
            self._services.latest("aegui-rows").forget()
        if changed & SUBJECT:
            self._rows.mark()
        if "past" in changed and not shown.is_learning:
            # A person who steps through the epochs expects to see each of them.
            self._rows.flush()

    def _show_rows(self) -> None:
        shown, panel = self._services.shown, self._panel
        codec, dataset = shown.codec, shown.dataset
        reason = self._why_no_rows()
        if codec is None or reason:
            self._services.latest("aegui-rows").forget()
            panel.clear(reason)
            return
        noise, seed = shown.noise, shown.recipe.seed
        order, held_out = cast("Order", panel.chosen_order), shown.held_out
        indices = measured_samples(codec, dataset, live=shown.is_learning)

        def work() -> Reconstructions | None:
            inputs = corrupted_inputs(dataset, indices, noise, seed)
            return reconstructions(codec, dataset, indices, inputs, order, held_out)

        quick = is_shown_at_once(codec, dataset, len(indices))
        if not quick and (not panel.summary or self._rows_of is not dataset):
            panel.clear(tr("The samples are being reconstructed…"))
        self._services.latest("aegui-rows").ask(
            work, dataset, quick=quick, gentle=shown.is_learning
        )

    def _why_no_rows(self) -> str:
        """Return why there is nothing to show; empty if there is something."""
        shown = self._services.shown
        if shown.fitting is not None and not shown.fitting.can_encode:
            return tr(
                "A GAN has no encoder: it makes new images and reconstructs nothing. Move over the"
                " map to see them."
            )
        return shown.why_nothing(tr("Press Train to see the reconstruction of every sample."))

    @Slot(object)
    def _on_rows_answered(self, rows: Reconstructions | None) -> None:
        if rows is not None and not self._why_no_rows():
            shown = self._services.shown
            assert shown.codec is not None, "without a network there is a reason"
            self._rows_of = shown.dataset
            problem = decoder_problem(shown.recipe, shown.codec)
            self._panel.set_rows(rows, shown.image_style, problem)
