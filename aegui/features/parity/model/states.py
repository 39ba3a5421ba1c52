"""How far the published figures have been reached, read in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.core.data.progress import stop_if
from aegui.core.library.library import Library
from aegui.core.parity.reached import kept_entries, states_of
from aegui.core.parity.rows import parity_rows
from aegui.paths import library_dir
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.parity.reached import RowState


class ParityStates(Service):
    """What was kept here, for every row."""

    found = Signal(object)
    """Tuple of ``RowState``."""
    failed = Signal(str)
    """Why the library cannot be read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._derived = Derived("aegui-parity", self, urgent=False)
        self._derived.answered.connect(self.found)
        self._derived.failed.connect(self.failed)

    def look(self) -> None:
        """Read the library; ``found`` follows."""
        self._derived.derive(_states, object())

    def forget(self) -> None:
        """Nobody looks any more."""
        self._derived.forget()


def _states(_report: Report, cancelled: IsCancelled) -> Iterator[tuple[RowState, ...]]:
    rows = parity_rows()
    if not library_dir().exists():
        yield states_of(rows, ())
        return
    with Library(read_only=True, cancelled=cancelled) as library:
        entries = kept_entries(library, cancelled)
    stop_if(cancelled)
    yield states_of(rows, entries)
