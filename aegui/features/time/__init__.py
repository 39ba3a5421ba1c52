"""The time bar: kept epochs, films, forks and the displayed run."""

from aegui.features.time.actions import FILM_ACTIONS, SHOWN_ACTIONS, TIME_ACTIONS
from aegui.shell.feature import FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.time.feature:TimeFeature",
        actions=TIME_ACTIONS,
        conditions=("has_timeline", "in_past", "can_fork"),
        requests={"epoch": "go_to"},
        at_start=True,
    ),
    FeatureSpec("aegui.features.time.films:FilmFeature", actions=FILM_ACTIONS),
    FeatureSpec(
        "aegui.features.time.shown:ShownFeature",
        actions=SHOWN_ACTIONS,
        conditions=("has_runs", "can_choose_weights", "has_history"),
        at_start=True,
    ),
)
