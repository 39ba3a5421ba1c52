"""Compares the library with the published figures, in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.progress import stop_if
from aegui.core.library.library import Library
from aegui.core.parity.reached import kept_entries, states_of
from aegui.core.parity.rows import parity_rows
from aegui.paths import library_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.parity.reached import RowState


def reached_states(_report: Report, cancelled: IsCancelled) -> Iterator[tuple[RowState, ...]]:
    """Yield the state of every row according to the library.

    Raises:
        AeguiError: The library cannot be read.
    """
    rows = parity_rows()
    if not library_dir().exists():
        yield states_of(rows, ())
        return
    with Library(read_only=True, cancelled=cancelled) as library:
        entries = kept_entries(library, cancelled)
    stop_if(cancelled)
    yield states_of(rows, entries)
