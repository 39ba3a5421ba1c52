"""Pure functions to read and write documents."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import builtin_names
from aegui.core.data.dataset import same_data
from aegui.core.data.load import load_dataset
from aegui.core.data.split import split_indices
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.file_mark import mark_of
from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import resolve
from aegui.core.recipe import MAX_EPOCHS, Recipe
from aegui.core.run_file.saved import SUFFIX, Draft, SavedRun, load_run
from aegui.core.suffixes import LESSON, STUDY, TEACHER
from aegui.core.training.length import planned_epochs
from aegui.core.training.record.timeline import Fork, row_of
from aegui.paths import is_shipped, models_dir
from aegui.session.documents.draft import (
    DraftState,
    document_draft,
    fresh_draft,
    sharing,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.course_configs import CourseReading
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.file_mark import FileMark
    from aegui.core.latent.concepts import Concept
    from aegui.core.network.resolve import Resolution, ResolvedRecipe
    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.core.recipe import PretrainSpec, SplitSpec
    from aegui.core.run_file.challenge import KeptChallenge
    from aegui.core.run_file.document import PinnedCode
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.result import Checkpoint
    from aegui.core.training.record.timeline import TimelineView

RECIPE_SUFFIXES = frozenset({".json", ".yaml", ".yml"})
SHIPPED_MODEL = "letters-2d"
_WEIGHTS = ("parameters", "buffers")
"""Tensors of a checkpoint that together form a row of the timeline."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Opened:
    """A document that was read: a draft, possibly a run, and its path (None if it has no file)."""

    draft: DraftState
    run: SavedRun | None = None
    path: Path | None = None
    name: str = ""
    reading: CourseReading | None = None
    pins: tuple[PinnedCode, ...] = ()
    note: str = ""
    concepts: tuple[Concept, ...] = ()
    unread: str = ""
    mark: FileMark | None = None
    challenge: KeptChallenge | None = None
    drawing: DrawingState | None = None

    @cached_property
    def resolution(self) -> Resolution:
        """Return the draft's shapes and problems; slow for large data, so call it in the thread."""
        return resolve(self.draft.recipe, self.draft.dataset)


@dataclass(frozen=True, eq=False)
class Continuation:
    """The arguments of a training that continues the document's run."""

    resolved: ResolvedRecipe
    """What to train."""
    checkpoint: Checkpoint | None
    """Checkpoint to resume from exactly; None if the file was saved without one."""
    history: HistoryView | None
    """The rows recorded so far."""
    timeline: TimelineView | None = None
    """The weights recorded so far."""
    fork: Fork | None = None
    """Without a checkpoint: initial weights, with a new optimiser state."""


def shipped_model() -> Path:
    """Return the path of the trained model that the program opens at start."""
    return models_dir() / f"{SHIPPED_MODEL}{SUFFIX}"


def first_document() -> Opened:
    """Return the document at start: the shipped model, or a default recipe if it is missing."""
    path = shipped_model()
    if path.is_file():
        try:
            opened = open_run(path)
        except AeguiError as error:
            _log.info("the shipped model cannot be shown: %s", error)
        else:
            # Opened without a path, so that saving asks for a file.
            return replace(opened, path=None)
    return Opened(fresh_draft(Recipe()))


def open_run(
    path: Path,
    may_read: Callable[[str], bool] | None = None,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Opened:
    """Read the run file at ``path``; ``may_read`` as for ``load_run``.

    Raises:
        Cancelled: ``cancelled`` returned true.
        ReadError: It is no run file, or is damaged.
    """
    # Taken before reading, so that a write in the meantime counts as a change.
    mark = mark_of(path)
    saved = load_run(path, may_read, report=report, cancelled=cancelled)
    draft = saved.draft if saved.draft is not None else Draft(saved.recipe, saved.dataset)
    run = (
        None
        if saved.snapshot is None
        else replace(saved, draft=None, pins=(), concepts=(), challenge=None, drawing=None)
    )
    state = sharing(document_draft(draft.recipe, draft.dataset), saved.dataset)
    # A shipped model is opened without a path, so that saving asks for a file.
    is_shipped_file = is_shipped(path)
    return Opened(
        state,
        run,
        None if is_shipped_file else path,
        path.stem,
        pins=saved.pins,
        note=saved.note,
        concepts=saved.concepts,
        unread=saved.unread,
        mark=mark,
        challenge=saved.challenge,
        drawing=saved.drawing,
    )


def stamp_of(path: Path) -> int:
    """Return the modification time of ``path`` in nanoseconds; 0 if it cannot be read."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def read_recipe(path: Path) -> CourseReading:
    """Read a recipe or course configuration, looking for its data in its own folder first.

    Raises:
        AeguiError: It is neither.
    """
    reading = _reading(path)
    return replace(reading, recipe=_beside(reading.recipe, path.parent))


def open_recipe(
    path: Path,
    reading: CourseReading,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Opened:
    """Return a new document of the recipe that was read from ``path``.

    Raises:
        AeguiError: Its data cannot be read.
        Cancelled: ``cancelled()`` returned true.
    """
    recipe = reading.recipe
    draft = fresh_draft(recipe, report, cancelled)
    return Opened(draft, None, None, recipe.name or path.stem, reading)


OPENED_BY = {LESSON: "lesson_file", TEACHER: "teacher_file", STUDY: "study_file"}
"""Suffixes of files that are no documents -> signal of ``Requests`` that opens them."""


def is_data(path: Path) -> bool:
    """Return whether ``path`` is a file of data: no run, no recipe, and not in ``OPENED_BY``."""
    suffix = path.suffix.lower()
    if suffix == SUFFIX or suffix in OPENED_BY:
        return False
    if suffix not in RECIPE_SUFFIXES:
        return True
    try:
        _reading(path)
    except RecipeError:
        # JSON may contain glyphs as well; if not, the error about the recipe is more helpful.
        return suffix == ".json" and _holds_glyphs(path)
    except AeguiError:
        return False
    return False


def to_save(
    draft: DraftState,
    run: SavedRun | None,
    pins: tuple[PinnedCode, ...] = (),
    concepts: tuple[Concept, ...] = (),
    challenge: KeptChallenge | None = None,
    drawing: DrawingState | None = None,
) -> SavedRun:
    """Return the content of a run file with run, draft and annotations."""
    if run is None:
        return SavedRun(
            draft.recipe,
            draft.dataset,
            pins=pins,
            concepts=concepts,
            challenge=challenge,
            drawing=drawing,
        )
    run = replace(run, pins=pins, concepts=concepts, challenge=challenge, drawing=drawing)
    if run.recipe == draft.recipe and same_data(run.dataset, draft.dataset):
        return run
    return replace(run, draft=Draft(draft.recipe, draft.dataset))


def continuation_of(run: SavedRun, resolved: ResolvedRecipe) -> Continuation | None:
    """Return how to continue ``run`` with the current draft; None if they do not match.

    Network, optimiser, seeds, data and held-out samples must be those of the run. If the draft has
    no more epochs than were done, the same number is added again; epochs of pre-training are not
    counted.
    """
    recipe, old, point = resolved.recipe, run.recipe, run.checkpoint
    fits = (
        recipe.network == old.network
        and (point is None or point.scalars.get("layers") == resolved.signature)
        and _is_averaged(recipe) == _is_averaged(old)
        and _pretraining(recipe) == _pretraining(old)
        and recipe.training.optimizer.name == old.training.optimizer.name
        and (recipe.seed, recipe.runs) == (old.seed, old.runs)
        and same_data(resolved.dataset, run.dataset)
        and _hold_out_the_same(recipe.data.split, old.data.split, len(run.dataset))
    )
    if not fits:
        return None
    fork = None if point is not None else weights_fork(run, resolved)
    begin = point or fork
    if begin is None:
        return None
    done = begin.epoch - planned_epochs(resolved) + recipe.training.epochs
    if recipe.training.epochs <= done:
        epochs = min(MAX_EPOCHS, done + recipe.training.epochs)
        training = recipe.training.model_copy(update={"epochs": epochs})
        recipe = recipe.model_copy(update={"training": training})
    longer = replace(resolved, recipe=recipe)
    return Continuation(longer, point, run.history, run.timeline, fork)


def weights_fork(run: SavedRun, resolved: ResolvedRecipe) -> Fork | None:
    """Return the last weights of ``run`` as initial weights for a training of ``resolved``.

    They are taken from its checkpoint, or else from its snapshot; None if the network differs.
    """
    point = run.checkpoint
    if point is not None:
        if point.scalars.get("layers") != resolved.signature or "parameters" not in point.tensors:
            return None
        parts = [point.tensors[name].ravel() for name in _WEIGHTS if name in point.tensors]
        return Fork(point.epoch, np.concatenate(parts).astype(np.float32), resolved.signature)
    same = run.snapshot is not None and run.recipe.network == resolved.recipe.network
    row = row_of(run.snapshot, resolved) if run.snapshot is not None and same else None
    if row is None or run.snapshot is None:
        return None
    return Fork(run.snapshot.epoch, row, resolved.signature)


def _is_averaged(recipe: Recipe) -> bool:
    """Return whether averages of the weights are maintained."""
    return recipe.gan is not None and recipe.gan.average > 0


def _hold_out_the_same(one: SplitSpec, other: SplitSpec, n: int) -> bool:
    """Return whether both hold out the same of ``n`` samples: without any, the seed is free."""
    return one == other or np.array_equal(split_indices(n, one)[1], split_indices(n, other)[1])


def _pretraining(recipe: Recipe) -> PretrainSpec | None:
    return None if recipe.classifier is None else recipe.classifier.pretrain


def _reading(path: Path) -> CourseReading:
    # Imported late: the YAML reader takes 30 ms, which would delay the window.
    from aegui.core.course_configs import load_any_recipe

    return load_any_recipe(path)


def _beside(recipe: Recipe, folder: Path) -> Recipe:
    """Return ``recipe`` with a relative data path resolved in ``folder`` if it exists there."""
    source, mark, part = recipe.data.source.partition("#")
    if source in builtin_names() or not source or not (folder / source).exists():
        return recipe
    data = recipe.data.model_copy(update={"source": f"{(folder / source).absolute()}{mark}{part}"})
    return recipe.model_copy(update={"data": data})


def _holds_glyphs(path: Path) -> bool:
    try:
        load_dataset(str(path))
    except AeguiError:
        return False
    return True
