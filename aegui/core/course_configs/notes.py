"""One reading of a foreign configuration: its keys, found by their many names, and what they mean.

Every value stands under exactly one of Understood, Assumed and Ignored, which is what most of the
book-keeping here is for.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from aegui.core.course_configs.values import flag_of, is_nothing, snake, to_number, to_whole
from aegui.core.errors import RecipeError, elided
from aegui.core.i18n import tr
from aegui.core.recipe import FORMAT, VERSION
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Fits = Callable[[object], bool]

MAX_DEPTH = 20
MAX_ITEMS = 10_000
_LONGEST_KEY = 120
_MOST_NAMES = 20
"""Keys of one branch that are named in one line."""

KeyPath = tuple[str, ...]
Heading = Literal["understood", "assumed", "ignored", "needs"]


@dataclass(frozen=True)
class Item:
    """A value of the configuration with the path of its key, as written and as compared.

    ``choices`` counts the values of a sweep of which ``value`` is the first; ``written`` is what
    the file says then.
    """

    path: KeyPath
    names: KeyPath
    value: object
    choices: int = 1
    written: object = None

    @property
    def key(self) -> str:
        """The path as a person reads it: ``training.learning_rate``."""
        return _shortened(self.path)

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

    @property
    def number(self) -> float:
        """The number that it gives, or a RecipeError."""
        return to_number(self.value, self.key)

    @property
    def whole(self) -> int:
        """The whole number that it gives, or a RecipeError."""
        return to_whole(self.value, self.key)

    def has(self, *words: str) -> bool:
        """Whether one of ``words`` is a part of one of its names."""
        return any(word in name for name in self.names for word in words)


@dataclass
class Notes:
    """The values of a configuration, what they were taken for, and what is said of them.

    Attributes:
        items: The values in the order of the file.
        folder: Where files that it names are looked for; None looks for none.
        settings: Path in the recipe -> value.
        sources: Path in the recipe -> where it comes from, for refusals.
        lines: Heading, the path that it speaks of, if any, and text of all that is said.
        taken: Paths that a setting has claimed.
        spoken_of: Path -> heading under which it stands.
        same: Path -> the item with the same meaning and value that was taken before it.
        off: Path -> why nothing may be taken from it.
        switches: Paths of the flags that switched something off.
        titles: Paths of names and notes, which make no network.
    """

    items: list[Item]
    folder: Path | None
    settings: dict[str, object] = field(default_factory=dict)
    sources: dict[str, Item] = field(default_factory=dict)
    lines: list[tuple[Heading, KeyPath | None, str]] = field(default_factory=list)
    taken: set[KeyPath] = field(default_factory=set)
    spoken_of: dict[KeyPath, Heading] = field(default_factory=dict)
    same: dict[KeyPath, Item] = field(default_factory=dict)
    off: dict[KeyPath, str] = field(default_factory=dict)
    switches: set[KeyPath] = field(default_factory=set)
    titles: set[KeyPath] = field(default_factory=set)

    @classmethod
    def of(cls, config: dict[object, object], folder: Path | None) -> Notes:
        """Nothing read yet of ``config``.

        Raises:
            RecipeError: It is nested too deeply, or has too many keys.
        """
        items: list[Item] = []
        _collect(config, (), items)
        return cls(items, folder)

    @property
    def live(self) -> list[Item]:
        """The items from which something may be taken."""
        return [item for item in self.items if item.path not in self.off]

    def take(self, patterns: str, fits: Fits | None = None, none: bool = False) -> Item | None:
        """The first given value whose key ends like one of ``patterns``, and mark it as taken.

        Patterns are compared from the first on, each with the end of the path; ``*`` stands for
        anything within one name. The same value under another fitting key is marked as well.

        Args:
            patterns: Such as ``lr optim*.rate``, with spaces between them.
            fits: Whether a value is of the wanted kind; others are passed over.
            none: Whether "none" is a value and not the lack of one.
        """
        found: Item | None = None
        live = self.live
        for pattern in patterns.split():
            for item in live:
                if item.path in self.taken or not _matches(item.names, pattern):
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

    def take_one(self, patterns: str, fits: Fits | None = None, none: bool = False) -> Item | None:
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

    def set(self, path: str, value: object, item: Item, meaning: str) -> None:
        """Give ``path`` of the recipe a value, because ``item`` says so."""
        self.settings[path] = value
        self.sources[path] = item
        self.understand(item, meaning)

    def withdraw(self, path: str, reason: str) -> None:
        """Leave what was read for ``path`` aside after all."""
        if path not in self.settings:
            return
        del self.settings[path]
        item = self.sources.pop(path, None)
        if item is not None and self.spoken_of.get(item.path, "ignored") != "ignored":
            del self.spoken_of[item.path]
            self.lines = [line for line in self.lines if line[1] != item.path]
            self.leave(item, reason)

    def say(self, heading: Heading, line: str) -> None:
        """Say what speaks of no value alone."""
        self.lines.append((heading, None, line))

    def said(self, heading: Heading) -> tuple[str, ...]:
        """All lines under ``heading``."""
        return tuple(line for title, _, line in self.lines if title == heading)

    def understand(self, item: Item, meaning: str) -> None:
        """Say what ``item`` means; of a sweep, that the first of its values is taken."""
        if item.choices > 1:
            first = tr("{meaning}, the first of {n}", meaning=meaning, n=item.choices)
            self.suppose(item, first)
        else:
            self.tell("understood", item, f"{item.text}: {meaning}")

    def suppose(self, item: Item, meaning: str) -> None:
        """Say what ``item`` was taken to mean, where it may mean something else."""
        self.tell("assumed", item, f"{item.text}: {meaning}")

    def leave(self, item: Item, reason: str) -> None:
        """Say why ``item`` is left aside."""
        self.tell("ignored", item, tr("{setting} ({reason})", setting=item.text, reason=reason))

    def tell(self, heading: Heading, item: Item, line: str) -> None:
        """Say a ``line`` of ``item``, unless something was said of it before."""
        if item.path not in self.spoken_of:
            self.lines.append((heading, item.path, line))
            self.spoken_of[item.path] = heading

    def tell_rest(self) -> None:
        """Nothing vanishes: what was looked at without a word gets its line, and so does the rest.

        A branch of which nothing was used is one line.
        """
        for item in self.live:
            first = self.same.get(item.path)
            if first is not None and first.path in self.spoken_of:
                same = tr("the same as {key}", key=first.key)
                self.tell(self.spoken_of[first.path], item, f"{item.text}: {same}")
            elif item.path in self.taken and is_nothing(item.value):
                self.understand(item, tr("nothing is given"))
        used = {path[:end] for path in self.spoken_of for end in range(len(path))}
        branches: dict[KeyPath, list[Item]] = {}
        for item in self.items:
            if item.path not in self.spoken_of:
                ends = range(1, len(item.path))
                branch = next((item.path[:e] for e in ends if item.path[:e] not in used), item.path)
                branches.setdefault(branch, []).append(item)
        for branch, items in branches.items():
            line = _branch_line(branch, items)
            reasons = {self.off.get(item.path) for item in items}
            reason = reasons.pop() if len(reasons) == 1 else None
            if reason is not None:
                line = tr("{setting} ({reason})", setting=line, reason=reason)
            self.say("ignored", line)

    def document(self) -> dict[str, Any]:
        """The settings as a recipe's JSON."""
        document: dict[str, Any] = {"format": FORMAT, "version": VERSION}
        for path, value in self.settings.items():
            node = document
            *parents, last = path.split(".")
            for parent in parents:
                node = node.setdefault(parent, {})
            node[last] = value
        return document


def _branch_line(branch: KeyPath, items: list[Item]) -> str:
    if len(items) == 1:
        return items[0].text
    names = [_shortened(item.path[len(branch) :]) for item in items]
    more = len(names) - _MOST_NAMES
    shown = ", ".join(names[:_MOST_NAMES])
    if more > 0:
        shown = tr("{names} and {n} more", names=shown, n=more)
    return f"{_shortened(branch)} ({shown})"


def _shortened(path: KeyPath) -> str:
    return elided(".".join(path), _LONGEST_KEY)


def _collect(node: object, path: KeyPath, items: list[Item]) -> None:
    _check_bounds(len(path), len(items))
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
    if isinstance(node, dict):
        node = list(node.values())
    elements = node if isinstance(node, list | tuple) else ()
    _check_bounds(depth, len(elements))
    for element in elements:
        _check_list(element, depth + 1)


def _check_bounds(depth: int, count: int) -> None:
    if depth > MAX_DEPTH or count > MAX_ITEMS:
        raise RecipeError(tr("The configuration is nested too deeply, or too long."))


@cache
def _parts(pattern: str) -> KeyPath:
    return tuple(pattern.split("."))


def _matches(names: KeyPath, pattern: str) -> bool:
    parts = _parts(pattern)
    return len(names) >= len(parts) and all(
        name == part or ("*" in part and fnmatchcase(name, part))
        for name, part in zip(names[-len(parts) :], parts, strict=True)
    )


def is_flag(value: object) -> bool:
    """Whether ``value`` is or spells a yes or no."""
    return flag_of(value) is not None


def is_text(value: object) -> bool:
    """Whether ``value`` is a text."""
    return isinstance(value, str)
