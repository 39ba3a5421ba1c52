"""Recipes as JSON files: reading with readable errors, writing, migration, and the presets."""

from __future__ import annotations

import contextlib
import copy
import json
import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from aegui.core.atomic import write_atomically
from aegui.core.errors import ReadError, RecipeError
from aegui.core.i18n import tr
from aegui.core.json_text import TooDeepError, from_json
from aegui.core.library_messages import json_reason
from aegui.core.recipe import FORMAT, VERSION, Recipe
from aegui.core.recipe.errors import quoted, recipe_error, refused
from aegui.core.suffixes import RUN
from aegui.core.system_reason import unreadable
from aegui.paths import recipes_dir, resources_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aegui.core.recipe import DataSpec

MAX_BYTES = 4 << 20
"""Largest size of a recipe file: recipes are a page of text."""

_STACKS = (("network", "encoder"), ("network", "decoder"), ("gan", "discriminator"))
_KERNEL = 3


def _with_old_padding(document: dict[str, Any]) -> dict[str, Any]:
    """Keep the padding of version 1: half of an even kernel at all sides, which enlarged images."""
    migrated = copy.deepcopy(document)
    for part, key in _STACKS:
        holder = migrated.get(part)
        layers = holder.get(key) if isinstance(holder, dict) else None
        for layer in layers if isinstance(layers, list) else ():
            _fix_padding(layer)
    network = migrated.get("network")
    if isinstance(network, dict):
        _fix_padding(network.get("output_layer"))
    return {**migrated, "version": 2}


def _fix_padding(layer: object) -> None:
    if not isinstance(layer, dict) or layer.get("kind") != "conv":
        return
    kernel = layer.get("kernel", _KERNEL)
    if layer.get("padding") is None and isinstance(kernel, int) and kernel % 2 == 0:
        layer["padding"] = kernel // 2


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _with_old_padding}
"""Version -> function that converts a document of that version to the next."""


def parse_recipe(text: str, where: str = "") -> Recipe:
    """Return the recipe in ``text``.

    Args:
        text: JSON of this program's own format.
        where: The file, named at the start of every error message.

    Raises:
        RecipeError: It is not such a recipe; the message names the key, its value and what it may
            be, or the line of a JSON syntax error.
    """
    return recipe_from(parse_json(text, where), where)


def recipe_from(
    document: object, where: str = "", aliases: Mapping[str, str] | None = None
) -> Recipe:
    """Return the recipe in a JSON document, after migrating it to the current version.

    Args:
        document: Result of ``parse_json``.
        where: The file, named at the start of every error message.
        aliases: Path in the recipe -> name of the key in the source, for error messages.

    Raises:
        RecipeError: It is not a valid recipe.
    """
    if not is_recipe(document):
        raise refused(
            where,
            tr(
                'not a recipe of this program: it must be an object with "format": "{f}".', f=FORMAT
            ),
        )
    try:
        # Through JSON, because only there pydantic's strict mode accepts a list for a tuple.
        return Recipe.model_validate_json(json.dumps(_migrated(document, where)), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] != "json_invalid":
            raise recipe_error(error, where, aliases) from None
        if "recursion" in str(first.get("ctx")):
            raise _too_deep(where) from None
        raise refused(where, tr("there is text in it that is not valid Unicode.")) from None
    except (RecursionError, ValueError):
        raise _too_deep(where) from None


def data_from(values: Mapping[str, Any], where: str) -> DataSpec:
    """Return the choice of samples with ``values``, which ``where`` in an error message gave.

    Raises:
        RecipeError: A value is not valid.
    """
    return recipe_from({"format": FORMAT, "version": VERSION, "data": dict(values)}, where).data


def is_recipe(document: object) -> bool:
    """Return whether a JSON document declares itself a recipe of this program."""
    return isinstance(document, dict) and document.get("format") == FORMAT


def parse_json(text: str, where: str = "") -> object:
    """Return the content of the JSON ``text``; duplicate keys are an error.

    Raises:
        RecipeError: The text is not JSON; the message names the line.
    """
    try:
        return from_json(text, lambda pairs: _unique(pairs, where))
    except json.JSONDecodeError as error:
        raise refused(
            where,
            tr(
                "not valid JSON, line {line}, column {column}: {reason}.",
                line=error.lineno,
                column=error.colno,
                reason=json_reason(error) if text.strip() else tr("there is nothing in it"),
            ),
        ) from None
    except TooDeepError:
        raise _too_deep(where) from None
    except ValueError:
        raise refused(where, tr("there is a number with thousands of digits in it.")) from None


def read_text(path: Path) -> str:
    """Return the text of a small file, with or without a byte-order mark.

    Raises:
        ReadError: It cannot be read, is too large, or is not UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if path.suffix.lower() == RUN and data.startswith(b"PK"):
        # Zip files begin so.
        raise ReadError(tr("{file} is a saved run, not a text file.", file=path))
    if len(data) > MAX_BYTES:
        raise ReadError(tr("{file}: too large (over {mb} MB).", file=path, mb=MAX_BYTES >> 20))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ReadError(
            tr("{file}, line {line}: this is not UTF-8 text.", file=path, line=line)
        ) from None


def load_recipe(path: str | os.PathLike[str]) -> Recipe:
    """Return the recipe in the file at ``path``.

    Raises:
        ReadError: The file cannot be read.
        RecipeError: It contains no valid recipe.
    """
    return parse_recipe(read_text(Path(path)), os.fspath(path))


def save_recipe(path: str | os.PathLike[str], recipe: Recipe) -> None:
    """Write ``recipe`` to ``path``, atomically.

    Raises:
        AeguiError: The file could not be written.
    """
    write_atomically(path, recipe_json(recipe).encode())


def recipe_json(recipe: Recipe) -> str:
    """Return ``recipe`` as JSON, defaults included, so that its meaning never changes."""
    return json.dumps(recipe.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def list_recipes() -> tuple[tuple[str, Recipe], ...]:
    """Return the recipes that ship with the program, ``(key, recipe)``, sorted by key."""
    return _recipes_in(resources_dir() / "recipes")


@cache
def _recipes_in(folder: Path) -> tuple[tuple[str, Recipe], ...]:
    # Cached: recipes are frozen and do not change at run time, and each window lists them twice.
    return tuple((path.stem, load_recipe(path)) for path in sorted(folder.glob("*.json")))


def user_recipes() -> tuple[tuple[Path, Recipe], ...]:
    """Return the user's own recipes, ``(file, recipe)``, by name; invalid files are skipped."""
    found = []
    for path in sorted(recipes_dir().glob("*.json")):
        with contextlib.suppress(ReadError, RecipeError):
            found.append((path, load_recipe(path)))
    return tuple(found)


def find_recipe(key: str) -> Path | None:
    """Return the file of the shipped recipe ``key``, else of the user's own, else None."""
    folders = (resources_dir() / "recipes", recipes_dir())
    files = (path for folder in folders for path in folder.glob("*.json"))
    return next((path for path in files if path.stem == key), None)


def _unique(pairs: list[tuple[str, object]], where: str) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise refused(where, tr("the key {key} is given twice.", key=quoted(twice)))
    return document


def _migrated(document: Any, where: str) -> dict[str, Any]:
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise refused(
            where, tr('"version" is {v}; it must be a whole number from 1 on.', v=quoted(version))
        )
    if version > VERSION:
        raise refused(
            where,
            tr(
                "it was written by a newer version of the program (recipe version {theirs}, this "
                "one reads up to {ours}).",
                theirs=quoted(version),
                ours=VERSION,
            ),
        )
    migrated = dict(document)
    for step in range(version, VERSION):
        migrated = MIGRATIONS[step](migrated)
    return migrated


def _too_deep(where: str) -> RecipeError:
    return refused(where, tr("the lists or objects in it are nested too deeply."))
