"""The layer that a person points at or has chosen: what else is about it lights up too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aegui.core.network.layers import LayerShape

LayerPlace = tuple[str, int]
"""Part of the network as the builder names it, such as ``encoder``, and number within it."""
_PARTS = {"latent": "code"}
"""What the builder calls a part where layers say otherwise."""


def layer_places(layers: Iterable[LayerShape]) -> tuple[LayerPlace, ...]:
    """The place of each layer of a chain."""
    counts: dict[str, int] = {}
    places: list[LayerPlace] = []
    for layer in layers:
        part = _PARTS.get(layer.part, layer.part)
        places.append((part, counts.get(part, 0)))
        counts[part] = counts.get(part, 0) + 1
    return tuple(places)


class LitLayer(Service):
    """One layer for all rooms, or none."""

    changed = Signal(object)
    """A ``LayerPlace``, or None."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.place: LayerPlace | None = None
        """The layer that is lit; None: none is."""

    def light(self, place: LayerPlace | None) -> None:
        """Light that layer; None: none."""
        if place != self.place:
            self.place = place
            self.changed.emit(place)
