"""The question whether the open document may be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable


class CloseGuard(Service):
    """Asks in the current window once a file has been read.

    The window may be another one than that in which the file was chosen: a change of language or
    text size rebuilds it.
    """

    asks: Callable[[], bool] | None = None
    """Callback of the newest window that returns whether the document may be closed."""

    def may_leave(self) -> bool:
        """Return the answer of the current window; False without a window."""
        return self.asks is not None and self.asks()
