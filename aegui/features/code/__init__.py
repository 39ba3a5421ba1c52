"""The dimensions of the code: statistics and traversals."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.code.feature:CodeFeature",
        (
            DockSpec(
                "code",
                mark("Code"),
                100,
                "aegui.features.code.view.panel:CodePanel",
                spots={"build": Spot("bottom")},
                guide="15-code.md",
            ),
        ),
    ),
)
