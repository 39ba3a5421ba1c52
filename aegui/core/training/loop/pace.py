"""When something that costs time is due again: every so often, for a small share of the time."""

from __future__ import annotations

CHECKPOINT_SECONDS = 5.0
"""At least so much lies between two copies of a training under way."""
CHECKPOINT_SHARE = 0.1
"""Part of the time that such copies may take, most of it in the background. So a crash costs ten
seconds at most where a copy takes up to a second, and else ten times what a copy takes."""


class Pace:
    """The times at which copies are due; all times in seconds of one clock.

    Args:
        seconds: Least time between two copies.
        now: The first is due ``seconds`` after this.
    """

    def __init__(self, seconds: float, now: float) -> None:
        self._seconds = seconds
        self._next = now + seconds

    def is_due(self, now: float) -> bool:
        """Whether there is to be another one at ``now``."""
        return now >= self._next

    def wait_after(self, cost: float) -> float:
        """The time from the end of a copy that took ``cost`` to the next one."""
        return max(self._seconds, cost / CHECKPOINT_SHARE)

    def took(self, begun: float, ended: float) -> None:
        """One was made from ``begun`` to ``ended``: what took long is done more seldom."""
        self._next = ended + self.wait_after(ended - begun)
