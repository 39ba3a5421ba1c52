"""Noise studies: noise matrix, curves over the noise level, and common mistakes."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.noise_study.feature:NoiseStudyFeature",
        (
            DockSpec(
                "study",
                mark("Noise study"),
                130,
                "aegui.features.noise_study.view.panel:StudyPanel",
                spots={"compare": Spot("beside")},
                guide="08-denoising.md",
            ),
        ),
        actions=(
            ActionSpec(
                "noise_study",
                mark("&Noise study"),
                mark(
                    "Which noise to train with, how much noise a network removes, and the cost "
                    "of mistakes"
                ),
                "train",
                410,
                "open",
                shortcuts=("Ctrl+Shift+N",),
                icon="edit-noise",
                panels=("study",),
            ),
        ),
        requests={"mistake": "show_mistake", "noise_page": "show_page"},
    ),
    FeatureSpec("aegui.features.noise_study.findings:FindingsFeature", seen_with=("training",)),
)
