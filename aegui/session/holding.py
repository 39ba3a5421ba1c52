"""Memory use of the services, for the memory view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Holding:
    """Memory use of one service.

    Attributes:
        label: Translated name of what is held.
        count: Bytes in use.
        most: Upper bound in bytes; None if it depends on the network.
    """

    label: str
    count: int
    most: int | None = None


@runtime_checkable
class Holds(Protocol):
    """Protocol of services that report their memory use; see ``Services.holdings``."""

    @property
    def holding(self) -> Holding:
        """Return the current memory use."""
        raise NotImplementedError
