"""The network as code, and the proof that it is right."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.source.feature:SourceFeature",
        (
            DockSpec(
                "source",
                mark("Source code"),
                105,
                "aegui.features.source.view.panel:SourcePanel",
                spots={
                    "build": Spot("bottom", tab=1, closed=True),
                    "study": Spot("beside", tab=2, closed=True),
                },
                guide="24-source-code.md",
            ),
        ),
        actions=(
            ActionSpec(
                "export_source",
                mark("Code of the &network…"),
                mark(
                    "The network, loss and loop as PyTorch, NumPy or a notebook that runs without "
                    "this program, with the images and first weights beside it"
                ),
                "file/export",
                310,
                "save",
                needs=("can_train",),
            ),
        ),
    ),
)
