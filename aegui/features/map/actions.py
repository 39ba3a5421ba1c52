"""Menu actions of the latent map and of the figures exported from it."""

from __future__ import annotations

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec

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
