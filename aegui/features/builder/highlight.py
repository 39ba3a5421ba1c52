"""Connects the layer cards to the layer highlighted across all panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.session.highlighted_layer import HighlightedLayer
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow


class HighlightFeature(Feature):
    """Highlights a hovered card's layer in other panels, and the card of a layer hovered there."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        panel, lit = window.panel(BuilderPanel), services.of(HighlightedLayer)
        panel.layer_pointed.connect(lit.light)
        lit.changed.connect(panel.set_lit)
        panel.set_lit(lit.index)
