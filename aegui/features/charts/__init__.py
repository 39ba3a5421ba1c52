"""Training curves, and reconstructions of the samples."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.charts.feature:ChartsFeature",
        (
            DockSpec(
                "charts",
                mark("Charts"),
                70,
                "aegui.features.charts.view.panel:ChartsPanel",
                spots={"draw": Spot("bottom", 1, tab=1), "build": Spot("bottom")},
                guide="05-training.md",
            ),
        ),
        actions=(
            ActionSpec(
                "export_charts_png",
                mark("Charts as &PNG…"),
                mark("Write the shown charts as PNG, in a size of your choice"),
                "file/export",
                200,
                "export_charts",
                argument="png",
                needs=("has_history",),
            ),
            ActionSpec(
                "export_charts_svg",
                mark("Charts as &SVG…"),
                mark("Write the shown charts as SVG, in a size of your choice"),
                "file/export",
                210,
                "export_charts",
                argument="svg",
                needs=("has_history",),
            ),
            ActionSpec(
                "export_charts_csv",
                mark("Charts as &CSV…"),
                mark("Write every recorded number as CSV"),
                "file/export",
                220,
                "export_charts",
                argument="csv",
                needs=("has_history",),
            ),
        ),
    ),
    FeatureSpec("aegui.features.charts.feature:ReferenceFeature", seen_with=("charts",)),
    FeatureSpec(
        "aegui.features.charts.reconstructions:ReconstructionsFeature",
        (
            DockSpec(
                "reconstructions",
                mark("Reconstructions"),
                80,
                "aegui.features.charts.view.reconstructions_panel:ReconstructionsPanel",
                spots={"draw": Spot("bottom", 1), "build": Spot("bottom", 1)},
                guide="08-denoising.md",
            ),
        ),
    ),
)
