"""Background job for the pictures of a study, which take long to make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PAUSE_MS = 1000
"""Minimum interval between two updates of the pictures while runs end."""


class StudyBackground(Service):
    """Runs one job at a time; newer work replaces older."""

    def __init__(self) -> None:
        super().__init__()
        self._job = Derived("aegui-study-painting", self, urgent=False, least_pause_ms=_PAUSE_MS)
        self._job.answered.connect(self._on_job_answered)
        self._subject = object()

    def make(
        self,
        states: Callable[[], Iterator[object]],
        take: Callable[[object], None],
        gentle: bool,
    ) -> None:
        """Call ``take`` with each value that ``states`` yields in the worker thread.

        ``gentle`` work waits for running work and a pause; other work cancels the running one.
        """
        if not gentle:
            self._subject = object()
        # With its receiver: gentle work leaves that of another one running.
        self._job.derive(
            lambda _report, _cancelled: ((take, state) for state in states()),
            self._subject,
            gentle=gentle,
        )

    @Slot()
    def forget(self) -> None:
        """Cancel the work: the receiver of its results is gone."""
        self._job.forget()

    @Slot(object)
    def _on_job_answered(self, answer: tuple[Callable[[object], None], object]) -> None:
        take, state = answer
        take(state)
