"""Short lists of networks and data: favourites and recently used ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.session.settings import Settings

Shelf = Literal["networks", "data"]
MAX_RECENT = 5
MAX_SHORT = 8
"""Maximum length of a short list, unless it has more favourites than this."""


class Favourites(QObject):
    """Favourites and recently used entries for the lists of the toolbar, kept in the settings."""

    changed = Signal(str)
    """Emitted with the ``Shelf`` whose short list has changed."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    def short(self, shelf: Shelf, known: Sequence[str], usual: Sequence[str]) -> tuple[str, ...]:
        """Return the keys of the short list: favourites, then recently used ones, then defaults.

        Args:
            shelf: The list to return.
            known: Keys that exist; all others are left out.
            usual: Default keys, which fill the list up.
        """
        there = set(known)
        marked = [key for key in self.kept(shelf) if key in there]
        others = [key for key in (*self._used(shelf), *usual) if key in there]
        found = list(dict.fromkeys((*marked, *others)))
        return tuple(found[: max(MAX_SHORT, len(marked))])

    def kept(self, shelf: Shelf) -> tuple[str, ...]:
        """Return the keys that are marked as favourites."""
        return self._list(f"favourites.{shelf}")

    def keep(self, shelf: Shelf, key: str, *, kept: bool) -> None:
        """Add ``key`` to the favourites, or remove it if not ``kept``."""
        others = tuple(each for each in self.kept(shelf) if each != key)
        self._set(f"favourites.{shelf}", (*others, key) if kept else others)
        self.changed.emit(shelf)

    def use(self, shelf: Shelf, key: str) -> None:
        """Record ``key`` as the most recently used one."""
        before = self._used(shelf)
        if before[:1] != (key,):
            newest = (key, *(each for each in before if each != key))
            self._set(f"recent.{shelf}", newest[:MAX_RECENT])
            self.changed.emit(shelf)

    def _used(self, shelf: Shelf) -> tuple[str, ...]:
        return self._list(f"recent.{shelf}")

    def _list(self, name: str) -> tuple[str, ...]:
        # A key may be the path of a file: newlines separate the keys, as paths rarely contain any.
        return tuple(filter(None, str(self._settings.values.get(name, "")).split("\n")))

    def _set(self, name: str, keys: Sequence[str]) -> None:
        self._settings.keep({name: "\n".join(keys)})
