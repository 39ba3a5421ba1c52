"""What a classifier tells apart."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.classifier.feature:ClassifierFeature",
        (
            DockSpec(
                "classifier",
                mark("Classifier"),
                90,
                "aegui.features.classifier.view.panel:ClassifierPanel",
            ),
        ),
    ),
)
