"""Training of a stacked autoencoder and the classifier on its code, in phases.

Greedy layer-wise pre-training (Bengio et al. 2007; denoising: Vincent et al. 2010): every layer of
the encoder, with the layers that follow it, and finally the code, is trained together with its
mirror in the decoder to reconstruct its own input; then the whole encoder and a softmax head are
trained on the labels.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torch.nn import functional as F

from aegui.core.data.progress import stop_if
from aegui.core.i18n import tr
from aegui.core.latent.codec import Codec
from aegui.core.light_dataclass import dataclass
from aegui.core.network.forward import apply_layers
from aegui.core.network.layers import rows_in_a_piece
from aegui.core.sampled import sampled
from aegui.core.seeds import CLASSIFIER_CHECK_SEED, CLASSIFIER_NOISE_SEED
from aegui.core.training.families.classifier_engines import (
    FineTuneEngine,
    PretrainEngine,
    trained_leaves,
)
from aegui.core.training.families.classifier_rows import chunk_rows, codes_of, corrupted_codes
from aegui.core.training.families.steppers import CHUNK_SECONDS, BatchLearner, EpochRunner, Phase
from aegui.core.training.length import weighted_starts
from aegui.core.training.losses import LOSSES
from aegui.core.training.step.measure import Measured
from aegui.core.training.step.model import Model
from aegui.core.training.terms import options_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import ClassifierSpec, TrainingSpec
    from aegui.core.training.families.steppers import Orders
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.step.model import Leaf
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples

    _State = dict[str, NDArray[np.generic]]


_FOLLOWERS = frozenset({"batch_norm", "layer_norm", "dropout"})


@dataclass(frozen=True)
class Group:
    """A layer of the encoder with weights, the layers up to the next one, and their mirror.

    Attributes:
        encoder: Its layers in the chain.
        decoder: The layers of the chain that lead from its output back to its input.
        mirror: Those layers as they are pre-trained: a final ReLU is left out, since a unit that is
            always negative could not learn. In the finished network it clips negative values.
        loss: Key of the loss between its input and the mirror's output.
        is_bounded: Whether its input is between 0 and 1.
    """

    encoder: slice
    decoder: slice
    mirror: tuple[LayerShape, ...]
    loss: str
    is_bounded: bool


def groups_of(resolved: ResolvedRecipe) -> tuple[Group, ...]:
    """Return the groups of a chain whose decoder mirrors its encoder, from input to code."""
    classifier = resolved.recipe.classifier
    assert classifier is not None
    layers, end = resolved.layers, resolved.code_end
    starts = weighted_starts(layers[:end])
    cuts = [*starts[1:], end]
    bounds = [len(layers), *(_mirror_start(layers, end, start) for start in cuts)]
    return tuple(
        _group(
            layers, classifier, slice(start, cuts[number]), slice(*reversed(bounds[number:][:2]))
        )
        for number, start in enumerate(starts)
    )


def phases_of(resolved: ResolvedRecipe) -> tuple[Phase, ...]:
    """Return the pre-training of each group, if any, and the training of the classifier."""
    classifier = resolved.recipe.classifier
    assert classifier is not None
    each = classifier.pretrain.epochs
    count = len(weighted_starts(resolved.layers[: resolved.code_end])) if each else 0
    before = tuple(
        Phase(
            number * each,
            (number + 1) * each,
            tr("pre-training layer {number} of {count}", number=number + 1, count=count),
            classifier.pretrain.learning_rate,
        )
        for number in range(count)
    )
    start = count * each
    return (*before, Phase(start, start + resolved.recipe.training.epochs))


def number_of(phases: Sequence[Phase], position: float) -> int:
    """Return the index of the phase at ``position``; its very end still belongs to it."""
    return next(n for n, phase in enumerate(phases) if position <= phase.stop + 1e-9)


def _mirror_start(layers: Sequence[LayerShape], end: int, start: int) -> int:
    """Return where the mirror of the layers before ``start`` begins.

    A mirrored layer has the position of the layer whose output it restores: the first one that
    restores something from before the layer that feeds ``start`` belongs to the previous group.
    """
    if start == end:
        return end
    place = {layer.where: index for index, layer in enumerate(layers[:end])}
    feeds = start - 1
    while feeds > 0 and layers[feeds].spec.kind in _FOLLOWERS:
        feeds -= 1
    return next(
        index for index in range(end, len(layers)) if place.get(layers[index].where, -1) < feeds
    )


def _group(
    layers: Sequence[LayerShape], classifier: ClassifierSpec, encoder: slice, decoder: slice
) -> Group:
    is_bounded = encoder.start == 0 or _ends_in_sigmoid(layers[: encoder.start])
    loss = classifier.pretrain.loss
    if LOSSES[loss].of_logits and not (is_bounded and _ends_in_sigmoid(layers[decoder])):
        loss = "mse"
    return Group(encoder, decoder, _unrectified(layers[decoder]), loss, is_bounded)


def _unrectified(mirror: Sequence[LayerShape]) -> tuple[LayerShape, ...]:
    """Return ``mirror`` without a final ReLU."""
    for index in reversed(range(len(mirror))):
        activation = getattr(mirror[index].spec, "activation", None)
        if activation == "relu":
            spec = mirror[index].spec.model_copy(update={"activation": "identity"})
            return (*mirror[:index], replace(mirror[index], spec=spec), *mirror[index + 1 :])
        if activation is not None:
            break
    return tuple(mirror)


def _ends_in_sigmoid(layers: Sequence[LayerShape]) -> bool:
    """Return whether the output of the layers is between 0 and 1."""
    for layer in reversed(layers):
        activation = getattr(layer.spec, "activation", None)
        if activation is not None:
            return bool(activation == "sigmoid")
    return False


class _Engine(BatchLearner, Protocol):
    """The engine of one phase."""

    @property
    def is_ready(self) -> bool:
        """Whether steps can be done."""

    def make_ready(self) -> None:
        """Do a part of the preparation before the first step."""

    def state(self) -> _State:
        """Return the state needed to continue, beside the order of the batches."""

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Restore what ``state`` returned."""


def group_loss(
    model: Model,
    stack: int,
    group: Group,
    noisy: torch.Tensor,
    clean: torch.Tensor,
    *,
    training: bool = True,
) -> torch.Tensor:
    """Return the mean loss between the output for ``noisy`` and ``clean``, rows ``[n, D]``."""
    x = model.shaped(noisy, group.encoder.start)
    code = model.apply(stack, x, group.encoder, training=training)
    tensors = model.tensors(stack)[group.decoder]
    output = apply_layers(group.mirror, tensors, code, training=training).flatten(1)
    return LOSSES[group.loss].function(1.0)(output, clean).mean()


def penalty_factors(training: TrainingSpec) -> list[tuple[str, float]]:
    """Return keys and factors of the recipe's penalties on the weights."""
    factors = (("l1", training.l1), ("l2", training.l2 / 2))
    return [(key, factor) for key, factor in factors if factor]


def penalty(key: str, leaves: Sequence[Leaf]) -> torch.Tensor:
    """Return the sum of absolute (``l1``) or squared (``l2``) weights among ``leaves``."""
    weights = [leaf.tensor for leaf in leaves if leaf.is_weight]
    sizes = [weight.abs() if key == "l1" else weight.square() for weight in weights]
    return torch.stack([size.sum() for size in sizes]).sum()


class ClassifierStepper:
    """Trains batch by batch, phase after phase.

    Attributes:
        name: Key of the engine.
        rows: Samples of an epoch of fine-tuning.
        epochs: Epochs of all phases together.
    """

    name = "layered"
    exhausted = False

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
        phases: Sequence[Phase],
    ) -> None:
        self.rows = samples.rows
        self.epochs = phases[-1].stop
        self.model = Model(resolved, parameters, stacked=False)
        self._resolved = resolved
        self._parameters = parameters
        self._samples = samples
        self._generator = generator
        self._phases = phases
        self._groups = groups_of(resolved) if len(phases) > 1 else ()
        self._done = 0
        self._epoch_runner = EpochRunner()
        self._engine: _Engine | None = None

    @property
    def position(self) -> float:
        """Epochs done, including the fraction of the current one."""
        share = 0.0 if self._engine is None else self._epoch_runner.share(self._engine)
        return self._done + share

    def advance(self, orders: Orders) -> None:
        """Train on one batch or more, or prepare for it."""
        started = time.perf_counter()
        while True:
            engine = self._present()
            if engine.is_ready:
                self._step(engine, orders)
                if orders.at_most == 1:
                    return
            else:
                engine.make_ready()
            over = time.perf_counter() - started >= CHUNK_SECONDS
            if (over and orders.at_most > 1) or self.position >= orders.until - 1e-9:
                return

    def _present(self) -> _Engine:
        """Return the engine of the current phase."""
        if self._engine is None:
            number = next(n for n, phase in enumerate(self._phases) if self._done < phase.stop)
            common = self.model, self._resolved, self._parameters, self._samples, self._generator
            if number < len(self._phases) - 1:
                self._engine = PretrainEngine(*common, self._groups[number])
            else:
                self._engine = FineTuneEngine(*common)
        return self._engine

    def _step(self, engine: _Engine, orders: Orders) -> None:
        if self._epoch_runner.learn(engine, self._done, orders):
            self._done += 1
            if any(phase.stop == self._done for phase in self._phases):
                self._engine = None

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return the state of the current phase and of its epoch."""
        if self._engine is None:
            return {}
        return {**self._engine.state(), **self._epoch_runner.state(self._engine)}

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Continue from ``position``, which may be within an epoch."""
        self._done = int(position + 1e-9)
        self._engine = None
        self._epoch_runner = EpochRunner()
        if self._done >= self.epochs:
            return
        engine = self._present()
        engine.restore(state)
        self._epoch_runner.restore(engine, state, position - self._done, level)


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
