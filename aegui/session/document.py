"""Reading and writing of documents, and what a draft is: pure functions, no signals."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import builtin_names
from aegui.core.data.load import choose, load_dataset
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.recipe import MAX_EPOCHS, Recipe
from aegui.core.run_file import SUFFIX, Draft, Place, SavedRun, load_run
from aegui.paths import models_dir

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.course_configs import CourseReading
    from aegui.core.data.dataset import Dataset
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.history import HistoryView
    from aegui.core.training.result import Checkpoint, TrainingResult

RECIPE_SUFFIXES = frozenset({".json", ".yaml", ".yml"})
SHIPPED_MODEL = "letters-2d"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class DraftState:
    """What the person edits.

    Attributes:
        recipe: The recipe.
        dataset: Its data, cut to its characters.
        pool: All the samples to choose characters from: the source and what was added to it.
    """

    recipe: Recipe
    dataset: Dataset
    pool: Dataset


@dataclass(frozen=True, eq=False)
class Opened:
    """A document as it was read: a draft, perhaps a run, and where it is saved (None: nowhere)."""

    draft: DraftState
    run: SavedRun | None = None
    path: Path | None = None
    name: str = ""
    reading: CourseReading | None = None
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, eq=False)
class Continuation:
    """What a training needs to go on where the document's run ended."""

    resolved: ResolvedRecipe
    checkpoint: Checkpoint
    history: HistoryView | None


def shipped_model() -> Path:
    """The trained model that the program opens on."""
    return models_dir() / f"{SHIPPED_MODEL}{SUFFIX}"


def fresh_draft(recipe: Recipe) -> DraftState:
    """A draft of ``recipe`` with its data read.

    Raises:
        AeguiError: The data cannot be read, or lacks one of the characters.
    """
    pool = load_dataset(recipe.data.source)
    return DraftState(recipe, _chosen(pool, recipe.data.chars), pool)


def edited_draft(draft: DraftState, recipe: Recipe) -> DraftState:
    """``draft`` with ``recipe`` in place of its own; data are read only where they changed.

    Another source keeps the choice of characters if it has them all, else all of it is taken.

    Raises:
        AeguiError: The data cannot be read, or lacks one of the characters.
    """
    old, new = draft.recipe.data, recipe.data
    if new.source == old.source:
        if new.chars == old.chars:
            return replace(draft, recipe=recipe)
        return DraftState(recipe, _chosen(draft.pool, new.chars), draft.pool)
    pool = load_dataset(new.source)
    try:
        return DraftState(recipe, _chosen(pool, new.chars), pool)
    except AeguiError:
        if new.chars != old.chars:
            raise
    return DraftState(with_chars(recipe, None), pool, pool)


def joined_draft(draft: DraftState, more: Dataset) -> DraftState:
    """``draft`` with the samples of ``more`` after its own; they are chosen.

    Raises:
        AeguiError: The images differ in size.
    """
    dataset = draft.dataset.joined(more, draft.dataset.name)
    pool = draft.pool.joined(more, draft.pool.name)
    chars = draft.recipe.data.chars
    chosen = None if chars is None else chars + "".join(more.labels)
    return DraftState(with_chars(draft.recipe, chosen), dataset, pool)


def with_chars(recipe: Recipe, chars: str | None) -> Recipe:
    """``recipe`` with another choice of characters."""
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"chars": chars})})


def with_source(recipe: Recipe, source: str) -> Recipe:
    """``recipe`` with all the characters of another source."""
    data = recipe.data.model_copy(update={"source": source, "chars": None})
    return recipe.model_copy(update={"data": data})


def same_data(a: Dataset, b: Dataset) -> bool:
    """Whether two sets hold the same images under the same labels."""
    return a is b or (a.labels == b.labels and bool(np.array_equal(a.images, b.images)))


def first_document() -> Opened:
    """What the program opens with: the shipped model, or else a recipe to begin from."""
    path = shipped_model()
    if path.is_file():
        try:
            opened = open_run(path)
        except AeguiError as error:
            _log.info("the shipped model cannot be shown: %s", error)
        else:
            # It has no file of the user's: saving asks for one.
            return replace(opened, path=None)
    return Opened(fresh_draft(Recipe()))


def saved_run_of(result: TrainingResult, resolved: ResolvedRecipe) -> SavedRun:
    """The run that a training of ``resolved`` has left."""
    return SavedRun(
        recipe=resolved.recipe,
        dataset=resolved.dataset,
        snapshot=result.snapshot,
        history=result.history,
        results=result.runs,
        checkpoint=result.checkpoint,
        engine=result.engine,
        device=result.device,
    )


def open_run(path: Path) -> Opened:
    """The run file at ``path``.

    Raises:
        ReadError: It is none, or is damaged.
    """
    saved = load_run(path)
    draft = saved.draft if saved.draft is not None else Draft(saved.recipe, saved.dataset)
    run = None if saved.snapshot is None else replace(saved, draft=None, places=())
    pool = _pool(draft.recipe, draft.dataset)
    state = DraftState(draft.recipe, draft.dataset, pool)
    return Opened(state, run, path, path.stem, places=saved.places)


def open_recipe(path: Path) -> Opened:
    """A new document of the recipe or course configuration at ``path``.

    Raises:
        AeguiError: It is none, or its data cannot be read.
    """
    reading = _reading(path)
    recipe = _beside(reading.recipe, path.parent)
    return Opened(fresh_draft(recipe), None, None, recipe.name or path.stem, reading)


def is_data(path: Path) -> bool:
    """Whether ``path`` holds glyphs: any file that is neither a run nor a recipe."""
    suffix = path.suffix.lower()
    if suffix == SUFFIX:
        return False
    if suffix not in RECIPE_SUFFIXES:
        return True
    try:
        _reading(path)
    except RecipeError:
        # JSON may hold glyphs as well; if it does not, the recipe's refusal is the one to read.
        return suffix == ".json" and _holds_glyphs(path)
    except AeguiError:
        return False
    return False


def to_save(draft: DraftState, run: SavedRun | None, places: tuple[Place, ...] = ()) -> SavedRun:
    """The content of the run file that keeps the run, the draft and what is pinned."""
    if run is None:
        return SavedRun(draft.recipe, draft.dataset, places=places)
    if run.recipe == draft.recipe and same_data(run.dataset, draft.dataset):
        return replace(run, places=places)
    return replace(run, draft=Draft(draft.recipe, draft.dataset), places=places)


def continuation_of(run: SavedRun, resolved: ResolvedRecipe) -> Continuation | None:
    """How to go on with ``run`` under the present draft; None where the two do not fit.

    Network, optimiser, seeds and data must be the run's. A draft that wants no more epochs than
    were done is taken to want as many again.
    """
    point, recipe, old = run.checkpoint, resolved.recipe, run.recipe
    fits = (
        recipe.network == old.network
        and recipe.training.optimizer.name == old.training.optimizer.name
        and (recipe.seed, recipe.runs) == (old.seed, old.runs)
        and same_data(resolved.dataset, run.dataset)
    )
    if point is None or not fits:
        return None
    if recipe.training.epochs <= point.epoch:
        epochs = min(MAX_EPOCHS, point.epoch + recipe.training.epochs)
        training = recipe.training.model_copy(update={"epochs": epochs})
        recipe = recipe.model_copy(update={"training": training})
    return Continuation(replace(resolved, recipe=recipe), point, run.history)


def _reading(path: Path) -> CourseReading:
    # The YAML reader takes 30 ms to import: not before the window shows.
    from aegui.core.course_configs import load_any_recipe

    return load_any_recipe(path)


def _chosen(pool: Dataset, chars: str | None) -> Dataset:
    return pool if chars is None else choose(pool, chars)


def _pool(recipe: Recipe, dataset: Dataset) -> Dataset:
    """What ``dataset`` was chosen from: the source, if it can be had, and what was added."""
    if recipe.data.source not in builtin_names():
        return dataset
    pool = load_dataset(recipe.data.source)
    if pool.image_shape != dataset.image_shape:
        return dataset
    known = {_identity(pool, index) for index in range(len(pool))}
    added = [i for i in range(len(dataset)) if _identity(dataset, i) not in known]
    return pool if not added else pool.joined(dataset.subset(added), pool.name)


def _identity(dataset: Dataset, index: int) -> tuple[str, bytes]:
    """What makes two samples the same: label and pixels."""
    return dataset.labels[index], dataset.images[index].tobytes()


def _beside(recipe: Recipe, folder: Path) -> Recipe:
    """A data file that a recipe names is looked for beside the recipe first."""
    source, mark, part = recipe.data.source.partition("#")
    if source in builtin_names() or not source or not (folder / source).is_file():
        return recipe
    data = recipe.data.model_copy(update={"source": f"{(folder / source).absolute()}{mark}{part}"})
    return recipe.model_copy(update={"data": data})


def _holds_glyphs(path: Path) -> bool:
    try:
        load_dataset(str(path))
    except AeguiError:
        return False
    return True
