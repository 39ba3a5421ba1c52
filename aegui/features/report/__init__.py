"""The hand-in: a report of what was trained."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.report.feature:ReportFeature",
        actions=(
            ActionSpec(
                "export_report",
                mark("&Hand-in (slides, PDF, figures)…"),
                mark(
                    "Slides, PDF and page with a finding and a figure each, tables and command "
                    "lines: of the shown network, or of a whole assignment"
                ),
                "file/export",
                5,
                "open",
            ),
        ),
        requests={"figure": "open_figure"},
    ),
)
