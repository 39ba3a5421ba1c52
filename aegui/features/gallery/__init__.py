"""The gallery: networks and data sets to start from, as cards."""

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.gallery.feature:GalleryFeature",
        actions=(
            ActionSpec(
                "gallery",
                mark("&Gallery…"),
                mark("Networks to start from, trained models and recent files, as pictures"),
                "file",
                105,
                "ask_for",
                argument="networks",
                shortcuts=("Ctrl+G",),
                icon="list",
            ),
            ActionSpec(
                "gallery_data",
                mark("&Gallery of data…"),
                mark("The data sets, as pictures"),
                "data",
                10,
                "ask_for",
                argument="data",
                shortcuts=("Ctrl+Shift+G",),
                icon="list",
            ),
        ),
        requests={"gallery": "show_page"},
    ),
)
