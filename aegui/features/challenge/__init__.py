"""Copy and paste a set-up as one line of text; with a goal it is a challenge."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.challenge.feature:ChallengeFeature",
        actions=(
            ActionSpec(
                "copy_line",
                mark("&Copy the set-up as text"),
                mark("The recipe of the builder as one line, with its goal if it is a challenge"),
                "edit",
                200,
                "copy",
                icon="edit-copy",
            ),
            ActionSpec(
                "paste_line",
                mark("&Paste a set-up"),
                mark("Put the set-up of a line on the clipboard into the builder"),
                "edit",
                210,
                "paste",
                shortcuts=("Ctrl+V",),
                icon="edit-paste",
                needs=("idle",),
            ),
        ),
        requests={"line": "open_line"},
        at_start=True,
    ),
)
