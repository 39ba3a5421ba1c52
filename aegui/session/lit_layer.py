"""The layer that a person points at or has chosen: what else is about it lights up too."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

LayerPlace = tuple[str, int]
"""Part of the network as the builder names it, such as ``encoder``, and number within it."""


class LitLayer(QObject):
    """One layer for all rooms, or none."""

    changed = Signal(object)
    """A ``LayerPlace``, or None."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place: LayerPlace | None = None

    @property
    def place(self) -> LayerPlace | None:
        """The layer that is lit; None: none is."""
        return self._place

    def light(self, place: LayerPlace | None) -> None:
        """Light that layer; None: none."""
        if place != self._place:
            self._place = place
            self.changed.emit(place)

    def shutdown(self) -> None:
        """Nothing runs."""
