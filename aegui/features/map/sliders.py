"""Connects the latent sliders and the plane through pins, for codes of more than two numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from aegui.core.latent.frame import directions_through
from aegui.core.latent.sheets import decoded
from aegui.features.making.model.making import Making
from aegui.features.map.view.code_sliders import Ends
from aegui.session.jobs.costs import is_quick
from aegui.session.shown import SUBJECT
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_FOLLOWING_MS = 250
"""Refresh interval of the slider ends during training."""


class SlidersFeature(Feature):
    """Updates the slider ends with the network, and the offered plane with the pins."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._canvas = self._window.canvas
        self._axes = self._window.canvas.overlays.axes
        self._sliders = self._window.canvas.overlays.strip.sliders
        self._following = Refresher(self._sliders.ask_ends, _FOLLOWING_MS, parent=self)
        self._sliders.ends_requested.connect(self._on_sliders_ends_requested)
        self._ends = services.latest("aegui-ends")
        self._ends.answered.connect(self._on_ends_answered)
        services.of(Making).paths.stops_changed.connect(self._show_pins)
        services.workspace.annotations.pins_changed.connect(self._take_pins)
        self._take_pins(services.workspace.annotations.pins)

    @Slot(object, object)
    def _on_sliders_ends_requested(self, axes: tuple[int, ...], codes: NDArray[np.float32]) -> None:
        shown, codec = self._services.shown, self._services.shown.codec
        if codec is None or not shown.fits or codes.shape[1] != codec.latent_size:
            return
        self._ends.ask(
            lambda: Ends(axes, decoded(codec, codes)),
            # A late answer is welcome: those of another network are forgotten.
            self._sliders,
            quick=is_quick(codec, len(codes) * codec.cost),
            gentle=shown.is_learning,
        )

    @Slot(object)
    def _on_ends_answered(self, ends: Ends) -> None:
        self._sliders.set_ends(ends, self._services.shown.image_style)

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update for another network, or for new weights of the same one."""
        if changed & SUBJECT:
            self._following.mark()
        if "network" in changed:
            self._begin_anew()

    def _begin_anew(self) -> None:
        # The pins of the plane and the chosen code belong to the previous document.
        self._canvas.axes.reset_base()
        self._canvas.axes.begin()
        self._ends.forget()
        self._sliders.set_ends(None)
        self._show_pins()

    @Slot(object)
    def _take_pins(self, _places: object) -> None:
        self._services.of(Making).paths.set_pins(self._services.workspace.annotations.pins)
        self._show_pins()

    @Slot()
    def _show_pins(self) -> None:
        paths, codec = self._services.of(Making).paths, self._services.shown.codec
        size = 0 if codec is None else codec.latent_size
        every = zip(paths.pins, paths.stops, strict=True)
        three = [place for place, is_fitting in every if is_fitting and len(place.z) == size][:3]
        names = [place.name for place in three]
        if len(three) < 3 or len({len(place.z) for place in three}) > 1:
            self._axes.set_offered(None, ())
            return
        codes = np.array([place.z for place in three], np.float32)
        self._axes.set_offered(None if directions_through(codes) is None else codes, names)
