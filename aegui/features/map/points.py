"""Connects the samples on the map to the selection and to their computed values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.features.map.model.insight_service import InsightService
from aegui.features.map.model.sample_values import SampleValuesService, Subject
from aegui.session.data.selection import Selection
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.features.map.model.sample_values import SampleValues, ValueKey
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow


class PointsFeature(Feature):
    """Requests the values of samples that the map style needs for the displayed network."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._canvas = self._window.canvas
        services.of(SampleValuesService).values.answered.connect(self._on_values_found)
        self._canvas.style_changed.connect(self._show)
        self._selection = services.of(Selection)
        self._canvas.selection_changed.connect(self._selection.select)
        self._canvas.overlays.selection.list.clicked.connect(services.requests.selection)
        self._selection.changed.connect(self._canvas.set_selection)
        services.requests.selection_zoom.connect(self._canvas.selecting.zoom)
        self._show_samples()
        self._canvas.set_selection(self._selection.indices)
        self._show()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update the samples and their values for the fields in ``changed``."""
        if "dataset" in changed:
            self._services.of(SampleValuesService).request(None)
            self._show_samples()
        if "codes" in changed:
            self._show()

    def go_to_samples(self, indices: NDArray[np.int64]) -> None:
        """Select the samples at ``indices`` and zoom to them; put the cursor at a single one."""
        self._selection.select(indices)
        codes = self._services.shown.codes
        if len(indices) == 1 and codes is not None:
            for code in codes.values[codes.indices == indices[0]]:
                self._services.requests.place.emit(code)
        self._canvas.selecting.zoom()

    def _show_samples(self) -> None:
        shown = self._services.shown
        self._selection.set_dataset(shown.dataset, glyphs=shown.image_style.glyphs)

    @Slot(object)
    def _show(self, _style: object = None) -> None:
        """Request the values that the map style needs for the displayed network and samples."""
        shown, style = self._services.shown, self._canvas.scene.style
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
        self._services.of(SampleValuesService).request(subject, tuple(keys))

    @Slot(object)
    def _on_values_found(self, values: SampleValues) -> None:
        if len(values.values) != len(self._services.shown.dataset):
            return
        if values.key == "variances":
            self._canvas.set_variances(values.values)
        else:
            self._canvas.set_values(values.key, values.values)
