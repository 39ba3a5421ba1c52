"""The action that starts an animated flight over the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.features.map.view.flight import MapFlight
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow


class FlightFeature(Feature):
    """Starts flights over the map and stops them when the network or data set changes."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self.flight = MapFlight(window.canvas)

    def fly(self) -> None:
        """Start a flight."""
        self.flight.begin()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Stop the flight if the network or the data set has changed."""
        if changed & {"network", "dataset"}:
            self.flight.stop()
