"""The services that a window uses; they outlive it, as it is rebuilt for another language."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtCore import QObject, QSignalBlocker

from aegui.session.documents.cleanup import CleanupJob
from aegui.session.documents.keeping import Keeping
from aegui.session.documents.workspace import Workspace
from aegui.session.favourites import Favourites
from aegui.session.holding import Holding, Holds
from aegui.session.jobs.clock import Ticker
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.job_queue import JobQueue
from aegui.session.pixels.drawing import Drawing
from aegui.session.requests import Requests
from aegui.session.showing import Showing
from aegui.session.training.training_runner import TrainingRunner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aegui.session.documents.document import Opened
    from aegui.session.settings import Settings
    from aegui.session.shown import Shown


_LAST_TRAINING_SECONDS = 3.0
"""How long shutdown waits for a running training to stop."""


class Serving(Protocol):
    """Protocol of services that are created on demand and shut down with the program."""

    def shutdown(self) -> None:
        """Stop all threads and timers for good."""


Served = TypeVar("Served", bound=Serving)


class Services:
    """The services that all features share, and those that are created on demand."""

    def __init__(
        self,
        settings: Settings,
        autosave_folder: Path | None = None,
        first: Opened | None = None,
    ) -> None:
        """Create the services for the document that the program opens with: see ``Workspace``."""
        self.settings = settings
        """The persistent settings."""
        self.workspace = Workspace(settings, autosave_folder=autosave_folder, first=first)
        """The open document."""
        self.runner = TrainingRunner()
        """The training thread."""
        self.workspace.set_training(partial(getattr, self.runner, "is_busy"))
        _, height, width = self.workspace.dataset.image_shape
        self.drawing = Drawing(height, width)
        """The drawing, which outlives the documents."""
        self.ticker = Ticker()
        """Timer that runs during a training."""
        self.showing = Showing(self.workspace, self.runner)
        """Decides which network, samples and history are displayed."""
        self.keeping = Keeping(self.workspace, self.runner)
        """Recovery copies of a running training."""
        self.sweeping = CleanupJob(self.workspace)
        """Removal of files that crashed instances have left behind."""
        self.favourites = Favourites(settings)
        """The short lists of networks and data."""
        self.requests = Requests()
        """Signals by which features request actions of each other."""
        self._services: dict[object, Serving] = {}

    @property
    def shown(self) -> Shown:
        """Return what the window currently displays."""
        return self.showing.shown

    def of(self, kind: type[Served]) -> Served:
        """Return the service of type ``kind``, creating it on first use; it outlives the window."""
        found = self._services.get(kind)
        if not isinstance(found, kind):
            found = self._services[kind] = kind()
        return found

    def latest(self, name: str, *, urgent: bool = True) -> Derived:
        """Return the latest-wins job with its own thread ``name``, creating it on first use.

        ``urgent``, for interactive work, counts only then: later calls need not repeat it.
        """
        found = self._services.get(name)
        if not isinstance(found, Derived):
            found = self._services[name] = Derived(name, urgent=urgent)
        return found

    def holdings(self) -> tuple[Holding, ...]:
        """Return the memory use of all created services that report it."""
        return tuple(
            service.holding for service in self._services.values() if isinstance(service, Holds)
        )

    def shutdown(self, *, keep: bool = False) -> None:
        """Stop every thread and timer; the only way in which the program ends.

        ``keep`` saves unsaved work and a running training, for when the user could not be asked.
        """
        self.ticker.stop()
        if keep:
            self.keeping.hand_over(_LAST_TRAINING_SECONDS)
        self.runner.shutdown()
        for derived in self._every_derived():
            # Cancel all jobs first, as each is waited for below. Queued jobs are completed
            # nevertheless.
            if not isinstance(derived.parent(), JobQueue):
                derived.forget()
        for service in (*self._services.values(), self.showing, self.sweeping):
            service.shutdown()
        self.workspace.close(keep=keep)
        for stack in (self.workspace.undo_stack, self.drawing.undo_stack):
            # The garbage collector may free a command before its stack, which would free it again.
            with QSignalBlocker(stack):
                stack.clear()

    def _every_derived(self) -> Iterator[Derived]:
        for service in self._services.values():
            if isinstance(service, Derived):
                yield service
            elif isinstance(service, QObject):
                yield from service.findChildren(Derived)
