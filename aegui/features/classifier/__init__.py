"""Accuracy, confusion and mistakes of a classifier."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.classifier.feature:ClassifierFeature",
        (
            DockSpec(
                "classifier",
                mark("Classifier"),
                90,
                "aegui.features.classifier.view.panel:ClassifierPanel",
                spots={"build": Spot("bottom", 1), "compare": Spot("beside", tab=1)},
                guide="12-classifier.md",
            ),
        ),
    ),
)
