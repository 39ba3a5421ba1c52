"""Checkpoint files that are written during a training, and resuming a training from one."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aegui.commands.words import note
from aegui.core.data.dataset import same_data
from aegui.core.errors import AeguiError, ReadError, RecipeError, TrainingError
from aegui.core.i18n import tr
from aegui.core.run_file.saved import load_run, saved_run_of
from aegui.core.training.loop.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.commands.out_file import OutFile
    from aegui.commands.progress import TerminalLine
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.loop.train import Training
    from aegui.core.training.record.result import TrainingResult

_FREE = {
    ("name",),
    ("notes",),
    ("training", "epochs"),
    ("training", "goals"),
    ("training", "device"),
    # The samples themselves are compared instead: the file may have been moved.
    ("data", "source"),
    ("data", "chars"),
}
"""Settings that may differ when a training is resumed."""


class Checkpoints:
    """Write checkpoints of a training to a file periodically, in a worker thread.

    Args:
        file: The file; None disables checkpoints.
        seconds: Minimum time between two checkpoints; 0 writes none during the training.
        resolved: The recipe and data that are trained.
    """

    def __init__(self, file: OutFile | None, seconds: float, resolved: ResolvedRecipe) -> None:
        self._file = file
        self._resolved = resolved
        self._seconds = seconds
        self._pace: Pace | None = None
        self._writer: threading.Thread | None = None
        self._reached: int | None = None

    @contextmanager
    def message_on_failure(self, line: TerminalLine) -> Iterator[None]:
        """If the training fails within, add to the error which epoch can be resumed from the file.

        Raises:
            TrainingError: The training has failed.
        """
        try:
            yield
        except TrainingError as error:
            self.close()
            line.clear()
            if self._reached is None or self._file is None or not self._file.is_kept:
                raise
            note = tr(
                "The weights of epoch {epochs:,} are in {file}; --resume continues from there.",
                epochs=self._reached,
                file=self._file.path,
            )
            raise TrainingError(f"{error} {note}") from error

    def write_if_due(self, training: Training) -> None:
        """Write a checkpoint if one is due; called between two chunks of a training."""
        if self._file is None or not self._seconds:
            return
        now = time.monotonic()
        if self._pace is None:
            self._pace = Pace(self._seconds, now)
        if not self._pace.is_due(now) or self._is_writing:
            return
        self.write(training.so_far(), now)

    def write(self, result: TrainingResult, begun: float | None = None) -> None:
        """Start writing ``result`` in a worker thread; ``close`` waits for the thread."""
        if self._file is None:
            return
        self.close()
        begun = time.monotonic() if begun is None else begun
        self._writer = threading.Thread(
            target=self._write, args=(self._file, result, begun), name="aegui-checkpoint"
        )
        self._writer.start()

    def close(self) -> None:
        """Wait until the running write has ended."""
        if self._writer is not None:
            self._writer.join()
            self._writer = None

    @property
    def _is_writing(self) -> bool:
        return self._writer is not None and self._writer.is_alive()

    def _write(self, file: OutFile, result: TrainingResult, begun: float) -> None:
        try:
            file.write(saved_run_of(result, self._resolved))
            self._reached = result.checkpoint.epoch
        except AeguiError as error:
            note(tr("No checkpoint was written. {why}", why=error))
        if self._pace is not None:
            self._pace.took(begun, time.monotonic())


def read_unfinished(path: str | os.PathLike[str]) -> SavedRun:
    """Read the run in the file ``path``, from which a training can be resumed.

    Raises:
        ReadError: The file is no run, the run is untrained, or its data are incomplete.
    """
    # Naming the file on the command line is consent to read its data.
    run = load_run(path, lambda _source: True)
    name = os.fspath(path)
    if run.checkpoint is None:
        raise ReadError(
            tr(
                "{file} contains no training state to resume from; train from the start.",
                file=name,
            )
        )
    if run.note:
        raise ReadError(
            tr("{file} cannot be continued without its data. {why}", file=name, why=run.note)
        )
    return run


def check_can_resume(path: str, run: SavedRun, resolved: ResolvedRecipe) -> None:
    """Check that ``resolved`` is what ``run``, read from ``path``, was trained with.

    Raises:
        RecipeError: Settings other than epochs, goals and device differ, or the data do.
    """
    done, requested = _epochs_done(run), resolved.recipe.training.epochs
    if done > requested:
        raise RecipeError(
            tr(
                "{file} has done {done:,} epochs already: --epochs {asked} would be fewer.",
                file=path,
                done=done,
                asked=requested,
            )
        )
    for key, before, now in _differences(run.recipe, resolved.recipe):
        raise RecipeError(
            tr(
                "{file} was trained with {key} = {before}, not {now}: only epochs, goals and "
                "device may change when a training is resumed.",
                file=path,
                key=key,
                before=_short(before),
                now=_short(now),
            )
        )
    if not same_data(resolved.dataset, run.dataset):
        raise RecipeError(
            tr(
                "{file} was trained on other data ({before}: {n:,} samples) than these ({now}: "
                "{m:,} samples).",
                file=path,
                before=run.dataset.name,
                n=len(run.dataset),
                now=resolved.dataset.name,
                m=len(resolved.dataset),
            )
        )


def _epochs_done(run: SavedRun) -> int:
    """Return the number of epochs that ``run`` has trained, without preliminary ones."""
    point = run.checkpoint
    if point is None:
        return 0
    before = point.scalars.get("preliminary", 0)
    return max(0, point.epoch - (before if isinstance(before, int) else 0))


def _differences(before: Recipe, now: Recipe) -> Iterator[tuple[str, Any, Any]]:
    """Yield each key whose values differ although they must not, with both values."""
    yield from _of_parts((), before.model_dump(mode="json"), now.model_dump(mode="json"))


def _of_parts(place: tuple[str, ...], before: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    if place in _FREE or before == now:
        return
    if isinstance(before, dict) and isinstance(now, dict):
        for key in before:
            yield from _of_parts((*place, key), before[key], now.get(key))
        return
    yield ".".join(place), before, now


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"
