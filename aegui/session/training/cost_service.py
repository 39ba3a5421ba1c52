"""Cost of training the draft: estimated immediately, then measured on a few steps in a thread.

If the same training has been done before, its cost is known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot

from aegui.core.i18n import tr
from aegui.core.training.cost import differs_only_in_rate, training_cost
from aegui.core.training.length import planned_epochs
from aegui.session.jobs.clock import one_shot
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from aegui.core.cost import Cost
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.record.result import TrainingResult

SETTLED_MS = 600
"""Delay in milliseconds after the last change of the draft before a measurement."""
AGAIN_MS = 5_000
"""Delay in milliseconds until a measurement that seems too high is repeated."""
_TOO_HIGH = 3.0
"""Measurements above this multiple of the computed time are repeated: other programs, or a map that
is being decoded, may have kept the cores busy."""
_REPETITIONS = 3
"""So often at most, since on a slow computer the time is indeed higher."""
MIN_SECONDS = 1.0
"""Minimum duration of a training to learn its cost from: shorter ones are mostly overhead."""


class CostService(Service):
    """The cost of training the draft. Lives in the GUI thread."""

    changed = Signal()
    """Emitted when ``cost`` has changed."""

    def __init__(self) -> None:
        super().__init__()
        self._tried = Derived("aegui-cost", self, urgent=False)
        self._tried.answered.connect(self._take)
        self._tried.failed.connect(_forget)
        self._resolved: ResolvedRecipe | None = None
        self.cost: Cost | None = None
        """Cost of the draft; None if it cannot be trained."""
        self._trained: tuple[ResolvedRecipe, float] | None = None
        """The last training, and the seconds that all of its epochs take."""
        self._computed: Cost | None = None
        self._repetitions = 0
        self._may_try = True
        self._is_awake = False
        self._settled = one_shot(self, self._try, SETTLED_MS)
        self._again = one_shot(self, self._try, AGAIN_MS)

    def set_draft(self, resolved: ResolvedRecipe | None, timeline_bytes: int) -> None:
        """Set the draft to estimate; None if there is nothing to train."""
        if resolved is self._resolved:
            return
        known = self._resolved
        if known is not None and resolved is not None and differs_only_in_rate(known, resolved):
            self._resolved = resolved
            return
        # The draft was edited, so it is no longer the one that the program started with.
        self._is_awake = self._is_awake or known is not None
        self._stop_trying()
        self._resolved, self._repetitions = resolved, 0
        self._computed = None if resolved is None else training_cost(resolved, timeline_bytes)
        self.cost = self._computed
        self._recall()
        self._try_later()
        self.changed.emit()

    def learn(self, resolved: ResolvedRecipe, result: TrainingResult) -> None:
        """Learn the cost of ``resolved`` from the ``result`` of its training.

        A measurement right after the training would be too high, as the cores are still busy with
        its result.
        """
        history = result.history
        done = float(history.epoch[-1]) if len(history) else 0.0
        is_complete = result.reason == "epochs"
        # The phases of a classifier differ in cost, so a partial training cannot be extrapolated.
        if result.seconds < MIN_SECONDS or not (is_complete or resolved.recipe.classifier is None):
            return
        if done > 0.0:
            left = 1.0 if is_complete else planned_epochs(resolved) / done
            self._trained = resolved, result.seconds * left
            self._recall()
            self.changed.emit()

    def _recall(self) -> None:
        """Use the known cost if the draft has been trained before."""
        if self._trained is None or self._resolved is None or self.cost is None:
            return
        trained, seconds = self._trained
        if differs_only_in_rate(trained, self._resolved):
            self._stop_trying()
            limit = self._resolved.recipe.training.goals.seconds or float("inf")
            self.cost = replace(self.cost, seconds=min(seconds, limit), is_measured=True)

    def wake(self) -> None:
        """Allow measurements, starting with the current draft.

        Until then, or until the first edit, the initial draft is only estimated: a measurement
        imports torch, which is not needed for only viewing a network.
        """
        if not self._is_awake:
            self._is_awake = True
            self._try_later()

    def set_idle(self, idle: bool) -> None:
        """Set whether the cores are idle: nothing is measured during a training."""
        self._may_try = idle
        if not idle:
            self._stop_trying()
        self._try_later()

    def cost_of(self, resolved: ResolvedRecipe, timeline_bytes: int) -> Cost:
        """Return the best immediately available cost of ``resolved``."""
        known = self.cost if resolved is self._resolved else None
        return known or training_cost(resolved, timeline_bytes)

    def shutdown(self) -> None:
        """Stop measuring."""
        self._may_try = False
        self._settled.stop()
        self._again.stop()
        super().shutdown()

    @property
    def _wants_trying(self) -> bool:
        may_try = self._may_try and self._is_awake
        return may_try and self.cost is not None and not self.cost.is_measured

    def _try_later(self) -> None:
        self._settled.stop()
        if self._wants_trying:
            # The delay starts once events are processed: during a slow start of the program it
            # would elapse before the first paint, which would then wait for the import of torch.
            QTimer.singleShot(0, self, self._begin_to_settle)

    @Slot()
    def _begin_to_settle(self) -> None:
        if self._wants_trying:
            self._settled.start()

    def _stop_trying(self) -> None:
        self._again.stop()
        self._tried.forget()

    @Slot()
    def _try(self) -> None:
        resolved, cost = self._resolved, self._computed
        if resolved is None or cost is None:
            return

        def work(_report: Report, cancelled: IsCancelled) -> Cost:
            from aegui.core.training.loop.probe import probed  # imports torch

            return probed(resolved, cost, cancelled)

        self._tried.compute(work, title=tr("Trying a few steps"))

    @Slot(object)
    def _take(self, cost: Cost) -> None:
        before, computed = self.cost, self._computed
        if before is None or not before.is_measured or cost.seconds < before.seconds:
            self.cost = cost
            self.changed.emit()
        is_high = computed is not None and cost.seconds > _TOO_HIGH * computed.seconds
        if is_high and self._may_try and self._repetitions < _REPETITIONS:
            self._repetitions += 1
            self._again.start()


def _forget(_reason: str) -> None:
    """Ignore a failed measurement: the estimate stays, and the training will report the error."""
