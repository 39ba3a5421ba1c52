"""What is made when somebody asks for it first, and ends with the program."""

from __future__ import annotations

from PySide6.QtCore import QObject

from aegui.session.jobs.derived import Derived


class Service(QObject):
    """Outlives the window; what it derives are children of it, or of its children."""

    def shutdown(self) -> None:
        """Give up what is under way and wait for its end; no more is begun."""
        for derived in self.findChildren(Derived):
            derived.shutdown()
