"""The latent map: its panels, menu actions and features."""

from __future__ import annotations

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec, KeyHint
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

MAP_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "fit_map",
        mark("Show the whole &map"),
        mark("Zoom so that all samples are on the map"),
        "view",
        200,
        "fit",
        shortcuts=("Ctrl+0",),
        icon="zoom-fit",
    ),
    ActionSpec(
        "export_map",
        mark("Save the picture of the &map…"),
        mark("The current view of the map with samples, layers and pins, as PNG, SVG or PDF"),
        "file/export",
        105,
        "save_map",
        needs=("can_decode",),
    ),
)
FLIGHT_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "fly",
        mark("Fly &over the map"),
        mark(
            "A slow flight through the pins, or past the dense regions; any key or click stops it"
        ),
        "view",
        210,
        "fly",
        shortcuts=("Ctrl+Shift+F",),
        icon="wander",
        needs=("can_decode",),
    ),
)
PAGE_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "export_page",
        mark("&Web page…"),
        mark(
            "One file that opens in any browser, without this program: the map decodes there, "
            "plays its epochs and answers drawings"
        ),
        "file/export",
        107,
        "save_page",
        needs=("can_decode",),
    ),
)
GRID_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "export_grid",
        mark("&Grid of decodes…"),
        mark("Decoded images on a grid of codes, as one picture"),
        "file/export",
        110,
        "open",
        needs=("can_decode",),
    ),
    ActionSpec(
        "export_traversal",
        mark("&Every number of the code…"),
        mark("The effect of each number of the code alone, as a sheet with a row for each"),
        "file/export",
        120,
        "open_traversal",
        needs=("can_decode",),
    ),
)


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
        conditions={"can_decode": mark("No network has been trained yet: press Train.")},
        at_start=True,
    ),
)
