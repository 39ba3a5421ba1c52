"""Noise studies."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.noise_study.feature:NoiseStudyFeature",
        (
            DockSpec(
                "study",
                mark("Noise study"),
                130,
                "aegui.features.noise_study.view.panel:StudyPanel",
            ),
        ),
        handlers={"noise_study": "open"},
        requests={"mistake": "show_mistake"},
    ),
    FeatureSpec("aegui.features.noise_study.findings:FindingsFeature", seen_with=("training",)),
)
