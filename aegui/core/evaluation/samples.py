"""New images of a generator, and their evaluation by a classifier.

A generator decodes codes drawn from N(0, I): that of a GAN, or the decoder of a variational
autoencoder. Its images are evaluated by a classifier trained on real ones: it should be confident
about most of them, and no class should be missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import set_title
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.latent.sheets import decoded
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.codec import Codec

CONFIDENCE = 0.9
"""Probability above which a prediction counts as confident."""
_FEW_CLASSES = 3


def drawn_codes(count: int, size: int, seed: int) -> NDArray[np.float32]:
    """Return codes ``[count, size]`` drawn from N(0, I) with ``seed``."""
    return np.random.default_rng(seed).standard_normal((count, size), dtype=np.float32)


def sample_images(
    codec: Codec,
    count: int,
    seed: int,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> NDArray[np.float32]:
    """Return new images ``[count, C, H, W]`` in 0..1, from codes drawn from N(0, I).

    Raises:
        Cancelled: As for ``decoded``.
    """
    return decoded(codec, drawn_codes(count, codec.latent_size, seed), report, cancelled)


@dataclass(frozen=True, eq=False)
class Judgement:
    """The predictions of a classifier for n images."""

    classes: tuple[str, ...]
    """Labels of the classes."""
    predicted: NDArray[np.int64]
    """int64 ``[n]``, index of the most probable class of each image."""
    confidence: NDArray[np.float32]
    """float32 ``[n]``, its probability."""

    @property
    def share_confident(self) -> float:
        """Share of the images classified with more than ``CONFIDENCE``."""
        return float(np.mean(self.confidence > CONFIDENCE))

    @property
    def shares(self) -> tuple[float, ...]:
        """For each class the share of all images predicted as it."""
        counts = np.bincount(self.predicted, minlength=len(self.classes))
        return tuple((counts / len(self.predicted)).tolist())

    @property
    def confident_shares(self) -> tuple[float, ...]:
        """For each class the share of its images with a confident prediction; 0 without any."""
        sure = self.confidence > CONFIDENCE
        return tuple(
            float(np.mean(sure[self.predicted == index]))
            if (self.predicted == index).any()
            else 0.0
            for index in range(len(self.classes))
        )


def judged_images(classifier: Codec, classes: Sequence[str], images: ArrayLike) -> Judgement:
    """Classify ``images`` of the size of ``classifier``."""
    odds = classifier.classify(images)
    return Judgement(tuple(classes), odds.argmax(axis=1), odds.max(axis=1))


def refuse_judging(generator: Codec, classifier: Codec) -> None:
    """Raise if the judge is no classifier, or takes other images.

    Raises:
        AeguiError: ``classifier`` has no head, or takes images of another size.
    """
    if not classifier.can_classify:
        raise AeguiError(
            tr(
                "The judge is no classifier: train one on the data of the generator, for example "
                "with the recipe of a stacked classifier."
            )
        )
    if generator.image_shape != classifier.image_shape:
        raise AeguiError(
            tr(
                "The generator makes images of {made}, but the classifier takes {taken}: both must "
                "have been trained on the same kind of data.",
                made="x".join(map(str, generator.image_shape)),
                taken="x".join(map(str, classifier.image_shape)),
            )
        )


def foreign_words(judge_classes: Sequence[str], dataset: Dataset) -> str:
    """Return a warning if a judge knows none of the classes of ``dataset``; else ""."""
    if set(judge_classes) & set(dataset.classes):
        return ""
    more = ("…",) if len(judge_classes) > _FEW_CLASSES else ()
    few = ", ".join((*judge_classes[:_FEW_CLASSES], *more))
    return tr(
        "The judge knows other classes ({classes}) than {name}: its figures say little.",
        classes=few,
        name=set_title(dataset.name),
    )
