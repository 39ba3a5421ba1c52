"""Curves of the training, and reconstructions beside them."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.charts.feature:ChartsFeature",
        (DockSpec("charts", mark("Charts"), 70, "aegui.features.charts.view.panel:ChartsPanel"),),
        handlers={"export_charts": "export_charts"},
    ),
    FeatureSpec("aegui.features.charts.reference:ReferenceFeature", seen_with=("charts",)),
    FeatureSpec(
        "aegui.features.charts.reconstructions:ReconstructionsFeature",
        (
            DockSpec(
                "reconstructions",
                mark("Reconstructions"),
                80,
                "aegui.features.charts.view.reconstructions_panel:ReconstructionsPanel",
            ),
        ),
    ),
)
