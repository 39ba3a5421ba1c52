"""What a person edits: a recipe with its data, read only where they have changed. No signals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import builtin_names, comes_in_any_size, glyph_set_names
from aegui.core.data.dataset import same_data
from aegui.core.data.load import read_source
from aegui.core.data.select import selected_indices
from aegui.core.errors import AeguiError
from aegui.core.recipe import ImageSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import DataSpec, Recipe

QUICK_BYTES = 8_000_000
"""So many bytes of pixels are copied within a blink."""
QUICK_FILE_BYTES = 128_000
"""Files up to that size are read within a blink."""
_EVERYTHING = {"chars": None, "labels": None, "names": None, "count": None}


@dataclass(frozen=True, eq=False)
class DraftState:
    """What the person edits.

    Attributes:
        recipe: The recipe.
        dataset: The samples that take part.
        pool: All the samples to choose from: the source and what was added to it.
        selected: Places in ``pool`` of the samples of ``dataset``, int64 ``[n]``.
        has_source: Whether ``pool`` has all of the source; a document keeps only what took part.
        notes: What there was to say when the source was read, in words.
        is_edited: Whether there are samples that the source does not have, or has otherwise.
    """

    recipe: Recipe
    dataset: Dataset
    pool: Dataset
    selected: NDArray[np.int64]
    has_source: bool = True
    notes: tuple[str, ...] = ()
    is_edited: bool = False


def whole_draft(
    recipe: Recipe, dataset: Dataset, *, has_source: bool = True, is_edited: bool = False
) -> DraftState:
    """A draft of ``recipe`` in which all of ``dataset`` takes part."""
    selected = np.arange(len(dataset))
    return DraftState(recipe, dataset, dataset, selected, has_source, is_edited=is_edited)


def fresh_draft(
    recipe: Recipe, report: Report | None = None, cancelled: IsCancelled | None = None
) -> DraftState:
    """A draft of ``recipe`` with its data read.

    Raises:
        AeguiError: The data cannot be read, or lack what is chosen of them.
        Cancelled: ``cancelled`` asked for it.
    """
    reading = read_source(recipe.data.source, recipe.data.images, report, cancelled)
    return replace(_drawn_from(recipe, reading.dataset), notes=reading.notes)


def edited_draft(
    draft: DraftState,
    recipe: Recipe,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> DraftState:
    """``draft`` with ``recipe`` in place of its own; data are read only where they changed.

    Another source keeps the choice of samples if it has them all, else all of it is taken.

    Raises:
        AeguiError: The data cannot be read, or lack what is chosen of them.
        Cancelled: ``cancelled`` asked for it.
    """
    old, new = draft.recipe.data, recipe.data
    if same_samples(new, old):
        return replace(draft, recipe=recipe, notes=())
    if _source_key(new) == _source_key(old):
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


def is_quick(draft: DraftState, recipe: Recipe) -> bool:
    """Whether ``edited_draft`` takes no longer than a blink."""
    old, new = draft.recipe.data, recipe.data
    if same_samples(new, old):
        return True
    if _source_key(new) == _source_key(old) and draft.has_source:
        return draft.pool.images.nbytes <= QUICK_BYTES
    return is_quick_source(new.source)


def is_quick_source(source: str) -> bool:
    """Whether all parts of ``source`` are read within a blink, or do not exist."""
    if source in builtin_names():
        return source in glyph_set_names()
    try:
        path = Path(source.partition("#")[0]).expanduser()
        if path.is_file():
            return path.stat().st_size <= QUICK_FILE_BYTES
        parts = source.split("+")
        return not path.is_dir() and (len(parts) == 1 or all(map(is_quick_source, parts)))
    except (OSError, RuntimeError):
        # The reader will say what is wrong with it.
        return True


def joined_draft(draft: DraftState, more: Dataset) -> DraftState:
    """``draft`` with the samples of ``more`` after its own; they are chosen.

    Raises:
        AeguiError: The images differ in size.
    """
    pool = draft.pool.joined(more, draft.pool.name)
    # Where everything takes part the two are one: a large set need not be joined twice.
    whole = draft.dataset is draft.pool
    dataset = pool if whole else draft.dataset.joined(more, draft.dataset.name)
    added = np.arange(len(draft.pool), len(pool))
    data = draft.recipe.data
    choice = {
        "chars": None if data.chars is None else data.chars + "".join(more.labels),
        "labels": _extended(data.labels, more.labels),
        "names": _extended(data.names, more.names),
        # So many at random were requested; now it is these, and those that were added.
        "count": None if data.count is None else data.count + len(more),
    }
    recipe = with_data(draft.recipe, **choice)
    selected = np.concatenate([draft.selected, added])
    return DraftState(recipe, dataset, pool, selected, draft.has_source, is_edited=True)


def document_draft(recipe: Recipe, dataset: Dataset) -> DraftState:
    """The draft that a document has kept: ``dataset`` is what took part.

    Where that takes no time the rest of the source is read too, to choose from.
    """
    if recipe.data.source not in glyph_set_names():
        return whole_draft(recipe, dataset, has_source=False)
    source = read_source(recipe.data.source).dataset
    if source.image_shape != dataset.image_shape:
        return whole_draft(recipe, dataset, is_edited=True)
    pool = _joined_with_others(source, dataset)
    places = {_identity(pool, index): index for index in reversed(range(len(pool)))}
    selected = np.array([places[_identity(dataset, i)] for i in range(len(dataset))], np.int64)
    return DraftState(recipe, dataset, pool, selected, is_edited=len(pool) > len(source))


def reverted(draft: DraftState, recipe: Recipe, dataset: Dataset) -> DraftState:
    """``recipe`` and the samples that it was trained with in place of ``draft``."""
    if same_samples(draft.recipe.data, recipe.data) and same_data(draft.dataset, dataset):
        return replace(draft, recipe=recipe)
    return sharing(document_draft(recipe, dataset), dataset)


def with_data(recipe: Recipe, **update: object) -> Recipe:
    """``recipe`` with other values in its data."""
    return recipe.model_copy(update={"data": recipe.data.model_copy(update=update)})


def with_chars(recipe: Recipe, chars: str | None) -> Recipe:
    """``recipe`` with another choice of characters."""
    return with_data(recipe, **(_EVERYTHING | {"chars": chars}))


def with_source(recipe: Recipe, source: str) -> Recipe:
    """``recipe`` with all the samples of another source; built-in ones at their own size."""
    own = {"images": ImageSpec()} if comes_in_any_size(source) else {}
    return with_data(recipe, **(_EVERYTHING | {"source": source} | own))


def merged(base: Recipe, asked: Recipe, now: Recipe) -> Recipe:
    """``now`` with all that ``asked`` changed in ``base``, while ``now`` became another too."""
    if now is base:
        return asked
    fields = {
        name: getattr(asked, name)
        for name in type(now).model_fields
        if getattr(asked, name) != getattr(base, name)
    }
    if "data" in fields:
        data = {
            name: getattr(asked.data, name)
            for name in type(now.data).model_fields
            if getattr(asked.data, name) != getattr(base.data, name)
        }
        fields["data"] = now.data.model_copy(update=data)
    return now.model_copy(update=fields)


def same_samples(a: DataSpec, b: DataSpec) -> bool:
    """Whether two choices of data name the same samples; noise and shares apart."""
    return _samples_key(a) == _samples_key(b)


def sharing(draft: DraftState, known: Dataset | None) -> DraftState:
    """``draft``, with ``known`` itself in place of a set that is the same.

    It need not be in memory twice then, nor be compared again and again.
    """
    dataset = draft.dataset
    if known is None or dataset is known or not same_data(dataset, known):
        return draft
    pool = known if draft.pool is dataset else draft.pool
    return replace(draft, dataset=known, pool=pool)


def _drawn_from(recipe: Recipe, pool: Dataset) -> DraftState:
    selected = selected_indices(pool, recipe.data)
    if len(selected) == len(pool) and bool(np.all(selected == np.arange(len(pool)))):
        return whole_draft(recipe, pool)
    return DraftState(recipe, pool.subset(selected.tolist()), pool, selected)


def _with_added(
    spec: DataSpec, dataset: Dataset, report: Report | None, cancelled: IsCancelled | None
) -> Dataset:
    """The source of ``spec``, and the samples of ``dataset`` that it does not have."""
    source = read_source(spec.source, spec.images, report, cancelled).dataset
    return _joined_with_others(source, dataset)


def _joined_with_others(source: Dataset, dataset: Dataset) -> Dataset:
    if source.image_shape != dataset.image_shape:
        return source
    known = {_identity(source, index) for index in range(len(source))}
    others = [i for i in range(len(dataset)) if _identity(dataset, i) not in known]
    return source if not others else source.joined(dataset.subset(others), source.name)


def _identity(dataset: Dataset, index: int) -> tuple[str, bytes]:
    """What makes two samples the same: label and pixels."""
    return dataset.labels[index], dataset.images[index].tobytes()


def _source_key(spec: DataSpec) -> tuple[object, ...]:
    """What decides which samples there are to choose from."""
    is_fixed = spec.source in builtin_names() and not comes_in_any_size(spec.source)
    return spec.source, None if is_fixed else spec.images


def _choice(spec: DataSpec) -> tuple[object, ...]:
    """What decides which of them take part."""
    seed = None if spec.count is None else spec.split.seed
    return spec.chars, spec.labels, spec.names, spec.count, seed


def _samples_key(spec: DataSpec) -> tuple[object, ...]:
    return *_source_key(spec), *_choice(spec)


def _extended(chosen: tuple[str, ...] | None, more: tuple[str, ...]) -> tuple[str, ...] | None:
    return None if chosen is None else (*chosen, *more)
