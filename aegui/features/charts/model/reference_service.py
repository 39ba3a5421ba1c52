"""Computes the loss of the best linear code in the background when data or code change."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot

from aegui.core.data.split import split_indices
from aegui.core.errors import AeguiError
from aegui.core.latent.pca import pca_reference
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import sampled
from aegui.core.training.terms import options_of
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.recipe import Recipe

MAX_SAMPLES = 20_000
"""Larger training sets are represented by this many samples, drawn at random."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LinearReference:
    """The loss of PCA with as many components as the code has units."""

    components: int
    """Units of the code, k."""
    value: float
    """The loss of its reconstructions of the clean training images, on the scale of the
    reconstruction that the history records: a mean over pixels, or with a Gaussian code their sum
    for each image."""
    term: str
    """Term of the history to compare it with, ``loss`` or ``reconstruction``."""


@dataclass(frozen=True, eq=False)
class _ReferenceQuestion:
    dataset: Dataset
    recipe: Recipe

    def same_as(self, other: _ReferenceQuestion | None) -> bool:
        return (
            other is not None
            and self.dataset is other.dataset
            and self._settings() == other._settings()
        )

    def _settings(self) -> tuple[object, ...]:
        recipe = self.recipe
        training = recipe.training
        latent = recipe.network.latent
        return (
            latent.units, latent.kind, training.loss, training.huber_delta, recipe.data.split,
            _term(recipe),
        )  # fmt: skip


class ReferenceService(Service):
    """Answers only the latest request; a repeated request is not computed again."""

    found = Signal(object)
    """Emitted with a ``LinearReference``, or None if there is nothing to compare with."""

    def __init__(self) -> None:
        super().__init__()
        self._question: _ReferenceQuestion | None = None
        self.latest: LinearReference | None = None
        """The last answer."""
        self._derived = Derived("aegui-reference", self, urgent=False)
        self._derived.answered.connect(self._take)

    def request(self, dataset: Dataset, recipe: Recipe) -> None:
        """Compute the reference for ``recipe`` on ``dataset`` and emit it with ``found``."""
        question = _ReferenceQuestion(dataset, recipe)
        if question.same_as(self._question):
            return
        self._question = question
        self._derived.forget()
        self._take(None)
        if has_reference(dataset, recipe):
            self._derived.derive(lambda _report, cancelled: _answers(question, cancelled), question)

    def forget(self) -> None:
        """Release the samples until the next request."""
        if self._question is not None:
            self._question = None
            self._derived.forget()

    @Slot(object)
    def _take(self, answer: LinearReference | None) -> None:
        if answer != self.latest:
            self.latest = answer
            self.found.emit(answer)


def has_reference(dataset: Dataset, recipe: Recipe) -> bool:
    """Return whether ``recipe`` is an autoencoder and a linear code of its size loses anything."""
    if not recipe.is_autoencoder:
        return False
    return recipe.network.latent.units < min(dataset.pixels, len(dataset) - 1)


def linear_reference(
    dataset: Dataset, recipe: Recipe, cancelled: IsCancelled | None = None
) -> LinearReference:
    """Return the reference for ``recipe`` on the training part of ``dataset``.

    Raises:
        AeguiError: The samples cannot be used.
        Cancelled: ``cancelled`` returned True.
    """
    training, units = recipe.training, recipe.network.latent.units
    indices, _ = split_indices(len(dataset), recipe.data.split)
    chosen = indices[sampled(len(indices), MAX_SAMPLES, 0)]
    rows = np.asarray(dataset.flat()[chosen])
    value = pca_reference(rows, units, training.loss, training.huber_delta, cancelled)
    if recipe.network.latent.kind == "gaussian":
        value *= dataset.pixels
    return LinearReference(units, value, _term(recipe))


def _term(recipe: Recipe) -> str:
    return "reconstruction" if "reconstruction" in options_of(recipe) else "loss"


def _answers(question: _ReferenceQuestion, cancelled: IsCancelled) -> Iterator[LinearReference]:
    try:
        yield linear_reference(question.dataset, question.recipe, cancelled)
    except (AeguiError, MemoryError) as error:
        _log.info("no linear reference: %s", error)
