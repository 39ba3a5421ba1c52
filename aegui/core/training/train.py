"""Training: a generator that does a few epochs at a time and can be stopped between any two.

Pausing, stepping, slow motion and stopping are nothing but ways of iterating. It owns no thread
and no window.
"""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

import numpy as np
import torch

from aegui.core.data.dataset import Dataset
from aegui.core.errors import TrainingError
from aegui.core.i18n import tr
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.training.control import Control
from aegui.core.training.engines import choose_engine
from aegui.core.training.history import History, next_recorded_epoch
from aegui.core.training.measure import Meter
from aegui.core.training.parameters import Parameters, snapshot_of
from aegui.core.training.progress import COURSE_TOLERANCE, Progress
from aegui.core.training.result import Checkpoint, TrainingResult
from aegui.core.training.samples import Samples
from aegui.core.training.schedules import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.history import HistoryView
    from aegui.core.training.result import Reason
    from aegui.core.training.snapshot import Snapshot

_CHUNK_SECONDS = 0.008
"""How long a call into the engine should take: short beside a frame, long beside its overhead."""

_NOISE_STREAM = 0x5EED_0003
_NO_MEMORY = ("out of memory", "allocate memory", "not enough memory")
"""What torch says on CUDA, on Linux and macOS, and on Windows."""
_THREADS_WORTH = 30_000_000
"""Multiplications in a forward pass from which a second thread pays, even on a busy machine."""


def train(
    resolved: ResolvedRecipe,
    control: Control | None = None,
    resume: Checkpoint | None = None,
    history: HistoryView | None = None,
) -> Iterator[Training]:
    """Train all runs of a recipe, yielding the same live ``Training`` after each chunk of epochs.

    The first yield comes before the first step. Every epoch that has a row in the history ends a
    chunk; ``control.max_chunk`` bounds it. Call it in the thread that iterates: torch counts
    threads per thread. After the last yield ``finished`` tells the reason.

    Args:
        resolved: What to train.
        control: Levers that may be moved meanwhile.
        resume: Go on from here, bit for bit as if there had been no interruption (on the CPU).
        history: The rows recorded before ``resume``.

    Raises:
        TrainingError: ``resume`` does not belong to a population of this shape and optimiser, or
            the memory does not suffice.
    """
    with _refusing_too_much():
        training = Training(resolved, control or Control(), resume, history)
    yield training
    while training.finished is None:
        with _refusing_too_much():
            training.advance()
        yield training


@contextlib.contextmanager
def _refusing_too_much() -> Iterator[None]:
    """Say in words that the memory does not suffice, for which torch has no error of its own."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        text = str(error).lower()
        if isinstance(error, RuntimeError) and not any(sign in text for sign in _NO_MEMORY):
            raise
        raise TrainingError(
            tr(
                "There is not enough memory for this training: use fewer units, runs or copies, "
                "or a smaller batch."
            )
        ) from error


class Training:
    """A training in progress; belongs to the thread that iterates.

    Attributes:
        epoch: Epochs done.
        epochs: Epochs to do in all.
        history: Recorded rows; its ``view()`` may be taken by any thread.
        engine: Key of the step engine.
        device: Words for the device, such as ``cpu`` or ``cuda:0 (name)``.
        notes: What a person should know, such as that there is no GPU.
        seconds: Training time so far; time between two calls of ``advance`` is not counted.
        finished: The reason for having ended, or None.
    """

    def __init__(
        self,
        resolved: ResolvedRecipe,
        control: Control,
        resume: Checkpoint | None,
        history: HistoryView | None,
    ) -> None:
        self._resolved = resolved
        self._control = control
        recipe = resolved.recipe
        device, self.notes = choose_device(recipe.training.device)
        self.device = _device_words(device)
        torch.set_num_threads(_thread_count(resolved, control.spare_cores))
        self._parameters = Parameters(resolved, device)
        self._generator = torch.Generator(device=device).manual_seed(recipe.seed ^ _NOISE_STREAM)
        self._schedule = Schedule(recipe.training.schedule, recipe.training.epochs)
        self._corruption = recipe.data.corruption
        self._prepare()
        goal = recipe.training.goals.max_wrong_pixels
        self._progress = Progress(
            self._parameters.flat,
            self._parameters.layout,
            len(resolved.dataset),
            by_loss=self._corruption.kind != "none" or not resolved.dataset.is_binary,
            tolerance=COURSE_TOLERANCE if goal is None else goal,
        )
        self.epoch = 0
        self.epochs = recipe.training.epochs
        self.seconds = 0.0
        self.finished: Reason | None = None
        self._chunk = 1.0
        self.history = History(recipe.runs)
        if resume is None:
            self._record()
        else:
            self._restore(resume, history)

    def _prepare(self) -> None:
        """(Re)build what depends on the kind of noise."""
        samples = Samples(self._resolved, self._corruption, self._parameters.device)
        self._engine = choose_engine(self._resolved, self._parameters, samples, self._generator)
        self._meter = Meter(self._resolved, self._parameters, samples)
        self.engine = self._engine.name

    def advance(self) -> None:
        """Do one chunk of epochs; at a recorded epoch also measure and look at the goals."""
        started = time.perf_counter()
        self._obey()
        target = next_recorded_epoch(self.epoch, self.epochs)
        count = max(1, min(target - self.epoch, self._control.max_chunk, int(self._chunk)))
        base = self._control.learning_rate or self._resolved.recipe.training.optimizer.learning_rate
        rates = [base * factor for factor in self._schedule.factors(self.epoch, count)]
        self._engine.run(rates, self._corruption.level)
        self.epoch += count
        elapsed = time.perf_counter() - started
        self._chunk = min(2 * self._chunk, max(1.0, count * _CHUNK_SECONDS / elapsed))
        if self.epoch == target:
            self._record(rates[-1])
            self.finished = self._ending()
        self.seconds += time.perf_counter() - started

    def _obey(self) -> None:
        """Take over what the levers say about the noise."""
        wish = self._control.corruption
        if wish is None:
            return
        wish = wish.model_copy(update={"copies": self._resolved.recipe.data.corruption.copies})
        if wish == self._corruption:
            return
        rebuild = (wish.kind, wish.fresh) != (self._corruption.kind, self._corruption.fresh)
        rebuild = rebuild or not wish.fresh
        self._corruption = wish
        if rebuild:
            self._prepare()

    def _record(self, rate: float | None = None) -> None:
        measured = self._meter.measure()
        self._progress.observe(self.epoch, self._parameters.flat, measured)
        self._schedule.observe(self.epoch, self._progress.loss)
        self.history.append(
            epoch=self.epoch,
            seconds=self.seconds,
            learning_rate=rate
            if rate is not None
            else self._resolved.recipe.training.optimizer.learning_rate
            * self._schedule.factors(0, 1)[0],
            loss=measured.loss,
            wrong_mean=measured.wrong.mean(axis=1),
            wrong_max=measured.wrong.max(axis=1),
            share_at_most_1=(measured.wrong <= 1).mean(axis=1),
        )

    def _ending(self) -> Reason | None:
        goals = self._resolved.recipe.training.goals
        if not self._progress.alive.any():
            return "diverged"
        if goals.max_wrong_pixels is not None:
            worst = self._progress.best_wrong_pixels.max()
            if worst <= goals.max_wrong_pixels:
                return "goal"
        waited = self.epoch - self._progress.improved_epoch
        if goals.patience_epochs is not None and waited >= goals.patience_epochs:
            return "patience"
        if goals.seconds is not None and self.seconds >= goals.seconds:
            return "seconds"
        return "epochs" if self.epoch >= self.epochs else None

    def snapshot(self) -> Snapshot:
        """The current weights; of a run that has gone astray, its last good ones."""
        flat = self._progress.presentable(self._parameters.flat)
        return snapshot_of(flat, self._parameters.layout, self.epoch)

    def checkpoint(self) -> Checkpoint:
        """Everything needed to go on from here."""
        return Checkpoint(
            self.epoch,
            {
                **self._parameters.state(),
                **self._progress.state(),
                "generator": self._generator.get_state().numpy().copy(),
            },
            {
                "layers": _words_of(self._resolved.sizes),
                "seconds": self.seconds,
                **self._schedule.state(),
            },
        )

    def _restore(self, checkpoint: Checkpoint, history: HistoryView | None) -> None:
        tensors = checkpoint.tensors
        same_shape = checkpoint.scalars.get("layers") == _words_of(self._resolved.sizes)
        if not (same_shape and self._parameters.fits(tensors) and self._progress.fits(tensors)):
            raise TrainingError(
                tr(
                    "This run cannot be continued with the present network or optimiser: they "
                    "differ from those it was trained with. Start anew, or undo the change."
                )
            )
        self._parameters.restore(tensors)
        self._progress.restore(tensors)
        self._schedule.restore(checkpoint.scalars)
        state = torch.from_numpy(np.array(tensors["generator"], np.uint8))
        self._generator.set_state(state)
        self.epoch = checkpoint.epoch
        self.seconds = float(checkpoint.scalars["seconds"])
        if history is not None:
            self.history = History.from_view(history)
        if self.epoch >= self.epochs:
            self.finished = "epochs"

    def result(self, reason: Reason | None = None) -> TrainingResult:
        """What has been learnt so far; ``reason`` where a person stopped it."""
        # Taken first: looking once more than an uninterrupted training would have done counts in
        # schedule and patience.
        checkpoint = self.checkpoint()
        if not len(self.history) or self.history.view().epoch[-1] != self.epoch:
            self._record(self.history.view().learning_rate[-1] if len(self.history) else None)
        ended = reason or self.finished or "stopped"
        progress = self._progress
        return TrainingResult(
            snapshot=snapshot_of(progress.best_flat, self._parameters.layout, self.epoch),
            last=self.snapshot(),
            history=self.history.view(),
            runs=progress.results(self._resolved.recipe.seed, self.epoch, self.seconds),
            reason=ended,
            message=self._message(),
            engine=self.engine,
            device=self.device,
            seconds=self.seconds,
            epochs_per_second=self.epoch / self.seconds if self.seconds > 0 else 0.0,
            checkpoint=checkpoint,
        )

    def _message(self) -> str:
        lost = int((~self._progress.alive).sum())
        if not lost:
            return ""
        if self._resolved.recipe.runs == 1:
            return tr(
                "The training went to infinity and was ended with its last good weights. Try a "
                "lower learning rate, gradient clipping, or another activation."
            )
        return tr(
            "{lost} of {runs} runs went to infinity and were ended with their last good weights. "
            "Try a lower learning rate, gradient clipping, or another activation.",
            lost=lost,
            runs=self._resolved.recipe.runs,
        )


def _words_of(sizes: tuple[int, ...]) -> str:
    """The layers' sizes as in 35-25-10-2-10-25-35."""
    return "-".join(map(str, sizes))


def choose_device(wish: str) -> tuple[torch.device, tuple[str, ...]]:
    """The device for a recipe's wish, and notes for the person where it is not what was wished."""
    if wish == "cpu":
        return torch.device("cpu"), ()
    try:
        if torch.cuda.is_available():
            torch.zeros(1, device="cuda").add_(1).item()
            return torch.device("cuda"), ()
    except RuntimeError as error:
        first = str(error).splitlines()[0]
        note = tr("The GPU failed ({reason}); training on the CPU instead.", reason=first)
        return torch.device("cpu"), (note,)
    if wish == "cuda":
        note = tr("No CUDA GPU was found on this machine; training on the CPU instead.")
        return torch.device("cpu"), (note,)
    return torch.device("cpu"), ()


def _device_words(device: torch.device) -> str:
    return f"cuda ({torch.cuda.get_device_name()})" if device.type == "cuda" else "cpu"


def _thread_count(resolved: ResolvedRecipe, spare_cores: int) -> int:
    """One thread for small networks, whose operations are too short to be shared out."""
    recipe = resolved.recipe
    rows = recipe.training.batch_size or len(resolved.dataset) * recipe.data.corruption.copies
    if recipe.runs * resolved.parameters * rows < _THREADS_WORTH:
        return 1
    # Hyper-threads are counted by cpu_count too, but a process may be confined to fewer cores.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (cores or 1) - spare_cores)


def warm_up() -> None:
    """Pay torch's first-call costs with a training of two epochs, so that the next starts at once.

    Leaves the thread count of the calling thread at one.
    """
    recipe = Recipe(training=TrainingSpec(epochs=2, device="cpu"))
    images = np.eye(4, dtype=np.float32).reshape(4, 2, 2)
    resolved = resolve(recipe, Dataset.from_images("warm-up", images)).resolved
    if resolved is not None:
        for _ in train(resolved):
            pass
