"""The layer that is highlighted in every panel at once, by hover or by selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aegui.core.network.layers import LayerShape

LayerPlace = tuple[str, int]
"""Part of the network as the builder names it, such as ``encoder``, and index within the part."""
_PARTS = {"latent": "code"}
"""Names of the builder for parts that layers name differently."""


def layer_places(layers: Iterable[LayerShape]) -> tuple[LayerPlace, ...]:
    """Return the place of each layer in a chain."""
    counts: dict[str, int] = {}
    places: list[LayerPlace] = []
    for layer in layers:
        part = _PARTS.get(layer.part, layer.part)
        places.append((part, counts.get(part, 0)))
        counts[part] = counts.get(part, 0) + 1
    return tuple(places)


class HighlightedLayer(Service):
    """The layer that is highlighted in all panels, or none."""

    changed = Signal(object)
    """Emitted with the new ``LayerPlace``, or None."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.place: LayerPlace | None = None
        """The highlighted layer; None if there is none."""

    def light(self, place: LayerPlace | None) -> None:
        """Highlight the layer at ``place``; None clears the highlight."""
        if place != self.place:
            self.place = place
            self.changed.emit(place)
