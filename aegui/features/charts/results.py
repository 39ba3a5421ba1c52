"""Joins the network that is shown with charts, reconstructions, and the document's samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Slot

from aegui.core.i18n import mark, tr
from aegui.session.pixels.answers import (
    Reconstructions,
    corrupted_inputs,
    is_shown_at_once,
    measured_samples,
    reconstructions,
)
from aegui.session.shown import SUBJECT
from aegui.shell.feature import DockSpec, Feature
from aegui.shell.refresher import Refresher
from aegui.widgets.charts.curves import CHARTS, axis_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.data.dataset import Dataset
    from aegui.session.pixels.answers import Order
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.window.main_window import MainWindow

_CHARTS_MS = 300
_ROWS_MS = 400
_CHOICE = "charts."
_FILE_KINDS = {"png": "PNG (*.png)", "svg": "SVG (*.svg)", "csv": "CSV (*.csv)"}


class ResultsFeature(Feature):
    """Charts and reconstructions, each redrawn only when in sight and only for news."""

    docks = (
        DockSpec("charts", mark("Charts"), 70),
        DockSpec("reconstructions", mark("Reconstructions"), 80),
    )

    def __init__(self, services: Services, window: MainWindow) -> None:
        super().__init__(services, window)
        self._charts = Refresher(self._show_charts, _CHARTS_MS, self._docks["charts"], self)
        self._rows = Refresher(self._show_rows, _ROWS_MS, self._docks["reconstructions"], self)
        self._rows_of: Dataset | None = None
        services.latest("aegui-rows").answered.connect(self._on_rows_answered)
        self._panels.reconstructions.order_chosen.connect(self._rows.mark)
        self._panels.charts.choices_changed.connect(self._on_charts_choices_changed)
        self._panels.charts.set_choices(self._choices())
        self._charts.mark()
        self._rows.mark()
        self._show_ability()

    @property
    def handlers(self) -> dict[str, Callable[..., object]]:
        """What actions of the table may ask for."""
        return {"export_charts": self.export_charts}

    def _show_ability(self) -> None:
        history = self._services.shown.history
        self.set_conditions(has_history=history is not None and len(history) > 0)

    def export_charts(self, kind: str) -> None:
        """Bring the charts of this moment to paper, or all their numbers, as ``kind``."""
        self._charts.flush()
        self._show_charts()
        self._panels.charts.figures.bring(kind)

    def _show_charts(self) -> None:
        shown = self._services.shown
        charts, moment = self._panels.charts, shown.moment
        charts.set_has_glyphs(shown.look.glyphs)
        charts.set_run(0 if moment is None else moment.run)
        names = {
            spec.key: axis_name(spec, shown.recipe, glyphs=shown.look.glyphs) for spec in CHARTS
        }
        charts.set_units(names)
        self._panels.charts.set_history(shown.history, shown.seeds)

    def show(self, shown: Shown, changed: Changes) -> None:
        """Follow what is shown."""
        if changed & {"history", "network", "dataset"}:
            self._charts.mark()
            self._show_ability()
        if changed & SUBJECT:
            self._rows.mark()
        if "past" in changed and not shown.is_learning:
            # Whoever goes through the epochs by hand wants to see each of them.
            self._rows.flush()

    def _show_rows(self) -> None:
        shown, panel = self._services.shown, self._panels.reconstructions
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
        """Why there is nothing to show; empty where there is something."""
        shown = self._services.shown
        if shown.codec is None:
            return tr("Press Train to see what the network makes of every sample.")
        if not shown.fits:
            return tr("The images of this set do not fit the network: train it on them.")
        if not shown.codec.can_encode:
            return tr(
                "A GAN has no encoder: it makes new images and reconstructs none. "
                "Move over the map to see them."
            )
        return ""

    @Slot(object)
    def _on_rows_answered(self, rows: Reconstructions | None) -> None:
        if rows is not None and not self._why_no_rows():
            self._rows_of = self._services.shown.dataset
            self._panels.reconstructions.set_rows(rows, self._services.shown.look)

    def _choices(self) -> dict[str, bool]:
        values = self._services.settings.values
        return {
            name.removeprefix(_CHOICE): bool(value)
            for name, value in values.items()
            if name.startswith(_CHOICE)
        }

    @Slot(object)
    def _on_charts_choices_changed(self, choices: dict[str, bool]) -> None:
        self._services.settings.keep({f"{_CHOICE}{name}": value for name, value in choices.items()})
