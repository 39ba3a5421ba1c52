"""The network editor (layer cards) and the training panel."""

from aegui.core.i18n import mark
from aegui.features.builder.actions import TRAINING_ACTIONS
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.builder.training:TrainingFeature",
        actions=TRAINING_ACTIONS,
        conditions=(
            *("idle", "active", "paused", "slow", "can_train", "can_continue"),
            *("can_undo", "can_redo"),
        ),
        requests={"preset": "take_preset", "train": "train"},
        at_start=True,
    ),
    FeatureSpec(
        "aegui.features.builder.network:NetworkFeature",
        (
            DockSpec(
                "builder",
                mark("Network"),
                20,
                "aegui.features.builder.view.builder_panel:BuilderPanel",
                spots={"build": Spot("left", in_front=True), "study": Spot("left", tab=1)},
                guide="04-builder.md",
            ),
        ),
    ),
    FeatureSpec("aegui.features.builder.greeting:GreetingFeature", seen_with=("builder",)),
    FeatureSpec("aegui.features.builder.highlight:HighlightFeature", seen_with=("builder",)),
    FeatureSpec(
        "aegui.features.builder.settings:SettingsFeature",
        (
            DockSpec(
                "training",
                mark("Training"),
                30,
                "aegui.features.builder.view.training_panel:TrainingPanel",
                spots={"build": Spot("left"), "study": Spot("left", tab=1)},
                guide="05-training.md",
            ),
        ),
    ),
)
