"""Recovery copies of a running training, so that a crash loses only seconds of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal, Slot

from aegui.core.training.length import planned_epochs
from aegui.core.training.loop.pace import CHECKPOINT_SECONDS, Pace
from aegui.session.documents.autosave import TrainingProgress
from aegui.session.jobs.clock import one_shot

if TYPE_CHECKING:
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.record.result import TrainingResult
    from aegui.session.documents.workspace import Workspace
    from aegui.session.training.training_runner import TrainingRunner

_LOOK_MS = 1000


class Keeping(QObject):
    """Adds the running training to the recovery copies of the document.

    The training hands over its state between two chunks of work; packing and writing are done in
    the background. Both together take at most a fixed share of the time, so large networks are
    copied less often.
    """

    _copied = Signal()
    """Emitted when a copy with the running training has been written."""

    def __init__(self, workspace: Workspace, runner: TrainingRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._pace = Pace(CHECKPOINT_SECONDS, time.monotonic())
        self._begun_s = 0.0
        self._last: tuple[TrainingResult, ResolvedRecipe] | None = None
        self.rescued: int | None = None
        """Epochs in the copy that a failed training has left; None if there is none."""
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        runner.started.connect(self._on_runner_started)
        runner.state_changed.connect(self._on_runner_state_changed)
        runner.kept.connect(self._on_runner_kept)
        workspace.file.copied.connect(self._on_file_copied)

    def keep_now(self) -> None:
        """Request a copy as soon as the training can provide one."""
        self._runner.want_copy()

    def keep_all(self, seconds: float) -> None:
        """Write unsaved work and the state of a running training now, and wait for it.

        Waits at most ``seconds``; the program continues afterwards.
        """
        workspace = self._workspace
        workspace.file.copy()
        is_training = self._runner.state in {"running", "paused"}
        if not is_training and not workspace.file.is_copying:
            return
        loop = QEventLoop()
        limit = one_shot(loop, loop.quit)
        limit.start(int(1000 * seconds))
        (self._copied if is_training else workspace.file.copied).connect(loop.quit)
        self.keep_now()
        loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        limit.stop()

    def hand_over(self, seconds: float) -> None:
        """Stop the training and write its state to the recovery copy: the program has to end."""
        resolved = self._runner.resolved
        result = self._runner.hand_over(seconds)
        if result is not None and resolved is not None:
            self._workspace.keep_training(result, resolved, _underway(result, resolved))

    @Slot(int)
    def _on_runner_started(self, _run_id: int) -> None:
        # The first copy is made immediately, as a training that fails early has results too.
        self._pace = Pace(0.0, time.monotonic())
        self._last = self.rescued = None
        self._timer.start()

    @Slot(str)
    def _on_runner_state_changed(self, _state: str) -> None:
        if self._runner.is_busy:
            return
        self._timer.stop()
        self._workspace.forget_training()
        last, self._last = self._last, None
        if self._runner.state == "failed" and last is not None:
            self._workspace.adopt_result(*last)
            self.rescued = max(run.epochs for run in last[0].runs)

    @Slot()
    def _on_timer_timeout(self) -> None:
        now = time.monotonic()
        if self._pace.is_due(now) and not self._workspace.file.is_copying:
            # Wait for this copy before the next request, however long the current batch takes.
            self._pace = Pace(CHECKPOINT_SECONDS, now)
            self.keep_now()

    @Slot(int, object, float)
    def _on_runner_kept(self, _run_id: int, result: TrainingResult, seconds: float) -> None:
        resolved = self._runner.resolved
        if resolved is not None:
            self._begun_s = time.monotonic() - seconds
            self._last = result, resolved
            self._workspace.keep_training(result, resolved, _underway(result, resolved))

    @Slot(float)
    def _on_file_copied(self, _seconds: float) -> None:
        self._pace.took(self._begun_s, time.monotonic())
        if self._workspace.underway is not None:
            self._copied.emit()


def _underway(result: TrainingResult, resolved: ResolvedRecipe) -> TrainingProgress:
    best = min(result.runs, key=lambda run: run.loss)
    return TrainingProgress(best.epochs, planned_epochs(resolved), best.loss, result.seconds)
