"""Training a stacked autoencoder and the classifier on its code: what steps.

Pre-training has neither dropout nor augmentation: a mirror has to give back all of its input, which
the noise of ``classifier.pretrain.corruption``, drawn anew for every batch, makes hard enough. Each
group of layers starts with an Adam of its own.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import torch

from aegui.core.network.forward import apply_layers
from aegui.core.recipe import OptimizerSpec
from aegui.core.training.augment import augmented
from aegui.core.training.autograd import Batches, clip_each_run
from aegui.core.training.checkpoint_check import array, counts
from aegui.core.training.classifier_phases import groups_of
from aegui.core.training.classifier_rows import CodeRows, codes_of, corrupted_codes
from aegui.core.training.losses import LOSSES
from aegui.core.training.model import Model
from aegui.core.training.step import TracedGradient
from aegui.core.training.steppers import CHUNK_SECONDS
from aegui.core.training.update import ListOptimizer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import ClassifierSpec, TrainingSpec
    from aegui.core.training.classifier_phases import Group
    from aegui.core.training.model import Leaf
    from aegui.core.training.objective import Root
    from aegui.core.training.parameters import Parameters
    from aegui.core.training.samples import Samples
    from aegui.core.training.steppers import Orders, Phase

    _State = dict[str, NDArray[np.generic]]

_SLOTS = ("mean", "square")


class _Engine(Protocol):
    """What trains during one phase."""

    batches: Batches
    rows: int

    @property
    def is_ready(self) -> bool:
        """Whether steps can be done."""

    def prepare(self) -> None:
        """Do a part of what has to be done before the first step."""

    def step(self, rate: float, level: float) -> None:
        """Learn from the next batch."""

    def state(self) -> _State:
        """What continuation needs beside the order of the batches."""

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Take back what ``state`` gave."""


class PretrainEngine:
    """Trains one group of layers and its mirror to reconstruct the group's clean input."""

    def __init__(
        self,
        model: Model,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
        group: Group,
    ) -> None:
        classifier = resolved.recipe.classifier
        assert classifier is not None
        self._model = model
        self._group = group
        self._spec = classifier.pretrain
        self._generator = generator
        self._source = CodeRows(model, samples, group.encoder.start)
        self.rows = self._source.rows
        self.batches = Batches(self._source, generator, model.runs)
        own = {index for it in (group.encoder, group.decoder) for index in range(it.start, it.stop)}
        self._leaves = [leaf for leaf in model.leaves if leaf.layer in own]
        self._gradient = TracedGradient(resolved, parameters, own, self._roots)
        tensors = [leaf.tensor for leaf in self._leaves]
        self._slots = {name: [torch.zeros_like(it) for it in tensors] for name in _SLOTS}
        self._steps = torch.zeros((), device=samples.device)
        self._optimizer = ListOptimizer(
            OptimizerSpec(name="adam"), tensors, self._slots, self._steps
        )

    @property
    def is_ready(self) -> bool:
        """Whether the group's input has been made."""
        return self._source.is_ready

    def prepare(self) -> None:
        """Make a part of the group's input."""
        self._source.prepare()

    def step(self, rate: float, level: float) -> None:
        """Learn from the next batch."""
        _, rows = self.batches.next(level)
        for run in range(self._model.runs):
            clean = self._source.codes(run, rows)
            noisy = corrupted_codes(
                clean,
                self._spec.corruption,
                self._generator,
                is_bounded=self._group.is_bounded,
                image_shape=self._source.image_shape,
            )
            self._gradient.fill(run, noisy, clean, {})
        self._optimizer.step(self._gradient.of(self._leaves), rate)

    def _roots(self, model: Model, noisy: Any, clean: Any, masks: Mapping[int, Any]) -> list[Root]:
        """Where the gradient of ``group_loss`` begins."""
        group, loss = self._group, LOSSES[self._group.loss]
        code = model.apply(
            0, model.shaped(noisy, group.encoder.start), group.encoder, training=True
        )
        layers = list(group.mirror)
        if loss.of_logits:
            spec = layers[-1].spec.model_copy(update={"activation": "identity"})
            layers[-1] = replace(layers[-1], spec=spec)
        tensors = model.tensors(0)[group.decoder]
        root = apply_layers(layers, tensors, code, training=True)
        with torch.no_grad():
            flat = root.flatten(1)
            output = torch.sigmoid(flat) if loss.of_logits else flat
            gradient = loss.gradient(output, clean, 1.0 / clean.numel(), 1.0)
            return [(root, gradient.view(root.shape), 1.0)]

    def state(self) -> _State:
        """What the optimiser keeps."""
        kept = {
            f"pretrain_{name}": torch.cat([slot.flatten() for slot in slots]).cpu().numpy()
            for name, slots in self._slots.items()
        }
        return {**kept, "pretrain_steps": self._steps.cpu().numpy().copy()}

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Take back what the optimiser had kept."""
        if "pretrain_steps" not in state:
            return
        like = self.state()
        steps = counts(state, "pretrain_steps", like["pretrain_steps"])
        self._steps.copy_(torch.from_numpy(steps.copy()))
        for name, slots in self._slots.items():
            key = f"pretrain_{name}"
            flat = torch.from_numpy(array(state, key, like[key]).copy())
            parts = torch.split(flat, [slot.numel() for slot in slots])
            for slot, part in zip(slots, parts, strict=True):
                slot.copy_(part.view_as(slot))


def group_loss(
    model: Model,
    stack: int,
    group: Group,
    noisy: torch.Tensor,
    clean: torch.Tensor,
    *,
    training: bool = True,
) -> torch.Tensor:
    """Mean loss between ``clean`` rows ``[n, D]`` and what the group makes of ``noisy`` ones."""
    x = model.shaped(noisy, group.encoder.start)
    code = model.apply(stack, x, group.encoder, training=training)
    tensors = model.tensors(stack)[group.decoder]
    output = apply_layers(group.mirror, tensors, code, training=training).flatten(1)
    return LOSSES[group.loss].function(1.0)(output, clean).mean()


class FineTuneEngine:
    """Trains encoder and head, or the head alone, to tell the classes apart."""

    def __init__(
        self,
        model: Model,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        recipe, classifier = resolved.recipe, resolved.recipe.classifier
        assert classifier is not None
        self._model = model
        self._training = recipe.training
        self._classifier = classifier
        self._encoder = slice(0, resolved.code_end)
        self._head = model.part("head")
        self._generator = generator
        self._augment = recipe.data.augment
        self._image_shape = resolved.dataset.image_shape
        labels = resolved.dataset.class_indices[samples.training]
        self._labels = torch.from_numpy(labels).to(samples.device)
        self._wanted = _wanted(
            model.layers[self._head.stop - 1].outputs, classifier, samples.device
        )
        # What never changes need not be made anew for every batch.
        still = samples.corruption.kind == "none" and not self._augment.active
        self._codes: CodeRows | None = None
        if classifier.frozen and still:
            self._codes = CodeRows(model, samples, resolved.code_end)
        source = self._codes or samples
        self.rows = source.rows
        self.batches = Batches(source, generator, model.runs)
        self.leaves = trained_leaves(model, resolved)
        self._tensors = [leaf.tensor for leaf in self.leaves]
        learnt = {leaf.layer for leaf in self.leaves}
        self._gradient = TracedGradient(resolved, parameters, learnt, self._roots)
        self._optimizer = model.optimizer(recipe.training.optimizer, self.leaves)

    @property
    def is_ready(self) -> bool:
        """Whether the codes that never change have been made."""
        return self._codes is None or self._codes.is_ready

    def prepare(self) -> None:
        """Make a part of the codes that never change."""
        if self._codes is not None:
            self._codes.prepare()

    def step(self, rate: float, level: float) -> None:
        """Learn from the next batch."""
        inputs, _ = self.batches.next(level, self._augmented())
        gradients = self.gradients(inputs, self.batches.of_batch(self._labels))
        if self._training.clip_norm is not None:
            clip_each_run(gradients, self.leaves, self._training.clip_norm)
        self._optimizer.step(gradients, rate)

    def gradients(self, inputs: torch.Tensor, labels: torch.Tensor) -> list[torch.Tensor]:
        """The gradient of every trained leaf, for inputs ``[1 or K, n, D]``, labels ``[n]``."""
        model, rows = self._model, inputs.shape[1]
        masks = model.masks(rows, self._head, self._generator)
        if not self._classifier.frozen:
            encoding = model.masks(rows, self._encoder, self._generator)
            masks = [{**a, **b} for a, b in zip(encoding, masks, strict=True)]
        wanted = self._wanted[labels]
        for run in range(model.runs):
            self._gradient.fill(run, self._seen(run, inputs), wanted, masks[run])
        gradients = self._gradient.of(self.leaves)
        weights = [at for at, leaf in enumerate(self.leaves) if leaf.is_weight]
        for at in weights:
            if self._training.l1:
                gradients[at].add_(self._tensors[at].detach().sign(), alpha=self._training.l1)
            if self._training.l2:
                gradients[at].add_(self._tensors[at].detach(), alpha=self._training.l2)
        return gradients

    def _roots(
        self, model: Model, inputs: Any, wanted: Any, masks: Mapping[int, Any]
    ) -> list[Root]:
        """Where the gradient begins: that of the mean cross-entropy by the scores."""
        if not self._classifier.frozen:
            shaped = model.shaped(inputs, 0)
            inputs = model.apply(0, shaped, self._encoder, training=True, masks=masks)
        scores = model.apply(0, inputs, self._head, training=True, masks=masks)
        with torch.no_grad():
            gradient = (torch.softmax(scores, 1) - wanted) * (1.0 / len(wanted))
        return [(scores, gradient, 1.0)]

    def _seen(self, run: int, inputs: torch.Tensor) -> torch.Tensor:
        """What of a batch the first layer that learns is given: images, or frozen codes."""
        if self._codes is not None:
            return self._codes.codes(run, inputs)
        own = inputs[run if len(inputs) > 1 else 0]
        return codes_of(self._model, run, own, self._encoder.stop if self._classifier.frozen else 0)

    def _augmented(self) -> object:
        if not self._augment.active:
            return None
        return lambda target: augmented(target, self._image_shape, self._augment, self._generator)

    def state(self) -> _State:
        """Nothing: the optimiser keeps its tensors among the parameters."""
        return {}

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """There is nothing to take back."""


def _wanted(classes: int, spec: ClassifierSpec, device: torch.device) -> torch.Tensor:
    """The chances ``[classes, classes]`` that scores of each class shall come to."""
    share = spec.label_smoothing
    return torch.eye(classes, device=device) * (1.0 - share) + share / classes


def trained_leaves(model: Model, resolved: ResolvedRecipe) -> list[Leaf]:
    """What fine-tuning changes: the head, and unless it is frozen the encoder."""
    classifier = resolved.recipe.classifier
    assert classifier is not None
    head = model.part("head")
    learnt = set(range(head.start, head.stop))
    if not classifier.frozen:
        learnt.update(range(resolved.code_end))
    return [leaf for leaf in model.leaves if leaf.layer in learnt]


def penalty_factors(training: TrainingSpec) -> list[tuple[str, float]]:
    """Keys and factors of the penalties on the weights that the recipe has."""
    wanted = (("l1", training.l1), ("l2", training.l2 / 2))
    return [(key, factor) for key, factor in wanted if factor]


def penalty(key: str, leaves: Sequence[Leaf]) -> torch.Tensor:
    """Sum of the sizes (``l1``) or of the squares (``l2``) of the weights among ``leaves``."""
    weights = [leaf.tensor for leaf in leaves if leaf.is_weight]
    sizes = [weight.abs() if key == "l1" else weight.square() for weight in weights]
    return torch.stack([size.sum() for size in sizes]).sum()


class ClassifierStepper:
    """Batch after batch, phase after phase.

    Attributes:
        name: Key of the engine.
        rows: Samples of an epoch of fine-tuning.
        epochs: Epochs of all phases together.
    """

    name = "autograd"
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
        self._begun = False
        self._engine: _Engine | None = None

    @property
    def position(self) -> float:
        """Epochs done, with the share of the one under way."""
        share = self._engine.batches.share if self._begun and self._engine is not None else 0.0
        return self._done + share

    def advance(self, orders: Orders) -> None:
        """Learn from one batch or more, or get ready for it."""
        started = time.perf_counter()
        while True:
            engine = self._present()
            if engine.is_ready:
                self._step(engine, orders)
                if orders.at_most == 1:
                    return
            else:
                engine.prepare()
            over = time.perf_counter() - started >= CHUNK_SECONDS
            if (over and orders.at_most > 1) or self.position >= orders.until - 1e-9:
                return

    def _present(self) -> _Engine:
        """The engine of the phase under way."""
        if self._engine is None:
            number = next(n for n, phase in enumerate(self._phases) if self._done < phase.stop)
            common = self.model, self._resolved, self._parameters, self._samples, self._generator
            if number < len(self._phases) - 1:
                self._engine = PretrainEngine(*common, self._groups[number])
            else:
                self._engine = FineTuneEngine(*common)
        return self._engine

    def _step(self, engine: _Engine, orders: Orders) -> None:
        if not self._begun:
            engine.batches.begin(orders.level)
            self._begun = True
        engine.step(orders.rate(self.position), orders.level)
        if engine.batches.start >= engine.rows:
            self._done += 1
            self._begun = False
            if any(phase.stop == self._done for phase in self._phases):
                self._engine = None

    def state(self) -> dict[str, NDArray[np.generic]]:
        """What the phase under way keeps, and how its epoch began."""
        if self._engine is None:
            return {}
        batches = self._engine.batches.state() if self._begun else {}
        return {**self._engine.state(), **batches}

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Go on from ``position``, within an epoch too."""
        self._done = int(position + 1e-9)
        self._engine = None
        share = position - self._done
        self._begun = share > 1e-9 and "epoch_generator" in state
        if self._done >= self.epochs:
            return
        engine = self._present()
        engine.restore(state)
        if self._begun:
            engine.batches.restore(state, round(share * engine.rows), level)
