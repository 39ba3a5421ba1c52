"""Samples of a generator, and their evaluation."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.gan.feature:GanFeature",
        (
            DockSpec(
                "gan",
                mark("New images"),
                110,
                "aegui.features.gan.view.panel:GanPanel",
                spots={"build": Spot("bottom", 1), "compare": Spot("beside", tab=1)},
                guide="13-gan.md",
            ),
        ),
    ),
)
