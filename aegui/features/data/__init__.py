"""The samples: where they come from, and which are learnt."""

from aegui.core.i18n import mark
from aegui.shell.feature import DockSpec, FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.data.feature:DataFeature",
        handlers={
            "data_folder": "open_folder",
            "data_images": "open_images",
            "data_file": "open_file",
            "add_data": "add_file",
            "choose_characters": "choose_characters",
            "keep_drawing": "keep_drawing",
            "keep_set": "keep_set",
            "export_data": "export_data",
        },
        requests={"open_data": "open_file", "add_data": "add_file", "export_data": "export_data"},
        at_start=True,
    ),
    FeatureSpec(
        "aegui.features.data.members:MembersFeature",
        (DockSpec("data", mark("Data"), 10, "aegui.features.data.view.data_panel:DataPanel"),),
        requests={"data_search": "search"},
    ),
)
