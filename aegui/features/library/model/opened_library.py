"""The user's library, opened when it is first needed, and again when its index is damaged."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.data.progress import Report
    from aegui.core.library.library import Library

    Result = TypeVar("Result")


class OpenedLibrary:
    """The library for several threads, which use it one at a time."""

    def __init__(self, opened: Callable[[Library], object] = lambda _library: None) -> None:
        """Keep a library that is not open yet; ``opened`` is called whenever it is opened."""
        self._opened = opened
        self._lock = threading.Lock()
        self._library: Library | None = None

    def use(self, work: Callable[[Library], Result], report: Report | None = None) -> Result:
        """Return ``work(library)``; it is repeated if the index turns out to be damaged.

        ``report`` is called with the progress if the index has to be rebuilt.
        """
        # Imported late: SQLite and recipes are not needed until the library is used.
        from aegui.core.library.index import BrokenIndex

        with self._lock:
            try:
                return work(self._open(report))
            except BrokenIndex:
                # Reopening sets the broken index aside and rebuilds it from the files.
                self._close()
                return work(self._open(report))

    def close(self) -> None:
        """Close the library; it is opened again if it is used again."""
        with self._lock:
            self._close()

    def _open(self, report: Report | None) -> Library:
        from aegui.core.library.library import Library

        if self._library is None:
            self._library = Library(report=report)
            self._opened(self._library)
        return self._library

    def _close(self) -> None:
        if self._library is not None:
            self._library.close()
            self._library = None
