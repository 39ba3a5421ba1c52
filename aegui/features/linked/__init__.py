"""The selection panel, and the comparison with other networks."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.linked.selection:SelectionFeature",
        (
            DockSpec(
                "selection",
                mark("Selection"),
                150,
                "aegui.features.linked.view.selection_panel:SelectionPanel",
                spots={"compare": Spot("bottom", tab=1, closed=True)},
                guide="02-map.md",
            ),
        ),
        requests={"selection": "show_panel"},
    ),
    FeatureSpec(
        "aegui.features.linked.others:OthersFeature",
        (
            DockSpec(
                "others",
                mark("Other networks"),
                160,
                "aegui.features.linked.view.others_panel:OthersPanel",
                spots={"compare": Spot("bottom", closed=True)},
                guide="14-projections.md",
            ),
        ),
        seen_with=("answer", "projections"),
        requests={"other_network": "choose", "other_choices": "offer"},
    ),
)
