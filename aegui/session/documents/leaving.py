"""Who is asked before another document takes the place of the one that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable


class Leaving(Service):
    """Asks in the window that is open once a file has been read.

    That need not be the one in which it was chosen: another language, or letters of another size,
    make another window.
    """

    asks: Callable[[], bool] | None = None
    """Of the newest window: whether the document may be left."""

    def may_leave(self) -> bool:
        """Ask; without a window nothing is left."""
        return self.asks is not None and self.asks()
