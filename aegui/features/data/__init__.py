"""Data sets: import, download, and selection of the samples to train on."""

from aegui.core.i18n import mark
from aegui.features.data.actions import DATA_ACTIONS
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

FEATURES = (
    FeatureSpec(
        "aegui.features.data.feature:DataFeature",
        actions=DATA_ACTIONS,
        requests={
            "open_data": "open_file",
            "add_data": "add_file",
            "export_data": "export_data",
            "data": "take_source",
            "data_import": "bring",
        },
        at_start=True,
    ),
    FeatureSpec(
        "aegui.features.data.members:MembersFeature",
        (
            DockSpec(
                "data",
                mark("Data"),
                10,
                "aegui.features.data.view.data_panel:DataPanel",
                spots={"build": Spot("left")},
                guide="03-data.md",
            ),
        ),
        requests={"data_search": "search"},
    ),
)
