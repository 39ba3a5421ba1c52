"""One-off background work with progress, such as opening or computing; one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot

from aegui.core.errors import AeguiError, Cancelled
from aegui.session.jobs.derived import Derived

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from aegui.core.data.progress import IsCancelled, Report

    Work = Callable[[Report, IsCancelled], Any]
    Done = Callable[[Any], None]
    Failed = Callable[[AeguiError], None]


class ProgressJob(Derived):
    """Runs work in a thread and passes its result to a callback in the owner's thread.

    Newer work cancels and replaces older work, whose result is dropped; use a ``JobQueue`` for work
    that must be completed, such as writing a file. Unlike a plain ``Derived``, each piece of work
    has callbacks of its own.
    """

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(name, parent, urgent=False)
        self.answered.connect(self._on_answered)
        self.failed.connect(self._on_failed)
        self._refuse: Failed | None = None

    def start(self, title: str, work: Work, done: Done, failed: Failed) -> None:
        """Run ``work(report, cancelled)`` in a thread, then ``done(result)`` or ``failed(error)``.

        Neither is called for cancelled work. ``work`` raises ``AeguiError`` for errors that are
        reported to the user, and may raise ``Cancelled`` once ``cancelled()`` is true.
        """

        def outcome(report: Report, cancelled: IsCancelled) -> tuple[Callable[[Any], None], Any]:
            try:
                return done, work(report, cancelled)
            except Cancelled:
                raise
            except AeguiError as error:
                return failed, error

        self._refuse = failed
        self.compute(outcome, title=title)

    def do(self, title: str, work: Work, done: Done, failed: Failed, *, quick: bool) -> bool:
        """Like ``start``, but run ``quick`` work immediately; return False if that failed."""
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
        """Cancel the work in progress; no callback is called."""
        self.forget()

    @Slot(object)
    def _on_answered(self, answer: tuple[Callable[[Any], None], Any]) -> None:
        on_answer, outcome = answer
        on_answer(outcome)

    @Slot(object)
    def _on_failed(self, reason: str) -> None:
        """Report an unexpected error of the work."""
        if self._refuse is not None:
            self._refuse(AeguiError(reason))
