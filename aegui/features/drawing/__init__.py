"""The pixel editor, its noise, and the glyphs of the set."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    # Before the next: the panel has the samples of a changed set when the drawing follows.
    FeatureSpec(
        "aegui.features.drawing.editor:EditorFeature",
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
    ),
    FeatureSpec(
        "aegui.features.drawing.feature:DrawingFeature",
        requests={"sample": "load_sample", "drawing_on_map": "mark_code"},
        at_start=True,
    ),
    FeatureSpec("aegui.features.drawing.feature:SetFeature", at_start=True),
    FeatureSpec("aegui.features.drawing.set_page:SetPageFeature", seen_with=("draw",)),
)
