"""Evaluation of a classifier: confusion matrix, precision, recall, F1, and mistakes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.cost import Cost
from aegui.core.data.progress import Progress
from aegui.core.errors import AeguiError
from aegui.core.evaluation.fitting import refuse_other_size
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.layers import rows_in_a_piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec

_ROWS = 500
"""Samples between two checks for cancellation."""
_MAX_NAMED = 5
_ANSWER_BYTES = 28
"""For each sample: its index, its true class, the prediction and its confidence."""


@dataclass(frozen=True)
class ClassScore:
    """Scores of one class, or of an average over classes, between 0 and 1."""

    label: str
    """The class."""
    precision: float
    """Share of the samples predicted as this class that belong to it."""
    recall: float
    """Share of the samples of this class that are predicted as it."""
    f1: float
    """Harmonic mean of the two."""
    support: int
    """Number of samples of the class."""


@dataclass(frozen=True, eq=False)
class Classification:
    """The predictions of a classifier for n samples, and the figures derived from them.

    Figures are those of scikit-learn's ``classification_report`` with ``zero_division=0``: averages
    are over the classes that occur, be it only in the predictions.
    """

    classes: tuple[str, ...]
    """Labels, in the order of the classifier's outputs."""
    truth: NDArray[np.int64]
    """int64 ``[n]``, index of the true class among ``classes``."""
    predicted: NDArray[np.int64]
    """int64 ``[n]``, index of the most probable class."""
    confidence: NDArray[np.float32]
    """float32 ``[n]``, the probability of that class."""

    def __len__(self) -> int:
        """The number of samples n."""
        return len(self.truth)

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """Confusion matrix ``[classes, classes]``: true class by row, predicted class by column."""
        count = len(self.classes)
        pairs = np.bincount(self.truth * count + self.predicted, minlength=count * count)
        return pairs.reshape(count, count).astype(np.int64)

    @property
    def wrong(self) -> int:
        """Number of misclassified samples."""
        return int(np.count_nonzero(self.truth != self.predicted))

    @property
    def accuracy(self) -> float:
        """Share of the samples classified correctly."""
        return 1.0 - self.wrong / len(self)

    @cached_property
    def scores(self) -> tuple[ClassScore, ...]:
        """Scores of every class."""
        confusion = self.confusion
        hits = np.diag(confusion).astype(np.float64)
        support, predicted_counts = confusion.sum(axis=1), confusion.sum(axis=0)
        precision, recall = _share(hits, predicted_counts), _share(hits, support)
        f1 = _share(2 * hits, support + predicted_counts)
        return tuple(
            ClassScore(label, float(precision[i]), float(recall[i]), float(f1[i]), int(support[i]))
            for i, label in enumerate(self.classes)
        )

    @property
    def macro(self) -> ClassScore:
        """Unweighted mean of the scores over the classes."""
        there = (self.confusion.sum(axis=0) + self.confusion.sum(axis=1)) > 0
        return self._average(tr("macro average"), there.astype(np.float64))

    @property
    def weighted(self) -> ClassScore:
        """Mean of the scores over the classes, weighted by their support."""
        return self._average(tr("weighted average"), self.confusion.sum(axis=1).astype(np.float64))

    def _average(self, label: str, weights: NDArray[np.float64]) -> ClassScore:
        columns = ((score.precision, score.recall, score.f1) for score in self.scores)
        means = np.average(np.array([*columns]), axis=0, weights=weights)
        precision, recall, f1 = map(float, means)
        return ClassScore(label, precision, recall, f1, len(self))

    def misclassified(self) -> NDArray[np.int64]:
        """Indices of the misclassified samples, the most confident mistakes first, int64."""
        return self._by_confidence(self.truth != self.predicted)

    def cell(self, row: int, column: int) -> NDArray[np.int64]:
        """Return the samples of class ``row`` predicted as ``column``, the most confident first."""
        return self._by_confidence((self.truth == row) & (self.predicted == column))

    def _by_confidence(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        indices = np.flatnonzero(chosen)
        return indices[np.argsort(-self.confidence[indices], kind="stable")]


def _share(part: NDArray[np.float64], total: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``part / total``, or 0 where ``total`` is 0."""
    return np.divide(part, total, out=np.zeros(len(part)), where=total > 0)


def truth_of(
    dataset: Dataset, classes: Sequence[str], indices: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the true classes of the samples ``indices`` of ``dataset``, as indices of ``classes``.

    Raises:
        AeguiError: A sample has a class that is not among ``classes``.
    """
    index_of = {label: index for index, label in enumerate(classes)}
    mapped = np.array([index_of.get(label, -1) for label in dataset.classes], np.int64)
    truth: NDArray[np.int64] = mapped[dataset.class_indices[indices]]
    if (truth >= 0).all():
        return truth
    strange = [label for label in dataset.classes if label not in index_of]
    more = ", …" if len(strange) > _MAX_NAMED else ""
    raise AeguiError(
        tr(
            "{name} has classes that the classifier does not know: {labels}. Choose data with the "
            "classes that it has learnt.",
            name=dataset.name,
            labels=", ".join(strange[:_MAX_NAMED]) + more,
        )
    )


def classification_cost(codec: Codec, count: int) -> Cost:
    """Return the cost of ``classify`` for ``count`` samples."""
    batch = codec.passes(encoded=min(count, _ROWS), classified=min(count, _ROWS))
    passes = codec.passes(encoded=count, classified=count)
    return Cost(passes.seconds, {"work": batch.bytes + _ANSWER_BYTES * count})


def classify(
    codec: Codec,
    classes: Sequence[str],
    dataset: Dataset,
    indices: NDArray[np.int64] | None = None,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Classification:
    """Classify samples of ``dataset`` with the classifier of ``codec``.

    Args:
        codec: The network.
        classes: The labels of its outputs, in order.
        dataset: Samples with labels.
        indices: Indices of the samples to classify; None for all.
        report: Called with the progress.
        cancelled: Polled for cancellation.

    Raises:
        AeguiError: There is no classifier, or it cannot take these images or labels.
        Cancelled: ``cancelled`` returned True.
    """
    chosen = np.arange(len(dataset)) if indices is None else indices
    refuse_other_size(codec, dataset)
    truth = truth_of(dataset, classes, chosen)
    predicted = np.empty(len(chosen), np.int64)
    confidence = np.empty(len(chosen), np.float32)
    flat = dataset.flat()
    progress = Progress(len(chosen), _words, report, cancelled)
    size = rows_in_a_piece(codec.layers[: codec.code_end], _ROWS)
    for start in range(0, len(chosen), size):
        progress.reached(start)
        part = slice(start, start + size)
        odds = codec.classify(flat[chosen[part]])
        predicted[part] = odds.argmax(axis=1)
        confidence[part] = odds.max(axis=1)
    progress.reached(len(chosen))
    return Classification(tuple(classes), truth, predicted, confidence)


def _words(done: int, total: int) -> str:
    return tr("{done:,} of {total:,} images classified", done=done, total=total)
