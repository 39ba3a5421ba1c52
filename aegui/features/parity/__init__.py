"""Published figures compared with those of this machine."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.parity.feature:ParityFeature",
        actions=(
            ActionSpec(
                "parity",
                mark("Published &figures…"),
                mark("Results of course works and papers, beside those trained here"),
                "help",
                95,
                "open",
                icon="flag-reached",
            ),
        ),
    ),
)
