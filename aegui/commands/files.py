"""``aegui convert``: convert a data set or a configuration to another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.commands.loading import loaded_set
from aegui.commands.words import note_lines, say, say_json
from aegui.core.course_configs import lines_of, load_any_recipe
from aegui.core.data.fonts import write_font
from aegui.core.data.idx import labels_beside, labels_path_for
from aegui.core.data.readers.table import read_glyphs
from aegui.core.data.writers import WRITERS, form_of, is_folder_path, write_dataset
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import SUFFIX, load_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_FONT = ".bdf"
_CONFIG_SUFFIXES = {".json", ".yaml", ".yml"}


def convert_command(options: argparse.Namespace) -> int:
    """Convert glyphs to another format, or a file that holds a recipe to a recipe file."""
    source, target = options.source, options.target
    about = None
    if Path(target).suffix.lower() == ".json":
        about = _converted_recipe(Path(source), target)
    about = about or _converted_set(source, target)
    if options.json:
        say_json({"file": source, "out": target, **about})
    else:
        say(tr("Written to {file}.", file=target))
        if "labels" in about:
            say(tr("Its labels are in {file}.", file=about["labels"]))
    return 0


def _converted_set(source: str, target: str) -> dict[str, Any]:
    """Write the samples in ``source`` to ``target``; return what they are, for JSON."""
    is_font = Path(target).suffix.lower() == _FONT
    if not is_font and not is_folder_path(target):
        form_of(target, (_FONT,))
    labels = None if is_font or is_folder_path(target) else _labels_file(target)
    if labels is not None and Path(source).is_file():
        _refuse_its_labels(Path(source), (Path(target), labels))
    is_run = Path(source).suffix.lower() == SUFFIX
    dataset = load_run(source).dataset if is_run else loaded_set(source)
    if is_font:
        write_font(Path(target), dataset)
    else:
        write_dataset(target, dataset)
    return {
        "holds": "samples",
        "data": dataset.name,
        "samples": len(dataset),
        "image_shape": list(dataset.image_shape),
        **({} if labels is None else {"labels": str(labels)}),
    }


def _labels_file(target: str) -> Path | None:
    """Return the second file that is written for ``target``; None if it holds the labels too."""
    return labels_path_for(Path(target)) if WRITERS[form_of(target)].labels is not None else None


def _refuse_its_labels(source: Path, written: Sequence[Path]) -> None:
    """Refuse to write over the labels that the images in ``source`` are read with.

    Raises:
        AeguiError: One of ``written`` is that file.
    """
    read = labels_beside(source)
    for path in written:
        if read is not None and path.exists() and path.samefile(read):
            raise AeguiError(
                tr(
                    "{file} holds the labels that {source} is read with: give the new file another "
                    "name.",
                    file=path,
                    source=source.name,
                )
            )


def _converted_recipe(source: Path, target: str) -> dict[str, Any] | None:
    """Write the recipe in ``source`` to ``target``; return how it was read, for JSON.

    None if ``source`` holds no recipe.
    """
    if source.suffix.lower() == SUFFIX:
        recipe = load_run(source).recipe
        save_recipe(target, recipe)
        return {"holds": "recipe", "name": recipe.name}
    if source.suffix.lower() not in _CONFIG_SUFFIXES or not source.is_file():
        return None
    try:
        reading = load_any_recipe(source)
    except RecipeError:
        if _holds_glyphs(source):
            return None
        raise
    note_lines(lines_of(reading))
    save_recipe(target, reading.recipe)
    return {
        "holds": "recipe",
        "name": reading.recipe.name,
        "understood": list(reading.understood),
        "assumed": list(reading.assumed),
        "ignored": list(reading.ignored),
        "needs": list(reading.needs),
    }


def _holds_glyphs(source: Path) -> bool:
    try:
        read_glyphs(source)
    except AeguiError:
        return False
    return True
