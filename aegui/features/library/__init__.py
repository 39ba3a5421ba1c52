"""The library: every run and study that was saved automatically."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.library.keeping:KeepingFeature",
        requests={"keep_study": "keep_study"},
        at_start=True,
    ),
    FeatureSpec(
        "aegui.features.library.feature:LibraryFeature",
        (
            DockSpec(
                "library",
                mark("Library"),
                132,
                "aegui.features.library.view.panel:LibraryPanel",
                spots={
                    "wander": Spot("bottom", tab=1, closed=True),
                    "draw": Spot("bottom", tab=1, closed=True),
                    "build": Spot("bottom", tab=1, closed=True),
                    "compare": Spot("beside"),
                },
                guide="20-comparing.md",
            ),
        ),
        actions=(
            ActionSpec(
                "library",
                mark("&Library…"),
                mark("All kept trainings and studies: search, compare, open, train again"),
                "file",
                140,
                "open",
                shortcuts=("Ctrl+L",),
                icon="list",
                panels=("library",),
            ),
        ),
    ),
)
