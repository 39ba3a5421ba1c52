"""Opening, saving and recovering documents."""

from __future__ import annotations

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import FeatureSpec

DOCUMENT_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "new",
        mark("&New"),
        mark("Start an untrained document"),
        "file",
        100,
        "new",
        shortcuts=("Ctrl+N",),
        icon="document-new",
    ),
    ActionSpec(
        "open",
        mark("&Open…"),
        mark("Open a run, a recipe, a course configuration or a file of glyphs"),
        "file",
        110,
        "open",
        shortcuts=("Ctrl+O",),
        icon="document-open",
    ),
    ActionSpec(
        "save",
        mark("&Save"),
        mark("Save recipe, weights and history in one file"),
        "file",
        200,
        "save",
        shortcuts=("Ctrl+S",),
        icon="document-save",
    ),
    ActionSpec(
        "save_as",
        mark("Save &as…"),
        mark("Save under another name"),
        "file",
        210,
        "save_as",
        shortcuts=("Ctrl+Shift+S",),
    ),
    ActionSpec(
        "export_recipe",
        mark("Save the &recipe alone…"),
        mark("Write the recipe as JSON, for people and for the command line"),
        "file/export",
        100,
        "export_recipe",
    ),
    ActionSpec(
        "log_folder",
        mark("Folder of the &log"),
        mark("Open the folder where log and library are kept"),
        "help",
        110,
        "open_log_folder",
    ),
)
FEATURES = (
    FeatureSpec(
        "aegui.features.document.feature:DocumentFeature",
        actions=DOCUMENT_ACTIONS,
        requests={"document": "show_run", "open_entry": "open_entry", "file": "open_path"},
        at_start=True,
    ),
)
