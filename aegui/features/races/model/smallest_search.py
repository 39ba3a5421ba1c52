"""The smallest-network challenge in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from aegui.core.data.progress import LoadProgress
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.races.smallest import Attempts, shrink, try_network
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.races.smallest import Attempt, Challenge
    from aegui.core.recipe import Recipe
    from aegui.session.jobs.derived import States


@dataclass(frozen=True)
class ChallengeSheet:
    """A challenge and its attempts so far."""

    challenge: Challenge
    """The goal."""
    attempts: tuple[Attempt, ...]
    """All attempts, oldest first."""


class SmallestSearch(Service):
    """Runs one search or attempt at a time; all attempts are stored."""

    changed = Signal(object)
    """Emitted with a ``ChallengeSheet``."""
    failed = Signal(object)
    """Emitted with the translated reason when a network cannot be tried."""

    def __init__(self) -> None:
        super().__init__()
        self.job = Derived("aegui-smallest", self, urgent=False)
        self._reading = Derived("aegui-smallest-read", self)
        self._is_stopped = False
        self.sheet: ChallengeSheet | None = None
        """What ``changed`` was last emitted with; None before."""
        self.job.answered.connect(self._take)
        self._reading.answered.connect(self._take)
        for job in (self.job, self._reading):
            job.failed.connect(self.failed)

    def read(self, recipe: Recipe, challenge: Challenge) -> None:
        """Read the stored attempts for this goal and these samples; ``changed`` follows."""
        if not self.job.is_busy:
            self._reading.ask(
                lambda: ChallengeSheet(challenge, tuple(Attempts(recipe, challenge))), object()
            )

    def shrink(self, recipe: Recipe, challenge: Challenge) -> None:
        """Search for the smallest network, starting with that of ``recipe``."""
        self._begin(lambda report, cancelled: self._shrunk(recipe, challenge, report, cancelled))

    def try_network(self, recipe: Recipe, challenge: Challenge) -> None:
        """Try the network of ``recipe`` as an attempt of the user."""
        self._begin(lambda report, cancelled: self._tried(recipe, challenge, report, cancelled))

    @Slot()
    def stop(self) -> None:
        """End the search; attempts so far are kept."""
        self._is_stopped = True

    def shutdown(self) -> None:
        """Cancel running work and accept no more."""
        self._is_stopped = True
        super().shutdown()

    @Slot(object)
    def _take(self, sheet: ChallengeSheet) -> None:
        self.sheet = sheet
        self.changed.emit(sheet)

    def _begin(self, states: States) -> None:
        self._is_stopped = False
        self.job.derive(states, object(), title=tr("Smallest network"))

    def _shrunk(
        self, recipe: Recipe, challenge: Challenge, report: Report, cancelled: IsCancelled
    ) -> Iterator[ChallengeSheet]:
        attempts = Attempts(recipe, challenge)
        yield ChallengeSheet(challenge, tuple(attempts))
        for news in shrink(recipe, challenge, attempts, lambda: self._is_stopped or cancelled()):
            if news.trying:
                report(LoadProgress(0, 0, tr("{widths} is tried", widths=news.trying)))
            if news.attempt is not None:
                yield ChallengeSheet(challenge, tuple(attempts))

    def _tried(
        self, recipe: Recipe, challenge: Challenge, report: Report, cancelled: IsCancelled
    ) -> Iterator[ChallengeSheet]:
        attempts = Attempts(recipe, challenge)
        try_network(
            recipe,
            challenge,
            attempts,
            report_share=lambda share: report(LoadProgress(round(1000 * share), 1000, "")),
            stopped=lambda: self._is_stopped or cancelled(),
        )
        yield ChallengeSheet(challenge, tuple(attempts))
