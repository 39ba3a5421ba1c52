"""YAML of strangers: plain values only, and only as much as the text itself is long.

A few lines of aliases can stand for billions of values, and merge keys for as many pairs. So the
nodes are composed, where an alias costs nothing, and counted as often as they would be built.
"""

from __future__ import annotations

from typing import Any

import yaml

from aegui.core.errors import RecipeError
from aegui.core.i18n import tr

MAX_CHARACTERS = 512 << 10
MAX_NODES = 100_000
_MAX_DEPTH = 200

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str) -> object:
    """What the YAML ``text`` holds: dicts, lists, numbers, texts, flags, dates and None.

    Raises:
        RecipeError: With its aliases it stands for far more than a configuration holds.
        YAMLError: It is not YAML, or asks for objects.
        ValueError, TypeError, AttributeError, RecursionError: From a value that cannot be.
    """
    if len(text) > MAX_CHARACTERS:
        raise RecipeError(
            tr("too long for a configuration (over {kb} KB).", kb=MAX_CHARACTERS >> 10)
        )
    _refuse_deep(text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _count(node, {}, 0)
        document: object = loader.construct_document(node)
        return document
    finally:
        loader.dispose()


def _refuse_deep(text: str) -> None:
    """Look at the brackets alone: nodes are composed in C, which ends the program when too deep."""
    loader, depth = _Loader(text), 0
    try:
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _MAX_DEPTH:
                raise _too_deep()
    finally:
        loader.dispose()


def _too_deep() -> RecipeError:
    return RecipeError(tr("the lists or objects in it are nested too deeply."))


def _count(node: yaml.Node, known: dict[int, int], depth: int) -> int:
    """Nodes that ``node`` stands for with all its aliases written out."""
    found = known.get(id(node))
    if found == 0 or depth > _MAX_DEPTH:
        raise _too_deep()
    if found is not None:
        return found
    known[id(node)] = 0  # being counted: met again within itself, it has no end
    total = 1
    for child in _children(node):
        total += _count(child, known, depth + 1)
        if total > MAX_NODES:
            raise RecipeError(
                tr(
                    "its aliases stand for more than {n:,} values; write out what is meant.",
                    n=MAX_NODES,
                )
            )
    known[id(node)] = total
    return total


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
