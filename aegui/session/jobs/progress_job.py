"""An act in the background that is done once: opened, fetched, written. One at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.errors import AeguiError, Cancelled
from aegui.session.jobs.derived import Derived

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.data.progress import IsCancelled, Report

    Work = Callable[[Report, IsCancelled], Any]
    Done = Callable[[Any], None]
    Failed = Callable[[AeguiError], None]


class ProgressJob(QObject):
    """Runs work in a thread and hands its result to whoever began it, in the owner's thread.

    Newer work takes the place of older, which is cancelled and whose result is dropped. It is a
    ``Derived`` for what is done rather than looked at: each act says what is to become of it.
    """

    progressed = Signal(object)
    """A ``JobProgress``, first after ``PATIENCE_MS``."""
    busy_changed = Signal(bool)
    """Whether there is work under way."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._derived = Derived(name, self, urgent=False)
        self._derived.progressed.connect(self.progressed)
        self._derived.busy_changed.connect(self.busy_changed)
        self._derived.answered.connect(self._on_derived_answered)
        self._derived.failed.connect(self._on_derived_failed)
        self._failed: Failed | None = None

    @property
    def is_busy(self) -> bool:
        """Whether work is under way whose result is still wanted."""
        return self._derived.is_busy

    def start(self, title: str, work: Work, done: Done, failed: Failed) -> None:
        """Do ``work(report, cancelled)`` in the thread, then ``done(result)`` or ``failed(error)``.

        Neither is called for work that was cancelled. ``work`` raises ``AeguiError`` for what a
        person has to be told, and may raise ``Cancelled`` once ``cancelled()`` is true.
        """

        def outcome(report: Report, cancelled: IsCancelled) -> tuple[Callable[[Any], None], Any]:
            try:
                return done, work(report, cancelled)
            except Cancelled:
                raise
            except AeguiError as error:
                return failed, error

        self._failed = failed
        self._derived.compute(outcome, title=title)

    def do(self, title: str, work: Work, done: Done, failed: Failed, *, quick: bool) -> bool:
        """Like ``start``, but ``quick`` work is done at once; False if that failed."""
        if not quick:
            self.start(title, work, done, failed)
            return True
        self.cancel()
        try:
            result = work(lambda _progress: None, lambda: False)
        except AeguiError as error:
            failed(error)
            return False
        done(result)
        return True

    @Slot()
    def cancel(self) -> None:
        """Give up the work under way; it leaves no trace."""
        self._derived.forget()

    def finish(self, seconds: float) -> bool:
        """Wait for the work under way and hand its result over at once; False if it takes longer.

        The work may be followed by other work then.
        """
        return self._derived.finish(seconds)

    def shutdown(self) -> None:
        """Give up the work, wait for its thread, take no more."""
        self._derived.shutdown()

    @Slot(object)
    def _on_derived_answered(self, answer: tuple[Callable[[Any], None], Any]) -> None:
        tell, outcome = answer
        tell(outcome)

    @Slot(str)
    def _on_derived_failed(self, reason: str) -> None:
        """What nobody expected."""
        if self._failed is not None:
            self._failed(AeguiError(reason))
