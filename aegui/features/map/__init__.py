"""The latent map: its panels, actions and features."""

from aegui.core.i18n import mark
from aegui.features.map.actions import FLIGHT_ACTIONS, GRID_ACTIONS, MAP_ACTIONS, PAGE_ACTIONS
from aegui.shell.action_spec import KeyHint
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.map.feature:MapFeature",
        (
            DockSpec(
                "cursor",
                mark("Cursor"),
                40,
                "aegui.features.map.view.cursor_panel:CursorPanel",
                spots={"wander": Spot("right"), "build": Spot("right")},
                guide="02-map.md",
            ),
        ),
        actions=MAP_ACTIONS,
        requests={"place": "go_to"},
        keys=(
            KeyHint(mark("Arrows"), mark("Move the cursor of the map; with Ctrl by a pixel")),
            KeyHint(mark("Shift+Arrows"), mark("Pan the map")),
            KeyHint(mark("+ / −"), mark("Zoom the map")),
            KeyHint(mark("F, 0"), mark("Show all codes on the map")),
            KeyHint(mark("P, Enter"), mark("Pin the place under the cursor")),
            KeyHint(mark("Shift+Enter"), mark("Choose the sample nearest to the cursor")),
            KeyHint(mark("Delete"), mark("Remove the nearest pin")),
            KeyHint(mark("Alt+Arrows"), mark("Move the pin at the cursor")),
            KeyHint(mark("L"), mark("Draw a lasso around samples")),
            KeyHint(mark("Z"), mark("Zoom to the selection")),
            KeyHint(mark("E"), mark("Open the decoded image at the cursor in the editor")),
            KeyHint(mark("N"), mark("Show the lens")),
            KeyHint(mark("1 … 9"), mark("Show one of the layers of the map")),
            KeyHint(mark("Esc"), mark("Cancel the current action on the map")),
        ),
        at_start=True,
    ),
    FeatureSpec("aegui.features.map.flight:FlightFeature", actions=FLIGHT_ACTIONS),
    FeatureSpec("aegui.features.map.page:PageFeature", actions=PAGE_ACTIONS),
    FeatureSpec("aegui.features.map.hints:HintsFeature", at_start=True),
    FeatureSpec("aegui.features.map.insight:InsightFeature", at_start=True),
    FeatureSpec(
        "aegui.features.map.points:PointsFeature",
        requests={"samples": "go_to_samples"},
        at_start=True,
    ),
    FeatureSpec("aegui.features.map.sliders:SlidersFeature", at_start=True),
    FeatureSpec(
        "aegui.features.map.grid:GridFeature",
        actions=GRID_ACTIONS,
        conditions=("can_decode",),
        at_start=True,
    ),
)
