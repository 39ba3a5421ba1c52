"""What networks answer to a drawing, and how good that is."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.answer.feature:AnswerFeature",
        (DockSpec("answer", mark("Answer"), 60, "aegui.features.answer.view.panel:AnswerPanel"),),
    ),
    FeatureSpec("aegui.features.answer.answer_studies:AnswerStudiesFeature", seen_with=("answer",)),
)
