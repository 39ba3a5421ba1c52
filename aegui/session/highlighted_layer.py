"""The layer that is highlighted in every panel at once, by hover or by selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aegui.core.network.layers import LayerShape

LayerIndex = tuple[str, int]
"""Part of the network as the builder names it, such as ``encoder``, and index within the part."""
_PARTS = {"latent": "code"}
"""Names of the builder for parts that layers name differently."""


def layer_indices(layers: Iterable[LayerShape]) -> tuple[LayerIndex, ...]:
    """Return the place of each layer in a chain."""
    counts: dict[str, int] = {}
    indices: list[LayerIndex] = []
    for layer in layers:
        part = _PARTS.get(layer.part, layer.part)
        indices.append((part, counts.get(part, 0)))
        counts[part] = counts.get(part, 0) + 1
    return tuple(indices)


class HighlightedLayer(Service):
    """The layer that is highlighted in all panels, or none."""

    changed = Signal(object)
    """Emitted with the new ``LayerIndex``, or None."""

    def __init__(self) -> None:
        super().__init__()
        self.index: LayerIndex | None = None
        """The highlighted layer; None if there is none."""

    def light(self, index: LayerIndex | None) -> None:
        """Highlight the layer at ``index``; None clears the highlight."""
        if index != self.index:
            self.index = index
            self.changed.emit(index)
