"""A flight over the map, begun from the menu, the search or by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.features.map.view.flight import MapFlight
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow


class FlightFeature(Feature):
    """Flies over the network that is shown, and ends where another one comes."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self.flight = MapFlight(window.canvas)

    def fly(self) -> None:
        """Begin a flight."""
        self.flight.begin()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Another network or other samples: what was flown over is there no more."""
        if changed & {"network", "dataset"}:
            self.flight.stop()
