"""Reading and writing of documents: pure functions, no signals."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from aegui.core.data.builtin import builtin_names
from aegui.core.data.load import load_dataset
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.network.resolve import resolve
from aegui.core.recipe import MAX_EPOCHS, Recipe
from aegui.core.run_file import SUFFIX, Draft, SavedRun, load_run
from aegui.paths import models_dir
from aegui.session.documents.draft import (
    DraftState,
    document_draft,
    fresh_draft,
    same_data,
    sharing,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.course_configs import CourseReading
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.network.resolve import Resolution, ResolvedRecipe
    from aegui.core.recipe import PretrainSpec
    from aegui.core.run_concepts import KeptConcept
    from aegui.core.run_file import Place
    from aegui.core.training.history import HistoryView
    from aegui.core.training.result import Checkpoint, TrainingResult
    from aegui.core.training.timeline import TimelineView

RECIPE_SUFFIXES = frozenset({".json", ".yaml", ".yml"})
SHIPPED_MODEL = "letters-2d"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Opened:
    """A document as it was read: a draft, perhaps a run, and where it is saved (None: nowhere)."""

    draft: DraftState
    run: SavedRun | None = None
    path: Path | None = None
    name: str = ""
    reading: CourseReading | None = None
    places: tuple[Place, ...] = ()
    note: str = ""
    concepts: tuple[KeptConcept, ...] = ()
    unread: str = ""

    @cached_property
    def resolution(self) -> Resolution:
        """The draft's shapes and problems; of large sets it takes a while, so ask in the thread."""
        return resolve(self.draft.recipe, self.draft.dataset)


@dataclass(frozen=True, eq=False)
class Continuation:
    """What a training needs to go on where the document's run ended."""

    resolved: ResolvedRecipe
    checkpoint: Checkpoint
    history: HistoryView | None
    timeline: TimelineView | None = None


def shipped_model() -> Path:
    """The trained model that the program opens on."""
    return models_dir() / f"{SHIPPED_MODEL}{SUFFIX}"


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
        timeline=result.timeline,
    )


def open_run(path: Path, may_read: Callable[[str], bool] | None = None) -> Opened:
    """The run file at ``path``; ``may_read`` as for ``load_run``.

    Raises:
        ReadError: It is none, or is damaged.
    """
    saved = load_run(path, may_read)
    draft = saved.draft if saved.draft is not None else Draft(saved.recipe, saved.dataset)
    run = None if saved.snapshot is None else replace(saved, draft=None, places=(), concepts=())
    state = sharing(document_draft(draft.recipe, draft.dataset), saved.dataset)
    # A model of the program's own is an example: saving it asks for a file.
    own = path.parent == models_dir()
    return Opened(
        state,
        run,
        None if own else path,
        path.stem,
        places=saved.places,
        note=saved.note,
        concepts=saved.concepts,
        unread=saved.unread,
    )


def stamp_of(path: Path) -> int:
    """What becomes another number when the file at ``path`` is written anew."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def read_recipe(path: Path) -> CourseReading:
    """The recipe or course configuration at ``path``, its data looked for beside it first.

    Raises:
        AeguiError: It is none.
    """
    reading = _reading(path)
    return replace(reading, recipe=_beside(reading.recipe, path.parent))


def shipped_models() -> tuple[Path, ...]:
    """The trained models that come with the program, in the order of their names."""
    return tuple(sorted(models_dir().glob(f"*{SUFFIX}")))


def open_recipe(
    path: Path,
    reading: CourseReading,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Opened:
    """A new document of what was read at ``path``.

    Raises:
        AeguiError: Its data cannot be read.
        Cancelled: So it was wished.
    """
    recipe = reading.recipe
    draft = fresh_draft(recipe, report, cancelled)
    return Opened(draft, None, None, recipe.name or path.stem, reading)


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


def to_save(
    draft: DraftState,
    run: SavedRun | None,
    places: tuple[Place, ...] = (),
    concepts: tuple[KeptConcept, ...] = (),
) -> SavedRun:
    """The content of the run file that keeps the run, the draft and what was put on the map."""
    if run is None:
        return SavedRun(draft.recipe, draft.dataset, places=places, concepts=concepts)
    run = replace(run, places=places, concepts=concepts)
    if run.recipe == draft.recipe and same_data(run.dataset, draft.dataset):
        return run
    return replace(run, draft=Draft(draft.recipe, draft.dataset))


def continuation_of(run: SavedRun, resolved: ResolvedRecipe) -> Continuation | None:
    """How to go on with ``run`` under the present draft; None where the two do not fit.

    Network, optimiser, seeds and data must be the run's. A draft that wants no more epochs than
    were done is taken to want as many again; epochs of pre-training are not counted.
    """
    point, recipe, old = run.checkpoint, resolved.recipe, run.recipe
    fits = (
        recipe.network == old.network
        and _pretraining(recipe) == _pretraining(old)
        and recipe.training.optimizer.name == old.training.optimizer.name
        and (recipe.seed, recipe.runs) == (old.seed, old.runs)
        and same_data(resolved.dataset, run.dataset)
    )
    if point is None or not fits:
        return None
    before = point.scalars.get("preliminary", 0)
    done = point.epoch - (before if isinstance(before, int) else 0)
    if recipe.training.epochs <= done:
        epochs = min(MAX_EPOCHS, done + recipe.training.epochs)
        training = recipe.training.model_copy(update={"epochs": epochs})
        recipe = recipe.model_copy(update={"training": training})
    return Continuation(replace(resolved, recipe=recipe), point, run.history, run.timeline)


def _pretraining(recipe: Recipe) -> PretrainSpec | None:
    return None if recipe.classifier is None else recipe.classifier.pretrain


def _reading(path: Path) -> CourseReading:
    # The YAML reader takes 30 ms to import: not before the window shows.
    from aegui.core.course_configs import load_any_recipe

    return load_any_recipe(path)


def _beside(recipe: Recipe, folder: Path) -> Recipe:
    """A data file or folder that a recipe names is looked for beside the recipe first."""
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
