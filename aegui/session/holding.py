"""What a part of the session holds in memory, for whoever looks at the memory of the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Holding:
    """One part of the session.

    Attributes:
        label: What it is, in words.
        count: Bytes that it holds.
        most: Bytes that it may hold; None where that hangs on the network.
    """

    label: str
    count: int
    most: int | None = None


@runtime_checkable
class Holds(Protocol):
    """A service that says what it holds: ``Services.holdings`` collects that of all."""

    @property
    def holding(self) -> Holding:
        """What it holds now."""
        raise NotImplementedError
