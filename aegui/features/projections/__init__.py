"""The projections panel: PCA, t-SNE and UMAP beside the learnt code."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.projections.feature:ProjectionsFeature",
        (
            DockSpec(
                "projections",
                mark("Projections"),
                120,
                "aegui.features.projections.view.panel:ProjectionsPanel",
                spots={"compare": Spot("beside")},
                guide="14-projections.md",
            ),
        ),
    ),
)
