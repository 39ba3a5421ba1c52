"""Data sets: import, download, and selection of the samples to train on."""

from __future__ import annotations

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import DockSpec, FeatureSpec, Spot

DATA_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "data_folder",
        mark("&Folder of images…"),
        mark("Use the images of a folder as data; its sub-folders are classes"),
        "data",
        100,
        "open_folder",
        icon="builder-folder",
        needs=("idle",),
    ),
    ActionSpec(
        "data_images",
        mark("&Image files…"),
        mark("Use image files as data: photographs, drawings"),
        "data",
        110,
        "open_images",
        needs=("idle",),
    ),
    ActionSpec(
        "data_file",
        mark("File of &data…"),
        mark("Use a file of glyphs, an idx, npz or CSV file as data"),
        "data",
        120,
        "open_file",
        shortcuts=("Ctrl+D",),
        icon="document-open",
        needs=("idle",),
    ),
    ActionSpec(
        "add_data",
        mark("&Add samples from a file…"),
        mark("Join the samples of a file to those of the set"),
        "data",
        130,
        "add_file",
        icon="edit-add",
        needs=("idle",),
    ),
    ActionSpec(
        "choose_characters",
        mark("&Choose samples…"),
        mark("Select the characters or images of the set to train on"),
        "data",
        200,
        "choose_characters",
        shortcuts=("Ctrl+Shift+C",),
        icon="edit-load",
        needs=("idle",),
    ),
    ActionSpec(
        "keep_drawing",
        mark("&Keep the drawing…"),
        mark("Save the drawing among your own, to train on it later"),
        "data",
        300,
        "keep_drawing",
        icon="draw",
    ),
    ActionSpec(
        "keep_set",
        mark("Keep the set as your &own…"),
        mark("Save the selected samples as one of your own sets"),
        "data",
        310,
        "keep_set",
    ),
    ActionSpec(
        "export_data",
        mark("&Save the set…"),
        mark("Write the selected samples to a file, or as pictures to a folder"),
        "data",
        320,
        "export_data",
        icon="export",
    ),
)
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
