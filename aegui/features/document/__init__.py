"""Opening, saving and recovering documents."""

from aegui.features.document.actions import DOCUMENT_ACTIONS
from aegui.shell.feature import FeatureSpec

FEATURES = (
    FeatureSpec(
        "aegui.features.document.feature:DocumentFeature",
        actions=DOCUMENT_ACTIONS,
        requests={"document": "show_run", "open_entry": "open_entry", "file": "open_path"},
        at_start=True,
    ),
)
