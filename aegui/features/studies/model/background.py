"""What the pages of a study have made in the background: pictures, which take long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PAUSE_MS = 1000
"""While runs end pictures are made anew no more often."""


class StudyBackground(Service):
    """Makes one thing after the other; newer work takes the place of older."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = Derived("aegui-study-painting", self, urgent=False, least_pause_ms=_PAUSE_MS)
        self._job.answered.connect(self._on_job_answered)
        self._subject = object()
        self._take: Callable[[object], None] = lambda _: None

    def make(
        self,
        states: Callable[[], Iterator[object]],
        take: Callable[[object], None],
        gentle: bool,
    ) -> None:
        """Give ``take`` each thing that ``states`` makes in a thread.

        What is ``gentle`` waits for what is under way and a pause; else that is given up.
        """
        self._take = take
        if not gentle:
            self._subject = object()
        self._job.derive(lambda _report, _cancelled: states(), self._subject, gentle=gentle)

    @Slot()
    def forget(self) -> None:
        """Nobody is there any more who takes what is made."""
        self._job.forget()
        self._take = lambda _: None

    @Slot(object)
    def _on_job_answered(self, state: object) -> None:
        self._take(state)
