"""The result of reading a source of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset


@dataclass(frozen=True, eq=False)
class Reading:
    """The result of reading a source."""

    dataset: Dataset
    """All its samples."""
    kind: str
    """Key of the reader: of ``FILE_KINDS`` or ``READERS``, ``builtin``, ``folder`` or ``several``.
    """
    notes: tuple[str, ...] = ()
    """Translated notes on what was assumed, left out or looks wrong."""
