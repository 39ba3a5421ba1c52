"""The one training thread: started, paused, stepped and stopped from the window's thread."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot

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
    """The state of a training at one moment.

    Attributes:
        run_id: Number of the training.
        epoch: Whole epochs done.
        position: Epochs done, with the share of the one under way.
        epochs: Epochs to do in all.
        history: The rows recorded so far.
        snapshot: The newest weights, where there are newer ones than at the last pull.
        seconds: Training time so far.
        epochs_per_second: Rate over the last second and a half; 0 while paused.
        seconds_left: Until the last epoch at that rate; None while it is unknown.
        engine: Key of the step engine.
        device: Words for the device.
        phase: What is done at present, in words; "" for the training proper.
        timeline: The weights kept so far.
    """

    run_id: int
    epoch: int
    position: float
    epochs: int
    history: HistoryView
    snapshot: Snapshot | None
    seconds: float
    epochs_per_second: float
    seconds_left: float | None
    engine: str
    device: str
    phase: str = ""
    timeline: TimelineView | None = None


class TrainingRunner(QObject):
    """Owns the training thread. Lives in the window's thread, and so do all its signals.

    States and what leads from one to the next; all else does nothing:

    ========  ==================================================================================
    idle      start -> running (or paused)
    running   pause, step -> paused; stop -> stopping; the end -> idle; an error -> failed
    paused    resume -> running; step stays; stop -> stopping; the end -> idle; error -> failed
    stopping  the end -> idle; an error -> failed
    failed    start -> running (or paused)
    ========  ==================================================================================

    ``abandon`` leads from everywhere to idle: the training is stopped and never heard of again.
    """

    state_changed = Signal(str)
    started = Signal(int)
    paused = Signal(int)
    """The training has come to rest; after each single step again."""
    resumed = Signal(int)
    finished = Signal(int, object)
    """Run id and ``TrainingResult``, also of a training that was stopped.

    Where that is not ``measured`` yet, its last figures follow in a result of their own.
    """
    measured = Signal(int, object)
    """Run id and the same ``TrainingResult`` with all its figures."""
    kept = Signal(int, object, float)
    """Run id, what was learnt so far, as it was asked for, and the seconds that this took."""
    failed = Signal(int, str)
    _reported = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.timeline_bytes = BUDGET_BYTES
        """Memory for the weights of past epochs, of the trainings that are still to begin."""
        self.state: State = "idle"
        """One of the five states."""
        self.run_id = 0
        """Number of the present or last training; 0 before the first."""
        self.slow: float | None = None
        """Epochs a second of slow motion; None at full speed."""
        self._worker: TrainingWorker | None = None
        self.asked: Recipe | None = None
        """What the person asked for when the present or last training began."""
        self.goes_on = False
        """Whether the present or last training began with what another one had learnt."""
        self.is_measuring = False
        """Whether the last figures of a training that has ended are still to come."""
        self.is_warm = False
        """Whether torch is loaded, or about to be."""
        self._threads: list[threading.Thread] = []
        self._samples: deque[tuple[float, float]] = deque()
        # Emitted in the training thread: queued, it arrives in the one that owns this object.
        self._reported.connect(self._on_worker_reported, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether a training is under way: running, paused or stopping."""
        return self.state in {"running", "paused", "stopping"}

    @property
    def resolved(self) -> ResolvedRecipe | None:
        """What the present or last training trains."""
        return self._worker.resolved if self._worker is not None else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the present or last training: that there is no GPU."""
        return self._worker.notes if self._worker is not None else ()

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
        """Begin to train, and give the number of this training.

        While another one is under way nothing is begun, and its number is given.

        Args:
            resolved: What to train.
            resume: Where to go on from; None begins anew.
            history: The rows recorded before ``resume`` or ``fork``.
            timeline: The weights kept before it.
            fork: Instead of ``resume``: weights to begin with.
            lineage: What was trained before ``resume`` or ``fork``, and what the person asked for.
            paused: Wait before the first epoch: to be stepped through from the start.
        """
        if self.is_busy:
            return self.run_id
        self._stop_measuring()
        self.run_id += 1
        # One core stays with the window, or its redraws would wait for the training's threads.
        control = Control(spare_cores=1, timeline_bytes=self.timeline_bytes)
        orders = TrainingOrders(control, paused=paused, pace=self.slow)
        report = self._reported.emit
        self._worker = TrainingWorker(
            self.run_id, resolved, orders, report, resume, history, timeline, fork, lineage
        )
        self.asked = resolved.recipe if lineage is None or not lineage.asked else lineage.asked
        self.goes_on = resume is not None or fork is not None
        self._samples.clear()
        self._launch(self._worker.run, f"aegui-training-{self.run_id}")
        self._enter("paused" if paused else "running")
        self.started.emit(self.run_id)
        return self.run_id

    def pause(self) -> None:
        """Come to rest after the present chunk of epochs; ``paused`` tells when."""
        if self.state == "running" and self._worker is not None:
            self._worker.orders.pause()
            self._enter("paused")

    def resume(self) -> None:
        """Go on after a pause."""
        if self.state == "paused" and self._worker is not None:
            self._worker.orders.resume()
            self._samples.clear()
            self._enter("running")
            self.resumed.emit(self.run_id)

    def step(self) -> None:
        """Do one epoch more and rest; a running training comes to rest after it."""
        if self.state in {"running", "paused"} and self._worker is not None:
            self._worker.orders.step()
            self._samples.clear()
            self._enter("paused")

    def stop(self) -> None:
        """End the training and keep what it has learnt: ``finished`` follows."""
        if self.state in {"running", "paused"} and self._worker is not None:
            self._worker.orders.stop()
            self._enter("stopping")

    def abandon(self) -> None:
        """Stop a training of which nothing more is to be heard: its document was closed."""
        self._stop_measuring()
        if not self.is_busy or self._worker is None:
            # A large set is not to outlive the document that was trained on it.
            self._worker = None
            return
        self._worker.leave()
        self._worker.orders.stop()
        self._worker = None
        self._enter("idle")

    def want_copy(self) -> None:
        """Have what was learnt so far handed over: ``kept`` follows, unless it ends before."""
        if self.state in {"running", "paused"} and self._worker is not None:
            self._worker.orders.want_copy()

    def hand_over(self, seconds: float) -> TrainingResult | None:
        """Stop the training and give what it has learnt; nothing is reported of it any more.

        Where it does not stop within so many ``seconds``, that is what was last handed over; None
        where there is nothing, and no training either.
        """
        worker = self._worker
        if not self.is_busy or worker is None:
            return None
        worker.orders.stop()
        worker.concluded.wait(seconds)
        self.abandon()
        return worker.so_far

    def set_learning_rate(self, rate: float) -> None:
        """Train on with another base rate; only while a training is under way."""
        if self.is_busy and self._worker is not None:
            self._worker.orders.control.learning_rate = rate

    def set_corruption(self, spec: CorruptionSpec) -> None:
        """Train on with other noise; only while a training is under way."""
        if self.is_busy and self._worker is not None:
            self._worker.orders.control.corruption = spec

    def set_adversaries(self, *, generator: bool, discriminator: bool) -> None:
        """Let only one network of a GAN learn, or both; only while a training is under way."""
        if self.is_busy and self._worker is not None:
            control = self._worker.orders.control
            control.train_generator = generator
            control.train_discriminator = discriminator

    def set_slow(self, epochs_per_second: float | None) -> None:
        """Slow motion for this training and the next ones; None is full speed.

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
        """The training as it is now; None when none is under way or torch is still loading."""
        worker = self._worker
        training = None if worker is None else worker.training
        if worker is None or training is None or not self.is_busy:
            return None
        position = training.position
        rate = self._rate(position)
        return Pulled(
            run_id=worker.run_id,
            epoch=training.epoch,
            position=position,
            epochs=training.epochs,
            history=training.history.view(),
            snapshot=worker.mailbox.popleft() if worker.mailbox else None,
            seconds=training.seconds,
            epochs_per_second=rate,
            seconds_left=(training.epochs - position) / rate if rate > 0.0 else None,
            engine=training.engine,
            device=training.device,
            phase=training.phase,
            timeline=training.timeline.view(),
        )

    def warm_up(self) -> None:
        """Load torch in the background, if need be, so that the first training begins at once."""
        if not self.is_warm:
            self.is_warm = True
            self._launch(_warm_up, "aegui-warm-up")

    def shutdown(self) -> None:
        """Stop and wait at most 3 s; nothing is reported any more. The end of the program.

        Time in which modules are loaded is not counted, see ``joined``.
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
        """Give up the last figures of a training that has ended."""
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
        """Epochs per second of wall time since the oldest remembered pull; 0 at rest."""
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
