"""The short lists of networks and data: what is kept at hand, and what was used last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.session.settings import Settings

Shelf = Literal["networks", "data"]
MOST_RECENT = 5
MOST_SHORT = 8
"""A short list has no more, but for what a person keeps in it."""


class Favourites(QObject):
    """What stands in the lists of the toolbar; remembered from one start to the next."""

    changed = Signal(str)
    """Another short list: a ``Shelf``."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    def short(self, shelf: Shelf, known: Sequence[str], usual: Sequence[str]) -> tuple[str, ...]:
        """Keys of the short list: those that are kept, then those used last, then usual ones.

        Args:
            shelf: Of what.
            known: The keys that there are; others are left out.
            usual: What fills the list where little has been used yet.
        """
        there = set(known)
        kept = [key for key in self.kept(shelf) if key in there]
        others = [key for key in (*self._used(shelf), *usual) if key in there]
        found = list(dict.fromkeys((*kept, *others)))
        return tuple(found[: max(MOST_SHORT, len(kept))])

    def kept(self, shelf: Shelf) -> tuple[str, ...]:
        """Keys that a person keeps at hand."""
        return self._list(f"favourites.{shelf}")

    def keep(self, shelf: Shelf, key: str, *, kept: bool) -> None:
        """Keep ``key`` at hand, or no more."""
        others = tuple(each for each in self.kept(shelf) if each != key)
        self._set(f"favourites.{shelf}", (*others, key) if kept else others)
        self.changed.emit(shelf)

    def use(self, shelf: Shelf, key: str) -> None:
        """Remember that ``key`` was chosen."""
        before = self._used(shelf)
        if before[:1] != (key,):
            newest = (key, *(each for each in before if each != key))
            self._set(f"recent.{shelf}", newest[:MOST_RECENT])
            self.changed.emit(shelf)

    def _used(self, shelf: Shelf) -> tuple[str, ...]:
        return self._list(f"recent.{shelf}")

    def _list(self, name: str) -> tuple[str, ...]:
        # A key may be the path of a file: parted by what none has.
        return tuple(filter(None, str(self._settings.values.get(name, "")).split("\n")))

    def _set(self, name: str, keys: Sequence[str]) -> None:
        self._settings.keep({name: "\n".join(keys)})
