"""Pure functions for the data panel: what it shows of a draft, and the edits it makes."""

from __future__ import annotations

from itertools import compress
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import BUILTIN_LABELS
from aegui.core.data.emoji import EMOJI, EMOJI_KINDS, groups_of_kinds, kinds_of_groups
from aegui.core.data.select import selected_indices
from aegui.core.data.split import drawn_from, split_indices
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import DataSpec
    from aegui.session.documents.draft import DraftState

MAX_CHARACTERS = 1000
"""Largest dataset whose characters can be chosen one by one."""
MAX_NAMED = 5000
"""Maximum number of samples that a recipe lists by name."""


@dataclass(frozen=True, eq=False)
class DataView:
    """The data of a draft for display."""

    spec: DataSpec
    """The data section of the recipe."""
    pool: Dataset
    """All available samples."""
    selected: NDArray[np.int64]
    """Indices in ``pool`` of the used samples, in their order, int64 ``[n]``."""
    training: int
    """Number of training samples."""
    validation: int
    """Number of samples held out for validation."""

    @property
    def is_complete(self) -> bool:
        """Return whether every sample is used."""
        return len(self.selected) == len(self.pool)

    @property
    def available(self) -> int:
        """Return the number of samples of the chosen classes or names to draw from."""
        if self.spec.count is None:
            return drawn_from(len(self.selected), self.spec.split)
        return available(self.pool, self.spec)

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the classes that are chosen, or that have a chosen sample."""
        if self.spec.names is None and self.spec.chars is None:
            return tuple(compress(self.pool.classes, _is_class_chosen(self.pool, self.spec)))
        present = np.unique(self.pool.class_indices[self.selected])
        return tuple(self.pool.classes[index] for index in present)

    @property
    def has_classes(self) -> bool:
        """Return whether a label stands for several samples."""
        return 1 < len(self.pool.classes) < len(self.pool)

    @property
    def has_characters(self) -> bool:
        """Return whether all labels are single characters, few enough to be shown one by one."""
        return len(self.pool) <= MAX_CHARACTERS and all(
            len(label) == 1 for label in self.pool.classes
        )


def view_of(draft: DraftState) -> DataView:
    """Return the view of ``draft``."""
    count = len(draft.dataset)
    training, validation = split_indices(count, draft.recipe.data.split)
    return DataView(draft.recipe.data, draft.pool, draft.selected, len(training), len(validation))


def only(view: DataView, indices: NDArray[np.int64]) -> DataSpec:
    """Return the data of ``view`` with exactly the samples at ``indices`` of its pool.

    Raises:
        AeguiError: ``indices`` is empty or too long to be listed by name.
    """
    pool = view.pool
    none = {"chars": None, "labels": None, "names": None, "count": None}
    if len(indices) == len(pool):
        return view.spec.model_copy(update=none)
    if not len(indices):
        raise AeguiError(tr("At least one sample must be selected."))
    if view.has_characters and not view.has_classes:
        chars = "".join(pool.labels[index] for index in indices)
        return view.spec.model_copy(update=none | {"chars": chars})
    if len(indices) > MAX_NAMED:
        raise AeguiError(
            tr(
                "A recipe lists at most {most:,} samples one by one, not {n:,}: choose by class, "
                "or take a number of samples at random.",
                most=MAX_NAMED,
                n=len(indices),
            )
        )
    names = tuple(pool.names[index] for index in indices)
    return view.spec.model_copy(update=none | {"names": names})


def by_kind(view: DataView, kinds: bool) -> DataSpec:
    """Return the same emojis with their sub-groups as classes (``kinds``), or with their groups."""
    spec, pool = view.spec, view.pool
    update: dict[str, object] = {"source": EMOJI_KINDS if kinds else EMOJI}
    if spec.labels is not None:
        labels = kinds_of_groups(spec.labels) if kinds else groups_of_kinds(spec.labels)
        update["labels"] = labels
        if labels is None and spec.names is None:
            # Not all sub-groups of a group are chosen: list their emojis one by one.
            is_chosen = _is_class_chosen(pool, spec)[pool.class_indices]
            update["names"] = tuple(compress(pool.names, is_chosen))
    return spec.model_copy(update=update)


def available(pool: Dataset, spec: DataSpec) -> int:
    """Return the number of samples of ``pool`` that the ``count`` of ``spec`` is drawn from."""
    if spec.names is None and spec.chars is None:
        counts = np.bincount(pool.class_indices, minlength=len(pool.classes))
        matching = int(counts[_is_class_chosen(pool, spec)].sum())
    else:
        matching = len(selected_indices(pool, spec.model_copy(update={"count": None})))
    return drawn_from(matching, spec.split)


def _is_class_chosen(pool: Dataset, spec: DataSpec) -> NDArray[np.bool_]:
    if spec.labels is None:
        return np.ones(len(pool.classes), np.bool_)
    labels = {label.casefold() for label in spec.labels}
    return np.array([label.casefold() in labels for label in pool.classes], np.bool_)


def within(view: DataView, spec: DataSpec) -> DataSpec:
    """Return ``spec``, another choice of the samples of ``view``, with a feasible ``count``."""
    if spec.count is None or spec.source != view.spec.source:
        return spec
    most = available(view.pool, spec)
    return spec.model_copy(update={"count": most}) if 0 < most < spec.count else spec


def without(view: DataView, index: int) -> NDArray[np.int64]:
    """Return the used samples with the one at ``index`` of the pool removed, or added."""
    if index in view.selected:
        remaining: NDArray[np.int64] = view.selected[view.selected != index]
        return remaining
    return np.sort(np.append(view.selected, np.int64(index)))


def source_words(source: str) -> str:
    """Return the displayed name of the ``source`` of a recipe."""
    if source in BUILTIN_LABELS:
        return tr(BUILTIN_LABELS[source])
    if not Path(source).expanduser().exists() and "+" in source:
        return " + ".join(map(source_words, source.split("+")))
    return PurePath(source.replace("\\", "/")).name or source


def edited_words(source: str, samples: int) -> str:
    """Return the displayed name of ``source`` after its samples were edited."""
    return tr("{name}, edited: {n:,}", name=source_words(source), n=samples)
