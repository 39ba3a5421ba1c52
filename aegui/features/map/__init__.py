"""The latent map."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.map.feature:MapFeature",
        (
            DockSpec(
                "cursor", mark("Cursor"), 40, "aegui.features.map.view.cursor_panel:CursorPanel"
            ),
        ),
        handlers={"fit_map": "fit"},
        requests={"place": "go_to"},
        at_start=True,
    ),
    FeatureSpec("aegui.features.map.insight:InsightFeature", at_start=True),
    FeatureSpec("aegui.features.map.points:PointsFeature", at_start=True),
    FeatureSpec("aegui.features.map.sliders:SlidersFeature", at_start=True),
    FeatureSpec(
        "aegui.features.map.grid:GridFeature",
        handlers={"export_grid": "open", "export_traversal": "open_traversal"},
        at_start=True,
    ),
)
