"""``aegui data`` and ``aegui convert``: what is in a file, and the same in another form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.commands.words import note, say, say_json, shown
from aegui.core.course_configs import lines_of, load_any_recipe
from aegui.core.data.builtin import builtin_names, load_builtin
from aegui.core.data.load import load_dataset
from aegui.core.data.readers import READERS, read_glyphs
from aegui.core.data.report import report
from aegui.core.data.writers import write_dataset
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe_file import save_recipe
from aegui.core.run_file import SUFFIX, load_run

if TYPE_CHECKING:
    import argparse

    from aegui.core.data.dataset import Dataset

_CONFIG_SUFFIXES = {".json", ".yaml", ".yml"}


def data_command(options: argparse.Namespace) -> int:
    """Print what is read from a file: its sets, their characters, duplicates and close pairs."""
    reader, datasets, notes = _read(options.file)
    if options.json:
        document = {
            "file": options.file,
            "reader": reader,
            "notes": list(notes),
            "datasets": [_dataset_json(dataset) for dataset in datasets],
        }
        say_json(document)
        return 0
    label = tr(READERS[reader].label) if reader in READERS else tr("built-in set")
    say(f"{options.file}: {label}")
    for line in notes:
        say(line)
    for dataset in datasets:
        _say_dataset(dataset)
    return 0


def convert_command(options: argparse.Namespace) -> int:
    """Convert glyphs to another form, or whatever holds a recipe to a recipe file."""
    source, target = options.source, options.target
    if Path(source).exists() and Path(target).exists() and Path(source).samefile(target):
        raise AeguiError(tr("{file} cannot be converted onto itself.", file=source))
    if Path(target).suffix.lower() == ".json" and _convert_to_recipe(Path(source), target):
        return 0
    if Path(source).suffix.lower() == SUFFIX:
        write_dataset(target, load_run(source).dataset)
    else:
        write_dataset(target, load_dataset(source))
    return 0


def _convert_to_recipe(source: Path, target: str) -> bool:
    """Whether ``source`` holds a recipe, which then has been written to ``target``."""
    if source.suffix.lower() == SUFFIX:
        save_recipe(target, load_run(source).recipe)
        return True
    if source.suffix.lower() not in _CONFIG_SUFFIXES or not source.is_file():
        return False
    try:
        reading = load_any_recipe(source)
    except RecipeError:
        if _holds_glyphs(source):
            return False
        raise
    for title, lines in lines_of(reading):
        for line in lines:
            note(f"{title}: {line}")
    save_recipe(target, reading.recipe)
    return True


def _holds_glyphs(source: Path) -> bool:
    try:
        read_glyphs(source)
    except AeguiError:
        return False
    return True


def _read(source: str) -> tuple[str, tuple[Dataset, ...], tuple[str, ...]]:
    if source in builtin_names():
        return "built-in", (load_builtin(source),), ()
    if Path(source).suffix.lower() == SUFFIX:
        return "aegui", (load_run(source).dataset,), ()
    if not Path(source).exists():
        return "built-in", (load_dataset(source),), ()  # several names, or it says what is wrong
    file = read_glyphs(source)
    return file.reader, file.datasets, file.notes


def _dataset_json(dataset: Dataset) -> dict[str, Any]:
    channels, height, width = dataset.image_shape
    found = report(dataset)
    return {
        "name": dataset.name,
        "samples": len(dataset),
        "channels": channels,
        "height": height,
        "width": width,
        "binary": dataset.is_binary,
        "labels": list(dataset.labels),
        "names": list(dataset.names),
        "duplicates": [list(group) for group in found.duplicates],
        "closest": [
            {"a": pair.a, "b": pair.b, "distance": pair.distance} for pair in found.closest
        ],
        "source": dataset.source,
        "licence": dataset.licence,
    }


def _say_dataset(dataset: Dataset) -> None:
    _, height, width = dataset.image_shape
    labels = [shown(*pair) for pair in zip(dataset.labels, dataset.names, strict=True)]
    say()
    say(
        tr(
            "{name}: {n} samples of {width}x{height} pixels",
            name=dataset.name,
            n=len(dataset),
            width=width,
            height=height,
        )
    )
    say("  " + " ".join(labels))
    found = report(dataset)
    for group in found.duplicates:
        say("  " + tr("Exactly the same: {labels}", labels=", ".join(labels[i] for i in group)))
    if found.closest:
        pairs = ", ".join(
            f"{labels[pair.a]} {labels[pair.b]} ({pair.distance})" for pair in found.closest
        )
        say("  " + tr("Closest pairs (pixels apart): {pairs}", pairs=pairs))
