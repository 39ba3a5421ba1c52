"""Resolving a recipe argument: a file, a shipped recipe, a set-up line or a saved run."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.loading import loaded_data, loaded_set
from aegui.commands.words import note_lines
from aegui.core.course_configs import CourseReading, lines_of, load_any_recipe
from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.data.load import source_from
from aegui.core.errors import ReadError, RecipeError, ended
from aegui.core.i18n import tr
from aegui.core.recipe.file import find_recipe, list_recipes
from aegui.core.run_file.saved import SUFFIX, load_run
from aegui.core.setup_line.challenges import CHALLENGES
from aegui.core.setup_line.reading import is_line, read_line

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import Recipe

_RECIPE_SUFFIXES = {".json", ".yaml", ".yml"}


def recipe_and_data(name: str, data: str | None) -> tuple[Recipe, Dataset]:
    """Return the recipe of any recipe source, and its samples or those of ``data``.

    How a configuration of others was read is printed.

    Raises:
        AeguiError: ``name`` holds no recipe, or cannot be read, or needs other samples.
    """
    if Path(name).suffix.lower() == SUFFIX:
        saved = load_run(name)
        return saved.recipe, saved.dataset if data is None else loaded_set(data)
    reading, folder = recipe_reading(name)
    if data is not None:
        dataset = loaded_set(data)
    else:
        refuse_needs(reading, name)
        dataset = loaded_data(_placed(reading.recipe, folder).data)
    note_lines(lines_of(reading))
    return reading.recipe, dataset


def placed_recipe(name: str) -> Recipe:
    """Return the recipe that ``name`` refers to, its data path resolved against its folder.

    For commands without the option ``--data``. How a configuration of others was read is printed.

    Raises:
        AeguiError: ``name`` holds no recipe, or cannot be read, or needs other samples.
    """
    reading, folder = recipe_reading(name, takes_data=False)
    refuse_needs(reading, name)
    note_lines(lines_of(reading))
    return _placed(reading.recipe, folder)


def _placed(recipe: Recipe, folder: Path) -> Recipe:
    source = source_from(recipe.data.source, folder)
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"source": source})})


def refuse_needs(reading: CourseReading, source: str) -> None:
    """Refuse a configuration whose samples are not here.

    Raises:
        RecipeError: It needs something.
    """
    if reading.needs:
        raise RecipeError(tr("{file} needs {needs}.", file=source, needs=", ".join(reading.needs)))


def recipe_alone(source: str) -> Recipe:
    """Return the recipe of any recipe source, for a command that takes no samples.

    Raises:
        AeguiError: ``source`` holds no recipe, or cannot be read.
    """
    if Path(source).suffix.lower() == SUFFIX:
        return load_run(source).recipe
    return recipe_reading(source, takes_data=False)[0].recipe


def recipe_reading(source: str, *, takes_data: bool = True) -> tuple[CourseReading, Path]:
    """Read a set-up line, a recipe file or a shipped recipe; return it and its folder.

    Args:
        source: What was given on the command line.
        takes_data: Whether the command has the option ``--data``, which a refusal may name.

    Raises:
        AeguiError: ``source`` holds no recipe, or cannot be read.
    """
    challenge = CHALLENGES.get(source)
    if challenge is not None:
        return CourseReading(challenge.reading.recipe), Path()
    if is_line(source):
        reading = read_line(source)
        return CourseReading(reading.recipe, ignored=reading.left_out), Path()
    path = Path(source)
    shipped = find_recipe(source)
    if not path.exists() and shipped is not None:
        path = shipped
    if not path.exists():
        raise RecipeError(_no_such_recipe(source))
    if path.suffix.lower() == SUFFIX:
        raise RecipeError(
            tr(
                '{file} is a saved run, and a recipe is needed: "aegui train --resume {file}" '
                'continues the run, "aegui convert {file} recipe.json" writes its recipe.',
                file=source,
            )
        )
    try:
        return load_any_recipe(path), path.parent
    except (ReadError, RecipeError) as error:
        if path.suffix.lower() in _RECIPE_SUFFIXES or not path.is_file():
            raise
        # It is likely to be a file of samples.
        hint = tr("A recipe is a file of JSON or YAML.")
        if takes_data:
            hint = tr("A recipe is a file of JSON or YAML; samples are given by --data.")
        raise RecipeError(f"{ended(str(error))} {hint}") from None


def _no_such_recipe(source: str) -> str:
    if source in BUILTIN_SETS:
        return tr(
            '{name} is a set, not a recipe: "aegui train --data {name}" trains on it.', name=source
        )
    known = [key for key, _ in list_recipes()]
    near = difflib.get_close_matches(Path(source).stem, [*known, *CHALLENGES], n=3)
    if near:
        return tr(
            "There is no file {file}, and no shipped recipe of that name; did you mean {names}?",
            file=source,
            names=", ".join(near),
        )
    return tr(
        'There is no file {file}, and no shipped recipe of that name; "aegui recipes" lists them.',
        file=source,
    )
