"""Memory use of the services, for the memory view."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from aegui.core.light_dataclass import dataclass


@dataclass(frozen=True)
class Holding:
    """Memory use of one service."""

    label: str
    """Translated name of what is held."""
    count: int
    """Bytes in use."""
    most: int | None = None
    """Upper bound in bytes; None if it depends on the network."""


@runtime_checkable
class Holds(Protocol):
    """Protocol of services that report their memory use; see ``Services.holdings``."""

    @property
    def holding(self) -> Holding:
        """Return the current memory use."""
        raise NotImplementedError
