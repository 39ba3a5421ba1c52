"""Base class of services that are created on demand and live until the program ends."""

from __future__ import annotations

from PySide6.QtCore import QObject

from aegui.session.jobs.derived import Derived


class Service(QObject):
    """Outlives the window; its ``Derived`` jobs are children of it, or of its children."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being computed, or waits for it."""
        return all(derived.is_idle for derived in self.findChildren(Derived))

    def shutdown(self) -> None:
        """Cancel all work in progress, wait for its end, and accept no more."""
        for derived in self.findChildren(Derived):
            derived.shutdown()
