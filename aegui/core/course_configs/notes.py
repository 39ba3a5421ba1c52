"""What one reading of a foreign configuration has found so far; see the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aegui.core.i18n import tr
from aegui.core.recipe import FORMAT, VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.course_configs.keys import Item, Keys


@dataclass
class Notes:
    """Settings by their path in the recipe, and the lines about the keys that they come from.

    Attributes:
        keys: What the configuration says.
        folder: Where files that it names are looked for; None looks for none.
        settings: Path in the recipe -> value.
        names: Path in the recipe -> key as the person wrote it, for refusals.
        understood: Settings that were taken over, in words.
        assumed: What is not certain, and what was taken.
        unknown: What was left aside, and why.
        needs_data: Data that it needs and does not name.
        latent: What is known of the code.
        titles: Paths of names and notes, which make no network.
    """

    keys: Keys
    folder: Path | None
    settings: dict[str, object] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    understood: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    needs_data: list[str] = field(default_factory=list)
    latent: dict[str, Any] = field(default_factory=dict)
    titles: set[tuple[str, ...]] = field(default_factory=set)
    sources: dict[str, Item] = field(default_factory=dict)

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

    def set(self, path: str, value: object, item: Item, meaning: str) -> None:
        """Give ``path`` of the recipe a value, because ``item`` says so."""
        self.settings[path] = value
        self.names[path] = item.key
        self.sources[path] = item
        self.understand(item, meaning)

    def withdraw(self, path: str, reason: str) -> None:
        """Leave what was read for ``path`` aside after all."""
        item = self.sources.pop(path, None)
        self.settings.pop(path, None)
        lines = [] if item is None else self.keys.told.get(item.path, [])
        if item is not None and lines is not self.unknown:
            del self.keys.told[item.path]
            lines[:] = [line for line in lines if not line.startswith(f"{item.text}: ")]
            self.leave(item, reason)

    def understand(self, item: Item, meaning: str) -> None:
        """Say what ``item`` means; of a sweep, that the first of its values is taken."""
        if item.choices > 1:
            first = tr("{meaning}, the first of {n}", meaning=meaning, n=item.choices)
            self.tell(self.assumed, item, f"{item.text}: {first}")
        else:
            self.tell(self.understood, item, f"{item.text}: {meaning}")

    def suppose(self, item: Item, meaning: str) -> None:
        """Say what ``item`` was taken to mean, where it may mean something else."""
        self.tell(self.assumed, item, f"{item.text}: {meaning}")

    def leave(self, item: Item, reason: str) -> None:
        """Say why ``item`` is left aside."""
        line = tr("{setting} ({reason})", setting=item.text, reason=reason)
        self.tell(self.unknown, item, line)

    def tell(self, lines: list[str], item: Item, line: str) -> None:
        """Add ``line`` to one of the lists, unless something was said of ``item`` before."""
        if item.path not in self.keys.told:
            lines.append(line)
            self.keys.told[item.path] = lines
