"""Timing of costly recurring work, bounded to a small share of the total time."""

from __future__ import annotations

CHECKPOINT_SECONDS = 5.0
"""Minimum time between two checkpoints of a running training."""
CHECKPOINT_SHARE = 0.1
"""Share of time that checkpoints may take, mostly in the background. A crash thus loses at most ten
seconds where a copy takes up to a second, and otherwise ten times the duration of a copy."""


class Pace:
    """Schedules recurring copies; all times are in seconds of one clock.

    Args:
        seconds: Minimum time between two copies.
        now: Current time; the first copy is due ``seconds`` later.
    """

    def __init__(self, seconds: float, now: float) -> None:
        self._seconds = seconds
        self._next = now + seconds

    def is_due(self, now: float) -> bool:
        """Return whether the next copy is due at ``now``."""
        return now >= self._next

    def wait_after(self, cost: float) -> float:
        """Return the wait between the end of a copy that took ``cost`` and the next copy."""
        return max(self._seconds, cost / CHECKPOINT_SHARE)

    def took(self, begun: float, ended: float) -> None:
        """Record that a copy ran from ``begun`` to ``ended``: slow copies are made less often."""
        self._next = ended + self.wait_after(ended - begun)
