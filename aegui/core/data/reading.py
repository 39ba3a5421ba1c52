"""The result of reading a source of samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset


@dataclass(frozen=True, eq=False)
class Reading:
    """The result of reading a source.

    Attributes:
        dataset: All its samples.
        kind: Key of the reader: of ``FILE_KINDS`` or ``READERS``, ``builtin``, ``folder`` or
            ``several``.
        notes: Translated notes on what was assumed, left out or looks wrong.
    """

    dataset: Dataset
    kind: str
    notes: tuple[str, ...] = ()
