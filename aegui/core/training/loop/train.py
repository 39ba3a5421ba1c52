"""Training as a generator that does a few epochs at a time and can be stopped between any two.

Pausing, stepping, slow motion and stopping are just ways of iterating it. It owns no thread and no
window.
"""

from __future__ import annotations

import contextlib
import math
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from aegui.core.data.dataset import Dataset
from aegui.core.data.progress import stop_if
from aegui.core.errors import Cancelled, TrainingError
from aegui.core.i18n import tr
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.recipe.edits import with_value
from aegui.core.seeds import NOISE_STREAM
from aegui.core.training.cost import rows_of
from aegui.core.training.engines.cuda.program import torch_gpu
from aegui.core.training.engines.fused import CapturedEngine
from aegui.core.training.engines.machine_engine import MachineEngine
from aegui.core.training.families.kinds import family_of
from aegui.core.training.families.steppers import Orders, Phase
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.diagnosis import diagnosis, divergence
from aegui.core.training.loop.failures import in_words
from aegui.core.training.loop.progress import BestSoFar, early_ending
from aegui.core.training.loop.schedules import Schedule
from aegui.core.training.record.best import (
    counts_wrong_pixels,
    has_best_weights,
    objective_of,
    tolerance_of,
)
from aegui.core.training.record.checkpoint_check import (
    is_of_another_device,
    number,
    restore_generator,
)
from aegui.core.training.record.history import History, next_recorded_position
from aegui.core.training.record.result import Checkpoint, TrainingResult
from aegui.core.training.record.stages import Lineage, StageLog, set_last
from aegui.core.training.record.timeline import Timeline
from aegui.core.training.step.cancellation import cancellable
from aegui.core.training.step.measure import choose_meter
from aegui.core.training.step.parameters import Parameters, snapshot_of
from aegui.core.training.step.slices import is_long

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import CorruptionSpec
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.result import Reason
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.record.stages import Stage, StageKind
    from aegui.core.training.record.timeline import Fork, TimelineView

_THREADS_WORTH = 30_000_000
"""Multiplications in a forward pass from which a second thread pays, even on a busy machine."""

_GPU_WORTH = 3_000_000
"""Multiplications in a forward pass from which a GPU pays: some 40 course networks. Fewer have
ended on the CPU before their kernel is compiled, which takes 1 to 3 s."""


def train(
    resolved: ResolvedRecipe,
    control: Control | None = None,
    resume: Checkpoint | None = None,
    history: HistoryView | None = None,
    timeline: TimelineView | None = None,
    fork: Fork | None = None,
    lineage: Lineage | None = None,
) -> Iterator[Training]:
    """Train all runs of a recipe, yielding the same live ``Training`` after each chunk of epochs.

    The first yield comes before the first step. Every epoch that has a row in the history ends a
    chunk; ``control.max_chunk`` bounds its length. Call it in the thread that iterates: torch's
    thread count is per thread. After the last yield, ``finished`` has the reason.

    Once ``control.stop`` is set, the training ends with ``finished == "stopped"``, and a running
    measurement is cancelled; it is repeated if the training is continued.

    Args:
        resolved: The training.
        control: Settings that may be changed meanwhile.
        resume: State to continue from, on the CPU bit for bit as if without an interruption.
        history: The rows recorded before ``resume`` or ``fork``.
        timeline: The weights kept before ``resume`` or ``fork``.
        fork: Weights to start with instead of ``resume``; epochs are counted on from theirs.
        lineage: What was trained before ``resume`` or ``fork``, for the stages of the run.

    Raises:
        TrainingError: ``resume`` or ``fork`` does not belong to a population of this shape (and
            ``resume`` to this optimiser and number of samples), memory ran out, or the GPU failed.
        Cancelled: It was stopped before the first weights were measured.
    """
    with in_words():
        training = Training(
            resolved, control or Control(), resume, history, timeline, fork, lineage
        )
    yield training
    while training.finished is None:
        with in_words():
            training.advance()
        yield training


@contextlib.contextmanager
def tiny_numbers_as_zero() -> Iterator[None]:
    """Flush denormal numbers to zero in this thread.

    Adam's mean of the gradient of a dead unit decays into denormals, which slow down every
    operation on them: by up to half the time of a long training. The setting is undone at the end,
    because other libraries do not expect it: scipy's k-d trees of equal points crash the process.
    """
    for kind in (np.float32, np.float64, np.longdouble):
        # numpy computes these once; version 1 warns if denormals are zero at that moment.
        np.finfo(kind)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


class Training:
    """A training in progress; belongs to the thread that iterates.

    Attributes:
        epochs: Total number of epochs.
        history: Recorded rows; any thread may take its ``view()``.
        timeline: Weights of some of these rows; any thread may take its ``view()``.
        engine: Key of the step engine.
        device: Description of the device, such as ``cpu`` or ``cuda (name)``.
        notes: Messages for the user, such as that there is no GPU.
        seconds: Training time so far; time between two calls of ``advance`` is not counted.
        finished: Why it ended, or None.
        is_long: Whether a step, and so a measurement of all samples, takes too long to wait for.
    """

    def __init__(
        self,
        resolved: ResolvedRecipe,
        control: Control,
        resume: Checkpoint | None,
        history: HistoryView | None,
        timeline: TimelineView | None = None,
        fork: Fork | None = None,
        lineage: Lineage | None = None,
    ) -> None:
        self._resolved = resolved
        self._control = control
        recipe = resolved.recipe
        self._base_rate = recipe.training.optimizer.learning_rate
        self._learning = (True, True)
        device, self.notes = choose_device(recipe.training.device, work_of(resolved))
        self.device = f"cuda ({torch.cuda.get_device_name()})" if device.type == "cuda" else "cpu"
        torch.set_num_threads(thread_count(resolved, control.spare_cores))
        self._parameters = Parameters(resolved, device)
        self._generator = torch.Generator(device=device).manual_seed(recipe.seed ^ NOISE_STREAM)
        self._corruption = recipe.data.corruption
        self.is_long = is_long(resolved, device)
        self._prepare()
        self.epochs = self._stepper.epochs
        proper = self._phases[-1]
        self._schedule = Schedule(recipe.training.schedule, proper.stop - proper.start)
        self._progress = BestSoFar(
            self._parameters,
            self._meter.measured,
            by_loss=not counts_wrong_pixels(recipe, resolved.dataset),
            tolerance=tolerance_of(recipe),
        )
        self.seconds = 0.0
        self._limited_from = 0.0
        self.finished: Reason | None = None
        self._is_due = False
        self.history = History(recipe.runs, self._meter.terms)
        if fork is not None:
            self._begin_at(fork, history)
            self._limited_from = self.seconds
            timeline = None if timeline is None else timeline.until(fork.epoch)
        elif resume is not None:
            self._restore(resume, history)
            if lineage is not None and lineage.before:
                self._go_on_from(lineage.before[-1])
        kind: StageKind = "train" if resume is None else "continue"
        kind = "fork" if fork is not None else kind
        self._log = StageLog(kind, self.position, lineage or Lineage())
        self.timeline = Timeline(resolved, recipe.runs, control.timeline_bytes, timeline)
        self._cut()
        if resume is None or fork is not None:
            self._record(control.is_stopped)

    @property
    def epoch(self) -> int:
        """Whole epochs done."""
        return int(self._stepper.position + 1e-9)

    @property
    def position(self) -> float:
        """Epochs done, including the fraction of the current one."""
        return self._stepper.position

    def _prepare(self) -> None:
        """(Re)build what depends on the kind of noise; raise ``Cancelled`` if stopped."""
        # Tracing a program runs its step once.
        with self._cancellable(self._control.is_stopped):
            family = family_of(
                self._resolved,
                self._parameters,
                self._corruption,
                self._generator,
                cores_to_use(self._control.spare_cores),
            )
        self._stepper, self._meter, self._samples = family.stepper, family.meter, family.samples
        self._phases = family.phases or (Phase(0, self._stepper.epochs),)
        self._resume_note = family.resume_note
        self.engine = self._stepper.name
        # Not again when other noise has rebuilt the step.
        notes = _kernel_notes(self.engine, self._parameters.device)
        self.notes += tuple(note for note in notes if note not in self.notes)
        if self.engine == MachineEngine.name:
            # The native engine has its own threads; torch only draws and measures, and its second
            # thread would busy-wait on a core for the next measurement.
            torch.set_num_threads(1)

    def _cancellable(self, cancelled: IsCancelled | None) -> AbstractContextManager[None]:
        """Make long operations within cancellable; they must leave no partial change."""
        return cancellable(cancelled if self.is_long else None)

    def advance(self) -> None:
        """Do one chunk of work; where a row is due, also measure and check the goals."""
        with tiny_numbers_as_zero():
            self._advance()

    def _advance(self) -> None:
        started = time.perf_counter()
        with contextlib.suppress(Cancelled):
            self._obey()
            if not self._is_due:
                self._learn()
            if self._is_due:
                self._record(self._control.is_stopped)
                self._is_due = False
                self.finished = self._ending()
        self.seconds += time.perf_counter() - started
        if self.finished is None and self._is_time_up():
            # Epochs may be long: ``result`` measures within this one.
            self.finished = "seconds"
        if self.finished is None and self._control.stop:
            self.finished = "stopped"

    def _learn(self) -> None:
        """Do one chunk of work, at most up to the next row of the history."""
        stepper = self._stepper
        phase = self._phase
        until = phase.start + next_recorded_position(
            stepper.position - phase.start, phase.stop - phase.start, stepper.rows
        )
        control = self._control
        stepper.advance(
            Orders(
                self._rate,
                self._corruption.level,
                until,
                control.max_chunk,
                generator=control.train_generator,
                discriminator=control.train_discriminator,
                cancelled=control.is_stopped,
            )
        )
        self._is_due = stepper.position >= until - 1e-9 or stepper.exhausted

    @property
    def phase(self) -> str:
        """Name of the current phase; "" for the main training."""
        return self._phase.name

    @property
    def _phase(self) -> Phase:
        """The phase of the next step."""
        return self._phase_at(self._stepper.position)

    def _phase_at(self, position: float) -> Phase:
        return next((it for it in self._phases if position < it.stop - 1e-9), self._phases[-1])

    def _rate(self, position: float) -> float:
        if len(self._phases) == 1:  # called for every epoch, which may take microseconds
            return self._base_rate * self._schedule.factor_at(position - self._phases[0].start)
        phase = self._phase_at(position)
        if phase.is_preliminary:
            return phase.rate_at(position)
        position -= phase.start
        return self._base_rate * self._schedule.factor_at(position)

    def _obey(self) -> None:
        """Apply changed live settings, and record them."""
        control, epoch = self._control, self._stepper.position
        rate = control.learning_rate or self._base_rate
        if rate != self._base_rate:
            self._base_rate = rate
            self._log.note(epoch, learning_rate=rate)
        learning = (control.train_generator, control.train_discriminator)
        if learning != self._learning:
            self._learning = learning
            self._log.note(epoch, generator=learning[0], discriminator=learning[1])
        self._obey_noise()

    def _obey_noise(self) -> None:
        requested = self._control.corruption
        if requested is None:
            return
        requested = requested.model_copy(
            update={"copies": self._resolved.recipe.data.corruption.copies}
        )
        if requested == self._corruption:
            return
        before = self._corruption
        rebuild = (requested.kind, requested.clean_target) != (before.kind, before.clean_target)
        rebuild = rebuild or not (requested.fresh and before.fresh)
        self._corruption, position = requested, self._stepper.position
        if rebuild:
            state = self._stepper.state()
            # The current epoch restarts: its noise was drawn with the old setting.
            state.pop("epoch_generator", None)
            try:
                self._prepare()
            except Cancelled:
                self._corruption = before
                raise
            self._stepper.restore(state, float(int(position + 1e-9)), requested.level)
            self._cut()
        self._log.note(position, corruption=requested)
        recipe = self._resolved.recipe
        self._begin_if_new(_with_noise(recipe, before), _with_noise(recipe, requested))

    def _begin_if_new(self, before: Recipe, now: Recipe) -> None:
        """Compare no losses from now on with earlier ones, if the two have other objectives."""
        if objective_of(before) != objective_of(now):
            by_loss = not counts_wrong_pixels(now, self._resolved.dataset)
            self._progress.begin_again(self.position, by_loss=by_loss)
            self._schedule.begin_again(self.epoch)

    def _cut(self) -> None:
        """Drop what was recorded after the current position: an epoch has been restarted."""
        self.history.cut(self.position)
        self.timeline.cut(self.position)

    def _record(self, cancelled: IsCancelled | None = None) -> None:
        """Measure the current weights and record a row; if cancelled, nothing has changed."""
        self._measure_at_level()
        with self._cancellable(cancelled):
            measured = self._meter.measure(cancelled)
        position = self._stepper.position
        self._progress.observe(position, measured)
        if not measured.preliminary:
            progress = self._progress
            self._schedule.observe(self.epoch, progress.loss[progress.alive])
        self.history.append(
            epoch=position,
            seconds=self.seconds,
            learning_rate=self._rate(max(0.0, position - 1.0)),
            **measured.row,
        )
        self.timeline.record(position, self._row)

    def _measure_at_level(self) -> None:
        """Measure at the present level of the noise.

        Not at once when it changes: while a slider is dragged, that is more often than any row.
        """
        samples, level = self._samples, self._corruption.level
        if samples is not None and samples.corruption.level != level:
            samples.set_level(self._resolved, level)
            self._meter = choose_meter(self._resolved, self._parameters, samples)

    def _row(self) -> NDArray[np.float32]:
        """Return a copy of the presented parameters and buffers, ``[n]``."""
        flat, buffers = self._progress.presentable()
        row: NDArray[np.float32] = torch.cat([flat.detach(), buffers]).cpu().numpy()
        return row

    def _ending(self) -> Reason | None:
        progress = self._progress
        reason = early_ending(
            self._resolved.recipe.training.goals,
            alive=bool(progress.alive.any()),
            wrong=progress.best_wrong_pixels if self._meter.reconstructs else None,
            waited=self.epoch - progress.improved_epoch,
        )
        if reason is not None:
            return reason
        if self._is_time_up():
            return "seconds"
        if self._stepper.position >= self.epochs - 1e-9:
            return "epochs"
        return "converged" if self._stepper.exhausted else None

    def _is_time_up(self) -> bool:
        limit = self._resolved.recipe.training.goals.seconds
        return limit is not None and self.seconds - self._limited_from >= limit

    @in_words()
    def snapshot(self) -> Snapshot:
        """Return the current weights; for a run that diverged, its last good ones."""
        return self._snapshot_of(*self._progress.presentable())

    def _snapshot_of(
        self, flat: torch.Tensor, buffers: torch.Tensor, *, copy: bool = True
    ) -> Snapshot:
        layout = self._parameters.layout
        return snapshot_of(flat, buffers, layout, self._resolved, self.epoch, copy=copy)

    def checkpoint(self, *, ended: bool = False) -> Checkpoint:
        """Return everything needed to continue; if ``ended``, weights are shared, not copied."""
        return Checkpoint(
            self.epoch,
            {
                **self._parameters.state(copy=not ended),
                **self._progress.state(copy=not ended),
                **self._stepper.state(),
                "generator": self._generator.get_state().numpy().copy(),
            },
            {
                "layers": self._resolved.signature,
                "position": self._stepper.position,
                "preliminary": self._phases[-1].start,
                "due": int(self._is_due),
                "seconds": self.seconds,
                "limited_from": self._limited_from,
                **self._schedule.state(),
            },
        )

    def _restore(self, checkpoint: Checkpoint, history: HistoryView | None) -> None:
        tensors = checkpoint.tensors
        same_shape = checkpoint.scalars.get("layers") == self._resolved.signature
        if not (same_shape and self._parameters.fits(tensors)):
            raise TrainingError(
                tr(
                    "This run cannot be continued with the present network or "
                    "optimiser: they differ from those it was trained with. Train from "
                    "the start, or undo the change."
                )
            )
        if self._progress.has_other_samples(tensors):
            raise TrainingError(
                tr(
                    "This run cannot be continued with the present samples: it was trained with "
                    "another number of them. Train from the start, or undo the change."
                )
            )
        scalars = checkpoint.scalars
        position, seconds = number(scalars, "position"), number(scalars, "seconds")
        is_due = bool(scalars.get("due", 0))
        if is_of_another_device(tensors, "generator", self._generator):
            # A generator's state is useless on another device: the current epoch restarts with new
            # random numbers.
            generator_state = self._generator.get_state().numpy()
            tensors = {**tensors, "generator": generator_state}
            tensors.pop("epoch_generator", None)
            restarted = float(int(position + 1e-9))
            is_due, position = is_due and restarted == position, restarted
        self._parameters.restore(tensors)
        self._progress.restore(tensors)
        self._schedule.restore(scalars)
        self._stepper.restore(tensors, position, self._corruption.level)
        restore_generator(self._generator, tensors, "generator")
        self.seconds = seconds
        # Older files lack it.
        self._limited_from = number({"limited_from": 0.0, **scalars}, "limited_from")
        if self._resume_note:
            self.notes = (*self.notes, self._resume_note)
        self._is_due = is_due
        if history is not None:
            if self._is_due:
                history = history.until(position)
            self.history = History.from_view(history, self._meter.terms)
        if self.epoch >= self.epochs and not self._is_due:
            self.finished = "epochs"

    def _go_on_from(self, stage: Stage) -> None:
        """Go on from the end of ``stage``, whose recipe may have been another one.

        If it ended by itself, time limit and patience begin again; if it was stopped, or the
        program was killed, what is left of them remains.
        """
        if stage.reason != "stopped":
            self._limited_from = self.seconds
        if stage.reason == "patience":
            self._progress.improved[:] = self.position
        noise = set_last(stage).corruption
        self._begin_if_new(_with_noise(stage.recipe, noise), self._resolved.recipe)

    def _begin_at(self, fork: Fork, history: HistoryView | None) -> None:
        """Start with the weights of ``fork``, and the history recorded before them."""
        parameters = self._parameters
        size = parameters.layout.size + parameters.layout.buffer_size
        if fork.signature != self._resolved.signature or fork.row.shape != (size,):
            raise TrainingError(
                tr(
                    "This training cannot start from those weights: they belong to another "
                    "network. Undo the change of the network, or train from the start."
                )
            )
        row = torch.from_numpy(fork.row.astype(np.float32))
        parameters.begin_at(row)
        self._stepper.restore({}, float(fork.epoch), self._corruption.level)
        if history is not None:
            before = history.until(fork.epoch)
            self.history = History.from_view(before, self._meter.terms)
            self.seconds = float(history.seconds[len(before)]) if len(before) < len(history) else 0
        if self.epoch >= self.epochs:
            self.finished = "epochs"

    @in_words()
    def result(
        self,
        reason: Reason | None = None,
        cancelled: IsCancelled | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> TrainingResult:
        """Return the outcome with all figures; ``so_far`` returns it without measuring.

        Args:
            reason: Why it ended, if the user stopped it.
            cancelled: Called between pieces of the measurement, and rarely otherwise.
            checkpoint: The checkpoint of ``so_far``, if already taken.

        Raises:
            Cancelled: ``cancelled`` returned True; nothing has changed.
        """
        # Taken first: the extra measurement below would affect schedule and patience, which an
        # uninterrupted training would not have.
        checkpoint = self.checkpoint() if checkpoint is None else checkpoint
        if not len(self.history) or self.history.view().epoch[-1] != self._stepper.position:
            self._record(cancelled)
            self._is_due = False
        self.timeline.finish(self._stepper.position, self._row)
        progress = self._progress
        best = self._snapshot_of(progress.best_flat, progress.best_buffers)
        best = best.with_epochs(progress.best_epoch.tolist())
        with self._cancellable(cancelled):
            wrong, figures = self._meter.conclude(best, cancelled)
        stop_if(cancelled)
        result = self._result(reason, checkpoint, best, wrong, figures)
        return replace(result, message=self._message(result.reason))

    @in_words()
    def so_far(self, reason: Reason | None = None, *, ended: bool = False) -> TrainingResult:
        """Return the outcome so far, at once and without measuring; training can go on.

        Its figures are those of the last measurement, on the samples that are measured during
        training; it has no message, which takes time to compute. If the training has ``ended``, the
        result shares its weights: copying those of a large network takes seconds.
        """
        checkpoint = self.checkpoint(ended=ended)
        flat, buffers = (
            torch.from_numpy(checkpoint.tensors[name])
            for name in ("best_parameters", "best_buffers")
        )
        layout = self._parameters.layout
        best = snapshot_of(flat, buffers, layout, self._resolved, self.epoch, copy=False)
        best = best.with_epochs(self._progress.best_epoch.tolist())
        return replace(self._result(reason, checkpoint, best, ended=ended), measured=False)

    def _result(
        self,
        reason: Reason | None,
        checkpoint: Checkpoint,
        best: Snapshot,
        wrong: NDArray[np.int64] | None = None,
        figures: Sequence[Mapping[str, float]] = (),
        *,
        ended: bool = False,
    ) -> TrainingResult:
        return TrainingResult(
            snapshot=best,
            last=self._snapshot_of(*self._progress.presentable(), copy=not ended),
            history=self.history.view(),
            runs=self._progress.results(
                self._resolved.recipe.seed, self.epoch, self.seconds, wrong, figures
            ),
            reason=reason or self.finished or "stopped",
            message="",
            engine=self.engine,
            device=self.device,
            seconds=self.seconds,
            epochs_per_second=self.epoch / self.seconds if self.seconds > 0 else 0.0,
            checkpoint=checkpoint,
            timeline=self.timeline.view(),
            has_best=has_best_weights(self._resolved.recipe),
            stages=self._stages(reason or self.finished or "stopped"),
        )

    def _stages(self, reason: Reason) -> tuple[Stage, ...]:
        recipe, dataset = self._resolved.recipe, self._resolved.dataset
        return self._log.stages(self._stepper.position, recipe, reason, dataset.name, len(dataset))

    def _message(self, reason: Reason) -> str:
        lost = int((~self._progress.alive).sum())
        if not lost:
            return diagnosis(self._resolved, self.history.view(), self.snapshot(), reason)
        return divergence(self._resolved.recipe, lost)


def _with_noise(recipe: Recipe, noise: CorruptionSpec | None) -> Recipe:
    return with_value(recipe, "data.corruption", noise)


def choose_device(device: str, work: float = math.inf) -> tuple[torch.device, tuple[str, ...]]:
    """Return the device for a recipe's ``device``, and notes for the user if it is another one.

    ``work`` is the result of ``work_of``: with ``auto`` small networks stay on the CPU, where an
    operation takes less time than a kernel launch on a GPU.
    """
    if device == "cpu" or (device == "auto" and work < _GPU_WORTH):
        return torch.device("cpu"), ()
    try:
        if torch.cuda.is_available():
            torch.zeros(1, device="cuda").add_(1).item()
            # TF32 convolutions round to 10 bits and would give other results than the CPU.
            torch.backends.cudnn.allow_tf32 = False
            return torch.device("cuda"), ()
    except RuntimeError as error:
        first = str(error).splitlines()[0]
        note = tr("The GPU failed ({reason}); training on the CPU instead.", reason=first)
        return torch.device("cpu"), (note,)
    if device == "cuda":
        note = tr(
            "No CUDA GPU was found on this machine; training on the CPU instead. Help > Graphics "
            "card… says what is missing, as “aegui gpu” does."
        )
        return torch.device("cpu"), (note,)
    return torch.device("cpu"), ()


def _kernel_notes(engine: str, device: torch.device) -> tuple[str, ...]:
    """Return a note if a network on a GPU has to do without a kernel of its own."""
    card = torch_gpu() if device.type == "cuda" and engine == CapturedEngine.name else None
    if card is None or not card.failure:
        return ()
    note = tr(
        "The GPU could not compile the step of this network ({reason}); it trains with PyTorch’s "
        "own operations, which is slower.",
        reason=card.failure,
    )
    return (note,)


def work_of(resolved: ResolvedRecipe) -> float:
    """Return the multiplications of a forward pass of all runs with one batch."""
    _, batch = rows_of(resolved)
    return float(resolved.recipe.runs * sum(layer.cost for layer in resolved.all_layers) * batch)


def thread_count(resolved: ResolvedRecipe, spare_cores: int) -> int:
    """Return 1 for small networks, whose operations are too short to share, else all cores."""
    return 1 if work_of(resolved) < _THREADS_WORTH else cores_to_use(spare_cores)


def cores_to_use(spare_cores: int) -> int:
    """Return the number of cores of this process less ``spare_cores``, at least one."""
    # cpu_count ignores that a process may be confined to fewer cores.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (cores or 1) - spare_cores)


def warm_up() -> None:
    """Pay torch's first-call costs with a training of two epochs, so that the next starts at once.

    Sets the thread count of the calling thread to one.
    """
    recipe = Recipe(training=TrainingSpec(epochs=2, device="cpu"))
    images = np.eye(4, dtype=np.float32).reshape(4, 2, 2)
    resolved = resolve(recipe, Dataset.from_images("warm-up", images)).resolved
    if resolved is not None:
        for _ in train(resolved):
            pass
