"""``aegui convert``: convert a data set or a configuration to another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.loading import loaded_set
from aegui.commands.words import note_lines, say
from aegui.core.course_configs import lines_of, load_any_recipe
from aegui.core.data.fonts import write_font
from aegui.core.data.readers.table import read_glyphs
from aegui.core.data.writers import write_dataset
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import SUFFIX, load_run

if TYPE_CHECKING:
    import argparse

_CONFIG_SUFFIXES = {".json", ".yaml", ".yml"}


def convert_command(options: argparse.Namespace) -> int:
    """Convert glyphs to another format, or a file that holds a recipe to a recipe file."""
    source, target = options.source, options.target
    if Path(target).suffix.lower() == ".json" and _convert_to_recipe(Path(source), target):
        say(tr("Written to {file}.", file=target))
        return 0
    is_run = Path(source).suffix.lower() == SUFFIX
    dataset = load_run(source).dataset if is_run else loaded_set(source)
    if Path(target).suffix.lower() == ".bdf":
        write_font(Path(target), dataset)
    else:
        write_dataset(target, dataset)
    say(tr("Written to {file}.", file=target))
    return 0


def _convert_to_recipe(source: Path, target: str) -> bool:
    """Write the recipe in ``source`` to ``target``; return whether ``source`` holds one."""
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
    note_lines(lines_of(reading))
    save_recipe(target, reading.recipe)
    return True


def _holds_glyphs(source: Path) -> bool:
    try:
        read_glyphs(source)
    except AeguiError:
        return False
    return True
