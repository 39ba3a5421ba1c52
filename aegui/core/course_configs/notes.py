"""State of importing one foreign configuration: its values, the settings found, and the report.

Each value is reported exactly once, as Understood, Assumed or Ignored; most of the bookkeeping here
serves that purpose.
"""

from __future__ import annotations

from dataclasses import field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from aegui.core.course_configs.values import flag_of, is_nothing, snake, to_integer, to_number
from aegui.core.errors import RecipeError, elided
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import FORMAT, VERSION
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Fits = Callable[[object], bool]

MAX_DEPTH = 20
MAX_ITEMS = 10_000
_LONGEST_KEY = 120
_MAX_NAMES = 20
"""Maximum number of keys of one branch that are listed in a line."""

KeyPath = tuple[str, ...]
_MISSPELT = 0.85
"""Least similarity of a key to one that it may be meant as: about a letter of ten."""
_MIN_LETTERS = 5
"""Shorter keys are too often near another one."""
Heading = Literal["understood", "assumed", "ignored", "needs"]


@dataclass(frozen=True)
class Item:
    """A value of the configuration with the path of its key, as written and normalised.

    ``choices`` is the number of values of a sweep, of which ``value`` is the first; ``written`` is
    then the whole list in the file.
    """

    path: KeyPath
    names: KeyPath
    value: object
    choices: int = 1
    written: object = None

    @property
    def key(self) -> str:
        """The path as displayed: ``training.learning_rate``."""
        return _shortened(self.path)

    @property
    def text(self) -> str:
        """Key and value in one line."""
        return f"{self.key} = {quoted(self.value if self.choices == 1 else self.written)}"

    @property
    def first(self) -> Item:
        """This item reduced to its first value, if it is a sweep over several."""
        value = self.value
        if not isinstance(value, list | tuple) or not value:
            return self
        return replace(self, value=value[0], choices=len(value), written=value)

    @property
    def number(self) -> float:
        """The value as a number; raises RecipeError if it is none."""
        return to_number(self.value, self.key)

    @property
    def integer(self) -> int:
        """The value as an integer; raises RecipeError if it is none."""
        return to_integer(self.value, self.key)

    def has(self, *words: str) -> bool:
        """Return whether any of ``words`` is contained in one of the item's names."""
        return any(word in name for name in self.names for word in words)


@dataclass
class Notes:
    """The values of a configuration, the settings derived from them, and the report."""

    items: list[Item]
    """The values in the order of the file."""
    folder: Path | None
    """Folder in which to look for referenced files; None looks for none."""
    settings: dict[str, object] = field(default_factory=dict)
    """Value by path in the recipe."""
    sources: dict[str, Item] = field(default_factory=dict)
    """Item that set a path in the recipe, for error messages."""
    lines: list[tuple[Heading, KeyPath | None, str]] = field(default_factory=list)
    """Heading, key path of the value or None, and text of each line of the report."""
    claimed: set[KeyPath] = field(default_factory=set)
    """Key paths claimed by a setting."""
    spoken_of: dict[KeyPath, Heading] = field(default_factory=dict)
    """Heading of the line about each reported key path."""
    same: dict[KeyPath, Item] = field(default_factory=dict)
    """By key path, the item taken earlier that has the same meaning and value."""
    off: dict[KeyPath, str] = field(default_factory=dict)
    """Reason why the value at a key path must not be used."""
    switches: set[KeyPath] = field(default_factory=set)
    """Key paths of the flags that switched something off."""
    titles: set[KeyPath] = field(default_factory=set)
    """Key paths of names and notes, which alone do not describe a network."""

    asked: set[str] = field(default_factory=set)
    """Names of keys that were looked for, without those that are patterns."""

    @classmethod
    def of(cls, config: dict[object, object], folder: Path | None) -> Notes:
        """Return the initial state for ``config``.

        Raises:
            RecipeError: The configuration is nested too deeply, or has too many keys.
        """
        items: list[Item] = []
        _collect(config, (), items)
        return cls(items, folder)

    @property
    def live(self) -> list[Item]:
        """The items that may be used."""
        return [item for item in self.items if item.path not in self.off]

    def take(self, patterns: str, fits: Fits | None = None, none: bool = False) -> Item | None:
        """Return the first item whose key matches one of ``patterns``, and mark it as taken.

        Patterns are tried in order, each against the end of the key path; ``*`` matches anything
        within one name. Other matching keys with the same value are marked as taken too.

        Args:
            patterns: Such as ``lr optim*.rate``, separated by spaces.
            fits: Whether a value has the expected type; other values are skipped.
            none: Whether "none" is a value and not a missing one.
        """
        found: Item | None = None
        live = self.live
        self.asked.update(filter(str.isidentifier, patterns.split()))
        for pattern in patterns.split():
            for item in live:
                if item.path in self.claimed or not _matches(item.names, pattern):
                    continue
                if fits is not None and not fits(item.value):
                    continue
                if is_nothing(item.value) and not (none and item.value is not None):
                    self.claimed.add(item.path)
                elif found is None or repr(item.value) == repr(found.value):
                    self.claimed.add(item.path)
                    if found is not None:
                        self.same[item.path] = found
                    found = found or item
        return found

    def take_one(self, patterns: str, fits: Fits | None = None, none: bool = False) -> Item | None:
        """Take a single value; a list of such values is a sweep, reduced to its first."""

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
        """Undo the taking of an item that was not used."""
        self.claimed.discard(item.path)

    def set(self, path: str, value: object, item: Item, meaning: str) -> None:
        """Set ``path`` of the recipe to ``value`` and report ``item`` as understood."""
        self.settings[path] = value
        self.sources[path] = item
        self.understand(item, meaning)

    def withdraw(self, path: str, reason: str) -> None:
        """Remove the setting of ``path`` again and report its item as ignored."""
        if path not in self.settings:
            return
        del self.settings[path]
        item = self.sources.pop(path, None)
        if item is not None and self.spoken_of.get(item.path, "ignored") != "ignored":
            del self.spoken_of[item.path]
            self.lines = [line for line in self.lines if line[1] != item.path]
            self.leave(item, reason)

    def say(self, heading: Heading, line: str) -> None:
        """Add a line to the report that concerns no single value."""
        self.lines.append((heading, None, line))

    def said(self, heading: Heading) -> tuple[str, ...]:
        """Return all lines under ``heading``."""
        return tuple(line for title, _, line in self.lines if title == heading)

    def understand(self, item: Item, meaning: str) -> None:
        """Report the meaning of ``item``; a sweep is reported as assumed, with its first value."""
        if item.choices > 1:
            first = tr("{meaning}, the first of {n}", meaning=meaning, n=item.choices)
            self.suppose(item, first)
        else:
            self.tell("understood", item, f"{item.text}: {meaning}")

    def suppose(self, item: Item, meaning: str) -> None:
        """Report the assumed meaning of an ambiguous ``item``."""
        self.tell("assumed", item, f"{item.text}: {meaning}")

    def leave(self, item: Item, reason: str) -> None:
        """Report ``item`` as ignored, with the reason."""
        self.tell("ignored", item, tr("{setting} ({reason})", setting=item.text, reason=reason))

    def tell(self, heading: Heading, item: Item, line: str) -> None:
        """Add a ``line`` about ``item``, unless the item has been reported already."""
        if item.path not in self.spoken_of:
            self.lines.append((heading, item.path, line))
            self.spoken_of[item.path] = heading

    def tell_rest(self) -> None:
        """Report all remaining values, including those that were taken without a line.

        A branch without any used value gets a single line.
        """
        for item in self.live:
            first = self.same.get(item.path)
            if first is not None and first.path in self.spoken_of:
                same = tr("the same as {key}", key=first.key)
                self.tell(self.spoken_of[first.path], item, f"{item.text}: {same}")
            elif item.path in self.claimed and is_nothing(item.value):
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
            if reason is None and len(items) == 1:
                reason = self._misspelt(items[0])
            if reason is not None:
                line = tr("{setting} ({reason})", setting=line, reason=reason)
            self.say("ignored", line)

    def _misspelt(self, item: Item) -> str | None:
        """Return the question whether another key is meant, if one differs by a letter or so."""
        name, taken = item.names[-1], {one.names[-1] for one in self.items}
        if name in self.asked or len(name) < _MIN_LETTERS:
            return None
        near = get_close_matches(name, self.asked - taken, n=1, cutoff=_MISSPELT)
        return tr('Did you mean "{word}"?', word=near[0]) if near else None

    def document(self) -> dict[str, Any]:
        """Return the settings as the JSON of a recipe."""
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
    more = len(names) - _MAX_NAMES
    shown = ", ".join(names[:_MAX_NAMES])
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
    # Sweep tools write {"learning_rate": {"values": [0.1, 0.01]}}.
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
    """Return whether ``value`` is a boolean or a word for one."""
    return flag_of(value) is not None


def is_text(value: object) -> bool:
    """Return whether ``value`` is a string."""
    return isinstance(value, str)
