"""Import of configurations of course projects in their own formats.

Every solution of the classic assignment has a JSON or YAML of its own design. The import looks for
the usual names of each setting and reports which values were understood, which were assumed and
which were ignored.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

import yaml

from aegui.core.course_configs.bounded_yaml import load_yaml
from aegui.core.course_configs.network import input_size, read_chain, set_network
from aegui.core.course_configs.notes import Notes
from aegui.core.course_configs.sections import set_aside, tell_switches
from aegui.core.course_configs.settings import read_data, read_settings, tell_defaults
from aegui.core.course_configs.variational import Variational
from aegui.core.errors import RecipeError, elided
from aegui.core.i18n import tr
from aegui.core.library_messages import yaml_reason
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import FORMAT, VERSION
from aegui.core.recipe.file import is_recipe, parse_json, read_text, recipe_from

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from aegui.core.recipe import Recipe

_OURS, _STUDY = "aegui-", "aegui-study"


@dataclass(frozen=True)
class CourseReading:
    """Result of importing a configuration; all lines of text are in the user's language."""

    recipe: Recipe
    """The resulting recipe."""
    understood: tuple[str, ...] = ()
    """Settings that were imported."""
    assumed: tuple[str, ...] = ()
    """Ambiguous or missing settings, with the values chosen for them."""
    ignored: tuple[str, ...] = ()
    """Keys without a meaning here."""
    needs: tuple[str, ...] = ()
    """Data that the configuration requires without naming them; empty if it is trainable."""


def load_any_recipe(path: str | os.PathLike[str]) -> CourseReading:
    """Load a recipe or a foreign configuration from the JSON or YAML file at ``path``.

    Raises:
        ReadError: The file cannot be read.
        RecipeError: The file holds neither of them, or an impossible value.
    """
    file = Path(path)
    name = str(file)
    document = _parsed(read_text(file), name)
    if is_recipe(document):
        return CourseReading(recipe_from(document, name))
    _refuse_other_documents(document, name)
    if _lacks_its_format_only(document):
        recipe = recipe_from({"format": FORMAT, "version": VERSION, **document}, name)
        note = tr('It names no "format": it was read as a recipe of this program.')
        return CourseReading(recipe, assumed=(note,))
    try:
        reading = understand(document, file.parent)
    except RecipeError as error:
        raise RecipeError(f"{name}: " + str(error)) from None
    if reading.recipe.name:
        return reading
    return replace(reading, recipe=reading.recipe.model_copy(update={"name": file.stem[:200]}))


def _refuse_other_documents(document: object, name: str) -> None:
    """Refuse the other documents of this program, of which only defaults would be left.

    Raises:
        RecipeError: ``document``, read from the file ``name``, is one.
    """
    form = document.get("format") if isinstance(document, dict) else None
    if form == _STUDY:
        raise RecipeError(
            tr(
                "{file} is the plan of a study, not a recipe: the panel “Study” opens it, and "
                "“aegui study” runs it.",
                file=name,
            )
        )
    if isinstance(form, str) and form.startswith(_OURS):
        raise RecipeError(
            tr("{file} is no recipe: its format is “{form}”.", file=name, form=elided(form))
        )


def understand(config: object, folder: Path | None = None) -> CourseReading:
    """Convert a parsed configuration to a recipe.

    Args:
        config: Parsed JSON or YAML; a recipe of this program is returned unchanged.
        folder: Folder in which to look for referenced files; None looks for none.

    Raises:
        RecipeError: No key is known, or a value is impossible; the message names its key.
    """
    if is_recipe(config):
        return CourseReading(recipe_from(config))
    configs = list(config) if isinstance(config, list | tuple) else [config]
    first = next((c for c in configs if isinstance(c, dict) and c), None)
    if first is None:
        raise RecipeError(
            tr("A configuration is an object of keys and values; there are none in this one.")
        )
    notes = Notes.of(first, folder)
    if len(configs) > 1:
        text = tr("The first of {n} configurations was taken.", n=len(configs))
        notes.say("assumed", text)
    recipe = _read(notes)
    parts = (notes.said(part) for part in ("understood", "assumed", "ignored", "needs"))
    return CourseReading(recipe, *parts)


def _read(notes: Notes) -> Recipe:
    """Return the recipe for all keys together; the more specific keys are matched first."""
    set_aside(notes)
    read_settings(notes)
    variational = Variational(notes)
    inputs = input_size(notes)
    chain = read_chain(notes, inputs, variational=variational.is_stated)
    if not any(
        heading != "ignored" and path not in notes.titles
        for path, heading in notes.spoken_of.items()
    ):
        raise RecipeError(
            tr(
                "This configuration has no known key; it should have layers, learning_rate, epochs"
                " or similar."
            )
        )
    pixels = chain.inputs or inputs
    read_data(notes, pixels)
    gaussian = variational.is_stated or chain.doubled
    if gaussian:
        variational.weigh(pixels)
    set_network(notes, chain, gaussian=gaussian)
    variational.read(doubled=chain.doubled)
    tell_defaults(notes)
    tell_switches(notes)
    notes.tell_rest()
    return recipe_from(
        notes.document(), aliases={path: item.key for path, item in notes.sources.items()}
    )


def _lacks_its_format_only(document: object) -> TypeGuard[dict[str, object]]:
    """Return whether the document uses the vocabulary of a recipe: layer kinds, a named code.

    No foreign configuration has these in the same places as a recipe.
    """
    network = document.get("network") if isinstance(document, dict) else None
    if not isinstance(network, dict):
        return False
    encoder = network.get("encoder")
    layers = encoder if isinstance(encoder, list) else []
    has_kinds = any(isinstance(layer, dict) and "kind" in layer for layer in layers)
    return has_kinds or isinstance(network.get("latent"), dict)


def _parsed(text: str, name: str) -> object:
    try:
        return parse_json(text, name)
    except RecipeError as error:
        json_error = error
    try:
        document = load_yaml(text)
    except RecipeError as refusal:
        raise (RecipeError(f"{name}: {refusal}") if _is_yaml(name) else json_error) from None
    except yaml.MarkedYAMLError as slip:
        if _is_yaml(name) and slip.problem_mark is not None:
            raise RecipeError(
                tr(
                    "{file}: not valid YAML, line {line}: {reason}.",
                    file=name,
                    line=min(slip.problem_mark.line, text.rstrip().count("\n")) + 1,
                    reason=elided(yaml_reason(str(slip.problem))),
                )
            ) from None
        raise json_error from None
    except ValueError as error:
        reason = elided(str(error))
        words = tr("{file}: not valid YAML: {reason}.", file=name, reason=reason)
        raise (RecipeError(words) if _is_yaml(name) else json_error) from None
    except (yaml.YAMLError, TypeError, AttributeError, RecursionError):
        raise json_error from None
    if document is None and _is_yaml(name):
        reason = tr("there is nothing in it")
        raise RecipeError(tr("{file}: {reason}.", file=name, reason=reason))
    # Any plain text is valid YAML as well.
    if not isinstance(document, dict | list):
        raise json_error
    return document


def _is_yaml(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))


def lines_of(reading: CourseReading) -> list[tuple[str, Sequence[str]]]:
    """Return title and lines of each non-empty part of a reading, for display."""
    parts = [
        (tr("Understood"), reading.understood),
        (tr("Assumed"), reading.assumed),
        (tr("Ignored"), reading.ignored),
        (tr("Needs"), reading.needs),
    ]
    return [(title, lines) for title, lines in parts if lines]
