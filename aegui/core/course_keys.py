"""The keys of a foreign configuration, found by their many names wherever they are nested."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from aegui.core.course_values import is_nothing, snake
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe_errors import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 20
MAX_ITEMS = 10_000


@dataclass(frozen=True)
class Item:
    """A value of the configuration with the path of its key, as written and as compared."""

    path: tuple[str, ...]
    names: tuple[str, ...]
    value: object

    @property
    def key(self) -> str:
        """The path as a person reads it: ``training.learning_rate``."""
        return ".".join(self.path)

    @property
    def text(self) -> str:
        """Key and value in one line."""
        return f"{self.key} = {quoted(self.value)}"


@dataclass
class Keys:
    """All values of a configuration, and which of them have been taken."""

    items: list[Item]
    taken: set[tuple[str, ...]] = field(default_factory=set)

    @classmethod
    def of(cls, config: dict[object, object]) -> Keys:
        """The keys of ``config``.

        Raises:
            RecipeError: It is nested too deeply, or has too many keys.
        """
        items: list[Item] = []
        _collect(config, (), items)
        return cls(items)

    def take(self, *patterns: str, fits: Callable[[object], bool] | None = None) -> Item | None:
        """The first given value whose key ends like one of ``patterns``, and mark it as taken.

        Patterns are compared from the first on, each with the end of the path; ``*`` stands for
        anything within one name. The same value under another fitting key is marked as well.

        Args:
            patterns: Such as ``lr`` or ``optim*.rate``.
            fits: Whether a value is of the wanted kind; others are passed over.
        """
        found: Item | None = None
        for pattern in patterns:
            for item in self.items:
                if item.path in self.taken or not _matches(item.names, pattern):
                    continue
                if fits is not None and not fits(item.value):
                    continue
                if is_nothing(item.value):
                    self.taken.add(item.path)
                elif found is None or repr(item.value) == repr(found.value):
                    self.taken.add(item.path)
                    found = found or item
        return found

    def left(self) -> list[str]:
        """What nobody took, with whole branches told by their common name alone."""
        used = {path[:end] for path in self.taken for end in range(len(path))}
        lines: dict[str, None] = {}
        for item in self.items:
            if item.path in self.taken or is_nothing(item.value):
                continue
            branch = next(
                (
                    item.path[:end]
                    for end in range(1, len(item.path))
                    if item.path[:end] not in used
                ),
                item.path,
            )
            lines[item.text if branch == item.path else ".".join(branch)] = None
        return list(lines)


def _collect(node: object, path: tuple[str, ...], items: list[Item]) -> None:
    if len(path) > MAX_DEPTH or len(items) > MAX_ITEMS:
        raise RecipeError(tr("The configuration is nested too deeply, or too long."))
    if isinstance(node, dict) and node:
        for key, value in node.items():
            _collect(value, (*path, str(key)), items)
        return
    _check_list(node, 0)
    items.append(Item(path, tuple(snake(name) for name in path), node))


def _check_list(node: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise RecipeError(tr("The configuration is nested too deeply, or too long."))
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list | tuple):
        if len(node) > MAX_ITEMS:
            raise RecipeError(tr("The configuration is nested too deeply, or too long."))
        for element in node:
            _check_list(element, depth + 1)


@cache
def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split("."))


def _matches(names: tuple[str, ...], pattern: str) -> bool:
    parts = _parts(pattern)
    return len(names) >= len(parts) and all(
        name == part or ("*" in part and fnmatchcase(name, part))
        for name, part in zip(names[-len(parts) :], parts, strict=True)
    )
