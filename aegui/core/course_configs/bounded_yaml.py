"""Safe loading of untrusted YAML: plain values only, in proportion to the length of the text.

A few lines of aliases can expand to billions of values, and merge keys to as many pairs. Therefore
the nodes are composed first, where an alias costs nothing, and counted as if expanded.
"""

from __future__ import annotations

from typing import Any

import yaml

from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted

MAX_CHARACTERS = 512 << 10
MAX_NODES = 100_000
_MAX_DEPTH = 200

_MERGE = "<<"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str) -> object:
    """Load YAML ``text``: dicts, lists, numbers, strings, booleans, dates and None.

    Raises:
        RecipeError: The aliases expand to far more values than a configuration holds, or a key is
            given twice.
        YAMLError: The text is invalid YAML, or asks for Python objects.
        ValueError, TypeError, AttributeError, RecursionError: From an impossible value.
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
    """Refuse deep nesting, from events alone: composing in C crashes the process when too deep."""
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
    """Return the number of nodes in ``node`` with all aliases expanded."""
    found = known.get(id(node))
    if found == 0 or depth > _MAX_DEPTH:
        raise _too_deep()
    if found is not None:
        return found
    if isinstance(node, yaml.MappingNode):
        _refuse_twice(node)
    known[id(node)] = 0  # 0 marks a node being counted: reaching it again means a cycle
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


def _refuse_twice(node: yaml.MappingNode) -> None:
    """Refuse a mapping with one key twice, of which YAML would keep the last in silence."""
    seen = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value == _MERGE:
            continue
        if key.value in seen:
            line = key.start_mark.line + 1
            name = quoted(key.value)
            raise RecipeError(tr("line {line}: the key {key} is given twice.", line=line, key=name))
        seen.add(key.value)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
