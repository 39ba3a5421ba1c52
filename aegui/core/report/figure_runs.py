"""Search for the run of a figure id on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.errors import AeguiError, ReadError, RecipeError
from aegui.core.library.library import Library
from aegui.core.library.query import LibraryQuery
from aegui.core.recipe.file import parse_recipe, recipe_from
from aegui.core.run_file.archive import Archive
from aegui.core.run_file.saved import SUFFIX
from aegui.core.study.settings import key_of
from aegui.paths import library_dir, models_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from aegui.core.recipe import Recipe
    from aegui.core.report.figure_ids import FigureId

_MAX_BYTES = 8 << 20


def run_mark(recipe: Recipe) -> str:
    """Return the hash of the recipe of a run."""
    return key_of(recipe)


def find_run(
    requested: FigureId, recent: Iterable[Path], cancelled: Callable[[], bool] | None = None
) -> Path | None:
    """Return the file of the run: a shipped model, a recent file, or one of the library.

    None if it is no longer on this computer, or was retrained with other settings.
    """
    shipped = (path for path in models_dir().glob(f"*{SUFFIX}") if path.stem == requested.name)
    for path in (*shipped, *recent):
        if path.suffix.lower() == SUFFIX and _mark_of(path) == requested.mark:
            return path
    if not library_dir().exists():
        return None
    with Library(read_only=True, cancelled=cancelled) as library:
        for row in library.rows(LibraryQuery(kind="run"), ["created"]):
            entry = library.entry(row.id)
            try:
                mark = run_mark(recipe_from(entry.recipe))
            except AeguiError:
                continue
            path = library.path(row.id)
            if mark == requested.mark and path.is_file():
                return path
    return None


def _mark_of(path: Path) -> str:
    try:
        with Archive(path) as archive:
            text = bytes(archive.read("recipe.json", _MAX_BYTES)).decode("utf-8")
            return run_mark(parse_recipe(text))
    except (ReadError, RecipeError, UnicodeDecodeError):
        return ""
