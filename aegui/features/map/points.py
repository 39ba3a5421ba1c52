"""Joins the samples on the map with what is known of each: error, novelty, spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.features.map.model.insight_service import InsightService
from aegui.features.map.model.sample_values import SampleValuesService, Subject
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.features.map.model.sample_values import SampleValues, ValueKey
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.window.main_window import MainWindow


class PointsFeature(Feature):
    """What the style of the map wishes is computed for the network that is shown."""

    def __init__(self, services: Services, window: MainWindow) -> None:
        super().__init__(services, window)
        self._canvas = self._panels.canvas
        services.of(SampleValuesService).told.connect(self._on_values_told)
        self._canvas.style_changed.connect(self._show)
        self._show()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Follow what is shown."""
        if "dataset" in changed:
            self._services.of(SampleValuesService).set_subject(None)
        if "codes" in changed:
            self._show()

    @Slot(object)
    def _show(self, _style: object = None) -> None:
        """Ask for what the map wishes, of the network and the samples that are shown."""
        shown, style = self._services.shown, self._canvas.map_style
        keys: list[ValueKey] = []
        if style.colour in ("error", "novelty"):
            keys.append("error" if style.colour == "error" else "novelty")
        if style.ellipses and shown.has_prior:
            keys.append("variances")
        else:
            self._canvas.set_variances(None)
        codec, codes, known = shown.codec, shown.codes, self._services.of(InsightService).known
        subject = None
        if codec is not None and codes is not None and known is not None and keys:
            fits = shown.fits and len(codes.values) > 0
            if fits:
                live = shown.is_learning
                subject = Subject(codec, shown.dataset, codes.indices, known, live)
        self._services.of(SampleValuesService).set_subject(subject)
        self._services.of(SampleValuesService).wish(tuple(keys))

    @Slot(object)
    def _on_values_told(self, told: SampleValues) -> None:
        if len(told.values) != len(self._services.shown.dataset):
            return
        if told.key == "variances":
            self._canvas.set_variances(told.values)
        else:
            self._canvas.set_values(told.key, told.values)
