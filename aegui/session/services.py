"""What a window works with; it outlives the window, which is rebuilt for another language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtCore import QObject, QSignalBlocker

from aegui.session.documents.keeping import Keeping
from aegui.session.documents.sweeping import Sweeping
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

    from aegui.session.settings import Settings
    from aegui.session.shown import Shown


_LAST_TRAINING_SECONDS = 3.0
"""How long the end of the program waits for a training to come to rest."""


class Serving(Protocol):
    """What the session makes for whoever asks for it, and ends with the program."""

    def shutdown(self) -> None:
        """Stop threads and timers for good."""


Served = TypeVar("Served", bound=Serving)


class Services:
    """What all features share, and what each of them has made for itself.

    Attributes:
        settings: What is remembered from one start to the next.
        workspace: The open document.
        runner: The training thread.
        showing: Decides what is shown.
        drawing: The drawing, which outlives the documents.
        ticker: Beats while a training is under way.
        keeping: Copies of a training under way.
        sweeping: Removal of what crashed programs have left.
        favourites: The short lists of networks and data.
        requests: What one feature asks of others.
    """

    def __init__(self, settings: Settings, autosave_folder: Path | None = None) -> None:
        """A session on the document that the program opens with."""
        self.settings = settings
        self.workspace = Workspace(settings, autosave_folder=autosave_folder)
        self.runner = TrainingRunner()
        _, height, width = self.workspace.dataset.image_shape
        self.drawing = Drawing(height, width)
        self.ticker = Ticker()
        self.showing = Showing(self.workspace, self.runner)
        self.keeping = Keeping(self.workspace, self.runner)
        self.sweeping = Sweeping(self.workspace)
        self.favourites = Favourites(settings)
        self.requests = Requests()
        self._made: dict[object, Serving] = {}

    @property
    def shown(self) -> Shown:
        """What the window shows at present."""
        return self.showing.shown

    def of(self, kind: type[Served]) -> Served:
        """The one of its kind, made when somebody asks first; it outlives the window."""
        found = self._made.get(kind)
        if not isinstance(found, kind):
            found = self._made[kind] = kind()
        return found

    def latest(self, name: str, *, urgent: bool = True) -> Derived:
        """What answers the newest question, in a thread of that name."""
        found = self._made.get(name)
        if not isinstance(found, Derived):
            found = self._made[name] = Derived(name, urgent=urgent)
        return found

    def holdings(self) -> tuple[Holding, ...]:
        """What those that have been made hold in memory, as far as they say so."""
        return tuple(made.holding for made in self._made.values() if isinstance(made, Holds))

    def shutdown(self, *, keep: bool = False) -> None:
        """Stop every thread and timer: the one way in which the program ends.

        To ``keep`` unsaved work and a training under way is for when nobody could be asked.
        """
        self.ticker.stop()
        if keep:
            self.keeping.hand_over(_LAST_TRAINING_SECONDS)
        self.runner.shutdown()
        for derived in self._every_derived():
            # All at once: each is waited for below, before the next would hear of it. What is in a
            # queue is done all the same.
            if not isinstance(derived.parent(), JobQueue):
                derived.forget()
        for made in (*self._made.values(), self.showing, self.sweeping):
            made.shutdown()
        self.workspace.close(keep=keep)
        for stack in (self.workspace.undo_stack, self.drawing.undo_stack):
            # Among garbage a step may be gone before its stack, which would end it once more.
            with QSignalBlocker(stack):
                stack.clear()

    def _every_derived(self) -> Iterator[Derived]:
        for made in self._made.values():
            if isinstance(made, Derived):
                yield made
            elif isinstance(made, QObject):
                yield from made.findChildren(Derived)
