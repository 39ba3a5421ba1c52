"""The keys of a foreign configuration, found by their many names wherever they are nested."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from aegui.core.course_configs.values import is_nothing, snake
from aegui.core.errors import RecipeError, elided
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 20
MAX_ITEMS = 10_000
_LONGEST_KEY = 120
_MOST_NAMES = 20
"""Keys of one branch that are named in one line."""


@dataclass(frozen=True)
class Item:
    """A value of the configuration with the path of its key, as written and as compared.

    ``choices`` counts the values of a sweep of which ``value`` is the first; ``written`` is what
    the file says then.
    """

    path: tuple[str, ...]
    names: tuple[str, ...]
    value: object
    choices: int = 1
    written: object = None

    @property
    def key(self) -> str:
        """The path as a person reads it: ``training.learning_rate``."""
        return _shortened(".".join(self.path))

    @property
    def text(self) -> str:
        """Key and value in one line."""
        return f"{self.key} = {quoted(self.value if self.choices == 1 else self.written)}"

    @property
    def first(self) -> Item:
        """This item with the first of its values, where it is a sweep over several."""
        value = self.value
        if not isinstance(value, list | tuple) or not value:
            return self
        return replace(self, value=value[0], choices=len(value), written=value)


@dataclass
class Keys:
    """All values of a configuration: which have been looked at, and where each was listed.

    Attributes:
        items: The values in the order of the file.
        taken: Paths that a setting has claimed.
        told: Path -> the lines (understood, assumed or ignored) that speak of it.
        same: Path -> the item with the same meaning and value that was taken before it.
        off: Path -> why nothing may be taken from it.
        switches: Paths of the flags that switched something off.
    """

    items: list[Item]
    taken: set[tuple[str, ...]] = field(default_factory=set)
    told: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    same: dict[tuple[str, ...], Item] = field(default_factory=dict)
    off: dict[tuple[str, ...], str] = field(default_factory=dict)
    switches: set[tuple[str, ...]] = field(default_factory=set)

    @classmethod
    def of(cls, config: dict[object, object]) -> Keys:
        """The keys of ``config``.

        Raises:
            RecipeError: It is nested too deeply, or has too many keys.
        """
        items: list[Item] = []
        _collect(config, (), items)
        return cls(items)

    def take(
        self, patterns: str, fits: Callable[[object], bool] | None = None, none: bool = False
    ) -> Item | None:
        """The first given value whose key ends like one of ``patterns``, and mark it as taken.

        Patterns are compared from the first on, each with the end of the path; ``*`` stands for
        anything within one name. The same value under another fitting key is marked as well.

        Args:
            patterns: Such as ``lr optim*.rate``, with spaces between them.
            fits: Whether a value is of the wanted kind; others are passed over.
            none: Whether "none" is a value and not the lack of one.
        """
        found: Item | None = None
        for pattern in patterns.split():
            for item in self.items:
                if item.path in self.taken or item.path in self.off:
                    continue
                if not _matches(item.names, pattern):
                    continue
                if fits is not None and not fits(item.value):
                    continue
                if is_nothing(item.value) and not (none and item.value is not None):
                    self.taken.add(item.path)
                elif found is None or repr(item.value) == repr(found.value):
                    self.taken.add(item.path)
                    if found is not None:
                        self.same[item.path] = found
                    found = found or item
        return found

    def take_one(
        self, patterns: str, fits: Callable[[object], bool] | None = None, none: bool = False
    ) -> Item | None:
        """As ``take`` for a single value; of a list of such, a sweep, it gives the first."""

        def is_one(value: object) -> bool:
            if isinstance(value, list | tuple):
                return (
                    len(value) > 0
                    and all(not isinstance(v, list | dict) for v in value)
                    and (fits is None or fits(value[0]))
                )
            return not isinstance(value, dict) and (fits is None or fits(value))

        item = self.take(patterns, fits=is_one, none=none)
        return None if item is None else item.first

    def release(self, item: Item) -> None:
        """Give back what was taken and not used."""
        self.taken.discard(item.path)

    def left(self) -> list[str]:
        """What nobody spoke of; a branch of which nothing was used is one line."""
        used = {path[:end] for path in self.told for end in range(len(path))}
        branches: dict[tuple[str, ...], list[Item]] = {}
        for item in self.items:
            if item.path in self.told:
                continue
            ends = range(1, len(item.path))
            branch = next((item.path[:e] for e in ends if item.path[:e] not in used), item.path)
            branches.setdefault(branch, []).append(item)
        return [self._line(branch, items) for branch, items in branches.items()]

    def _line(self, branch: tuple[str, ...], items: list[Item]) -> str:
        line = _branch_line(branch, items)
        reasons = {self.off.get(item.path) for item in items}
        reason = reasons.pop() if len(reasons) == 1 else None
        return line if reason is None else tr("{setting} ({reason})", setting=line, reason=reason)


def _branch_line(branch: tuple[str, ...], items: list[Item]) -> str:
    if len(items) == 1:
        return items[0].text
    names = [_shortened(".".join(item.path[len(branch) :])) for item in items]
    more = len(names) - _MOST_NAMES
    shown = ", ".join(names[:_MOST_NAMES])
    if more > 0:
        shown = tr("{names} and {n} more", names=shown, n=more)
    return f"{_shortened('.'.join(branch))} ({shown})"


def _shortened(key: str) -> str:
    return elided(key, _LONGEST_KEY)


def _collect(node: object, path: tuple[str, ...], items: list[Item]) -> None:
    if len(path) > MAX_DEPTH or len(items) > MAX_ITEMS:
        raise RecipeError(tr("The configuration is nested too deeply, or too long."))
    if isinstance(node, dict) and node:
        for key, value in node.items():
            _collect(value, (*path, str(key)), items)
        return
    _check_list(node, 0)
    names = tuple(snake(name) for name in path)
    # Tools that try many settings write {"learning_rate": {"values": [0.1, 0.01]}}.
    while len(names) > 1 and names[-1] in {"value", "values"}:
        names = names[:-1]
    items.append(Item(path, names, node))


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
