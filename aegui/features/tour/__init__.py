"""A tour of the program in the real window, in eight short steps."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.tour.feature:TourFeature",
        actions=(
            ActionSpec(
                "tour",
                mark("&Tour"),
                mark("Eight short steps through the program; it continues where you left it"),
                "help",
                90,
                "begin",
            ),
        ),
        requests={"tour": "begin"},
    ),
)
