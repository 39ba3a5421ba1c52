"""Where a journey begins and the way back so far, which outlive the window."""

from __future__ import annotations

from aegui.session.jobs.service import Service

UnitIndex = tuple[int, int]
"""A stage, and a unit of it."""


class JourneyPath(Service):
    """Set by the feature; kept for a window of another language or text size."""

    def __init__(self) -> None:
        super().__init__()
        self.source = "drawing"
        """Source of the output, a key of ``SOURCES``."""
        self.pixel: int | None = None
        """The pixel of the output that was chosen; None before."""
        self.path: tuple[UnitIndex, ...] = ()
        """From the output pixel back to the current number."""
