"""Traces a pixel of an output back through the layers to the input."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.journey.feature:JourneyFeature",
        (
            DockSpec(
                "journey",
                mark("One number’s journey"),
                106,
                "aegui.features.journey.view.panel:JourneyPanel",
                spots={
                    "build": Spot("bottom", tab=1, closed=True),
                    "draw": Spot("bottom", tab=1, closed=True),
                },
                guide="15-code.md",
            ),
        ),
        requests={"number": "follow"},
    ),
)
