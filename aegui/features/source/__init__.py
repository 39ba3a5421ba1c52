"""Source code of the network, its check against the program, and exports of the network."""

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
                guide="25-source-code.md",
            ),
        ),
        actions=(
            ActionSpec(
                "export_source",
                mark("Code of the &network…"),
                mark(
                    "The network in the builder, loss and training loop as standalone PyTorch, "
                    "NumPy or notebook, with a file of the images and initial weights"
                ),
                "file/export",
                310,
                "save",
                needs=("can_train",),
            ),
        ),
    ),
    FeatureSpec(
        "aegui.features.source.exports:ExportsFeature",
        actions=(
            ActionSpec(
                "export_onnx",
                mark("Network as &ONNX…"),
                mark(
                    "The shown network, its encoder and its decoder, for any ONNX runtime: a file "
                    "each"
                ),
                "file/export",
                320,
                "write_onnx",
            ),
            ActionSpec(
                "export_weights",
                mark("We&ights as safetensors…"),
                mark("All weights of the shown network, under the names of its PyTorch code"),
                "file/export",
                330,
                "write_weights",
            ),
            ActionSpec(
                "export_font",
                mark("Samples as LCD &font…"),
                mark(
                    "The glyphs of the set as a font for character displays: a C header of columns "
                    "or BDF"
                ),
                "file/export",
                340,
                "write_font",
                "samples",
            ),
            ActionSpec(
                "export_drawn_font",
                mark("&Answers as LCD font…"),
                mark(
                    "What the network draws of every glyph, as a font for character displays: a C "
                    "header of columns or BDF"
                ),
                "file/export",
                350,
                "write_font",
                "answers",
            ),
        ),
    ),
)
