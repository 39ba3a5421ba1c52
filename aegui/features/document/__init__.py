"""Opening, saving, recovering."""

from aegui.shell.feature import FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.document.feature:DocumentFeature",
        handlers={
            "new": "new",
            "open": "open",
            "save": "save",
            "save_as": "save_as",
            "export_recipe": "export_recipe",
            "settings_folder": "open_settings_folder",
        },
        at_start=True,
    ),
)
