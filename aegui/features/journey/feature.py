"""Connects the journey panel to the drawing, the cursor, and the network shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from aegui.core.evaluation.journey import Journey
from aegui.core.i18n import tr
from aegui.features.journey.model.journey_path import JourneyPath
from aegui.features.journey.view.panel import JourneyPanel, JourneySheet, indices_of
from aegui.session.highlighted_layer import HighlightedLayer
from aegui.session.map.decode_service import DecodeService
from aegui.session.shown import WEIGHTS
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.session.map.decode_service import Decoded
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_FOLLOWING_MS = 200
"""Refresh interval during a training or while drawing."""


class JourneyFeature(Feature):
    """Traces one number back, and updates the trace when weights or input change."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(JourneyPanel)
        self._derived = services.latest("aegui-journey")
        self._way = services.of(JourneyPath)
        self._code: NDArray[np.float32] | None = None
        self._journey: Journey | None = None
        self._has_lit = False
        self._refresher = Refresher(self._ask, _FOLLOWING_MS, window.docks["journey"], self)
        self._derived.answered.connect(self._on_derived_answered)
        services.drawing.changed.connect(self._on_drawing_changed)
        services.of(DecodeService).decoded.connect(self._on_decode_decoded)
        panel = self._panel
        panel.set_source(self._way.source)
        panel.source_chosen.connect(self._on_panel_source_chosen)
        panel.picture.pixel_chosen.connect(self.begin_at)
        panel.unit_chosen.connect(self._on_panel_unit_chosen)
        panel.step_chosen.connect(self._on_panel_step_chosen)
        self.while_visible("journey", self._derived.set_active, self._show_lit)
        services.of(DecodeService).repeat()
        self._refresher.mark()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update the trace if the weights have changed."""
        if changed & WEIGHTS:
            self._refresher.mark()

    def follow(self, source: str, pixel: int) -> None:
        """Raise the panel at a pixel of the answer to ``source``: ``drawing`` or ``cursor``."""
        self.show_dock("journey")
        self._way.source, self._way.pixel, self._way.path = source, pixel, ()
        self._panel.set_source(source)
        self._derived.forget()
        self._ask()
        self._panel.picture.setFocus()

    # Source

    @Slot(object)
    def _on_drawing_changed(self, _state: object = None) -> None:
        if self._way.source == "drawing":
            self._refresher.mark()

    @Slot(object)
    def _on_decode_decoded(self, decoded: Decoded) -> None:
        self._code = decoded.z
        if self._way.source == "cursor":
            self._refresher.mark()

    @Slot(str)
    def _on_panel_source_chosen(self, key: str) -> None:
        self._way.source, self._way.path = key, ()
        self._derived.forget()
        self._ask()

    def _ask(self) -> None:
        shown = self._services.shown
        codec, drawing = shown.fitting, self._services.drawing.state
        reason = ""
        if codec is None:
            reason = shown.why_nothing(
                tr("Press Train first: then every number of an answer can be traced back.")
            )
        elif self._way.source == "drawing" and not codec.can_encode:
            reason = tr("This network cannot answer the drawing. Choose the image at the cursor.")
        elif self._way.source == "drawing" and drawing.image_shape != codec.image_shape:
            reason = tr("The drawing does not fit the network.")
        elif self._way.source == "cursor" and self._code is None:
            reason = tr("Point at a place of the map first.")
        if reason or codec is None:
            self._derived.forget()
            self._journey = None
            self._panel.set_message(reason)
            return
        if self._way.source == "cursor":
            code = self._code
            assert code is not None
            work = partial(Journey, codec, code, from_code=True)
        else:
            work = partial(Journey, codec, drawing.pixels)
        # One subject for all of a training or a stroke: a slightly late trace is better than none.
        self._derived.ask(work, shown.dataset, gentle=shown.is_learning)

    @Slot(object)
    def _on_derived_answered(self, journey: Journey) -> None:
        self._journey = journey
        last = len(journey.stages) - 1
        sizes = [len(stage.values) for stage in journey.stages]
        fits = self._way.path and self._way.path[0][0] == last and all(
            stage < len(sizes) and unit < sizes[stage] for stage, unit in self._way.path
        )  # fmt: skip
        if not fits:
            pixel = self._way.pixel
            if pixel is None or pixel >= sizes[last]:
                # The pixel closest to the threshold is the most ambiguous, so it is shown first.
                pixel = int(np.argmin(np.abs(journey.stages[last].values - 0.5)))
            self._way.path = ((last, pixel),)
        self._show()

    # Steps

    @Slot(int)
    def begin_at(self, pixel: int) -> None:
        """Start from another pixel of the output."""
        if self._journey is not None:
            self._way.pixel = pixel
            self._way.path = ((len(self._journey.stages) - 1, pixel),)
            self._show()

    @Slot(int)
    def _on_panel_unit_chosen(self, unit: int) -> None:
        stage = self._way.path[-1][0]
        if stage > 0:
            self._way.path = (*self._way.path, (stage - 1, unit))
            self._show()

    @Slot(int)
    def _on_panel_step_chosen(self, index: int) -> None:
        self._way.path = self._way.path[: index + 1]
        self._show()

    def _show(self) -> None:
        journey = self._journey
        if journey is None:
            return
        answer = journey.stages[-1].values.reshape(journey.image_shape)
        image_style = self._services.shown.image_style
        try:
            self._panel.set_sheet(JourneySheet(journey, answer, self._way.path, image_style))
        except ValueError as error:
            kind = str(error)
            self._panel.set_message(tr("Layers of the kind {kind} are not explained.", kind=kind))
        self._show_lit(self._panel.isVisible())

    def _show_lit(self, is_seen: bool) -> None:
        """Highlight the layer of the current step in all views of layers."""
        lit = self._services.of(HighlightedLayer)
        if not is_seen or self._journey is None or not self._way.path:
            if self._has_lit:
                lit.light(None)
                self._has_lit = False
            return
        index = indices_of(self._journey)[self._way.path[-1][0]]
        lit.light(index)
        self._has_lit = index is not None
