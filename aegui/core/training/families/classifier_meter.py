"""Measuring a classifier between epochs, and each group of layers during its pre-training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional as F

from aegui.core.data.progress import stop_if
from aegui.core.latent.codec import Codec
from aegui.core.sampled import sampled
from aegui.core.seeds import CLASSIFIER_CHECK_SEED, CLASSIFIER_NOISE_SEED
from aegui.core.training.families.classifier import group_loss, penalty, penalty_factors
from aegui.core.training.families.classifier_engines import trained_leaves
from aegui.core.training.families.classifier_phases import groups_of, number_of
from aegui.core.training.families.classifier_rows import chunk_rows, codes_of, corrupted_codes
from aegui.core.training.step.measure import Measured, rows_in_a_piece
from aegui.core.training.terms import options_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.families.classifier import ClassifierStepper
    from aegui.core.training.families.steppers import Phase
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.step.samples import Samples

CHECKED_ROWS = 10_000
"""Maximum number of samples on which the accuracy is measured; it needs more than the loss."""


class ClassifierMeter:
    """Measures loss and accuracy of every run, on clean samples and without dropout.

    The best weights are those that classify most validation samples correctly, then those with the
    lowest validation loss; without validation samples those with the lowest loss. During
    pre-training the loss is that of the current group, on one fixed noisy draw.
    """

    measured = 0
    reconstructs = False

    def __init__(
        self,
        resolved: ResolvedRecipe,
        samples: Samples,
        stepper: ClassifierStepper,
        phases: Sequence[Phase],
    ) -> None:
        self.terms = options_of(resolved.recipe)[1:]
        self._resolved = resolved
        self._stepper = stepper
        self._model = stepper.model
        self._phases = phases
        self._piece = rows_in_a_piece(
            resolved.all_layers, chunk_rows(self._model, len(self._model.layers))
        )
        self._groups = groups_of(resolved) if len(phases) > 1 else ()
        self._head = stepper.model.part("head")
        self._leaves = trained_leaves(stepper.model, resolved)
        classes = resolved.dataset.class_indices
        self._eval_inputs = samples.eval_clean[0]
        self._labels = torch.from_numpy(classes[samples.training[samples.measured]])
        self._labels = self._labels.to(samples.device)
        self._indices = _some(samples.training), samples.validation
        checked = _some(samples.validation)
        rows = resolved.dataset.flat()[checked]
        self._checked = torch.from_numpy(rows).to(samples.device)
        self._checked_labels = torch.from_numpy(classes[checked]).to(samples.device)

    def measure(self, cancelled: IsCancelled | None = None) -> Measured:
        """Return the figures of the current weights."""
        runs = range(self._model.runs)
        wrong = np.zeros((len(runs), 0), np.int64)
        number = number_of(self._phases, self._stepper.position)
        if number < len(self._phases) - 1:
            loss = np.array([self._pretrain_loss(run, number, cancelled) for run in runs])
            return Measured(loss, wrong, preliminary=True)
        figures = [self._figures(run, cancelled) for run in runs]
        columns = {key: np.array([row[key] for row in figures]) for key in figures[0]}
        terms = {key: columns[key] for key in self.terms}
        return Measured(columns["loss"], wrong, terms, columns["rank"])

    def _pretrain_loss(self, run: int, number: int, cancelled: IsCancelled | None) -> float:
        group = self._groups[number]
        classifier = self._resolved.recipe.classifier
        assert classifier is not None
        spec = classifier.pretrain.corruption
        generator = torch.Generator(device=self._eval_inputs.device).manual_seed(
            CLASSIFIER_NOISE_SEED
        )
        total, model = 0.0, self._model
        image_shape = self._resolved.dataset.image_shape if group.encoder.start == 0 else None
        for chunk in torch.split(self._eval_inputs, self._piece):
            stop_if(cancelled)
            clean = codes_of(model, run, chunk, group.encoder.start)
            noisy = corrupted_codes(
                clean, spec, generator, is_bounded=group.is_bounded, image_shape=image_shape
            )
            with torch.no_grad():
                loss = group_loss(model, run, group, noisy, clean, training=False)
            total += float(loss) * len(chunk)
        return total / len(self._eval_inputs)

    def _figures(self, run: int, cancelled: IsCancelled | None) -> dict[str, float]:
        leaves = [leaf for leaf in self._leaves if leaf.run == run]
        training = self._resolved.recipe.training
        extra, row = 0.0, {}
        with torch.no_grad():
            for key, factor in penalty_factors(training):
                row[key] = float(penalty(key, leaves))
                extra += factor * row[key]
        loss, right = self._check(run, self._eval_inputs, self._labels, cancelled)
        row.update(loss=loss + extra, accuracy=right / len(self._eval_inputs))
        row["rank"] = row["loss"]
        if len(self._checked):
            loss, right = self._check(run, self._checked, self._checked_labels, cancelled)
            row["validation_loss"] = loss + extra
            row["validation_accuracy"] = right / len(self._checked)
            # Ties in errors are broken by the loss, scaled to stay below one error.
            row["rank"] = (
                len(self._checked) - right + row["validation_loss"] / (1.0 + row["validation_loss"])
            )
        return row

    def _check(
        self,
        run: int,
        rows: torch.Tensor,
        labels: torch.Tensor,
        cancelled: IsCancelled | None,
    ) -> tuple[float, int]:
        """Return the mean cross-entropy of ``rows`` ``[n, D]`` and the number classified right."""
        model, classifier = self._model, self._resolved.recipe.classifier
        assert classifier is not None
        loss, right = 0.0, 0
        size = self._piece
        parts = zip(torch.split(rows, size), torch.split(labels, size), strict=True)
        for chunk, target in parts:
            stop_if(cancelled)
            codes = codes_of(model, run, chunk, self._resolved.code_end)
            with torch.no_grad():
                scores = model.apply(run, codes, self._head)
                smoothing = classifier.label_smoothing
                found = F.cross_entropy(scores, target, label_smoothing=smoothing)
            loss += float(found) * len(chunk) / len(rows)
            right += int((scores.argmax(dim=1) == target).sum())
        return loss, right

    def conclude(
        self, snapshot: Snapshot, cancelled: IsCancelled | None = None
    ) -> tuple[NDArray[np.int64] | None, Sequence[Mapping[str, float]]]:
        """Return the accuracy of the best weights on all validation and many training samples."""
        dataset = self._resolved.dataset
        keys = ("accuracy", "validation_accuracy")
        parts = {key: part for key, part in zip(keys, self._indices, strict=True) if len(part)}
        figures = []
        for run in range(snapshot.runs):
            codec = Codec(self._resolved.recipe, dataset.image_shape, snapshot, run)
            figures.append(
                {key: self._share_right(codec, part, cancelled) for key, part in parts.items()}
            )
        return None, figures

    def _share_right(
        self, codec: Codec, indices: NDArray[np.int64], cancelled: IsCancelled | None
    ) -> float:
        """Return the share of the samples at ``indices`` that ``codec`` classifies correctly."""
        dataset, right = self._resolved.dataset, 0
        for start in range(0, len(indices), self._piece):
            stop_if(cancelled)
            part = indices[start : start + self._piece]
            found = codec.classify(dataset.flat()[part]).argmax(axis=1)
            right += int(np.count_nonzero(found == dataset.class_indices[part]))
        return right / len(indices)


def _some(indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return at most ``CHECKED_ROWS`` of ``indices``, always the same ones."""
    return indices[sampled(len(indices), CHECKED_ROWS, CLASSIFIER_CHECK_SEED)]
