"""The network and its training as cards."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.builder.training:TrainingFeature",
        (
            DockSpec(
                "builder",
                mark("Network"),
                20,
                "aegui.features.builder.view.builder_panel:BuilderPanel",
            ),
        ),
        handlers={
            "train": "train",
            "continue": "go_on",
            "pause": "pause",
            "step": "step",
            "stop": "stop",
            "slow": "set_slow",
            "limits": "set_limits",
            "history": "show_history",
            "summary": "show_summary",
            "undo": "undo",
            "redo": "redo",
        },
        requests={"preset": "take_preset"},
        at_start=True,
    ),
    FeatureSpec(
        "aegui.features.builder.settings:SettingsFeature",
        (
            DockSpec(
                "training",
                mark("Training"),
                30,
                "aegui.features.builder.view.training_panel:TrainingPanel",
            ),
        ),
    ),
)
