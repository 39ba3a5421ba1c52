"""Studies: settings compared over seeds."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.studies.feature:StudiesFeature",
        (
            DockSpec(
                "studies", mark("Studies"), 131, "aegui.features.studies.view.panel:StudiesPanel"
            ),
        ),
        handlers={"studies": "open"},
    ),
)
