"""Studies: comparison of settings over several seeds."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.studies.feature:StudiesFeature",
        (
            DockSpec(
                "study_plan",
                mark("Study"),
                131,
                "aegui.features.studies.view.form_panel:StudyForm",
                spots={"study": Spot("left", in_front=True)},
                guide="19-studies.md",
            ),
            DockSpec(
                "studies",
                mark("Results of the study"),
                132,
                "aegui.features.studies.view.panel:StudiesPanel",
                spots={"study": Spot("beside")},
                guide="19-studies.md",
            ),
        ),
        actions=(
            ActionSpec(
                "studies",
                mark("St&udy…"),
                mark("Compare settings over several seeds, with a verdict"),
                "train",
                420,
                "open",
                icon="study",
                panels=("study_plan", "studies"),
            ),
        ),
        requests={
            "vary": "vary",
            "plan": "show_plan",
            "study": "do_shipped",
            "study_figure": "show_figure",
            "study_file": "open_file",
        },
    ),
)
