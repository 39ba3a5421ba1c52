"""Edits of single samples of a set, and its difference from the set trained on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError
from aegui.core.i18n import joined, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import MAX_EPOCHS
from aegui.session.documents.document import Continuation, weights_fork
from aegui.session.documents.draft import QUICK_BYTES
from aegui.session.pixels.answers import one_image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.core.run_file.saved import SavedRun
    from aegui.session.shown import Shown

MAX = 5000
"""Larger sets cannot be edited sample by sample."""


def loaded_index(state: DrawingState, shown: Shown) -> int | None:
    """Return the place in the set of the sample that was loaded, or None if it is gone."""
    dataset, target = shown.dataset, state.target
    if target is None:
        return None
    places = [] if state.index is None else [state.index]
    if shown.image_style.glyphs and state.label in dataset.labels:
        # The selection of characters has changed: the label says where it is now. The same label
        # in another set may name another image.
        places.append(dataset.labels.index(state.label))
    return next((place for place in places if _is_at(place, target, dataset)), None)


def _is_at(index: int, image: NDArray[np.float32], dataset: Dataset) -> bool:
    is_there = index < len(dataset.labels)
    return is_there and np.array_equal(one_image(dataset.images[index], dataset), image)


@dataclass(frozen=True)
class DataChange:
    """The difference between two sets; samples are equal if both image and label are."""

    new: int
    """Number of samples that were not trained on."""
    gone: int
    """Number of samples that were trained on and have been removed."""

    @property
    def words(self) -> str:
        """The difference as a sentence."""
        parts = []
        if self.new:
            parts.append(trn("{n:,} sample is new", "{n:,} samples are new", self.new))
        if self.gone:
            parts.append(trn("{n:,} is gone", "{n:,} are gone", self.gone))
        what = joined(", ", parts) or tr("another order")
        return tr("Data changed: {what}.", what=what)


def data_change(learnt: Dataset, now: Dataset) -> DataChange | None:
    """Return what has changed; None if both have the same samples in the same order.

    Only the numbers of samples are compared if comparing the pixels would take long.
    """
    if learnt is now:
        return None
    if max(learnt.images.nbytes, now.images.nbytes) > QUICK_BYTES:
        more = len(now) - len(learnt)
        return DataChange(max(0, more), max(0, -more)) if more else None
    before, after = _identities(learnt), _identities(now)
    if before == after:
        return None
    old, new = Counter(before), Counter(after)
    return DataChange((new - old).total(), (old - new).total())


def _identities(dataset: Dataset) -> list[tuple[str, bytes]]:
    rows = dataset.flat()
    return [(label, row.tobytes()) for label, row in zip(dataset.labels, rows, strict=True)]


def moved(dataset: Dataset, index: int, position: int) -> Dataset:
    """Return ``dataset`` with the sample ``index`` moved to ``position``, the others in order."""
    order = list(range(len(dataset)))
    order.insert(min(max(position, 0), len(dataset) - 1), order.pop(index))
    return dataset.subset(order)


def duplicated(dataset: Dataset, index: int) -> Dataset:
    """Return ``dataset`` with a copy of the sample at ``index`` inserted after it."""
    order = list(range(len(dataset)))
    return dataset.subset([*order[: index + 1], *order[index:]])


def without(dataset: Dataset, index: int) -> Dataset:
    """Return ``dataset`` without the sample at ``index``.

    Raises:
        AeguiError: It is the only sample.
    """
    if len(dataset) < 2:
        raise AeguiError(tr("The last sample of a set cannot be deleted."))
    return dataset.subset(at for at in range(len(dataset)) if at != index)


def renamed(dataset: Dataset, index: int, label: str, *, by_name: bool = False) -> Dataset:
    """Return ``dataset`` with another label, or name if ``by_name``, for the sample at ``index``.

    A name that equals the label is changed with it.

    Raises:
        AeguiError: ``label`` is empty.
    """
    if not label:
        raise AeguiError(tr("A sample needs a label."))
    labels, names = list(dataset.labels), list(dataset.names)
    if by_name or names[index] == labels[index]:
        names[index] = label
    if not by_name:
        labels[index] = label
    return Dataset.over(
        dataset.name,
        dataset.images,
        labels,
        names,
        source=dataset.source,
        licence=dataset.licence,
    )


def redrawn(dataset: Dataset, index: int, image: NDArray[np.float32]) -> Dataset:
    """Return ``dataset`` with ``image`` (``[H, W]`` or ``[C, H, W]``) for the sample at ``index``.

    Raises:
        AeguiError: The image has another size.
    """
    images = dataset.images.copy()
    images[index] = in_channels_of(dataset, image)
    return Dataset.over(
        dataset.name,
        images,
        dataset.labels,
        dataset.names,
        source=dataset.source,
        licence=dataset.licence,
    )


def in_channels_of(dataset: Dataset, image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``image`` (``[H, W]`` or ``[C, H, W]``) as a sample of ``dataset``, ``[C, H, W]``.

    For a grey set the colours are averaged.

    Raises:
        AeguiError: The image has another size.
    """
    channels, height, width = dataset.image_shape
    if image.shape[-2:] != (height, width):
        raise AeguiError(misfit_words(image, dataset))
    if image.ndim == 2:
        return np.repeat(image[np.newaxis], channels, axis=0)
    return image[:channels] if channels > 1 else image.mean(axis=0, keepdims=True)


def misfit_words(image: NDArray[np.float32], dataset: Dataset) -> str:
    """Return why a drawing does not fit the set."""
    _, height, width = dataset.image_shape
    return tr(
        "The drawing is {w} × {h} pixels, the samples are {width} × {height}. Use “Fit to the "
        "network”, or draw it in that size.",
        w=image.shape[-1],
        h=image.shape[-2],
        width=width,
        height=height,
    )


def can_continue_training(run: SavedRun, resolved: ResolvedRecipe) -> bool:
    """Return whether ``run`` can be continued with ``resolved``: their networks must match."""
    return weights_fork(run, resolved) is not None


def further_with(run: SavedRun, resolved: ResolvedRecipe) -> Continuation | None:
    """Return how to continue ``run`` from its weights with ``resolved``, also with other data.

    The epochs of the recipe are added to those done. None if the networks differ.
    """
    fork = weights_fork(run, resolved)
    if fork is None:
        return None
    recipe = resolved.recipe
    epochs = min(MAX_EPOCHS, fork.epoch + recipe.training.epochs)
    training = recipe.training.model_copy(update={"epochs": epochs})
    longer = replace(resolved, recipe=recipe.model_copy(update={"training": training}))
    return Continuation(longer, None, run.history, run.timeline, fork)
