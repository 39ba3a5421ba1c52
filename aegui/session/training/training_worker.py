"""The body of the training thread: iterates the training, follows orders, publishes snapshots."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Literal

from aegui.core.data.progress import stop_if
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.training.loop.control import MAX_CHUNK, Control

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.loop.train import Training
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.result import Checkpoint, TrainingResult
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.record.stages import Lineage
    from aegui.core.training.record.timeline import Fork, TimelineView

SNAPSHOT_SECONDS = 0.033
"""Minimum interval between two snapshots: the display is not updated more often."""
SNAPSHOT_SHARE = 0.02
"""Maximum share of the training time for taking snapshots."""
MANY_PARAMETERS = 10_000_000
PATIENCE_SECONDS = 0.3
"""Time for the final figures; if they take longer, the end is reported without them."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Report:
    """An event of the training thread.

    The training has paused, has finished with a result (whose final figures may follow as
    ``measured``), or has failed; or the requested intermediate result is available (``kept``),
    which took ``seconds``.
    """

    run_id: int
    kind: Literal["paused", "finished", "measured", "failed", "kept"]
    result: TrainingResult | None = None
    message: str = ""
    seconds: float = 0.0


class TrainingOrders:
    """Orders to the training thread, given by one thread and followed by the other.

    ``pressing`` is read between two chunks without the lock: while it is False, the thread has no
    orders to check and runs at full speed.
    """

    def __init__(self, control: Control, *, paused: bool, pace: float | None) -> None:
        self.control = control
        self._changed = threading.Condition()
        self._paused = paused
        self._steps = 0
        self.stopped = False
        """Whether the training has to end."""
        self._is_copy_requested = False
        self._pace = pace
        self.pressing = False
        self.set_pace(pace)

    def pause(self) -> None:
        """Pause until ``resume`` or ``step``."""
        with self._changed:
            self._paused = True
            self._steps = 0
            self._refresh()

    def resume(self) -> None:
        """Resume after a pause."""
        with self._changed:
            self._paused = False
            self._steps = 0
            self._refresh()

    def step(self) -> None:
        """Train one more epoch, then pause."""
        with self._changed:
            self._paused = True
            self._steps += 1
            self._refresh()

    def stop(self) -> None:
        """End the training."""
        with self._changed:
            self.stopped = True
            self.control.stop = True
            self._refresh()

    def want_copy(self) -> None:
        """Request the intermediate result, also during a pause."""
        with self._changed:
            self._is_copy_requested = True
            self._refresh()

    def set_pace(self, epochs_per_second: float | None) -> None:
        """Set the epochs per second of slow motion; None for full speed."""
        with self._changed:
            self._pace = epochs_per_second
            self._refresh()

    def wait_for_turn(
        self, last_epoch_at: float, on_pause: Callable[[], None], on_copy: Callable[[], None]
    ) -> bool:
        """Wait until another epoch may be trained; return False once the training has to end.

        Args:
            last_epoch_at: Start of the last epoch, in seconds of ``time.monotonic``.
            on_pause: Called without the lock at the start of each pause.
            on_copy: Called without the lock when an intermediate result is requested.
        """
        reported = False
        while True:
            with self._changed:
                if self.stopped:
                    return False
                is_copy, self._is_copy_requested = self._is_copy_requested, False
                if is_copy:
                    self._refresh()
                elif self._paused and self._steps:
                    self._steps -= 1
                    return True
                elif not self._paused:
                    reported = False
                    left = 0.0
                    if self._pace is not None:
                        left = last_epoch_at + 1.0 / self._pace - time.monotonic()
                    if left <= 0.0:
                        return True
                    self._changed.wait(left)
                    continue
                elif reported:
                    self._changed.wait()
                    continue
            if is_copy:
                on_copy()
            else:
                on_pause()
                reported = True

    def _refresh(self) -> None:
        """Update the fields that the thread reads without the lock, and wake it up."""
        one_by_one = self._paused or self._pace is not None
        self.control.max_chunk = 1 if one_by_one else MAX_CHUNK
        self.pressing = one_by_one or self.stopped or self._is_copy_requested
        self._changed.notify_all()


class TrainingWorker:
    """One training from its first epoch to its result; ``run`` is the body of its thread.

    ``training`` is set once torch is loaded; its plain attributes and ``history.view()`` may be
    read by any thread. ``mailbox`` holds at most one snapshot, which the reader removes; no further
    one is made before. ``so_far`` is the last intermediate result, and, once ``concluded`` is set,
    the final one. ``notes`` are those of the training.
    """

    def __init__(
        self,
        run_id: int,
        resolved: ResolvedRecipe,
        orders: TrainingOrders,
        report: Callable[[Report], None],
        resume: Checkpoint | None = None,
        history: HistoryView | None = None,
        timeline: TimelineView | None = None,
        fork: Fork | None = None,
        lineage: Lineage | None = None,
    ) -> None:
        self.run_id = run_id
        self.resolved = resolved
        self.orders = orders
        self.training: Training | None = None
        self.notes: tuple[str, ...] = ()
        self.mailbox: deque[Snapshot] = deque(maxlen=1)
        self.so_far: TrainingResult | None = None
        self.concluded = threading.Event()
        self.patience_seconds = PATIENCE_SECONDS
        self._is_unwanted = False
        self._report = report
        self._resume = resume
        self._history = history
        self._timeline = timeline
        self._fork = fork
        self._lineage = lineage
        self._snapshot_at = 0.0
        self._snapshot_position = -1.0
        self._snapshot_seconds = SNAPSHOT_SECONDS

    def leave(self) -> None:
        """Cancel the computation of the final figures."""
        self._is_unwanted = True

    def run(self) -> None:
        """Train to the end and report it; errors are reported too, never raised."""
        try:
            self._train()
        except Cancelled:
            message = tr("The training was stopped before its first epoch: nothing has changed.")
            self._report(Report(self.run_id, "failed", message=message))
        except AeguiError as error:
            cause = error.__cause__
            _log.info("training %d was refused: %s", self.run_id, error, exc_info=cause)
            self._report(Report(self.run_id, "failed", message=str(error)))
        except Exception as error:
            _log.exception("training %d failed", self.run_id)
            self._report(Report(self.run_id, "failed", message=_failure(error)))
        finally:
            # Weights, averages and samples of a large network must not outlive the training.
            self.training = None
            self.concluded.set()

    def _train(self) -> None:
        # Imported late: torch is loaded in this thread, not in the GUI thread.
        from aegui.core.training.loop.train import train

        steps = train(
            self.resolved,
            self.orders.control,
            self._resume,
            self._history,
            self._timeline,
            self._fork,
            self._lineage,
        )
        training = self.training = next(iter(steps))
        self.notes = training.notes
        self._leave_snapshot(training)
        self._iterate(training, steps)
        if not self._is_unwanted:
            self._conclude(training)

    def _conclude(self, training: Training) -> None:
        """Report the end with all figures, or without them first if these are slow to compute."""
        so_far = self.so_far = training.so_far(ended=True)
        self.concluded.set()
        self.mailbox.append(so_far.last)
        patience_ends, is_reported = time.monotonic() + self.patience_seconds, False

        def cancelled() -> bool:
            nonlocal is_reported
            if not is_reported and time.monotonic() >= patience_ends:
                is_reported = True
                self._report(Report(self.run_id, "finished", so_far))
            return self._is_unwanted

        are_many = self.resolved.recipe.runs * self.resolved.parameters > MANY_PARAMETERS
        if are_many or training.is_long:
            # Copying the weights or measuring all samples is too slow: report the end immediately.
            patience_ends = 0.0
        try:
            stop_if(cancelled)
            result = training.result(cancelled=cancelled, checkpoint=so_far.checkpoint)
        except Cancelled:
            return
        self._report(Report(self.run_id, "measured" if is_reported else "finished", result))

    def _iterate(self, training: Training, steps: Iterator[Training]) -> None:
        orders = self.orders
        mailbox = self.mailbox
        clock = time.monotonic
        begun = clock()
        while training.finished is None:
            if orders.pressing:
                if not orders.wait_for_turn(
                    begun, lambda: self._on_pause(training), lambda: self._keep(training)
                ):
                    return
                begun = clock()
            next(steps, None)
            is_due = not mailbox and not orders.stopped
            if is_due and clock() - self._snapshot_at >= self._snapshot_seconds:
                self._leave_snapshot(training)

    def _leave_snapshot(self, training: Training) -> None:
        """Put the current weights into the mailbox, replacing older ones."""
        if training.position != self._snapshot_position:
            begun = time.monotonic()
            self.mailbox.append(training.snapshot())
            self._snapshot_position = training.position
            self._snapshot_at = time.monotonic()
            # Copying millions of weights takes milliseconds: take snapshots less often.
            copying = self._snapshot_at - begun
            self._snapshot_seconds = max(SNAPSHOT_SECONDS, copying / SNAPSHOT_SHARE)

    def _keep(self, training: Training) -> None:
        """Report the intermediate result."""
        begun = time.monotonic()
        self.so_far = training.so_far()
        seconds = time.monotonic() - begun
        self._report(Report(self.run_id, "kept", self.so_far, seconds=seconds))

    def _on_pause(self, training: Training) -> None:
        self._leave_snapshot(training)
        self._report(Report(self.run_id, "paused"))


def _failure(error: Exception) -> str:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return tr("The training failed: {reason}", reason=reason)
