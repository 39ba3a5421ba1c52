"""Races: optimisers from the same initial weights, and the smallest network that meets a goal."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.races.feature:RacesFeature",
        (
            DockSpec(
                "races",
                mark("Races"),
                133,
                "aegui.features.races.view.panel:RacesPanel",
                spots={"compare": Spot("beside"), "study": Spot("beside", tab=1)},
                guide="21-races.md",
            ),
        ),
        actions=(
            ActionSpec(
                "races",
                mark("&Race…"),
                mark("Race optimisers from the same start, or look for the smallest network"),
                "train",
                430,
                "open",
                icon="compare",
                panels=("races",),
            ),
        ),
    ),
)
