"""An act in the background that is done once: opened, fetched, computed. One at a time."""

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
    """Runs work in a thread and hands its result to whoever began it, in the owner's thread.

    Newer work takes the place of older, which is cancelled and whose result is dropped: what is to
    be done all the same, such as writing a file, is for a ``JobQueue``. It is a ``Derived`` for
    what is done rather than looked at: each act says what is to become of it.
    """

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(name, parent, urgent=False)
        self.answered.connect(self._on_answered)
        self.failed.connect(self._on_failed)
        self._refuse: Failed | None = None

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

        self._refuse = failed
        self.compute(outcome, title=title)

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
        self.forget()

    @Slot(object)
    def _on_answered(self, answer: tuple[Callable[[Any], None], Any]) -> None:
        tell, outcome = answer
        tell(outcome)

    @Slot(str)
    def _on_failed(self, reason: str) -> None:
        """What nobody expected."""
        if self._refuse is not None:
            self._refuse(AeguiError(reason))
