"""Write a recipe as one line."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any

from aegui.core.data.builtin import BUILTIN_SETS, comes_in_any_size
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.setup_line.chain import (
    ANY,
    common_activation,
    latent_text,
    layer_text,
    layers_text,
)
from aegui.core.setup_line.rows import OPTIMIZER, ROWS, Defaults
from aegui.core.setup_line.words import BAR, value_text

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe
    from aegui.core.setup_line.goal import LineGoal
    from aegui.core.setup_line.rows import LineRow, Path

SOURCE = re.compile(r"[a-z][a-z0-9+-]*")
"""Pattern of a data source that needs no quotes."""


def line_of(recipe: Recipe, goal: LineGoal | None = None) -> str:
    """Return ``recipe`` as one line that ``read_line`` parses back exactly, ending in ``goal``.

    The line depends on the recipe and goal only, not on the program's language.
    """
    document, defaults = recipe.model_dump(mode="json"), Defaults()
    found = [_network(document)]
    for row in ROWS:
        text = _segment(row, document, defaults)
        if text:
            found.append(text)
    for path in defaults.others():
        value = _at(document, path)
        if value is not _MISSING and value != defaults.at(path):
            found.append(f"{'.'.join(path)}={value_text(value)}")
    if goal is not None:
        found.append(goal.text)
    return f" {BAR} ".join(found)


def pixels_of(document: dict[str, Any]) -> int | None:
    """Return the values per image of a recipe's data; None if only the data files tell."""
    source = document["data"]["source"].partition("+")[0]
    if source not in BUILTIN_SETS:
        return None
    if comes_in_any_size(source):
        images = document["data"]["images"]
        return int(images["channels"] * images["height"] * images["width"])
    return prod(BUILTIN_SETS[source].shape)


def _network(document: dict[str, Any]) -> str:
    data, network = document["data"], document["network"]
    source, encoder, decoder = data["source"], network["encoder"], network["decoder"]
    pixels = pixels_of(document)
    ends = ANY if pixels is None else str(pixels)
    activation = common_activation([*encoder, *(decoder or ())])
    code = latent_text(network["latent"])
    chain = [ends]
    if encoder:
        chain.append(layers_text(encoder, activation))
    if decoder is None:
        chain.append(f"[{code}]" if code == ends else code)
    else:
        chain.append(f"[{code}]")
        if decoder:
            chain.append(layers_text(decoder, activation))
        chain.append(ends)
    words = [source if is_known(source) else _quoted(source), "-".join(chain)]
    if activation is not None:
        words.append(activation)
    return " ".join(words)


def is_known(source: str) -> bool:
    """Return whether ``source`` is a built-in set, or several of them joined."""
    is_source = SOURCE.fullmatch(source) is not None
    return is_source and all(part in BUILTIN_SETS for part in source.split("+"))


_MISSING = object()


def _at(document: dict[str, Any], path: Path) -> Any:
    found: Any = document
    for step in path:
        if not isinstance(found, dict):
            return _MISSING
        found = found[step]
    return found


def _segment(row: LineRow, document: dict[str, Any], defaults: Defaults) -> str:
    if row.part and document[row.part] is None:
        return ""
    values = {name: _at(document, path) for name, path in row.fields.items()}
    differs = {name for name, path in row.fields.items() if values[name] != defaults.at(path)}
    if not differs and not row.always and not row.part:
        return ""
    tokens = []
    for name in row.leads[: _said_leads(row, values, differs)]:
        tokens.append(_value(row, name, values))
    for name in row.fields:
        if name in differs and name not in row.leads:
            is_set = values[name] is True
            tokens.append(name if is_set else f"{name}={_value(row, name, values)}")
    word = [row.word] if row.word else []
    return " ".join([*tokens, *word] if row.after else [*word, *tokens])


def _said_leads(row: LineRow, values: dict[str, Any], differs: set[str]) -> int:
    """Return how many leads to write without names: up to the last that must be written."""
    said = set(row.always) | differs
    if row is OPTIMIZER and values["name"] in SCIPY_OPTIMIZERS and "rate" not in differs:
        # scipy's optimisers determine their step size themselves.
        said.discard("rate")
    places = [index for index, name in enumerate(row.leads, start=1) if name in said]
    return max(places, default=0)


def _value(row: LineRow, name: str, values: dict[str, Any]) -> str:
    value = values[name]
    if name in row.chains and value is not None:
        return layers_text(value)
    if name in row.layer and value is not None:
        return layer_text(value)
    is_share = name in row.percent and 0.0 <= value <= 1.0 and values.get("kind") != "gaussian"
    if isinstance(value, str) and row.word in {"chars", "name", "notes"}:
        return _quoted(value)
    return value_text(value, percent=is_share)


def _quoted(value: str) -> str:
    text = value_text(value)
    return text if text.startswith('"') else f'"{text}"'
