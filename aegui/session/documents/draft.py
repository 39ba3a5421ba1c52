"""The draft: a recipe with its data, which are read only if they have changed. No signals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import builtin_names, comes_in_any_size, glyph_set_names
from aegui.core.data.dataset import same_data
from aegui.core.data.load import read_source
from aegui.core.data.select import selected_indices
from aegui.core.errors import AeguiError
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import ImageSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import DataSpec, Recipe

QUICK_BYTES = 8_000_000
"""Size in bytes of pixel data that can be copied without a noticeable delay."""
QUICK_FILE_BYTES = 128_000
"""Size in bytes of a file that can be read without a noticeable delay."""
_EVERYTHING: dict[str, object] = {"chars": None, "labels": None, "names": None, "count": None}


@dataclass(frozen=True, eq=False)
class DraftState:
    """The state that the user edits."""

    recipe: Recipe
    """The recipe."""
    dataset: Dataset
    """The samples in use."""
    pool: Dataset
    """All available samples: those of the source and those added to it."""
    selected: NDArray[np.int64]
    """Indices in ``pool`` of the samples of ``dataset``, int64 ``[n]``."""
    has_source: bool = True
    """Whether ``pool`` contains the whole source; documents store only the samples in use."""
    notes: tuple[str, ...] = ()
    """Translated notes from reading the source."""
    is_edited: bool = False
    """Whether samples were added or differ from the source."""


def full_draft(
    recipe: Recipe, dataset: Dataset, *, has_source: bool = True, is_edited: bool = False
) -> DraftState:
    """Return a draft of ``recipe`` that uses all of ``dataset``."""
    selected = np.arange(len(dataset))
    return DraftState(recipe, dataset, dataset, selected, has_source, is_edited=is_edited)


def fresh_draft(
    recipe: Recipe, report: Report | None = None, cancelled: IsCancelled | None = None
) -> DraftState:
    """Read the data of ``recipe``, and return a draft.

    Raises:
        AeguiError: The data cannot be read, or lack chosen samples.
        Cancelled: ``cancelled()`` returned true.
    """
    reading = read_source(recipe.data.source, recipe.data.images, report, cancelled)
    return replace(_drawn_from(recipe, reading.dataset), notes=reading.notes)


def edited_draft(
    draft: DraftState,
    recipe: Recipe,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
    *,
    again: bool = False,
) -> DraftState:
    """Return ``draft`` with another ``recipe``, reading data only if they changed.

    With ``again`` they are read in any case, since the files may have changed.
    Another source keeps the choice of samples if it has all of them; otherwise all of it is used.

    Raises:
        AeguiError: The data cannot be read, or lack chosen samples.
        Cancelled: ``cancelled()`` returned true.
    """
    old, new = draft.recipe.data, recipe.data
    if same_samples(new, old) and not again:
        return replace(draft, recipe=recipe, notes=())
    if not again and _source_key(new) == _source_key(old):
        pool = (
            draft.pool if draft.has_source else _with_added(new, draft.dataset, report, cancelled)
        )
        return replace(_drawn_from(recipe, pool), is_edited=draft.is_edited)
    reading = read_source(new.source, new.images, report, cancelled)
    try:
        drawn = _drawn_from(recipe, reading.dataset)
    except AeguiError:
        if _choice(new) != _choice(old):
            raise
        drawn = _drawn_from(with_data(recipe, **_EVERYTHING), reading.dataset)
    return replace(drawn, notes=reading.notes)


def is_quick(draft: DraftState, recipe: Recipe, *, again: bool = False) -> bool:
    """Return whether ``edited_draft`` is fast enough for the GUI thread."""
    old, new = draft.recipe.data, recipe.data
    if again:
        return is_quick_source(new.source)
    if same_samples(new, old):
        return True
    if _source_key(new) == _source_key(old) and draft.has_source:
        return draft.pool.images.nbytes <= QUICK_BYTES
    return is_quick_source(new.source)


def is_quick_source(source: str) -> bool:
    """Return whether all parts of ``source`` are read quickly, or do not exist."""
    if source in builtin_names():
        return source in glyph_set_names()
    try:
        path = Path(source.partition("#")[0]).expanduser()
        if path.is_file():
            return path.stat().st_size <= QUICK_FILE_BYTES
        parts = source.split("+")
        return not path.is_dir() and (len(parts) == 1 or all(map(is_quick_source, parts)))
    except (OSError, RuntimeError):
        # Reading it will report the error.
        return True


def joined_draft(draft: DraftState, more: Dataset) -> DraftState:
    """Return ``draft`` with the samples of ``more`` appended and chosen.

    Raises:
        AeguiError: The images differ in size.
    """
    pool = draft.pool.joined(more, draft.pool.name)
    # If all samples are used, pool and dataset are the same object: join large data only once.
    uses_all = draft.dataset is draft.pool
    dataset = pool if uses_all else draft.dataset.joined(more, draft.dataset.name)
    added = np.arange(len(draft.pool), len(pool))
    data = draft.recipe.data
    choice = {
        "chars": None if data.chars is None else data.chars + "".join(more.labels),
        "labels": _extended(data.labels, more.labels),
        "names": _extended(data.names, more.names),
        # The number of random samples grows by the added ones.
        "count": None if data.count is None else data.count + len(more),
    }
    recipe = with_data(draft.recipe, **choice)
    selected = np.concatenate([draft.selected, added])
    return DraftState(recipe, dataset, pool, selected, draft.has_source, is_edited=True)


def document_draft(recipe: Recipe, dataset: Dataset) -> DraftState:
    """Return the draft of a document, whose ``dataset`` are the samples in use.

    For built-in glyphs, which are fast to read, the pool is the whole source.
    """
    if recipe.data.source not in glyph_set_names():
        return full_draft(recipe, dataset, has_source=False)
    source = read_source(recipe.data.source).dataset
    if source.image_shape != dataset.image_shape:
        return full_draft(recipe, dataset, is_edited=True)
    pool = _joined_with_others(source, dataset)
    pins = {_identity(pool, index): index for index in reversed(range(len(pool)))}
    selected = np.array([pins[_identity(dataset, i)] for i in range(len(dataset))], np.int64)
    return DraftState(recipe, dataset, pool, selected, is_edited=len(pool) > len(source))


def reverted(draft: DraftState, recipe: Recipe, dataset: Dataset) -> DraftState:
    """Return ``draft`` with ``recipe`` and the samples that it was trained with."""
    if same_samples(draft.recipe.data, recipe.data) and same_data(draft.dataset, dataset):
        return replace(draft, recipe=recipe)
    return sharing(document_draft(recipe, dataset), dataset)


def with_data(recipe: Recipe, **update: object) -> Recipe:
    """Return ``recipe`` with fields of its data section replaced."""
    return recipe.model_copy(update={"data": recipe.data.model_copy(update=update)})


def with_chars(recipe: Recipe, chars: str | None) -> Recipe:
    """Return ``recipe`` with another choice of characters."""
    return with_data(recipe, **(_EVERYTHING | {"chars": chars}))


def with_source(recipe: Recipe, source: str) -> Recipe:
    """Return ``recipe`` with all samples of another source; built-in ones at their native size.

    A validation set that was joined to the previous source is left out with it.
    """
    update = _EVERYTHING | {"source": source}
    if comes_in_any_size(source):
        update["images"] = ImageSpec()
    if source != recipe.data.source:
        update["split"] = recipe.data.split.model_copy(update={"last": 0})
    return with_data(recipe, **update)


def merged(base: Recipe, edited: Recipe, now: Recipe) -> Recipe:
    """Merge the changes from ``base`` to ``edited`` into ``now``, another edit of ``base``."""
    if now is base:
        return edited
    fields = {
        name: getattr(edited, name)
        for name in type(now).model_fields
        if getattr(edited, name) != getattr(base, name)
    }
    if "data" in fields:
        data = {
            name: getattr(edited.data, name)
            for name in type(now.data).model_fields
            if getattr(edited.data, name) != getattr(base.data, name)
        }
        fields["data"] = now.data.model_copy(update=data)
    return now.model_copy(update=fields)


def same_samples(a: DataSpec, b: DataSpec) -> bool:
    """Return whether two data sections select the same samples, apart from noise and split."""
    return a == b or _samples_key(a) == _samples_key(b)


def sharing(draft: DraftState, known: Dataset | None) -> DraftState:
    """Return ``draft`` with ``known`` in place of an equal dataset.

    This avoids a second copy in memory, and repeated comparisons.
    """
    dataset = draft.dataset
    if known is None or dataset is known or not same_data(dataset, known):
        return draft
    pool = known if draft.pool is dataset else draft.pool
    return replace(draft, dataset=known, pool=pool)


def _drawn_from(recipe: Recipe, pool: Dataset) -> DraftState:
    selected = selected_indices(pool, recipe.data)
    if len(selected) == len(pool) and bool(np.all(selected == np.arange(len(pool)))):
        return full_draft(recipe, pool)
    return DraftState(recipe, pool.subset(selected.tolist()), pool, selected)


def _with_added(
    spec: DataSpec, dataset: Dataset, report: Report | None, cancelled: IsCancelled | None
) -> Dataset:
    """Return the source of ``spec`` with the samples of ``dataset`` that it lacks."""
    source = read_source(spec.source, spec.images, report, cancelled).dataset
    return _joined_with_others(source, dataset)


def _joined_with_others(source: Dataset, dataset: Dataset) -> Dataset:
    if source.image_shape != dataset.image_shape:
        return source
    known = {_identity(source, index) for index in range(len(source))}
    others = [i for i in range(len(dataset)) if _identity(dataset, i) not in known]
    return source if not others else source.joined(dataset.subset(others), source.name)


def _identity(dataset: Dataset, index: int) -> tuple[str, bytes]:
    """Return what identifies a sample: label and pixels."""
    return dataset.labels[index], dataset.images[index].tobytes()


def _source_key(spec: DataSpec) -> tuple[object, ...]:
    """Return the fields that determine the available samples."""
    is_fixed = spec.source in builtin_names() and not comes_in_any_size(spec.source)
    return spec.source, None if is_fixed else spec.images


def _choice(spec: DataSpec) -> tuple[object, ...]:
    """Return the fields that determine which of the available samples are used."""
    seed = None if spec.count is None else spec.split.seed
    return spec.chars, spec.labels, spec.names, spec.count, seed


def _samples_key(spec: DataSpec) -> tuple[object, ...]:
    return *_source_key(spec), *_choice(spec)


def _extended(chosen: tuple[str, ...] | None, more: tuple[str, ...]) -> tuple[str, ...] | None:
    return None if chosen is None else (*chosen, *more)
