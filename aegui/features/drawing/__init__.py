"""The pixel editor, its noise, and the glyphs of the set."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.drawing.feature:DrawingFeature",
        (
            DockSpec(
                "draw",
                mark("Draw"),
                50,
                "aegui.features.drawing.view.draw_panel:DrawPanel",
                spots={
                    "wander": Spot("right", 1, closed=True),
                    "draw": Spot("right"),
                    "build": Spot("right", 1),
                },
                guide="07-drawing.md",
            ),
        ),
        requests={"sample": "load_sample", "drawing_on_map": "mark_code"},
        at_start=True,
    ),
    FeatureSpec("aegui.features.drawing.set:SetFeature", at_start=True),
)
