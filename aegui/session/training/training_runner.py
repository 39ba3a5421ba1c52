"""Controls the training thread from the GUI thread: start, pause, step and stop."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot

from aegui.core.light_dataclass import dataclass
from aegui.core.training.loop.control import Control
from aegui.core.training.record.timeline import BUDGET_BYTES
from aegui.session.jobs.joining import joined
from aegui.session.training.training_worker import Report, TrainingOrders, TrainingWorker

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import CorruptionSpec, Recipe
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.result import Checkpoint, TrainingResult
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.record.stages import Lineage
    from aegui.core.training.record.timeline import Fork, TimelineView

State = Literal["idle", "running", "paused", "stopping", "failed"]

SHUTDOWN_SECONDS = 3.0
_RATE_SECONDS = 1.5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Pulled:
    """The state of a training at one moment."""

    epoch: int
    """Completed epochs."""
    position: float
    """Completed epochs, including the fraction of the current one."""
    epochs: int
    """Epochs in total."""
    history: HistoryView
    """The rows recorded so far."""
    snapshot: Snapshot | None
    """The newest weights, if there are newer ones than at the last pull."""
    epochs_per_second: float
    """Rate over the last second and a half; 0 while paused."""
    seconds_left: float | None
    """Time until the last epoch at that rate; None while it is unknown."""
    engine: str
    """Key of the step engine."""
    device: str
    """Name of the device."""
    phase: str = ""
    """Name of the current phase; "" for the training proper."""
    timeline: TimelineView | None = None
    """The weights recorded so far."""


class TrainingRunner(QObject):
    """Owns the training thread. The object and its signals belong to the GUI thread.

    States and their transitions; all other calls have no effect:

    ========  ==================================================================================
    idle      start -> running (or paused)
    running   pause, step -> paused; stop -> stopping; the end -> idle; an error -> failed
    paused    resume -> running; step stays; stop -> stopping; the end -> idle; error -> failed
    stopping  the end -> idle; an error -> failed
    failed    start -> running (or paused)
    ========  ==================================================================================

    ``abandon`` leads from every state to idle: the training is stopped without further signals.
    """

    state_changed = Signal(str)
    started = Signal(int)
    paused = Signal(int)
    """Emitted when the training has paused, and after each single step."""
    finished = Signal(int, object)
    """Emitted with run id and ``TrainingResult``, also for a training that was stopped.

    If the result is not ``measured`` yet, ``measured`` follows with the final figures.
    """
    measured = Signal(int, object)
    """Emitted with run id and the same ``TrainingResult`` with all its figures."""
    kept = Signal(int, object, float)
    """Emitted with run id, the requested intermediate result, and the seconds that it took."""
    failed = Signal(int, object)
    _reported = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.timeline_bytes = BUDGET_BYTES
        """Memory for the weights of past epochs, for trainings to be started."""
        self.state: State = "idle"
        """The current one of the five states."""
        self.run_id = 0
        """Number of the current or last training; 0 before the first."""
        self.slow: float | None = None
        """Epochs per second of slow motion; None for full speed."""
        self._worker: TrainingWorker | None = None
        self.requested_recipe: Recipe | None = None
        """The recipe that was requested when the current or last training was started."""
        self.is_continuation = False
        """Whether the current or last training continued another one."""
        self.is_measuring = False
        """Whether the final figures of a finished training are still being computed."""
        self.is_warm = False
        """Whether torch is loaded, or is being loaded."""
        self._threads: list[threading.Thread] = []
        self._samples: deque[tuple[float, float]] = deque()
        # Emitted in the training thread; the queued connection delivers it in the owner's thread.
        self._reported.connect(self._on_worker_reported, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Return whether a training is running, paused or stopping."""
        return self.state in {"running", "paused", "stopping"}

    @property
    def resolved(self) -> ResolvedRecipe | None:
        """Return the resolved recipe of the current or last training."""
        return self._worker.resolved if self._worker is not None else None

    @property
    def notes(self) -> tuple[str, ...]:
        """Return notes on the current or last training, such as a missing GPU."""
        return self._worker.notes if self._worker is not None else ()

    @property
    def adversaries(self) -> tuple[bool, bool]:
        """Return whether generator and discriminator are trained, as set for this training."""
        if not self.is_busy or self._worker is None:
            return True, True
        control = self._worker.orders.control
        return control.train_generator, control.train_discriminator

    def start(
        self,
        resolved: ResolvedRecipe,
        resume: Checkpoint | None = None,
        history: HistoryView | None = None,
        timeline: TimelineView | None = None,
        fork: Fork | None = None,
        *,
        lineage: Lineage | None = None,
        paused: bool = False,
    ) -> int:
        """Start a training, and return its number.

        While another one is in progress, nothing is started and its number is returned.

        Args:
            resolved: What to train.
            resume: Checkpoint to resume from; None starts from scratch.
            history: The rows recorded before ``resume`` or ``fork``.
            timeline: The weights recorded before it.
            fork: Initial weights, as an alternative to ``resume``.
            lineage: Trainings before ``resume`` or ``fork``, and the requested recipe.
            paused: Pause before the first epoch, to step from the start.
        """
        if self.is_busy:
            return self.run_id
        self._stop_measuring()
        self.run_id += 1
        # One core is reserved for the window, whose redraws would wait for the training otherwise.
        control = Control(spare_cores=1, timeline_bytes=self.timeline_bytes)
        orders = TrainingOrders(control, paused=paused, pace=self.slow)
        report = self._reported.emit
        self._worker = TrainingWorker(
            self.run_id, resolved, orders, report, resume, history, timeline, fork, lineage
        )
        self.requested_recipe = (
            resolved.recipe
            if lineage is None or not lineage.requested_recipe
            else lineage.requested_recipe
        )
        self.is_continuation = resume is not None or fork is not None
        self._samples.clear()
        self._launch(self._worker.run, f"aegui-training-{self.run_id}")
        self._enter("paused" if paused else "running")
        self.started.emit(self.run_id)
        return self.run_id

    def pause(self) -> None:
        """Pause after the current chunk of epochs; ``paused`` follows."""
        if self.state == "running" and self._worker is not None:
            self._worker.orders.pause()
            self._enter("paused")

    def resume(self) -> None:
        """Resume after a pause."""
        if self.state == "paused" and self._worker is not None:
            self._worker.orders.resume()
            self._samples.clear()
            self._enter("running")

    def step(self) -> None:
        """Train one more epoch and pause; a running training pauses after it."""
        if self.state in {"running", "paused"} and self._worker is not None:
            self._worker.orders.step()
            self._samples.clear()
            self._enter("paused")

    def stop(self) -> None:
        """Stop the training and keep its result: ``finished`` follows."""
        if self.state in {"running", "paused"} and self._worker is not None:
            self._worker.orders.stop()
            self._enter("stopping")

    def abandon(self) -> None:
        """Stop the training without further signals, as its document was closed."""
        self._stop_measuring()
        if not self.is_busy or self._worker is None:
            # Drop the worker, so that a large dataset does not outlive its document.
            self._worker = None
            return
        self._worker.leave()
        self._worker.orders.stop()
        self._worker = None
        self._enter("idle")

    def want_copy(self) -> None:
        """Request the intermediate result: ``kept`` follows, unless the training ends before."""
        if self.state in {"running", "paused"} and self._worker is not None:
            self._worker.orders.want_copy()

    def hand_over(self, seconds: float) -> TrainingResult | None:
        """Stop the training and return its result; no further signals are emitted for it.

        If it does not stop within ``seconds``, the last intermediate result is returned; None if
        there is none, or no training.
        """
        worker = self._worker
        if not self.is_busy or worker is None:
            return None
        worker.orders.stop()
        worker.concluded.wait(seconds)
        self.abandon()
        return worker.so_far

    def set_learning_rate(self, rate: float) -> None:
        """Set the base learning rate of the training in progress."""
        if self.is_busy and self._worker is not None:
            self._worker.orders.control.learning_rate = rate

    def set_corruption(self, spec: CorruptionSpec) -> None:
        """Set the noise of the training in progress."""
        if self.is_busy and self._worker is not None:
            self._worker.orders.control.corruption = spec

    def set_adversaries(self, *, generator: bool, discriminator: bool) -> None:
        """Set which networks of a GAN are trained in the training in progress."""
        if self.is_busy and self._worker is not None:
            control = self._worker.orders.control
            control.train_generator = generator
            control.train_discriminator = discriminator

    def set_slow(self, epochs_per_second: float | None) -> None:
        """Set slow motion for this training and the next ones; None for full speed.

        Raises:
            ValueError: Not a positive number.
        """
        if epochs_per_second is not None and not epochs_per_second > 0.0:
            raise ValueError(f"{epochs_per_second} epochs per second")
        self.slow = epochs_per_second
        self._samples.clear()
        if self.is_busy and self._worker is not None:
            self._worker.orders.set_pace(epochs_per_second)

    def pull(self) -> Pulled | None:
        """Return the current state of the training; None without one or while torch is loading."""
        worker = self._worker
        training = None if worker is None else worker.training
        if worker is None or training is None or not self.is_busy:
            return None
        position = training.position
        rate = self._rate(position)
        return Pulled(
            epoch=training.epoch,
            position=position,
            epochs=training.epochs,
            history=training.history.view(),
            snapshot=worker.mailbox.popleft() if worker.mailbox else None,
            epochs_per_second=rate,
            seconds_left=(training.epochs - position) / rate if rate > 0.0 else None,
            engine=training.engine,
            device=training.device,
            phase=training.phase,
            timeline=training.timeline.view(),
        )

    def warm_up(self) -> None:
        """Load torch in the background if needed, so that the first training starts immediately."""
        if not self.is_warm:
            self.is_warm = True
            self._launch(_warm_up, "aegui-warm-up")

    def shutdown(self) -> None:
        """Stop, waiting at most 3 s; no further signals are emitted. For the end of the program.

        Time in which modules are imported is not counted, see ``joined``.
        """
        self.abandon()
        deadline = time.monotonic() + SHUTDOWN_SECONDS
        for thread in self._threads:
            joined(thread, max(0.0, deadline - time.monotonic()))
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if self._threads:
            _log.error("the training thread did not end within %.0f s", SHUTDOWN_SECONDS)

    @Slot(object)
    def _on_worker_reported(self, report: Report) -> None:
        if report.run_id != self.run_id or self._worker is None:
            return
        if report.kind == "measured" and self.is_measuring:
            self.is_measuring = False
            self.measured.emit(report.run_id, report.result)
        if report.kind == "failed" and self.is_measuring:
            self.is_measuring = False
            self.failed.emit(report.run_id, report.message)
        if not self.is_busy:
            return
        if report.kind == "paused":
            if self.state == "paused":
                self.paused.emit(report.run_id)
        elif report.kind == "kept":
            self.kept.emit(report.run_id, report.result, report.seconds)
        elif report.kind == "finished":
            self._worker.so_far = None
            self.is_measuring = report.result is not None and not report.result.measured
            self._enter("idle")
            self.finished.emit(report.run_id, report.result)
        elif report.kind == "failed":
            self._enter("failed")
            self.failed.emit(report.run_id, report.message)

    def _stop_measuring(self) -> None:
        """Cancel the computation of the final figures of a finished training."""
        if self.is_measuring and self._worker is not None:
            self._worker.leave()
        self.is_measuring = False

    def _launch(self, body: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=body, name=name, daemon=True)
        self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]
        thread.start()

    def _enter(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    def _rate(self, position: float) -> float:
        """Return epochs per second of wall time since the oldest stored pull; 0 while paused."""
        if self.state == "paused":
            return 0.0
        now = time.monotonic()
        self._samples.append((now, position))
        while len(self._samples) > 2 and now - self._samples[1][0] > _RATE_SECONDS:
            self._samples.popleft()
        begun, first = self._samples[0]
        return (position - first) / (now - begun) if now > begun else 0.0


def _warm_up() -> None:
    try:
        from aegui.core.training.loop.train import warm_up

        warm_up()
    except Exception:
        _log.exception("torch could not be warmed up")
