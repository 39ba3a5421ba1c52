"""Epochs kept, films, forks and the run that is shown."""

from aegui.shell.feature import FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.time.feature:TimeFeature",
        handlers={
            "epoch_before": "go_back",
            "epoch_after": "go_forward",
            "epoch_newest": "go_to_newest",
            "play_epochs": "toggle_playing",
            "fork": "fork",
            "film": "film",
        },
        requests={"epoch": "go_to"},
        at_start=True,
    ),
    FeatureSpec(
        "aegui.features.time.shown:ShownFeature",
        handlers={
            "choose_run": "choose_any_run",
            "best_weights": "choose_best",
            "last_weights": "choose_last",
        },
        at_start=True,
    ),
)
