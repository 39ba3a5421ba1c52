"""The Make panel: paths, concepts and new images."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.making.feature:MakingFeature",
        (
            DockSpec(
                "making",
                mark("Make"),
                140,
                "aegui.features.making.view.panel:MakingPanel",
                spots={
                    "wander": Spot("bottom", closed=True),
                    "draw": Spot("bottom", tab=1, closed=True),
                    "build": Spot("bottom", tab=1, closed=True),
                    "compare": Spot("beside", tab=1),
                },
                guide="17-making.md",
            ),
        ),
        requests={"making": "show_page"},
    ),
)
