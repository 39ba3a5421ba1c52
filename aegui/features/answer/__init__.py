"""The answer panel: reconstructions of the drawing by networks, and their quality."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.answer.feature:AnswerFeature",
        (
            DockSpec(
                "answer",
                mark("Answer"),
                60,
                "aegui.features.answer.view.panel:AnswerPanel",
                spots={
                    "wander": Spot("right", 1, closed=True),
                    "draw": Spot("bottom"),
                    "build": Spot("right", 1),
                },
                guide="08-denoising.md",
            ),
        ),
    ),
    FeatureSpec("aegui.features.answer.answer_studies:AnswerStudiesFeature", seen_with=("answer",)),
)
